//! The options of a connection URL and of a connect descriptor: what becomes of every one, and their typed form.
//!
//! Names are those of Oracle Net, which stand in a descriptor or behind a question mark, and those of the vendor's JDBC driver.
//! Not here: taking URL and descriptor apart (`url.rs`, `descriptor.rs`), and acting on an option (`connect.rs`, `tls.rs`).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use connector_core::{Error, OptionTable, Parameter, Result, Silence, Support, choose, option};
use connector_tls::File;

use Support::{Honoured, Ignored, Refused};

const FETCH: &str = "rows are streamed, and batches are bounded by bytes";
const NO_WRITE: &str = "nothing is written";
const SHAPE: &str = "it changes nothing about reading";
const NO_PREPARE: &str = "statements are not cached";
const NO_POOL: &str = "a pooled session may keep what others have left in it: ask for a dedicated server";
const NO_NNE: &str = "native network encryption is not offered: use TLS, with protocol tcps";
const NO_KERBEROS: &str =
    "Kerberos, RADIUS and tokens are not offered: log in with a user and a password from a secret";
const NO_JKS: &str = "give the CA's certificate as a PEM file with sslrootcert, or a wallet as ewallet.pem";
const NO_PASSWORD: &str =
    "a wallet whose key is encrypted is not offered: leave the key unencrypted, in a private place";
const NO_DIRECTORY: &str = "give host, port and service instead of a name that a directory or a file resolves";
const NO_PROXY: &str = "a proxy on the way is not offered";
const OWN_TLS: &str = "TLS 1.2 and 1.3 are spoken";
const OWN_NAME: &str = "the session calls itself glaux, with Athena's query id as module and client identifier";
const OWN_SOCKET: &str = "the driver's own sizes and probes apply";
const NOT_LISTED: &str = "only what may be read is listed, synonyms and comments included";

/// What the connection URL, or a descriptor in it, may carry.
pub(crate) static OPTIONS: OptionTable = OptionTable { engine: "Oracle", parameters: PARAMETERS, aliases: ALIASES };

/// Every option, sorted by name without regard to case.
const PARAMETERS: &[Parameter] = &[
    option("COLOCATION_TAG", Ignored(SHAPE)),
    option("COMPRESSION", Ignored(OWN_SOCKET)),
    option("COMPRESSION_LEVELS", Ignored(OWN_SOCKET)),
    option(
        "CONNECT_TIMEOUT",
        Honoured(
            "seconds (or with ms, sec, min) for connecting, logging in and session set-up together; 30 by default",
        ),
    ),
    option("CONNECTION_ID_PREFIX", Ignored(OWN_NAME)),
    option("defaultRowPrefetch", Ignored(FETCH)),
    option("DESCRIPTOR", Honoured("what stands in parentheses behind @; it is not written as an option")),
    option("ENABLE", Ignored(OWN_SOCKET)),
    option("EXPIRE_TIME", Ignored(OWN_SOCKET)),
    option("FAILOVER", Honoured("off tries the first address only")),
    option("FAILOVER_MODE", Ignored("a session that breaks is an error, and Athena tries again")),
    option("fixedString", Ignored(SHAPE)),
    option("GLOBAL_NAME", Refused("only Oracle databases are read")),
    option("HOST", Honoured("the host of an address")),
    option("HS", Refused("only Oracle databases are read")),
    option("HTTPS_PROXY", Refused(NO_PROXY)),
    option("HTTPS_PROXY_PORT", Refused(NO_PROXY)),
    option("includeSynonyms", Ignored(NOT_LISTED)),
    option("INSTANCE_NAME", Honoured("the instance of the service")),
    option("internal_logon", Refused("a reader logs in as itself, never as SYSDBA")),
    option("javax.net.ssl.keyStore", Refused(NO_JKS)),
    option("javax.net.ssl.keyStorePassword", Refused(NO_PASSWORD)),
    option("javax.net.ssl.keyStoreType", Refused(NO_JKS)),
    option("javax.net.ssl.trustStore", Refused(NO_JKS)),
    option("javax.net.ssl.trustStorePassword", Refused(NO_JKS)),
    option("javax.net.ssl.trustStoreType", Refused(NO_JKS)),
    option("LOAD_BALANCE", Honoured("on tries the addresses in any order")),
    option("oracle.jdbc.createDescriptorUseCurrentSchemaForSchemaName", Ignored(SHAPE)),
    option("oracle.jdbc.defaultConnectionValidation", Ignored(SHAPE)),
    option("oracle.jdbc.fanEnabled", Ignored("a session that breaks is an error, and Athena tries again")),
    option("oracle.jdbc.implicitStatementCacheSize", Ignored(NO_PREPARE)),
    option("oracle.jdbc.J2EE13Compliant", Ignored(SHAPE)),
    option("oracle.jdbc.mapDateToTimestamp", Ignored("a DATE is shown with its time")),
    option("oracle.jdbc.maxCachedBufferSize", Ignored(FETCH)),
    option(
        "oracle.jdbc.ReadTimeout",
        Honoured(
            "milliseconds of silence while an answer is due; by default 870 s for rows, 60 s for all else, 0 for no limit",
        ),
    ),
    option("oracle.jdbc.timezoneAsRegion", Ignored("sessions are pinned to UTC")),
    option("oracle.jdbc.useFetchSizeWithLongColumn", Ignored(FETCH)),
    option("oracle.net.authentication_services", Refused(NO_KERBEROS)),
    option("oracle.net.CONNECT_TIMEOUT", Refused("write CONNECT_TIMEOUT, in seconds")),
    option("oracle.net.crypto_checksum_client", Refused(NO_NNE)),
    option("oracle.net.crypto_checksum_types_client", Refused(NO_NNE)),
    option("oracle.net.disableOob", Ignored(OWN_SOCKET)),
    option("oracle.net.encryption_client", Refused(NO_NNE)),
    option("oracle.net.encryption_types_client", Refused(NO_NNE)),
    option("oracle.net.keepAlive", Ignored(OWN_SOCKET)),
    option("oracle.net.ssl_certificate_alias", Refused("a wallet may hold one certificate of the client")),
    option("oracle.net.ssl_cipher_suites", Ignored(OWN_TLS)),
    option("oracle.net.ssl_version", Ignored(OWN_TLS)),
    option("oracle.net.tns_admin", Refused(NO_DIRECTORY)),
    option("oracle.net.wallet_password", Refused(NO_PASSWORD)),
    option("password", Refused("a password belongs into a secret: ${secret_name}")),
    option("PASSWORD_AUTH", Refused(NO_KERBEROS)),
    option("POOL_BOUNDARY", Refused(NO_POOL)),
    option("POOL_CONNECTION_CLASS", Refused(NO_POOL)),
    option("POOL_NAME", Refused(NO_POOL)),
    option("POOL_PURITY", Refused(NO_POOL)),
    option("PORT", Honoured("the port of an address")),
    option("PROTOCOL", Honoured("tcp, or tcps for TLS; the server decides about neither")),
    option("RECV_BUF_SIZE", Ignored(OWN_SOCKET)),
    option("remarksReporting", Ignored(NOT_LISTED)),
    option("RETRY_COUNT", Honoured("how often all addresses are tried again, within CONNECT_TIMEOUT; 0 by default")),
    option("RETRY_DELAY", Honoured("seconds between one attempt and the next; 0 by default")),
    option("SDU", Ignored(OWN_SOCKET)),
    option("SECURITY_AUTHENTICATION", Refused(NO_KERBEROS)),
    option("SEND_BUF_SIZE", Ignored(OWN_SOCKET)),
    option("SERVER", Honoured("dedicated or shared; pooled is refused")),
    option("SERVICE_NAME", Honoured("the service")),
    option("SID", Honoured("the system identifier, in place of a service")),
    option("SOURCE_ROUTE", Refused(NO_PROXY)),
    option("SSL_SERVER_CERT_DN", Refused("the certificate must hold the host's name, and no other name is asked for")),
    option(
        "SSL_SERVER_DN_MATCH",
        Honoured("only on: the certificate must hold the host's name; also written oracle.net.ssl_server_dn_match"),
    ),
    option("SSL_VERSION", Ignored(OWN_TLS)),
    option("sslrootcert", Honoured("ours: path of a PEM file with CAs to trust besides Mozilla's")),
    option("TNS_ADMIN", Refused(NO_DIRECTORY)),
    option("TOKEN_AUTH", Refused(NO_KERBEROS)),
    option("TOKEN_LOCATION", Refused(NO_KERBEROS)),
    option(
        "TRANSPORT_CONNECT_TIMEOUT",
        Honoured("seconds (or with ms, sec, min) for reaching one address; 10 by default"),
    ),
    option("TYPE_OF_SERVICE", Refused("only Oracle databases are read")),
    option("USE_SNI", Ignored(OWN_TLS)),
    option("USE_TCP_FAST_OPEN", Ignored(OWN_SOCKET)),
    option("user", Refused("a user belongs into a secret, beside its password: ${secret_name}")),
    option("useThreadLocalBufferCache", Ignored(FETCH)),
    option("v$session.machine", Ignored(OWN_NAME)),
    option("v$session.osuser", Ignored(OWN_NAME)),
    option("v$session.program", Ignored(OWN_NAME)),
    option("v$session.terminal", Ignored(OWN_NAME)),
    option(
        "WALLET_LOCATION",
        Honoured(
            "a folder with ewallet.pem: CAs to trust, or the client's certificate and key; also written MY_WALLET_DIRECTORY \
             and oracle.net.wallet_location",
        ),
    ),
    option("xa", Ignored(NO_WRITE)),
];

/// Second names that the vendor's driver has for some options.
const ALIASES: &[(&str, &str)] = &[
    ("MY_WALLET_DIRECTORY", WALLET),
    ("oracle.net.wallet_location", WALLET),
    ("oracle.net.ssl_server_dn_match", DN_MATCH),
];

/// The options that stand for parts of the URL itself.
pub(crate) const DESCRIPTOR: &str = "DESCRIPTOR";
pub(crate) const FAILOVER: &str = "FAILOVER";
pub(crate) const LOAD_BALANCE: &str = "LOAD_BALANCE";
pub(crate) const RETRY_COUNT: &str = "RETRY_COUNT";
pub(crate) const RETRY_DELAY: &str = "RETRY_DELAY";
pub(crate) const INSTANCE: &str = "INSTANCE_NAME";
pub(crate) const PROTOCOL: &str = "PROTOCOL";
pub(crate) const SERVER: &str = "SERVER";
pub(crate) const SID: &str = "SID";
const DN_MATCH: &str = "SSL_SERVER_DN_MATCH";
pub(crate) const WALLET: &str = "WALLET_LOCATION";

/// The honoured options, parsed; those of a descriptor that only the driver looks at stay in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) is_encrypted: bool,
    pub(crate) root_cert: Option<File>,
    pub(crate) wallet: Option<PathBuf>,
    pub(crate) login_timeout: Option<Duration>,
    pub(crate) address_timeout: Option<Duration>,
    pub(crate) silence: Silence,
}

impl Options {
    /// Parses checked options; every value is checked, and none is repeated in a message unless it cannot be a secret.
    pub(crate) fn parse(options: &BTreeMap<String, String>) -> Result<Self> {
        let get = |name: &str| options.get(name).map(String::as_str).filter(|value| !value.is_empty());
        check_match(get(DN_MATCH))?;
        choose(SERVER, get(SERVER), &[("dedicated", ()), ("shared", ())]).map_err(|error| error.hint(NO_POOL))?;
        let is_encrypted = choose(PROTOCOL, get(PROTOCOL), &[("tcp", false), ("tcps", true)])?;
        let (root_cert, wallet) = (File::named("sslrootcert", get("sslrootcert")), get(WALLET).map(PathBuf::from));
        if root_cert.is_some() && wallet.is_some() {
            return Err(Error::invalid("options sslrootcert and WALLET_LOCATION of the connection URL contradict")
                .hint("a wallet without a key may hold the CAs; one with a key trusts Mozilla's only"));
        }
        for name in [RETRY_COUNT, RETRY_DELAY] {
            number(name, get(name))?;
        }
        for name in [FAILOVER, LOAD_BALANCE] {
            choose(name, get(name), &["on", "yes", "true", "off", "no", "false"].map(|word| (word, ())))?;
        }
        Ok(Self {
            is_encrypted,
            root_cert,
            wallet,
            login_timeout: duration("CONNECT_TIMEOUT", get("CONNECT_TIMEOUT").or(Some("30")))?,
            address_timeout: duration("TRANSPORT_CONNECT_TIMEOUT", get("TRANSPORT_CONNECT_TIMEOUT").or(Some("10")))?,
            silence: silence(get("oracle.jdbc.ReadTimeout"))?,
        })
    }
}

/// The name in the certificate is always looked at, since what else would be is not offered.
fn check_match(value: Option<&str>) -> Result<()> {
    choose(DN_MATCH, value, &[("on", ()), ("yes", ()), ("true", ())])
        .map_err(|error| error.hint("connect by a name that the server's certificate holds"))
}

fn silence(value: Option<&str>) -> Result<Silence> {
    let Some(value) = value else { return Ok(Silence::default()) };
    let limit = number("oracle.jdbc.ReadTimeout", Some(value))?.filter(|millis| *millis > 0);
    Ok(Silence::of(limit.map(Duration::from_millis)))
}

const LARGEST: u64 = 2_000_000_000;

fn number(name: &str, value: Option<&str>) -> Result<Option<u64>> {
    let Some(value) = value else { return Ok(None) };
    match value.parse::<u64>() {
        Ok(number) if number <= LARGEST => Ok(Some(number)),
        _ => {
            Err(Error::invalid(format!("option {name} of the connection URL is not a number between 0 and {LARGEST}")))
        }
    }
}

/// A time in seconds unless its unit stands behind it; 0 is no limit.
fn duration(name: &str, value: Option<&str>) -> Result<Option<Duration>> {
    let Some(value) = value.map(str::to_ascii_lowercase) else { return Ok(None) };
    let (digits, millis) = [("ms", 1), ("sec", 1000), ("min", 60_000)]
        .iter()
        .find_map(|(unit, millis)| value.strip_suffix(unit).map(|digits| (digits, *millis)))
        .unwrap_or((&value, 1000));
    match digits.trim().parse::<u64>() {
        Ok(number) if number <= LARGEST => {
            Ok(Some(Duration::from_millis(number * millis)).filter(|limit| !limit.is_zero()))
        }
        _ => Err(Error::invalid(format!(
            "option {name} of the connection URL is not a number of seconds, nor one with ms, sec or min behind it"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(options: &[(&str, &str)]) -> Result<Options> {
        Options::parse(&options.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect())
    }

    #[test]
    fn every_option_is_listed_once_in_order() {
        let names: Vec<String> = PARAMETERS.iter().map(|parameter| parameter.name.to_ascii_lowercase()).collect();
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(names, sorted);
        for (alias, name) in ALIASES {
            assert_eq!(OPTIONS.find(&alias.to_uppercase()).unwrap().name, *name);
        }
    }

    #[test]
    fn nothing_said_means_the_limits_that_the_readme_names() {
        let options = parse(&[]).unwrap();
        assert_eq!((options.is_encrypted, &options.root_cert, &options.wallet), (false, &None, &None));
        assert_eq!(options.login_timeout, Some(Duration::from_secs(30)));
        assert_eq!((options.address_timeout, options.silence), (Some(Duration::from_secs(10)), Silence::default()));
    }

    #[test]
    fn times_have_units_and_zero_is_no_limit() {
        for (value, millis) in
            [("5", Some(5000)), ("5 sec", Some(5000)), ("500ms", Some(500)), ("2min", Some(120_000)), ("0", None)]
        {
            let limit = parse(&[("CONNECT_TIMEOUT", value)]).unwrap().login_timeout;
            assert_eq!(limit.map(|limit| limit.as_millis()), millis, "{value}");
        }
        let silence = |value| parse(&[("oracle.jdbc.ReadTimeout", value)]).unwrap().silence;
        assert_eq!(silence("7"), Silence::of(Some(Duration::from_millis(7))));
        assert_eq!(silence("0"), Silence::of(None));
    }

    #[test]
    fn a_value_that_weakens_or_breaks_is_refused_by_name() {
        for (name, value) in [
            ("SSL_SERVER_DN_MATCH", "off"),
            ("SSL_SERVER_DN_MATCH", "perhaps"),
            ("PROTOCOL", "ipc"),
            ("SERVER", "pooled"),
            ("CONNECT_TIMEOUT", "soon"),
            ("TRANSPORT_CONNECT_TIMEOUT", "-1"),
            ("oracle.jdbc.ReadTimeout", "99999999999"),
            ("RETRY_COUNT", "often"),
            ("FAILOVER", "perhaps"),
            ("LOAD_BALANCE", "1"),
        ] {
            let error = parse(&[(name, value)]).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
        let both = parse(&[("sslrootcert", "/ca.pem"), ("WALLET_LOCATION", "/w")]).unwrap_err().to_string();
        assert!(both.contains("sslrootcert") && both.contains("WALLET_LOCATION"));
    }
}
