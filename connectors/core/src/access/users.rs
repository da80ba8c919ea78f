//! What an engine knows about users that read for somebody: how they are made, given rights, looked at and removed.
//!
//! All of it is text made of text. Whoever runs it may be stopped between any two statements and begins again by looking, so
//! statements are made of what was seen and never of what was done before.

use super::Row;
use super::right::{Right, difference};
use crate::{Result, Secret};

/// How the users of one server are spelled.
pub trait Users: Send + Sync {
    /// Questions whose answers, in this order, tell everything about a user: [`Users::seen`] reads them.
    fn look(&self, user: &str) -> Vec<String>;

    /// What the answers to [`Users::look`] say.
    ///
    /// Errors: corrupt, for answers that are none.
    fn seen(&self, user: &str, answers: &[Vec<Row>]) -> Result<Seen>;

    /// Makes the user be there and let in until its end, with this password if one is named; it gains no right to read.
    ///
    /// Errors: invalid, for a password that no statement can hold.
    fn admit(&self, user: &User<'_>, seen: &Seen, password: Option<&Secret>) -> Result<Vec<Secret>>;

    /// Leaves the user exactly these rights to read and nothing beyond.
    ///
    /// Errors: unsupported, for a right that the engine cannot give by itself, which is never widened.
    fn settle(&self, user: &str, seen: &Seen, rights: &[Right]) -> Result<Vec<String>>;

    /// Lets nobody in as the user any more; its sessions stay.
    fn lock(&self, user: &str) -> Vec<String>;

    /// Asks which sessions the user has, one a row.
    fn sessions(&self, user: &str) -> String;

    /// Ends one of the sessions that [`Users::sessions`] has told.
    fn end(&self, user: &str, session: &str) -> String;

    /// Run in each other database of the server where the user holds something ([`Seen::elsewhere`]), it leaves nothing there.
    fn sweep(&self, _user: &str) -> Vec<String> {
        Vec::new()
    }

    /// Removes the user and what is left of its rights; what it owns is kept, and becomes the administrator's.
    ///
    /// Errors: conflict, where what it owns could only go with it.
    fn remove(&self, user: &str, seen: &Seen) -> Result<Vec<String>>;
}

/// A user that reads for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User<'u> {
    /// Its name.
    pub name: &'u str,
    /// When it may no longer log in: RFC 3339 in UTC and whole seconds; never, if none is named.
    pub ends: Option<&'u str>,
    /// Whom it reads for, in words that are shown beside it where the engine has room for them.
    pub about: &'u str,
}

/// What a server says of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Whether there is such a user.
    pub is_there: bool,
    /// Whether it is let in, today at least.
    pub is_open: bool,
    /// When it may no longer log in, as [`User::ends`], if the server itself keeps such an end.
    pub ends: Option<String>,
    /// What it may read by rights of its own.
    pub rights: Vec<Right>,
    /// What else it holds that a reader needs, in the engine's own words: the use of a schema, say.
    pub entries: Vec<String>,
    /// What it holds beyond reading.
    pub beyond: Vec<Beyond>,
    /// Other databases of the server in which it holds something.
    pub elsewhere: Vec<String>,
}

/// Something that no reader is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beyond {
    /// What it is, for people.
    pub what: String,
    /// Takes it away; empty if only a person can.
    pub undo: Vec<String>,
}

impl Seen {
    /// Whether the user is let in and holds these rights to read and nothing else.
    pub fn is_settled(&self, rights: &[Right]) -> bool {
        let (give, take) = difference(&self.rights, rights);
        let is_exact = give.is_empty() && take.is_empty() && self.beyond.is_empty() && self.elsewhere.is_empty();
        self.is_there && self.is_open && is_exact
    }
}
