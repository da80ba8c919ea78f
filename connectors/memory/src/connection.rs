//! A session with nothing: tables are made when they are asked for.

use std::time::Duration;

use arrow_array::{RecordBatch, RecordBatchOptions};
use async_trait::async_trait;
use connector_core::split::Sizes;
use connector_core::{
    BatchLimits, BatchStream, Capabilities, Casing, Column, ColumnMapping, Connection, Error, Function, Health,
    Pushdown, ReadAs, Relation, Result, Scan, Split, Statement, Table, TableName, block_size, resolve,
};
use futures::{StreamExt, stream};

use crate::tables::Database;

pub(crate) struct Memory(pub Database);

#[async_trait]
impl Connection for Memory {
    fn capabilities(&self) -> Capabilities {
        // All of it is done above the seam, by the evaluator, and the suite holds us to it all the same.
        Capabilities { functions: Function::ALL.iter().copied().collect(), limit: true, top_n: false }
    }

    async fn schemas(&mut self) -> Result<Vec<String>> {
        Ok(self.0.schemas())
    }

    async fn tables(&mut self, schema: &str, after: Option<&str>, limit: Option<usize>) -> Result<Vec<Relation>> {
        let schemas = self.0.schemas();
        let schema = resolve("schema", schema, &schemas, Casing::Search)?;
        let names = self.0.tables(schema).into_iter().filter(|name| after.is_none_or(|after| name.as_str() > after));
        Ok(names.take(limit.unwrap_or(usize::MAX)).map(|name| Relation { name }).collect())
    }

    async fn table(&mut self, name: &TableName) -> Result<Table> {
        let schemas = self.0.schemas();
        let schema = resolve("schema", &name.schema, &schemas, Casing::Search)?;
        let names = self.0.tables(schema);
        let table = resolve("table", &name.table, &names, Casing::Search)?;
        let name = TableName::new(schema, table);
        let batch = self.0.part(&name, 0)?;
        let columns = batch.schema().fields().iter().map(|field| column(field)).collect();
        Ok(Table { name, columns, comment: None })
    }

    async fn splits(&mut self, scan: &Scan, sizes: Sizes) -> Result<Vec<Split>> {
        let parts = self.0.parts(&scan.table.name);
        if parts == 1 || sizes.most < parts {
            return Ok(vec![Split::Whole]);
        }
        Ok((0..parts).map(Split::Part).collect())
    }

    async fn read<'a>(
        &'a mut self,
        scan: &'a Scan,
        statement: &'a Statement,
        limits: BatchLimits,
    ) -> Result<BatchStream<'a>> {
        let all = 0..self.0.parts(&scan.table.name);
        let parts = match scan.split {
            Split::Whole => all,
            Split::Part(part) if all.contains(&part) => part..part + 1,
            _ => return Err(Error::invalid("the table has no such part")),
        };
        let batches = parts.map(move |part| {
            let batch = project(&self.0.part(&scan.table.name, part)?, statement)?;
            Ok(stream::iter(cut(&batch, limits)).map(Ok))
        });
        let batches = batches.collect::<Result<Vec<_>>>()?;
        Ok(stream::iter(batches).flatten().boxed())
    }

    async fn reset(&mut self, _: &str, _: Option<Duration>) -> Result<()> {
        Ok(())
    }

    async fn health(&mut self) -> Result<Health> {
        Ok(Health { version: "memory".into(), ..Health::default() })
    }
}

fn column(field: &arrow_schema::Field) -> Column {
    Column {
        name: field.name().clone(),
        remote_name: field.name().clone(),
        comment: None,
        announced: None,
        mapping: ColumnMapping {
            data_type: field.data_type().clone(),
            read_as: ReadAs::Plain,
            bind_as: None,
            pushdown: Pushdown::Nothing,
        },
    }
}

fn project(batch: &RecordBatch, statement: &Statement) -> Result<RecordBatch> {
    let fields = statement.columns.iter().map(Column::field).collect::<Vec<_>>();
    let columns = statement.columns.iter().filter_map(|column| batch.column_by_name(&column.remote_name).cloned());
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let schema = arrow_schema::Schema::new(fields).into();
    RecordBatch::try_new_with_options(schema, columns.collect(), &options)
        .map_err(|error| Error::internal("projecting a table in memory").with_source(error))
}

/// Slices of a batch within the limits; a row is taken to be as large as the average one.
fn cut(batch: &RecordBatch, limits: BatchLimits) -> Vec<RecordBatch> {
    let rows = batch.num_rows();
    let row_bytes = block_size(batch).div_ceil(rows.max(1)).max(1);
    let step = limits.rows.min(limits.bytes / row_bytes).max(1);
    (0..rows).step_by(step).map(|start| batch.slice(start, step.min(rows - start))).collect()
}
