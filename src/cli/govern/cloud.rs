//! A register on AWS, and the deployment around it. From here nothing reaches a database for what was decided: that is told on an
//! event bus, and the workflow's functions, which alone may, do the rest.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use connector_core::{Error, Result};
use uuid::Uuid;

use super::desk::Desk;
use super::follow::{Pair, describe};
use super::reach;
use crate::cli::output::{Done, Failure, told};
use crate::config::{Aws, Deployment, caller_arn};
use crate::grants::{Added, Bus, Changed, KEEPER, News};
use crate::register::{By, Environment, Event, Grant, Key, Place as Where, Register, Source, Subscription};
use crate::secrets::keeper::{Manager, ManagerSettings};
use crate::secrets::policy::{KeyReader, Place, Policy, RoleArn, key_policy, secret_policy};
use crate::secrets::{Keeper, Names};
use crate::share::actor_of;

/// For how many days a secret that was discarded can be taken back: the longest that there is.
const WINDOW_DAYS: u8 = 30;
/// How often what is waited for is looked at.
const PAUSE: Duration = Duration::from_secs(1);
/// How long it is waited for: a walk takes seconds, unless sessions have to end or the database has to be waited for.
const PATIENCE: Duration = Duration::from_mins(10);

/// Who acts on AWS, and what is there.
pub struct Cloud {
    /// Who acts, as events name them.
    pub actor: String,
    /// What was told of the deployment.
    pub deployment: Deployment,
    aws: Aws,
    /// The account and the region of whoever acts.
    place: Place,
}

impl Cloud {
    /// Asks AWS who acts.
    ///
    /// Errors: unauthenticated, without a credential; invalid, without a region.
    pub async fn enter(aws: &Aws) -> Result<Self> {
        let region = aws.sdk().await.region().map(ToString::to_string);
        let region = region.ok_or_else(|| Error::invalid("no AWS region is set").hint("set AWS_REGION"))?;
        let arn = caller_arn(aws).await?;
        let parts: Vec<&str> = arn.split(':').collect();
        let (partition, account) = (parts.get(1).copied(), parts.get(4).copied());
        let place = Place::new(partition.unwrap_or_default(), &region, account.unwrap_or_default())?;
        let deployment = Deployment::from_process_env()?;
        Ok(Self { actor: actor_of(&arn)?, deployment, aws: aws.clone(), place })
    }

    /// The secrets of administrators are kept from here, in the account of whoever acts; those of grants are the producer's alone.
    pub fn keeper(&self) -> Result<Arc<dyn Keeper>> {
        let settings = ManagerSettings {
            names: Names::new(reach::PREFIX)?,
            keeper: self.keeper_role(&self.place)?,
            // The key of grants opens nothing else, and these are read in their own account alone.
            key: None,
            tags: Vec::new(),
            window_days: WINDOW_DAYS,
        };
        Ok(Arc::new(Manager::new(&self.aws, settings)?))
    }

    fn keeper_role(&self, place: &Place) -> Result<RoleArn> {
        self.deployment.keeper.clone().unwrap_or_else(|| place.role(KEEPER)).parse()
    }

    /// What a secret that is kept from here is called elsewhere.
    pub fn secret(&self, name: &str) -> String {
        self.place.secret(name)
    }

    /// Where a source's secrets are: beside its administrator's.
    pub fn place_of(&self, source: &Source) -> Place {
        Place::of(&source.administrator).unwrap_or_else(|| self.place.clone())
    }

    /// The secrets of grants.
    pub fn names(&self) -> Result<Names> {
        Names::new(self.deployment.prefix()?)
    }

    /// Has the workflow make these grants what the register says by now.
    async fn tell(&self, pairs: &BTreeSet<Pair>, cause: &str) -> Result<()> {
        let changed = |(environment, source): &Pair| {
            let (environment, source) = (environment.clone(), source.clone());
            News::Changed(Changed { environment, source, cause: cause.into() })
        };
        let news: Vec<News> = pairs.iter().map(changed).collect();
        self.bus().tell(&news).await
    }

    fn bus(&self) -> Bus {
        Bus::new(&self.aws, self.deployment.bus.as_deref())
    }

    /// The policies that stand for a grant at its secret and its key.
    async fn policies(&self, register: &Register, environment: &str, source: &str) -> Result<Vec<(String, Policy)>> {
        let environment = register.get::<Environment>(environment).await?.record;
        let source = register.get::<Source>(source).await?.record;
        let (place, names) = (self.place_of(&source), self.names()?);
        let (keeper, reader) = (self.keeper_role(&place)?, role_of(&environment)?);
        let secret = place.secret(&names.name(&environment.id, &source.id)?);
        let mut all = vec![(format!("secret {secret}"), secret_policy(&keeper, reader.as_ref()))];
        if let Some(key) = &self.deployment.key {
            all.push((format!("key {key}"), self.key_policy(register, &source, Some(&environment)).await?));
        }
        Ok(all)
    }

    /// The policy that the key of a source's grants needs: for every environment that has or is to have a grant of a source there,
    /// `besides` included.
    ///
    /// It is shown, and never put on the key from here or by a function. Whoever may put a key's policy can give itself everything
    /// under the key, so no role of ours may; and a key is its template's, which would take away again what others have put there.
    pub async fn key_policy(
        &self,
        register: &Register,
        source: &Source,
        besides: Option<&Environment>,
    ) -> Result<Policy> {
        let place = self.place_of(source);
        let mut readers = readers(self, register, &place).await?;
        if let Some(environment) = besides
            && let Some(reader) = role_of(environment)?
        {
            readers.insert((environment.id.clone(), reader));
        }
        let readers: Vec<KeyReader> =
            readers.into_iter().map(|(environment, reader)| KeyReader { reader, environment }).collect();
        key_policy(&place, &self.names()?, &self.keeper_role(&place)?, &readers)
    }
}

/// The one role that reads in an environment.
fn role_of(environment: &Environment) -> Result<Option<RoleArn>> {
    match &environment.place {
        Where::Aws(account) => account.consumer_role.parse().map(Some),
        Where::Local => Ok(None),
    }
}

/// Who reads something of a source that is there.
async fn readers(cloud: &Cloud, register: &Register, place: &Place) -> Result<BTreeSet<(String, RoleArn)>> {
    let mut readers = BTreeSet::new();
    for read in register.list::<Subscription>(&By::Kind).await? {
        if !read.record.is_live()
            || cloud.place_of(&register.get::<Source>(&read.record.source).await?.record) != *place
        {
            continue;
        }
        let environment = register.get::<Environment>(&read.record.environment).await?.record;
        readers.extend(role_of(&environment)?.map(|role| (environment.id, role)));
    }
    Ok(readers)
}

impl Desk<'_> {
    /// Has the workflow do what follows of events; `events` may be none, for what is asked for again.
    ///
    /// Errors: partly, if it cannot be told, or what is waited for goes wrong; what was decided stands.
    pub(super) async fn hand_over(&mut self, pairs: &BTreeSet<Pair>, events: &[Event]) -> Done {
        let Some((cause, since)) = self.tell_workflow(pairs, events).await? else { return Ok(()) };
        if !self.common.wait {
            self.output.note("wait for it with --wait, or look: glaux grant list");
            return Ok(());
        }
        self.await_all(pairs, &cause, since).await
    }

    /// Tells it, and by which cause and behind which event's number its answers are known; none, where there is nobody to tell.
    ///
    /// Errors: partly, if it cannot be told.
    pub(super) async fn tell_workflow(
        &mut self,
        pairs: &BTreeSet<Pair>,
        events: &[Event],
    ) -> Done<Option<(String, u64)>> {
        let Some(cloud) = self.cloud() else { return Ok(None) };
        if pairs.is_empty() {
            return Ok(None);
        }
        let (cause, since) = match events.last() {
            Some(last) => (format!("{}, event {}", self.caller.request, last.number), last.number),
            // Nothing was written, and the same may be asked for twice.
            None => (format!("{}, {}", self.caller.request, Uuid::new_v4().simple()), self.register.length().await?),
        };
        let sent = cloud.tell(pairs, &cause).await;
        let names: Vec<String> = pairs.iter().map(|(environment, source)| Grant::id_of(environment, source)).collect();
        if let Err(error) = sent {
            self.output.fault(&format!("the workflow was not told of grant {}\n{}", names.join(", "), told(&error)));
            self.output
                .note("what was decided stands; the workflow's clock finds it, or tell it now: glaux grant repair");
            return Err(Failure::Partly);
        }
        for name in &names {
            self.output.note(&format!("grant {name}: the workflow is told"));
        }
        Ok(Some((cause, since)))
    }

    /// Tells the other side what became of a request, if that was not told yet: in the register, and before on the bus where there
    /// is one.
    ///
    /// Errors: partly, if it cannot be told on the bus; whoever asks for the same again tells it then.
    pub(super) async fn tell_of(&mut self, id: &str) -> Done {
        if self.common.dry_run {
            return Ok(());
        }
        let Some(notice) = self.share.untold(id).await? else { return Ok(()) };
        self.tell_on_bus(News::of(&notice)).await?;
        self.share.told(&self.caller, &notice).await?;
        Ok(())
    }

    /// Has the workflow look whether something was granted elsewhere before there was this environment.
    ///
    /// Errors: partly, if it cannot be told; whoever adds the same again tells it then.
    pub(super) async fn tell_added(&mut self, environment: &str) -> Done {
        if self.common.dry_run {
            return Ok(());
        }
        self.tell_on_bus(News::Added(Added { environment: environment.to_owned() })).await
    }

    /// Errors: partly, if nobody was told; where there is no bus nobody is to be.
    async fn tell_on_bus(&mut self, news: News) -> Done {
        let Some(cloud) = self.cloud() else { return Ok(()) };
        let kind = news.kind();
        let sent = cloud.bus().tell(&[news]).await;
        match sent {
            Ok(()) => {
                self.output.note(&format!("it was told on the event bus, as {kind}"));
                Ok(())
            }
            Err(error) => {
                self.output.fault(&format!("nobody was told on the event bus\n{}", told(&error)));
                self.output.note("what was written stands; the same command tells it, and writes nothing twice");
                Err(Failure::Partly)
            }
        }
    }

    async fn await_all(&mut self, pairs: &BTreeSet<Pair>, cause: &str, since: u64) -> Done {
        let (mut failed, began) = (false, Instant::now());
        for (environment, source) in pairs {
            let id = Grant::id_of(environment, source);
            self.output.status(&format!("waiting for grant {id}"));
            match outcome(&self.register, &id, cause, since, began).await? {
                Outcome::Recorded(grant) => self.output.note(&describe(&grant)),
                Outcome::Failed(reason) => {
                    failed = true;
                    self.output.fault(&format!("grant {id} is not what it should be yet\nerror: {reason}"));
                    self.output.note("the workflow's clock tries it again, or now: glaux grant repair");
                }
                Outcome::Unknown => {
                    failed = true;
                    let minutes = PATIENCE.as_secs() / 60;
                    self.output.fault(&format!("grant {id}: nothing was recorded for {minutes} minutes"));
                    self.output.note("see whether the rule, the queue and the state machine are there and get events");
                }
            }
        }
        if failed { Err(Failure::Partly) } else { Ok(()) }
    }

    /// Shows what the workflow would be told, and the policies that would stand.
    pub(super) async fn preview_on_aws(&mut self, pairs: &BTreeSet<Pair>) -> Done {
        let Some(cloud) = self.cloud() else { return Ok(()) };
        let mut notes = Vec::new();
        for (environment, source) in pairs {
            notes.push(format!("the workflow would be told of grant {}", Grant::id_of(environment, source)));
            for (what, policy) in cloud.policies(&self.register, environment, source).await? {
                notes.push(format!("policy of {what}: {}", policy.to_json()?));
            }
        }
        notes.iter().for_each(|note| self.output.note(note));
        Ok(())
    }
}

/// What became of a grant.
enum Outcome {
    Recorded(Box<Grant>),
    Failed(String),
    Unknown,
}

/// Follows a grant's events behind number `since`: the first that records it as done was written by a walk that saw the decision,
/// whoever asked for that walk, since a record is refused where what is desired has changed; a failure counts if it is of the walk
/// that was asked for.
async fn outcome(register: &Register, id: &str, cause: &str, since: u64, began: Instant) -> Result<Outcome> {
    let (key, mut seen) = (Key::of::<Grant>(id), since);
    loop {
        for event in register.events_after(Some(&key), seen).await? {
            seen = event.number;
            match event.act.verb.as_str() {
                "grant record" => return Ok(Outcome::Recorded(Box::new(register.get::<Grant>(id).await?.record))),
                "grant failed" if event.act.request == cause => {
                    return Ok(Outcome::Failed(event.act.reason.unwrap_or_default()));
                }
                _ => {}
            }
        }
        if began.elapsed() > PATIENCE {
            return Ok(Outcome::Unknown);
        }
        tokio::time::sleep(PAUSE).await;
    }
}
