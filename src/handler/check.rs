//! What a person wants to know of a catalog before relying on it. Not a request of Athena's: the CLI asks, here or from afar.
//!
//! Whoever may invoke the function may ask from afar. They are told what listing, describing and reading would show them, for the
//! same callers, and that something is to be looked at; as whom the function logs in, at which server, and what is wrong with that
//! user's rights stands in its log, for its owner.

use connector_core::{Capabilities, Error, Health, Result};
use futures::future::join_all;

use super::Handler;
use super::caller::Asked;
use crate::protocol::{CheckRequest, CheckResponse, Finding, Identity, Standing};

/// How many catalogs are looked at for one request: each is a session at its source.
const MOST: usize = 16;

/// A catalog that was reached.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Its engine.
    pub engine: String,
    /// The state of its source.
    pub health: Health,
    /// What Athena is promised of it.
    pub capabilities: Capabilities,
    /// Schemas that hold something readable.
    pub schemas: usize,
    /// Tables that are readable, views and the like included.
    pub tables: usize,
    /// Names that could not be listed, each a sentence.
    pub findings: Vec<String>,
}

impl Handler {
    /// Looks whether the bucket for large results is there and ours to use.
    pub async fn check_spill(&self) -> Result<()> {
        self.store.verify(&Identity::default()).await
    }

    /// Logs in to a catalog's source and looks around as far as its user may.
    ///
    /// Errors: those of logging in, and of listing schemas.
    pub async fn check(&self, catalog: &str) -> Result<Checked> {
        self.looked(self.asked_by_owner(catalog, "check").await?).await
    }

    async fn looked(&self, asked: Asked) -> Result<Checked> {
        let mut session = self.session(&asked).await?;
        let connection = session.connection();
        let health = connection.health().await?;
        let capabilities = connection.capabilities();
        let schemas = connection.schemas().await?;
        let (mut tables, mut findings) = (0, Vec::new());
        for schema in &schemas {
            match connection.tables(schema, None, None).await {
                Ok(found) => tables += found.len(),
                Err(error) => findings.push(error.to_string()),
            }
        }
        session.give_back();
        let engine = asked.catalog().engine.clone();
        Ok(Checked { engine, health, capabilities, schemas: schemas.len(), tables, findings })
    }

    /// Looks at what a caller names, or at all that is configured.
    ///
    /// Errors: invalid, for more catalogs than are looked at at once.
    pub(super) async fn check_for(&self, request: CheckRequest) -> Result<CheckResponse> {
        let CheckRequest { identity, catalogs: mut names } = request;
        let is_all = names.is_empty();
        if is_all {
            names = self.config.catalogs.iter().map(|catalog| catalog.name.clone()).collect();
        }
        if names.len() > MOST {
            return Err(Error::invalid(format!(
                "{} catalogs are more than the {MOST} that are checked at once",
                names.len()
            ))
            .hint("name some of them"));
        }
        let mut findings: Vec<Finding> =
            join_all(names.iter().map(|name| self.check_one(name, &identity))).await.into_iter().flatten().collect();
        if is_all && self.config.catalogs.granted().is_some() {
            let told = "what is granted is found by its name alone: name what is to be checked";
            findings.push(finding("", Standing::Warning, "catalogs", told));
        }
        findings.push(self.spill_finding().await);
        Ok(CheckResponse { version: env!("CARGO_PKG_VERSION").to_owned(), findings })
    }

    async fn check_one(&self, name: &str, identity: &Identity) -> Vec<Finding> {
        let looking = async { self.looked(self.asked(name, identity, "check").await?).await };
        match Box::pin(looking).await {
            Ok(checked) => {
                let Health { version, user, tls, consistency, findings } = &checked.health;
                tracing::info!(catalog = name, version, user, tls, consistency, "checked");
                findings.iter().for_each(|told| tracing::warn!(catalog = name, "{told}"));
                checked.findings_for_callers(name)
            }
            Err(error) => vec![failed(name, "connection", &error)],
        }
    }

    async fn spill_finding(&self) -> Finding {
        match self.check_spill().await {
            Ok(()) => finding("", Standing::Ok, "spill", "its bucket is there and ours to use"),
            Err(error) => failed("", "spill", &error),
        }
    }
}

impl Checked {
    /// All of it, for whoever runs the function.
    pub fn findings(&self, catalog: &str) -> Vec<Finding> {
        let ok = |about: &str, text: &str| finding(catalog, Standing::Ok, about, text);
        let warning = |about: &str, text: &str| finding(catalog, Standing::Warning, about, text);
        let mut all = vec![ok("server", &self.health.version)];
        // Where nobody logs in there is no way to protect either.
        if !self.health.user.is_empty() {
            all.push(ok("user", &self.health.user));
            all.push(self.health.tls.as_deref().map_or_else(|| warning("tls", "none"), |tls| ok("tls", tls)));
        }
        all.extend(self.of_tables(catalog));
        all.extend(self.health.findings.iter().chain(&self.findings).map(|text| warning("privileges", text)));
        all
    }

    /// What whoever may invoke the function is told of it.
    fn findings_for_callers(&self, catalog: &str) -> Vec<Finding> {
        let ok = |about: &str, text: &str| finding(catalog, Standing::Ok, about, text);
        let warning = |about: &str, text: &str| finding(catalog, Standing::Warning, about, text);
        let mut all = vec![ok("engine", &self.engine), ok("source", "it is reached")];
        if !self.health.user.is_empty() {
            all.push(ok("secret", "its user can log in"));
            all.push(if self.health.tls.is_some() { ok("tls", "encrypted") } else { warning("tls", "none") });
        }
        all.extend(self.of_tables(catalog));
        if !self.health.findings.is_empty() {
            all.push(warning("privileges", "rights are missing, or more than needed: the function's log says which"));
        }
        all.extend(self.findings.iter().map(|text| warning("privileges", text)));
        all
    }

    /// How much can be read, what Athena is told that it may leave to the source, and what splits show of rows that change meanwhile.
    fn of_tables(&self, catalog: &str) -> Vec<Finding> {
        let ok = |about: &str, text: &str| finding(catalog, Standing::Ok, about, text);
        let functions = self.capabilities.functions.iter().map(|function| function.wire_name().trim_start_matches('$'));
        let functions = functions.collect::<Vec<_>>().join(" ");
        let said = |yes: bool| if yes { "applied for each split" } else { "left to Athena" };
        let mut all = vec![
            match self.tables {
                0 => finding(catalog, Standing::Warning, "tables", "none can be read"),
                _ => ok("tables", &counted(self.tables, self.schemas)),
            },
            ok("filters", "ranges, lists, null"),
            ok("functions", if functions.is_empty() { "left to Athena" } else { &functions }),
            ok("limit", said(self.capabilities.limit)),
            ok("top-n", said(self.capabilities.top_n)),
        ];
        if !self.health.consistency.is_empty() {
            all.push(ok("splits", self.health.consistency));
        }
        all
    }
}

fn counted(tables: usize, schemas: usize) -> String {
    let many = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    format!("{} in {} can be read", many(tables, "table"), many(schemas, "schema"))
}

/// Something that was found.
pub fn finding(catalog: &str, standing: Standing, about: &str, text: &str) -> Finding {
    Finding { catalog: catalog.to_owned(), standing, about: about.to_owned(), text: text.to_owned() }
}

/// Something that went wrong.
pub fn failed(catalog: &str, about: &str, error: &Error) -> Finding {
    let text = match error.hint_text() {
        Some(hint) => format!("{error} (hint: {hint})"),
        None => error.to_string(),
    };
    finding(catalog, Standing::Failed(error.kind()), about, &text)
}
