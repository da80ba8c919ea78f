//! The accounts of environments, by the role that each has for hooks.

use std::collections::BTreeMap;

use async_trait::async_trait;
use connector_core::Result;

use super::assuming::assumed;
use super::hooks::{Grounds, Ways};
use crate::config::{Aws, failure};
use crate::register::Account;
use crate::secrets::policy::RoleArn;

/// As `infra/grants-consumer.yaml` calls them, before the environment's name.
const ROLE: &str = "glaux-grants-hooks-";

/// Ways by `sts:AssumeRole`.
pub struct Roles {
    aws: Aws,
    /// What each role wants to be told.
    domain: String,
}

impl Roles {
    /// For the register `domain`.
    pub fn new(aws: &Aws, domain: &str) -> Self {
        Self { aws: aws.clone(), domain: domain.into() }
    }
}

#[async_trait]
impl Ways for Roles {
    async fn enter(&self, environment: &str, account: &Account) -> Result<Box<dyn Grounds>> {
        let reader: RoleArn = account.role.parse()?;
        let partition = reader.partition();
        let role = format!("arn:{partition}:iam::{}:role/{ROLE}{environment}", account.account);
        let sdk = Box::pin(assumed(&self.aws, &role, account, &self.domain)).await?;
        let databases = format!("arn:{partition}:glue:{}:{}:database/", account.region, account.account);
        let (iam, glue) = (aws_sdk_iam::Client::new(&sdk), aws_sdk_glue::Client::new(&sdk));
        Ok(Box::new(Assumed { iam, glue, databases }))
    }
}

struct Assumed {
    iam: aws_sdk_iam::Client,
    glue: aws_sdk_glue::Client,
    /// What the ARNs of databases there begin with.
    databases: String,
}

#[async_trait]
impl Grounds for Assumed {
    async fn boundary(&self, role: &str) -> Result<Option<String>> {
        let told = self.iam.get_role().role_name(role).send().await;
        let told = told.map_err(|error| failure(&format!("reading role {role}"), &error))?;
        let boundary = told.role.and_then(|role| role.permissions_boundary);
        Ok(boundary.and_then(|boundary| boundary.permissions_boundary_arn))
    }

    async fn bind(&self, role: &str, boundary: &str) -> Result<()> {
        let asked = self.iam.put_role_permissions_boundary().role_name(role).permissions_boundary(boundary);
        let doing = format!("giving role {role} the boundary {boundary}");
        asked.send().await.map(drop).map_err(|error| failure(&doing, &error))
    }

    async fn tags(&self, database: &str) -> Result<BTreeMap<String, String>> {
        let told = self.glue.get_tags().resource_arn(format!("{}{database}", self.databases)).send().await;
        let told = told.map_err(|error| failure(&format!("reading the tags of database {database}"), &error))?;
        Ok(told.tags.unwrap_or_default().into_iter().collect())
    }

    async fn tag(&self, database: &str, key: &str, value: &str) -> Result<()> {
        let asked = self.glue.tag_resource().resource_arn(format!("{}{database}", self.databases));
        let asked = asked.tags_to_add(key, value).send().await;
        asked.map(drop).map_err(|error| failure(&format!("tagging database {database}"), &error))
    }

    async fn untag(&self, database: &str, key: &str) -> Result<()> {
        let asked = self.glue.untag_resource().resource_arn(format!("{}{database}", self.databases));
        let asked = asked.tags_to_remove(key).send().await;
        asked.map(drop).map_err(|error| failure(&format!("taking a tag from database {database}"), &error))
    }
}
