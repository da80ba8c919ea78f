//! What is called nearly as something that is not there.

use connector_core::{Error, ErrorKind, Result};

use crate::deploy::near::near;
use crate::register::{Asset, By, Environment, Project, Record, Register, Source, Subscription};
use crate::share::Sight;

/// Something that was named.
#[derive(Clone, Copy, Debug)]
pub enum Named<'n> {
    /// A project.
    Project(&'n str),
    /// An environment.
    Environment(&'n str),
    /// A source.
    Source(&'n str),
    /// An asset.
    Asset(&'n str),
    /// A request or a subscription.
    Subscription(&'n str),
}

/// The error, with what is nearly called so if that is what is wrong; only what the reader may see is told.
pub async fn hinted(register: &Register, sight: &Sight, error: Error, named: &[Named<'_>]) -> Result<Error> {
    if error.kind() != ErrorKind::NotFound {
        return Ok(error);
    }
    for named in named {
        let (wanted, known) = match *named {
            Named::Project(id) => (id, ids::<Project>(register, |_| true).await?),
            Named::Environment(id) => (id, ids::<Environment>(register, |_| true).await?),
            Named::Source(id) => (id, ids::<Source>(register, |source| sight.is_in(&source.owner)).await?),
            Named::Asset(id) => (id, ids::<Asset>(register, |asset| sight.sees_asset(asset)).await?),
            Named::Subscription(id) => (id, ids::<Subscription>(register, |it| sight.sees(it)).await?),
        };
        let near = near(wanted, &known);
        if !known.iter().any(|id| id == wanted) && !near.is_empty() {
            return Ok(error.without_hint().hint(format!("did you mean {}?", near.join(" or "))));
        }
    }
    Ok(error)
}

async fn ids<R: Record>(register: &Register, is_seen: impl Fn(&R) -> bool) -> Result<Vec<String>> {
    let all = register.list::<R>(&By::Kind).await?;
    Ok(all.iter().filter(|read| is_seen(&read.record)).map(|read| read.record.id().to_owned()).collect())
}
