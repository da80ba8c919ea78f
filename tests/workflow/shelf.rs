//! The catalogue of the small DataZone: types, assets with revisions, and what of it is listed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::datazone::DOMAIN;

/// Items of a page, so that there is more than one.
const PAGE: usize = 1;
/// DataZone's own form for columns.
pub const COLUMNS: &str = "amazon.datazone.RelationalTableFormType";

#[derive(Default)]
pub struct Shelf {
    forms: BTreeMap<String, Value>,
    types: BTreeMap<String, Value>,
    /// By id; the listing of `asset-1` is `1`.
    assets: BTreeMap<String, Shelved>,
    /// What was answered to whom.
    tokens: BTreeMap<String, Value>,
    made: usize,
    /// Whether those that are new are not found yet.
    pub is_slow: bool,
    /// The write after so many more is done, and nothing is answered.
    pub falls_after: Option<usize>,
    /// Each thing that was written, in order.
    pub written: Vec<String>,
}

#[derive(Clone)]
pub struct Shelved {
    pub asset: Value,
    pub listed: Option<Value>,
}

fn error(status: u16, kind: &str, told: &str) -> (u16, Value) {
    (status, json!({"__type": kind, "message": told}))
}

fn gone(id: &str) -> (u16, Value) {
    error(404, "ResourceNotFoundException", &format!("{id} is not there"))
}

impl Shelf {
    /// Answers a request below the domain.
    pub fn answer(&mut self, method: &str, path: &[&str], body: &Value) -> (u16, Value) {
        match (method, path) {
            ("GET", ["form-types", COLUMNS]) => (200, json!({"domainId": DOMAIN, "name": COLUMNS, "revision": "4"})),
            ("GET", ["form-types", name]) => self.forms.get(*name).cloned().map_or_else(|| gone(name), |it| (200, it)),
            ("GET", ["asset-types", name]) => self.types.get(*name).cloned().map_or_else(|| gone(name), |it| (200, it)),
            ("GET", ["assets", id]) => self.assets.get(*id).map_or_else(|| gone(id), |one| (200, one.told())),
            ("POST", ["search"]) => (200, self.search(body)),
            _ => self.write(method, path, body),
        }
    }

    /// Done once by each token; and answered, unless it falls.
    fn write(&mut self, method: &str, path: &[&str], body: &Value) -> (u16, Value) {
        let token = body["clientToken"].as_str().map(str::to_owned);
        let answered = if let Some(known) = token.as_ref().and_then(|token| self.tokens.get(token)) {
            (200, known.clone())
        } else {
            let done = self.done(method, path, body);
            if done.0 < 300 {
                self.written.push(format!("{method} {}", path.join("/")));
                self.tokens.extend(token.map(|token| (token, done.1.clone())));
            }
            done
        };
        match self.falls_after {
            Some(0) => {
                self.falls_after = None;
                error(500, "InternalServerException", "it fell")
            }
            left => {
                self.falls_after = left.map(|left| left - 1);
                answered
            }
        }
    }

    fn done(&mut self, method: &str, path: &[&str], body: &Value) -> (u16, Value) {
        match (method, path) {
            ("POST", ["form-types"]) => {
                assert_eq!(body["status"], "ENABLED");
                let name = body["name"].as_str().unwrap().to_owned();
                let made = json!({"domainId": DOMAIN, "name": name, "revision": "1", "model": body["model"]});
                self.forms.insert(name, made.clone());
                (201, made)
            }
            ("POST", ["asset-types"]) => self.make_type(body),
            ("POST", ["assets"]) => self.make(body),
            ("POST", ["assets", id, "revisions"]) => match self.assets.get_mut(*id) {
                Some(one) => {
                    let next = one.asset["revision"].as_str().unwrap().parse::<u32>().unwrap() + 1;
                    one.asset["revision"] = json!(next.to_string());
                    for key in ["name", "description", "glossaryTerms"] {
                        one.asset[key] = body[key].clone();
                    }
                    one.asset["formsOutput"] = filled(&body["formsInput"]);
                    (200, one.told())
                }
                None => gone(id),
            },
            ("DELETE", ["assets", id]) => match self.assets.get(*id) {
                Some(one) if one.listed.is_some() => error(409, "ConflictException", "it is listed"),
                Some(_) => {
                    self.assets.remove(*id);
                    (200, json!({}))
                }
                None => gone(id),
            },
            ("POST", ["listings", "change-set"]) => {
                let id = body["entityIdentifier"].as_str().unwrap();
                let Some(one) = self.assets.get_mut(id) else { return gone(id) };
                match body["action"].as_str().unwrap() {
                    "PUBLISH" => {
                        assert_eq!(body["entityRevision"], one.asset["revision"]);
                        one.listed = Some(one.asset.clone());
                    }
                    _ => one.listed = None,
                }
                let status = if one.listed.is_some() { "ACTIVE" } else { "INACTIVE" };
                (200, json!({"listingId": id.replace("asset-", ""), "listingRevision": "1", "status": status}))
            }
            _ => panic!("DataZone is asked {method} {path:?}"),
        }
    }

    fn make_type(&mut self, body: &Value) -> (u16, Value) {
        let slot = |(name, it): (&String, &Value)| {
            let form = it["typeIdentifier"].as_str().unwrap();
            assert!(form == COLUMNS || self.forms.contains_key(form), "{it}");
            let (revision, required) = (&it["typeRevision"], &it["required"]);
            (name.clone(), json!({"typeName": form, "typeRevision": revision, "required": required}))
        };
        let forms: serde_json::Map<String, Value> = body["formsInput"].as_object().unwrap().iter().map(slot).collect();
        let name = body["name"].as_str().unwrap().to_owned();
        let made = json!({
            "domainId": DOMAIN, "name": name, "revision": "1", "formsOutput": forms,
            "owningProjectId": body["owningProjectIdentifier"],
        });
        self.types.insert(name, made.clone());
        (201, made)
    }

    fn make(&mut self, body: &Value) -> (u16, Value) {
        let external = body["externalIdentifier"].as_str().unwrap();
        if self.assets.values().any(|one| one.asset["externalIdentifier"] == external) {
            return error(409, "ConflictException", &format!("there is an asset {external}"));
        }
        self.made += 1;
        let id = format!("asset-{}", self.made);
        let asset = json!({
            "id": id, "name": body["name"], "typeIdentifier": body["typeIdentifier"], "typeRevision": "1",
            "externalIdentifier": external, "revision": "1", "owningProjectId": body["owningProjectIdentifier"],
            "domainId": DOMAIN, "formsOutput": filled(&body["formsInput"]),
        });
        self.assets.insert(id, Shelved { asset: asset.clone(), listed: None });
        (201, asset)
    }

    fn search(&self, body: &Value) -> Value {
        assert_eq!(body["searchScope"], "ASSET");
        let of = |one: &&Shelved| one.asset["owningProjectId"] == body["owningProjectIdentifier"];
        let all = self.assets.values().filter(of).filter(|one| !self.is_slow || one.listed.is_some());
        let item = |one: &Shelved| {
            let mut item = one.asset.clone();
            item["identifier"] = item["id"].clone();
            json!({"assetItem": item})
        };
        let items: Vec<Value> = all.map(item).collect();
        let from: usize = body["nextToken"].as_str().map_or(0, |token| token.parse().unwrap());
        let next = (from + PAGE < items.len()).then(|| (from + PAGE).to_string());
        json!({"items": items.into_iter().skip(from).take(PAGE).collect::<Vec<_>>(), "nextToken": next})
    }

    /// Makes what is somebody else's.
    pub fn put(&mut self, id: &str, asset: Value) {
        self.assets.insert(id.into(), Shelved { asset, listed: None });
    }

    /// An asset, changed by hand.
    pub fn change(&mut self, id: &str, change: impl Fn(&mut Value)) {
        change(&mut self.assets.get_mut(id).unwrap().asset);
    }

    /// An asset, taken away by hand.
    pub fn take(&mut self, id: &str) {
        self.assets.remove(id);
    }

    /// Makes a form type that is not ours.
    pub fn put_form_type(&mut self, name: &str, model: &str) {
        let made = json!({"domainId": DOMAIN, "name": name, "revision": "1", "model": {"smithy": model}});
        self.forms.insert(name.into(), made);
    }

    pub fn assets(&self) -> BTreeMap<String, Shelved> {
        self.assets.clone()
    }

    /// What a listing offers, if it is one of these.
    pub fn listing(&self, id: &str) -> Option<Value> {
        let told = self.assets.get(&format!("asset-{id}"))?.listed.as_ref()?;
        let forms: serde_json::Map<String, Value> = told["formsOutput"]
            .as_array()?
            .iter()
            .map(|form| {
                let content = serde_json::from_str(form["content"].as_str().unwrap()).unwrap();
                (form["formName"].as_str().unwrap().to_owned(), content)
            })
            .collect();
        Some(json!({
            "id": id, "domainId": DOMAIN, "listingRevision": "1", "status": "ACTIVE",
            "item": {"assetListing": {
                "assetId": told["id"], "assetRevision": told["revision"], "assetType": told["typeIdentifier"],
                "owningProjectId": told["owningProjectId"], "forms": Value::Object(forms).to_string(),
            }},
        }))
    }
}

impl Shelved {
    fn told(&self) -> Value {
        let mut told = self.asset.clone();
        let listing =
            json!({"listingId": told["id"].as_str().unwrap().replace("asset-", ""), "listingStatus": "ACTIVE"});
        told["listing"] = self.listed.as_ref().map_or(Value::Null, |_| listing);
        told
    }

    /// What one of its forms says.
    pub fn form(&self, name: &str) -> Value {
        let forms = self.asset["formsOutput"].as_array().unwrap();
        let form = forms.iter().find(|form| form["formName"] == name).unwrap_or(&Value::Null);
        form["content"].as_str().map_or(Value::Null, |content| serde_json::from_str(content).unwrap())
    }
}

fn filled(forms: &Value) -> Value {
    let told = |form: &Value| json!({"formName": form["formName"], "typeName": form["typeIdentifier"], "typeRevision": form["typeRevision"], "content": form["content"]});
    forms.as_array().unwrap().iter().map(told).collect()
}
