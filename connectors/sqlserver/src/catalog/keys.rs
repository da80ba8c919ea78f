//! The key along which a table is cut, and what the server's statistics say about its values.

mod partitions;

use arrow_schema::DataType;
use connector_core::split::{MANY_VALUES, Step, known_value};
use connector_core::{Column, Error, ErrorKind, Key, ReadAs, Result, Table, sql};

use super::BINARY;
use crate::bind::Parameter;
use crate::dialect::{UNDER_COLLATION, UNIQUEIDENTIFIER, is_collation};
use crate::row::{Row, get, maybe};
use crate::session::Session;

/// First columns of a table's indexes that have an order, the best first: primary key, unique, never NULL; with the bytes of the
/// table, and what its statistics are found by. An index of some of the rows knows no ends of the others, and one that is switched off
/// knows nothing.
fn statement() -> String {
    format!(
        "SELECT c.name AS column_name, CAST(c.is_nullable AS int) AS is_nullable, z.bytes AS bytes, c.collation_name AS collation_name, \
         CAST(o.object_id AS bigint) AS object_id, CAST(i.index_id AS bigint) AS index_id FROM sys.schemas s \
         JOIN sys.objects o ON o.schema_id = s.schema_id AND o.type = 'U' \
         JOIN sys.indexes i ON i.object_id = o.object_id AND i.type IN (1, 2) AND i.is_disabled = 0 AND i.is_hypothetical = 0 \
         AND i.has_filter = 0 \
         JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id AND k.key_ordinal = 1 \
         JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id \
         OUTER APPLY (SELECT CAST(SUM(a.used_pages) AS bigint) * 8192 AS bytes FROM sys.partitions p \
         JOIN sys.allocation_units a ON a.container_id IN (p.hobt_id, p.partition_id) \
         WHERE p.object_id = o.object_id AND p.index_id IN (0, 1)) z \
         WHERE s.name {BINARY} = @P1 {BINARY} AND o.name {BINARY} = @P2 {BINARY} \
         ORDER BY i.is_primary_key DESC, i.is_unique DESC, c.is_nullable, c.column_id"
    )
}

/// The best key that the user may read and that can be cut: between two of its values, or at those that the statistics know.
pub(crate) async fn key(session: &mut Session, table: &Table) -> Result<Option<Key>> {
    let name = [Parameter::text(&table.name.schema), Parameter::text(&table.name.table)];
    let mut of_few_values = None;
    for row in session.query(&statement(), &name).await? {
        let remote_name = get::<&str>(&row, "column_name")?;
        let Some(column) = table.columns.iter().find(|column| column.remote_name == remote_name) else { continue };
        let Some(compared) = compared(column, maybe(&row, "collation_name")?) else { continue };
        let Known { values, histogram } = match known(session, column, &compared, &row).await {
            Err(error) if is_refusal(&error) => Known::default(),
            known => known?,
        };
        if histogram.is_empty() && !sql::can_be_bounded(column) {
            continue;
        }
        let bytes = maybe::<i64>(&row, "bytes")?.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0);
        let nullable = get::<i32>(&row, "is_nullable")? != 0;
        let mut columns = vec![column.name.clone()];
        if is_uneven(&histogram) {
            columns.extend(behind(session, table, &row).await?);
        }
        let key = Key { columns, nullable, bytes, effort: 0, partitions: 1, histogram };
        if values.is_none_or(|values| values >= MANY_VALUES) {
            return Ok(Some(key));
        }
        of_few_values.get_or_insert(key);
    }
    match of_few_values {
        Some(key) => Ok(Some(key)),
        None => partitions::key(session, table).await,
    }
}

/// How a key is compared, as its index has it, and how one of its values is shown.
struct Compared {
    own: String,
    shown: &'static str,
}

/// Nothing for a column that is not compared in its own type, or whose values no statement can have.
fn compared(column: &Column, collation: Option<&str>) -> Option<Compared> {
    const MOMENT: &str = "DATEDIFF_BIG(millisecond, '19700101', k.value)";
    let mapping = &column.mapping;
    let under = |own: &str, collation: &str| format!("CAST(h.range_high_key AS {own}) COLLATE {collation}");
    let cast = |own: &str| format!("CAST(h.range_high_key AS {own})");
    let (own, shown) = match (mapping.read_as, &mapping.data_type) {
        (ReadAs::Printed { own: UNIQUEIDENTIFIER, .. }, _) => (cast(UNIQUEIDENTIFIER), "CAST(k.value AS nchar(36))"),
        (ReadAs::Plain | ReadAs::Unpadded { .. }, DataType::Utf8) => {
            let narrow = mapping.bind_as.and_then(|own| own.strip_prefix(UNDER_COLLATION));
            let own = match narrow {
                Some(collation) => under("varchar(8000)", collation),
                None => under("nvarchar(4000)", collation.filter(|collation| is_collation(collation))?),
            };
            (own, "CAST(k.value AS nvarchar(4000))")
        }
        (ReadAs::Plain, DataType::Int16 | DataType::Int32 | DataType::Int64) => (cast("bigint"), "k.value"),
        (ReadAs::Plain, DataType::Decimal128(precision, scale)) => {
            (cast(&format!("decimal({precision},{scale})")), "CAST(k.value AS nvarchar(50))")
        }
        (ReadAs::Plain, DataType::Date32) => (cast("date"), "DATEDIFF(day, '19700101', k.value)"),
        // In UTC, whatever zone a value has.
        (ReadAs::Plain, DataType::Date64 | DataType::Timestamp(..)) => {
            (format!("CAST(SWITCHOFFSET({}, '+00:00') AS datetime2(3))", cast("datetimeoffset(3)")), MOMENT)
        }
        _ => return None,
    };
    Some(Compared { own, shown })
}

/// What the statistics of an index say about its first column.
#[derive(Default)]
struct Known {
    /// How many values it has, where that is known.
    values: Option<u64>,
    histogram: Vec<Step>,
}

/// Whether one value has so many rows that a slice of them alone may be too large.
fn is_uneven(histogram: &[Step]) -> bool {
    let rows = histogram.iter().fold(0_u64, |rows, step| rows.saturating_add(step.rows).saturating_add(step.equal));
    histogram.iter().any(|step| step.equal.saturating_mul(MANY_VALUES) > rows)
}

/// Those columns behind the first of an index that can be cut between two of their values, as Athena knows them.
async fn behind(session: &mut Session, table: &Table, index: &Row) -> Result<Vec<String>> {
    const SQL: &str = "SELECT c.name AS column_name FROM sys.index_columns k \
         JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id \
         WHERE k.object_id = @P1 AND k.index_id = @P2 AND k.key_ordinal > 1 ORDER BY k.key_ordinal";
    let of = [Parameter::bigint(get(index, "object_id")?), Parameter::bigint(get(index, "index_id")?)];
    let mut columns = Vec::new();
    for row in session.query(SQL, &of).await? {
        let name = get::<&str>(&row, "column_name")?;
        let column = table.columns.iter().find(|column| column.remote_name == name);
        let Some(column) =
            column.filter(|column| sql::can_be_bounded(column) && column.mapping.read_as == ReadAs::Plain)
        else {
            break;
        };
        columns.push(column.name.clone());
    }
    Ok(columns)
}

/// Whether the server shows no statistics, as one before 2016 does not, nor any to a user who may not see them.
fn is_refusal(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden | ErrorKind::Conflict | ErrorKind::Invalid)
}

/// Steps of the histogram, put in order by the server once more, as the key will be compared: a long text is cut off in it. None of a
/// column that is masked, and none where a row policy is seen to stand on the table: whoever does not see it is shown no statistics.
fn histogram_of(compared: &Compared) -> String {
    let Compared { own, shown } = compared;
    format!(
        "SELECT {shown} AS value, k.below AS below, k.equal AS equal, k.others AS others FROM (SELECT {own} AS value, \
         CAST(h.range_rows AS bigint) AS below, CAST(h.equal_rows AS bigint) AS equal, CAST(h.distinct_range_rows AS bigint) AS others \
         FROM sys.dm_db_stats_histogram(CAST(@P1 AS int), CAST(@P2 AS int)) h WHERE h.range_high_key IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM sys.index_columns i JOIN sys.columns c ON c.object_id = i.object_id AND c.column_id = i.column_id \
         WHERE i.object_id = @P1 AND i.index_id = @P2 AND i.key_ordinal = 1 AND c.is_masked = 1) \
         AND NOT EXISTS (SELECT 1 FROM sys.security_predicates p JOIN sys.security_policies s ON s.object_id = p.object_id \
         WHERE p.target_object_id = @P1 AND s.is_enabled = 1)) k ORDER BY k.value"
    )
}

async fn known(session: &mut Session, column: &Column, compared: &Compared, index: &Row) -> Result<Known> {
    let of = [Parameter::bigint(get(index, "object_id")?), Parameter::bigint(get(index, "index_id")?)];
    let mut known = Known::default();
    for row in session.query(&histogram_of(compared), &of).await? {
        let [value, below, equal, others] = <[Option<String>; 4]>::try_from(row.texts()?).unwrap_or_default();
        let number = |text: Option<String>| text.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        known.values = Some(known.values.unwrap_or(0).saturating_add(number(others)).saturating_add(1));
        if let Some(value) = value.and_then(|value| known_value(column, &value)) {
            known.histogram.push(Step { value, rows: number(below), equal: number(equal) });
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use connector_core::{ColumnMapping, Pushdown};

    use super::*;

    #[test]
    fn an_index_of_some_rows_or_of_another_kind_is_no_key() {
        let sql = statement();
        for condition in
            ["i.type IN (1, 2)", "i.has_filter = 0", "i.is_disabled = 0", "k.key_ordinal = 1", "o.type = 'U'"]
        {
            assert!(sql.contains(condition), "{condition}: {sql}");
        }
        assert_eq!(sql.matches('(').count(), sql.matches(')').count(), "{sql}");
    }

    fn column(data_type: DataType, read_as: ReadAs, bind_as: Option<&'static str>) -> Column {
        let mapping = ColumnMapping { data_type, read_as, bind_as, pushdown: Pushdown::Full };
        Column { name: "k".into(), remote_name: "K".into(), comment: None, announced: None, mapping }
    }

    #[test]
    fn statistics_are_put_in_order_as_their_key_is_compared() {
        let latin = "varchar(8000) COLLATE Latin1_General_CI_AS";
        let unpadded = ReadAs::Unpadded { open: "RTRIM(", close: ")" };
        let uuid = ReadAs::Printed { own: "uniqueidentifier", cast: "nchar(36)" };
        for (column, collation, own, shown) in [
            (column(DataType::Int32, ReadAs::Plain, None), None, "AS bigint) AS value", "SELECT k.value AS"),
            (column(DataType::Decimal128(9, 2), ReadAs::Plain, None), None, "AS decimal(9,2))", "AS nvarchar(50))"),
            (column(DataType::Date32, ReadAs::Plain, None), None, "AS date)", "DATEDIFF(day, '19700101', k.value)"),
            (
                column(DataType::Date64, ReadAs::Plain, None),
                None,
                "'+00:00') AS datetime2(3))",
                "DATEDIFF_BIG(millisecond",
            ),
            (column(DataType::Utf8, uuid, None), None, "AS uniqueidentifier)", "AS nchar(36))"),
            (
                column(DataType::Utf8, unpadded, Some(latin)),
                Some("Latin1_General_CI_AS"),
                "AS varchar(8000)) COLLATE Latin1_General_CI_AS",
                "AS nvarchar(4000))",
            ),
            (
                column(DataType::Utf8, ReadAs::Plain, None),
                Some("Finnish_Swedish_CI_AS"),
                "AS nvarchar(4000)) COLLATE Finnish_Swedish_CI_AS",
                "AS nvarchar(4000))",
            ),
        ] {
            let sql = histogram_of(&compared(&column, collation).unwrap());
            assert!(sql.contains(own) && sql.contains(shown), "{sql}");
            assert_eq!(sql.matches('(').count(), sql.matches(')').count(), "{sql}");
        }
        let text = column(DataType::Utf8, ReadAs::Plain, None);
        assert!(compared(&text, None).is_none() && compared(&text, Some("x; --")).is_none());
        assert!(compared(&column(DataType::Utf8, ReadAs::Cast("nvarchar(4000)"), None), None).is_none());
        assert!(compared(&column(DataType::Float64, ReadAs::Plain, None), None).is_none());
    }
}
