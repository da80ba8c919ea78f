//! Who asks about which catalog, and as whom it is read for them.
//!
//! The caller is who Athena says it is: whoever may invoke the function otherwise may say anything, so nobody else may invoke it.
//! What is cached or kept of a catalog is kept for a [`Who`]. Not here: the rules themselves (`config`).

use std::borrow::Cow;
use std::sync::Arc;

use connector_core::{Acting, Casing, Error, ErrorKind, Result};

use super::source::Source;
use super::{Handler, measured};
use crate::config::{Caller, Callers, Catalog, SecretReference};
use crate::protocol::Identity;

/// A request's catalog, for whom it is read, and for which query.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) source: Arc<Source>,
    pub(super) who: Who,
    pub(super) query_id: String,
}

/// As whom a catalog is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Who {
    /// Whose secret, if not the catalog's own.
    pub(super) secret: Option<SecretReference>,
    /// As what the session acts then.
    pub(super) acting: Acting,
    /// How names are matched for them, if not as the catalog's owner has it.
    pub(super) casing: Option<Casing>,
}

impl Asked {
    pub(super) fn catalog(&self) -> &Catalog {
        &self.source.catalog
    }
}

impl Who {
    /// The catalog, with the secret that is used for them.
    pub(super) fn catalog<'c>(&self, catalog: &'c Catalog) -> Cow<'c, Catalog> {
        match &self.secret {
            None => Cow::Borrowed(catalog),
            Some(secret) => Cow::Owned(Catalog { secret: secret.clone(), ..catalog.clone() }),
        }
    }
}

impl Handler {
    /// Who asks about which catalog.
    ///
    /// Errors: not found, for an unknown catalog; forbidden, for a caller that it is not for; those of reading its secret, where
    /// that alone says what it is.
    pub(super) async fn asked(&self, catalog: &str, identity: &Identity, query_id: &str) -> Result<Asked> {
        let asked = self.asked_by_owner(catalog, query_id).await?;
        let callers = asked.catalog().callers.as_ref();
        let who = callers.map(|callers| who(asked.catalog(), callers, identity)).transpose()?;
        if identity.has_credentials() {
            tracing::info!(
                "the caller's own credentials (fas_token) came along and are not used: the function acts by its role"
            );
        }
        // What the owner has set goes before what a data source says.
        let is_usual = asked.catalog().settings.casing == Casing::default();
        let casing = identity.casing()?.filter(|_| is_usual);
        Ok(Asked { who: Who { casing, ..who.unwrap_or_default() }, ..asked })
    }

    /// The catalog as its own user has it, for whoever runs the function rather than calls it.
    pub(super) async fn asked_by_owner(&self, catalog: &str, query_id: &str) -> Result<Asked> {
        let source = self.source(catalog).await?;
        measured::of_catalog(&source.catalog.name);
        Ok(Asked { source, who: Who::default(), query_id: query_id.to_owned() })
    }
}

fn who(catalog: &Catalog, callers: &Callers, identity: &Identity) -> Result<Who> {
    let caller = Caller {
        account: identity.known_account(),
        arn: identity.principal(),
        groups: &identity.groups,
        tags: Some(&identity.tags),
    };
    let rule = callers.rule_for(&caller).ok_or_else(|| unknown(catalog, callers, identity))?;
    let acting = rule.acting(&caller).map_err(|lacking| {
        let told = format!("{} has no {}, which its rights depend on", shown(identity), lacking.0);
        Error::new(ErrorKind::Forbidden, told)
            .hint(format!("setting {:?} decides as whom a caller reads catalog {:?}", callers.key, catalog.name))
    })?;
    Ok(Who { secret: rule.secret.clone(), acting, casing: None })
}

/// Tells the caller who they are, and nothing about others.
fn unknown(catalog: &Catalog, callers: &Callers, identity: &Identity) -> Error {
    let told = format!("catalog {:?} is not for {}", catalog.name, shown(identity));
    Error::new(ErrorKind::Forbidden, told).hint(format!(
        "the owner of the function lists in {:?} who may read it; through a view in Athena nobody is told apart but by account",
        callers.key
    ))
}

fn shown(identity: &Identity) -> String {
    const MOST: usize = 200;
    let cut = |text: &str| text.chars().take(MOST).collect::<String>();
    match (identity.principal(), identity.known_account()) {
        (Some(arn), _) => format!("the caller {:?}", cut(&arn)),
        (None, Some(account)) => format!("the caller {:?} of account {account}", cut(&identity.arn)),
        (None, None) => "a caller of whom Athena tells nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn asked(rules: &str, identity: &Identity) -> Result<Who> {
        let variables = [("default", "memory://shop"), ("default_glaux_callers", rules)];
        let config = Config::from_env(variables.map(|(key, value)| (key.to_owned(), value.to_owned())))?;
        let catalog = config.catalogs.get("default")?;
        who(catalog, catalog.callers.as_ref().unwrap(), identity)
    }

    fn of(arn: &str) -> Identity {
        Identity { account: "111122223333".into(), arn: arn.into(), ..Identity::default() }
    }

    const RULES: &str = r#"[{"arn": "arn:aws:iam::111122223333:role/admin", "secret": "shop/admin"},
        {"arn": "arn:aws:iam::111122223333:role/analyst-*", "secret": "shop/analyst"},
        {"tags": {"team": "*"}, "role": "{tag:team}"}]"#;

    #[test]
    fn nobody_becomes_another_by_the_name_of_a_session() {
        let secret = |arn: &str| asked(RULES, &of(arn)).ok().and_then(|who| who.secret);
        let named = |name: &str| Some(SecretReference::Name(name.to_owned()));
        assert_eq!(secret("arn:aws:sts::111122223333:assumed-role/admin/ana"), named("shop/admin"));
        assert_eq!(secret("arn:aws:sts::111122223333:assumed-role/analyst-1/admin"), named("shop/analyst"));
        for arn in [
            "arn:aws:sts::111122223333:assumed-role/guest/admin",
            "arn:aws:sts::111122223333:assumed-role/guest/analyst-1",
            "arn:aws:sts::111122223333:assumed-role/guest/role/admin",
            "arn:aws:sts::111122223333:federated-user/admin",
            "arn:aws:iam::111122223333:user/admin",
            "arn:aws:sts::999922223333:assumed-role/admin/ana",
        ] {
            assert_eq!(asked(RULES, &of(arn)).unwrap_err().kind(), ErrorKind::Forbidden, "{arn}");
        }
    }

    #[test]
    fn an_unknown_caller_is_told_who_they_are_and_what_decides_and_nothing_of_others() {
        for (identity, told) in [
            (of("arn:aws:sts::111122223333:assumed-role/guest/x"), "\"arn:aws:iam::111122223333:role/guest\""),
            (of("UNKNOWN_ARN"), "\"UNKNOWN_ARN\" of account 111122223333"),
            (Identity::default(), "Athena tells nothing"),
        ] {
            let error = asked(RULES, &identity).unwrap_err();
            let text = format!("{error} {}", error.hint_text().unwrap());
            assert!(text.contains(told) && text.contains("default_glaux_callers"), "{text}");
            assert!(!text.contains("admin") && !text.contains("analyst") && !text.contains("team"), "{text}");
        }
    }

    #[test]
    fn an_engine_that_cannot_act_for_callers_is_refused_before_the_first_request() {
        let config = |rule: &str| {
            let variables = [("default", "memory://shop"), ("default_glaux_callers", rule)];
            Config::from_env(variables.map(|(key, value)| (key.to_owned(), value.to_owned()))).unwrap()
        };
        for rule in [r#"[{"account": "*", "role": "x"}]"#, r#"[{"account": "*", "settings": {"a.b": "x"}}]"#] {
            let error = Handler::new(config(rule)).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            assert!(error.to_string().contains("memory") && error.hint_text().unwrap().contains("secrets"), "{error}");
        }
        assert!(Handler::new(config(r#"[{"account": "*", "secret": "x"}]"#)).is_ok());
    }

    #[test]
    fn a_caller_without_what_fills_the_template_is_refused() {
        let rules = r#"[{"account": "111122223333", "role": "tenant_{tag:team}"}]"#;
        let error = asked(rules, &of("UNKNOWN_ARN")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        assert!(error.to_string().contains("tag \"team\""), "{error}");
        let mut told = of("UNKNOWN_ARN");
        told.tags.insert("team".into(), "a".into());
        assert_eq!(asked(rules, &told).unwrap().acting.role.as_deref(), Some("tenant_a"));
    }
}
