//! The catalogs of a deployment, and which one a request means. Not Athena's list of catalogs: only what this function serves.

use std::collections::BTreeMap;
use std::fmt;

use connector_core::{Error, Result, Settings, TableName};

use super::{Callers, Granted, SecretReference};

/// One database as Athena sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Catalog {
    /// Its name; `default` for the one that serves whoever asks.
    pub name: String,
    /// The engine's token.
    pub engine: String,
    /// The engine's native URL, without anything secret.
    pub url: String,
    /// Who knows the password.
    pub secret: SecretReference,
    /// How it is read.
    pub settings: Settings,
    /// Queries of its owner that are read like tables, by their names in lower case. A schema that has one has nothing else.
    pub views: BTreeMap<TableName, View>,
    /// Who may read it, and as whom; without this, whoever may call the function, as the catalog's own user.
    pub callers: Option<Callers>,
}

/// A query that is read like a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The query, in the source's own words.
    pub query: String,
    /// The column of its answer along which it is cut into splits.
    pub split_by: Option<String>,
}

impl Catalog {
    /// A database that is read as is usual, by whom the secret of this name says.
    pub fn by_secret(name: &str, engine: &str, url: &str, secret: &str) -> Self {
        Self {
            name: name.into(),
            engine: engine.into(),
            url: url.into(),
            secret: SecretReference::Name(secret.into()),
            settings: Settings::default(),
            views: BTreeMap::new(),
            callers: None,
        }
    }
}

impl fmt::Debug for Catalog {
    /// Without the URL: an option that only its engine understands may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog")
            .field("name", &self.name)
            .field("engine", &self.engine)
            .field("secret", &self.secret)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogs {
    list: Vec<Catalog>,
    function: Option<String>,
    granted: Option<Granted>,
}

pub(super) const DEFAULT: &str = "default";

impl Catalogs {
    /// These catalogs, of a Lambda function of this name.
    ///
    /// Errors: invalid, if there is none or two names differ only in case.
    pub fn new(list: Vec<Catalog>, function: Option<String>) -> Result<Self> {
        Self::and_granted(list, None, function)
    }

    /// Those that are granted, and no others.
    pub fn only_granted(granted: Granted) -> Self {
        Self { list: Vec::new(), function: None, granted: Some(granted) }
    }

    /// The same, beside those that are granted; of these alone there may be none.
    ///
    /// Errors: those of [`Catalogs::new`].
    pub fn and_granted(list: Vec<Catalog>, granted: Option<Granted>, function: Option<String>) -> Result<Self> {
        if list.is_empty() && granted.is_none() {
            return Err(Error::invalid("no catalog is configured").hint(
                "set \"default\" or \"<catalog>_connection_string\" to <engine>://<JDBC URL>, give --config a file, or try: glaux demo",
            ));
        }
        for (index, catalog) in list.iter().enumerate() {
            let same = |other: &&Catalog| other.name.eq_ignore_ascii_case(&catalog.name);
            if let Some(twin) = list.get(index + 1..).unwrap_or_default().iter().find(same) {
                return Err(Error::invalid(format!(
                    "catalogs {:?} and {:?} differ only in case",
                    catalog.name, twin.name
                )));
            }
        }
        Ok(Self { list, function, granted })
    }

    /// The catalog a request means by `name`.
    ///
    /// Errors: not found; it lists those there are.
    pub fn get(&self, name: &str) -> Result<&Catalog> {
        self.configured(name).ok_or_else(|| self.unknown(name))
    }

    /// What is said of a name that means none of them.
    pub fn unknown(&self, name: &str) -> Error {
        Error::not_found(format!("catalog {name:?} is not configured; there are {:?}", self.names()))
            .hint(format!("set \"{name}_connection_string\", or ask for one of those"))
    }

    /// The same; none where only a secret can tell whether there is one.
    ///
    /// A name of ours in any case; `lambda:<this function>`, which means `default`; anything, if `default` is all there is.
    pub fn configured(&self, name: &str) -> Option<&Catalog> {
        let is_all = self.list.len() == 1 && self.granted.is_none();
        let default = || self.named(DEFAULT).filter(|_| is_all || self.is_this_function(name));
        self.named(name).or_else(default)
    }

    /// Whose secrets describe catalogs besides.
    pub fn granted(&self) -> Option<&Granted> {
        self.granted.as_ref()
    }

    /// All catalogs, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = &Catalog> {
        self.list.iter()
    }

    fn named(&self, name: &str) -> Option<&Catalog> {
        self.list.iter().find(|catalog| catalog.name.eq_ignore_ascii_case(name))
    }

    /// Whether plans are followed by any of them.
    pub fn follow_plans(&self) -> bool {
        let granted = self.granted.iter().map(|granted| &granted.settings);
        self.list.iter().map(|catalog| &catalog.settings).chain(granted).any(|settings| settings.query_plans)
    }

    /// What those that are configured are called.
    pub fn names(&self) -> Vec<&str> {
        self.list.iter().map(|catalog| catalog.name.as_str()).collect()
    }

    /// Athena may add a version or an alias behind the function's name. Where our own name is unknown, any function is us.
    fn is_this_function(&self, name: &str) -> bool {
        let Some(asked) = name.strip_prefix("lambda:") else { return false };
        let asked = asked.split(':').next().unwrap_or_default();
        self.function.as_deref().is_none_or(|function| function.eq_ignore_ascii_case(asked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use connector_core::ErrorKind;

    fn catalog(name: &str) -> Catalog {
        Catalog {
            name: name.into(),
            engine: "memory".into(),
            url: "jdbc:x://h/db?sslkeypassword=hunter2".into(),
            secret: SecretReference::None,
            settings: Settings::default(),
            views: BTreeMap::new(),
            callers: None,
        }
    }

    fn catalogs(names: &[&str], function: Option<&str>) -> Catalogs {
        Catalogs::new(names.iter().map(|name| catalog(name)).collect(), function.map(Into::into)).unwrap()
    }

    #[test]
    fn with_only_default_any_name_is_accepted() {
        let only = catalogs(&["default"], Some("fn"));
        for name in ["default", "anything", "lambda:other"] {
            assert_eq!(only.get(name).unwrap().name, "default");
        }
    }

    #[test]
    fn with_others_an_unknown_name_is_an_error_that_lists_the_known() {
        let several = catalogs(&["default", "sales"], Some("fn"));
        assert_eq!(several.get("Sales").unwrap().name, "sales");
        let error = several.get("nope").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(
            error.to_string().contains("nope") && error.to_string().contains("[\"default\", \"sales\"]"),
            "{error}"
        );
        assert!(catalogs(&["sales"], None).get("other").is_err());
    }

    #[test]
    fn lambda_and_this_functions_name_mean_default() {
        let several = catalogs(&["default", "sales"], Some("fn"));
        for name in ["lambda:fn", "lambda:FN", "lambda:fn:live"] {
            assert_eq!(several.get(name).unwrap().name, "default");
        }
        assert!(several.get("lambda:other").is_err());
        assert_eq!(catalogs(&["default", "sales"], None).get("lambda:any").unwrap().name, "default");
        assert!(catalogs(&["sales"], Some("fn")).get("lambda:fn").is_err());
    }

    #[test]
    fn beside_what_is_granted_default_serves_its_own_names_alone() {
        let granted = Some(Granted::to("prod", "glaux"));
        let one = Catalogs::and_granted(vec![catalog("default")], granted.clone(), Some("fn".into())).unwrap();
        for (name, serves) in [("default", true), ("lambda:fn", true), ("shop", false), ("lambda:other", false)] {
            assert_eq!(one.configured(name).is_some(), serves, "{name}");
        }
        assert!(Catalogs::and_granted(Vec::new(), granted, None).unwrap().configured("default").is_none());
    }

    #[test]
    fn names_that_differ_only_in_case_are_refused() {
        assert!(Catalogs::new(vec![catalog("Sales"), catalog("sales")], None).is_err());
        assert!(Catalogs::new(Vec::new(), None).is_err());
    }

    #[test]
    fn an_url_is_never_printed() {
        assert!(!format!("{:?}", catalogs(&["default"], None)).contains("hunter2"));
    }
}
