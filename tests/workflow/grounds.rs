//! The way into an environment's account: by AWS's SDK and a role that is assumed where the client is built, else request by request.

use std::sync::Arc;

use glaux::grants::Ways;

use crate::gateway::Gateway;

/// The ways as the function of governance has them.
#[cfg(feature = "workflow")]
pub fn ways(gateway: &Gateway) -> Arc<dyn Ways> {
    let aws = glaux::config::Aws::at(&gateway.endpoint, crate::account::GOVERNANCE, "secret");
    Arc::new(glaux::grants::Roles::new(&aws, "domain"))
}

/// The same without AWS's client.
#[cfg(not(feature = "workflow"))]
pub fn ways(gateway: &Gateway) -> Arc<dyn Ways> {
    straight(gateway)
}

/// Without a client, whether there is one or not.
pub fn straight(gateway: &Gateway) -> Arc<dyn Ways> {
    Arc::new(direct::Direct(gateway.raw()))
}

mod direct {
    use std::collections::BTreeMap;

    use async_trait::async_trait;
    use connector_core::{Error, ErrorKind, Result};
    use glaux::grants::{Grounds, Ways};
    use glaux::register::Account;
    use serde_json::{Value, json};

    use crate::gateway::{REGION, Raw, between};

    pub struct Direct(pub Raw);

    #[async_trait]
    impl Ways for Direct {
        async fn enter(&self, _environment: &str, account: &Account) -> Result<Box<dyn Grounds>> {
            Ok(Box::new(Entered { raw: self.0.clone(), account: account.account.clone() }))
        }
    }

    struct Entered {
        raw: Raw,
        account: String,
    }

    fn answered(status: u16, told: String) -> Result<String> {
        let kind = match status {
            200 => return Ok(told),
            404 => ErrorKind::NotFound,
            _ => ErrorKind::Unavailable,
        };
        Err(Error::new(kind, told))
    }

    impl Entered {
        async fn iam(&self, form: &str) -> Result<String> {
            let (status, told) = self.raw.iam(&self.account, form).await;
            answered(status, told)
        }

        async fn glue(&self, action: &str, database: &str, mut body: Value) -> Result<Value> {
            body["ResourceArn"] = json!(format!("arn:aws:glue:{REGION}:{}:database/{database}", self.account));
            let (status, told) = self.raw.json(&self.account, "glue", &format!("AWSGlue.{action}"), &body).await;
            answered(status, told.to_string()).map(|_| told)
        }
    }

    #[async_trait]
    impl Grounds for Entered {
        async fn boundary(&self, role: &str) -> Result<Option<String>> {
            let told = self.iam(&format!("Action=GetRole&RoleName={role}")).await?;
            Ok(between(&told, "<PermissionsBoundaryArn>", "</"))
        }

        async fn bind(&self, role: &str, boundary: &str) -> Result<()> {
            let form = format!("Action=PutRolePermissionsBoundary&RoleName={role}&PermissionsBoundary={boundary}");
            self.iam(&form).await.map(drop)
        }

        async fn tags(&self, database: &str) -> Result<BTreeMap<String, String>> {
            let told = self.glue("GetTags", database, json!({})).await?;
            Ok(serde_json::from_value(told["Tags"].clone()).unwrap_or_default())
        }

        async fn tag(&self, database: &str, key: &str, value: &str) -> Result<()> {
            self.glue("TagResource", database, json!({"TagsToAdd": {key: value}})).await.map(drop)
        }

        async fn untag(&self, database: &str, key: &str) -> Result<()> {
            self.glue("UntagResource", database, json!({"TagsToRemove": [key]})).await.map(drop)
        }
    }
}
