//! Where the text of a secret comes from: AWS Secrets Manager, or one private file or folder on a machine without it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use connector_core::{Error, ErrorKind, Result, Secret};
use serde_json::value::RawValue;
use tokio::sync::OnceCell;

use super::folder;
use crate::config::{Aws, SecretsConfig, check_private, failure};

/// Reads secrets by name.
pub enum Source {
    /// AWS Secrets Manager; the client is made when first used.
    Manager { aws: Aws, client: OnceCell<Client> },
    /// A JSON object of name → secret.
    File(PathBuf),
    /// A folder in which a keeper keeps them.
    Folder(PathBuf),
}

/// Which version of a secret is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The one in force.
    Current,
    /// The one that a rotation under way will put in force, and has perhaps told the database already.
    Pending,
}

impl Source {
    pub fn new(config: &SecretsConfig) -> Self {
        match (&config.folder, &config.file) {
            (Some(path), _) => Self::Folder(path.clone()),
            (None, Some(path)) => Self::File(path.clone()),
            (None, None) => Self::Manager { aws: config.aws.clone(), client: OnceCell::new() },
        }
    }

    /// The text of secret `name`; none if it has no version of that stage.
    pub async fn read(&self, name: &str, stage: Stage) -> Result<Option<Secret>> {
        match (self, stage) {
            (Self::Manager { aws, client }, stage) => {
                let client = client.get_or_init(|| async { Client::new(aws.sdk().await) }).await;
                from_manager(client, name, stage).await
            }
            (Self::File(path), Stage::Current) => from_file(path, name).map(Some),
            (Self::File(_), Stage::Pending) => Ok(None),
            (Self::Folder(path), stage) => from_folder(path, name, stage),
        }
    }
}

async fn from_manager(client: &Client, name: &str, stage: Stage) -> Result<Option<Secret>> {
    let label = match stage {
        Stage::Current => "AWSCURRENT",
        Stage::Pending => "AWSPENDING",
    };
    match client.get_secret_value().secret_id(name).version_stage(label).send().await {
        Ok(answer) => match answer.secret_string {
            Some(text) => Ok(Some(Secret::new(text))),
            None => Err(Error::invalid(format!("secret {name:?} is binary")).hint("store it as JSON text")),
        },
        Err(error) => match unread(name, &error) {
            error if error.kind() == ErrorKind::NotFound && stage == Stage::Pending => Ok(None),
            error if error.kind() == ErrorKind::NotFound => {
                Err(error.hint("create it in the function's region, or correct its name in the connection string"))
            }
            error if error.kind() == ErrorKind::Forbidden => Err(error.hint(
                "let the function's role use secretsmanager:GetSecretValue on it, and kms:Decrypt if it has a key of its own",
            )),
            error => Err(error),
        },
    }
}

fn unread(name: &str, error: &SdkError<GetSecretValueError, HttpResponse>) -> Error {
    let told = failure(&format!("reading secret {name:?}"), error);
    // Reading is refused so for one that is being deleted, and for no other reason.
    if error.code() == Some("InvalidRequestException") { Error::not_found(told.to_string()) } else { told }
}

fn from_folder(folder: &Path, name: &str, stage: Stage) -> Result<Option<Secret>> {
    let doing = || format!("reading secret {name:?}");
    let kept = folder::load(folder, name).map_err(|error| error.context(doing()))?;
    match (kept.as_ref().and_then(|kept| kept.in_stage(stage)), stage) {
        (None, Stage::Current) => {
            Err(Error::not_found(format!("{} holds no such secret that is in force", folder.display()))
                .context(doing())
                .hint("it is there once access was granted"))
        }
        (text, _) => Ok(text),
    }
}

/// The names of all secrets that are in force here; none where they are AWS's.
pub fn known(config: &SecretsConfig) -> Result<Vec<String>> {
    match (&config.folder, &config.file) {
        (Some(folder), _) => folder::names(folder),
        (None, Some(path)) => {
            let text = open(path)?;
            Ok(secrets_in(path, &text)?.into_keys().collect())
        }
        (None, None) => Ok(Vec::new()),
    }
}

/// The file is read again for each secret: it is small, and whoever changes it expects that to count.
fn from_file(path: &Path, name: &str) -> Result<Secret> {
    let found = || {
        let text = open(path)?;
        let secrets = secrets_in(path, &text)?;
        let found = secrets.get(name).ok_or_else(|| {
            let known: Vec<&String> = secrets.keys().collect();
            Error::not_found(format!("{} has no such secret; it has {known:?}", path.display()))
        })?;
        Ok(Secret::new(found.get()))
    };
    found().map_err(|error: Error| error.context(format!("reading secret {name:?}")))
}

fn open(path: &Path) -> Result<Secret> {
    check_private(path)?;
    std::fs::read_to_string(path)
        .map(Secret::new)
        .map_err(|error| Error::new(ErrorKind::Unavailable, format!("reading {}: {error}", path.display())))
}

fn secrets_in<'t>(path: &Path, text: &'t Secret) -> Result<BTreeMap<String, &'t RawValue>> {
    serde_json::from_str(text.expose()).map_err(|_| {
        Error::invalid(format!("{} is not a JSON object", path.display()))
            .hint("write it as {\"<secret>\": {\"username\": \"…\", \"password\": \"…\"}}")
    })
}
