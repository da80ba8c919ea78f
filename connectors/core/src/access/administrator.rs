//! Runs what [`Users`] spells: every step looks first, does what is missing, and may be repeated.

use super::right::difference;
use super::{Access, Administration, Right, Seen, User, Users};
use crate::{Credential, Endpoint, Error, Result, Secret};

/// Somebody who rules the users of a server, logged in.
pub struct Administrator {
    access: &'static dyn Access,
    endpoint: Endpoint,
    credential: Credential,
    application_name: String,
    session: Box<dyn Administration>,
    users: Box<dyn Users>,
}

impl Administrator {
    /// Logs in, and finds out how users are spelled there.
    ///
    /// Errors: those of [`Access::administer`] and [`Access::users`].
    pub async fn enter(
        access: &'static dyn Access,
        endpoint: &Endpoint,
        credential: &Credential,
        application_name: &str,
    ) -> Result<Self> {
        let mut session = access.administer(endpoint, credential, application_name).await?;
        let facts = session.rows(access.facts()).await.map_err(|error| error.context("asking what the server is"))?;
        let users = access.users(&facts)?;
        let (endpoint, credential) = (endpoint.clone(), credential.clone());
        Ok(Self { access, endpoint, credential, application_name: application_name.into(), session, users })
    }

    /// How users are spelled there.
    pub fn users(&self) -> &dyn Users {
        self.users.as_ref()
    }

    /// What the server says of a user.
    pub async fn look(&mut self, user: &str) -> Result<Seen> {
        let mut answers = Vec::new();
        for question in self.users.look(user) {
            let rows = self.session.rows(&question).await;
            answers.push(rows.map_err(|error| error.context(format!("asking what user {user:?} holds")))?);
        }
        self.users.seen(user, &answers)
    }

    /// Has the user be there and let in until its end, with this password if one is named.
    pub async fn admit(&mut self, user: &User<'_>, password: Option<&Secret>) -> Result<()> {
        let seen = self.look(user.name).await?;
        for statement in self.users.admit(user, &seen, password)? {
            self.run(statement.expose(), &format!("letting user {:?} in", user.name)).await?;
        }
        Ok(())
    }

    /// The statements that would let the user in, without the password that it gets besides.
    pub fn admission(&self, user: &User<'_>, seen: &Seen) -> Result<Vec<String>> {
        let statements = self.users.admit(user, seen, None)?;
        Ok(statements.iter().map(|statement| statement.expose().to_owned()).collect())
    }

    /// Leaves the user exactly these rights. Whether it lost some, so that sessions may be reading what it must not any more.
    pub async fn settle(&mut self, user: &str, rights: &[Right]) -> Result<bool> {
        let seen = self.look(user).await?;
        let statements = self.users.settle(user, &seen, rights)?;
        self.sweep(user, &seen).await?;
        for statement in statements {
            self.run(&statement, &format!("setting the rights of user {user:?}")).await?;
        }
        Ok(!seen.beyond.is_empty() || !difference(&seen.rights, rights).1.is_empty())
    }

    /// Lets nobody in as the user any more.
    pub async fn lock(&mut self, user: &str) -> Result<()> {
        if !self.look(user).await?.is_open {
            return Ok(());
        }
        for statement in self.users.lock(user) {
            self.run(&statement, &format!("locking user {user:?}")).await?;
        }
        Ok(())
    }

    /// Tells the server to end the user's sessions. How many there were: none only if none is left.
    pub async fn end_sessions(&mut self, user: &str) -> Result<usize> {
        let sessions = self.sessions(user).await?;
        for session in &sessions {
            let ended = self.session.execute(&self.users.end(user, session)).await;
            // One that has gone by itself cannot be ended, and need not be.
            if let Err(error) = ended
                && self.sessions(user).await?.contains(session)
            {
                return Err(error.context(format!("ending session {session} of user {user:?}")));
            }
        }
        Ok(sessions.len())
    }

    /// The sessions that the user has.
    pub async fn sessions(&mut self, user: &str) -> Result<Vec<String>> {
        let sessions = self.session.names(&self.users.sessions(user)).await;
        sessions.map_err(|error| error.context(format!("asking for the sessions of user {user:?}")))
    }

    /// Removes the user from the server, in all of its databases.
    pub async fn remove(&mut self, user: &str) -> Result<()> {
        let seen = self.look(user).await?;
        let statements = self.users.remove(user, &seen)?;
        self.sweep(user, &seen).await?;
        for statement in statements {
            self.run(&statement, &format!("removing user {user:?}")).await?;
        }
        Ok(())
    }

    async fn sweep(&mut self, user: &str, seen: &Seen) -> Result<()> {
        for database in &seen.elsewhere {
            let doing = || format!("taking what user {user:?} holds in database {database:?}");
            let endpoint = Endpoint { database: database.clone(), ..self.endpoint.clone() };
            let entering = self.access.administer(&endpoint, &self.credential, &self.application_name);
            let mut there = entering.await.map_err(|error| error.context(doing()))?;
            for statement in self.users.sweep(user) {
                there.execute(&statement).await.map_err(|error| error.context(doing()))?;
            }
        }
        Ok(())
    }

    async fn run(&mut self, statement: &str, doing: &str) -> Result<()> {
        self.session.execute(statement).await.map_err(|error: Error| error.context(doing))
    }
}
