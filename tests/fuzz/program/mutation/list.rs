//! The rules, and how each is broken.

use std::fmt::Write;

use connector_core::Function::{
    And, Equal, GreaterThan, GreaterThanOrEqual, IsDistinctFrom, LessThan, LessThanOrEqual, LikePattern, Not, NotEqual,
    NullIf, Or,
};
use connector_core::{
    Bound, Domain, Expr, FunctionForm, KeyRange, Pushdown, Range, ReadAs, Rendered, Scan, Split, Value, Values,
};

use super::{Break, Mutation, Spelling};

/// Every one.
pub fn all() -> Vec<Mutation> {
    [mappings(), spellings(), orders(), domains(), lists(), sent(), slices()].into_iter().flatten().collect()
}

fn breaking(name: &'static str, breaks: Break) -> Mutation {
    Mutation { name, breaks, harmless: &[] }
}

fn but(mutation: Mutation, harmless: &'static [(&'static str, &'static str)]) -> Mutation {
    Mutation { harmless, ..mutation }
}

const NO_NAN: &str = "there is no NaN, the only reason to check again";
const BINARY: &str = "only binary collations that pad nothing have this rule, and their order is that of code points";
const BLANKS: &str = "the server takes the blanks off";
const NOT_PRINTED: &str = "no type is compared as it is printed";

fn mappings() -> Vec<Mutation> {
    let mapping = |name, change| breaking(name, Break::Mapping(change));
    vec![
        mapping("a finer time is compared as it is stored", |mapping| {
            replace(mapping, Pushdown::Millis, Pushdown::Full);
        }),
        but(
            mapping("floats are compared as the source does", |mapping| {
                replace(mapping, Pushdown::Superset, Pushdown::Full);
            }),
            &[("mariadb", NO_NAN), ("mysql", NO_NAN)],
        ),
        mapping("texts are equal by their collation", |mapping| {
            replace(mapping, Pushdown::Collated, Pushdown::CollatedOrder);
        }),
        but(
            mapping("texts are in order by their collation", |mapping| {
                replace(mapping, Pushdown::CollatedOrder, Pushdown::Full);
            }),
            &[("mariadb", BINARY), ("mysql", BINARY)],
        ),
        mapping("what is only asked for NULL is compared", |mapping| {
            replace(mapping, Pushdown::NullsOnly, Pushdown::Full);
        }),
        but(
            mapping("the blanks that fill a char up are read", |mapping| {
                if matches!(mapping.read_as, ReadAs::Unpadded { .. }) {
                    mapping.read_as = ReadAs::Plain;
                }
            }),
            &[
                ("postgresql", "a char becomes a text, which takes its blanks off"),
                ("mariadb", BLANKS),
                ("mysql", BLANKS),
            ],
        ),
    ]
}

fn replace(mapping: &mut connector_core::ColumnMapping, from: Pushdown, to: Pushdown) {
    if mapping.pushdown == from {
        mapping.pushdown = to;
    }
}

fn spellings() -> Vec<Mutation> {
    let spelling = |name, spelling| breaking(name, Break::Spelling(spelling));
    vec![
        spelling("no text is compared by code point", Spelling::OwnCollation),
        spelling("a pattern has the source's escape", Spelling::OwnEscape),
        but(
            spelling("any text is taken for a printed value", Spelling::AnyTextIsPrinted),
            &[("mariadb", NOT_PRINTED), ("mysql", NOT_PRINTED)],
        ),
        spelling("a value that the source lacks is sent", Spelling::EveryValueBinds),
        spelling("LIKE is =", Spelling::As(LikePattern, Equal)),
        spelling("<> is IS DISTINCT FROM", Spelling::As(NotEqual, IsDistinctFrom)),
        spelling("IS DISTINCT FROM is <>", Spelling::As(IsDistinctFrom, NotEqual)),
        spelling("< is <=", Spelling::As(LessThan, LessThanOrEqual)),
        spelling("<= is <", Spelling::As(LessThanOrEqual, LessThan)),
        spelling("> is >=", Spelling::As(GreaterThan, GreaterThanOrEqual)),
        spelling(">= is >", Spelling::As(GreaterThanOrEqual, GreaterThan)),
        spelling("AND is OR", Spelling::As(And, Or)),
        spelling("OR is AND", Spelling::As(Or, And)),
        spelling("NOT is forgotten", Spelling::Form(Not, FunctionForm::Prefix(""))),
        spelling("NOT of NULL is true", Spelling::Form(Not, FunctionForm::Around("COALESCE(NOT ", "", ", TRUE)"))),
        spelling("NULLIF is COALESCE", Spelling::Form(NullIf, FunctionForm::Call("COALESCE"))),
    ]
}

fn orders() -> Vec<Mutation> {
    vec![
        breaking("NULL goes to the other end", Break::Spelling(Spelling::NullsElsewhere)),
        breaking("largest first is smallest first", Break::Spelling(Spelling::OtherDirection)),
        breaking("a limit is one row short", Break::Spelling(Spelling::OneRowLess)),
        breaking("the order before a limit is forgotten", Break::Wanted(|scan| scan.order.clear())),
        breaking(
            "a limit goes in front of what is kept",
            Break::Rendered(|rendered, scan| {
                if let Some(limit) = scan.limit.filter(|_| rendered.remainder.limit) {
                    write!(rendered.statement.sql, " LIMIT {limit}").unwrap();
                }
            }),
        ),
        breaking(
            "rows without columns are one row",
            Break::Rendered(|rendered, _| {
                if rendered.statement.columns.is_empty() && !rendered.statement.sql.contains("LIMIT") {
                    rendered.statement.sql.push_str(" LIMIT 1");
                }
            }),
        ),
    ]
}

fn domains() -> Vec<Mutation> {
    let wanted = |name, change| breaking(name, Break::Wanted(change));
    vec![
        wanted("the NULL of a domain is lost", |scan| of_domains(scan, |domain| domain.nulls = false)),
        wanted("NULL passes every domain", |scan| of_domains(scan, |domain| domain.nulls = true)),
        wanted("a lower end is left out", |scan| of_ranges(scan, |range| exclude(&mut range.low))),
        wanted("an upper end is left out", |scan| of_ranges(scan, |range| exclude(&mut range.high))),
        wanted("an excluded end is let in", |scan| {
            of_ranges(scan, |range| {
                include(&mut range.low);
                include(&mut range.high);
            });
        }),
        wanted("only the first range counts", |scan| {
            of_domains(scan, |domain| {
                if let Values::Ranges(ranges) = &mut domain.values {
                    ranges.truncate(1);
                }
            });
        }),
        wanted("the values of a domain do not count", |scan| of_domains(scan, |domain| domain.values = Values::All)),
        wanted("NOT IN is IN", |scan| {
            of_domains(scan, |domain| {
                if let Values::NotIn(list) = &domain.values {
                    domain.values = Values::In(list.clone());
                }
            });
        }),
    ]
}

fn of_domains(scan: &mut Scan, change: impl Fn(&mut Domain)) {
    scan.domains.values_mut().for_each(change);
}

fn of_ranges(scan: &mut Scan, change: impl Fn(&mut Range)) {
    of_domains(scan, |domain| {
        if let Values::Ranges(ranges) = &mut domain.values {
            ranges.iter_mut().for_each(&change);
        }
    });
}

fn exclude(bound: &mut Bound) {
    if let Bound::Included(value) = bound {
        *bound = Bound::Excluded(value.clone());
    }
}

fn include(bound: &mut Bound) {
    if let Bound::Excluded(value) = bound {
        *bound = Bound::Included(value.clone());
    }
}

fn lists() -> Vec<Mutation> {
    let wanted = |name, change| breaking(name, Break::Wanted(change));
    vec![
        wanted("the last value of a list is lost", |scan| {
            of_domains(scan, |domain| {
                if let Values::In(list) | Values::NotIn(list) = &mut domain.values {
                    list.pop();
                }
            });
        }),
        wanted("the NULL of a list is forgotten", |scan| {
            scan.filters.iter_mut().for_each(|filter| {
                of_lists(filter, &|values| {
                    let some: Vec<_> = values.iter().filter(|value| value.is_some()).cloned().collect();
                    // An empty list is no list.
                    if !some.is_empty() {
                        *values = some;
                    }
                });
            });
        }),
        wanted("only the first condition counts", |scan| scan.filters.truncate(1)),
    ]
}

fn of_lists(expr: &mut Expr, change: &impl Fn(&mut Vec<Option<Value>>)) {
    match expr {
        Expr::List { values, .. } => change(values),
        Expr::Call { args, .. } => args.iter_mut().for_each(|arg| of_lists(arg, change)),
        Expr::Column { .. } | Expr::Constant { .. } => {}
    }
}

fn slices() -> Vec<Mutation> {
    let range = |name, change: fn(&mut KeyRange)| (name, change);
    let of_ranges = [
        range("NULL is in every slice", |range| range.nulls = true),
        range("NULL is in no slice", |range| range.nulls = false),
        range("a slice ends where the next but one begins", |range| range.below.clear()),
        range("a slice has its upper end", |range| {
            if let Some(Value::Int(below)) = range.below.last_mut() {
                *below = below.saturating_add(1);
            }
        }),
        range("a slice lacks its lower end", |range| {
            if let Some(Value::Int(from)) = range.from.last_mut() {
                *from = from.saturating_add(1);
            }
        }),
    ];
    let mut all: Vec<Mutation> =
        of_ranges.into_iter().map(|(name, change)| breaking(name, Break::Sliced(change))).collect();
    all.push(breaking(
        "a slice stands beside the other conditions without parentheses",
        Break::Rendered(|rendered, scan| {
            let (opened, closed) = (" WHERE (", ") AND (");
            if matches!(scan.split, Split::Range(_)) && rendered.statement.sql.contains(closed) {
                // The slice is the first condition.
                let sql = rendered.statement.sql.replacen(opened, " WHERE ", 1);
                rendered.statement.sql = sql.replacen(closed, " AND (", 1);
            }
        }),
    ));
    all
}

fn sent() -> Vec<Mutation> {
    let rendered = |name, change| breaking(name, Break::Rendered(change));
    vec![
        rendered("a domain that was pushed in part is not checked again", |rendered, _| {
            rendered.remainder.domains.clear();
        }),
        rendered("a condition that was kept is forgotten", |rendered, _| rendered.remainder.filters.clear()),
        rendered("a time is sent in whole seconds", |rendered, _| {
            of_values(rendered, |value| {
                if let Value::Millis(millis) = value {
                    *millis = millis.div_euclid(1000) * 1000;
                }
            });
        }),
        rendered("a decimal is sent without its fraction", |rendered, _| {
            of_values(rendered, |value| {
                if let Value::Decimal { unscaled, scale } = value {
                    let unit = 10_i128.pow(u32::try_from(*scale).unwrap());
                    *unscaled = *unscaled / unit * unit;
                }
            });
        }),
        rendered("a text is sent without its last blanks", |rendered, _| {
            of_values(rendered, |value| {
                if let Value::Text(text) = value {
                    text.truncate(text.trim_end_matches(' ').len());
                }
            });
        }),
        rendered("bytes are sent without their last zeros", |rendered, _| {
            of_values(rendered, |value| {
                if let Value::Bytes(bytes) = value {
                    while bytes.pop_if(|byte| *byte == 0).is_some() {}
                }
            });
        }),
        rendered("a whole number is sent as the next one", |rendered, _| {
            of_values(rendered, |value| {
                if let Value::Int(number) = value {
                    *number = number.saturating_add(i64::from(*number < 100));
                }
            });
        }),
    ]
}

fn of_values(rendered: &mut Rendered, change: impl Fn(&mut Value)) {
    rendered.statement.binds.iter_mut().filter_map(|bind| bind.value.as_mut()).for_each(change);
}
