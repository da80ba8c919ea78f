//! Expressions that the rival breaks on.

use arrow_schema::DataType;
use connector_core::{Bound, Domain, Function, Value, Values};

use crate::asked::{call, column, constant, in_domain, int, kept, not, passing, pushed, range, text, typed};
use crate::support::{self, read, scan, shown, table};

#[tokio::test]
async fn e_isdist_null_constants_and_bare_flags_are_answered() {
    for server in support::servers() {
        server
            .schema(
                "e_null",
                "CREATE TABLE t (id int, a int, b bool, c bit(1)); INSERT INTO t VALUES (1, 1, true, 1), (2, NULL, false, 0), \
                 (3, 3, NULL, NULL)",
            )
            .await;
        let a = || column("a", DataType::Int32);
        let flag = |name: &str| column(name, DataType::Boolean);
        let nullif = typed(Function::NullIf, vec![a(), int(Some(1))], DataType::Int32);
        let is_one = || call(Function::Equal, vec![a(), int(Some(1))]);
        for (filter, expected) in [
            (call(Function::IsDistinctFrom, vec![a(), int(Some(1))]), vec!["2", "3"]),
            (call(Function::IsDistinctFrom, vec![a(), int(None)]), vec!["1", "3"]),
            (not(call(Function::IsDistinctFrom, vec![a(), int(None)])), vec!["2"]),
            (call(Function::Equal, vec![a(), int(None)]), vec![]),
            (flag("b"), vec!["1"]),
            (not(flag("b")), vec!["2"]),
            (flag("c"), vec!["1"]),
            (not(flag("c")), vec!["2"]),
            (call(Function::Equal, vec![nullif, int(Some(3))]), vec!["3"]),
            (call(Function::Equal, vec![flag("b"), is_one()]), vec!["1"]),
            (call(Function::IsNull, vec![is_one()]), vec!["2"]),
            (call(Function::Equal, vec![flag("b"), flag("c")]), vec!["1", "2"]),
        ] {
            assert_eq!(passing(server, "e_null", filter.clone()).await, pushed(&expected), "{filter:?}");
        }
    }
}

#[tokio::test]
async fn e_div_e_divzero_and_e_decdiv_are_computed_above_as_athena_does() {
    for server in support::servers() {
        server
            .schema(
                "e_div",
                "CREATE TABLE t (id int, a int, b int, d decimal(10,2)); INSERT INTO t VALUES (1, 5, 2, 10), (2, -5, 2, 7), (3, 7, -3, 1)",
            )
            .await;
        let ab = || vec![column("a", DataType::Int32), column("b", DataType::Int32)];
        for (function, result, expected) in [
            (Function::Divide, 2, vec!["1"]),
            (Function::Divide, -2, vec!["2", "3"]),
            (Function::Modulus, -1, vec!["2"]),
            (Function::Multiply, -21, vec!["3"]),
            (Function::Subtract, 10, vec!["3"]),
            (Function::Add, -3, vec!["2"]),
        ] {
            let computed = typed(function, ab(), DataType::Int32);
            let filter = call(Function::Equal, vec![computed, int(Some(result))]);
            assert_eq!(passing(server, "e_div", filter).await, kept(&expected), "{function:?}");
        }
        let third = typed(
            Function::Divide,
            vec![
                column("d", DataType::Decimal128(10, 2)),
                constant(Value::Decimal { unscaled: 3, scale: 0 }, DataType::Decimal128(1, 0)),
            ],
            DataType::Decimal128(10, 2),
        );
        let wanted = constant(Value::Decimal { unscaled: 333, scale: 2 }, DataType::Decimal128(10, 2));
        assert_eq!(passing(server, "e_div", call(Function::Equal, vec![third, wanted])).await, kept(&["1"]));
        let by_zero = typed(Function::Divide, vec![column("a", DataType::Int32), int(Some(0))], DataType::Int32);
        let mut connection = server.connect().await;
        let mut scan = scan(&table(connection.as_mut(), "e_div", "t").await);
        scan.filters = vec![call(Function::Equal, vec![by_zero, int(Some(1))])];
        let rendered = connector_core::sql::render(&scan, connector_mysql::CONNECTOR.dialect()).unwrap();
        assert_eq!(rendered.remainder.filters, scan.filters);
        assert!(!connection.capabilities().functions.contains(&Function::Divide));
        // The evaluator above fails, as Athena does.
        scan.filters.clear();
        let rows = read(connection.as_mut(), &scan).await;
        assert!(connector_core::eval::filter(&rows, &[], &rendered.remainder.filters).is_err());
    }
}

#[tokio::test]
async fn e_quote_a_name_with_quotes_is_a_name() {
    for server in support::servers() {
        let name = "x` is null) or (1=1) or (`x";
        server
            .schema(
                "e_quote",
                &format!(
                    "CREATE TABLE t (id int, `{}` int, `a``b` int, `c.d ?%\\\\` int); INSERT INTO t VALUES (1, NULL, 1, 1), (2, 2, 2, 2)",
                    name.replace('`', "``")
                ),
            )
            .await;
        let null = call(Function::IsNull, vec![column(name, DataType::Int32)]);
        assert_eq!(passing(server, "e_quote", null).await, pushed(&["1"]));
        let mut connection = server.connect().await;
        let table = table(connection.as_mut(), "e_quote", "t").await;
        for odd in ["a`b", table.columns[3].name.as_str()] {
            let filter = call(Function::Equal, vec![column(odd, DataType::Int32), int(Some(2))]);
            assert_eq!(passing(server, "e_quote", filter).await, pushed(&["2"]), "{odd}");
        }
    }
}

#[tokio::test]
async fn f_equatable_f_none_f_allnull_value_sets_of_every_kind_are_answered() {
    for server in support::servers() {
        server
            .schema(
                "f_sets",
                "CREATE TABLE t (id int, s varchar(9)); INSERT INTO t VALUES (1, 'a'), (2, NULL), (3, 'b')",
            )
            .await;
        let listed = |values, nulls| Domain { data_type: DataType::Utf8, values, nulls };
        let a = || vec![text("a")];
        for (domain, expected) in [
            (listed(Values::In(a()), false), vec!["1"]),
            (listed(Values::In(a()), true), vec!["1", "2"]),
            (listed(Values::NotIn(a()), false), vec!["3"]),
            (listed(Values::NotIn(a()), true), vec!["2", "3"]),
            (Domain::all(DataType::Utf8), vec!["1", "2", "3"]),
            (Domain::not_null(DataType::Utf8), vec!["1", "3"]),
            (Domain::only_null(DataType::Utf8), vec!["2"]),
            (listed(Values::In(Vec::new()), false), vec![]),
            (listed(Values::Ranges(Vec::new()), false), vec![]),
        ] {
            assert_eq!(in_domain(server, "f_sets", "s", domain.clone()).await, pushed(&expected), "{domain:?}");
        }
    }
}

#[tokio::test]
async fn f_hugein_sixty_thousand_values_are_bound_and_more_are_compared_above() {
    for server in support::servers() {
        let rows: Vec<String> = (1..=100).map(|id| format!("({id}, '{id}')")).collect();
        let sql = format!("CREATE TABLE t (id int, s varchar(9)); INSERT INTO t VALUES {}", rows.join(", "));
        server.schema("f_hugein", &sql).await;
        for (count, by_source) in [(60_000, true), (70_000, false)] {
            let values = (51..51 + count).map(Value::Int).collect();
            let domain = Domain { data_type: DataType::Int32, values: Values::In(values), nulls: false };
            let (found, pushed) = in_domain(server, "f_hugein", "id", domain).await;
            assert_eq!((found.len(), pushed), (50, by_source), "{count}");
        }
        let values = (51..20_051).map(|id| text(&id.to_string())).collect();
        let domain = Domain { data_type: DataType::Utf8, values: Values::In(values), nulls: false };
        assert_eq!(in_domain(server, "f_hugein", "s", domain).await.0.len(), 50);
    }
}

#[tokio::test]
async fn a_limit_is_applied_at_the_source() {
    for server in support::servers() {
        let rows: Vec<String> = (1..=100).map(|id| format!("({id})")).collect();
        server.schema("e_limit", &format!("CREATE TABLE t (id int); INSERT INTO t VALUES {}", rows.join(", "))).await;
        let mut connection = server.connect().await;
        let mut scan = scan(&table(connection.as_mut(), "e_limit", "t").await);
        for (limit, rows) in [(Some(0), 0), (Some(7), 7), (Some(u64::MAX), 100), (None, 100)] {
            scan.limit = limit;
            assert_eq!(shown(&read(connection.as_mut(), &scan).await, "id").len(), rows);
        }
    }
}

#[tokio::test]
async fn a_text_with_a_zero_byte_is_compared_like_any_other() {
    for server in support::servers() {
        server
            .schema(
                "e_zero",
                "CREATE TABLE t (id int, s varchar(9)); INSERT INTO t VALUES (1, 'a'), (2, 'ab'), (3, NULL), (4, 'b'), (5, 'a\\0b')",
            )
            .await;
        let odd = || text("a\0b");
        for (domain, expected) in [
            (Domain::single(DataType::Utf8, odd()), vec!["5"]),
            (range(DataType::Utf8, Bound::Unbounded, Bound::Excluded(odd())), vec!["1"]),
            (range(DataType::Utf8, Bound::Included(odd()), Bound::Unbounded), vec!["2", "4", "5"]),
        ] {
            assert_eq!(in_domain(server, "e_zero", "s", domain.clone()).await, pushed(&expected), "{domain:?}");
        }
    }
}
