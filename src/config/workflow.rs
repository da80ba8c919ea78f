//! The variables of the workflow's functions: one program, deployed with the role of one side each.

use std::collections::BTreeMap;

use connector_core::{Error, Result};
use tracing::level_filters::LevelFilter;

use super::{Aws, DEFAULT_LOG_LEVEL, check, env};

/// What a function of the workflow may do. No role may do what another side may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Decides by the register, and starts the state machine.
    Governance,
    /// Reaches sources as their administrators, and keeps the secrets of grants.
    Producer,
    /// Reads what one environment reads, and nothing else.
    Consumer,
}

impl Side {
    const ALL: [Self; 3] = [Self::Governance, Self::Producer, Self::Consumer];

    /// As a setting names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Governance => "governance",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }
}

/// Everything that a deployment of the workflow's function decides.
#[derive(Clone, Debug)]
pub struct WorkflowConfig {
    /// The table of the register: its name, or its ARN where it is another account's.
    pub table: String,
    /// What tells this register's users from those of another at the same source.
    pub domain: String,
    /// What the names of the secrets of grants begin with.
    pub prefix: String,
    /// What only its side needs.
    pub deployed: Deployed,
    /// What is logged.
    pub log_level: LevelFilter,
    /// Where the services are.
    pub aws: Aws,
}

/// A side, and what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deployed {
    /// The function beside the register.
    Governance {
        /// The ARN of the state machine that walks the steps.
        machine: String,
        /// The domain of DataZone whose events count, if it has one.
        datazone: Option<String>,
        /// The event bus on which is told what others may want to know; the account's own if none is named.
        bus: Option<String>,
        /// The projects whose published assets are put into that domain's catalogue; the first owns the types there.
        catalogued: Vec<String>,
        /// What the environments of that domain are given in their own accounts.
        hooks: Option<Hooks>,
    },
    /// The function beside the sources.
    Producer {
        /// The ARN of its own role, which keeps the secrets.
        role: String,
        /// The key that secrets are under.
        key: Option<String>,
        /// For how many days a secret that was discarded can be taken back.
        window_days: u8,
        /// What the names of Glue's databases begin with into which sources are mapped; none are mapped without.
        maps_below: Option<String>,
        /// The accounts whose environments read nothing in another one: there a copy of each of their secrets is kept.
        copied_to: Vec<String>,
    },
    /// The function of an environment.
    Consumer {
        /// Which.
        environment: String,
        /// The ARN of the function that its queries reach, if what it is granted is to be listed in Athena.
        function: Option<String>,
        /// Whether Athena is to know each catalog as `<catalog>@<environment>`, because another environment of the account and
        /// region has one of the same name.
        is_qualified: bool,
        /// The accounts whose secrets are kept in this one, too, where they are read.
        copied_from: Vec<String>,
    },
}

/// What an environment is given in its own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hooks {
    /// The policy, with its path, that bounds the role of its users in place of DataZone's own.
    pub boundary: Option<String>,
    /// Key and value of a tag on its databases of Glue's.
    pub tag: Option<(String, String)>,
}

impl Deployed {
    /// The side.
    pub fn side(&self) -> Side {
        match self {
            Self::Governance { .. } => Side::Governance,
            Self::Producer { .. } => Side::Producer,
            Self::Consumer { .. } => Side::Consumer,
        }
    }
}

const SIDE: &str = "glaux_side";
const OF_ALL: [&str; 5] = [SIDE, "glaux_register_table", "glaux_domain", "glaux_secrets_prefix", "glaux_log_level"];
const LONGEST_WINDOW: u8 = 30;

fn of_side(side: Side) -> &'static [&'static str] {
    match side {
        Side::Governance => &[
            "glaux_state_machine",
            "glaux_datazone_domain",
            "glaux_datazone_projects",
            "glaux_environment_boundary",
            "glaux_environment_tag",
            "glaux_event_bus",
        ],
        Side::Producer => &[
            "glaux_keeper_role",
            "glaux_secrets_key",
            "glaux_secrets_window_days",
            "glaux_glue_database_prefix",
            "glaux_copied_accounts",
        ],
        Side::Consumer => {
            &["glaux_environment", "glaux_federation_function", "glaux_qualified_catalogs", "glaux_copying_accounts"]
        }
    }
}

impl WorkflowConfig {
    /// Reads the variables of this process.
    pub fn from_process_env() -> Result<Self> {
        Self::from_env(env::process_variables()?)
    }

    /// Reads variables given as pairs. A blank one is one that is not set.
    ///
    /// Errors: invalid, for a setting that is missing, unknown, wrong, or another side's.
    pub fn from_env(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let ours = variables.into_iter().filter(|(key, value)| key.starts_with("glaux_") && !value.trim().is_empty());
        let variables = Variables(ours.map(|(key, value)| (key, value.trim().to_owned())).collect());
        let side = variables.needed(SIDE)?;
        let side = Side::ALL.into_iter().find(|known| known.name() == side);
        let side = side.ok_or_else(|| check::wrong(SIDE, "governance, producer or consumer"))?;
        variables.refuse_others(side)?;
        Ok(Self {
            table: variables.needed("glaux_register_table")?,
            domain: variables.needed("glaux_domain")?,
            prefix: variables.needed("glaux_secrets_prefix")?,
            deployed: variables.deployed(side)?,
            log_level: match variables.text("glaux_log_level") {
                Some(level) => check::log_level("glaux_log_level", &level)?,
                None => DEFAULT_LOG_LEVEL,
            },
            aws: Aws::lazy(),
        })
    }
}

struct Variables(BTreeMap<String, String>);

impl Variables {
    fn text(&self, key: &str) -> Option<String> {
        self.0.get(key).cloned()
    }

    fn needed(&self, key: &str) -> Result<String> {
        self.text(key).ok_or_else(|| Error::invalid(format!("setting {key:?} is missing")))
    }

    fn refuse_others(&self, side: Side) -> Result<()> {
        let known = || OF_ALL.iter().chain(of_side(side));
        match self.0.keys().find(|key| !known().any(|known| known == key)) {
            None => Ok(()),
            Some(key) => {
                let known: Vec<&&str> = known().collect();
                Err(Error::invalid(format!("setting {key:?} is none of the {} side, which has {known:?}", side.name())))
            }
        }
    }

    fn list(&self, key: &str) -> Vec<String> {
        let text = self.text(key).unwrap_or_default();
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    fn accounts(&self, key: &str) -> Result<Vec<String>> {
        let all = self.list(key);
        let is_account = |text: &String| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        if all.iter().all(is_account) {
            return Ok(all);
        }
        Err(check::wrong(key, "numbers of accounts with commas between"))
    }

    /// A list that means something in a domain of DataZone alone.
    fn of_domain(&self, key: &str) -> Result<Vec<String>> {
        let all = self.list(key);
        if !all.is_empty() && self.text("glaux_datazone_domain").is_none() {
            return Err(Error::invalid(format!("setting {key:?} is of no domain"))
                .hint("set glaux_datazone_domain too, or neither"));
        }
        Ok(all)
    }

    fn hooks(&self) -> Result<Option<Hooks>> {
        let [boundary, tag] = ["glaux_environment_boundary", "glaux_environment_tag"];
        self.of_domain(boundary)?;
        self.of_domain(tag)?;
        let pair = |text: String| {
            let pair = text.split_once('=').filter(|(key, value)| !key.is_empty() && !value.is_empty());
            pair.map(|(key, value)| (key.to_owned(), value.to_owned())).ok_or_else(|| check::wrong(tag, "key=value"))
        };
        let hooks = Hooks { boundary: self.text(boundary), tag: self.text(tag).map(pair).transpose()? };
        Ok(Some(hooks).filter(|hooks| hooks.boundary.is_some() || hooks.tag.is_some()))
    }

    fn deployed(&self, side: Side) -> Result<Deployed> {
        Ok(match side {
            Side::Governance => Deployed::Governance {
                machine: self.needed("glaux_state_machine")?,
                datazone: self.text("glaux_datazone_domain"),
                bus: self.text("glaux_event_bus"),
                catalogued: self.of_domain("glaux_datazone_projects")?,
                hooks: self.hooks()?,
            },
            Side::Producer => Deployed::Producer {
                role: self.needed("glaux_keeper_role")?,
                key: self.text("glaux_secrets_key"),
                window_days: match self.text("glaux_secrets_window_days") {
                    Some(days) => check::number("glaux_secrets_window_days", &days)?,
                    None => LONGEST_WINDOW,
                },
                maps_below: self.text("glaux_glue_database_prefix"),
                copied_to: self.accounts("glaux_copied_accounts")?,
            },
            Side::Consumer => Deployed::Consumer {
                environment: self.needed("glaux_environment")?,
                function: self.text("glaux_federation_function"),
                is_qualified: match self.text("glaux_qualified_catalogs") {
                    Some(text) => check::boolean("glaux_qualified_catalogs", &text)?,
                    None => false,
                },
                copied_from: self.accounts("glaux_copying_accounts")?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<WorkflowConfig> {
        let of_all = [("glaux_register_table", "glaux"), ("glaux_domain", "d"), ("glaux_secrets_prefix", "glaux/d")];
        let all = of_all.iter().chain(pairs).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        WorkflowConfig::from_env(all)
    }

    #[test]
    fn each_side_has_its_own_settings_and_no_others() {
        let machine = "arn:aws:states:eu-central-1:333333333333:stateMachine:subscription";
        let governance = read(&[("glaux_side", "governance"), ("glaux_state_machine", machine)]).unwrap();
        let nothing = Deployed::Governance {
            machine: machine.into(),
            datazone: None,
            bus: None,
            catalogued: Vec::new(),
            hooks: None,
        };
        assert_eq!(governance.deployed, nothing);
        let role = "arn:aws:iam::111111111111:role/keeper";
        let producer = read(&[("glaux_side", "producer"), ("glaux_keeper_role", role), ("PATH", "x")]).unwrap();
        let deployed = Deployed::Producer {
            role: role.into(),
            key: None,
            window_days: LONGEST_WINDOW,
            maps_below: None,
            copied_to: Vec::new(),
        };
        assert_eq!(producer.deployed, deployed);
        let there = [
            ("glaux_side", "governance"),
            ("glaux_state_machine", machine),
            ("glaux_datazone_domain", "dzd_1"),
            ("glaux_datazone_projects", "shop, other,"),
            ("glaux_environment_tag", "glaux=true"),
        ];
        let Deployed::Governance { catalogued, hooks, .. } = read(&there).unwrap().deployed else { panic!("a side") };
        let tag = Some(("glaux".to_owned(), "true".to_owned()));
        assert_eq!((catalogued.concat(), hooks), ("shopother".to_owned(), Some(Hooks { boundary: None, tag })));
        for wrong in [
            vec![],
            vec![("glaux_side", "governance"), ("glaux_state_machine", machine), ("glaux_datazone_projects", "shop")],
            vec![("glaux_side", "governance"), ("glaux_state_machine", machine), ("glaux_environment_boundary", "b")],
            vec![
                ("glaux_side", "governance"),
                ("glaux_state_machine", machine),
                ("glaux_datazone_domain", "dzd_1"),
                ("glaux_environment_tag", "glaux="),
            ],
            vec![("glaux_side", "owner")],
            vec![("glaux_side", "consumer")],
            vec![("glaux_side", "consumer"), ("glaux_environment", " ")],
            vec![("glaux_side", "consumer"), ("glaux_environment", "prod"), ("glaux_keeper_role", role)],
            vec![("glaux_side", "consumer"), ("glaux_environment", "prod"), ("glaux_enviroment", "prod")],
            vec![("glaux_side", "consumer"), ("glaux_environment", "prod"), ("glaux_qualified_catalogs", "shop")],
            vec![("glaux_side", "producer"), ("glaux_keeper_role", role), ("glaux_federation_function", "f")],
            vec![("glaux_side", "producer"), ("glaux_keeper_role", role), ("glaux_secrets_window_days", "400")],
            vec![("glaux_side", "producer"), ("glaux_keeper_role", role), ("glaux_copied_accounts", "222222222222,b")],
            vec![("glaux_side", "producer"), ("glaux_keeper_role", role), ("glaux_copying_accounts", "222222222222")],
            vec![("glaux_side", "consumer"), ("glaux_environment", "prod"), ("glaux_copying_accounts", "1111")],
        ] {
            assert!(read(&wrong).is_err(), "{wrong:?}");
        }
    }
}
