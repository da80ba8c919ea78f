//! Where the register is, and who acts by what that place knows of its callers.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use connector_core::{Error, ErrorKind, Result};
use tempfile::TempDir;

use super::Common;
use super::cloud::Cloud;
use crate::config::{SecretsConfig, data_home, make_private_folder, operating_system_user, secrets_of_process, store};
use crate::register::{Dynamo, Register, Sqlite, Store, SystemClock};
use crate::secrets::Keeper;
use crate::secrets::keeper::Folder;

/// How long a secret that was discarded can be taken back.
const WINDOW: Duration = Duration::from_hours(7 * 24);

/// A store that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// A folder of this machine.
    Local(PathBuf),
    /// A table of DynamoDB's, by its name, or by its ARN where it is another account's.
    Aws(String),
}

/// A register that is open, and who acts there.
pub struct Opened {
    /// The records.
    pub register: Register,
    /// Who acts.
    pub actor: String,
    /// Where passwords are kept beside it.
    pub keeper: Arc<dyn Keeper>,
    /// How they are read.
    pub secrets: SecretsConfig,
    /// The deployment around it, if it is on AWS.
    pub cloud: Option<Cloud>,
    /// What stands for a register that is not there and must not be made.
    _nothing: Option<TempDir>,
}

impl FromStr for Place {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(':') {
            Some(("local", folder)) if folder.starts_with('~') => {
                Err(Error::invalid(format!("{text:?}: ~ is only a home where the shell reads it"))
                    .hint("write local:$HOME/…"))
            }
            Some(("local", folder)) if !folder.is_empty() => Ok(Self::Local(folder.into())),
            Some(("aws", table)) if !table.is_empty() => Ok(Self::Aws(table.into())),
            _ => Err(Error::invalid(format!("{text:?} is no store")).hint("write local:DIR or aws:TABLE")),
        }
    }
}

/// Opens what is named, or what this user has if nothing is; `may_begin` makes a local register where there is none.
pub async fn open(common: &Common, may_begin: bool) -> Result<Opened> {
    let named = common.store.clone().or_else(store);
    let place = match named {
        Some(named) => named.parse()?,
        None => Place::Local(data_home().ok_or_else(|| Error::invalid("no HOME is set").hint("give --store"))?),
    };
    match place {
        Place::Local(folder) => {
            let (store, nothing) = local(&folder, may_begin, common.dry_run).await?;
            let actor = played(operating_system_user()?, common.actor.as_deref())?;
            let register = Register::new(store, Arc::new(SystemClock));
            let kept = folder.join("secrets");
            let keeper = Arc::new(Folder::new(&kept, WINDOW));
            let secrets = SecretsConfig { folder: Some(kept), ..SecretsConfig::default() };
            Ok(Opened { register, actor, keeper, secrets, cloud: None, _nothing: nothing })
        }
        Place::Aws(table) => aws(&table, common.actor.as_deref()).await,
    }
}

/// The table is never made here: it belongs to the deployment, with its rights and its backups.
async fn aws(table: &str, actor: Option<&str>) -> Result<Opened> {
    if actor.is_some() {
        return Err(Error::new(ErrorKind::Forbidden, "nobody is played in a register on AWS, where AWS says who acts")
            .hint("leave out --actor; to act as somebody else take their credential, say with AWS_PROFILE"));
    }
    let secrets = secrets_of_process()?;
    let cloud = Cloud::enter(&secrets.aws).await?;
    let store = Dynamo::open(&secrets.aws, table).await?;
    let register = Register::new(Arc::new(store), Arc::new(SystemClock));
    let (actor, keeper) = (cloud.actor.clone(), cloud.keeper()?);
    Ok(Opened { register, actor, keeper, secrets, cloud: Some(cloud), _nothing: None })
}

async fn local(folder: &Path, may_begin: bool, dry_run: bool) -> Result<(Arc<dyn Store>, Option<TempDir>)> {
    let file = folder.join("register");
    let is_there = file.try_exists().unwrap_or(true);
    if !is_there && !may_begin {
        return Err(Error::not_found(format!("there is no register in {}", folder.display()))
            .hint("begin one with glaux project add NAME, or name another with --store local:DIR or GLAUX_STORE"));
    }
    if !is_there && dry_run {
        let nothing = tempfile::tempdir().map_err(|error| Error::internal("making a folder").with_source(error))?;
        return Ok((Arc::new(Sqlite::open(&nothing.path().join("register")).await?), Some(nothing)));
    }
    make_private_folder(folder)?;
    Ok((Arc::new(Sqlite::open(&file).await?), None))
}

/// A register in a folder is one user's alone, who may play several people in it; events say so, and nobody's own name can be
/// played.
fn played(user: String, actor: Option<&str>) -> Result<String> {
    match actor {
        None => Ok(user),
        Some(name) if name.trim().is_empty() || name.chars().any(|c| c.is_control() || c == '/') => {
            Err(Error::new(ErrorKind::Invalid, format!("{name:?} is nobody to play")))
        }
        Some(name) => Ok(format!("{user}/{name}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_says_of_which_kind_it_is() {
        let arn = "arn:aws:dynamodb:eu-central-1:333333333333:table/glaux";
        assert_eq!("local:/a:b".parse::<Place>().unwrap(), Place::Local("/a:b".into()));
        assert_eq!("aws:glaux".parse::<Place>().unwrap(), Place::Aws("glaux".into()));
        assert_eq!(format!("aws:{arn}").parse::<Place>().unwrap(), Place::Aws(arn.into()));
        for odd in ["", "local:", "aws:", "/a", "gcp:x", "local:~/x"] {
            assert_eq!(odd.parse::<Place>().unwrap_err().kind(), ErrorKind::Invalid, "{odd}");
        }
    }

    #[test]
    fn whoever_is_played_has_no_name_that_a_user_has() {
        assert_eq!(played("root".into(), None).unwrap(), "root");
        assert_eq!(played("root".into(), Some("mia")).unwrap(), "root/mia");
        for odd in ["", " ", "a/b", "a\n"] {
            assert!(played("root".into(), Some(odd)).is_err(), "{odd:?}");
        }
    }
}
