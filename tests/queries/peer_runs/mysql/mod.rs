//! The cases of MariaDB and MySQL, each asked of both.

mod expressions;
mod names;
mod numbers;
mod shown;
mod text;
mod times;

use crate::mysql;
use crate::peer_runs::asking::Asked;

/// A schema filled by the same script on every server, with the server's name for messages.
async fn everywhere(schema: &str, script: &str) -> Vec<(String, Asked)> {
    by_options(schema, script, "").await
}

async fn by_options(schema: &str, script: &str, options: &str) -> Vec<(String, Asked)> {
    let mut all = Vec::new();
    for server in mysql::servers() {
        all.push((format!("{:?}", server.kind), Asked::open(server, schema, script, options).await));
    }
    all
}
