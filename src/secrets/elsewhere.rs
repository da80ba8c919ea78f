//! Where the secret of a name is if another account keeps it: its ARN, in an SSM parameter of the same name (D18).
//!
//! Not here: reading it, which is the same as of any other.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::error::ProvideErrorMetadata;
use connector_core::{Error, ErrorKind, Result};
use tokio::sync::OnceCell;

use crate::config::{Aws, SecretsConfig, failure};

/// The parameters of the function's own account; on a machine without AWS there are none.
pub struct Parameters {
    aws: Option<Aws>,
    client: OnceCell<Client>,
}

impl Parameters {
    pub fn new(config: &SecretsConfig) -> Self {
        let is_on_aws = config.file.is_none() && config.folder.is_none();
        Self { aws: is_on_aws.then(|| config.aws.clone()), client: OnceCell::new() }
    }

    /// The ARN that the parameter of a secret's name holds, if there is one.
    pub async fn find(&self, name: &str) -> Result<Option<String>> {
        let Some(aws) = &self.aws else { return Ok(None) };
        let Some(parameter) = parameter(name) else { return Ok(None) };
        let client = self.client.get_or_init(|| async { Client::new(aws.sdk().await) }).await;
        let doing = format!("looking for SSM parameter {parameter:?}");
        let held = match client.get_parameter().name(&parameter).send().await {
            Ok(answer) => answer.parameter.and_then(|parameter| parameter.value),
            Err(error) if error.code() == Some("ParameterNotFound") => return Ok(None),
            Err(error) => match failure(&doing, &error) {
                error if error.kind() == ErrorKind::Forbidden => {
                    return Err(error.hint("let the function's role use ssm:GetParameter on it"));
                }
                error => return Err(error),
            },
        };
        let arn = held.unwrap_or_default();
        if !is_of(&arn, name) {
            // What stands there could be anything, a password too.
            return Err(Error::invalid(format!("it holds no ARN of a secret that is called {name:?}")).context(doing));
        }
        Ok(Some(arn))
    }
}

/// What the parameter of a secret is called: a path, which begins with a slash. SSM takes fewer characters than Secrets Manager.
pub fn parameter(name: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/_.-".contains(c);
    name.chars().all(is_plain).then(|| format!("/{name}"))
}

/// Whether it is the ARN of a secret of this name and no other, with or without the six characters that the service adds.
fn is_of(arn: &str, name: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(7, ':').collect();
    let ["arn", _, "secretsmanager", _, account, "secret", secret] = parts[..] else { return false };
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let added = secret.strip_prefix(name);
    let is_added = |rest: &str| rest.len() == 6 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_account && added.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('-').is_some_and(is_added))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "glaux/prod/shop";

    #[test]
    fn only_the_arn_of_a_secret_of_the_same_name_leads_anywhere() {
        let arn = |secret: &str| format!("arn:aws:secretsmanager:eu-central-1:111122223333:secret:{secret}");
        assert!(is_of(&arn(NAME), NAME) && is_of(&arn("glaux/prod/shop-AbC123"), NAME));
        for other in
            ["glaux/dev/shop", "glaux/prod/shop-2-AbC123", "glaux/prod/shop-AbC12", "glaux/prod/shopAbC123", ""]
        {
            assert!(!is_of(&arn(other), NAME), "{other}");
        }
        for other in ["", NAME, "arn:aws:ssm:eu-central-1:111122223333:parameter/glaux/prod/shop"] {
            assert!(!is_of(other, NAME), "{other}");
        }
        assert!(!is_of(&arn(NAME).replace("111122223333", "1111"), NAME));
    }

    #[test]
    fn what_ssm_cannot_name_is_not_there() {
        assert_eq!(parameter(NAME).as_deref(), Some("/glaux/prod/shop"));
        assert_eq!(parameter("glaux/prod/a+b"), None);
    }
}
