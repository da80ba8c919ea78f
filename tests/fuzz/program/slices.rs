//! Tables with any key, cut as their engine cuts them and read slice by slice, while others write: every row that was there
//! comes once.

use std::fmt::{Display, Formatter};

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use arrow_select::concat::concat_batches;
use connector_core::split::Sizes;
use connector_core::testing::random::Conditions;
use connector_core::testing::{cuts, suite};
use connector_core::{Bound, Connection, Domain, Range, Scan, Split, Table, TableName, Value, Values, eval};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::campaign::setting;
use crate::source::Source;
use crate::table::Design;

/// Tables of a run that nobody set anything for.
const TABLES: u64 = 12;
/// Ids of rows that come while slices are read begin here.
const LATE: usize = 1_000_000;

/// What was done.
#[derive(Debug, Default)]
struct Tally {
    tables: u64,
    cut: u64,
    plans: u64,
    slices: usize,
    rows: usize,
    late: usize,
}

impl Display for Tally {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Self { tables, cut, plans, slices, rows, late } = self;
        write!(
            f,
            "{tables} tables, {cut} of them cut along their key, {plans} plans of {slices} slices, {rows} rows compared, \
             0 wrong; {late} rows written meanwhile"
        )
    }
}

/// A table that is there, and all its rows.
struct Read<'r> {
    source: Source,
    connection: &'r mut dyn Connection,
    schema: String,
    design: Design,
    table: Table,
    all: RecordBatch,
}

/// Cuts one table after another.
pub async fn add_up(source: Option<Source>) {
    let Some(source) = source else { return };
    let seed = setting("TEST_SEED").unwrap_or_else(|| rand::rng().random_range(0..1_000_000_000));
    println!("{}: slices, seed {seed}", source.name());
    source.prepare().await;
    let (mut connection, mut tally) = (source.connect().await, Tally::default());
    let tables = setting("TEST_TABLES").unwrap_or(TABLES);
    while tally.tables < tables {
        let mut random = StdRng::seed_from_u64(seed + tally.tables);
        let mut read = Read::open(source, connection.as_mut(), "slices", &mut random).await;
        let most = read.add_up(&mut random, &mut tally).await;
        tally.tables += 1;
        tally.cut += u64::from(most > 1);
        if tally.tables % 100 == 0 {
            println!("{}: {tally}", source.name());
        }
    }
    println!("{}: {tally}", source.name());
}

impl<'r> Read<'r> {
    async fn open(source: Source, connection: &'r mut dyn Connection, schema: &str, random: &mut StdRng) -> Self {
        let (design, schema) = (Design::keyed(source, random), format!("{schema}_{}", source.name()));
        let mut statements = design.statements(source);
        if random.random_bool(0.7) {
            let analyze = if matches!(source, Source::PostgreSql(_)) { "ANALYZE" } else { "ANALYZE TABLE" };
            statements += &format!("; {analyze} {}", source.dialect().quoted(&design.name));
        }
        source.make(&schema, &statements).await;
        let table = connection.table(&TableName::new(&schema, design.name.to_lowercase())).await.unwrap();
        let all = suite::whole(connection, source.dialect(), &table).await;
        Self { source, connection, schema, design, table, all }
    }

    fn scan(&self) -> Scan {
        Scan::new(self.table.clone(), self.table.columns.iter().map(|column| column.name.clone()).collect())
    }

    /// Reads the table in slices, several times and at last while rows are written; says how many slices there were at most.
    async fn add_up(&mut self, random: &mut StdRng, tally: &mut Tally) -> usize {
        let mut most = 0;
        for round in 0..5 {
            let mut scan = self.scan();
            if round % 2 == 1 {
                scan.domains.extend([Conditions { random, table: &self.table, all: &self.all }.domain()]);
            }
            let sizes = match round {
                0 | 4 => Sizes { most: 24, bytes: 1 },
                _ => Sizes { most: random.random_range(2..24), bytes: random.random_range(1..5_000) },
            };
            let own = if round == 2 { cuts::anywhere(&self.all, self.source.dialect(), random) } else { None };
            let slices = match own {
                Some(slices) => slices,
                None => self.connection.splits(&scan, sizes).await.expect("cutting"),
            };
            most = most.max(if round == 2 { 0 } else { slices.len() });
            let found = self.union(&scan, &slices, (round == 4).then_some(&mut *random), tally).await;
            if let Some(wrong) = self.wrong(&scan, &found) {
                panic!("{wrong} in {slices:?} where {:?}\n{}", scan.domains, self.design.statements(self.source));
            }
            (tally.plans, tally.slices) = (tally.plans + 1, tally.slices + slices.len());
            tally.rows += found.num_rows();
        }
        most
    }

    /// What all slices give of the rows that were there from the beginning; others write before some slices and during them.
    async fn union(
        &mut self,
        scan: &Scan,
        slices: &[Split],
        mut writing: Option<&mut StdRng>,
        tally: &mut Tally,
    ) -> RecordBatch {
        let mut parts = Vec::new();
        for (place, slice) in slices.iter().enumerate() {
            let split = Split::from_properties(&slice.properties()).expect("reading a split's properties");
            let (scan, dialect) = (Scan { split, ..scan.clone() }, self.source.dialect());
            // Logging in to write takes longer than to read a slice.
            let late = writing.as_mut().filter(|_| place % 8 == 0).map(|random| {
                let from = LATE + tally.late;
                tally.late += 4;
                [(from, from + 2), (from + 2, from + 4)]
                    .map(|(from, to)| self.design.insert(self.source, &self.design.more(self.source, random, from, to)))
            });
            let [before, during] = late.map_or([None, None], |late| late.map(Some));
            write(self.source, &self.schema, before).await;
            let reading = suite::read(&mut *self.connection, dialect, &scan);
            let (part, ()) = futures::join!(reading, write(self.source, &self.schema, during));
            parts.push(part);
        }
        let union = concat_batches(&self.all.schema(), &parts).expect("joining slices");
        eval::filter(&union, &[("id".to_owned(), early())], &[]).expect("leaving out what came late")
    }

    /// What is wrong with these rows, if they are not those that are wanted, each once.
    fn wrong(&self, scan: &Scan, found: &RecordBatch) -> Option<String> {
        let domains: Vec<_> = scan.domains.clone().into_iter().collect();
        let wanted = eval::filter(&self.all, &domains, &[]).ok()?;
        let (found, wanted) = (suite::sorted_rows(found), suite::sorted_rows(&wanted));
        (found != wanted).then(|| format!("{} rows instead of {}", found.len(), wanted.len()))
    }
}

async fn write(source: Source, schema: &str, statement: Option<String>) {
    if let Some(statement) = statement {
        source.write(schema, &statement).await;
    }
}

/// Ids of rows that were there from the beginning.
fn early() -> Domain {
    let late = Bound::Excluded(Value::Int(i64::try_from(LATE).unwrap()));
    let values = Values::Ranges(vec![Range { low: Bound::Unbounded, high: late }]);
    Domain { data_type: DataType::Int32, values, nulls: false }
}

/// A way to break slices.
type Breaking = (&'static str, fn(&mut Vec<Split>));

/// Slices as nobody may cut them, each to be noticed on one of some tables.
const BROKEN: [Breaking; 6] = [
    ("NULL is in two slices", |slices| ranges(slices).for_each(|range| range.nulls = true)),
    ("NULL is in no slice", |slices| ranges(slices).for_each(|range| range.nulls = false)),
    ("the last slice is closed", |slices| {
        let cuts: Vec<Value> = ranges(slices).filter_map(|range| range.from.clone()).collect();
        ranges(slices).for_each(|range| range.below = range.below.take().or_else(|| cuts.last().cloned()));
    }),
    ("slices overlap", |slices| {
        let ends: Vec<Option<Value>> = ranges(slices).map(|range| range.below.clone()).skip(1).collect();
        ranges(slices).zip(ends).for_each(|(range, end)| range.below = end);
    }),
    ("a slice is missing", |slices| drop(slices.pop())),
    ("cuts stand in another order", |slices| {
        let mut cuts: Vec<Option<Value>> = ranges(slices).skip(1).map(|range| range.from.clone()).collect();
        cuts.reverse();
        ranges(slices).skip(1).zip(&cuts).for_each(|(range, cut)| range.from.clone_from(cut));
        ranges(slices).zip(&cuts).for_each(|(range, cut)| range.below.clone_from(cut));
    }),
];

fn ranges(slices: &mut [Split]) -> impl Iterator<Item = &mut connector_core::KeyRange> {
    slices.iter_mut().filter_map(|split| if let Split::Range(range) = split { Some(range) } else { None })
}

/// Each way to break slices changes the rows of some table.
pub async fn broken_ones_are_noticed(source: Option<Source>) {
    let Some(source) = source else { return };
    source.prepare().await;
    let mut connection = source.connect().await;
    let mut missed: Vec<Breaking> = BROKEN.to_vec();
    for seed in 0..60 {
        if missed.is_empty() {
            return;
        }
        let mut random = StdRng::seed_from_u64(seed);
        let mut read = Read::open(source, connection.as_mut(), "broken", &mut random).await;
        let scan = read.scan();
        let slices = read.connection.splits(&scan, Sizes { most: 24, bytes: 1 }).await.expect("cutting");
        let mut still = Vec::new();
        for (what, breaking) in missed {
            let mut broken = slices.clone();
            breaking(&mut broken);
            let found = if broken == slices || broken.is_empty() {
                None
            } else {
                Some(read.union(&scan, &broken, None, &mut Tally::default()).await)
            };
            if found.and_then(|found| read.wrong(&scan, &found)).is_none() {
                still.push((what, breaking));
            }
        }
        missed = still;
    }
    let missed: Vec<&str> = missed.iter().map(|(what, _)| *what).collect();
    assert!(missed.is_empty(), "nobody noticed that {missed:?}");
}
