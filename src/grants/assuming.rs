//! Roles that environments' accounts have for us: each wants to be told of which register we are.

use aws_config::{Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use connector_core::{Error, Result};

use crate::config::{Aws, failure};
use crate::register::Account;

/// AWS in an environment's account and region, as `role` of the account; it lasts for an hour.
///
/// Errors: those of STS.
pub async fn assumed(aws: &Aws, role: &str, account: &Account, domain: &str) -> Result<SdkConfig> {
    let doing = format!("assuming {role}");
    let sdk = aws.sdk().await;
    let asked = aws_sdk_sts::Client::new(sdk).assume_role().role_arn(role).external_id(domain);
    let told = asked.role_session_name("glaux-grants").send().await.map_err(|error| failure(&doing, &error))?;
    let told = told.credentials.ok_or_else(|| Error::corrupt("there is no credential").context(doing))?;
    let own = Credentials::new(told.access_key_id, told.secret_access_key, Some(told.session_token), None, "assumed");
    let sdk = sdk.to_builder().credentials_provider(SharedCredentialsProvider::new(own));
    Ok(sdk.region(Region::new(account.region.clone())).build())
}
