//! The options of a connection URL: what becomes of every one that the vendors' drivers know, and their typed form.
//!
//! Not here: taking the URL itself apart (`url.rs`), and acting on an option (`connect.rs`, `tls.rs`, `connection.rs`).

use std::collections::BTreeMap;
use std::time::Duration;

use connector_core::{Endpoint, Error, OptionTable, Parameter, Result, Signing, Silence, Support, choose, option};
use connector_tls::{File, client_files};

use crate::connect::PORT;

use Support::{Honoured, Ignored, Refused};

const FETCH: &str = "rows are streamed, and batches are bounded by bytes";
const WIRE: &str = "statements are always prepared, and rows come in binary";
const LOGGING: &str = "log settings of the function apply";
const CACHE: &str = "nothing is cached";
const ONE_HOST: &str = "there is one host";
const RESULT_SHAPE: &str = "it changes nothing about reading";
const READS: &str = "sessions only read, one statement at a time";
const SOCKETS: &str = "it tunes the driver's sockets";
const ZONE: &str = "sessions are in UTC: a TIMESTAMP is shown in UTC and a DATETIME as it is stored";
const CHARSET: &str = "the character set of the session is always utf8mb4";
const LONG: &str = "metadata is asked for in one round trip";
const NO_CODE: &str = "it names a Java class; remove it";
const NO_KEYSTORE: &str = "give PEM files instead: sslCa, and sslCert with sslKey";
const NO_FILES: &str = "no server may ask for a file of the function";
const NO_SECRET: &str = "a password belongs into a secret: ${secret_name}";
const NO_PLACE: &str = "write host, port and database into the URL: //host:port/database";
const NO_LOGIN: &str = "log in with a password from a secret, or write iamAuth=true";

/// What the connection URL may carry.
pub(crate) static OPTIONS: OptionTable = OptionTable { engine: "MySQL", parameters: PARAMETERS, aliases: &[] };

/// Every option, sorted by name without regard to case.
const PARAMETERS: &[Parameter] = &[
    option("allowLoadLocalInfile", Honoured("only false, which is always so")),
    option("allowLoadLocalInfileInPath", Refused(NO_FILES)),
    option("allowMultiQueries", Ignored(READS)),
    option("allowNanAndInf", Ignored(READS)),
    option(
        "allowPublicKeyRetrieval",
        Honoured("without TLS: whether the server's key may be taken from itself; false by default"),
    ),
    option("allowReplicaDownConnections", Ignored(ONE_HOST)),
    option("allowSourceDownConnections", Ignored(ONE_HOST)),
    option("allowUrlInLocalInfile", Honoured("only false, which is always so")),
    option("alwaysSendSetIsolation", Ignored(READS)),
    option("authenticationPlugins", Refused(NO_CODE)),
    option("autoClosePStmtStreams", Ignored(RESULT_SHAPE)),
    option("autoDeserialize", Honoured("only false, which is always so")),
    option("autoGenerateTestcaseScript", Ignored(LOGGING)),
    option("autoReconnect", Ignored("a session that broke is replaced by a new one")),
    option("autoReconnectForPools", Ignored("a session that broke is replaced by a new one")),
    option("autoSlowLog", Ignored(LOGGING)),
    option("blobsAreStrings", Honoured("only false: a BLOB is bytes")),
    option("blobSendChunkSize", Ignored(READS)),
    option("cacheCallableStmts", Ignored(CACHE)),
    option("cacheDefaultTimeZone", Ignored(ZONE)),
    option("cachePrepStmts", Ignored(CACHE)),
    option("cacheResultSetMetadata", Ignored(CACHE)),
    option("cacheServerConfiguration", Ignored(CACHE)),
    option("callableStmtCacheSize", Ignored(CACHE)),
    option("characterEncoding", Ignored(CHARSET)),
    option("characterSetResults", Ignored(CHARSET)),
    option("clientCertificateKeyStorePassword", Refused(NO_KEYSTORE)),
    option("clientCertificateKeyStoreType", Refused(NO_KEYSTORE)),
    option("clientCertificateKeyStoreUrl", Refused(NO_KEYSTORE)),
    option("clientInfoProvider", Refused(NO_CODE)),
    option("clobberStreamingResults", Ignored(FETCH)),
    option("clobCharacterEncoding", Ignored(CHARSET)),
    option("compensateOnDuplicateKeyUpdateCounts", Ignored(READS)),
    option("connectionAttributes", Honoured("name:value pairs told to the server beside our own; none leaves all out")),
    option("connectionCollation", Ignored("texts are compared by code point")),
    option("connectionLifecycleInterceptors", Refused(NO_CODE)),
    option("connectionTimeZone", Ignored(ZONE)),
    option(
        "connectTimeout",
        Honoured(
            "milliseconds for reaching one address, and again for logging in and session set-up; by default 10000 and 30000, 0 for no limit",
        ),
    ),
    option("continueBatchOnError", Ignored(READS)),
    option("createDatabaseIfNotExist", Honoured("only false: nothing is created")),
    option("customCharsetMapping", Ignored(CHARSET)),
    option("databaseTerm", Ignored("databases are always shown as schemas")),
    option("defaultAuthenticationPlugin", Ignored("the server names the plugin")),
    option("defaultFetchSize", Ignored(FETCH)),
    option("detectCustomCollations", Ignored("texts are compared by code point")),
    option("disabledAuthenticationPlugins", Refused(NO_CODE)),
    option("disconnectOnExpiredPasswords", Ignored("an expired password is an error")),
    option("dnsSrv", Refused(NO_PLACE)),
    option("dontCheckOnDuplicateKeyUpdateInSQL", Ignored(READS)),
    option("dontTrackOpenResources", Ignored(RESULT_SHAPE)),
    option("dumpQueriesOnException", Ignored(LOGGING)),
    option("elideSetAutoCommits", Ignored(READS)),
    option("emptyStringsConvertToZero", Ignored(RESULT_SHAPE)),
    option("emulateLocators", Honoured("only false: a BLOB is read as it is")),
    option("emulateUnsupportedPstmts", Ignored(WIRE)),
    option("enableEscapeProcessing", Ignored(READS)),
    option("enablePacketDebug", Ignored(LOGGING)),
    option("enableQueryTimeouts", Ignored("queryTimeout is the server's own")),
    option("exceptionInterceptors", Refused(NO_CODE)),
    option("explainSlowQueries", Ignored(LOGGING)),
    option("failOverReadOnly", Ignored(ONE_HOST)),
    option("fallbackToSystemKeyStore", Refused(NO_KEYSTORE)),
    option("fallbackToSystemTrustStore", Ignored("Mozilla's and Amazon RDS's roots are built in")),
    option("fipsCompliantJsse", Ignored("TLS is by rustls")),
    option("forceConnectionTimeZoneToSession", Ignored(ZONE)),
    option("functionsNeverReturnBlobs", Ignored(RESULT_SHAPE)),
    option("gatherPerfMetrics", Ignored(LOGGING)),
    option("generateSimpleParameterMetadata", Ignored(RESULT_SHAPE)),
    option("getProceduresReturnsFunctions", Ignored(RESULT_SHAPE)),
    option("ha.enableJMX", Ignored(ONE_HOST)),
    option("ha.loadBalanceStrategy", Ignored(ONE_HOST)),
    option("holdResultsOpenOverStatementClose", Ignored(FETCH)),
    option("iamAuth", Honoured("true: a token of Amazon RDS is signed for every log-in, instead of a password")),
    option("iamRegion", Honoured("the region that the token is for, where the host's name does not say")),
    option("idTokenFile", Refused(NO_LOGIN)),
    option("ignoreNonTxTables", Ignored(READS)),
    option("includeInnodbStatusInDeadlockExceptions", Ignored(LOGGING)),
    option("includeThreadDumpInDeadlockExceptions", Ignored(LOGGING)),
    option("includeThreadNamesAsStatementComment", Ignored("statements carry the session's own name")),
    option("initialTimeout", Ignored(ONE_HOST)),
    option("interactiveClient", Ignored("warm sessions are few and checked before use")),
    option("jdbcCompliantTruncation", Ignored(RESULT_SHAPE)),
    option("keyManagerFactoryProvider", Refused(NO_CODE)),
    option("keyStoreProvider", Refused(NO_CODE)),
    option("largeRowSizeThreshold", Ignored(FETCH)),
    option("ldapServerHostname", Refused(NO_LOGIN)),
    option("loadBalanceAutoCommitStatementRegex", Ignored(ONE_HOST)),
    option("loadBalanceBlocklistTimeout", Ignored(ONE_HOST)),
    option("loadBalanceConnectionGroup", Ignored(ONE_HOST)),
    option("loadBalancePingTimeout", Ignored(ONE_HOST)),
    option("localSocketAddress", Refused("the function's network decides where connections leave from")),
    option("locatorFetchBufferSize", Ignored(FETCH)),
    option("logger", Ignored(LOGGING)),
    option("logSlowQueries", Ignored(LOGGING)),
    option("logXaCommands", Ignored(LOGGING)),
    option("maintainTimeStats", Ignored(LOGGING)),
    option("maxAllowedPacket", Ignored("the server's own applies to what is sent, the largest cell to what is read")),
    option("maxByteArrayAsHex", Ignored(LOGGING)),
    option("maxQuerySizeToLog", Ignored(LOGGING)),
    option("maxReconnects", Ignored(ONE_HOST)),
    option("maxRows", Refused("it would lose rows; write LIMIT in the query")),
    option("metadataCacheSize", Ignored(CACHE)),
    option("netTimeoutForStreamingResults", Ignored("the server waits 600 seconds for us")),
    option("noAccessToProcedureBodies", Ignored(RESULT_SHAPE)),
    option("noDatetimeStringSync", Ignored(ZONE)),
    option("nullDatabaseMeansCurrent", Ignored(LONG)),
    option("ociConfigFile", Refused(NO_LOGIN)),
    option("ociConfigProfile", Refused(NO_LOGIN)),
    option("overrideSupportsIntegrityEnhancementFacility", Ignored(RESULT_SHAPE)),
    option("packetDebugBufferSize", Ignored(LOGGING)),
    option("padCharsWithSpace", Honoured("only false: a CHAR is shown without its trailing blanks")),
    option("paranoid", Ignored("no message of ours holds a secret or a value")),
    option("password", Refused(NO_SECRET)),
    option("password1", Refused(NO_SECRET)),
    option("password2", Refused(NO_SECRET)),
    option("password3", Refused(NO_SECRET)),
    option("pedantic", Ignored(RESULT_SHAPE)),
    option("pinGlobalTxToPhysicalConnection", Ignored(READS)),
    option("populateInsertRowWithDefaultValues", Ignored(READS)),
    option("prepStmtCacheSize", Ignored(CACHE)),
    option("prepStmtCacheSqlLimit", Ignored(CACHE)),
    option("preserveInstants", Ignored(ZONE)),
    option("processEscapeCodesForPrepStmts", Ignored(WIRE)),
    option("profilerEventHandler", Refused(NO_CODE)),
    option("profileSQL", Ignored(LOGGING)),
    option("propertiesTransform", Refused(NO_CODE)),
    option("queriesBeforeRetrySource", Ignored(ONE_HOST)),
    option("queryInfoCacheFactory", Refused(NO_CODE)),
    option("queryInterceptors", Refused(NO_CODE)),
    option("queryTimeout", Honoured("seconds that a statement may take at the server; 0 for no limit")),
    option("queryTimeoutKillsConnection", Ignored("a statement that is out of time is stopped at the server")),
    option("readFromSourceWhenNoReplicas", Ignored(ONE_HOST)),
    option("readOnlyPropagatesToServer", Ignored("sessions are always read-only")),
    option("reconnectAtTxEnd", Ignored(ONE_HOST)),
    option("replicationConnectionGroup", Ignored(ONE_HOST)),
    option("reportMetricsIntervalMillis", Ignored(LOGGING)),
    option("requireSSL", Honoured("with verifyServerCertificate=false, true means sslMode=REQUIRED; sslMode wins")),
    option("resourceId", Ignored(READS)),
    option("resultSetSizeThreshold", Ignored(LOGGING)),
    option("retriesAllDown", Ignored(ONE_HOST)),
    option("rewriteBatchedStatements", Ignored(READS)),
    option("rollbackOnPooledClose", Ignored(READS)),
    option("scrollTolerantForwardOnly", Ignored(RESULT_SHAPE)),
    option("secondsBeforeRetrySource", Ignored(ONE_HOST)),
    option("selfDestructOnPingMaxOperations", Ignored(ONE_HOST)),
    option("selfDestructOnPingSecondsLifetime", Ignored(ONE_HOST)),
    option("sendFractionalSeconds", Ignored("fractions always count")),
    option("sendFractionalSecondsForTime", Ignored("fractions always count")),
    option("serverAffinityOrder", Ignored(ONE_HOST)),
    option("serverConfigCacheFactory", Refused(NO_CODE)),
    option("serverRSAPublicKeyFile", Refused("use TLS, or allowPublicKeyRetrieval where the way is safe")),
    option("serverSslCert", Refused("write sslCa")),
    option("serverTimezone", Ignored(ZONE)),
    option(
        "sessionVariables",
        Refused("set them for the user at the server, or in a view; the session's own are pinned"),
    ),
    option("slowQueryThresholdMillis", Ignored(LOGGING)),
    option("slowQueryThresholdNanos", Ignored(LOGGING)),
    option("socketFactory", Refused(NO_CODE)),
    option("socketFactoryArg", Refused(NO_CODE)),
    option("socketProxyHost", Refused("the function's network decides where connections go")),
    option("socketProxyPort", Refused("the function's network decides where connections go")),
    option("socketProxyRemoteDns", Refused("the function's network decides where connections go")),
    option(
        "socketTimeout",
        Honoured(
            "milliseconds of silence while an answer is due; by default 870000 for rows, 60000 for all else, 0 for no limit",
        ),
    ),
    option("socksProxyHost", Refused("the function's network decides where connections go")),
    option("socksProxyPort", Refused("the function's network decides where connections go")),
    option("socksProxyRemoteDns", Refused("the function's network decides where connections go")),
    option("sslCa", Honoured("path of a PEM file with the CAs to trust instead of the built-in ones")),
    option("sslCert", Honoured("path of a PEM file with the client's certificate")),
    option("sslContextProvider", Refused(NO_CODE)),
    option("sslKey", Honoured("path of the client's private key, PEM or PKCS#8 DER, not encrypted")),
    option(
        "sslMode",
        Honoured("DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY; VERIFY_IDENTITY by default"),
    ),
    option("strictUpdates", Ignored(READS)),
    option("tcpKeepAlive", Honoured("true by default: a host that is gone is noticed within two minutes")),
    option("tcpNoDelay", Ignored("always on")),
    option("tcpRcvBuf", Ignored(SOCKETS)),
    option("tcpSndBuf", Ignored(SOCKETS)),
    option("tcpTrafficClass", Ignored(SOCKETS)),
    option(
        "tinyInt1isBit",
        Honoured("true by default: TINYINT(1) is a boolean, and a value but 0 and 1 an error; false shows the number"),
    ),
    option("tlsCiphersuites", Ignored("rustls offers none that is weak")),
    option("tlsVersions", Ignored("TLS 1.2 and 1.3 are the only ones")),
    option("traceProtocol", Ignored(LOGGING)),
    option("trackSessionState", Ignored(RESULT_SHAPE)),
    option("transformedBitIsBoolean", Ignored("a TINYINT(1) that is a bit is a boolean")),
    option("treatMysqlDatetimeAsTimestamp", Ignored(ZONE)),
    option("treatUtilDateAsTimestamp", Ignored(READS)),
    option("trustCertificateKeyStorePassword", Refused(NO_KEYSTORE)),
    option("trustCertificateKeyStoreType", Refused(NO_KEYSTORE)),
    option("trustCertificateKeyStoreUrl", Refused(NO_KEYSTORE)),
    option("trustManagerFactoryProvider", Refused(NO_CODE)),
    option("ultraDevHack", Ignored(RESULT_SHAPE)),
    option("useAffectedRows", Ignored(READS)),
    option("useColumnNamesInFindColumn", Ignored(RESULT_SHAPE)),
    option("useCompression", Ignored("nothing is compressed: it would cost more time than it saves")),
    option("useConfigs", Refused("write the options into the URL")),
    option("useCursorFetch", Ignored(FETCH)),
    option("useHostsInPrivileges", Ignored(RESULT_SHAPE)),
    option("useInformationSchema", Ignored("always so")),
    option("useLocalSessionState", Ignored(READS)),
    option("useLocalTransactionState", Ignored(READS)),
    option("useNanosForElapsedTime", Ignored(LOGGING)),
    option("useOldAliasMetadataBehavior", Ignored(RESULT_SHAPE)),
    option("useOnlyServerErrorMessages", Ignored("texts of the server that may hold data are never shown")),
    option("user", Refused("a user belongs into a secret, beside its password: ${secret_name}")),
    option("useReadAheadInput", Ignored(FETCH)),
    option("useServerPrepStmts", Ignored(WIRE)),
    option("useSSL", Honoured("true means sslMode=VERIFY_IDENTITY, false means sslMode=DISABLED; sslMode wins")),
    option("useStreamLengthsInPrepStmts", Ignored(READS)),
    option("useUnbufferedInput", Ignored(FETCH)),
    option("useUnicode", Ignored(CHARSET)),
    option("useUsageAdvisor", Ignored(LOGGING)),
    option(
        "verifyServerCertificate",
        Honoured("true means sslMode=VERIFY_CA; false means PREFERRED, or REQUIRED with requireSSL; sslMode wins"),
    ),
    option("xdevapi.auth", Refused(NO_LOGIN)),
    option("yearIsDateType", Honoured("only false: a YEAR is a number")),
    option(
        "zeroDateTimeBehavior",
        Honoured("EXCEPTION (default) or CONVERT_TO_NULL; ROUND, which makes dates up, is refused"),
    ),
];

/// How much of TLS is asked for, from nothing to everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SslMode {
    Disabled,
    Preferred,
    Required,
    VerifyCa,
    VerifyIdentity,
}

impl SslMode {
    /// The option's value.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "DISABLED",
            Self::Preferred => "PREFERRED",
            Self::Required => "REQUIRED",
            Self::VerifyCa => "VERIFY_CA",
            Self::VerifyIdentity => "VERIFY_IDENTITY",
        }
    }
}

/// The honoured options, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) ssl_mode: SslMode,
    pub(crate) root_cert: Option<File>,
    pub(crate) client_cert: Option<(File, File)>,
    pub(crate) public_key_retrieval: bool,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) login_timeout: Option<Duration>,
    pub(crate) silence: Silence,
    pub(crate) query_timeout: Option<Duration>,
    pub(crate) keep_alive: bool,
    pub(crate) attributes: Option<Vec<(String, String)>>,
    pub(crate) shown: Shown,
    pub(crate) iam: bool,
}

/// The token to be signed, if there is to be one. The server asks for it in clear, so it is shown to nobody but the very host
/// that it is for.
pub(crate) fn signing(endpoint: &Endpoint) -> Result<Option<Signing>> {
    if !Options::parse(&endpoint.options)?.iam {
        return Ok(None);
    }
    let region = endpoint.options.get("iamRegion").filter(|region| !region.is_empty()).cloned();
    Ok(Some(Signing { host: endpoint.host.clone(), port: endpoint.port.unwrap_or(PORT), region }))
}

/// What options say about how values are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Whether TINYINT(1) is a truth value.
    pub(crate) tiny_is_bit: bool,
    /// Whether a date with a zero in it is NULL rather than an error.
    pub(crate) zero_is_null: bool,
}

fn silence(value: Option<&str>) -> Result<Silence> {
    let Some(value) = value else { return Ok(Silence::default()) };
    Ok(Silence::of(millis("socketTimeout", Some(value))?))
}

impl Options {
    /// Parses checked options; every value is checked, and none is repeated in a message unless it cannot be a secret.
    pub(crate) fn parse(options: &BTreeMap<String, String>) -> Result<Self> {
        let get = |name: &str| options.get(name).map(String::as_str).filter(|value| !value.is_empty());
        for name in ONLY_FALSE {
            if flag(name, get(name))? == Some(true) {
                let why = OPTIONS.find(name).map_or("", |parameter| match parameter.support {
                    Honoured(text) | Ignored(text) | Refused(text) => text,
                });
                return Err(Error::invalid(format!("option {name} of the connection URL is refused")).hint(why));
            }
        }
        let connect = get("connectTimeout");
        let zero = [("EXCEPTION", false), ("CONVERT_TO_NULL", true), ("convertToNull", true)];
        let ssl_mode = ssl_mode(&get)?;
        let iam = flag("iamAuth", get("iamAuth"))?.unwrap_or(false);
        if iam && ssl_mode != SslMode::VerifyIdentity {
            return Err(Error::invalid(
                "option iamAuth of the connection URL sends a token that logs in, but sslMode does not verify to whom",
            )
            .hint("leave sslMode out, or write sslMode=VERIFY_IDENTITY"));
        }
        Ok(Self {
            ssl_mode,
            iam,
            root_cert: File::named("sslCa", get("sslCa")),
            client_cert: client_files(("sslCert", get("sslCert")), ("sslKey", get("sslKey")))?,
            public_key_retrieval: flag("allowPublicKeyRetrieval", get("allowPublicKeyRetrieval"))?.unwrap_or(false),
            connect_timeout: millis("connectTimeout", connect.or(Some("10000")))?,
            login_timeout: millis("connectTimeout", connect.or(Some("30000")))?,
            silence: silence(get("socketTimeout"))?,
            query_timeout: seconds("queryTimeout", get("queryTimeout"))?,
            keep_alive: flag("tcpKeepAlive", get("tcpKeepAlive"))?.unwrap_or(true),
            attributes: attributes(get("connectionAttributes")),
            shown: Shown {
                tiny_is_bit: flag("tinyInt1isBit", get("tinyInt1isBit"))?.unwrap_or(true),
                zero_is_null: choose("zeroDateTimeBehavior", get("zeroDateTimeBehavior"), &zero)?,
            },
        })
    }
}

/// Options that may be written, but not switched on.
const ONLY_FALSE: [&str; 9] = [
    "allowLoadLocalInfile",
    "allowUrlInLocalInfile",
    "autoDeserialize",
    "blobsAreStrings",
    "createDatabaseIfNotExist",
    "emulateLocators",
    "padCharsWithSpace",
    "yearIsDateType",
    "emptyStringsConvertToZero",
];

fn flag(name: &str, value: Option<&str>) -> Result<Option<bool>> {
    let choices = [("true", true), ("false", false), ("yes", true), ("no", false)];
    value.map(|_| choose(name, value, &choices)).transpose()
}

/// The mode as written; else what the older options say together, and nothing weaker than they do.
fn ssl_mode<'o>(get: &impl Fn(&str) -> Option<&'o str>) -> Result<SslMode> {
    let choices = [
        ("DISABLED", SslMode::Disabled),
        ("PREFERRED", SslMode::Preferred),
        ("REQUIRED", SslMode::Required),
        ("VERIFY_CA", SslMode::VerifyCa),
        ("VERIFY_IDENTITY", SslMode::VerifyIdentity),
        // As MariaDB's driver spells them.
        ("disable", SslMode::Disabled),
        ("trust", SslMode::Required),
        ("verify-ca", SslMode::VerifyCa),
        ("verify-full", SslMode::VerifyIdentity),
    ];
    let older = ["useSSL", "requireSSL", "verifyServerCertificate"].map(|name| flag(name, get(name)));
    let [use_ssl, require, verify] = older;
    let (use_ssl, require, verify) = (use_ssl?, require?, verify?);
    if let mode @ Some(_) = get("sslMode") {
        return choose("sslMode", mode, &choices);
    }
    Ok(match (use_ssl, verify) {
        (Some(false), _) => SslMode::Disabled,
        (_, Some(true)) => SslMode::VerifyCa,
        (_, Some(false)) if require == Some(true) => SslMode::Required,
        (_, Some(false)) => SslMode::Preferred,
        (_, None) => SslMode::VerifyIdentity,
    })
}

/// Pairs of a name and a value; nothing if none are wanted at all.
fn attributes(value: Option<&str>) -> Option<Vec<(String, String)>> {
    let pairs = value.unwrap_or_default();
    if pairs.eq_ignore_ascii_case("none") {
        return None;
    }
    let pairs = pairs.split(',').filter_map(|pair| pair.split_once(':'));
    Some(pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect())
}

/// A number of seconds; none or zero is no limit.
fn seconds(name: &str, value: Option<&str>) -> Result<Option<Duration>> {
    counted(name, "seconds", value, Duration::from_secs)
}

/// A number of milliseconds; none or zero is no limit.
fn millis(name: &str, value: Option<&str>) -> Result<Option<Duration>> {
    counted(name, "milliseconds", value, Duration::from_millis)
}

fn counted(name: &str, unit: &str, value: Option<&str>, of: impl Fn(u64) -> Duration) -> Result<Option<Duration>> {
    // More would overflow the server's own limit, which counts milliseconds in 32 bits.
    const LONGEST: Duration = Duration::from_secs(4_000_000);
    match value.map(str::parse::<u64>) {
        None | Some(Ok(0)) => Ok(None),
        Some(Ok(number)) if of(number) <= LONGEST => Ok(Some(of(number))),
        Some(_) => Err(Error::invalid(format!(
            "option {name} of the connection URL is not a number of {unit} between 0 and {} days",
            LONGEST.as_secs() / 86_400
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
        assert!(ONLY_FALSE.iter().all(|name| OPTIONS.find(name).is_some()));
    }

    #[test]
    fn nothing_said_means_everything_verified() {
        let options = parse(&[]).unwrap();
        assert_eq!(options.ssl_mode, SslMode::VerifyIdentity);
        assert_eq!(options.connect_timeout, Some(Duration::from_secs(10)));
        assert_eq!((options.login_timeout, options.query_timeout), (Some(Duration::from_secs(30)), None));
        assert!(options.keep_alive && !options.public_key_retrieval);
        assert_eq!(options.shown, Shown { tiny_is_bit: true, zero_is_null: false });
    }

    #[test]
    fn limits_are_in_the_vendors_units() {
        let limits = |options| {
            let Options { connect_timeout, login_timeout, silence, .. } = parse(options).unwrap();
            [connect_timeout, login_timeout, silence.rows, silence.answer]
                .map(|limit| limit.map(|limit| limit.as_millis()))
        };
        assert_eq!(limits(&[]), [Some(10_000), Some(30_000), Some(870_000), Some(60_000)]);
        let written = [("connectTimeout", "250"), ("socketTimeout", "7000")];
        assert_eq!(limits(&written), [Some(250), Some(250), Some(7000), Some(7000)]);
        assert_eq!(limits(&[("connectTimeout", "0"), ("socketTimeout", "0")]), [None; 4]);
        assert_eq!(parse(&[("queryTimeout", "9")]).unwrap().query_timeout, Some(Duration::from_secs(9)));
    }

    #[test]
    fn older_options_mean_what_they_say_and_a_mode_wins() {
        for (written, mode) in [
            (vec![("useSSL", "false")], SslMode::Disabled),
            (vec![("useSSL", "true")], SslMode::VerifyIdentity),
            (vec![("useSSL", "true"), ("requireSSL", "true")], SslMode::VerifyIdentity),
            (vec![("verifyServerCertificate", "true")], SslMode::VerifyCa),
            (vec![("useSSL", "true"), ("verifyServerCertificate", "false")], SslMode::Preferred),
            (vec![("requireSSL", "true"), ("verifyServerCertificate", "false")], SslMode::Required),
            (vec![("sslMode", "verify_ca"), ("useSSL", "false")], SslMode::VerifyCa),
            (vec![("sslMode", "trust")], SslMode::Required),
            (vec![("sslMode", "verify-full")], SslMode::VerifyIdentity),
        ] {
            assert_eq!(parse(&written).unwrap().ssl_mode, mode, "{written:?}");
        }
    }

    #[test]
    fn a_value_that_weakens_breaks_or_makes_up_is_refused_by_name() {
        for (name, value) in [
            ("sslMode", "verify"),
            ("useSSL", "perhaps"),
            ("connectTimeout", "soon"),
            ("queryTimeout", "99999999999"),
            ("sslCert", "/client.pem"),
            ("sslKey", "/client.key"),
            ("zeroDateTimeBehavior", "ROUND"),
            ("allowLoadLocalInfile", "true"),
            ("yearIsDateType", "true"),
            ("padCharsWithSpace", "true"),
        ] {
            let error = parse(&[(name, value)]).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
        assert!(parse(&[("allowLoadLocalInfile", "false"), ("yearIsDateType", "false")]).is_ok());
    }

    #[test]
    fn a_token_is_signed_for_the_very_host_and_only_where_that_is_verified() {
        let endpoint = |url: &str| crate::url::endpoint(url);
        let signing = |url: &str| signing(&endpoint(url).unwrap()).unwrap();
        assert_eq!(signing("jdbc:mysql://h/d"), None);
        let to = |port, region: Option<&str>| Signing { host: "h".into(), port, region: region.map(Into::into) };
        assert_eq!(signing("jdbc:mysql://h/d?iamAuth=true"), Some(to(3306, None)));
        let named = "jdbc:mysql://h:6000/d?iamAuth=true&iamRegion=eu-west-1&sslMode=VERIFY_IDENTITY";
        assert_eq!(signing(named), Some(to(6000, Some("eu-west-1"))));
        for weaker in ["sslMode=DISABLED", "sslMode=PREFERRED", "sslMode=REQUIRED", "sslMode=VERIFY_CA", "useSSL=false"]
        {
            let error = endpoint(&format!("jdbc:mysql://h/d?iamAuth=true&{weaker}")).unwrap_err();
            assert!(error.to_string().contains("iamAuth") && error.to_string().contains("sslMode"), "{error}");
        }
    }

    #[test]
    fn attributes_are_pairs_or_none_at_all() {
        let pairs = |value| parse(&[("connectionAttributes", value)]).unwrap().attributes;
        assert_eq!(pairs("none"), None);
        assert_eq!(pairs("team: sales,x"), Some(vec![("team".to_owned(), "sales".to_owned())]));
        assert_eq!(parse(&[]).unwrap().attributes, Some(vec![]));
    }
}
