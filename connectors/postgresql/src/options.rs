//! The options of a connection URL: what becomes of every one that the vendor's driver knows, and their typed form.
//!
//! Not here: taking the URL itself apart (`url.rs`), and acting on an option (`connect.rs`, `tls.rs`, `connection.rs`).

use std::collections::BTreeMap;
use std::time::Duration;

use connector_core::{Endpoint, Error, OptionTable, Parameter, Result, Signing, Silence, Support, choose, option};
use connector_tls::{File, client_files};

use crate::connect::PORT;

use Support::{Honoured, Ignored, Refused};

const FETCH: &str = "rows are streamed, and batches are bounded by bytes";
const WIRE: &str = "the binary protocol is always used";
const LOGGING: &str = "log settings of the function apply";
const NO_GSS: &str = "Kerberos is not offered: log in with a password from a secret";
const NO_CODE: &str = "it names a Java class; remove it";
const RESULT_SHAPE: &str = "it changes nothing about reading";

/// What the connection URL may carry.
pub(crate) static OPTIONS: OptionTable = OptionTable { engine: "PostgreSQL", parameters: PARAMETERS, aliases: &[] };

/// Every option, sorted by name without regard to case.
const PARAMETERS: &[Parameter] = &[
    option("adaptiveFetch", Ignored(FETCH)),
    option("adaptiveFetchMaximum", Ignored(FETCH)),
    option("adaptiveFetchMinimum", Ignored(FETCH)),
    option("allowEncodingChanges", Ignored("the encoding of the session is always UTF-8")),
    option("ApplicationName", Honoured("is added behind the name that the session gives itself")),
    option("assumeMinServerVersion", Ignored("the server is asked for its version")),
    option("authenticationPluginClassName", Refused(NO_CODE)),
    option("autosave", Ignored("sessions only read, one statement at a time")),
    option("binaryTransfer", Ignored(WIRE)),
    option("binaryTransferDisable", Ignored(WIRE)),
    option("binaryTransferEnable", Ignored(WIRE)),
    option("cancelSignalTimeout", Ignored("a cancel waits as long as a connection may take")),
    option("channelBinding", Honoured("disable, prefer (default) or require")),
    option("cleanupSavepoints", Ignored("sessions only read")),
    option("connectTimeout", Honoured("seconds that reaching one address may take; 10 by default, 0 for no limit")),
    option("convertBooleanToNumeric", Ignored(RESULT_SHAPE)),
    option("currentSchema", Honoured("schemas that functions inside views look names up in, behind pg_catalog")),
    option("databaseMetadataCacheFields", Ignored("metadata is asked for in one round trip")),
    option("databaseMetadataCacheFieldsMiB", Ignored("metadata is asked for in one round trip")),
    option("defaultRowFetchSize", Ignored(FETCH)),
    option("disableColumnSanitiser", Ignored(RESULT_SHAPE)),
    option("escapeSyntaxCallMode", Ignored("nothing is called")),
    option("groupStartupParameters", Ignored("the session is set up in one round trip")),
    option("gssEncMode", Honoured("disable, allow or prefer mean no GSS encryption; require is refused")),
    option("gsslib", Refused(NO_GSS)),
    option("gssResponseTimeout", Ignored("GSS encryption is never asked for")),
    option("gssUseDefaultCreds", Refused(NO_GSS)),
    option("hideUnprivilegedObjects", Ignored("only what the user may read is ever listed")),
    option("hostRecheckSeconds", Ignored("there is one host")),
    option("iamAuth", Honoured("true: a token of Amazon RDS is signed for every log-in, instead of a password")),
    option("iamRegion", Honoured("the region that the token is for, where the host's name does not say")),
    option("jaasApplicationName", Refused(NO_GSS)),
    option("jaasLogin", Refused(NO_GSS)),
    option("kerberosServerName", Refused(NO_GSS)),
    option("loadBalanceHosts", Ignored("there is one host")),
    option("localSocketAddress", Refused("the function's network decides where connections leave from")),
    option("loggerFile", Ignored(LOGGING)),
    option("loggerLevel", Ignored(LOGGING)),
    option(
        "loginTimeout",
        Honoured("seconds for connecting, logging in and session set-up together; 30 by default, 0 for no limit"),
    ),
    option("logServerErrorDetail", Ignored("details of server errors may hold data and are never shown")),
    option("logUnclosedConnections", Ignored(LOGGING)),
    option("maxResultBuffer", Ignored(FETCH)),
    option("maxSendBufferSize", Ignored("it tunes the driver's sockets")),
    option("options", Refused("set them for the user instead: ALTER ROLE … SET …")),
    option("password", Refused("a password belongs into a secret: ${secret_name}")),
    option("pemKeyAlgorithm", Ignored("the algorithm is read from the key")),
    option("PGDBNAME", Refused("write the database behind the host: //host:port/database")),
    option("PGHOST", Refused("write the host in front of the database: //host:port/database")),
    option("PGPORT", Refused("write the port behind the host: //host:port/database")),
    option("preferQueryMode", Ignored("the extended protocol is always used")),
    option("preparedStatementCacheQueries", Ignored("statements are not cached")),
    option("preparedStatementCacheSizeMiB", Ignored("statements are not cached")),
    option("prepareThreshold", Ignored("no statement is left prepared, so a pooler may stand in between")),
    option("protocolVersion", Ignored("version 3 is the only one")),
    option("queryTimeout", Honoured("seconds that a statement may take at the server; 0 for no limit")),
    option("quoteReturningIdentifiers", Ignored("nothing is written")),
    option("readOnly", Ignored("sessions are always read-only")),
    option("readOnlyMode", Ignored("sessions are always read-only")),
    option("receiveBufferSize", Ignored("it tunes the driver's sockets")),
    option("replication", Refused("a replication session cannot be queried")),
    option("requireAuth", Refused("the server decides how to log in; pin TLS with sslmode instead")),
    option("reWriteBatchedInserts", Ignored("nothing is written")),
    option("sendBufferSize", Ignored("it tunes the driver's sockets")),
    option("service", Refused("write host, port and database into the URL")),
    option("socketFactory", Refused(NO_CODE)),
    option("socketFactoryArg", Refused(NO_CODE)),
    option(
        "socketTimeout",
        Honoured("seconds of silence while an answer is due; by default 870 for rows, 60 for all else, 0 for no limit"),
    ),
    option("ssl", Honoured("true means sslmode=verify-full, false means sslmode=prefer; sslmode wins")),
    option("sslcert", Honoured("path of a PEM file with the client's certificate")),
    option(
        "sslfactory",
        Honoured("only the two that verify: DefaultJavaSSLFactory and LibPQFactory; others are refused"),
    ),
    option("sslfactoryarg", Refused(NO_CODE)),
    option("sslhostnameverifier", Refused("names are verified by sslmode=verify-full")),
    option("sslkey", Honoured("path of the client's private key, PEM or PKCS#8 DER, not encrypted")),
    option("sslmode", Honoured("disable, allow, prefer, require, verify-ca or verify-full; verify-full by default")),
    option("sslnegotiation", Honoured("postgres (default) or direct")),
    option("sslpassword", Refused("give the client's key unencrypted, in a file that only the function can read")),
    option("sslpasswordcallback", Refused(NO_CODE)),
    option("sslResponseTimeout", Ignored("connectTimeout and loginTimeout apply")),
    option("sslrootcert", Honoured("path of a PEM file with the CAs to trust instead of the built-in ones")),
    option("sspiServiceClass", Refused(NO_GSS)),
    option("stringtype", Ignored("every value is compared as what its column is shown as")),
    option("targetServerType", Honoured("any (default) or primary; others are refused")),
    option("tcpKeepAlive", Honoured("true by default: a host that is gone is noticed within two minutes")),
    option("tcpNoDelay", Ignored("always on")),
    option("unknownLength", Ignored(RESULT_SHAPE)),
    option("user", Refused("a user belongs into a secret, beside its password: ${secret_name}")),
    option("useSpnego", Refused(NO_GSS)),
    option("xmlFactoryFactory", Ignored("xml is read as text")),
];

/// How much of TLS is asked for, from nothing to everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SslMode {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl SslMode {
    /// The option's value.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

/// The honoured options, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) ssl_mode: SslMode,
    pub(crate) direct_tls: bool,
    pub(crate) root_cert: Option<File>,
    pub(crate) client_cert: Option<(File, File)>,
    pub(crate) channel_binding: ChannelBinding,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) login_timeout: Option<Duration>,
    pub(crate) silence: Silence,
    pub(crate) query_timeout: Option<Duration>,
    pub(crate) keep_alive: bool,
    pub(crate) application_name: Option<String>,
    pub(crate) search_path: Vec<String>,
    pub(crate) primary_only: bool,
    pub(crate) proof: Proof,
}

/// What proves who logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    Password,
    /// A token of Amazon RDS.
    Token,
}

/// The token to be signed, if there is to be one. Whoever gets hold of one can log in with it, so it is shown to nobody but the
/// very host that it is for.
pub(crate) fn signing(endpoint: &Endpoint) -> Result<Option<Signing>> {
    if Options::parse(&endpoint.options)?.proof == Proof::Password {
        return Ok(None);
    }
    let region = endpoint.options.get("iamRegion").filter(|region| !region.is_empty()).cloned();
    Ok(Some(Signing { host: endpoint.host.clone(), port: endpoint.port.unwrap_or(PORT), region }))
}

fn silence(value: Option<&str>) -> Result<Silence> {
    let Some(value) = value else { return Ok(Silence::default()) };
    Ok(Silence::of(seconds("socketTimeout", Some(value))?))
}

/// Whether the log-in must be bound to the TLS session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChannelBinding {
    Disable,
    Prefer,
    Require,
}

impl Options {
    /// Parses checked options; every value is checked, and none is repeated in a message unless it cannot be a secret.
    pub(crate) fn parse(options: &BTreeMap<String, String>) -> Result<Self> {
        let get = |name: &str| options.get(name).map(String::as_str).filter(|value| !value.is_empty());
        check_only(get("gssEncMode"), "gssEncMode", &["disable", "allow", "prefer"])?;
        check_factory(get("sslfactory"))?;
        let ssl_mode = ssl_mode(get("sslmode"), get("ssl"))?;
        let proof = choose("iamAuth", get("iamAuth"), &[("false", Proof::Password), ("true", Proof::Token)])?;
        if proof == Proof::Token && ssl_mode != SslMode::VerifyFull {
            return Err(Error::invalid(
                "option iamAuth of the connection URL sends a token that logs in, but sslmode does not verify to whom",
            )
            .hint("leave sslmode out, or write sslmode=verify-full"));
        }
        Ok(Self {
            ssl_mode,
            proof,
            direct_tls: choose("sslnegotiation", get("sslnegotiation"), &[("postgres", false), ("direct", true)])?,
            root_cert: File::named("sslrootcert", get("sslrootcert")),
            client_cert: client_files(("sslcert", get("sslcert")), ("sslkey", get("sslkey")))?,
            channel_binding: channel_binding(get("channelBinding"))?,
            connect_timeout: seconds("connectTimeout", get("connectTimeout").or(Some("10")))?,
            login_timeout: seconds("loginTimeout", get("loginTimeout").or(Some("30")))?,
            silence: silence(get("socketTimeout"))?,
            query_timeout: seconds("queryTimeout", get("queryTimeout"))?,
            keep_alive: choose("tcpKeepAlive", get("tcpKeepAlive"), &[("true", true), ("false", false)])?,
            application_name: get("ApplicationName").map(str::to_owned),
            search_path: get("currentSchema").map(schemas).unwrap_or_default(),
            primary_only: choose(
                "targetServerType",
                get("targetServerType"),
                &[("any", false), ("primary", true), ("master", true)],
            )?,
        })
    }
}

fn check_only(value: Option<&str>, name: &str, words: &[&str]) -> Result<()> {
    let choices: Vec<(&str, ())> = words.iter().map(|word| (*word, ())).collect();
    choose(name, value, &choices)
}

fn ssl_mode(mode: Option<&str>, ssl: Option<&str>) -> Result<SslMode> {
    let fallback = match ssl {
        None => SslMode::VerifyFull,
        Some(_) => choose("ssl", ssl, &[("true", SslMode::VerifyFull), ("false", SslMode::Prefer)])?,
    };
    if mode.is_none() {
        return Ok(fallback);
    }
    let choices = [
        ("disable", SslMode::Disable),
        // A driver that honours it literally tries in clear first; encrypting where the server can is never less.
        ("allow", SslMode::Prefer),
        ("prefer", SslMode::Prefer),
        ("require", SslMode::Require),
        ("verify-ca", SslMode::VerifyCa),
        ("verify-full", SslMode::VerifyFull),
    ];
    choose("sslmode", mode, &choices)
}

fn check_factory(value: Option<&str>) -> Result<()> {
    const VERIFYING: [&str; 2] = ["org.postgresql.ssl.DefaultJavaSSLFactory", "org.postgresql.ssl.LibPQFactory"];
    if value.is_none_or(|value| VERIFYING.contains(&value)) {
        return Ok(());
    }
    Err(Error::invalid("option sslfactory of the connection URL names a class that is not offered")
        .hint("remove it, and say with sslmode and sslrootcert what is to be verified against what"))
}

fn channel_binding(value: Option<&str>) -> Result<ChannelBinding> {
    let choices = [
        ("prefer", ChannelBinding::Prefer),
        ("disable", ChannelBinding::Disable),
        ("require", ChannelBinding::Require),
    ];
    choose("channelBinding", value, &choices)
}

/// A number of seconds; none or zero is no limit.
fn seconds(name: &str, value: Option<&str>) -> Result<Option<Duration>> {
    // More would overflow the server's own setting, which counts milliseconds in 31 bits.
    const LONGEST: u64 = 2_000_000;
    match value.map(str::parse::<u64>) {
        None | Some(Ok(0)) => Ok(None),
        Some(Ok(seconds)) if seconds <= LONGEST => Ok(Some(Duration::from_secs(seconds))),
        Some(_) => Err(Error::invalid(format!(
            "option {name} of the connection URL is not a number of seconds between 0 and {LONGEST}"
        ))),
    }
}

fn schemas(value: &str) -> Vec<String> {
    value
        .split(',')
        .map(|schema| schema.trim().trim_matches('"').to_owned())
        .filter(|schema| !schema.is_empty())
        .collect()
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
    }

    #[test]
    fn nothing_said_means_everything_verified() {
        let options = parse(&[]).unwrap();
        assert_eq!(options.ssl_mode, SslMode::VerifyFull);
        assert_eq!(options.connect_timeout, Some(Duration::from_secs(10)));
        assert_eq!((options.login_timeout, options.query_timeout), (Some(Duration::from_secs(30)), None));
        assert!(options.keep_alive && !options.primary_only);
    }

    #[test]
    fn silence_is_limited_unless_zero_says_otherwise() {
        let silence = |options| {
            let Silence { rows, answer } = parse(options).unwrap().silence;
            (rows.map(|limit| limit.as_secs()), answer.map(|limit| limit.as_secs()))
        };
        assert_eq!(silence(&[]), (Some(870), Some(60)));
        assert_eq!(silence(&[("socketTimeout", "7")]), (Some(7), Some(7)));
        assert_eq!(silence(&[("socketTimeout", "0")]), (None, None));
        assert!(parse(&[("socketTimeout", "long")]).unwrap_err().to_string().contains("socketTimeout"));
    }

    #[test]
    fn an_explicit_mode_is_taken_as_written() {
        for (written, mode) in
            [("disable", SslMode::Disable), ("allow", SslMode::Prefer), ("verify-ca", SslMode::VerifyCa)]
        {
            assert_eq!(parse(&[("sslmode", written), ("ssl", "true")]).unwrap().ssl_mode, mode);
        }
        assert_eq!(parse(&[("ssl", "false")]).unwrap().ssl_mode, SslMode::Prefer);
    }

    #[test]
    fn a_value_that_weakens_or_breaks_is_refused_by_name() {
        for (name, value) in [
            ("sslmode", "verify"),
            ("gssEncMode", "require"),
            ("sslfactory", "org.postgresql.ssl.NonValidatingFactory"),
            ("targetServerType", "secondary"),
            ("connectTimeout", "soon"),
            ("queryTimeout", "99999999999"),
            ("sslcert", "/client.pem"),
            ("sslkey", "/client.key"),
            ("iamAuth", "yes"),
        ] {
            let error = parse(&[(name, value)]).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn a_token_is_signed_for_the_very_host_and_only_where_that_is_verified() {
        let endpoint = |url: &str| crate::url::endpoint(url);
        let signing = |url: &str| signing(&endpoint(url).unwrap()).unwrap();
        assert_eq!(signing("jdbc:postgresql://h/d"), None);
        let to = |port, region: Option<&str>| Signing { host: "h".into(), port, region: region.map(Into::into) };
        assert_eq!(signing("jdbc:postgresql://h/d?iamAuth=true"), Some(to(5432, None)));
        let named = "jdbc:postgresql://h:6000/d?iamAuth=true&iamRegion=eu-west-1&sslmode=verify-full";
        assert_eq!(signing(named), Some(to(6000, Some("eu-west-1"))));
        for mode in ["disable", "allow", "prefer", "require", "verify-ca"] {
            let error = endpoint(&format!("jdbc:postgresql://h/d?iamAuth=true&sslmode={mode}")).unwrap_err();
            assert!(error.to_string().contains("iamAuth") && error.to_string().contains("sslmode"), "{error}");
        }
        assert!(endpoint("jdbc:postgresql://h/d?iamAuth=true&ssl=false").is_err());
    }

    #[test]
    fn the_factory_that_amazon_recommends_is_taken() {
        assert!(parse(&[("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory"), ("sslmode", "verify-ca")]).is_ok());
    }
}
