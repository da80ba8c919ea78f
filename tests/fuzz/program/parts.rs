//! What a table may be put together of: partitions, or children that inherit from it; by names that are hard to write down.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use crate::source::Source;
use crate::table::Design;

/// What the parts of a table are called, in one schema with it.
const NAMES: &[&str; 3] = &["p\"1) where false --", "select * from", "p'; drop table `x`"];

/// The parts of a table, in which its rows are.
#[derive(Clone, Debug)]
pub enum Parts {
    /// Partitions by this rule, each of these values, as its engine writes both.
    Partitions { by: String, of: [String; 3] },
    /// Children besides the table itself, with its index or without any.
    Children { indexed: bool },
}

impl Parts {
    /// Any parts that this table may have, or none; never by its key, if it has another one than `id`.
    pub fn any(source: Source, design: &Design, random: &mut StdRng) -> Option<Self> {
        match source {
            Source::PostgreSql(_) => match random.random_range(0..6) {
                0 => Some(Self::Children { indexed: random.random() }),
                // What is unique in all partitions has to hold what they are told apart by, so `id` is no primary key here.
                1 | 2 if !design.keyed.is_empty() => Some(in_postgresql(source, design, random)),
                _ => None,
            },
            Source::MySql(_) => (may_be_parted(design) && random.random_bool(0.4)).then(|| in_mysql(random)),
            Source::SqlServer(_) => random
                .random_bool(0.4)
                .then(|| Self::Partitions { by: "glaux_thirds (id)".to_owned(), of: ["", "", ""].map(str::to_owned) }),
        }
    }

    /// Three partitions of the key, by two values that are common among it; none where its type is not parted so.
    pub fn by_key(source: Source, design: &Design) -> Option<Self> {
        let column = design.keyed.first().map(|place| &design.columns[*place])?;
        let (name, declared) = (source.dialect().quoted(&column.name), column.declared.as_str());
        let [low, high] = match declared {
            "int" | "bigint" | "smallint" | "mediumint" | "tinyint" => ["-1", "2"],
            "date" => ["'2020-01-02'", "'2020-02-02'"],
            _ if declared.starts_with("datetime") => ["'2020-01-01 00:00:00.001'", "'2020-01-01 00:00:01.002'"],
            _ => return None,
        };
        let (by, of) = match source {
            Source::MySql(_) if may_be_parted(design) => {
                let of = [low, high, "MAXVALUE"].map(|end| format!(" VALUES LESS THAN ({end})"));
                (format!("RANGE COLUMNS ({name})"), of)
            }
            Source::SqlServer(_) if declared == "int" => (format!("glaux_thirds ({name})"), Default::default()),
            // PostgreSQL has NULL in a partition for the rest, beside which so small a table is one split.
            _ => return None,
        };
        Some(Self::Partitions { by, of })
    }

    /// What stands behind the columns.
    pub fn clause(&self, source: Source) -> String {
        match (self, source) {
            (Self::Partitions { by, .. }, Source::PostgreSql(_)) => format!(" PARTITION BY {by}"),
            (Self::Partitions { by, of }, Source::MySql(_)) => {
                let parts = NAMES.iter().zip(of);
                let parts = parts.map(|(name, of)| format!("PARTITION {}{of}", source.dialect().quoted(name)));
                format!(" PARTITION BY {by} ({})", parts.collect::<Vec<_>>().join(", "))
            }
            (Self::Partitions { by, .. }, Source::SqlServer(_)) => format!(" ON {by}"),
            (Self::Children { .. }, _) => String::new(),
        }
    }

    /// What makes the parts of a table with this index, by the names as they are written.
    pub fn statements(&self, source: Source, table: &str, index: &str) -> Vec<String> {
        let names = NAMES.iter().map(|name| source.dialect().quoted(name));
        match (self, source) {
            (Self::Partitions { of, .. }, Source::PostgreSql(_)) => {
                names.zip(of).map(|(name, of)| format!("CREATE TABLE {name} PARTITION OF {table}{of}")).collect()
            }
            (Self::Partitions { .. }, Source::MySql(_) | Source::SqlServer(_)) => Vec::new(),
            (Self::Children { indexed }, _) => {
                let children = names.take(2).flat_map(|name| {
                    let index = indexed.then(|| format!("CREATE INDEX ON {name} ({index})"));
                    [Some(format!("CREATE TABLE {name} () INHERITS ({table})")), index]
                });
                children.flatten().collect()
            }
        }
    }

    /// The tables besides it that rows are put into: children have rows of their own, and partitions are found by the server.
    pub fn tables(&self) -> &'static [&'static str] {
        match self {
            Self::Partitions { .. } => &[],
            Self::Children { .. } => &NAMES[..2],
        }
    }
}

/// Whether MySQL parts tables of such columns.
fn may_be_parted(design: &Design) -> bool {
    let may_be = |declared: &str| !["point", "geometry", "vector"].iter().any(|kind| declared.starts_with(kind));
    design.columns.iter().all(|column| may_be(&column.declared))
}

/// By `id`, or by a column of numbers that is not the key.
fn in_postgresql(source: Source, design: &Design, random: &mut StdRng) -> Parts {
    let is_number = |declared: &str| {
        ["int2", "int4", "int8"].contains(&declared) || (declared.starts_with("numeric") && !declared.ends_with(']'))
    };
    let others = (0..design.columns.len()).filter(|place| design.keyed.first() != Some(place));
    let others = others.map(|place| &design.columns[place]).filter(|column| is_number(&column.declared));
    let others: Vec<String> = others.map(|column| source.dialect().quoted(&column.name)).collect();
    let other = others.choose(random).filter(|_| random.random_bool(0.7));
    let (column, in_between, listed) = match other {
        Some(other) => (other.as_str(), "0", "NULL"),
        None => ("id", "40", "2"),
    };
    let (by, of) = match random.random_range(0..3) {
        0 => ("HASH", [0, 1, 2].map(|rest| format!(" FOR VALUES WITH (MODULUS 3, REMAINDER {rest})"))),
        1 => ("LIST", [format!(" FOR VALUES IN ({listed})"), " FOR VALUES IN (0)".into(), " DEFAULT".into()]),
        _ => {
            let low = format!(" FOR VALUES FROM (MINVALUE) TO ({in_between})");
            ("RANGE", [low, format!(" FOR VALUES FROM ({in_between}) TO (MAXVALUE)"), " DEFAULT".into()])
        }
    };
    Parts::Partitions { by: format!("{by} ({column})"), of }
}

/// By `id`, which is the primary key where no other column is a key.
fn in_mysql(random: &mut StdRng) -> Parts {
    let (by, of) = match random.random_range(0..3) {
        0 => ("HASH (id)", ["", "", ""]),
        1 => ("KEY (id)", ["", "", ""]),
        _ => ("RANGE (id)", [" VALUES LESS THAN (0)", " VALUES LESS THAN (40)", " VALUES LESS THAN MAXVALUE"]),
    };
    Parts::Partitions { by: by.to_owned(), of: of.map(str::to_owned) }
}
