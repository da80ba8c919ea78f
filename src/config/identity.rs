//! Who AWS says that this process is, which nobody can set.

use aws_sdk_sts::Client;
use connector_core::{Error, Result};

use super::{Aws, failure};

/// The ARN by which STS knows whose credential this is.
///
/// Errors: unauthenticated, without a credential; those of reaching STS.
pub async fn caller_arn(aws: &Aws) -> Result<String> {
    let told = Client::new(aws.sdk().await).get_caller_identity().send().await;
    let told = told.map_err(|error| failure("asking AWS STS who acts", &error))?;
    told.arn.ok_or_else(|| Error::corrupt("AWS STS does not say who acts"))
}
