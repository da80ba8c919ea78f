//! Sessions kept warm between requests, each serving one at a time and made as new before it is used again (D16).

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use connector_core::{Connection, Endpoint, ErrorKind, Result, Settings, Table, TableName};
use tokio::sync::watch;

use super::caller::{Asked, Who};
use super::deadline::Deadline;
use super::described::Described;
use super::places::{Place, Places};
use super::source::Source;
use super::{Handler, measured};
use crate::config::Catalog;
use crate::secrets::{Login, Resolved};

/// Idle sessions, the longest idle first; few, because a Lambda serves one request at a time and a database counts its
/// connections.
#[derive(Default)]
pub(super) struct Sessions {
    idle: Mutex<Vec<Kept>>,
    /// Of those on loan.
    places: Places,
}

struct Kept {
    of: Whose,
    connection: Box<dyn Connection>,
    logged_in: Instant,
    described: Described,
}

/// Of which catalog a session is, and as whom it reads there. It is never used, nor what it was told, for anybody else.
#[derive(Clone, PartialEq, Eq)]
struct Whose {
    catalog: String,
    /// Where that was: what is granted under a name may come to be elsewhere.
    url: String,
    who: Who,
}

const MAX_IDLE: usize = 8;
/// Of one catalog for one and the same user, role and settings.
const MAX_IDLE_OF_ONE: usize = 2;

/// How long a log-in may be used again. A user who was locked out, or a password that was changed, ends no session by itself.
const LIFETIME: Duration = Duration::from_mins(10);

/// How long a session may take to be made as new. A network that has forgotten an idle connection answers nothing at all, and
/// TCP alone would try for a quarter of an hour.
const RESET: Duration = Duration::from_secs(5);

/// How long the server is given to stop what a session was doing.
const STOP: Duration = Duration::from_secs(10);

/// A session on loan. Dropped without [`Session::give_back`], by a request that failed or was let go, it is closed: anything may
/// be left in it. What it was doing is stopped at the server first.
pub(super) struct Session<'h> {
    /// There until the session is given back or dropped.
    kept: Option<Kept>,
    sessions: &'h Sessions,
    in_use: Option<InUse>,
    /// Where its catalog has a limit. The next request has it once this session is idle, or closed.
    place: Option<Place>,
}

impl Session<'_> {
    pub(super) fn connection(&mut self) -> &mut dyn Connection {
        self.kept.as_mut().expect("a session is there until it is given back").connection.as_mut()
    }

    /// Keeps the session for the next request.
    pub(super) fn give_back(mut self) {
        if let Some(kept) = self.kept.take() {
            self.sessions.keep(kept, Instant::now());
        }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        let Some(Kept { mut connection, .. }) = self.kept.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (in_use, place) = (self.in_use.take(), self.place.take());
        runtime.spawn(async move {
            tokio::time::timeout(STOP, connection.stop()).await.unwrap_or(());
            drop(connection);
            drop(place);
            drop(in_use);
        });
    }
}

/// How many sessions are on loan or being stopped, in the whole process: it is the process that may not end, or be frozen by
/// Lambda, before its sources have been told.
static IN_USE: LazyLock<watch::Sender<usize>> = LazyLock::new(|| watch::Sender::new(0));

struct InUse;

impl InUse {
    fn begin() -> Self {
        IN_USE.send_modify(|count| *count += 1);
        Self
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        IN_USE.send_modify(|count| *count -= 1);
    }
}

/// Waits until no session is in use or being stopped, for at most `limit`.
pub async fn settle(limit: Duration) {
    let mut in_use = IN_USE.subscribe();
    let settled = tokio::time::timeout(limit, in_use.wait_for(|count| *count == 0)).await;
    if settled.is_err() {
        tracing::warn!("a source may not have been told in time to stop a statement");
    }
}

impl Sessions {
    fn take(&self, of: &Whose, now: Instant) -> Option<Kept> {
        let mut idle = self.fresh(now);
        let last = idle.iter().rposition(|kept| kept.of == *of)?;
        Some(idle.remove(last))
    }

    /// What the idle session that was told last knows of a table.
    fn described(&self, of: &Whose, table: &TableName, now: Instant) -> Option<Table> {
        let idle = self.fresh(now);
        let known = idle.iter().filter(|kept| kept.of == *of).filter_map(|kept| kept.described.get(table, now));
        known.max_by_key(|(told, _)| *told).map(|(_, table)| table.clone())
    }

    fn keep(&self, kept: Kept, now: Instant) {
        let mut idle = self.fresh(now);
        if idle.iter().filter(|other| other.of == kept.of).count() < MAX_IDLE_OF_ONE {
            idle.push(kept);
        }
        if idle.len() > MAX_IDLE {
            idle.remove(0);
        }
    }

    /// Closes the longest idle session of a catalog, whoever's it is, if one more would be one too many. One is enough: of the
    /// others that have a place, each has a session already, or does the same before it makes one.
    fn make_room(&self, place: &Place, catalog: &str, now: Instant) {
        let mut idle = self.fresh(now);
        let of_catalog = |kept: &Kept| kept.of.catalog == catalog;
        if idle.iter().filter(|kept| of_catalog(kept)).count() > place.others()
            && let Some(first) = idle.iter().position(of_catalog)
        {
            idle.remove(first);
        }
    }

    /// Closes what is idle of a catalog, which may be another by now, or none.
    pub(super) fn forget(&self, catalog: &str) {
        self.fresh(Instant::now()).retain(|kept| kept.of.catalog != catalog);
    }

    #[cfg(test)]
    pub(super) fn idle_of(&self, catalog: &str) -> usize {
        self.fresh(Instant::now()).iter().filter(|kept| kept.of.catalog == catalog).count()
    }

    /// What is idle and may still be used; the others are closed.
    fn fresh(&self, now: Instant) -> MutexGuard<'_, Vec<Kept>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|kept| now.saturating_duration_since(kept.logged_in) < LIFETIME);
        idle
    }
}

impl Handler {
    /// A session with the catalog's source for one request, as whom it is asked.
    ///
    /// Where the catalog's sessions are limited, it waits for its turn; whoever has one already must not ask for another.
    ///
    /// Errors: throttled, if its turn did not come in time; those of `Connector::connect`; a refused log-in only after the secret
    /// has been read afresh.
    pub(super) async fn session(&self, asked: &Asked) -> Result<Session<'_>> {
        Ok(self.open(asked, None).await?.0)
    }

    /// A session, and a table as it is described in it; of a warm one both are asked at once where the engine can do that.
    ///
    /// Errors: those of [`Handler::session`], and of `Connection::table`.
    pub(super) async fn session_about(&self, asked: &Asked, table: &TableName) -> Result<(Session<'_>, Table)> {
        let (mut session, described) = self.open(asked, Some(table)).await?;
        let described = match described {
            Some(described) => described?,
            None => session.connection().table(table).await?,
        };
        if let Some(kept) = &mut session.kept {
            kept.described.put(table, &described, Instant::now());
        }
        Ok((session, described))
    }

    /// A table as it was described a moment ago to the same user and role, if a session of theirs still knows.
    pub(super) fn described(&self, asked: &Asked, table: &TableName) -> Option<Table> {
        self.sessions.described(&Whose::of(asked), table, Instant::now())
    }

    async fn open(&self, asked: &Asked, table: Option<&TableName>) -> Result<(Session<'_>, Option<Result<Table>>)> {
        let place = self.sessions.places.take(asked.catalog()).await?;
        let in_use = Some(InUse::begin());
        let (application_name, time_limit) = (application_name(&asked.query_id), Deadline::current().statement_limit());
        let acting_as = asked.who.acting.clone();
        let casing = asked.who.casing.unwrap_or(asked.catalog().settings.casing);
        let settings = Settings { casing, application_name, time_limit, acting_as, ..asked.catalog().settings.clone() };
        let name = &asked.catalog().name;
        let doing = |error: connector_core::Error| error.context(format!("connecting to catalog {name:?}"));
        let of = Whose::of(asked);
        let (kept, described) = if let Some(warm) = self.warm(&of, &settings, table).await {
            warm
        } else {
            if let Some(place) = &place {
                self.sessions.make_room(place, name, Instant::now());
            }
            let catalog = asked.who.catalog(asked.catalog());
            let connection = self.connect(&catalog, &asked.source, &settings).await.map_err(doing)?;
            (Kept { of, connection, logged_in: Instant::now(), described: Described::default() }, None)
        };
        Ok((Session { kept: Some(kept), sessions: &self.sessions, in_use, place }, described))
    }

    /// An idle session made as new; one that cannot be, because its server went away, say, is dropped without a word.
    async fn warm(
        &self,
        of: &Whose,
        settings: &Settings,
        table: Option<&TableName>,
    ) -> Option<(Kept, Option<Result<Table>>)> {
        let (name, limit, catalog) = (settings.application_name.as_str(), settings.time_limit, &of.catalog);
        while let Some(mut kept) = self.sessions.take(of, Instant::now()) {
            let resetting = async {
                match table {
                    Some(table) => kept.connection.reset_and_describe(name, limit, table).await.map(Some),
                    None => kept.connection.reset(name, limit).await.map(|()| None),
                }
            };
            match tokio::time::timeout(RESET, resetting).await {
                Ok(Ok(described)) => return Some((kept, described)),
                Ok(Err(error)) => tracing::info!(%error, catalog, "an idle session could not be used again"),
                Err(_) => tracing::info!(catalog, "an idle session gave no answer"),
            }
        }
        None
    }

    async fn connect(&self, catalog: &Catalog, source: &Source, settings: &Settings) -> Result<Box<dyn Connection>> {
        let resolved = self.secrets.resolve(catalog).await?;
        match self.enter(catalog, source, &resolved, settings).await {
            // A rotation may have made the cached secret stale: read it afresh, once.
            Err(error) if error.kind() == ErrorKind::Unauthenticated => {
                measured::add(measured::Count::LoginsAgain, 1);
                let fresh = self.secrets.refresh(catalog, &resolved).await?;
                if fresh == resolved {
                    return Err(error);
                }
                self.enter(catalog, source, &fresh, settings).await
            }
            outcome => outcome,
        }
    }

    async fn enter(
        &self,
        catalog: &Catalog,
        source: &Source,
        resolved: &Resolved,
        settings: &Settings,
    ) -> Result<Box<dyn Connection>> {
        let (endpoint, connector) = (completed(&source.endpoint, resolved), source.connector);
        connector.check_acting(&settings.acting_as)?;
        match resolved.login(catalog, connector.logins(&endpoint))? {
            Login::User(credential) => {
                let credential = match connector.signing(&endpoint)? {
                    Some(signing) => self.secrets.signed(&signing, credential).await?,
                    None => credential,
                };
                connector.connect(&endpoint, &credential, settings).await
            }
            Login::Principal(principal) => connector.connect_as(&endpoint, &principal, settings).await,
        }
    }
}

impl Whose {
    fn of(asked: &Asked) -> Self {
        let Catalog { name, url, .. } = asked.catalog();
        Self { catalog: name.clone(), url: url.clone(), who: asked.who.clone() }
    }
}

/// The URL's endpoint with what only the secret knows filled in; the URL wins where both speak.
fn completed(endpoint: &Endpoint, resolved: &Resolved) -> Endpoint {
    let mut endpoint = endpoint.clone();
    if endpoint.host.is_empty() {
        endpoint.host = resolved.host.clone().unwrap_or_default();
        endpoint.port = endpoint.port.or(resolved.port);
    }
    if endpoint.database.is_empty() {
        endpoint.database = resolved.database.clone().unwrap_or_default();
    }
    endpoint
}

/// What the session calls itself: enough to find the Athena query from the database, within PostgreSQL's 63 bytes.
fn application_name(query_id: &str) -> String {
    let id: String = query_id.chars().filter(char::is_ascii_graphic).take(56).collect();
    if id.is_empty() { "glaux".into() } else { format!("glaux {id}") }
}

#[cfg(test)]
#[cfg(feature = "memory")]
mod tests {
    use connector_core::{Casing, Credential, Secret};
    use futures::FutureExt;

    use super::*;
    use crate::config::{Config, SecretReference};
    use crate::connectors;
    use crate::handler::described;
    use crate::protocol::Identity;

    async fn kept(catalog: &str, logged_in: Instant) -> Kept {
        let connector = connectors::find("memory").unwrap();
        let (endpoint, nobody) =
            (connector.endpoint("shop").unwrap(), Credential { user: String::new(), password: Secret::new("") });
        let connection = connector.connect(&endpoint, &nobody, &Settings::default()).await.unwrap();
        Kept { of: of(catalog), connection, logged_in, described: Described::default() }
    }

    fn of(catalog: &str) -> Whose {
        Whose { catalog: catalog.to_owned(), url: String::new(), who: Who::default() }
    }

    fn as_role(catalog: &str, role: &str) -> Whose {
        let acting = connector_core::Acting { role: Some(role.to_owned()), ..Default::default() };
        Whose { who: Who { acting, ..Who::default() }, ..of(catalog) }
    }

    #[tokio::test]
    async fn what_one_role_left_is_neither_used_nor_told_to_another() {
        let (sessions, now, name) = (Sessions::default(), Instant::now(), TableName::new("shop", "orders"));
        let mut session = Kept { of: as_role("a", "x"), ..kept("a", now).await };
        let table = session.connection.table(&name).await.unwrap();
        session.described.put(&name, &table, now);
        sessions.keep(session, now);
        let elsewhere = Whose { url: "elsewhere".into(), ..as_role("a", "x") };
        for other in [of("a"), as_role("a", "y"), as_role("b", "x"), elsewhere] {
            assert!(sessions.described(&other, &name, now).is_none(), "{} {:?}", other.catalog, other.who);
            assert!(sessions.take(&other, now).is_none(), "{} {:?}", other.catalog, other.who);
        }
        assert!(sessions.described(&as_role("a", "x"), &name, now).is_some());
        assert!(sessions.take(&as_role("a", "x"), now).is_some());
    }

    #[tokio::test]
    async fn a_log_in_is_used_for_its_lifetime_and_no_longer() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        sessions.keep(kept("a", start).await, start);
        let again = sessions.take(&of("a"), start + LIFETIME / 2).unwrap();
        // Being used does not make it younger.
        sessions.keep(again, start + LIFETIME / 2);
        assert!(sessions.take(&of("a"), start + LIFETIME).is_none());
        assert!(sessions.idle.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn few_sessions_are_kept_and_the_longest_idle_goes_first() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        for number in 0..MAX_IDLE {
            for _ in 0..3 {
                sessions.keep(kept(&number.to_string(), now).await, now);
            }
        }
        let count = |catalog: usize| {
            sessions.idle.lock().unwrap().iter().filter(|kept| kept.of.catalog == catalog.to_string()).count()
        };
        assert_eq!(sessions.idle.lock().unwrap().len(), MAX_IDLE);
        assert_eq!((count(0), count(MAX_IDLE - 1)), (0, MAX_IDLE_OF_ONE));
        assert!(sessions.take(&of("0"), now).is_none() && sessions.take(&of("7"), now).is_some());
    }

    #[tokio::test]
    async fn what_was_told_of_a_table_is_known_for_seconds_the_latest_first_and_ends_with_its_session() {
        let (sessions, start, name) = (Sessions::default(), Instant::now(), TableName::new("shop", "orders"));
        let (later, second) = (start + Duration::from_secs(1), Duration::from_secs(1));
        for (told, columns) in [(later, 2), (start, 0)] {
            let mut session = kept("a", start).await;
            let mut table = session.connection.table(&name).await.unwrap();
            table.columns.truncate(columns);
            session.described.put(&name, &table, told);
            sessions.keep(session, told);
        }
        let columns = |catalog, at| sessions.described(&of(catalog), &name, at).map(|table| table.columns.len());
        assert_eq!(columns("a", later), Some(2));
        assert_eq!(columns("b", later), None);
        assert_eq!(columns("a", later + described::LIFETIME), None);
        drop(sessions.take(&of("a"), later));
        assert_eq!(columns("a", later + second), Some(2));
        drop(sessions.take(&of("a"), later));
        assert_eq!(columns("a", later + second), None);
    }

    /// A handler over one catalog that may have so many sessions at once, and two who read it.
    async fn limited(most: &str) -> (Handler, [Asked; 2]) {
        let variables =
            [("default", "memory://shop"), ("glaux_max_connections", most), ("glaux_secrets_file", "no/such/file")];
        let variables = variables.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let handler = Handler::new(Config::from_env(variables).unwrap()).unwrap();
        let one = handler.asked("any", &Identity::default(), "q").await.unwrap();
        let other = Asked { who: Who { casing: Some(Casing::Lower), ..Who::default() }, ..one.clone() };
        (handler, [one, other])
    }

    #[tokio::test]
    async fn a_place_is_free_again_once_its_session_is_idle_or_closed_or_was_never_made() {
        let (handler, [asked, _]) = limited("1").await;
        let secret = Some(SecretReference::Name("none".into()));
        let unknown = Asked { who: Who { secret, ..Who::default() }, ..asked.clone() };
        assert!(handler.session(&unknown).await.is_err());
        handler.session(&asked).await.unwrap().give_back();
        let session = handler.session(&asked).await.unwrap();
        assert!(handler.session(&asked).now_or_never().is_none());
        let mut waiting = Box::pin(handler.session(&asked));
        assert!(waiting.as_mut().now_or_never().is_none());
        // What it was doing is stopped first, by a task of its own that has not begun.
        drop(session);
        assert!(waiting.as_mut().now_or_never().is_none());
        waiting.await.unwrap().give_back();
        assert_eq!(handler.sessions.idle_of("default"), 1);
    }

    #[tokio::test]
    async fn an_idle_session_of_another_user_makes_way_where_one_more_would_be_too_many() {
        let (handler, [one, other]) = limited("2").await;
        let idle = || handler.sessions.idle_of("default");
        handler.session(&one).await.unwrap().give_back();
        let first = handler.session(&other).await.unwrap();
        assert_eq!(idle(), 1, "there is room for both");
        let second = handler.session(&other).await.unwrap();
        assert_eq!(idle(), 0, "there is none for a third");
        first.give_back();
        second.give_back();
        handler.session(&other).await.unwrap().give_back();
        assert_eq!(idle(), 2, "nothing is closed for one that can be used again");
        handler.session(&one).await.unwrap().give_back();
        assert_eq!(idle(), 2, "one is enough");
        for asked in [&one, &other] {
            assert!(handler.sessions.take(&Whose::of(asked), Instant::now()).is_some(), "one of each is left");
        }
    }

    #[tokio::test]
    async fn whoever_waits_gets_the_session_that_is_given_back_or_its_place() {
        let (handler, [one, other]) = limited("1").await;
        for (user, next) in [(&one, &one), (&one, &other), (&other, &one)] {
            let session = handler.session(user).await.unwrap();
            let mut waiting = Box::pin(handler.session(next));
            assert!(waiting.as_mut().now_or_never().is_none());
            session.give_back();
            let session = waiting.await.unwrap();
            assert_eq!(handler.sessions.idle_of("default"), 0);
            session.give_back();
            assert_eq!(handler.sessions.idle_of("default"), 1);
        }
    }
}
