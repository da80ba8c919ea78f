//! As much of Athena as says whether a query still runs: a real HTTP server that counts what it is asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use glaux::config::Aws;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::aws::{Answer, Service};

/// What each query has come to, and when that was told first.
type Told = BTreeMap<String, (String, Option<Instant>)>;

pub struct Athena {
    service: Service,
    told: Arc<Mutex<Told>>,
    changed: watch::Receiver<()>,
}

impl Athena {
    pub async fn start() -> Self {
        let (told, (change, changed)) = (Arc::new(Mutex::new(Told::new())), watch::channel(()));
        let states = told.clone();
        let service = Service::start(move |asked| {
            assert_eq!(asked.headers["x-amz-target"], "AmazonAthena.GetQueryExecution");
            let asked: Value = serde_json::from_slice(&asked.body).unwrap();
            let id = asked["QueryExecutionId"].as_str().unwrap();
            let mut states = states.lock().unwrap();
            let state = states.get_mut(id).map_or("RUNNING", |(state, told)| {
                told.get_or_insert_with(Instant::now);
                state
            });
            let answer = json!({"QueryExecution": {"QueryExecutionId": id, "Status": {"State": state}}}).to_string();
            change.send_replace(());
            Answer::Say(200, answer)
        });
        Self { service: service.await, told, changed }
    }

    pub fn aws(&self) -> Aws {
        self.service.aws()
    }

    pub fn url(&self) -> String {
        self.service.endpoint.clone()
    }

    pub fn calls(&self) -> usize {
        self.service.count()
    }

    /// From now on a query is said to have ended so.
    pub fn end(&self, query_id: &str, state: &str) {
        self.told.lock().unwrap().insert(query_id.to_owned(), (state.to_owned(), None));
    }

    /// Waits until that has been told, and says when it was.
    pub async fn told(&self, query_id: &str) -> Instant {
        let mut changed = self.changed.clone();
        loop {
            if let Some((_, Some(told))) = self.told.lock().unwrap().get(query_id) {
                return *told;
            }
            changed.changed().await.unwrap();
        }
    }
}
