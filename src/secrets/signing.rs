//! Tokens of Amazon RDS, shown instead of a password: a link to the database's host that is signed with the function's own
//! credential, and good for a log-in in the quarter of an hour after.
//!
//! Signing asks nobody and takes no time, so a token is made for every log-in and kept for none: it has all of its time left.
//! A session that is open outlives its token.

use std::time::{Duration, SystemTime};

use aws_sdk_secretsmanager::config::{Credentials, ProvideCredentials};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use connector_core::{Credential, Error, ErrorKind, Result, Secret, Signing};

use crate::config::Aws;

/// As long as RDS takes one.
const LIFETIME: Duration = Duration::from_mins(15);
/// How long the credential that signs must still be good: a token ends with it.
const LEAST: Duration = Duration::from_mins(1);

/// The same user, with a token instead of a password.
///
/// Errors: unauthenticated, where there is no AWS credential; invalid, where no region is told.
pub async fn signed(aws: &Aws, signing: &Signing, user: Credential) -> Result<Credential> {
    let doing = |error: Error| error.context(format!("signing a token for user {:?}", user.user));
    let sdk = aws.sdk().await;
    let own = sdk.region().map(ToString::to_string);
    let region = signing.region.clone().or_else(|| region_of(&signing.host)).or(own).ok_or_else(|| {
        doing(
            Error::invalid("the region of the database is not told").hint("write iamRegion=… into the connection URL"),
        )
    })?;
    let none = || {
        doing(
            Error::new(ErrorKind::Unauthenticated, "there is no AWS credential to sign it with")
                .hint("give the function a role that may rds-db:connect as this user"),
        )
    };
    let provider = sdk.credentials_provider().ok_or_else(none)?;
    // The provider's own words may quote what it was given.
    let credentials = provider.provide_credentials().await.map_err(|_| none())?;
    let now = SystemTime::now();
    if credentials.expiry().is_some_and(|end| end < now + LEAST) {
        let told = Error::new(ErrorKind::Unavailable, "the function's own AWS credential is about to end");
        return Err(doing(told.hint("run the query again")));
    }
    let password = token(&credentials, signing, &user.user, &region, now).map_err(doing)?;
    Ok(Credential { password, ..user })
}

fn token(credentials: &Credentials, signing: &Signing, user: &str, region: &str, now: SystemTime) -> Result<Secret> {
    // The cause is left out: it may quote what was to be signed.
    let unsignable = || Error::invalid("it cannot be signed").hint("check the host, the user and the region");
    let mut settings = SigningSettings::default();
    settings.expires_in = Some(LIFETIME);
    settings.signature_location = SignatureLocation::QueryParams;
    let identity = credentials.clone().into();
    let how = v4::SigningParams::builder().identity(&identity).region(region).name("rds-db").time(now);
    let how = how.settings(settings).build().map_err(|_| unsignable())?.into();
    let host = signing.host.to_ascii_lowercase();
    let asked = format!("{host}:{}/?Action=connect&DBUser={}", signing.port, encoded(user));
    let url = format!("https://{asked}");
    let request = SignableRequest::new("GET", url, std::iter::empty(), SignableBody::empty());
    let (signature, _) = sign(request.map_err(|_| unsignable())?, &how).map_err(|_| unsignable())?.into_parts();
    let parameters = signature.params().iter().map(|(name, value)| format!("&{name}={}", encoded(value)));
    Ok(Secret::new(asked + &parameters.collect::<String>()))
}

/// The region in the name of a host of RDS: `<name>.<id>.<region>.rds.amazonaws.com`, in China with `.cn` behind.
fn region_of(host: &str) -> Option<String> {
    let host = host.to_ascii_lowercase();
    let front = host.strip_suffix(".cn").unwrap_or(&host).strip_suffix(".rds.amazonaws.com")?;
    front.rsplit_once('.').map(|(_, region)| region.to_owned())
}

/// As a part of a query: all but letters, digits and `-._~` by their bytes.
fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_sdk_secretsmanager::config::SharedCredentialsProvider;
    use serde_json::Value;

    use super::*;

    fn parts(token: &str) -> Vec<&str> {
        let (place, query) = token.split_once('?').unwrap();
        let mut parts: Vec<&str> = query.split('&').chain([place]).collect();
        parts.sort_unstable();
        parts
    }

    /// The moment of a token, of its own words.
    fn moment(token: &str) -> SystemTime {
        let (_, date) = token.split_once("X-Amz-Date=").unwrap();
        let number = |from: usize, to: usize| date[from..to].parse::<u64>().unwrap();
        let (year, month, day) = (number(0, 4), number(4, 6), number(6, 8));
        let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let days = y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
        let seconds = number(9, 11) * 3600 + number(11, 13) * 60 + number(13, 15);
        SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400 + seconds)
    }

    #[test]
    fn a_token_is_the_one_that_awss_own_signer_makes() {
        let cases: Vec<Value> = serde_json::from_str(include_str!("../../schemas/rds/tokens.json")).unwrap();
        assert_eq!(cases.len(), 4);
        for case in &cases {
            let text = |key: &str| case[key].as_str().unwrap();
            let session = case["session_token"].as_str().map(str::to_owned);
            let credentials = Credentials::new(text("access_key"), text("secret_key"), session, None, "test");
            let port = u16::try_from(case["port"].as_u64().unwrap()).unwrap();
            let signing = Signing { host: text("host").to_uppercase(), port, region: None };
            let made = token(&credentials, &signing, text("user"), text("region"), moment(text("token"))).unwrap();
            assert_eq!(parts(made.expose()), parts(text("token")));
        }
    }

    #[test]
    fn a_host_of_rds_says_its_region() {
        for (host, region) in [
            ("db.abc.eu-west-1.rds.amazonaws.com", Some("eu-west-1")),
            ("DB.cluster-ro-abc.US-EAST-1.rds.amazonaws.com", Some("us-east-1")),
            ("db.abc.cn-north-1.rds.amazonaws.com.cn", Some("cn-north-1")),
            ("proxy.proxy-abc.us-gov-west-1.rds.amazonaws.com", Some("us-gov-west-1")),
            ("db.example.com", None),
            ("eu-west-1.rds.amazonaws.com.example.com", None),
            ("rds.amazonaws.com", None),
        ] {
            assert_eq!(region_of(host).as_deref(), region, "{host}");
        }
    }

    fn aws(region: Option<&'static str>, credentials: Option<Credentials>) -> Aws {
        let mut sdk = SdkConfig::builder().behavior_version(BehaviorVersion::latest());
        sdk.set_region(region.map(Region::from_static));
        sdk.set_credentials_provider(credentials.map(SharedCredentialsProvider::new));
        Aws::of(sdk.build())
    }

    #[tokio::test]
    async fn a_token_is_new_for_every_login_and_shown_to_nobody() {
        let credentials = Credentials::new("AKIDEXAMPLE", "hunter2", Some("hunter3".into()), None, "test");
        let aws = aws(Some("eu-west-1"), Some(credentials));
        let signing = Signing { host: "db.example.com".into(), port: 5432, region: None };
        let user = || Credential { user: "reader".into(), password: Secret::new("old") };
        let signed = signed(&aws, &signing, user()).await.unwrap();
        assert!(signed.password.expose().contains("DBUser=reader") && signed.password.expose().contains("eu-west-1"));
        assert!(signed.password.expose().contains("X-Amz-Expires=900&"));
        let made = moment(signed.password.expose());
        assert!(made.elapsed().unwrap() + LEAST < LIFETIME);
        let shown = format!("{signed:?} {aws:?}");
        assert!(!shown.contains("hunter") && !shown.contains("Amz"), "{shown}");
    }

    #[tokio::test]
    async fn what_is_missing_is_named_and_a_credential_that_ends_signs_nothing() {
        let signing = Signing { host: "db.example.com".into(), port: 5432, region: None };
        let user = Credential { user: "reader".into(), password: Secret::new("") };
        let ends = |seconds| Some(SystemTime::now() + Duration::from_secs(seconds));
        let ending = |seconds| Some(Credentials::new("AKID", "hunter2", None, ends(seconds), "test"));
        for (aws, kind, named) in [
            (aws(None, ending(3600)), ErrorKind::Invalid, "region"),
            (aws(Some("eu-west-1"), None), ErrorKind::Unauthenticated, "no AWS credential"),
            (aws(Some("eu-west-1"), ending(30)), ErrorKind::Unavailable, "about to end"),
        ] {
            let error = signed(&aws, &signing, user.clone()).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(named) && error.to_string().contains("reader"), "{error}");
        }
        assert!(signed(&aws(Some("eu-west-1"), ending(120)), &signing, user).await.is_ok());
    }
}
