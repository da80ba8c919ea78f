//! What a queue brings: events of EventBridge, each of which starts the machine for the grants that it concerns.
//!
//! An event may come twice, late, or after another; so none is believed to be news. It names a grant, and the machine makes of it
//! what the register says by then.

use std::sync::atomic::Ordering;

use aws_sdk_sfn::error::ProvideErrorMetadata;
use connector_core::{Error, Result};
use serde::Deserialize;
use serde_json::Value;

use super::bus::{Added, Bus, Changed, Expiring, News, SOURCE};
use super::function::Function;
use super::machine::{Input, execution_name};
use super::{Grants, Task};
use crate::config::{Deployed, failure};
use crate::register::{Environment, Grant, Source};
use crate::share::{AHEAD, Caller, Share, datazone};

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

impl Function {
    /// Does what an event asks for.
    ///
    /// Errors: invalid, for one that is not known here, or lacks something.
    pub(super) async fn take(&self, body: &str) -> Result<()> {
        let event: Event =
            serde_json::from_str(body).map_err(|error| Error::invalid(format!("an event that is none: {error}")))?;
        self.take_event(&event).await
    }

    /// The same, from whoever brings it.
    pub(super) async fn take_event(&self, event: &Event) -> Result<()> {
        let taken = match (event.source.as_str(), event.kind.as_str()) {
            (SOURCE, "Grant Changed") => self.changed(event).await,
            (SOURCE, "Environment Added") => self.added(event).await,
            // Told by ourselves for others, and brought back by a rule that lets everything through.
            (SOURCE, "Subscription Expiring" | "Request Waiting" | "Request Closed") => Ok(()),
            ("aws.datazone", _) => self.hear(event).await,
            ("aws.events" | "aws.scheduler", "Scheduled Event") => self.look_after(event).await,
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

    /// Does for an environment that was brought in what news of its deployment would: these may have come when nobody knew it here.
    async fn added(&self, event: &Event) -> Result<()> {
        let Added { environment } = Added::deserialize(&event.detail)
            .map_err(|error| Error::invalid(format!("reading which environment was brought in: {error}")))?;
        if matches!(&self.config.deployed, Deployed::Governance { datazone: None, .. }) {
            return Ok(());
        }
        self.take_over(event, |_| Ok(datazone::News::Added { environment })).await
    }

    /// Ends what is due, tells what soon will be, and has everything looked at that wants to be.
    ///
    /// One schedule for all brings this, every minute. A schedule of its own for each end would be no nearer to it, for EventBridge
    /// Scheduler keeps its times to the minute, and it would be one more thing to make, move and delete with each decision, to
    /// drift, and to be put right by a clock like this one.
    async fn look_after(&self, event: &Event) -> Result<()> {
        let (grants, cause) = (self.grants().await?, format!("clock {}", event.id));
        let (share, clock) = (Share::new(grants.register.clone()), Caller::clock(&cause));
        share.expire(&clock).await?;
        // Neither must be in the way of the other, nor one grant in the way of the next; all of it is due again at the next tick.
        if let Err(error) = self.announce(&share, &clock).await {
            tracing::error!("announcing what ends soon: {error}");
        }
        for (environment, source) in grants.due().await? {
            if is_worked_on(grants, &environment, &source).await? {
                continue;
            }
            if let Err(error) = self.start(&environment, &source, &cause).await {
                tracing::error!(environment, source, "{error}");
            }
        }
        if let Err(error) = self.hook_all(&cause).await {
            tracing::error!("looking after environments of DataZone's: {error}");
        }
        if let Err(error) = self.catalogue(&share, &cause).await {
            tracing::error!("putting what is published into DataZone's catalogue: {error}");
        }
        Ok(())
    }

    /// Has DataZone's catalogue say what is published here, where that is asked for; not again, as long as nothing was decided.
    async fn catalogue(&self, share: &Share, cause: &str) -> Result<()> {
        let Deployed::Governance { catalogued, .. } = &self.config.deployed else { return Ok(()) };
        let catalogue = self.portal.as_ref().and_then(|portal| portal.catalogue());
        let (Some(catalogue), false) = (catalogue, catalogued.is_empty()) else { return Ok(()) };
        let length = self.grants().await?.register.length().await?;
        if self.catalogued.load(Ordering::Relaxed) != length {
            let of = datazone::Cataloguing { domain: &self.config.domain, projects: catalogued };
            if share.catalogue(catalogue, of, cause).await? {
                self.catalogued.store(length, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    /// Told first and written down then: whoever stops in between tells it again, and nobody is left untold.
    async fn announce(&self, share: &Share, clock: &Caller) -> Result<()> {
        let nearing = share.nearing(&AHEAD).await?;
        if nearing.is_empty() {
            return Ok(());
        }
        let Deployed::Governance { bus, .. } = &self.config.deployed else {
            return Err(Error::internal("a side without an event bus was to tell something"));
        };
        let news: Vec<News> = nearing.iter().filter_map(Expiring::of).map(News::Expiring).collect();
        Bus::new(&self.config.aws, bus.as_deref()).tell(&news).await?;
        share.announce(clock, &nearing).await.map(drop)
    }

    /// Takes over what DataZone tells.
    async fn hear(&self, event: &Event) -> Result<()> {
        self.take_over(event, |domain| datazone::read(&event.kind, &event.detail, domain)).await
    }

    /// Takes over what was decided in DataZone, as news say of its domain that are read by `read`.
    async fn take_over(&self, event: &Event, read: impl FnOnce(&str) -> Result<datazone::News> + Send) -> Result<()> {
        let (Deployed::Governance { datazone: Some(domain), .. }, Some(portal)) = (&self.config.deployed, &self.portal)
        else {
            return Err(Error::invalid("news of DataZone, and no domain of it is known here")
                .hint("set glaux_datazone_domain, and deploy the function that was built with \"workflow\""));
        };
        let news = read(domain)?;
        let grants = self.grants().await?;
        let share = Share::new(grants.register.clone());
        for touched in share.hear(portal.as_ref(), domain, &news, &format!("event {}", event.id)).await? {
            grants.report_begun(&touched.environment, &touched.source).await;
            self.start(&touched.environment, &touched.source, &touched.cause).await?;
        }
        match &news {
            datazone::News::Deployed { environment }
            | datazone::News::Added { environment }
            | datazone::News::Leaves { environment, .. } => {
                self.hook(environment, &format!("event {}", event.id)).await
            }
            _ => Ok(()),
        }
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

/// Whether somebody has it in hand: another walk would only wait for this one.
async fn is_worked_on(grants: &Grants, environment: &str, source: &str) -> Result<bool> {
    let found = grants.register.find::<Grant>(&Grant::id_of(environment, source)).await?;
    let now = grants.register.now();
    Ok(found.and_then(|read| read.record.lease).is_some_and(|lease| lease.until > now))
}
