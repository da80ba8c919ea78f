//! The table itself: made once, and looked at before it is used.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::operation::update_continuous_backups::UpdateContinuousBackupsError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, LocalSecondaryIndex, PointInTimeRecoverySpecification,
    Projection, ProjectionType, ScalarAttributeType, TableDescription, TableStatus,
};
use connector_core::{Error, ErrorKind, Result};

use super::Dynamo;
use super::items::{INDEXES, LAYOUT};
use crate::config::Aws;

/// How long a table is waited for that is being made.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often it is looked at meanwhile.
const PAUSE: Duration = Duration::from_millis(500);
/// What the role must be allowed that makes the table.
const RIGHTS: &str =
    "the role needs dynamodb:CreateTable, DescribeTable, UpdateTable, UpdateContinuousBackups and GetItem";

impl Dynamo {
    /// Opens the register in this table, and makes the table if there is none: paid by use, to be restored to any second of the
    /// last weeks, and not to be deleted by mistake. An existing one is given these too.
    ///
    /// Errors: invalid, if the table is another's; unsupported, if a newer Glaux has made it.
    pub async fn create_table(aws: &Aws, table: &str) -> Result<Self> {
        let store = Self::at(aws, table).await;
        store.ask_for_it().await?;
        let described = store.made().await?;
        store.check(&described).await?;
        store.protect(&described).await?;
        Ok(store)
    }

    async fn ask_for_it(&self) -> Result<()> {
        let failing = |error| Error::internal("describing the table to be made").with_source(error);
        let (mut attributes, mut indexes) = (Vec::new(), Vec::new());
        for name in ["kind", "id"].iter().chain(&INDEXES) {
            let text = AttributeDefinition::builder().attribute_name(*name).attribute_type(ScalarAttributeType::S);
            attributes.push(text.build().map_err(failing)?);
        }
        for name in INDEXES {
            let keys_only = Projection::builder().projection_type(ProjectionType::KeysOnly).build();
            let index = LocalSecondaryIndex::builder().index_name(name).set_key_schema(Some(schema(name)?));
            indexes.push(index.projection(keys_only).build().map_err(failing)?);
        }
        let asked = self.client.create_table().table_name(&self.table).billing_mode(BillingMode::PayPerRequest);
        let asked = asked.set_attribute_definitions(Some(attributes)).set_key_schema(Some(schema("id")?));
        match asked.set_local_secondary_indexes(Some(indexes)).deletion_protection_enabled(true).send().await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.as_service_error(), Some(CreateTableError::ResourceInUseException(_))) => {
                Ok(())
            }
            Err(error) => Err(self.with_rights(crate::config::failure("making the register's table", &error))),
        }
    }

    fn with_rights(&self, error: Error) -> Error {
        let error = error.context(format!("table {}", self.table));
        if error.kind() == ErrorKind::Forbidden { error.hint(RIGHTS) } else { error }
    }

    /// The table once it can be used.
    async fn made(&self) -> Result<TableDescription> {
        let start = Instant::now();
        loop {
            let described = self.described().await?;
            let is_ready = |table: &TableDescription| {
                matches!(table.table_status(), Some(TableStatus::Active | TableStatus::Updating))
            };
            if let Some(table) = described.filter(is_ready) {
                return Ok(table);
            }
            if start.elapsed() > PATIENCE {
                let told = format!("table {} is not ready after {} s", self.table, PATIENCE.as_secs());
                return Err(Error::new(ErrorKind::TimedOut, told).hint("try again: what is there is not made twice"));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The table as DynamoDB tells it, if there is one.
    pub(super) async fn described(&self) -> Result<Option<TableDescription>> {
        match self.client.describe_table().table_name(&self.table).send().await {
            Ok(answer) => Ok(answer.table),
            Err(error)
                if matches!(error.as_service_error(), Some(DescribeTableError::ResourceNotFoundException(_))) =>
            {
                Ok(None)
            }
            Err(error) => Err(self.failed("opening", &error)),
        }
    }

    /// Errors: invalid, if the table is another's; unsupported, if a newer Glaux has made it.
    pub(super) async fn check(&self, table: &TableDescription) -> Result<()> {
        let (expected, found) = (expected()?, told(table));
        let missing: Vec<&str> = expected.difference(&found).map(String::as_str).collect();
        if !missing.is_empty() {
            let told = format!("table {} is no register: it has no {}", self.table, missing.join(", no "));
            return Err(Error::invalid(told).hint("name another table, or one that is not there yet and have it made"));
        }
        let layout = self.end().await?.map_or(LAYOUT, |end| end.layout);
        if layout > LAYOUT {
            let told =
                format!("the register, table {}, is of layout {layout}, and this version knows {LAYOUT}", self.table);
            return Err(
                Error::unsupported(told).hint("use the version of Glaux that has written it last, or a newer one")
            );
        }
        Ok(())
    }

    async fn protect(&self, table: &TableDescription) -> Result<()> {
        if table.deletion_protection_enabled() != Some(true) {
            let asked = self.client.update_table().table_name(&self.table).deletion_protection_enabled(true);
            let failing = |error| self.with_rights(crate::config::failure("protecting it from deletion", &error));
            asked.send().await.map_err(failing)?;
        }
        let start = Instant::now();
        loop {
            let on = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build();
            let on = on.map_err(|error| Error::internal("turning recovery on").with_source(error))?;
            let asked = self.client.update_continuous_backups().table_name(&self.table);
            let Err(error) = asked.point_in_time_recovery_specification(on).send().await else { return Ok(()) };
            // A new table is not yet ready for it.
            let is_early = matches!(
                error.as_service_error(),
                Some(UpdateContinuousBackupsError::ContinuousBackupsUnavailableException(_))
            );
            if !is_early || start.elapsed() > PATIENCE {
                return Err(self.with_rights(crate::config::failure("turning its recovery on", &error)));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn schema(sort: &str) -> Result<Vec<KeySchemaElement>> {
    let keys = [("kind", KeyType::Hash), (sort, KeyType::Range)];
    let element = |(name, kind)| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let failing = |error| Error::internal("describing a key").with_source(error);
    keys.into_iter().map(|key| element(key).map_err(failing)).collect()
}

/// Keys and indexes in words.
fn words(of: &str, schema: &[KeySchemaElement]) -> String {
    let keys: Vec<&str> = schema.iter().map(KeySchemaElement::attribute_name).collect();
    format!("{of} of {}", keys.join(" and "))
}

fn expected() -> Result<BTreeSet<String>> {
    let mut all = BTreeSet::from([words("key", &schema("id")?)]);
    for name in INDEXES {
        all.insert(words(&format!("local index {name}"), &schema(name)?));
    }
    Ok(all)
}

fn told(table: &TableDescription) -> BTreeSet<String> {
    let mut all = BTreeSet::from([words("key", table.key_schema())]);
    for index in table.local_secondary_indexes() {
        all.insert(words(&format!("local index {}", index.index_name().unwrap_or("?")), index.key_schema()));
    }
    all
}
