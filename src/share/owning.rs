//! Assets as their owners keep them: what is said of one, and whose it is.

use connector_core::{Error, ErrorKind, Result};
use futures::FutureExt;

use super::assets::is_not_retired;
use super::estate::is_in_use;
use super::{Caller, Share, asset_id, is_member};
use crate::register::{
    Asset, By, Event, Membership, Project, Record, Register, Source, Subscription, SubscriptionState, Versioned, Write,
};

/// The longest description, in characters: it is read beside others.
const LONGEST: usize = 2000;

impl Share {
    /// Says what an asset is, in its owner's words, or nothing any more. Nothing is written if that is said already.
    ///
    /// Errors: not found; forbidden, but for an owner; invalid, for what is too long or no text.
    pub async fn describe(&self, caller: &Caller, id: &str, text: &str) -> Result<Vec<Event>> {
        let (act, register, text) = (caller.act("asset describe", None, None), &self.register, described(text)?);
        let decided = register.decide(&act, || {
            let text = text.clone();
            let making = async move {
                let read = owned(register, caller, id).await?;
                let made = Asset { description: text, ..read.record.clone() };
                let is_new = made != read.record;
                Ok((if is_new { vec![Write::update(&read, &made)?] } else { Vec::new() }, ()))
            };
            making.boxed()
        });
        Ok(self.or_noted::<Asset, _>(&act, id, decided.await).await?.0)
    }

    /// Hands an asset to another project, whose owners decide on it from then on; its source stays whose it is. Nothing is written
    /// if it is that project's already.
    ///
    /// Errors: not found; forbidden, but for an owner; conflict, while somebody asks for it or reads it, for those subscriptions are
    /// decided on by the project that granted them; conflict, for a project or a source that is out of use.
    pub async fn hand_over(&self, caller: &Caller, id: &str, project: &str) -> Result<Vec<Event>> {
        let (act, register) = (caller.act("asset owner", None, None), &self.register);
        let decided = register.decide(&act, || {
            let making = async move {
                let read = owned(register, caller, id).await?;
                if read.record.owner == project {
                    return Ok((Vec::new(), ()));
                }
                is_in_use(&register.get::<Project>(project).await?.record)?;
                is_not_retired(&register.get::<Source>(&read.record.source).await?.record)?;
                is_read_by_nobody(register, &read.record).await?;
                let made = Asset { owner: project.to_owned(), ..read.record.clone() };
                Ok((vec![Write::update(&read, &made)?], ()))
            };
            making.boxed()
        });
        Ok(self.or_noted::<Asset, _>(&act, id, decided.await).await?.0)
    }
}

async fn owned(register: &Register, caller: &Caller, id: &str) -> Result<Versioned<Asset>> {
    let read = register.get::<Asset>(id).await?;
    let owner = register.get::<Project>(&read.record.owner).await?.record;
    is_member(&owner, &caller.actor, Membership::Owner)?;
    Ok(read)
}

/// Errors: conflict, if somebody asks for the asset, or may read it.
async fn is_read_by_nobody(register: &Register, asset: &Asset) -> Result<()> {
    for read in register.list::<Subscription>(&By::Owner(asset.owner.clone())).await? {
        let it = read.record;
        let is_open = it.is_live() || it.state == SubscriptionState::Requested;
        let names = it.asked.iter().any(|scope| asset_id(&it.source, &scope.schema, &scope.table) == asset.id);
        if is_open && names {
            let told = format!(
                "asset {} cannot change hands: subscription {} of it is {}",
                asset.id,
                it.id,
                it.found_by().state
            );
            return Err(
                Error::new(ErrorKind::Conflict, told).hint("deny or revoke it first, and have it asked for again")
            );
        }
    }
    Ok(())
}

/// A description without the blanks around it, or none.
fn described(text: &str) -> Result<Option<String>> {
    let text = text.trim();
    let is_odd = |c: char| c.is_control() && c != '\n';
    if text.chars().count() > LONGEST || text.chars().any(is_odd) {
        return Err(Error::invalid("this is no description")
            .hint(format!("say it in up to {LONGEST} characters, without control characters")));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_plain_text_of_some_length() {
        assert_eq!(described(" paid\norders ").unwrap().as_deref(), Some("paid\norders"));
        assert_eq!(described(" \n").unwrap(), None);
        assert!(described(&"ü".repeat(LONGEST)).is_ok());
        for odd in ["\u{1b}[2J".to_owned(), "a\0b".to_owned(), "x".repeat(LONGEST + 1)] {
            assert!(described(&odd).is_err(), "{odd:?}");
        }
    }
}
