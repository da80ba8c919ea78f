//! A shop in a server of somebody's own: what is made there is written down first, and taken back in the end, whatever ends it but
//! a SIGKILL. Nothing that was there before is touched.

use std::time::Duration;

use connector_core::{Access, Administration, Credential, Endpoint, Error, ErrorKind, Result};

use super::random_password;
use super::script::{statements, undo};

/// What is to be made, and where.
#[derive(Clone)]
pub struct GuestOptions {
    /// How the engine is told.
    pub access: &'static dyn Access,
    /// The server.
    pub endpoint: Endpoint,
    /// Who may make schemas there.
    pub owner: Credential,
    /// What the user is called that may only read.
    pub reader: String,
    /// The schemas that the script makes.
    pub schemas: &'static [&'static str],
    /// The script.
    pub script: &'static str,
    /// How it is run.
    pub filling: Filling,
    /// Is told what is left behind, where nobody waits for [`Guest::leave`].
    pub left: fn(&Error),
}

/// How a script is run, so that what it makes can be taken back.
#[derive(Clone, Copy)]
pub enum Filling {
    /// In one transaction, which is `PostgreSQL`'s way; the schemas go with all that is in them.
    AtOnce,
    /// Statement by statement. Of each kind of thing made that must be taken back by itself: what `CREATE` calls it, and the
    /// statement that drops it, with `{}` for its name.
    ByStatement(&'static [(&'static str, &'static str)]),
}

/// The session that makes the shop.
type Owner = Box<dyn Administration>;

/// A server with a shop in it. Dropping it takes everything back.
pub struct Guest {
    options: GuestOptions,
    /// Takes back what was made, the last first.
    undo: Vec<String>,
    /// Who is to read there: a user of its own where the server lets us make one, else the owner.
    pub reader: Credential,
}

/// A statement that waits for another session's lock must not hold the way out for ever.
const LIMIT: Duration = Duration::from_mins(1);

impl GuestOptions {
    async fn log_in(&self, who: &Credential) -> Result<Owner> {
        self.access.administer(&self.endpoint, who, "glaux-demo").await
    }
}

impl Guest {
    /// Makes the shop.
    ///
    /// Errors: conflict, if one of the schemas is there already; then nothing is made.
    pub async fn enter(options: GuestOptions) -> Result<Self> {
        let mut client = options.log_in(&options.owner).await?;
        let there = client.names(&options.access.existing_schemas(options.schemas)).await?;
        if !there.is_empty() {
            let what = format!("{} is there already, and is not touched", there.join(", "));
            let hint =
                format!("the shop needs {} for itself: use another server or database", options.schemas.join(" and "));
            return Err(Error::new(ErrorKind::Conflict, what).hint(hint));
        }
        let mut guest = Self { reader: options.owner.clone(), undo: Vec::new(), options };
        let made = guest.make(client.as_mut()).await;
        drop(client);
        match made {
            Ok(()) => Ok(guest),
            Err(error) => {
                let left = guest.options.left;
                if let Err(error) = guest.leave().await {
                    left(&error);
                }
                Err(error)
            }
        }
    }

    /// Whether a user was made that may only read.
    pub fn has_own_reader(&self) -> bool {
        self.reader != self.options.owner
    }

    async fn make(&mut self, client: &mut dyn Administration) -> Result<()> {
        let access = self.options.access;
        let reader = Credential { user: self.options.reader.clone(), password: access.acceptable(&random_password()) };
        let mut is_made = true;
        for change in access.create_user(&reader)? {
            is_made = is_made && self.reversibly(client, change.run.expose(), Some(change.undo)).await.is_ok();
        }
        self.fill(client).await.map_err(|error| error.context("filling the shop"))?;
        if is_made && self.admit(client, &reader).await.is_ok() {
            self.reader = reader;
        }
        Ok(())
    }

    async fn fill(&mut self, client: &mut dyn Administration) -> Result<()> {
        let Filling::ByStatement(kinds) = self.options.filling else { return self.fill_at_once(client).await };
        for statement in statements(self.options.script) {
            let undo = undo(statement.text, kinds);
            let done = self.reversibly(client, statement.text, undo).await;
            done.map_err(|error| error.context(format!("line {} of the script", statement.line)))?;
        }
        Ok(())
    }

    /// Runs a statement; the way back is known before, since we may be stopped in the middle of it.
    async fn reversibly(
        &mut self,
        client: &mut dyn Administration,
        statement: &str,
        undo: Option<String>,
    ) -> Result<()> {
        let has_undo = undo.is_some();
        self.undo.extend(undo);
        let done = client.execute(statement).await;
        if done.is_err() && has_undo {
            self.undo.pop();
        }
        done
    }

    /// `PostgreSQL` makes all of it or nothing. Extensions that the script found missing are made too.
    async fn fill_at_once(&mut self, client: &mut dyn Administration) -> Result<()> {
        const EXTENSIONS: &str = "SELECT extname::text FROM pg_catalog.pg_extension";
        let before = client.names(EXTENSIONS).await?;
        client.execute("BEGIN").await?;
        client.execute(self.options.script).await?;
        let new = client.names(EXTENSIONS).await?.into_iter().filter(|name| !before.contains(name));
        let new: Vec<String> = new.map(|name| format!("DROP EXTENSION IF EXISTS {name}")).collect();
        self.undo.extend(new);
        self.undo.extend(self.options.schemas.iter().map(|schema| format!("DROP SCHEMA IF EXISTS {schema} CASCADE")));
        client.execute("COMMIT").await
    }

    /// Lets the reader in, and sees whether it gets in.
    async fn admit(&self, client: &mut dyn Administration, reader: &Credential) -> Result<()> {
        for grant in self.options.access.let_read(&reader.user, self.options.schemas) {
            client.execute(&grant).await?;
        }
        self.options.log_in(reader).await.map(drop)
    }

    /// Takes everything back, and says what could not be.
    pub async fn leave(mut self) -> Result<()> {
        self.take_back().await
    }

    async fn take_back(&mut self) -> Result<()> {
        if self.undo.is_empty() {
            return Ok(());
        }
        let mut left = Vec::new();
        let done = tokio::time::timeout(LIMIT, self.take_back_into(&mut left)).await;
        let late = |_| Err(Error::new(ErrorKind::TimedOut, format!("not done after {} s", LIMIT.as_secs())));
        let done = done.unwrap_or_else(late);
        left.extend(self.undo.drain(..).rev());
        match done {
            Err(error) if !left.is_empty() => {
                let told = error.without_hint().context("taking the shop back");
                Err(told.hint(format!("it is still there; run: {};", left.join("; "))))
            }
            _ => Ok(()),
        }
    }

    /// Runs the statements; those that fail are put into `left`, and the first failure is returned.
    async fn take_back_into(&mut self, left: &mut Vec<String>) -> Result<()> {
        let mut client = self.options.log_in(&self.options.owner).await?;
        let mut first = Ok(());
        // Taken from the list only when it is done, so that whoever comes after us goes on where we were stopped.
        while let Some(statement) = self.undo.last().cloned() {
            if let Err(error) = persistently(client.as_mut(), &statement).await {
                left.push(statement);
                first = first.and(Err(error));
            }
            self.undo.pop();
        }
        first
    }
}

/// Runs a statement that may find a session still there that was let go just now.
async fn persistently(client: &mut dyn Administration, statement: &str) -> Result<()> {
    const ATTEMPTS: usize = 5;
    const PAUSE: Duration = Duration::from_millis(300);
    for _ in 1..ATTEMPTS {
        if client.execute(statement).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    client.execute(statement).await
}

impl Drop for Guest {
    /// On a thread of its own, because a runtime that is being left can wait for nothing.
    fn drop(&mut self) {
        if self.undo.is_empty() {
            return;
        }
        let (options, undo) = (self.options.clone(), std::mem::take(&mut self.undo));
        let left = options.left;
        let mut again = Self { reader: options.owner.clone(), options, undo };
        let going = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| Error::internal(format!("starting a runtime: {error}")))?;
            let done = runtime.block_on(again.take_back());
            // Never twice.
            again.undo.clear();
            done
        });
        if let Ok(Err(error)) = going.join() {
            left(&error);
        }
    }
}
