//! The source made what was planned.

use std::time::Duration;

use connector_core::{Administrator, Error, ErrorKind, Result, Right, Seen, User, difference};

use super::desired::rights_of;
use super::source::{Opened, try_reading};
use super::surveying::login_in;
use super::{Grants, Task, is_to_go};
use crate::register::{Grant, Time};
use crate::secrets::given;

/// Between two looks whether sessions have ended.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// So many differences are told of a user, and so much of each.
const TOLD: usize = 20;
const LINE: usize = 160;

impl Grants {
    /// Makes user and rights what was planned, and looks again whether they are.
    pub(super) async fn apply(&self, task: &Task) -> Result<()> {
        let grant = self.held(task).await?;
        let opened = self.source(task).await?;
        let mut administrator = opened.administrator().await?;
        let (current, other) = (self.user(&grant, grant.generation), self.user(&grant, grant.generation + 1));
        if is_to_go(&grant) {
            for user in [&current, &other] {
                self.remove(&mut administrator, user).await?;
            }
            return Ok(());
        }
        let login = if grant.verified { None } else { Some(self.proposed(task, &grant, &opened).await?) };
        let (rights, ends) = (rights_of(&grant.desired), grant.ends.map(whole_seconds));
        let about = format!("glaux: reads for environment {}", grant.environment);
        let password = login.as_ref().map(|login| &login.password);
        let user = User { name: &current, ends: ends.as_deref(), about: &about };
        self.hold(&mut administrator, &user, password, &rights).await?;
        // Whoever began to read as the user before goes on, by no other rights.
        if administrator.look(&other).await?.is_there {
            match grant.retires {
                Some(_) => self.hold(&mut administrator, &User { name: &other, ..user }, None, &rights).await?,
                None => self.remove(&mut administrator, &other).await?,
            }
        }
        match login {
            Some(login) => try_reading(&opened, opened.login(&login).await?.as_mut(), &grant.desired).await,
            None => Ok(()),
        }
    }

    /// Has the user be let in with exactly these rights.
    async fn hold(
        &self,
        administrator: &mut Administrator,
        user: &User<'_>,
        password: Option<&connector_core::Secret>,
        rights: &[Right],
    ) -> Result<()> {
        administrator.admit(user, password).await?;
        if administrator.settle(user.name, rights).await? {
            // What was begun by a right that is gone goes on until its session ends.
            self.end_sessions(administrator, user.name).await?;
        }
        let seen = administrator.look(user.name).await?;
        if seen.is_settled(rights) && seen.ends.as_deref().is_none_or(|ends| Some(ends) == user.ends) {
            return Ok(());
        }
        let told = format!("user {:?} is not what it was made: {}", user.name, unlike(&seen, rights).join("; "));
        Err(Error::new(ErrorKind::Forbidden, told)
            .hint("somebody with more rights than the administrator's has to take that away, or give what is missing"))
    }

    /// Leaves nothing of the user. Its sessions end first once nobody is let in any more: what it holds may take longer, or need
    /// somebody else.
    async fn remove(&self, administrator: &mut Administrator, user: &str) -> Result<()> {
        let seen = administrator.look(user).await?;
        if seen == Seen::default() {
            return Ok(());
        }
        administrator.lock(user).await?;
        self.end_sessions(administrator, user).await?;
        administrator.settle(user, &[]).await?;
        administrator.remove(user).await?;
        if administrator.look(user).await?.is_there {
            return Err(Error::internal(format!("user {user:?} is still there after it was removed")));
        }
        Ok(())
    }

    async fn end_sessions(&self, administrator: &mut Administrator, user: &str) -> Result<()> {
        let ending = async {
            while administrator.end_sessions(user).await? > 0 {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            Ok(())
        };
        tokio::time::timeout(self.timing.patience, ending).await.unwrap_or_else(|_| {
            let told =
                format!("sessions of user {user:?} go on {:?} after they were told to end", self.timing.patience);
            Err(Error::new(ErrorKind::TimedOut, told)
                .hint("end them at the server; what they may read is taken already"))
        })
    }

    /// Who logs in in a generation that has not been tried. The password is made once and kept before anybody is told of it.
    async fn proposed(&self, task: &Task, grant: &Grant, opened: &Opened) -> Result<connector_core::Credential> {
        let (name, generation) = (self.secret(task)?, grant.generation);
        let kept = if let Some(kept) = self.keeper.read(&name, generation).await? {
            kept
        } else {
            let login = connector_core::Credential { user: self.user(grant, generation), password: opened.password()? };
            let text = given(&login, &opened.source.engine, &opened.source.url, &opened.endpoint)?;
            self.keeper.propose(&name, generation, &text).await?;
            text
        };
        // A secret that is being deleted may hold it, and is there again.
        self.keeper.propose(&name, generation, &kept).await?;
        login_in(&name, &kept)
    }
}

/// In what a user differs from what it should be, in words.
pub(super) fn unlike(seen: &Seen, rights: &[Right]) -> Vec<String> {
    if !seen.is_there {
        return vec!["the user is gone".into()];
    }
    let (lacks, has) = difference(&seen.rights, rights);
    let mut unlike: Vec<String> = seen.beyond.iter().map(|beyond| format!("it has {}", beyond.what)).collect();
    unlike.extend(has.iter().map(|right| format!("it may read {}", told(right))));
    unlike.extend(lacks.iter().map(|right| format!("it may not read {}", told(right))));
    unlike.extend(seen.elsewhere.iter().map(|database| format!("it holds something in database {database:?}")));
    if !seen.is_open {
        unlike.push("it is locked".into());
    }
    shortened(unlike)
}

/// The first of them, a line each: it goes into records and a machine's data, which have room for little, and whoever grants a user
/// every table of a database must not make what no store takes, for that would never be mended.
fn shortened(mut told: Vec<String>) -> Vec<String> {
    let more = told.len().saturating_sub(TOLD);
    told.truncate(TOLD);
    for line in &mut told {
        if let Some((end, _)) = line.char_indices().nth(LINE) {
            line.truncate(end);
            line.push('…');
        }
    }
    told.extend((more > 0).then(|| format!("and {more} more")));
    told
}

fn told(right: &Right) -> String {
    let columns = right.columns.as_ref().map(|columns| format!(" ({})", columns.join(", ")));
    format!("{}.{}{}", right.schema, right.table, columns.unwrap_or_default())
}

/// As an engine takes a moment; what is between two seconds is cut off, since access must not last longer.
pub(super) fn whole_seconds(time: Time) -> String {
    Time::from_millis(time.millis() - time.millis().rem_euclid(1000)).to_string()
}
