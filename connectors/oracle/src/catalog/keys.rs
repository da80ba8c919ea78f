//! The key along which a table is cut.

use connector_core::split::MANY_VALUES;
use connector_core::{Column, Key, ReadAs, Result, Table, sql};

use super::{maybe, statistics, text};
use crate::bind::Parameter;
use crate::session::{Row, Session};
use crate::types::UNSCALED;

/// The columns of a table's indexes that have an order, index by index, the best one first: primary key, unique; with the bytes that
/// the statistics reckon for the table's rows. A reversed index and one of bitmaps have no order, and one of a function is not of the
/// column.
const SQL: &str = "SELECT i.owner, i.index_name, c.column_name, c.column_position, t.num_rows * t.avg_row_len FROM all_tables t \
     JOIN all_indexes i ON i.table_owner = t.owner AND i.table_name = t.table_name \
     AND i.index_type IN ('NORMAL', 'IOT - TOP') AND i.status IN ('VALID', 'N/A') AND i.visibility = 'VISIBLE' \
     JOIN all_ind_columns c ON c.index_owner = i.owner AND c.index_name = i.index_name \
     LEFT JOIN all_constraints p ON p.owner = t.owner AND p.table_name = t.table_name AND p.constraint_type = 'P' \
     AND p.index_name = i.index_name \
     WHERE t.owner = :v1 AND t.table_name = :v2 \
     ORDER BY CASE WHEN p.constraint_name IS NULL THEN 1 ELSE 0 END, CASE i.uniqueness WHEN 'UNIQUE' THEN 0 ELSE 1 END, \
     i.owner, i.index_name, c.column_position";

/// A column of an index, as [`SQL`] tells of it.
struct Indexed {
    /// Owner and name of the index.
    index: [String; 2],
    column: String,
    place: u64,
    bytes: u64,
}

impl Indexed {
    fn of(row: &Row) -> Result<Self> {
        let number = |cell| maybe(row, cell).and_then(|digits| digits.parse().ok()).unwrap_or(0);
        let index = [text(row, 0)?, text(row, 1)?];
        Ok(Self { index, column: text(row, 2)?, place: number(3), bytes: number(4) })
    }
}

/// The best key that the user may read and that is cut between two of its values; what lies between two texts is not ours to
/// say.
pub(crate) async fn key(session: &mut Session, table: &Table) -> Result<Option<Key>> {
    let name = [&table.name.schema, &table.name.table].map(|name| Parameter::text(Some(name)));
    let rows = session.query(SQL.into(), name.into()).await?;
    let indexed = rows.iter().map(Indexed::of).collect::<Result<Vec<_>>>()?;
    let mut of_few_values = None;
    for (mut key, first) in keys(&indexed, table) {
        // Whatever the server has against it, the key's ends are then asked for, and cuts lie evenly between them.
        let known = statistics::known(session, table, first).await.unwrap_or_default();
        key.histogram = known.histogram;
        if known.values.is_none_or(|values| values >= MANY_VALUES) {
            return Ok(Some(key));
        }
        of_few_values.get_or_insert(key);
    }
    Ok(of_few_values)
}

/// A key for each index, of whose columns those count that come before the first which is not cut; with the first of them. It is
/// taken for one that may be NULL whatever was declared: a constraint need not have been checked.
fn keys<'t>(indexed: &[Indexed], table: &'t Table) -> Vec<(Key, &'t Column)> {
    let mut keys = Vec::new();
    for index in indexed.chunk_by(|one, next| one.index == next.index) {
        let column = |of: &Indexed| table.columns.iter().find(|column| column.remote_name == of.column);
        let in_place = index.iter().zip(1..).take_while(|(of, place)| of.place == *place);
        let columns = in_place.map_while(|(of, _)| column(of)).take_while(|column| is_cut(column));
        let columns: Vec<&Column> = columns.collect();
        if let (Some(of), Some(first)) = (index.first(), columns.first()) {
            let names = columns.iter().map(|column| column.name.clone()).collect();
            let key = Key {
                columns: names,
                nullable: true,
                bytes: of.bytes,
                effort: 0,
                partitions: 1,
                histogram: Vec::new(),
            };
            keys.push((key, *first));
        }
    }
    keys
}

/// Whether a column has values between which can be cut, and is compared as its index has it.
fn is_cut(column: &Column) -> bool {
    let mapping = &column.mapping;
    sql::can_be_bounded(column) && mapping.read_as == ReadAs::Plain && mapping.bind_as != Some(UNSCALED)
}

#[cfg(test)]
mod tests {
    use connector_core::{Settings, TableName};

    use super::*;
    use crate::types::{Charset, RemoteType, mapping};

    #[test]
    fn an_index_without_an_order_is_no_key_and_no_value_stands_in_the_text_twice() {
        assert!(SQL.contains("IN ('NORMAL', 'IOT - TOP')") && SQL.ends_with("c.column_position"));
        assert!([":v1", ":v2"].iter().all(|place| SQL.matches(place).count() == 1));
    }

    fn table() -> Table {
        let column = |(name, own, precision): (&str, &str, Option<i16>)| {
            let remote = RemoteType { name: own.into(), is_built_in: true, precision, ..RemoteType::default() };
            let mapping = mapping(&remote, Charset::Utf8, &Settings::default());
            Column { name: name.to_lowercase(), remote_name: name.into(), comment: None, announced: None, mapping }
        };
        let columns = [
            ("TENANT", "NUMBER", Some(9)),
            ("ID", "NUMBER", Some(20)),
            ("DAY", "DATE", None),
            ("TEXT", "VARCHAR2", None),
            ("BARE", "NUMBER", None),
            ("ZONED", "TIMESTAMP WITH TIME ZONE", None),
        ];
        Table { name: TableName::new("S", "T"), columns: columns.map(column).into(), comment: None }
    }

    /// The columns of each key that these columns of indexes give.
    fn found(of: &[(&str, &str, u64)]) -> Vec<String> {
        let indexed = |(index, column, place): &(&str, &str, u64)| Indexed {
            index: ["S".into(), (*index).into()],
            column: (*column).into(),
            place: *place,
            bytes: 7,
        };
        let (table, indexed) = (table(), of.iter().map(indexed).collect::<Vec<_>>());
        let columns = |(key, first): (Key, &Column)| {
            assert!(key.bytes == 7 && key.nullable && key.histogram.is_empty());
            assert_eq!(key.columns.first(), Some(&first.name));
            key.columns.join(" ")
        };
        keys(&indexed, &table).into_iter().map(columns).collect()
    }

    #[test]
    fn a_key_is_its_indexs_columns_up_to_the_first_that_is_not_cut() {
        for (of, expected) in [
            (&[("P", "TENANT", 1), ("P", "ID", 2), ("P", "DAY", 3)][..], &["tenant id day"][..]),
            (&[("P", "TENANT", 1), ("P", "TEXT", 2), ("P", "ID", 3)], &["tenant"]),
            (&[("P", "TEXT", 1), ("P", "ID", 2), ("U", "DAY", 1)], &["day"]),
            (&[("P", "BARE", 1), ("U", "ZONED", 1), ("V", "OF NOBODY", 1), ("V", "ID", 2)], &[]),
            (&[("P", "ID", 1), ("U", "ID", 1), ("U", "DAY", 3)], &["id", "id"]),
            (&[("P", "ID", 2)], &[]),
            (&[], &[]),
        ] {
            assert_eq!(found(of), expected, "{of:?}");
        }
    }

    #[test]
    fn a_row_of_the_catalog_becomes_a_column_of_an_index() {
        let row = |cells: [Option<&str>; 5]| -> Row { cells.map(|cell| cell.map(str::to_owned)).into() };
        let told = Indexed::of(&row([Some("S"), Some("P"), Some("ID"), Some("2"), Some("1000")])).unwrap();
        assert_eq!(
            (told.index, told.column.as_str(), told.place, told.bytes),
            (["S", "P"].map(str::to_owned), "ID", 2, 1000)
        );
        let of_no_statistics = Indexed::of(&row([Some("S"), Some("P"), Some("ID"), Some("1"), None])).unwrap();
        assert_eq!(of_no_statistics.bytes, 0);
        assert!(Indexed::of(&row([Some("S"), Some("P"), None, Some("1"), None])).is_err());
    }
}
