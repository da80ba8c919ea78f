//! Random tables, random questions: whatever is pushed down, and whichever way the rows come, they are the rows that the
//! evaluator picks out of the whole table.
//!
//! `cargo test` asks a bounded number. For hours, and towards millions:
//!
//! ```text
//! TEST_MINUTES=60 TEST_REQUIRE=postgres,mariadb cargo test --release -p glaux-fuzz -- --nocapture
//! ```
//!
//! Tables are also read in slices, while others write to them: some in every run, and so many as `TEST_TABLES` says:
//!
//! ```text
//! TEST_TABLES=1000 TEST_REQUIRE=postgres,mariadb,mysql cargo test --release -p glaux-fuzz every_row_in_one_slice -- --nocapture
//! ```
//!
//! `TEST_SEED` repeats a run, `TEST_CASES` bounds it. What fails is made as small as it gets and written to a file; moved to
//! `regressions/`, it is asked again in every run.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod campaign;
mod judge;
mod mutation;
mod parts;
mod question;
mod regression;
mod shrink;
mod slices;
mod source;
mod table;
mod wire;

// What the engines' own tests know: their servers, and their types with awkward values.
#[path = "../../../connectors/mysql/tests/support/mod.rs"]
mod mysql;
#[path = "../../../connectors/mysql/tests/live/ends.rs"]
mod mysql_types;
#[path = "../../../connectors/postgresql/tests/support/mod.rs"]
mod postgresql;
#[path = "../../../connectors/postgresql/tests/live/ends.rs"]
mod postgresql_types;
#[path = "../../../connectors/sqlserver/tests/support/mod.rs"]
mod sqlserver;
#[path = "../../../connectors/sqlserver/tests/live/ends.rs"]
mod sqlserver_types;
// The local Athena's S3, which this program is built without; what it tells others of itself is not needed here.
#[allow(dead_code)]
#[path = "../../../src/local/s3.rs"]
mod s3;
use glaux::config;

use source::Source;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_gives_the_same_rows_every_way() {
    campaign::run(Source::postgresql()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_gives_the_same_rows_every_way() {
    campaign::run(Source::mysql(mysql::Kind::MariaDb)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mysql_gives_the_same_rows_every_way() {
    campaign::run(Source::mysql(mysql::Kind::MySql)).await;
}

#[tokio::test]
async fn postgresql_gives_every_row_in_one_slice() {
    slices::add_up(Source::postgresql()).await;
}

#[tokio::test]
async fn mariadb_gives_every_row_in_one_slice() {
    slices::add_up(Source::mysql(mysql::Kind::MariaDb)).await;
}

#[tokio::test]
async fn mysql_gives_every_row_in_one_slice() {
    slices::add_up(Source::mysql(mysql::Kind::MySql)).await;
}

#[tokio::test]
async fn sqlserver_gives_every_row_in_one_slice() {
    slices::add_up(Source::sqlserver()).await;
}

#[tokio::test]
async fn broken_slices_are_noticed() {
    slices::broken_ones_are_noticed(Source::postgresql()).await;
}

#[tokio::test]
async fn every_broken_rule_is_noticed_on_postgresql() {
    mutation::all_are_caught(Source::postgresql()).await;
}

#[tokio::test]
async fn every_broken_rule_is_noticed_on_mariadb() {
    mutation::all_are_caught(Source::mysql(mysql::Kind::MariaDb)).await;
}

#[tokio::test]
async fn every_broken_rule_is_noticed_on_mysql() {
    mutation::all_are_caught(Source::mysql(mysql::Kind::MySql)).await;
}

#[tokio::test]
async fn what_failed_once_does_not_fail_again() {
    regression::all_pass(&[
        Source::postgresql(),
        Source::mysql(mysql::Kind::MariaDb),
        Source::mysql(mysql::Kind::MySql),
    ])
    .await;
}

#[tokio::test]
async fn a_failure_is_made_small_and_kept() {
    shrink::a_failure_becomes_small(Source::postgresql()).await;
}
