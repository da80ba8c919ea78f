//! What moto lacks of an environment's own account: Athena's list of catalogs as it is changed, and policies of functions.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

/// By account and name, or by the function's ARN.
#[derive(Default)]
pub struct Athena {
    catalogs: Mutex<BTreeMap<(String, String), Value>>,
    policies: Mutex<BTreeMap<String, Value>>,
}

fn invalid(told: &str) -> (u16, Value) {
    (400, json!({"__type": "InvalidRequestException", "message": told}))
}

impl Athena {
    /// An operation on a catalog, as the service answers it.
    pub fn answer(&self, account: &str, operation: &str, asked: &Value) -> (u16, Value) {
        let name = asked["Name"].as_str().unwrap().to_owned();
        let (mut catalogs, key) = (self.catalogs.lock().unwrap(), (account.to_owned(), name.clone()));
        match (operation, catalogs.contains_key(&key)) {
            ("CreateDataCatalog", true) => return invalid(&format!("DataCatalog {name} already exists")),
            ("CreateDataCatalog", false) | ("UpdateDataCatalog", true) => {
                catalogs.insert(key, asked.clone());
            }
            ("GetDataCatalog", true) => return (200, json!({"DataCatalog": catalogs[&key]})),
            ("DeleteDataCatalog", true) => {
                catalogs.remove(&key);
            }
            _ => return invalid(&format!("DataCatalog {name} was not found")),
        }
        (200, json!({}))
    }

    /// The function that each of an account's catalogs leads to.
    pub fn listed(&self, account: &str) -> BTreeMap<String, String> {
        let catalogs = self.catalogs.lock().unwrap();
        let own = catalogs.iter().filter(|((owner, _), _)| owner == account);
        own.map(|((_, name), catalog)| {
            assert_eq!(catalog["Type"], "LAMBDA");
            (name.clone(), catalog["Parameters"]["function"].as_str().unwrap().to_owned())
        })
        .collect()
    }

    /// Reads or puts the policy of a function, whose revision is a number.
    pub fn policy(&self, function: &str, put: Option<&Value>) -> (u16, Value) {
        let mut policies = self.policies.lock().unwrap();
        let before = policies.get(function).cloned();
        let Some(put) = put else {
            let absent = json!({"Type": "User", "Message": "no policy"});
            return before.map_or((404, absent), |policy| (200, policy));
        };
        let revision = before.map(|before| before["RevisionId"].clone()).unwrap_or_default();
        if put["RevisionId"] != revision {
            return (412, json!({"Type": "User", "Message": "another revision"}));
        }
        let number: u64 = revision.as_str().map_or(0, |number| number.parse().unwrap());
        let new = json!({"Policy": put["Policy"], "RevisionId": (number + 1).to_string()});
        policies.insert(function.to_owned(), new.clone());
        (200, new)
    }

    /// What is put on a function, and how often it was changed.
    pub fn policy_of(&self, function: &str) -> (String, String) {
        let policies = self.policies.lock().unwrap();
        let text = |key: &str| policies[function][key].as_str().unwrap().to_owned();
        (text("Policy"), text("RevisionId"))
    }
}
