//! Random tables: any types, hostile names, awkward values.

use connector_core::testing::boundary::Type;
use connector_core::testing::random::TEXTS;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use crate::parts::Parts;
use crate::source::Source;

/// Ids of rows that were there before anybody wrote are even and below this.
const LATE: usize = 1_000_000;
/// The condition that says the same.
const EARLY: &str = "id BETWEEN 0 AND 999999 AND id % 2 = 0";

/// A table as it is made: `id` counts its rows, the other columns hold anything.
#[derive(Clone, Debug)]
pub struct Design {
    pub name: String,
    pub columns: Vec<DesignedColumn>,
    /// The values of every row as they are written, its id in front.
    pub rows: Vec<Vec<String>>,
    /// Columns with an index, by place.
    pub indexed: Vec<usize>,
    /// Columns of the only index there is, by place; without any, `id` is the key.
    pub keyed: Vec<usize>,
    /// Whether there is not even that index: nothing but its partitions leads to rows of a key.
    pub bare: bool,
    /// Whether it is read through a view.
    pub view: bool,
    /// What it is put together of, where it is; only tables with keys are.
    pub parts: Option<Parts>,
}

#[derive(Clone, Debug)]
pub struct DesignedColumn {
    pub name: String,
    pub declared: String,
}

const NAMES: &[&str] = &[
    "a", "B", "Select", "a b", "a.b", "x\"y", "x`y", "it's", "%", "?", "$1", ":p", "@v", "é", "ÀB", "中", "a\\b", "--",
    "/*x*/", ";", "null", "1", "x]y", "[z", "'", "a,b", "order", "(", "=", "group by", "{}", "\\",
];

/// Types that every engine here lets be indexed as they are.
const INDEXABLE: &[&str] =
    &["int", "varchar", "char", "citext", "numeric", "decimal", "date", "timestamp", "bigint", "uuid"];

/// Types that a table can be cut along, among them ones that the engines do not.
const KEYS: &[&str] = &[
    "int",
    "bigint",
    "smallint",
    "tinyint",
    "mediumint",
    "varchar",
    "char",
    "citext",
    "numeric",
    "decimal",
    "date",
    "timestamp",
    "uuid",
    "binary",
    "varbinary",
    "time",
    "nchar",
    "nvarchar",
    "uniqueidentifier",
    "money",
    "smallmoney",
];

impl Design {
    /// Any table.
    pub fn random(source: Source, random: &mut StdRng) -> Self {
        let types = source.types();
        let mut columns = Vec::new();
        let mut chosen: Vec<&Type> = Vec::new();
        for _ in 0..random.random_range(1..9) {
            // A type twice lets two columns be compared.
            let again = chosen.choose(random).copied().filter(|_| random.random_bool(0.25));
            let tried = again.or_else(|| types.choose(random)).unwrap();
            let name = unused(source, random, &columns);
            columns.push(DesignedColumn { name, declared: tried.name.to_owned() });
            chosen.push(tried);
        }
        let rows = (0..random.random_range(0..50)).map(|id| row(source, random, id, &chosen)).collect();
        let may_be = |place: &usize| INDEXABLE.iter().any(|name| columns[*place].declared.starts_with(name));
        let indexed: Vec<usize> = (0..columns.len()).filter(may_be).filter(|_| random.random_bool(0.4)).collect();
        let name = any_name(source, random).to_owned();
        // A view forgets how many dimensions a list has.
        let view = random.random_bool(0.2) && !columns.iter().any(|column| column.declared.ends_with("[][]"));
        Self { name, columns, rows, indexed, keyed: Vec::new(), bare: false, view, parts: None }
    }

    /// A table of more rows whose only index is of one of its columns, or of two: with any values in it, with many NULLs, or with
    /// hardly more than one value; mostly without the ends of the key's type, which are left to who writes later. Instead of the index it may
    /// have partitions of its key.
    pub fn keyed(source: Source, random: &mut StdRng) -> Self {
        let mut design = Self { view: false, indexed: Vec::new(), ..Self::random(source, random) };
        let may_be = |place: &usize| {
            let declared = &design.columns[*place].declared;
            let is_odd = declared.contains("(max)") || source.is_imitation() && declared.contains("(38");
            KEYS.iter().any(|name| declared.starts_with(name)) && !is_odd
        };
        let places: Vec<usize> = (0..design.columns.len()).filter(may_be).collect();
        let count = random.random_range(1..3);
        let mut keyed: Vec<usize> = places.choose_multiple(random, count).copied().collect();
        keyed.dedup();
        let count = random.random_range(0..150);
        let rows = design.more(source, random, count);
        design.rows.extend(rows);
        if let Some(key) = keyed.first() {
            let ends = design.ends(source, *key).filter(|_| random.random_bool(0.8));
            let is_end = |cell: &str| ends.is_some_and(|ends| ends.contains(&cell));
            design.rows.retain(|row| !is_end(&row[key + 1]));
            let alike = random.random_range(0..4);
            let first = design.rows.first().map(|row| row[key + 1].clone());
            for row in &mut design.rows {
                match (alike, &first) {
                    (0, _) if random.random_bool(0.5) => "NULL".clone_into(&mut row[key + 1]),
                    (1, Some(first)) if random.random_bool(0.95) => row[key + 1].clone_from(first),
                    _ => {}
                }
            }
        }
        design.rows.iter_mut().enumerate().for_each(|(place, row)| row[0] = (2 * place).to_string());
        design.keyed = keyed;
        let of_key = if random.random_bool(0.2) { Parts::by_key(source, &design) } else { None };
        let bare = of_key.is_some();
        let parts = of_key.or_else(|| Parts::any(source, &design, random));
        Self { bare, parts, ..design }
    }

    /// The least value of a column's type and the greatest, as they are written; none where it has no two.
    fn ends(&self, source: Source, place: usize) -> Option<[&'static str; 2]> {
        let tried = source.types().into_iter().find(|tried| tried.name == self.columns[place].declared)?;
        let [least, greatest, ..] = tried.values.as_slice() else { return None };
        Some([*least, *greatest])
    }

    /// So many rows, with ids that are still to be given.
    fn more(&self, source: Source, random: &mut StdRng, count: usize) -> Vec<Vec<String>> {
        let types = source.types();
        let of = |column: &DesignedColumn| types.iter().find(|tried| tried.name == column.declared).unwrap();
        let chosen: Vec<&Type> = self.columns.iter().map(of).collect();
        (0..count).map(|id| row(source, random, id, &chosen)).collect()
    }

    /// What puts three rows more into it, for the time of this number: one at each end of the key's type, and any one. Where `id` is
    /// the key they come before all others, behind them, and between two of them.
    pub fn late(&self, source: Source, random: &mut StdRng, number: usize) -> String {
        let mut rows = self.more(source, random, 3);
        let ids = [format!("-{}", number + 1), (LATE + number).to_string(), (2 * number + 1).to_string()];
        rows.iter_mut().zip(ids).for_each(|(row, id)| row[0] = id);
        if let Some(key) = self.keyed.first() {
            let ends = self.ends(source, *key).into_iter().flatten();
            rows.iter_mut().zip(ends).for_each(|(row, end)| end.clone_into(&mut row[key + 1]));
        }
        // So that of a table's children each gets any of them.
        rows.rotate_left(number % 3);
        self.insert(source, &rows)
    }

    /// What counts the rows before the first key of those that were there before, and behind the last one.
    pub fn beyond(&self, source: Source) -> String {
        let quoted = |name: &str| source.dialect().quoted(name);
        let key = self.keyed.first().map_or_else(|| quoted("id"), |place| quoted(&self.columns[*place].name));
        let table = source.table(&self.name);
        let end = |direction: &str| {
            format!(
                "(SELECT {key} FROM {table} WHERE {EARLY} AND {key} IS NOT NULL ORDER BY {key} {direction} {})",
                source.first()
            )
        };
        let (first, last) = (end("ASC"), end("DESC"));
        format!(
            "SELECT COUNT(CASE WHEN {key} < {first} THEN 1 END), COUNT(CASE WHEN {key} > {last} THEN 1 END) FROM {table}"
        )
    }

    /// What puts rows into it.
    fn insert(&self, source: Source, rows: &[Vec<String>]) -> String {
        let base = if self.view { "the base" } else { &self.name };
        let tables = [&[base][..], self.parts.as_ref().map_or(&[][..], Parts::tables)].concat();
        let statements = tables.iter().enumerate().filter_map(|(place, table)| {
            let rows = rows.iter().skip(place).step_by(tables.len());
            let rows: Vec<String> = rows.map(|row| format!("({})", row.join(", "))).collect();
            let into = source.table(table);
            (!rows.is_empty()).then(|| format!("INSERT INTO {into} VALUES {}", rows.join(", ")))
        });
        statements.collect::<Vec<_>>().join("; ")
    }

    /// What makes it.
    pub fn statements(&self, source: Source) -> String {
        let quoted = |name: &str| source.dialect().quoted(name);
        let base = source.table(if self.view { "the base" } else { &self.name });
        let columns = self.columns.iter().map(|column| format!(", {} {} NULL", quoted(&column.name), column.declared));
        let key = if self.keyed.is_empty() { "PRIMARY KEY" } else { "NOT NULL" };
        let clause = self.parts.as_ref().map(|parts| parts.clause(source)).unwrap_or_default();
        let mut statements = vec![format!("CREATE TABLE {base} (id int {key}{}){clause}", columns.collect::<String>())];
        let names: Vec<String> = self.keyed.iter().map(|place| quoted(&self.columns[*place].name)).collect();
        let index = if names.is_empty() { "id".to_owned() } else { names.join(", ") };
        if !names.is_empty() && !self.bare {
            statements.push(format!("CREATE INDEX k ON {base} ({index})"));
        }
        statements.extend(self.parts.iter().flat_map(|parts| parts.statements(source, &base, &index)));
        statements.extend(
            self.indexed
                .iter()
                .map(|place| format!("CREATE INDEX i{place} ON {base} ({})", quoted(&self.columns[*place].name))),
        );
        if !self.rows.is_empty() {
            statements.push(self.insert(source, &self.rows));
        }
        if self.view {
            statements.push(source.view(&self.name, &base));
        }
        statements.join("; ")
    }

    /// Without one of its columns.
    pub fn without(&self, place: usize) -> Self {
        let mut less = self.clone();
        less.columns.remove(place);
        less.rows.iter_mut().for_each(|row| drop(row.remove(place + 1)));
        let moved = |places: &[usize]| {
            places.iter().filter(|at| **at != place).map(|at| at - usize::from(*at > place)).collect()
        };
        (less.indexed, less.keyed) = (moved(&self.indexed), moved(&self.keyed));
        less
    }
}

fn any_name(source: Source, random: &mut StdRng) -> &'static str {
    let is_simple = |name: &str| name.chars().all(|one| one <= '\u{ff}' && !"'\"$@[]".contains(one));
    let names = NAMES.iter().copied().filter(|name| is_simple(name) || !source.is_imitation());
    names.collect::<Vec<_>>().choose(random).unwrap()
}

/// A name that no column has, however it is spelled.
fn unused(source: Source, random: &mut StdRng, columns: &[DesignedColumn]) -> String {
    loop {
        let name = any_name(source, random);
        if !columns.iter().any(|column| column.name.to_lowercase() == name.to_lowercase()) {
            return name.to_owned();
        }
    }
}

fn row(source: Source, random: &mut StdRng, id: usize, types: &[&Type]) -> Vec<String> {
    let mut row = vec![id.to_string()];
    row.extend(types.iter().map(|tried| match random.random_range(0..10) {
        0 => "NULL".to_owned(),
        1..=4 => common(source, random, tried).unwrap_or_else(|| awkward(random, tried)),
        _ => awkward(random, tried),
    }));
    row
}

fn awkward(random: &mut StdRng, tried: &Type) -> String {
    (*tried.values.choose(random).unwrap()).to_owned()
}

/// A value of a small set, so that rows share it with others and with other columns; none where the type has only its own.
fn common(source: Source, random: &mut StdRng, tried: &Type) -> Option<String> {
    let is = |heads: &[&str]| heads.iter().any(|head| tried.name.starts_with(head));
    let signed = tried.values.iter().any(|value| value.starts_with('-') || value.starts_with("'-"));
    Some(match tried.athena {
        "tinyint" | "smallint" | "integer" | "bigint" if signed => random.random_range(-3..4).to_string(),
        "real" | "double" if signed => (*["0", "1", "-2.5", "0.1", "3", "0.5"].choose(random)?).to_owned(),
        "date" => format!("'2020-0{}-0{}'", random.random_range(1..3), random.random_range(1..4)),
        // Three digits are all that SQL Server's older types take.
        "timestamp(3)" if !["datetime", "smalldatetime"].contains(&tried.name) || !source.is_sqlserver() => {
            format!("'2020-01-01 00:00:0{}.00{:04}'", random.random_range(0..2), random.random_range(0..3000))
        }
        "varchar" if is(&["text", "varchar", "citext", "tinytext", "mediumtext", "longtext", "char("]) => {
            // Beyond its code page SQL Server keeps question marks.
            let texts: Vec<&&str> = TEXTS.iter().filter(|text| !source.is_sqlserver() || is_narrow(text)).collect();
            source.written(texts.choose(random)?)
        }
        _ => return None,
    })
}

fn is_narrow(text: &str) -> bool {
    text.chars().all(|one| one <= '\u{ff}')
}
