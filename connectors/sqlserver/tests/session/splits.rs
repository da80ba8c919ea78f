//! Where a table is cut, by what the scripted server tells of its keys and their statistics.

use arrow_schema::DataType;
use connector_core::split::Sizes;
use connector_core::{ErrorKind, KeyRange, Scan, Settings, Split, Value};

use crate::tds::{self, Asked, Reply, Server, Type};
use crate::{enter, scan};

/// What the catalog answers about the keys of a table, a text without a collation among them.
fn keys(bytes: i64, names: &[(&str, i32)]) -> Reply {
    let columns = [
        ("column_name", tds::NVARCHAR),
        ("is_nullable", tds::INT),
        ("bytes", BIGINT),
        ("collation_name", tds::NVARCHAR),
        ("object_id", BIGINT),
        ("index_id", BIGINT),
    ];
    let long = |number: i64| tds::short(&number.to_le_bytes());
    let row = |(name, nullable): &(&str, i32)| {
        let (name, none) = (tds::nvarchar(Some(name)), tds::nvarchar(None));
        tds::row(&[name, tds::int(Some(*nullable)), long(bytes), none, long(7), long(1)])
    };
    let rows: Vec<u8> = names.iter().flat_map(row).collect();
    Reply::Answer([tds::columns(&columns), rows, tds::done()].concat())
}

/// A server that shows no statistics, and what its index knows of the ends of a key.
fn keyed(bytes: i64, ends: (i32, i32)) -> impl Fn(&Asked) -> Reply {
    move |asked| match asked {
        Asked::Statement(sql) if sql.contains("sys.indexes") => keys(bytes, &[("note", 0), ("id", 1), ("day", 0)]),
        Asked::Statement(sql) if sql.contains("dm_db_stats_histogram") => {
            Reply::Answer(tds::refusal(208, 16, "Invalid object name 'sys.dm_db_stats_histogram'."))
        }
        Asked::Statement(_) | Asked::Batch(_) if asked.mentions("MIN(") => {
            let row = tds::row(&[tds::int(Some(ends.0)), tds::int(Some(ends.1))]);
            Reply::Answer([tds::columns(&[("", tds::INT), ("", tds::INT)]), row, tds::done()].concat())
        }
        other => tds::hospitable(other),
    }
}

/// Steps of a histogram: the value, the rows below and at it, and how many other values are below.
fn histogram(steps: &[(i64, i64, i64, i64)]) -> Reply {
    let columns = ["value", "below", "equal", "others"].map(|name| (name, BIGINT));
    let row = |step: &(i64, i64, i64, i64)| {
        tds::row(&[step.0, step.1, step.2, step.3].map(|number| tds::short(&number.to_le_bytes())))
    };
    let rows: Vec<u8> = steps.iter().flat_map(row).collect();
    Reply::Answer([tds::columns(&columns), rows, tds::done()].concat())
}

const BIGINT: Type = Type(&[0x26, 8]);

#[tokio::test]
async fn a_table_is_cut_along_the_first_key_that_has_ends_and_null_is_in_the_first_slice() {
    let server = Server::start(keyed(400 << 20, (-1_000, 3_000)));
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let scan = scan(&[("note", DataType::Utf8), ("id", DataType::Int32), ("day", DataType::Date32)]);
    let sizes = Sizes { most: 32, bytes: 128 << 20, largest: None };
    let splits = connection.splits(&scan, sizes).await.unwrap();
    assert_eq!(splits, quarters());
    let few = connection.splits(&scan, Sizes { most: 32, bytes: 400 << 20, largest: None }).await.unwrap();
    assert_eq!(few, [Split::Whole]);
    let asked: Vec<String> = server.asked.try_iter().filter_map(Asked::text).collect();
    let ends: Vec<&String> = asked.iter().filter(|sql| sql.contains("MIN(")).collect();
    assert_eq!(ends, ["SELECT (SELECT MIN([id]) FROM [s].[t]), (SELECT MAX([id]) FROM [s].[t])"]);
}

/// Nearly all rows lie at the end, where even cuts would have left them in one slice; the tenant, which has three values, is no key.
#[tokio::test]
async fn a_table_is_cut_where_the_statistics_say_that_its_rows_are() {
    let server = Server::start(|asked| match asked {
        Asked::Statement(sql) if sql.contains("sys.indexes") => keys(400 << 20, &[("tenant", 0), ("id", 0)]),
        Asked::Statement(sql) if sql.contains("range_high_key AS bigint") => {
            histogram(&[(1, 0, 1, 0), (1_000, 9, 1, 9), (1_000_000, 389, 1, 900)])
        }
        Asked::Statement(sql) if sql.contains("dm_db_stats_histogram") => {
            histogram(&[(1, 0, 100, 0), (2, 0, 150, 0), (3, 0, 150, 0)])
        }
        other => tds::hospitable(other),
    });
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let scan = scan(&[("tenant", DataType::Date32), ("id", DataType::Int64)]);
    let splits = connection.splits(&scan, Sizes { most: 32, bytes: 100 << 20, largest: None }).await.unwrap();
    assert!(splits.iter().all(|split| matches!(split, Split::Range(range) if range.columns == ["id"])), "{splits:?}");
    assert_eq!(begins(&splits), [&[][..], &[230_205], &[487_659], &[745_113]].map(place));
    let asked: Vec<String> = server.asked.try_iter().filter_map(Asked::text).collect();
    assert!(asked.iter().all(|sql| !sql.contains("MIN(")), "{asked:?}");
}

/// One tenant has nearly all rows, and no other key is there.
#[tokio::test]
async fn the_rows_of_one_value_are_cut_by_the_column_behind_it() {
    let server = Server::start(|asked| match asked {
        Asked::Statement(sql) if sql.contains("sys.indexes") => keys(400 << 20, &[("tenant", 0)]),
        Asked::Statement(sql) if sql.contains("dm_db_stats_histogram") => {
            histogram(&[(1, 0, 5, 0), (2, 0, 380, 0), (3, 0, 15, 0)])
        }
        Asked::Statement(sql) if sql.contains("k.key_ordinal > 1") => {
            let row = tds::row(&[tds::nvarchar(Some("id"))]);
            Reply::Answer([tds::columns(&[("column_name", tds::NVARCHAR)]), row, tds::done()].concat())
        }
        Asked::Statement(sql) if sql.contains("MIN([id])") => {
            assert_eq!(sql.matches("WHERE [tenant] = CAST(@P").count(), 2, "{sql}");
            let row = tds::row(&[tds::int(Some(0)), tds::int(Some(3_000))]);
            Reply::Answer([tds::columns(&[("", tds::INT), ("", tds::INT)]), row, tds::done()].concat())
        }
        other => tds::hospitable(other),
    });
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let scan = scan(&[("tenant", DataType::Int32), ("id", DataType::Int32)]);
    let splits = connection.splits(&scan, Sizes { most: 32, bytes: 100 << 20, largest: None }).await.unwrap();
    assert_eq!(begins(&splits), [&[][..], &[2], &[2, 1_000], &[2, 2_000]].map(place));
}

/// A columnstore has no index that leads to rows; what is on the left of its boundaries begins behind them.
#[tokio::test]
async fn a_table_without_an_index_is_cut_where_its_partitions_begin() {
    for (is_right, expected) in [(1, [10, 20, 30]), (0, [11, 21, 31])] {
        let server = Server::start(move |asked| match asked {
            Asked::Statement(sql) if sql.contains("sys.partition_functions") => {
                let columns = [
                    ("column_name", tds::NVARCHAR),
                    ("collation_name", tds::NVARCHAR),
                    ("is_right", tds::INT),
                    ("object_id", BIGINT),
                    ("function_id", BIGINT),
                ];
                let long = tds::short(&7_i64.to_le_bytes());
                let (name, none) = (tds::nvarchar(Some("day")), tds::nvarchar(None));
                let row = tds::row(&[name, none, tds::int(Some(is_right)), long.clone(), long]);
                Reply::Answer([tds::columns(&columns), row, tds::done()].concat())
            }
            Asked::Statement(sql) if sql.contains("sys.partition_range_values") => {
                let columns = ["number", "bytes", "value"].map(|name| (name, BIGINT));
                let cell =
                    |number: Option<i64>| number.map_or_else(|| vec![0], |number| tds::short(&number.to_le_bytes()));
                let row = |(number, boundary)| tds::row(&[cell(Some(number)), cell(Some(100 << 20)), cell(boundary)]);
                let rows: Vec<u8> =
                    [(1, None), (2, Some(10)), (3, Some(20)), (4, Some(30))].into_iter().flat_map(row).collect();
                Reply::Answer([tds::columns(&columns), rows, tds::done()].concat())
            }
            Asked::Statement(sql) if sql.contains("sys.indexes") => keys(400 << 20, &[]),
            other => tds::hospitable(other),
        });
        let mut connection = enter(&server, &Settings::default()).await.unwrap();
        let scan = scan(&[("note", DataType::Utf8), ("day", DataType::Date32)]);
        let splits = connection.splits(&scan, Sizes { most: 32, bytes: 100 << 20, largest: None }).await.unwrap();
        let [second, third, fourth] = expected.map(|day| vec![Value::Date(day)]);
        assert_eq!(begins(&splits), [Vec::new(), second, third, fourth]);
    }
}

/// From -1,000 to 3,000.
fn quarters() -> [Split; 4] {
    let range = |from: &[i64], below: &[i64], nulls| {
        Split::Range(KeyRange {
            columns: vec!["id".into()],
            from: place(from),
            below: place(below),
            nulls,
            moment: None,
        })
    };
    [
        range(&[], &[0], true),
        range(&[0], &[1_000], false),
        range(&[1_000], &[2_000], false),
        range(&[2_000], &[], false),
    ]
}

/// Where slices begin.
fn begins(splits: &[Split]) -> Vec<Vec<Value>> {
    let begin = |split: &Split| match split {
        Split::Range(range) => range.from.clone(),
        other => panic!("{other:?}"),
    };
    splits.iter().map(begin).collect()
}

fn place(values: &[i64]) -> Vec<Value> {
    values.iter().copied().map(Value::Int).collect()
}

#[tokio::test]
async fn a_column_that_was_named_is_cut_along_unasked_for_keys_and_its_ends_are_read_in_one_go() {
    let server = Server::start(keyed(1, (-1_000, 3_000)));
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let along = |column: &str| {
        let columns = [("note", DataType::Utf8), ("id", DataType::Int32)];
        Scan { split_by: Some(column.to_owned()), ..scan(&columns) }
    };
    let sizes = Sizes { most: 4, bytes: 128 << 20, largest: None };
    assert_eq!(connection.splits(&along("id"), sizes).await.unwrap(), quarters());
    let asked: Vec<String> = server.asked.try_iter().filter_map(Asked::text).collect();
    let ends: Vec<&String> = asked.iter().filter(|sql| sql.contains("MIN(")).collect();
    assert_eq!(ends, ["SELECT MIN([id]), MAX([id]) FROM [s].[t]"]);
    assert!(!asked.iter().any(|sql| sql.contains("sys.indexes")), "{asked:?}");
    for (column, told) in [("other", "no column"), ("note", "which is Utf8")] {
        let error = connection.splits(&along(column), sizes).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        let column = format!("{column:?}");
        for part in ["table \"s\".\"t\"", column.as_str(), told] {
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}

#[tokio::test]
async fn a_table_whose_keys_the_server_does_not_tell_is_read_at_once() {
    let server = Server::start(|asked| match asked {
        Asked::Statement(sql) if sql.contains("sys.indexes") => Reply::Answer(tds::refusal(229, 14, "not yours")),
        other => tds::hospitable(other),
    });
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let splits = connection
        .splits(&scan(&[("id", DataType::Int32)]), Sizes { most: 32, bytes: 1, largest: None })
        .await
        .unwrap();
    assert_eq!(splits, [Split::Whole]);
}
