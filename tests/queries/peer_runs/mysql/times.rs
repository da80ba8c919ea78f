//! Times at the edges of calendars and zones, and finer than Athena's.

use arrow_schema::DataType;
use connector_core::{Bound, Domain, ErrorKind, Function, Value, Values};
use glaux::protocol::Constraints;

use super::{by_options, everywhere};
use crate::peer_runs::asking::{call, column, constant, equal, only, range, whether};

const DAY: i64 = 86_400_000;

/// A date with a zero in it is an error by name, or NULL where that is wanted; never another day.
#[tokio::test]
async fn t_zd_a_date_with_zeros_is_no_other_day() {
    let script = "CREATE TABLE t (id int, d date NOT NULL, p date, q date, dt datetime NOT NULL); INSERT INTO t VALUES \
         (1, '2020-01-01', '2020-01-01', '2020-01-01', '2020-01-01'), (2, '0000-00-00', '2020-05-00', '2020-00-00', '0000-00-00')";
    for (server, asked) in everywhere("peer_zero", script).await {
        for name in ["d", "p", "q", "dt"] {
            let error = asked.try_read("t", &["id", name], &Constraints::default()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{server}: {error}");
            assert!(error.to_string().contains(&format!("column {name:?}, row 2")), "{server}: {error}");
            assert!(error.hint_text().unwrap().contains("CONVERT_TO_NULL"), "{server}");
        }
        let sane = equal("d", DataType::Date32, Value::Date(18_262));
        assert_eq!(
            asked.read("t", &["id", "d", "dt"], &sane).await,
            ["1|2020-01-01|2020-01-01 00:00:00.000"],
            "{server}"
        );
    }
    for (server, asked) in by_options("peer_zero_null", script, "zeroDateTimeBehavior=CONVERT_TO_NULL").await {
        assert_eq!(asked.all("t", &["id", "d", "p", "q", "dt"]).await[1], "2|NULL|NULL|NULL|NULL", "{server}");
        for name in ["d", "p", "q"] {
            let nothing = only(name, Domain::only_null(DataType::Date32));
            assert_eq!(asked.read("t", &["id"], &nothing).await, ["2"], "{server}: {name}");
        }
        let nothing = only("dt", Domain::only_null(DataType::Date64));
        assert_eq!(asked.read("t", &["id"], &nothing).await, ["2"], "{server}");
    }
}

#[tokio::test]
async fn t_dt_t_ts_old_times_are_shown_and_found() {
    let script = "CREATE TABLE t (id int, d date, ts datetime); INSERT INTO t VALUES (1, '1500-01-01', '1500-01-01'), \
         (2, '1582-10-10', '1582-10-10'), (3, '2020-01-01', '2020-01-01')";
    for (server, asked) in everywhere("peer_old", script).await {
        for (id, days, shown) in [(1, -171_664, "1500-01-01"), (2, -141_432, "1582-10-10"), (3, 18_262, "2020-01-01")] {
            let row = [format!("{id}|{shown}|{shown} 00:00:00.000")];
            let date = equal("d", DataType::Date32, Value::Date(i32::try_from(days).unwrap()));
            for wanted in [date, equal("ts", DataType::Date64, Value::Millis(days * DAY))] {
                assert_eq!(asked.read("t", &["id", "d", "ts"], &wanted).await, row, "{server}: {wanted:?}");
            }
        }
    }
}

#[tokio::test]
async fn t_ts_eq_a_millisecond_finds_its_microseconds() {
    let script = "CREATE TABLE t (id int, ts datetime(6)); INSERT INTO t VALUES (1, '2020-01-01 00:00:00.123456'), \
         (2, '2020-01-01 00:00:00.123'), (3, '2020-01-01 00:00:00.124'), (4, '2020-01-01 00:00:00.122999')";
    let (time, at) = (DataType::Date64, || Value::Millis(1_577_836_800_123));
    let compared = |function| {
        whether(call(function, vec![column("ts", DataType::Date64), constant(Some(at()), DataType::Date64)]))
    };
    for (server, asked) in everywhere("peer_micros", script).await {
        for (wanted, ids) in [
            (equal("ts", time.clone(), at()), "12"),
            (range("ts", time.clone(), Bound::Unbounded, Bound::Included(at())), "124"),
            (range("ts", time.clone(), Bound::Excluded(at()), Bound::Unbounded), "3"),
            (only("ts", Domain { data_type: time.clone(), values: Values::NotIn(vec![at()]), nulls: false }), "34"),
            (compared(Function::Equal), "12"),
            (compared(Function::LessThanOrEqual), "124"),
            (compared(Function::LessThan), "4"),
        ] {
            assert_eq!(asked.read("t", &["id"], &wanted).await.concat(), ids, "{server}: {wanted:?}");
        }
    }
}

/// The servers that are started here live at +05:00; what fills the table says UTC.
#[tokio::test]
async fn t_tz_a_timestamp_is_in_utc_whatever_the_servers_zone() {
    let script = "CREATE TABLE t (id int, ts timestamp NULL); INSERT INTO t VALUES (1, '2020-01-01 12:00:00')";
    for (server, asked) in everywhere("peer_zone", script).await {
        let noon = equal("ts", DataType::Date64, Value::Millis(18_262 * DAY + DAY / 2));
        for wanted in [Constraints::default(), noon] {
            assert_eq!(asked.read("t", &["ts"], &wanted).await, ["2020-01-01 12:00:00.000"], "{server}");
        }
    }
}
