//! What a queue brings: events of EventBridge, each of which starts the machine for the grants that it concerns.
//!
//! An event may come twice, late, or after another; so none is believed to be news. It names a grant, and the machine makes of it
//! what the register says by then.

use aws_sdk_sfn::error::ProvideErrorMetadata;
use connector_core::{Error, Result};
use serde::Deserialize;
use serde_json::Value;

use super::Task;
use super::function::Function;
use super::machine::{Input, execution_name};
use crate::config::{Deployed, failure};
use crate::register::{Environment, Source};
use crate::share::{Caller, Share, datazone};

/// An event of EventBridge.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    /// Of this event, however often it comes.
    pub id: String,
    /// Who tells.
    pub source: String,
    /// What kind of news.
    #[serde(rename = "detail-type")]
    pub kind: String,
    /// What the kind says.
    pub detail: Value,
}

/// Our own news: something was decided about a grant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    environment: String,
    source: String,
    cause: String,
}

impl Function {
    /// Does what an event asks for.
    ///
    /// Errors: invalid, for one that is not known here, or lacks something.
    pub(super) async fn take(&self, body: &str) -> Result<()> {
        let event: Event =
            serde_json::from_str(body).map_err(|error| Error::invalid(format!("an event that is none: {error}")))?;
        let taken = match (event.source.as_str(), event.kind.as_str()) {
            ("glaux", "Grant Changed") => self.changed(&event).await,
            ("aws.datazone", _) => self.hear(&event).await,
            ("aws.events" | "aws.scheduler", "Scheduled Event") => self.look_after(&event).await,
            (source, kind) => Err(Error::invalid(format!("{kind:?} of {source} is nothing that is known here"))
                .hint("narrow the rule that sends it")),
        };
        taken.map_err(|error| error.context(format!("event {}", event.id)))
    }

    async fn changed(&self, event: &Event) -> Result<()> {
        let Changed { environment, source, cause } = Changed::deserialize(&event.detail)
            .map_err(|error| Error::invalid(format!("reading what has changed: {error}")))?;
        self.start(&environment, &source, &cause).await
    }

    /// Ends what is due, and has everything looked at that wants to be.
    async fn look_after(&self, event: &Event) -> Result<()> {
        let (grants, cause) = (self.grants().await?, format!("clock {}", event.id));
        Share::new(grants.register.clone()).expire(&Caller::clock(&cause)).await?;
        for (environment, source) in grants.due().await? {
            // One that cannot be started must not be in the way of the others; it is due again at the next tick.
            if let Err(error) = self.start(&environment, &source, &cause).await {
                tracing::error!(environment, source, "{error}");
            }
        }
        Ok(())
    }

    /// Takes over what was decided in DataZone.
    async fn hear(&self, event: &Event) -> Result<()> {
        let (Deployed::Governance { datazone: Some(domain), .. }, Some(portal)) = (&self.config.deployed, &self.portal)
        else {
            return Err(Error::invalid("news of DataZone, and no domain of it is known here")
                .hint("set glaux_datazone_domain, and deploy the function that was built with \"workflow\""));
        };
        let news = datazone::read(&event.kind, &event.detail, domain)?;
        let grants = self.grants().await?;
        let share = Share::new(grants.register.clone());
        for touched in share.hear(portal.as_ref(), domain, &news, &format!("event {}", event.id)).await? {
            grants.report_begun(&touched.environment, &touched.source).await;
            self.start(&touched.environment, &touched.source, &touched.cause).await?;
        }
        Ok(())
    }

    /// Has the machine walk the steps of a grant, once for each cause.
    pub(super) async fn start(&self, environment: &str, source: &str, cause: &str) -> Result<()> {
        let Deployed::Governance { machine, .. } = &self.config.deployed else {
            return Err(Error::internal("a side without a state machine was to start one"));
        };
        let register = &self.grants().await?.register;
        let (to, from) = (register.get::<Environment>(environment).await?, register.get::<Source>(source).await?);
        let input = Input::new(&to.record, &from.record, cause, machine)?;
        let input = serde_json::to_string(&input)
            .map_err(|error| Error::internal("writing an execution's input").with_source(error))?;
        let [environment, source, cause] = [environment, source, cause].map(String::from);
        let name = execution_name(&self.config.domain, &Task { environment, source, holder: String::new(), cause });
        let client = self.machine.get_or_init(|| async { aws_sdk_sfn::Client::new(self.config.aws.sdk().await) }).await;
        match client.start_execution().state_machine_arn(machine).name(name).input(input).send().await {
            Ok(_) => Ok(()),
            // Somebody has asked for the same before, which is what the name is for.
            Err(error) if error.code() == Some("ExecutionAlreadyExists") => Ok(()),
            Err(error) => Err(failure("starting the state machine", &error)),
        }
    }
}
