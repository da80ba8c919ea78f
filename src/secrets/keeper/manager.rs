//! A keeper in AWS Secrets Manager: one secret a grant, one version a generation.
//!
//! A version's id is made of the name and the generation, so that the service itself keeps two texts from becoming one generation.

pub(super) mod state;

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::types::Tag;
use connector_core::{Error, ErrorKind, Result, Secret};
use tokio::sync::OnceCell;

use self::state::{CURRENT, PENDING, State, token};
use super::{Keeper, comes_after, kept_otherwise, not_kept};
use crate::config::{Aws, failure};
use crate::secrets::policy::{RoleArn, secret_policy};
use crate::secrets::{Names, Redactor};

/// How secrets are made there.
#[derive(Clone, Debug)]
pub struct ManagerSettings {
    /// What they are called, which also tells what they are tagged with.
    pub names: Names,
    /// The role that keeps them: our own.
    pub keeper: RoleArn,
    /// A key of the customer's, by id or ARN. The service's own key cannot be used from another account.
    pub key: Option<String>,
    /// Tags besides environment, source and who manages it.
    pub tags: Vec<(String, String)>,
    /// For how many days one that was discarded can be taken back, 7 to 30.
    pub window_days: u8,
}

/// Keeps secrets in AWS Secrets Manager.
pub struct Manager {
    aws: Aws,
    client: OnceCell<Client>,
    settings: ManagerSettings,
}

/// Others may create, delete and take back at the same time; more often than this they do not.
const ATTEMPTS: usize = 3;

impl Manager {
    /// Secrets of the account that `aws` is.
    ///
    /// Errors: invalid, for a window that the service does not offer.
    pub fn new(aws: &Aws, settings: ManagerSettings) -> Result<Self> {
        if !(7..=30).contains(&settings.window_days) {
            return Err(Error::invalid(format!(
                "a discarded secret cannot be kept for {} days: Secrets Manager keeps it 7 to 30",
                settings.window_days
            )));
        }
        Ok(Self { aws: aws.clone(), client: OnceCell::new(), settings })
    }

    async fn client(&self) -> &Client {
        self.client.get_or_init(|| async { Client::new(self.aws.sdk().await) }).await
    }

    /// What the service knows of a secret, if it knows it.
    async fn find(&self, name: &str) -> Result<Option<State>> {
        match self.client().await.describe_secret().secret_id(name).send().await {
            Ok(told) => Ok(Some(State::of(told))),
            Err(error) => match failure("describing it", &error) {
                error if error.kind() == ErrorKind::NotFound => Ok(None),
                error => Err(error),
            },
        }
    }

    async fn find_kept(&self, name: &str) -> Result<Option<State>> {
        Ok(self.find(name).await?.filter(|state| !state.is_deleted))
    }

    /// The secret, made or taken back if need be.
    async fn made(&self, name: &str) -> Result<State> {
        let mut refused = None;
        for _ in 0..ATTEMPTS {
            match self.find(name).await? {
                Some(state) if !state.is_deleted => return Ok(state),
                Some(_) => self.restore(name).await?,
                None => match self.create(name).await {
                    Ok(()) => return Ok(State::default()),
                    // So the service calls a name that is taken by now, be it by a secret that is being deleted.
                    Err(error) if error.kind() == ErrorKind::Invalid => refused = Some(error),
                    Err(error) => return Err(error),
                },
            }
        }
        let elsewhere = || Error::new(ErrorKind::Conflict, "others make and delete it at the same time");
        Err(refused.unwrap_or_else(elsewhere))
    }

    /// Makes the secret, without a value.
    async fn create(&self, name: &str) -> Result<()> {
        let settings = &self.settings;
        let request = self.client().await.create_secret().name(name).set_kms_key_id(settings.key.clone());
        let made = request.set_tags(Some(self.tags(name))).client_request_token(token(name, 0)).send().await;
        made.map(drop).map_err(|error| failure("making it", &error))
    }

    fn tags(&self, name: &str) -> Vec<Tag> {
        let parts = self.settings.names.parts(name);
        let told =
            parts.into_iter().flat_map(|(environment, source)| [("environment", environment), ("source", source)]);
        let given = self.settings.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let all = [("managed-by", "glaux")].into_iter().chain(told).chain(given);
        all.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
    }

    async fn restore(&self, name: &str) -> Result<()> {
        match self.client().await.restore_secret().secret_id(name).send().await {
            Ok(_) => Ok(()),
            Err(error) => match failure("taking it back", &error) {
                error if error.kind() == ErrorKind::NotFound => Ok(()),
                error => Err(error),
            },
        }
    }

    async fn put(&self, name: &str, generation: u64, text: &Secret) -> Result<()> {
        let request = self.client().await.put_secret_value().secret_id(name).secret_string(text.expose());
        match request.client_request_token(token(name, generation)).version_stages(PENDING).send().await {
            Ok(_) => Ok(()),
            Err(error) if is(&error, &["ResourceExistsException"]) => Err(kept_otherwise(generation)),
            Err(error) => match failure("putting a version", &error) {
                error if error.kind() == ErrorKind::NotFound => {
                    Err(Error::new(ErrorKind::Unavailable, format!("it was made and is not there yet: {error}")))
                }
                error => Err(error),
            },
        }
    }

    async fn get(&self, name: &str, generation: u64) -> Result<Option<Secret>> {
        let request = self.client().await.get_secret_value().secret_id(name).version_id(token(name, generation));
        let error = match request.send().await {
            Ok(answer) => match answer.secret_string {
                Some(text) => return Ok(Some(Secret::new(text))),
                None => {
                    return Err(Error::corrupt(format!("generation {generation} is binary, which no keeper makes")));
                }
            },
            Err(error) => error,
        };
        let is_deleted = is(&error, &["InvalidRequestException"]) && self.find_kept(name).await?.is_none();
        match failure("reading a version", &error) {
            error if is_deleted || error.kind() == ErrorKind::NotFound => Ok(None),
            error => Err(error),
        }
    }

    async fn move_stage(&self, name: &str, stage: &str, from: Option<&str>, to: Option<&str>) -> Result<()> {
        let request = self.client().await.update_secret_version_stage().secret_id(name).version_stage(stage);
        let request =
            request.set_remove_from_version_id(from.map(Into::into)).set_move_to_version_id(to.map(Into::into));
        match request.send().await {
            Ok(_) => Ok(()),
            // The label is not where it was a moment ago.
            Err(error) if is(&error, &["InvalidParameterException"]) => {
                let told = failure(&format!("moving {stage}"), &error).to_string();
                Err(Error::new(ErrorKind::Conflict, told))
            }
            Err(error) => Err(failure(&format!("moving {stage}"), &error)),
        }
    }

    async fn propose_once(&self, name: &str, generation: u64, text: &Secret) -> Result<()> {
        let state = self.made(name).await?;
        if !state.has(&token(name, generation)) {
            comes_after(state.newest(name), "kept", generation)?;
            return self.put(name, generation, text).await;
        }
        match self.get(name, generation).await? {
            Some(kept) if kept == *text => Ok(()),
            Some(_) => Err(kept_otherwise(generation)),
            None => Err(Error::new(ErrorKind::Unavailable, format!("generation {generation} is not to be read yet"))),
        }
    }

    async fn promote_once(&self, name: &str, generation: u64) -> Result<()> {
        let state = self.find_kept(name).await?.ok_or_else(|| not_kept(generation))?;
        comes_after(state.current(name), "in force", generation)?;
        let own = token(name, generation);
        if !state.has(&own) {
            return Err(not_kept(generation));
        }
        let current = state.version_in(CURRENT);
        if current != Some(own.as_str()) {
            self.move_stage(name, CURRENT, current, Some(&own)).await?;
        }
        if state.version_in(PENDING) == Some(own.as_str()) {
            self.move_stage(name, PENDING, Some(&own), None).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Keeper for Manager {
    async fn propose(&self, name: &str, generation: u64, text: &Secret) -> Result<()> {
        let done = self.propose_once(name, generation, text).await;
        // The service was told the text.
        let redactor = Redactor::new([text]);
        done.map_err(|error| redactor.clean_error(&error).context(format!("keeping secret {name:?}")))
    }

    async fn read(&self, name: &str, generation: u64) -> Result<Option<Secret>> {
        self.get(name, generation).await.map_err(|error| error.context(format!("reading secret {name:?}")))
    }

    async fn promote(&self, name: &str, generation: u64) -> Result<()> {
        let doing = || format!("putting secret {name:?} in force");
        for _ in 1..ATTEMPTS {
            match self.promote_once(name, generation).await {
                Err(error) if error.kind() == ErrorKind::Conflict => {}
                done => return done.map_err(|error| error.context(doing())),
            }
        }
        self.promote_once(name, generation).await.map_err(|error| error.context(doing()))
    }

    async fn open_to(&self, name: &str, reader: Option<&str>) -> Result<()> {
        let doing = || format!("opening secret {name:?}");
        let reader: Option<RoleArn> =
            reader.map(str::parse).transpose().map_err(|error: Error| error.context(doing()))?;
        if !self.is_kept(name).await? {
            return Err(Error::not_found("it is not kept here").context(doing()));
        }
        let policy = secret_policy(&self.settings.keeper, reader.as_ref()).to_json()?;
        let request = self.client().await.put_resource_policy().secret_id(name).resource_policy(policy);
        let sent = request.block_public_policy(true).send().await;
        sent.map(drop).map_err(|error| failure(&doing(), &error))
    }

    async fn discard(&self, name: &str) -> Result<()> {
        let doing = || format!("discarding secret {name:?}");
        let request = self.client().await.delete_secret().secret_id(name);
        let sent = request.recovery_window_in_days(self.settings.window_days.into()).send().await;
        let Err(error) = sent else { return Ok(()) };
        let is_done = is(&error, &["ResourceNotFoundException"])
            || is(&error, &["InvalidRequestException"]) && !self.is_kept(name).await?;
        if is_done { Ok(()) } else { Err(failure(&doing(), &error)) }
    }

    async fn is_kept(&self, name: &str) -> Result<bool> {
        let found = self.find_kept(name).await;
        found.map(|state| state.is_some()).map_err(|error| error.context(format!("looking for secret {name:?}")))
    }
}

/// Whether the service gave one of these codes.
fn is<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, codes: &[&str]) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code).is_some_and(|code| codes.contains(&code))
}
