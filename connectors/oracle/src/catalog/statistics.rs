//! How the rows of a table lie along a column, as the server's statistics have it.
//!
//! Only a hint where to cut: statistics are as old as when they were gathered, and often of a part of the rows.

use arrow_schema::DataType;
use connector_core::split::{Step, known_value};
use connector_core::{Column, Result, Table, Value};

use super::maybe;
use crate::bind::{DATE, Parameter};
use crate::session::{Row, Session};

/// What the statistics say of a column.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Known {
    /// How many values it has, where that is known.
    pub(super) values: Option<u64>,
    /// How the rows lie; empty where there is no histogram.
    pub(super) histogram: Vec<Step>,
}

/// The endpoints of a column's histogram in their order; a column without one has its ends for endpoints, and its kind says so. None
/// where a row policy stands on the table, whatever it is for: the server would show all the same what the rows that it hides have.
fn statement(column: &Column) -> String {
    format!(
        "SELECT s.num_distinct, s.histogram, h.endpoint_number, {value}, h.endpoint_repeat_count FROM all_tab_col_statistics s \
         LEFT JOIN all_tab_histograms h ON h.owner = s.owner AND h.table_name = s.table_name AND h.column_name = s.column_name \
         WHERE s.owner = :v1 AND s.table_name = :v2 AND s.column_name = :v3 \
         AND NOT EXISTS (SELECT 1 FROM all_policies y WHERE y.object_owner = s.owner AND y.object_name = s.table_name) \
         ORDER BY h.endpoint_number",
        value = shown(column)
    )
}

/// An endpoint as a key's value is told. That of a time is a Julian day with the part of it that has passed, which is no decimal of
/// finite length: it is rounded to what it was made of, for floored it would be the second or the millisecond before. Days before
/// 1582-10-15 come out some days off, as the server's calendar is another one there, in the same order.
fn shown(column: &Column) -> &'static str {
    match (column.mapping.bind_as, &column.mapping.data_type) {
        (Some(DATE), _) => "ROUND((h.endpoint_value - 2440588) * 86400) * 1000",
        (_, DataType::Date64) => "ROUND((h.endpoint_value - 2440588) * 86400000)",
        _ => "h.endpoint_value",
    }
}

/// What the statistics that the user may see say of a column.
pub(super) async fn known(session: &mut Session, table: &Table, column: &Column) -> Result<Known> {
    let of = [&table.name.schema, &table.name.table, &column.remote_name].map(|name| Parameter::text(Some(name)));
    let rows = session.query(statement(column), of.into()).await?;
    Ok(told(&rows, column))
}

/// What the rows of [`statement`] say.
fn told(rows: &[Row], column: &Column) -> Known {
    let number = |row: &Row, cell| maybe(row, cell).and_then(|digits| digits.parse::<u64>().ok());
    let Some(first) = rows.first() else { return Known::default() };
    let endpoint = |row: &Row| {
        let value = maybe(row, 3).and_then(|told| known_value(column, &told));
        Some(Endpoint { number: number(row, 2)?, value, alike: number(row, 4).unwrap_or(0) })
    };
    let kind = maybe(first, 1).and_then(|name| Kind::of(&name));
    let histogram = kind.map(|kind| kind.steps(rows.iter().filter_map(endpoint))).unwrap_or_default();
    Known { values: number(first, 0), histogram }
}

/// Where a bucket of a histogram ends.
struct Endpoint {
    /// How much there is up to it, itself included: buckets, or rows of those that were looked at.
    number: u64,
    /// None, if its digits are none of the column's type.
    value: Option<Value>,
    /// How many rows have its value; only told in a hybrid histogram.
    alike: u64,
}

/// What the endpoints of a histogram count.
#[derive(Clone, Copy)]
enum Kind {
    /// The rows of each value, or of those that most rows have; then there are few others, of which nothing is known.
    Frequency,
    /// Buckets of as many rows each. Of those that end at one value only the last is told.
    Balanced,
    /// Rows, and of them those that have the endpoint's own value.
    Hybrid,
}

impl Kind {
    /// By its name in the catalog; none for a column without a histogram.
    fn of(name: &str) -> Option<Self> {
        match name {
            "FREQUENCY" | "TOP-FREQUENCY" => Some(Self::Frequency),
            "HEIGHT BALANCED" => Some(Self::Balanced),
            "HYBRID" => Some(Self::Hybrid),
            _ => None,
        }
    }

    fn steps(self, endpoints: impl Iterator<Item = Endpoint>) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        // How much there is up to the endpoint before, and behind the last step of it.
        let (mut before, mut between) = (0, 0_u64);
        for Endpoint { number, value, alike } in endpoints {
            let here = number.saturating_sub(before);
            before = number;
            let Some(value) = value else {
                between = between.saturating_add(here);
                continue;
            };
            let is_least = steps.is_empty();
            let equal = match self {
                Self::Frequency => here,
                // In the first bucket that ends at a value are others, too, but for the least of all.
                Self::Balanced => here.saturating_sub(u64::from(!is_least)),
                Self::Hybrid => alike.min(here),
            };
            let below = if is_least { 0 } else { between.saturating_add(here - equal) };
            between = 0;
            // Two times within one millisecond.
            if let Some(last) = steps.last_mut().filter(|last| last.value == value) {
                last.equal = last.equal.saturating_add(below).saturating_add(equal);
            } else {
                steps.push(Step { value, rows: below, equal });
            }
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use connector_core::{ColumnMapping, Pushdown, ReadAs};

    use super::*;

    fn column(data_type: DataType, bind_as: Option<&'static str>) -> Column {
        let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as, pushdown: Pushdown::Full };
        Column { name: "k".into(), remote_name: "K".into(), comment: None, announced: None, mapping }
    }

    fn number() -> Column {
        column(DataType::Int64, None)
    }

    /// Rows as the statement gives them: number, value and repeat count of each endpoint of a column of 1,000 values.
    fn rows(kind: &str, endpoints: &[(u64, &str, u64)]) -> Vec<Row> {
        let row = |(number, value, alike): &(u64, &str, u64)| -> Row {
            let cells =
                ["1000".to_owned(), kind.to_owned(), number.to_string(), (*value).to_owned(), alike.to_string()];
            cells.map(|cell| Some(cell).filter(|cell| !cell.is_empty())).into()
        };
        endpoints.iter().map(row).collect()
    }

    /// Value, rows below it and rows of it.
    fn steps(kind: &str, endpoints: &[(u64, &str, u64)]) -> Vec<(i64, u64, u64)> {
        let known = told(&rows(kind, endpoints), &number());
        assert_eq!(known.values, Some(1_000));
        let step = |step: Step| match step.value {
            Value::Int(value) => (value, step.rows, step.equal),
            other => panic!("{other:?}"),
        };
        known.histogram.into_iter().map(step).collect()
    }

    #[test]
    fn a_frequency_is_the_rows_of_a_value() {
        let endpoints = [(5, "-3", 0), (905, "0", 0), (1_000, "7", 0)];
        for kind in ["FREQUENCY", "TOP-FREQUENCY"] {
            assert_eq!(steps(kind, &endpoints), [(-3, 0, 5), (0, 0, 900), (7, 0, 95)], "{kind}");
        }
    }

    #[test]
    fn a_value_at_which_several_buckets_end_has_all_but_the_first_of_them() {
        let endpoints = [(0, "1", 0), (1, "10", 0), (5, "20", 0), (6, "90", 0)];
        assert_eq!(steps("HEIGHT BALANCED", &endpoints), [(1, 0, 0), (10, 1, 0), (20, 1, 3), (90, 1, 0)]);
        let of_the_least = [(4, "1", 0), (5, "10", 0)];
        assert_eq!(steps("HEIGHT BALANCED", &of_the_least), [(1, 0, 4), (10, 1, 0)]);
    }

    #[test]
    fn a_hybrid_histogram_counts_rows_and_those_of_its_endpoints() {
        let endpoints = [(3, "1", 3), (103, "10", 1), (903, "20", 750), (1_000, "90", 1)];
        assert_eq!(steps("HYBRID", &endpoints), [(1, 0, 3), (10, 99, 1), (20, 50, 750), (90, 96, 1)]);
        assert_eq!(steps("HYBRID", &[(3, "1", 9), (2, "2", 9)]), [(1, 0, 3), (2, 0, 0)], "whatever it says");
    }

    #[test]
    fn a_column_without_a_histogram_has_none_though_its_ends_are_told() {
        let ends = [(0, "1", 0), (1, "99", 0)];
        assert_eq!(steps("NONE", &ends), []);
        assert_eq!(steps("", &ends), []);
        assert_eq!(told(&[], &number()), Known::default());
        let of_no_endpoint: Row = vec![Some("1000".into()), Some("NONE".into()), None, None, None];
        assert_eq!(told(&[of_no_endpoint], &number()), Known { values: Some(1_000), histogram: Vec::new() });
    }

    #[test]
    fn an_endpoint_that_is_no_value_of_the_column_lies_on_the_way_to_the_next() {
        let endpoints = [(3, "1", 3), (103, "1.5", 90), (104, "", 1), (203, "20", 9)];
        assert_eq!(steps("HYBRID", &endpoints), [(1, 0, 3), (20, 191, 9)]);
        let buckets = [(0, "1", 0), (1, "1.5", 0), (2, "20", 0)];
        assert_eq!(steps("HEIGHT BALANCED", &buckets), [(1, 0, 0), (20, 2, 0)]);
    }

    #[test]
    fn two_endpoints_of_one_value_are_one_step() {
        let time = column(DataType::Date64, None);
        let known = told(&rows("HYBRID", &[(1, "-5", 1), (4, "0", 1), (9, "0", 2), (10, "1", 1)]), &time);
        let step = |value, rows, equal| Step { value: Value::Millis(value), rows, equal };
        assert_eq!(known.histogram, [step(-5, 0, 1), step(0, 2, 6), step(1, 0, 1)]);
    }

    #[test]
    fn an_endpoint_is_told_as_the_keys_values_are() {
        let decimal =
            told(&rows("FREQUENCY", &[(1, "-0.05", 0), (2, "12", 0)]), &column(DataType::Decimal128(9, 2), None));
        let values: Vec<Value> = decimal.histogram.into_iter().map(|step| step.value).collect();
        assert_eq!(values, [-5, 1_200].map(|unscaled| Value::Decimal { unscaled, scale: 2 }));
        for (column, value) in [
            (number(), ", h.endpoint_value, "),
            (column(DataType::Decimal128(38, 10), None), ", h.endpoint_value, "),
            (column(DataType::Date64, Some(DATE)), "ROUND((h.endpoint_value - 2440588) * 86400) * 1000"),
            (column(DataType::Date64, None), "ROUND((h.endpoint_value - 2440588) * 86400000)"),
        ] {
            let sql = statement(&column);
            assert!(sql.contains(value), "{sql}");
            assert_eq!(sql.matches('(').count(), sql.matches(')').count(), "{sql}");
            assert!([":v1", ":v2", ":v3"].iter().all(|place| sql.matches(place).count() == 1), "{sql}");
            assert!(sql.contains("NOT EXISTS (SELECT 1 FROM all_policies"), "{sql}");
        }
    }
}
