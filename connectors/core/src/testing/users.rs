//! What every engine promises about users that read for somebody, on a server where they may be made.

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};

use crate::{
    Administrator, Casing, Connection, Connector, Credential, Endpoint, ErrorKind, Result, Right, Secret, Seen,
    Settings, TableName, User,
};

/// Where users are made.
pub struct Stage<'s> {
    /// The engine.
    pub connector: &'static dyn Connector,
    /// The database.
    pub endpoint: Endpoint,
    /// Who may make users there.
    pub administrator: Credential,
    /// Tables of at least two columns, wholly named; nobody but their owner may read them.
    pub tables: Vec<(TableName, Vec<String>)>,
    /// The user to be made; it is removed before and after.
    pub user: &'s str,
}

impl Stage<'_> {
    /// Logs in as the administrator.
    pub async fn administrator(&self) -> Administrator {
        let access = self.connector.access().expect("an engine with users");
        Administrator::enter(access, &self.endpoint, &self.administrator, "glaux-test")
            .await
            .expect("the administrator")
    }

    /// Logs in as the user.
    pub async fn login(&self, password: &str) -> Result<Box<dyn Connection>> {
        let credential = Credential { user: self.user.into(), password: Secret::new(password) };
        let settings = Settings { casing: Casing::None, ..Settings::default() };
        self.connector.connect(&self.endpoint, &credential, &settings).await
    }

    /// The user of this stage, for good.
    pub fn user(&self) -> User<'_> {
        User { name: self.user, ends: None, about: "glaux: it's a \"test\"" }
    }

    /// Whether the user finds exactly these rights when it looks for itself.
    pub async fn reads_exactly(&self, password: &str, rights: &[Right]) {
        let mut session = self.login(password).await.expect("the user logs in");
        for (name, columns) in &self.tables {
            let of_table = |right: &&Right| (&right.schema, &right.table) == (&name.schema, &name.table);
            let granted = crate::united(rights).iter().find(of_table).cloned();
            let mut expected = granted.map(|right| right.columns.unwrap_or_else(|| columns.clone()));
            let mut found = match session.table(name).await {
                Ok(table) => Some(table.columns.into_iter().map(|column| column.remote_name).collect::<Vec<_>>()),
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden), "{name}: {error}");
                    None
                }
            };
            expected.iter_mut().chain(&mut found).for_each(|columns| columns.sort());
            assert_eq!(found, expected, "{name}");
        }
    }

    fn some_rights(&self, random: &mut StdRng) -> Vec<Right> {
        let mut rights = Vec::new();
        for (name, columns) in &self.tables {
            let mut columns = columns.clone();
            columns.shuffle(random);
            columns.truncate(random.random_range(1..=columns.len()));
            let columns = [None, Some(columns)].choose(random).cloned().flatten();
            if random.random_bool(0.6) {
                rights.push(Right { columns, ..Right::whole(&name.schema, &name.table) });
            }
        }
        rights
    }
}

/// How often the server is asked before sessions that were told to end count as living on.
const PATIENCE: usize = 20_000;

/// Every promise. The seed is the caller's to print.
pub async fn all(stage: &Stage<'_>, seed: u64) {
    stage.administrator().await.remove(stage.user).await.expect("nothing is removed");
    a_user_is_let_in_with_its_password_and_reads_nothing(stage).await;
    rights_become_those_wanted_whatever_they_were(stage, seed).await;
    what_is_cut_anywhere_is_finished_by_the_next(stage).await;
    sessions_end_and_a_locked_user_stays_out(stage).await;
    a_removed_user_is_gone_and_may_come_back(stage).await;
    stage.administrator().await.remove(stage.user).await.expect("the user is removed");
}

/// Of two passwords the later counts.
pub async fn a_user_is_let_in_with_its_password_and_reads_nothing(stage: &Stage<'_>) {
    let mut administrator = stage.administrator().await;
    assert_eq!(administrator.look(stage.user).await.expect("looking at nobody"), Seen::default());
    for password in ["First-1_word", "Second-2_word"] {
        administrator.admit(&stage.user(), Some(&Secret::new(password))).await.expect("letting in");
        administrator.settle(stage.user, &[]).await.expect("no right");
        administrator.admit(&stage.user(), None).await.expect("letting in, with the password that there is");
        let seen = administrator.look(stage.user).await.expect("looking");
        assert!(seen.is_settled(&[]), "{seen:?}");
        stage.reads_exactly(password, &[]).await;
    }
    let error = stage.login("First-1_word").await.err().expect("an old password");
    assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
}

/// By looking at what the user is told, and by what it can do.
pub async fn rights_become_those_wanted_whatever_they_were(stage: &Stage<'_>, seed: u64) {
    let (mut random, mut administrator) = (StdRng::seed_from_u64(seed), stage.administrator().await);
    let mut before = Vec::new();
    for _ in 0..6 {
        let rights = stage.some_rights(&mut random);
        let lost = administrator.settle(stage.user, &rights).await.expect("setting rights");
        assert_eq!(lost, !crate::difference(&before, &rights).1.is_empty(), "{before:?} {rights:?}");
        let found = administrator.look(stage.user).await.expect("looking");
        assert!(found.is_settled(&rights), "{rights:?} {found:?}");
        stage.reads_exactly("Second-2_word", &rights).await;
        before = found.rights;
    }
}

/// A crash between any two statements leaves something that the same steps bring to the same end.
pub async fn what_is_cut_anywhere_is_finished_by_the_next(stage: &Stage<'_>) {
    let all: Vec<Right> = stage.tables.iter().map(|(name, _)| Right::whole(&name.schema, &name.table)).collect();
    let access = stage.connector.access().expect("an engine with users");
    let password = Secret::new("Third-3_word");
    for stop in 0.. {
        let mut session =
            access.administer(&stage.endpoint, &stage.administrator, "glaux-test").await.expect("a session");
        let facts = session.rows(access.facts()).await.expect("facts");
        let users = access.users(&facts).expect("a known server");
        let admitting = users.admit(&stage.user(), &Seen::default(), Some(&password)).expect("a password");
        let mut statements: Vec<String> = admitting.iter().map(|statement| statement.expose().to_owned()).collect();
        let there = Seen { is_there: true, is_open: true, ..Seen::default() };
        statements.extend(users.settle(stage.user, &there, &all).expect("rights of whole tables"));
        if stop > statements.len() {
            return;
        }
        stage.administrator().await.remove(stage.user).await.expect("the user is removed");
        for statement in statements.iter().take(stop) {
            session.execute(statement).await.expect("a statement");
        }
        drop(session);
        let mut administrator = stage.administrator().await;
        administrator.admit(&stage.user(), Some(&password)).await.expect("letting in again");
        administrator.settle(stage.user, &all).await.expect("setting rights again");
        let seen = administrator.look(stage.user).await.expect("looking");
        assert!(seen.is_settled(&all), "cut after {stop}: {seen:?}");
        stage.login("Third-3_word").await.expect("the user logs in");
    }
}

/// What runs is stopped, and nothing begins.
pub async fn sessions_end_and_a_locked_user_stays_out(stage: &Stage<'_>) {
    let mut administrator = stage.administrator().await;
    let mut sessions = Vec::new();
    for _ in 0..2 {
        sessions.push(stage.login("Third-3_word").await.expect("the user logs in"));
    }
    administrator.lock(stage.user).await.expect("locking");
    administrator.lock(stage.user).await.expect("locking again");
    assert!(!administrator.look(stage.user).await.expect("looking").is_open);
    assert!(stage.login("Third-3_word").await.is_err(), "a locked user is let in");
    let mut asked = 0;
    while administrator.end_sessions(stage.user).await.expect("ending sessions") > 0 {
        asked += 1;
        assert!(asked < PATIENCE, "sessions do not end");
    }
    for mut session in sessions {
        assert!(session.schemas().await.is_err(), "a session goes on");
    }
    administrator.admit(&stage.user(), None).await.expect("letting in again");
    stage.login("Third-3_word").await.expect("the user logs in again");
    let over = User { ends: Some("2001-02-03T04:05:06Z"), ..stage.user() };
    administrator.admit(&over, None).await.expect("letting in until long ago");
    if administrator.look(stage.user).await.expect("looking").ends.as_deref() == over.ends {
        assert!(stage.login("Third-3_word").await.is_err(), "a user is let in behind its end");
    }
    administrator.admit(&stage.user(), None).await.expect("letting in for good");
    stage.login("Third-3_word").await.expect("the user logs in without an end");
}

/// Removing what is not there is done already.
pub async fn a_removed_user_is_gone_and_may_come_back(stage: &Stage<'_>) {
    let mut administrator = stage.administrator().await;
    for _ in 0..2 {
        administrator.remove(stage.user).await.expect("removing");
        assert_eq!(administrator.look(stage.user).await.expect("looking at nobody"), Seen::default());
        assert!(stage.login("Third-3_word").await.is_err(), "a removed user is let in");
    }
    administrator.admit(&stage.user(), Some(&Secret::new("Fourth-4_word"))).await.expect("letting in again");
    stage.reads_exactly("Fourth-4_word", &[]).await;
}
