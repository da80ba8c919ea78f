//! Changing over, judged by AWS's own connector: its types and rows beside ours, and what `glaux compare` makes of the two.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use connector_core::Result;
use glaux::config::{Config, SpillConfig};
use glaux::handler::Handler;
use glaux::local::Options;
use glaux::local::compare::{About, Comparison, Extent, Function, compare};
use glaux::local::invoke::{Http, InProcess, Invoke};
use glaux::protocol::{Response, Version};
use glaux::spill::Store;

use super::peer::{FUNCTION, Peer, SCRIPT};
use super::present;
use super::spilling::Place;
use crate::support;
use crate::support::postgres::Database;

/// A table of every type but arrays, whose elements the base of AWS's connectors does not know, `char(n)`, whose blanks it does not cut
/// off, and what it cannot read itself.
const TYPES: &str = "
    create type shop.mood as enum ('sad', 'ok');
    create domain shop.dint as int; create domain shop.dnum as numeric(10, 2); create domain shop.dts as timestamp;
    create domain shop.dbool as boolean; create domain shop.dtext as text; create domain shop.darr as int[];
    create domain shop.dbytes as bytea; create domain shop.df8 as float8; create domain shop.dtz as timestamptz;
    create table shop.kept (c_bool boolean, c_bit1 bit(1), c_varbit varbit(8), c_i2 int2, c_i4 int4, c_i8 int8, c_oid oid,
        c_num numeric, c_num102 numeric(10, 2), c_num3810 numeric(38, 10), c_num5010 numeric(50, 10), c_f4 float4, c_f8 float8,
        c_money money, c_one \"char\", c_vc varchar(10), c_text text, c_name name, c_bytes bytea, c_date date,
        c_time time, c_timetz timetz, c_ts timestamp, c_tz timestamptz, c_span interval, c_uuid uuid, c_json json, c_jsonb jsonb,
        c_inet inet, c_cidr cidr, c_mac macaddr, c_range int4range, c_words tsvector, c_point point, c_xml xml,
        c_mood shop.mood, c_lsn pg_lsn, c_class regclass, c_xid xid, c_tid tid, d_int shop.dint, d_num shop.dnum, d_ts shop.dts,
        d_bool shop.dbool, d_text shop.dtext, d_arr shop.darr, d_bytes shop.dbytes, d_f8 shop.df8, d_tz shop.dtz, c_texts text[]);
    insert into shop.kept values (true, B'1', B'101', 1, 2, 3, 7,
        15, 1.50, 1.5, 1.5, 1.5, 2.5,
        '12.34', 'x', 'v', 't', 'n', '\\x00ff', '2020-02-29',
        '12:34:56.789', '12:00:00+02', '2020-01-01 12:00:00.123', '2020-01-01 12:00:00.123+00', '1 day 02:00:00',
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{\"a\": 1}', '{\"a\": 1}',
        '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', '[1,5)', 'a b', '(1,2)', '<a/>',
        'ok', '0/16B3748', 'pg_class', '7', '(0,1)', 5, 1.50, '2020-01-01 12:00:00',
        true, 'x', '{1,2}', '\\x00ff', 2.5, '2020-01-01 12:00:00+00', '{a,b}');
    insert into shop.kept (c_i4) values (null);";

fn ours(database: &Database, place: &Place, java_types: &str) -> InProcess {
    let setting = database.setting();
    let variables = [("default", setting.as_str()), ("spill_bucket", "spill"), ("glaux_java_types", java_types)];
    let mut config = Config::from_env(variables.map(|(key, value)| (key.to_owned(), value.to_owned()))).unwrap();
    config.spill.aws = place.server.aws();
    InProcess(Arc::new(Handler::new(config).unwrap()))
}

/// One that loses a row of every answer.
struct Forgetful(InProcess);

#[async_trait]
impl Invoke for Forgetful {
    async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>> {
        let mut answer = Response::decode(&self.0.invoke(payload).await?)?;
        if let Response::ReadRecords(told) = &mut answer {
            told.records = told.records.slice(0, told.records.num_rows().saturating_sub(1));
        }
        answer.encode(Version::default())
    }
}

async fn compared(peer: &Peer, place: &Place, new: Arc<dyn Invoke>, table: &str, conditions: usize) -> Comparison {
    let spill = SpillConfig { bucket: Some("spill".into()), aws: place.server.aws(), ..SpillConfig::default() };
    let options = Options { spill: Some(Arc::new(Store::new(&spill))), ..Options::default() };
    let function = |invoke| Function { catalog: "pg".into(), invoke };
    let extent = Extent {
        sample: 500,
        tables: vec![table.to_owned()],
        limit_tables: 10,
        without: BTreeSet::new(),
        conditions,
        table_time: Duration::from_mins(2),
    };
    let old: Arc<dyn Invoke> = Arc::new(Http::at(&peer.endpoint, FUNCTION));
    compare(function(old), function(new), options, &extent, &mut |_| {}).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn awss_connector_and_ours_with_its_types_give_the_same_tables_rows_and_answers() {
    if !present() {
        return;
    }
    let Some(database) = support::postgres::database(&format!("{SCRIPT}{TYPES}")).await else { return };
    let place = Place::new().await;
    let peer = Peer::start(&database, &place, &[("default_scale", "0")]);
    let same = compared(&peer, &place, Arc::new(ours(&database, &place, "true")), "shop.kept", 0).await;
    assert_eq!((same.differences, same.notes, same.rows), (Vec::new(), Vec::new(), 2));
    let same = compared(&peer, &place, Arc::new(ours(&database, &place, "true")), "shop.items", 30).await;
    assert_eq!((same.differences, same.notes), (Vec::new(), Vec::new()));
    // The sample is of a hundred keys.
    assert!(same.rows == 100 && same.conditions >= 20, "{} rows, {} conditions", same.rows, same.conditions);

    let types = compared(&peer, &place, Arc::new(ours(&database, &place, "false")), "shop.kept", 0).await;
    let differ: Vec<&str> =
        types.differences.iter().filter(|found| found.about == About::Type).map(|found| found.what.as_str()).collect();
    let expected = ["c_money", "c_num", "d_arr", "d_bool", "d_bytes", "d_f8", "d_int", "d_num", "d_ts", "d_tz"];
    assert_eq!((differ, types.differences.len()), (expected.to_vec(), expected.len()));

    let wrong = Arc::new(Forgetful(ours(&database, &place, "true")));
    let lost = compared(&peer, &place, wrong, "shop.items", 5).await;
    assert!(lost.differences.iter().any(|found| found.about == About::Rows), "{:?}", lost.differences);
}
