//! The options of a connection URL: what becomes of every one that the vendor's driver knows, and their typed form.
//!
//! Not here: taking the URL itself apart (`url.rs`), and acting on an option (`connect.rs`, `tls.rs`, `connection.rs`).

use std::collections::BTreeMap;
use std::time::Duration;

use connector_core::{Error, Logins, OptionTable, Parameter, Result, Silence, Support, choose, option};
use connector_tls::File;

use crate::browser;
use crate::entra::Cloud;
use crate::error;

use Support::{Honoured, Ignored, Refused};

const FETCH: &str = "rows are streamed, and batches are bounded by bytes";
const NO_WRITE: &str = "nothing is written";
const NO_PREPARE: &str = "statements are neither prepared nor cached";
const NO_KERBEROS: &str = "Kerberos and NTLM are not offered: log in with a SQL login from a secret";
const NO_CODE: &str = "it names a Java class; remove it";
const NO_ENTRA: &str =
    "of Entra ID only applications log in: put client_id, client_secret and tenant_id into the secret";
const NO_KEYS: &str = "columns of Always Encrypted are read as the bytes that the server holds";
const NO_JKS: &str = "give the CA's certificate as a PEM file with sslrootcert";
const NO_CLIENT_CERT: &str = "client certificates are not offered: log in with a SQL login from a secret";
const RESULT_SHAPE: &str = "it changes nothing about reading";
const PARAMETERS_TYPED: &str = "every value is sent as what its column is compared as";
const RETRY: &str = "Athena and the handler try again";

/// What the connection URL may carry.
pub(crate) static OPTIONS: OptionTable = OptionTable { engine: "SQL Server", parameters: PARAMETERS, aliases: ALIASES };

/// Every option, sorted by name without regard to case.
const PARAMETERS: &[Parameter] = &[
    option("AADSecurePrincipalId", Refused(NO_ENTRA)),
    option("AADSecurePrincipalSecret", Refused(NO_ENTRA)),
    option("accessToken", Refused(NO_ENTRA)),
    option("accessTokenCallbackClass", Refused(NO_CODE)),
    option("applicationIntent", Honoured("ReadWrite (default) or ReadOnly")),
    option("applicationName", Honoured("is added behind the name that the session gives itself")),
    option(
        "authentication",
        Honoured(
            "NotSpecified (what the secret holds), SqlPassword or ActiveDirectoryServicePrincipal; all other kinds are refused",
        ),
    ),
    option("authenticationScheme", Refused(NO_KERBEROS)),
    option("bulkCopyForBatchInsertAllowEncryptedValueModifications", Ignored(NO_WRITE)),
    option("bulkCopyForBatchInsertBatchSize", Ignored(NO_WRITE)),
    option("bulkCopyForBatchInsertCheckConstraints", Ignored(NO_WRITE)),
    option("bulkCopyForBatchInsertFireTriggers", Ignored(NO_WRITE)),
    option("bulkCopyForBatchInsertKeepIdentity", Ignored(NO_WRITE)),
    option("bulkCopyForBatchInsertKeepNulls", Ignored(NO_WRITE)),
    option("bulkCopyForBatchInsertTableLock", Ignored(NO_WRITE)),
    option("cacheBulkCopyMetadata", Ignored(NO_WRITE)),
    option("calcBigDecimalPrecision", Ignored(PARAMETERS_TYPED)),
    option("cancelQueryTimeout", Ignored("a read that is let go closes its connection")),
    option("clientCertificate", Refused(NO_CLIENT_CERT)),
    option("clientKey", Refused(NO_CLIENT_CERT)),
    option("clientKeyPassword", Refused(NO_CLIENT_CERT)),
    option("columnEncryptionSetting", Honoured("only Disabled; Always Encrypted is not offered")),
    option("concatNullYieldsNull", Ignored("sessions are pinned to ON")),
    option("connectRetryCount", Ignored(RETRY)),
    option("connectRetryInterval", Ignored(RETRY)),
    option("databaseName", Honoured("the database; also written database")),
    option("datetimeParameterType", Ignored(PARAMETERS_TYPED)),
    option("delayLoadingLobs", Ignored(FETCH)),
    option("disableStatementPooling", Ignored(NO_PREPARE)),
    option("domain", Refused(NO_KERBEROS)),
    option("enablePrepareOnFirstPreparedStatementCall", Ignored(NO_PREPARE)),
    option("enclaveAttestationProtocol", Refused(NO_KEYS)),
    option("enclaveAttestationUrl", Refused(NO_KEYS)),
    option(
        "encrypt",
        Honoured("true (default, mandatory), strict (TDS 8), or false (optional), which still encrypts the login"),
    ),
    option(
        "entraAuthority",
        Honoured("ours: where tokens are asked for; https://login.microsoftonline.com by default"),
    ),
    option("entraResource", Honoured("ours: what they are asked for; https://database.windows.net by default")),
    option("failoverPartner", Refused("name the listener of an availability group, or the endpoint of the instance")),
    option("fips", Ignored("the TLS of the function applies")),
    option("gsscredential", Refused(NO_KERBEROS)),
    option("hostNameInCertificate", Honoured("the name that the server's certificate must hold, if not the host's")),
    option("ignoreOffsetOnDateTimeOffsetConversion", Ignored("zoned times are shown in UTC")),
    option("instanceName", Honoured("the instance, whose port SQL Server Browser tells; a port that is given wins")),
    option("integratedSecurity", Honoured("only false; Kerberos and NTLM are not offered")),
    option("iPAddressPreference", Ignored("the addresses of a host are tried in the order of its name service")),
    option("jaasConfigurationName", Refused(NO_KERBEROS)),
    option("keyStoreAuthentication", Refused(NO_KEYS)),
    option("keyStoreLocation", Refused(NO_KEYS)),
    option("keyStorePrincipalId", Refused(NO_KEYS)),
    option("keyStoreSecret", Refused(NO_KEYS)),
    option("keyVaultProviderClientId", Refused(NO_KEYS)),
    option("keyVaultProviderClientKey", Refused(NO_KEYS)),
    option("lastUpdateCount", Ignored(NO_WRITE)),
    option("lockTimeout", Honoured("milliseconds to wait for a lock; -1, the default, for no limit")),
    option(
        "loginTimeout",
        Honoured("seconds for connecting, logging in and session set-up together; 30 by default, 0 for no limit"),
    ),
    option("maxResultBuffer", Ignored(FETCH)),
    option("msiClientId", Refused(NO_ENTRA)),
    option("msiTokenCacheTtl", Refused(NO_ENTRA)),
    option(
        "multiSubnetFailover",
        Honoured("true tries all addresses of the host at once; false, the default, in turn"),
    ),
    option("packetSize", Ignored("packets are as large as TLS lets them be")),
    option("password", Refused("a password belongs into a secret: ${secret_name}")),
    option("portNumber", Honoured("the port, if it does not stand behind the host; also written port")),
    option("prepareMethod", Ignored(NO_PREPARE)),
    option("queryTimeout", Honoured("seconds until a statement must have begun to answer; -1 or 0 for no limit")),
    option("quotedIdentifier", Ignored("sessions are pinned to ON")),
    option("realm", Refused(NO_KERBEROS)),
    option("replication", Refused("a replication session cannot be queried")),
    option("responseBuffering", Ignored(FETCH)),
    option("retryConn", Ignored(RETRY)),
    option("retryExec", Ignored(RETRY)),
    option("selectMethod", Ignored(FETCH)),
    option("sendStringParametersAsUnicode", Ignored(PARAMETERS_TYPED)),
    option("sendTemporalDataTypesAsStringForBulkCopy", Ignored(NO_WRITE)),
    option("sendTimeAsDatetime", Ignored(PARAMETERS_TYPED)),
    option("serverCertificate", Refused("one certificate is not pinned: give it or its CA with sslrootcert")),
    option("serverName", Honoured("the host, if the URL does not begin with it; also written server")),
    option("serverNameAsACE", Ignored("write the host as its name service knows it")),
    option("serverPreparedStatementDiscardThreshold", Ignored(NO_PREPARE)),
    option("serverSpn", Refused(NO_KERBEROS)),
    option("socketFactoryClass", Refused(NO_CODE)),
    option("socketFactoryConstructorArg", Refused(NO_CODE)),
    option(
        "socketTimeout",
        Honoured(
            "milliseconds of silence while an answer is due; by default 870 s for rows, 60 s for all else, 0 for no limit",
        ),
    ),
    option("sslProtocol", Ignored("TLS 1.2 and 1.3 are spoken")),
    option("sslrootcert", Honoured("ours: path of a PEM file with CAs to trust besides Mozilla's")),
    option("statementPoolingCacheSize", Ignored(NO_PREPARE)),
    option("transparentNetworkIPResolution", Ignored("the addresses of a host are tried in turn")),
    option("trustManagerClass", Refused(NO_CODE)),
    option("trustManagerConstructorArg", Refused(NO_CODE)),
    option("trustServerCertificate", Honoured("true verifies nothing, except with encrypt=strict; false by default")),
    option("trustStore", Refused(NO_JKS)),
    option("trustStorePassword", Refused(NO_JKS)),
    option("trustStoreType", Refused(NO_JKS)),
    option("useBulkCopyForBatchInsert", Ignored(NO_WRITE)),
    option("useDefaultGSSCredential", Refused(NO_KERBEROS)),
    option("useDefaultJaasConfig", Refused(NO_KERBEROS)),
    option("useFmtOnly", Ignored(RESULT_SHAPE)),
    option("user", Refused("a user belongs into a secret, beside its password: ${secret_name}")),
    option("vectorTypeSupport", Ignored("vectors are read as text")),
    option("workstationID", Honoured("what the session calls its host; glaux by default")),
    option("xopenStates", Ignored(RESULT_SHAPE)),
];

/// Second names that the vendor's driver has for some options.
const ALIASES: &[(&str, &str)] =
    &[("database", "databaseName"), ("server", "serverName"), ("port", "portNumber"), ("userName", "user")];

/// How much of the way is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encrypt {
    /// TLS before anything else is said (TDS 8).
    Strict,
    /// TLS, agreed upon in clear.
    Mandatory,
    /// TLS for the login, and for the rest only if the server insists.
    Optional,
}

impl Encrypt {
    /// The option's value.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Mandatory => "true",
            Self::Optional => "false",
        }
    }
}

/// The honoured options, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) encrypt: Encrypt,
    pub(crate) trust_any: bool,
    pub(crate) host_in_certificate: Option<String>,
    pub(crate) root_cert: Option<File>,
    pub(crate) login_timeout: Option<Duration>,
    pub(crate) silence: Silence,
    pub(crate) query_timeout: Option<Duration>,
    pub(crate) lock_timeout: Option<Duration>,
    pub(crate) application_name: Option<String>,
    pub(crate) workstation: Option<String>,
    pub(crate) reads_only: bool,
    pub(crate) all_addresses: bool,
    pub(crate) instance: Option<String>,
    pub(crate) cloud: Cloud,
}

fn silence(value: Option<&str>) -> Result<Silence> {
    let Some(value) = value else { return Ok(Silence::default()) };
    Ok(Silence::of(number("socketTimeout", Some(value), &["0"])?.map(Duration::from_millis)))
}

impl Options {
    /// Parses checked options; every value is checked, and none is repeated in a message unless it cannot be a secret.
    pub(crate) fn parse(options: &BTreeMap<String, String>) -> Result<Self> {
        let get = |name: &str| options.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let logins = logins(options)?;
        choose("integratedSecurity", get("integratedSecurity"), &[("false", ())])
            .map_err(|error| error.hint(NO_KERBEROS))?;
        choose("columnEncryptionSetting", get("columnEncryptionSetting"), &[("Disabled", ())])
            .map_err(|error| error.hint(NO_KEYS))?;
        let encrypt = choose(
            "encrypt",
            get("encrypt"),
            &[
                ("true", Encrypt::Mandatory),
                ("mandatory", Encrypt::Mandatory),
                ("yes", Encrypt::Mandatory),
                ("strict", Encrypt::Strict),
                ("false", Encrypt::Optional),
                ("optional", Encrypt::Optional),
                ("no", Encrypt::Optional),
            ],
        )?;
        if logins == Logins::Principals && encrypt == Encrypt::Optional {
            return Err(error::token_in_clear());
        }
        let trust_any = flag("trustServerCertificate", get("trustServerCertificate"))? && encrypt != Encrypt::Strict;
        let root_cert = File::named("sslrootcert", get("sslrootcert"));
        if trust_any && root_cert.is_some() {
            return Err(Error::invalid(
                "options trustServerCertificate and sslrootcert of the connection URL contradict",
            )
            .hint("leave trustServerCertificate out, so that the certificate is verified"));
        }
        Ok(Self {
            encrypt,
            trust_any,
            host_in_certificate: get("hostNameInCertificate").map(str::to_owned),
            root_cert,
            login_timeout: number("loginTimeout", get("loginTimeout").or(Some("30")), &["0"])?.map(Duration::from_secs),
            silence: silence(get("socketTimeout"))?,
            query_timeout: number("queryTimeout", get("queryTimeout"), &["-1", "0"])?.map(Duration::from_secs),
            lock_timeout: number("lockTimeout", get("lockTimeout"), &["-1"])?.map(Duration::from_millis),
            application_name: get("applicationName").map(str::to_owned),
            workstation: get("workstationID").map(str::to_owned),
            reads_only: choose(
                "applicationIntent",
                get("applicationIntent"),
                &[("ReadWrite", false), ("ReadOnly", true)],
            )?,
            all_addresses: flag("multiSubnetFailover", get("multiSubnetFailover"))?,
            instance: get("instanceName").map(browser::check_name).transpose()?.map(str::to_owned),
            cloud: Cloud::parse(options)?,
        })
    }
}

fn flag(name: &str, value: Option<&str>) -> Result<bool> {
    choose(name, value, &[("false", false), ("true", true)])
}

/// Who may log in, as the options say.
pub(crate) fn logins(options: &BTreeMap<String, String>) -> Result<Logins> {
    let authentication = options.get("authentication").map(String::as_str).filter(|value| !value.is_empty());
    choose(
        "authentication",
        authentication,
        &[
            ("NotSpecified", Logins::PrincipalsFirst),
            ("SqlPassword", Logins::Users),
            ("ActiveDirectoryServicePrincipal", Logins::Principals),
        ],
    )
    .map_err(|error| error.hint(NO_ENTRA))
}

/// A number; none, or one of those that say so, is no limit.
fn number(name: &str, value: Option<&str>, unlimited: &[&str]) -> Result<Option<u64>> {
    // The server counts milliseconds in 31 bits.
    const LARGEST: u64 = 2_000_000_000;
    match value {
        None => Ok(None),
        Some(value) if unlimited.contains(&value) => Ok(None),
        Some(value) => match value.parse::<u64>() {
            Ok(number) if number <= LARGEST => Ok(Some(number)),
            _ => Err(Error::invalid(format!(
                "option {name} of the connection URL is not a number between {} and {LARGEST}",
                unlimited.first().copied().unwrap_or("0")
            ))),
        },
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
    fn nothing_said_means_everything_verified() {
        let options = parse(&[]).unwrap();
        assert_eq!((options.encrypt, options.trust_any, &options.root_cert), (Encrypt::Mandatory, false, &None));
        assert_eq!((options.login_timeout, options.query_timeout), (Some(Duration::from_secs(30)), None));
        assert!(!options.reads_only && !options.all_addresses && options.lock_timeout.is_none());
    }

    #[test]
    fn silence_is_limited_unless_zero_says_otherwise() {
        let silence = |options| {
            let Silence { rows, answer } = parse(options).unwrap().silence;
            (rows.map(|limit| limit.as_millis()), answer.map(|limit| limit.as_millis()))
        };
        assert_eq!(silence(&[]), (Some(870_000), Some(60_000)));
        assert_eq!(silence(&[("socketTimeout", "7")]), (Some(7), Some(7)));
        assert_eq!(silence(&[("socketTimeout", "0")]), (None, None));
        assert!(parse(&[("socketTimeout", "long")]).unwrap_err().to_string().contains("socketTimeout"));
    }

    #[test]
    fn encryption_and_trust_are_taken_as_written_and_strict_always_verifies() {
        for (encrypt, level) in [
            ("strict", Encrypt::Strict),
            ("mandatory", Encrypt::Mandatory),
            ("optional", Encrypt::Optional),
            ("FALSE", Encrypt::Optional),
        ] {
            let options = parse(&[("encrypt", encrypt), ("trustServerCertificate", "true")]).unwrap();
            assert_eq!((options.encrypt, options.trust_any), (level, level != Encrypt::Strict), "{encrypt}");
        }
    }

    #[test]
    fn zero_and_minus_one_mean_what_the_vendor_says() {
        let options = parse(&[("lockTimeout", "0"), ("queryTimeout", "0"), ("loginTimeout", "0")]).unwrap();
        assert_eq!((options.lock_timeout, options.query_timeout), (Some(Duration::ZERO), None));
        assert_eq!(options.login_timeout, None);
        assert_eq!(parse(&[("lockTimeout", "-1")]).unwrap().lock_timeout, None);
    }

    #[test]
    fn whoever_logs_in_by_a_token_does_so_encrypted() {
        let (authentication, clear) = (("authentication", "ActiveDirectoryServicePrincipal"), ("encrypt", "false"));
        assert!(parse(&[authentication]).is_ok() && parse(&[clear]).is_ok());
        let error = parse(&[authentication, clear]).unwrap_err();
        assert!(error.to_string().contains("encrypt=false"), "{error}");
    }

    #[test]
    fn a_value_that_weakens_or_breaks_is_refused_by_name() {
        for (name, value) in [
            ("encrypt", "perhaps"),
            ("trustServerCertificate", "yes please"),
            ("authentication", "ActiveDirectoryPassword"),
            ("authentication", "ActiveDirectoryManagedIdentity"),
            ("entraAuthority", "http://login.microsoftonline.com"),
            ("entraResource", "database.windows.net"),
            ("instanceName", "a;b"),
            ("integratedSecurity", "true"),
            ("columnEncryptionSetting", "Enabled"),
            ("applicationIntent", "WriteOnly"),
            ("loginTimeout", "soon"),
            ("lockTimeout", "-2"),
            ("queryTimeout", "99999999999"),
        ] {
            let error = parse(&[(name, value)]).unwrap_err();
            let name = if name == "instanceName" { "instance" } else { name };
            assert!(error.to_string().contains(name), "{error}");
        }
        let both = parse(&[("trustServerCertificate", "true"), ("sslrootcert", "/ca.pem")]).unwrap_err().to_string();
        assert!(both.contains("trustServerCertificate") && both.contains("sslrootcert"));
    }
}
