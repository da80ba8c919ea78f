//! How SQL Server spells SQL.

use arrow_schema::{DataType, TimeUnit};
use connector_core::{
    BinaryText, Bind, Dialect, Direction, Function, FunctionForm, Grammar, Nulls, Value, one_family, one_type,
};

use crate::bind;

/// The dialect.
pub(crate) struct TransactSql;

/// The type whose values are compared with uuids themselves, and not with their text.
pub(crate) const UNIQUEIDENTIFIER: &str = "uniqueidentifier";

/// In front of a collation: the type of text in its code page.
pub(crate) const UNDER_COLLATION: &str = "varchar(8000) COLLATE ";

/// Whether it can stand in a statement as the name of a collation.
pub(crate) fn is_collation(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Text under a collation that tells all code points apart. It too takes blanks at the end for nothing, which is why a mark
/// stands behind them. (Bytes would do as well, but a server that only speaks this language, Babelfish, casts to a code page.)
const EXACT: BinaryText = BinaryText {
    open: "(CAST(",
    close: " AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2",
    both_sides: true,
    beside_plain: true,
};

/// The same of what a pattern is matched with; the pattern ends in the mark by itself.
const MATCHED: BinaryText = BinaryText { both_sides: false, beside_plain: false, ..EXACT };

impl Dialect for TransactSql {
    fn identifier(&self, name: &str, out: &mut String) {
        out.push('[');
        for character in name.chars() {
            if character == ']' {
                out.push(']');
            }
            out.push(character);
        }
        out.push(']');
    }

    fn placeholder(&self, n: usize, bind: &Bind, out: &mut String) {
        // So that a NULL needs no type of its own.
        let name = if bind.value.is_some() { format!("@P{n}") } else { "NULL".to_owned() };
        match (&bind.value, bind.source_type) {
            (None, Some(source_type)) if source_type.starts_with(UNDER_COLLATION) => {
                out.push_str("CAST(NULL AS varchar(8000))");
            }
            (_, Some(source_type)) if source_type.starts_with(UNDER_COLLATION) => {
                let collation = source_type.get(UNDER_COLLATION.len()..).unwrap_or_default();
                out.extend(["CAST(", &name, " COLLATE ", collation, " AS varchar(8000))"]);
            }
            (_, Some(source_type)) if source_type == bind::DECIMAL => {
                let (precision, scale) = bind::decimal_type(bind);
                out.push_str(&format!("CAST({name} AS decimal({precision},{scale}))"));
            }
            (_, Some(source_type)) => out.extend(["CAST(", &name, " AS ", source_type, ")"]),
            (_, None) => out.push_str(&name),
        }
    }

    fn bind_type(&self, data_type: &DataType) -> Option<&'static str> {
        Some(match data_type {
            DataType::Boolean => "bit",
            DataType::Int8 | DataType::Int16 => "smallint",
            DataType::Int32 => "int",
            DataType::Int64 => "bigint",
            DataType::Float32 => "real",
            DataType::Float64 => "float(53)",
            DataType::Decimal128(..) => bind::DECIMAL,
            DataType::Utf8 => "nvarchar(4000)",
            DataType::Binary => "varbinary(max)",
            DataType::Date32 => "date",
            DataType::Date64 => "datetime2(3)",
            DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => "datetimeoffset(3)",
            _ => return None,
        })
    }

    fn binds(&self, value: &Value) -> bool {
        bind::exists(value)
    }

    fn prints(&self, own: &str, value: &Value) -> bool {
        matches!(value, Value::Text(text) if own == UNIQUEIDENTIFIER && bind::uuid(text).is_some())
    }

    fn binary_text(&self, function: Function) -> Option<BinaryText> {
        match function {
            Function::Equal | Function::NotEqual | Function::In | Function::IsDistinctFrom => Some(EXACT),
            Function::LikePattern => Some(MATCHED),
            // UTF-16 does not order as code points do.
            _ => None,
        }
    }

    fn function(&self, function: Function, args: &[DataType]) -> Option<FunctionForm> {
        let form = form(function)?;
        means_the_same(function, args).then_some(form)
    }

    /// An underscore stands for a character in Athena, and for half of some here, under most collations.
    fn like_pattern(&self, pattern: &str) -> Option<String> {
        const LONGEST: usize = 4000;
        if pattern.contains('_') {
            return None;
        }
        let mut written = String::with_capacity(pattern.len());
        for character in pattern.chars() {
            // A bracket opens a set; closing ones, circumflexes and hyphens mean something only within.
            if matches!(character, '[' | ESCAPE) {
                written.push(ESCAPE);
            }
            written.push(character);
        }
        written.push(MARK);
        (written.encode_utf16().count() <= LONGEST).then_some(written)
    }

    fn has_truth_values(&self) -> bool {
        false
    }

    fn sort(&self, key: &str, direction: Direction, nulls: Nulls, out: &mut String) {
        // NULL is the lowest value here.
        let is_natural =
            matches!((direction, nulls), (Direction::Ascending, Nulls::First) | (Direction::Descending, Nulls::Last));
        if !is_natural {
            let (null, value) = if nulls == Nulls::First { ("0", "1") } else { ("1", "0") };
            out.extend(["CASE WHEN ", key, " IS NULL THEN ", null, " ELSE ", value, " END, "]);
        }
        out.push_str(key);
        out.push_str(match direction {
            Direction::Ascending => " ASC",
            Direction::Descending => " DESC",
        });
    }

    /// It takes one end from the index, and for both at once reads all of it.
    fn ends_apart(&self) -> Option<&'static str> {
        Some("")
    }

    fn limit(&self, rows: u64, ordered: bool, out: &mut String) {
        // The server counts in 63 bits; no table holds more rows.
        let Ok(rows) = i64::try_from(rows) else { return };
        if !ordered {
            out.push_str(" ORDER BY (SELECT NULL)");
        }
        match rows {
            // To fetch no row at all is refused; to skip them all is not.
            0 => out.push_str(" OFFSET 9223372036854775807 ROWS"),
            rows => out.push_str(&format!(" OFFSET 0 ROWS FETCH NEXT {rows} ROWS ONLY")),
        }
    }

    /// The server takes 2100 parameters, of which the statement and their declaration are two.
    fn grammar(&self) -> Option<Grammar> {
        Some(Grammar::SqlServer)
    }

    fn max_binds(&self) -> usize {
        2000
    }
}

const ESCAPE: char = '!';
/// What `EXACT` puts behind a text.
const MARK: char = '.';

fn form(function: Function) -> Option<FunctionForm> {
    Some(match function {
        Function::And => FunctionForm::Infix(" AND "),
        Function::Or => FunctionForm::Infix(" OR "),
        Function::Not => FunctionForm::Prefix("NOT "),
        Function::IsNull => FunctionForm::IsNull,
        Function::NullIf => FunctionForm::Call("NULLIF"),
        Function::Equal => FunctionForm::Infix(" = "),
        Function::NotEqual => FunctionForm::Infix(" <> "),
        Function::LessThan => FunctionForm::Infix(" < "),
        Function::LessThanOrEqual => FunctionForm::Infix(" <= "),
        Function::GreaterThan => FunctionForm::Infix(" > "),
        Function::GreaterThanOrEqual => FunctionForm::Infix(" >= "),
        // The operator of that name came with SQL Server 2022; a set operation takes NULL for equal to NULL, too.
        Function::IsDistinctFrom => FunctionForm::Around("NOT EXISTS (SELECT ", " INTERSECT SELECT ", ")"),
        Function::LikePattern => FunctionForm::Around("", " LIKE ", " ESCAPE N'!'"),
        Function::In => FunctionForm::In,
        _ => return None,
    })
}

/// Whether the source computes on these types what Athena would.
fn means_the_same(function: Function, args: &[DataType]) -> bool {
    match function {
        Function::And | Function::Or | Function::Not => args.iter().all(|arg| *arg == DataType::Boolean),
        // What cannot be bound cannot be asked about; columns do not come here.
        Function::IsNull => args.iter().all(|arg| TransactSql.bind_type(arg).is_some()),
        // Its value has the first one's type here; a truth value would be no condition, and a text would come back as bytes.
        Function::NullIf => {
            args.iter().all(|arg| compares_alike(arg) && !matches!(arg, DataType::Boolean | DataType::Utf8))
                && one_type(args)
        }
        Function::Equal
        | Function::NotEqual
        | Function::LessThan
        | Function::LessThanOrEqual
        | Function::GreaterThan
        | Function::GreaterThanOrEqual
        | Function::IsDistinctFrom
        | Function::In => args.iter().all(compares_alike) && one_family(args) && have_a_common_decimal(args),
        Function::LikePattern => args.iter().all(|arg| *arg == DataType::Utf8),
        _ => false,
    }
}

/// Types whose values compare at the source as they do in Athena. Floating point does not (NaN), nor do bytes (zeros at the
/// end), nor times finer than a millisecond, which the renderer widens by itself where it can.
fn compares_alike(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Boolean
            | DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::Decimal128(..)
            | DataType::Utf8
            | DataType::Date32
    )
}

/// Numbers of several types are compared as one that holds the digits of each; where none has so many, the server rounds.
fn have_a_common_decimal(args: &[DataType]) -> bool {
    let digits = |data_type: &DataType| match data_type {
        DataType::Int8 | DataType::Int16 => Some((5, 0)),
        DataType::Int32 => Some((10, 0)),
        DataType::Int64 => Some((19, 0)),
        DataType::Decimal128(precision, scale) => Some((i32::from(*precision) - i32::from(*scale), i32::from(*scale))),
        _ => None,
    };
    let before = args.iter().filter_map(digits).map(|(before, _)| before).max().unwrap_or(0);
    let behind = args.iter().filter_map(digits).map(|(_, behind)| behind).max().unwrap_or(0);
    before + behind <= 38
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: Value, data_type: DataType, source_type: &'static str) -> String {
        let mut out = String::new();
        TransactSql.placeholder(1, &Bind { value: Some(value), data_type, source_type: Some(source_type) }, &mut out);
        out
    }

    #[test]
    fn brackets_inside_a_name_are_doubled() {
        let mut out = String::new();
        TransactSql.identifier("x] is null) or (1=1) or ([x", &mut out);
        assert_eq!(out, "[x]] is null) or (1=1) or ([x]");
    }

    #[test]
    fn a_value_is_cast_to_what_it_is_compared_as() {
        let text = || Value::Text("a".into());
        assert_eq!(written(text(), DataType::Utf8, "nvarchar(4000)"), "CAST(@P1 AS nvarchar(4000))");
        assert_eq!(
            written(text(), DataType::Utf8, "varchar(8000) COLLATE Thai_CI_AS"),
            "CAST(@P1 COLLATE Thai_CI_AS AS varchar(8000))"
        );
        let one = Value::Decimal { unscaled: 100, scale: 2 };
        assert_eq!(written(one, DataType::Decimal128(10, 2), bind::DECIMAL), "CAST(@P1 AS decimal(10,2))");
    }

    #[test]
    fn null_is_written_and_never_sent() {
        for (source_type, expected) in [
            (Some("int"), "CAST(NULL AS int)"),
            (Some("varchar(8000) COLLATE Thai_CI_AS"), "CAST(NULL AS varchar(8000))"),
            (None, "NULL"),
        ] {
            let mut out = String::new();
            TransactSql.placeholder(1, &Bind { value: None, data_type: DataType::Int32, source_type }, &mut out);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn a_pattern_means_here_what_it_means_in_athena_or_is_kept() {
        for (pattern, ours) in [
            ("a%", Some("a%.")),
            ("a[b]^c-%", Some("a![b]^c-%.")),
            ("100!%", Some("100!!%.")),
            ("\\%'", Some("\\%'.")),
            ("a_", None),
        ] {
            assert_eq!(TransactSql.like_pattern(pattern).as_deref(), ours, "{pattern}");
        }
        assert!(TransactSql.like_pattern(&"a".repeat(3999)).is_some());
        assert!(TransactSql.like_pattern(&"[".repeat(2000)).is_none());
    }

    #[test]
    fn null_has_a_key_of_its_own_only_where_the_server_puts_it_elsewhere() {
        let sorted = |direction, nulls| {
            let mut out = String::new();
            TransactSql.sort("[k]", direction, nulls, &mut out);
            out
        };
        assert_eq!(sorted(Direction::Ascending, Nulls::First), "[k] ASC");
        assert_eq!(sorted(Direction::Descending, Nulls::Last), "[k] DESC");
        assert_eq!(sorted(Direction::Ascending, Nulls::Last), "CASE WHEN [k] IS NULL THEN 1 ELSE 0 END, [k] ASC");
        assert_eq!(sorted(Direction::Descending, Nulls::First), "CASE WHEN [k] IS NULL THEN 0 ELSE 1 END, [k] DESC");
    }

    #[test]
    fn a_limit_of_nothing_is_written_so_that_the_server_takes_it() {
        let limited = |rows, ordered| {
            let mut out = String::new();
            TransactSql.limit(rows, ordered, &mut out);
            out
        };
        assert_eq!(limited(0, true), " OFFSET 9223372036854775807 ROWS");
        assert_eq!(limited(3, false), " ORDER BY (SELECT NULL) OFFSET 0 ROWS FETCH NEXT 3 ROWS ONLY");
        assert_eq!(limited(u64::MAX, false), "");
    }

    #[test]
    fn what_may_fail_on_rows_that_another_condition_excludes_is_not_written() {
        let integers = [DataType::Int64, DataType::Int64];
        for function in Function::ALL {
            let written = [&integers[..], &integers[..1]].map(|args| TransactSql.function(*function, args).is_some());
            assert!(!function.may_fail() || written == [false, false], "{function:?}");
        }
    }

    #[test]
    fn what_the_source_does_otherwise_stays_above() {
        let kept = |function, args: &[DataType]| TransactSql.function(function, args).is_none();
        assert!(kept(Function::Equal, &[DataType::Float64, DataType::Float64]));
        assert!(kept(Function::Equal, &[DataType::Binary, DataType::Binary]));
        assert!(kept(Function::LessThan, &[DataType::Date64, DataType::Date64]));
        assert!(kept(Function::Equal, &[DataType::Utf8, DataType::Int32]));
        assert!(kept(Function::NullIf, &[DataType::Utf8, DataType::Utf8]));
        assert!(kept(Function::NullIf, &[DataType::Boolean, DataType::Boolean]));
        assert!(kept(Function::Equal, &[DataType::Decimal128(38, 0), DataType::Decimal128(38, 10)]));
        assert!(kept(Function::Equal, &[DataType::Int64, DataType::Decimal128(38, 20)]));
        assert!(!kept(Function::Equal, &[DataType::Int64, DataType::Decimal128(38, 19)]));
        assert!(!kept(Function::IsNull, &[DataType::Boolean]));
        assert_eq!(TransactSql.binary_text(Function::LessThan), None);
    }
}
