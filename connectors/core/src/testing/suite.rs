//! The promises of the seam, one function each.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use futures::TryStreamExt;

use super::conditions::{Condition, about};
use crate::split::Sizes;
use crate::sql::{self, Rendered};
use crate::{BatchLimits, Connection, Dialect, ErrorKind, Result, Scan, Split, Table, TableName, block_size, eval};

/// Every promise, over every table of `schema`.
pub async fn all(connection: &mut dyn Connection, dialect: &dyn Dialect, schema: &str) {
    listing_by_pages_gives_what_listing_at_once_gives(connection, schema).await;
    what_is_not_there_is_not_found(connection, schema).await;
    for relation in connection.tables(schema, None, None).await.expect("listing tables") {
        let table = connection.table(&TableName::new(schema, relation.name)).await.expect("describing a listed table");
        any_projection_gives_its_columns_of_the_same_rows(connection, dialect, &table).await;
        batches_keep_their_limits(connection, dialect, &table).await;
        the_union_of_splits_is_the_table(connection, dialect, &table).await;
        pushing_down_changes_no_answer(connection, dialect, &table).await;
    }
    a_session_made_as_new_still_answers(connection, schema).await;
}

/// Keyset pages of one and of two tables add up to the whole list, each name once and in order.
pub async fn listing_by_pages_gives_what_listing_at_once_gives(connection: &mut dyn Connection, schema: &str) {
    let at_once = connection.tables(schema, None, None).await.expect("listing tables");
    assert!(!at_once.is_empty(), "the suite needs a table in {schema:?}");
    for size in [1, 2] {
        let mut paged = Vec::new();
        loop {
            let after = paged.last().map(|relation: &crate::Relation| relation.name.clone());
            let page = connection.tables(schema, after.as_deref(), Some(size)).await.expect("listing a page of tables");
            assert!(page.len() <= size);
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, at_once, "pages of {size}");
    }
}

/// A missing table and a missing schema are errors of that kind, never an empty answer.
pub async fn what_is_not_there_is_not_found(connection: &mut dyn Connection, schema: &str) {
    let table = connection.table(&TableName::new(schema, "no_such_table")).await.expect_err("a missing table");
    assert_eq!(table.kind(), ErrorKind::NotFound, "{table}");
    let schema = connection.table(&TableName::new("no_such_schema", "t")).await.expect_err("a missing schema");
    assert_eq!(schema.kind(), ErrorKind::NotFound, "{schema}");
}

/// All columns, reversed ones, each alone, and none: the same number of rows, the same values.
pub async fn any_projection_gives_its_columns_of_the_same_rows(
    connection: &mut dyn Connection,
    dialect: &dyn Dialect,
    table: &Table,
) {
    let all = whole(connection, dialect, table).await;
    let mut projections: Vec<Vec<String>> = table.columns.iter().map(|column| vec![column.name.clone()]).collect();
    projections.push(table.columns.iter().rev().map(|column| column.name.clone()).collect());
    projections.push(Vec::new());
    for projection in projections {
        let part = read(connection, dialect, &Scan::new(table.clone(), projection.clone())).await;
        let indices: Vec<usize> = projection.iter().filter_map(|name| all.schema().index_of(name).ok()).collect();
        let expected = all.project(&indices).expect("projecting");
        assert_eq!(part.num_rows(), all.num_rows(), "columns {projection:?} of {}", table.name);
        assert_eq!(sorted_rows(&part), sorted_rows(&expected), "columns {projection:?} of {}", table.name);
    }
}

/// No batch has more rows than allowed, nor more bytes, unless it is a single row.
pub async fn batches_keep_their_limits(connection: &mut dyn Connection, dialect: &dyn Dialect, table: &Table) {
    let scan = Scan::new(table.clone(), names(table));
    let rendered = sql::render(&scan, dialect).expect("rendering");
    let limits = BatchLimits { rows: 7, bytes: 4_096 };
    let stream = connection.read(&scan, &rendered.statement, limits).await.expect("reading");
    let batches: Vec<RecordBatch> = stream.try_collect().await.expect("reading to the end");
    for batch in &batches {
        assert!(batch.num_rows() <= 7, "{} rows in a batch of {}", batch.num_rows(), table.name);
        let without_last_row = batch.slice(0, batch.num_rows().saturating_sub(1));
        assert!(block_size(&without_last_row) <= 4_096, "a batch of {} overshoots by more than a row", table.name);
    }
}

/// The splits of a table together give its rows, each once; says how many there were at most.
pub async fn the_union_of_splits_is_the_table(
    connection: &mut dyn Connection,
    dialect: &dyn Dialect,
    table: &Table,
) -> usize {
    let all = whole(connection, dialect, table).await;
    let scan = Scan::new(table.clone(), names(table));
    let mut most = 0;
    for max in [1, 3, 16] {
        let sizes = Sizes { most: max, bytes: 1, largest: None };
        let splits: Vec<Split> = connection.splits(&scan, sizes).await.expect("cutting into splits");
        assert!((1..=max).contains(&splits.len()), "{} splits where at most {max} were asked for", splits.len());
        most = most.max(splits.len());
        let mut parts = Vec::new();
        for split in splits {
            parts.push(read(connection, dialect, &Scan { split, ..scan.clone() }).await);
        }
        let union = concat_batches(&all.schema(), &parts).expect("joining splits");
        assert_eq!(sorted_rows(&union), sorted_rows(&all), "splits of {}", table.name);
    }
    most
}

/// A table with a key that its engine cuts is read in more than one split. Not of [`all`]: which table that is, an engine's own test
/// knows.
pub async fn a_table_with_a_key_is_cut(connection: &mut dyn Connection, dialect: &dyn Dialect, name: &TableName) {
    let table = connection.table(name).await.expect("describing a table");
    let most = the_union_of_splits_is_the_table(connection, dialect, &table).await;
    assert!(most > 1, "table {name} is read in one split");
}

/// Every condition gives the rows that the evaluator picks out of the whole table: none lost, none too many.
pub async fn pushing_down_changes_no_answer(connection: &mut dyn Connection, dialect: &dyn Dialect, table: &Table) {
    let all = whole(connection, dialect, table).await;
    for index in 0..table.columns.len() {
        for condition in about(&all, index) {
            let mut scan = Scan::new(table.clone(), names(table));
            match condition.clone() {
                Condition::Domain(name, domain) => scan.domains = BTreeMap::from([(name, domain)]),
                Condition::Filter(filter) => scan.filters = vec![filter],
            }
            let domains: Vec<_> = scan.domains.clone().into_iter().collect();
            let Ok(expected) = eval::filter(&all, &domains, &scan.filters) else { continue };
            let answer = read(connection, dialect, &scan).await;
            assert_eq!(sorted_rows(&answer), sorted_rows(&expected), "{condition:?} on {}", table.name);
        }
    }
}

/// Resetting a session leaves it usable.
pub async fn a_session_made_as_new_still_answers(connection: &mut dyn Connection, schema: &str) {
    let before = connection.tables(schema, None, None).await.expect("listing tables");
    connection.reset("glaux suite", None).await.expect("resetting");
    assert_eq!(connection.tables(schema, None, None).await.expect("listing tables again"), before);
}

/// All rows of a table.
pub async fn whole(connection: &mut dyn Connection, dialect: &dyn Dialect, table: &Table) -> RecordBatch {
    read(connection, dialect, &Scan::new(table.clone(), names(table))).await
}

/// A scan as the handler does it: rendered, read, re-checked, helper columns left behind.
pub async fn read(connection: &mut dyn Connection, dialect: &dyn Dialect, scan: &Scan) -> RecordBatch {
    let rendered = sql::render(scan, dialect).expect("rendering");
    let answer = read_rendered(connection, scan, &rendered).await;
    answer.unwrap_or_else(|error| panic!("{error}\nsql: {}", rendered.statement.sql))
}

/// The same of a scan that was rendered before.
pub async fn read_rendered(connection: &mut dyn Connection, scan: &Scan, rendered: &Rendered) -> Result<RecordBatch> {
    let stream = connection.read(scan, &rendered.statement, BatchLimits::default()).await?;
    let batches: Vec<RecordBatch> = stream.try_collect().await?;
    let fields: Vec<_> = rendered.statement.columns.iter().map(crate::Column::field).collect();
    let schema = std::sync::Arc::new(arrow_schema::Schema::new(fields));
    let rows = if schema.fields().is_empty() {
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(schema, Vec::new(), &options).expect("counting rows")
    } else {
        concat_batches(&schema, &batches).expect("joining batches")
    };
    let kept = eval::filter(&rows, &rendered.remainder.domains, &rendered.remainder.filters)?;
    let indices: Vec<usize> = (0..scan.projection.len()).collect();
    Ok(kept.project(&indices).expect("projecting"))
}

fn names(table: &Table) -> Vec<String> {
    table.columns.iter().map(|column| column.name.clone()).collect()
}

/// Rows as text, in an order of their own, so that two sets of rows can be compared whatever order they came in.
pub fn sorted_rows(batch: &RecordBatch) -> Vec<String> {
    let row = |row: usize| format!("{:?}", batch.slice(row, 1).columns());
    let mut rows: Vec<String> = (0..batch.num_rows()).map(row).collect();
    rows.sort();
    rows
}
