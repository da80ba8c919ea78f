use super::super::{Grammar, LONGEST, Query};
use super::*;

const ALL: [Grammar; 4] = [Grammar::PostgreSql, Grammar::MySql, Grammar::SqlServer, Grammar::Oracle];

fn refusal(text: &str, grammar: Grammar) -> Error {
    Query::check(text, grammar).expect_err(&format!("{grammar:?} lets through: {text}"))
}

#[test]
fn queries_that_read_are_let_through() {
    let everywhere = [
        "select 1 as a, 2 as a",
        "SELECT a, count(*) FROM s.t WHERE b <> 'it''s; drop table t' GROUP BY a HAVING count(*) > 1 ORDER BY 2 DESC",
        "with x as (select 1 as a), y as (select a from x) select * from y union all select 2",
        "select * from (select a from t where exists (select 1 from u where u.a = t.a)) q left join v on v.a = q.a",
        "select case when a > 1 then 'x' else null end, cast(b as decimal(10,2)), sum(c) over (partition by a order by b) from t",
        "-- first\nselect 1 /* DELETE FROM t */ -- last",
        "  select 1 ;; \n ; ",
    ];
    for grammar in ALL {
        for text in everywhere {
            Query::check(text, grammar).unwrap_or_else(|error| panic!("{grammar:?}: {text}: {error}"));
        }
    }
    for (grammar, text) in [
        (
            Grammar::PostgreSql,
            "select x::numeric(10,2), j->>'a', a @> array[1,2], $$it's$$ from t, lateral (select 1) l",
        ),
        (
            Grammar::PostgreSql,
            "select count(*) filter (where a), string_agg(b, ',' order by b) from t group by rollup (c)",
        ),
        (
            Grammar::PostgreSql,
            "select * from generate_series(1, 3) with ordinality as g(i, n) where i = any (array[1, 2])",
        ),
        (Grammar::PostgreSql, "values (1, 'a'), (2, 'b')"),
        (Grammar::PostgreSql, "select 1 /* /* */ ; drop table t -- */"),
        (
            Grammar::PostgreSql,
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 9) select i from n",
        ),
        (Grammar::PostgreSql, "select '\\', E'a\\'b' from t where j ? 'key'"),
        (Grammar::MySql, "select `a b`, if(a, 'x\\'y', \"z\"), group_concat(b order by c separator ';') from t # end"),
        (Grammar::MySql, "select json_extract(j, '$.a'), a div 2, date_add(d, interval 1 day) from t limit 5, 10"),
        (
            Grammar::SqlServer,
            "select top 5 [a b], isnull(c, 0), [update], \"delete\" from dbo.t with (nolock) order by 1",
        ),
        (Grammar::SqlServer, "select * from t cross apply (select max(b) as m from u where u.a = t.a) x"),
        (Grammar::Oracle, "select nvl(a, 0), rownum from t where rownum < 5"),
        (Grammar::Oracle, "select q'[it's]' from dual"),
        // One text: a backslash takes the quote in.
        (Grammar::MySql, "select '\\'; drop table t; -- '"),
    ] {
        Query::check(text, grammar).unwrap_or_else(|error| panic!("{grammar:?}: {text}: {error}"));
    }
}

#[test]
fn whatever_does_more_than_read_is_refused_by_its_kind() {
    let everywhere = [
        ("insert into t values (1)", "INSERT"),
        ("update t set a = 1", "UPDATE"),
        ("delete from t", "DELETE"),
        ("drop table t", "DROP"),
        ("create table t (a int)", "CREATE"),
        ("truncate table t", "TRUNCATE"),
        ("grant select on t to u", "GRANT"),
        ("commit", "COMMIT"),
        ("set a = 1", "SET"),
        ("call p()", "CALL"),
        ("explain analyze select 1", "EXPLAIN"),
        ("merge into t using u on t.a = u.a when matched then delete", "MERGE"),
        ("select 1; select 2", "more than one statement"),
        ("select 1 as a; drop table t; commit", ""),
    ];
    for grammar in ALL {
        for (text, told) in everywhere {
            let error = refusal(text, grammar);
            assert_eq!(error.kind(), ErrorKind::Forbidden, "{grammar:?}: {text}: {error}");
            let named = error.to_string().contains(told) || grammar == Grammar::SqlServer;
            assert!(named, "{grammar:?}: {text}: {error}");
        }
    }
    for (grammar, text) in ATTACKS {
        // What the parser does not know is refused with other words.
        let error = refusal(text, *grammar);
        assert!(matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::Invalid), "{grammar:?}: {text}: {error}");
    }
}

const ATTACKS: &[(Grammar, &str)] = &[
    (Grammar::PostgreSql, "delete from t returning id"),
    (Grammar::PostgreSql, "insert into t values (1) returning id"),
    (Grammar::PostgreSql, "with d as (delete from t returning id) select id from d"),
    (Grammar::PostgreSql, "with d as (insert into t values (1) returning id) select id from d"),
    (Grammar::PostgreSql, "with d as (update t set a = 1 returning id) select id from d"),
    (Grammar::PostgreSql, "select * from (with d as (delete from t returning id) select id from d) q"),
    (Grammar::PostgreSql, "select 1 where 1 in (with d as (delete from t returning id) select id from d)"),
    (Grammar::PostgreSql, "select 1 union all (with d as (delete from t returning id) select id from d)"),
    (Grammar::PostgreSql, "select * into u from t"),
    (Grammar::PostgreSql, "select * from (select 1 into u) q"),
    (Grammar::PostgreSql, "select * from t for update"),
    (Grammar::PostgreSql, "select * from t for no key update skip locked"),
    (Grammar::PostgreSql, "select * from t for share"),
    (Grammar::PostgreSql, "select * from (select * from t for update) q"),
    (Grammar::PostgreSql, "copy t to program 'id'"),
    (Grammar::PostgreSql, "copy (select 1) to '/tmp/x'"),
    (Grammar::PostgreSql, "do $$ begin delete from t; end $$"),
    (Grammar::PostgreSql, "execute q"),
    (Grammar::PostgreSql, "listen x"),
    (Grammar::PostgreSql, "lock table t"),
    (Grammar::PostgreSql, "vacuum"),
    (Grammar::PostgreSql, "reset all"),
    (Grammar::PostgreSql, "select 1) as q(a); drop table t; select * from (select 1"),
    (Grammar::MySql, "select 1 /* /* */ ; drop table t -- */"),
    (Grammar::Oracle, "select 1 /* /* */ ; drop table t -- */"),
    (Grammar::MySql, "select * from t into outfile '/tmp/x'"),
    (Grammar::MySql, "select * into outfile '/tmp/x' from t"),
    (Grammar::MySql, "select a into @a from t"),
    (Grammar::MySql, "select * from t lock in share mode"),
    (Grammar::MySql, "select * from t for update"),
    (Grammar::MySql, "select 1 /*! into outfile '/tmp/x' */"),
    (Grammar::MySql, "select 1 /*!50000 ; drop table t */"),
    (Grammar::MySql, "select 1 /*M! into @a */"),
    (Grammar::MySql, "load data infile '/etc/passwd' into table t"),
    (Grammar::MySql, "handler t open"),
    (Grammar::PostgreSql, "select '\\'; drop table t; -- '"),
    (Grammar::SqlServer, "exec xp_cmdshell 'dir'"),
    (Grammar::SqlServer, "execute sp_executesql N'drop table t'"),
    (Grammar::SqlServer, "select * from t exec xp_cmdshell 'dir'"),
    (Grammar::SqlServer, "select * from t exec('drop table t')"),
    (Grammar::SqlServer, "select 1 drop table t"),
    (Grammar::SqlServer, "select 1 a delete from t"),
    (Grammar::SqlServer, "select * into u from t"),
    (Grammar::SqlServer, "select * from openrowset('SQLNCLI', 'x', 'delete from t')"),
    (Grammar::SqlServer, "select * from OpenQuery(linked, 'delete from t')"),
    (Grammar::SqlServer, "declare @a int"),
    (Grammar::SqlServer, "waitfor delay '0:0:10'"),
    (Grammar::Oracle, "begin delete from t; end;"),
    (Grammar::Oracle, "select * from t for update nowait"),
    (Grammar::Oracle, "select a into b from t"),
    (Grammar::Oracle, "alter session set nls_sort = binary"),
];

#[test]
fn nothing_of_the_text_is_told() {
    for text in [
        "select 'hunter2' hunter2 hunter2",
        "delete from t where p = 'hunter2'",
        "select 'hunter2",
        "hunter2",
        "select (",
    ] {
        for grammar in ALL {
            let error = refusal(text, grammar);
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }
    let error = refusal("select a\nfrom t group order by", Grammar::PostgreSql);
    assert!(error.to_string().contains("line 2") && error.hint_text().unwrap().contains("view"), "{error}");
    assert!(!format!("{:?}", Query::check("select 'hunter2'", Grammar::MySql).unwrap()).contains("hunter2"));
}

#[test]
fn a_query_has_no_parameters_and_is_not_empty() {
    for (text, grammar) in [
        ("select $1", Grammar::PostgreSql),
        ("select ?", Grammar::MySql),
        ("select a from t where a = :v1", Grammar::Oracle),
    ] {
        assert_eq!(refusal(text, grammar).kind(), ErrorKind::Invalid, "{text}");
    }
    for text in ["", " ; ", "-- nothing"] {
        assert_eq!(refusal(text, Grammar::PostgreSql).kind(), ErrorKind::Invalid, "{text:?}");
    }
}

#[test]
fn the_longest_and_the_deepest_text_overflow_no_stack() {
    for grammar in ALL {
        let terms = (LONGEST - 8) / 2;
        let sum = format!("select 1{}", "+1".repeat(terms));
        Query::check(&sum, grammar).unwrap_or_else(|error| panic!("{grammar:?}: {error}"));
        let longer = format!("{sum}{}", "+1".repeat(8));
        assert_eq!(refusal(&longer, grammar).kind(), ErrorKind::TooLarge);
        let union = format!("select 1{}", " union select 1".repeat((LONGEST - 8) / 15));
        Query::check(&union, grammar).unwrap_or_else(|error| panic!("{grammar:?}: {error}"));
        let nested = |depth: usize| format!("select {}1{}", "(".repeat(depth), ")".repeat(depth));
        Query::check(&nested(DEEPEST), grammar).unwrap_or_else(|error| panic!("{grammar:?}: {error}"));
        assert_eq!(refusal(&nested(DEEPEST + 1), grammar).kind(), ErrorKind::TooLarge);
        let nots = format!("select {} a", "not ".repeat(LONGEST / 4 - 8));
        drop(Query::check(&nots, grammar));
    }
}

/// A parser that reads again what it could not read takes for ever here.
#[test]
fn what_cannot_be_read_is_given_up_in_time() {
    for open in ["not (", "position(", "cast(", "interval not (", "f(", "(select * from ("] {
        let text = format!("select {}a a a a{}", open.repeat(15), ")".repeat(15));
        let kind = refusal(&text, Grammar::PostgreSql).kind();
        assert!(matches!(kind, ErrorKind::TooLarge | ErrorKind::Invalid), "{open}: {kind:?}");
    }
    let from = format!("select * from {}a a a a a{}", "(select * from ".repeat(29), " q)".repeat(29));
    assert_eq!(refusal(&from, Grammar::PostgreSql).kind(), ErrorKind::Invalid);
}
