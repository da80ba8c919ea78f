//! Secrets of grants kept a second time, in the accounts of environments that may read nothing in another one.
//!
//! The original decides and is its keeper's alone; what is read is the copy, by the environment's one role. Whoever keeps the copy
//! is a role of the environment's account, which the producer assumes: a secret of another account is made by nobody. Not here: in
//! which order the two are written, which is [`Copies`]'.

use std::sync::Arc;

use async_trait::async_trait;
use connector_core::{Result, Secret};

use super::assuming::assumed;
use crate::config::Aws;
use crate::register::{Account, Environment, Place, Register};
use crate::secrets::Keeper;
use crate::secrets::keeper::{Copies, Manager, ManagerSettings};

/// As `infra/grants-consumer.yaml` calls them, before the environment's name.
const ROLE: &str = "glaux-grants-copies-";

/// Keeps secrets beside their sources, and some of them twice.
pub struct Copying {
    /// Which environment is where.
    pub register: Register,
    /// The keeper beside the sources.
    pub original: Arc<dyn Keeper>,
    /// How that one keeps them.
    pub settings: ManagerSettings,
    /// In which accounts there are copies.
    pub accounts: Vec<String>,
    /// Who assumes the roles there.
    pub aws: Aws,
    /// What each role wants to be told.
    pub domain: String,
}

impl Copying {
    /// What keeps this secret.
    async fn of(&self, name: &str) -> Result<Arc<dyn Keeper>> {
        let Some((environment, _)) = self.settings.names.parts(name) else { return Ok(self.original.clone()) };
        let found = self.register.find::<Environment>(environment).await?;
        match found.map(|read| read.record.place) {
            Some(Place::Aws(account)) if self.is_copied_to(&account) => {
                let copy = self.copy(environment, &account).await.map_err(|error| {
                    let told = format!("keeping a copy of secret {name:?} in account {}", account.account);
                    error.context(told)
                })?;
                Ok(Arc::new(Copies::new(self.original.clone(), Arc::new(copy))))
            }
            _ => Ok(self.original.clone()),
        }
    }

    /// In our own account the original is read, which has the name already.
    fn is_copied_to(&self, account: &Account) -> bool {
        self.accounts.contains(&account.account) && account.account != self.settings.keeper.account()
    }

    /// Entered anew each time, since a function may live longer than the credential.
    async fn copy(&self, environment: &str, account: &Account) -> Result<Manager> {
        let partition = self.settings.keeper.partition();
        let role = format!("arn:{partition}:iam::{}:role/{ROLE}{environment}", account.account);
        let sdk = Box::pin(assumed(&self.aws, &role, account, &self.domain)).await?;
        // Nobody of another account reads it, so that the service's own key will do.
        let settings = ManagerSettings { keeper: role.parse()?, key: None, ..self.settings.clone() };
        Manager::new(&Aws::of(sdk), settings)
    }
}

#[async_trait]
impl Keeper for Copying {
    async fn propose(&self, name: &str, generation: u64, text: &Secret) -> Result<()> {
        self.of(name).await?.propose(name, generation, text).await
    }

    /// The original decides.
    async fn read(&self, name: &str, generation: u64) -> Result<Option<Secret>> {
        self.original.read(name, generation).await
    }

    async fn promote(&self, name: &str, generation: u64) -> Result<()> {
        self.of(name).await?.promote(name, generation).await
    }

    async fn open_to(&self, name: &str, reader: Option<&str>) -> Result<()> {
        self.of(name).await?.open_to(name, reader).await
    }

    async fn discard(&self, name: &str) -> Result<()> {
        self.of(name).await?.discard(name).await
    }

    async fn is_kept(&self, name: &str) -> Result<bool> {
        self.of(name).await?.is_kept(name).await
    }
}
