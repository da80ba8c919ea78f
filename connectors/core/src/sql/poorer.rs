//! What is written for an engine that has less than SQL's standard promises.

use std::fmt::Write;

use arrow_schema::DataType;

use super::*;
use crate::{
    BinaryText, Bound, ColumnMapping, Direction, FunctionForm, Nulls, Range, ReadAs, Scan, Table, TableName, Values,
};

/// No truth values, no order of texts, two values a list, NULL placed by a key of its own, brackets in patterns.
struct Poor;

impl Dialect for Poor {
    fn identifier(&self, name: &str, out: &mut String) {
        write!(out, "[{name}]").unwrap();
    }

    fn placeholder(&self, n: usize, _bind: &Bind, out: &mut String) {
        write!(out, "@{n}").unwrap();
    }

    fn bind_type(&self, _data_type: &DataType) -> Option<&'static str> {
        None
    }

    fn binary_text(&self, function: Function) -> Option<BinaryText> {
        let equality = matches!(function, Function::Equal | Function::In | Function::NotEqual);
        equality.then_some(BinaryText { open: "bin(", close: ")", both_sides: true, beside_plain: true })
    }

    fn function(&self, function: Function, _args: &[DataType]) -> Option<FunctionForm> {
        Some(match function {
            Function::And => FunctionForm::Infix(" AND "),
            Function::Not => FunctionForm::Prefix("NOT "),
            Function::Equal => FunctionForm::Infix(" = "),
            Function::LessThan => FunctionForm::Infix(" < "),
            Function::IsNull => FunctionForm::IsNull,
            Function::IsDistinctFrom => FunctionForm::Around("NOT EXISTS (SELECT ", " INTERSECT SELECT ", ")"),
            Function::LikePattern => FunctionForm::Around("", " LIKE ", " ESCAPE '!'"),
            Function::In => FunctionForm::In,
            _ => return None,
        })
    }

    fn like_pattern(&self, pattern: &str) -> Option<String> {
        (!pattern.contains('_')).then(|| pattern.replace('[', "!["))
    }

    fn has_truth_values(&self) -> bool {
        false
    }

    fn sort(&self, key: &str, direction: Direction, nulls: Nulls, out: &mut String) {
        let last = i32::from(nulls == Nulls::Last);
        let way = if direction == Direction::Ascending { "" } else { " DESC" };
        write!(out, "CASE WHEN {key} IS NULL THEN {last} ELSE {} END, {key}{way}", 1 - last).unwrap();
    }

    fn limit(&self, rows: u64, ordered: bool, out: &mut String) {
        let order = if ordered { "" } else { " ORDER BY (SELECT NULL)" };
        write!(out, "{order} FETCH {rows}").unwrap();
    }

    fn max_binds(&self) -> usize {
        100
    }

    fn max_list(&self) -> usize {
        2
    }
}

fn scan() -> Scan {
    let column = |name: &str, data_type, pushdown| {
        let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown };
        Column { name: name.into(), remote_name: name.into(), comment: None, announced: None, mapping }
    };
    let mut unpadded = column("c", DataType::Utf8, Pushdown::Collated);
    unpadded.mapping.read_as = ReadAs::Unpadded { open: "rtrim(", close: ")" };
    let columns = vec![
        column("i", DataType::Int32, Pushdown::Full),
        column("b", DataType::Boolean, Pushdown::Full),
        column("t", DataType::Utf8, Pushdown::Collated),
        unpadded,
    ];
    let table = Table { name: TableName::new("s", "t"), columns, comment: None };
    Scan::new(table, vec!["i".to_owned()])
}

fn reference(name: &str, data_type: DataType) -> Expr {
    Expr::Column { name: name.into(), data_type }
}

fn text(text: &str) -> Expr {
    Expr::Constant { value: Some(Value::Text(text.into())), data_type: DataType::Utf8 }
}

fn call(function: Function, args: Vec<Expr>) -> Expr {
    Expr::Call { function, args, data_type: DataType::Boolean }
}

/// What stands behind WHERE, and how many conditions are kept.
fn filtered(filter: Expr) -> (String, usize) {
    answered(&Scan { filters: vec![filter], ..scan() })
}

fn wanted(name: &str, domain: Domain) -> (String, usize) {
    answered(&Scan { domains: [(name.to_owned(), domain)].into(), ..scan() })
}

fn answered(scan: &Scan) -> (String, usize) {
    let rendered = render(scan, &Poor).unwrap();
    let sql = rendered.statement.sql;
    let condition = sql.split_once(" WHERE ").map(|(_, condition)| condition.to_owned()).unwrap_or_default();
    (condition, rendered.remainder.domains.len() + rendered.remainder.filters.len())
}

fn texts(values: &[&str]) -> Vec<Value> {
    values.iter().map(|text| Value::Text((*text).into())).collect()
}

#[test]
fn equal_texts_are_found_by_the_index_and_told_apart_by_code_point() {
    let one = wanted("t", Domain::single(DataType::Utf8, Value::Text("a".into())));
    assert_eq!(one, ("(([t] = @1) AND (bin([t]) = bin(@2)))".to_owned(), 0));
    let list = Domain { data_type: DataType::Utf8, values: Values::In(texts(&["a", "b", "c"])), nulls: true };
    let lists =
        "(([t] IN (@1, @2) OR [t] = @3) AND (bin([t]) IN (bin(@4), bin(@5)) OR bin([t]) = bin(@6)) OR [t] IS NULL)";
    assert_eq!(wanted("t", list), (lists.to_owned(), 0));
}

#[test]
fn a_value_is_bound_as_its_columns_type_only_where_the_column_is_compared_as_it_is() {
    let mut scan = scan();
    scan.table.columns[2].mapping.bind_as = Some("varchar");
    scan.domains = [("t".to_owned(), Domain::single(DataType::Utf8, Value::Text("a".into())))].into();
    let types: Vec<_> = render(&scan, &Poor).unwrap().statement.binds.iter().map(|bind| bind.source_type).collect();
    assert_eq!(types, [Some("varchar"), None]);
}

#[test]
fn a_padded_text_is_compared_without_its_padding_and_its_index_still_serves() {
    let one = wanted("c", Domain::single(DataType::Utf8, Value::Text("a".into())));
    assert_eq!(one, ("(([c] = @1) AND (bin(rtrim([c])) = bin(@2)))".to_owned(), 0));
    let equal = call(Function::Equal, vec![reference("c", DataType::Utf8), text("a")]);
    assert_eq!(filtered(equal), ("(bin((rtrim([c]))) = bin((@1)))".to_owned(), 0));
    let selected = Scan { projection: vec!["c".to_owned()], ..scan() };
    assert!(render(&selected, &Poor).unwrap().statement.sql.starts_with("SELECT rtrim([c])"));
}

#[test]
fn texts_in_order_stay_above_when_the_engine_orders_otherwise() {
    let low = Bound::Included(Value::Text("a".into()));
    let values = Values::Ranges(vec![Range { low, high: Bound::Unbounded }]);
    let above = wanted("t", Domain { data_type: DataType::Utf8, values, nulls: false });
    assert_eq!(above, ("([t] IS NOT NULL)".to_owned(), 1));
    let less = call(Function::LessThan, vec![reference("t", DataType::Utf8), text("a")]);
    assert_eq!(filtered(less), (String::new(), 1));
}

#[test]
fn long_lists_are_written_as_several() {
    let numbers = (1..=5).map(|number| Some(Value::Int(number))).collect();
    let list = Expr::List { values: numbers, data_type: DataType::Int32 };
    let (sql, kept) = filtered(call(Function::In, vec![reference("i", DataType::Int32), list]));
    assert_eq!(sql, "(([i]) IN ((@1), (@2)) OR ([i]) IN ((@3), (@4)) OR ([i]) IN ((@5)))");
    assert_eq!(kept, 0);
    let short = Expr::List { values: vec![Some(Value::Int(1)), Some(Value::Int(2)), None], data_type: DataType::Int32 };
    let negated = call(Function::Not, vec![call(Function::In, vec![reference("i", DataType::Int32), short])]);
    assert_eq!(filtered(negated).0, "(NOT (([i]) IN ((@1), (@2)) OR ([i]) IN ((@3))))");
}

#[test]
fn a_truth_value_becomes_a_condition_and_a_condition_never_a_value() {
    let flag = || reference("b", DataType::Boolean);
    assert_eq!(filtered(flag()), ("([b] = @1)".to_owned(), 0));
    assert_eq!(filtered(call(Function::Not, vec![flag()])), ("(NOT ([b] = @1))".to_owned(), 0));
    let number = call(Function::IsNull, vec![reference("i", DataType::Int32)]);
    assert_eq!(filtered(call(Function::Equal, vec![flag(), number.clone()])), (String::new(), 1));
    assert_eq!(filtered(call(Function::IsNull, vec![call(Function::Not, vec![number])])), (String::new(), 1));
}

#[test]
fn a_pattern_is_put_into_the_engines_own_words_or_kept() {
    let on_text = |pattern: Expr| {
        let mut scan = scan();
        scan.table.columns[2].mapping.pushdown = Pushdown::CollatedOrder;
        scan.filters = vec![call(Function::LikePattern, vec![reference("t", DataType::Utf8), pattern])];
        let rendered = render(&scan, &Poor).unwrap();
        (rendered.statement.binds.first().and_then(|bind| bind.value.clone()), rendered.remainder.filters.len())
    };
    assert_eq!(on_text(text("a[b%")), (Some(Value::Text("a![b%".into())), 0));
    assert_eq!(on_text(text("a_b")), (None, 1));
    assert_eq!(on_text(reference("t", DataType::Utf8)), (None, 1));
}

#[test]
fn null_has_a_key_of_its_own_and_a_limit_an_order() {
    let mut ordered = scan();
    ordered.order = vec![SortKey { column: "i".into(), direction: Direction::Descending, nulls: Nulls::Last }];
    ordered.limit = Some(3);
    let sql = |scan: &Scan| render(scan, &Poor).unwrap().statement.sql;
    assert!(sql(&ordered).ends_with("ORDER BY CASE WHEN [i] IS NULL THEN 1 ELSE 0 END, [i] DESC FETCH 3"));
    assert!(sql(&Scan { limit: Some(3), ..scan() }).ends_with("[s].[t] ORDER BY (SELECT NULL) FETCH 3"));
}
