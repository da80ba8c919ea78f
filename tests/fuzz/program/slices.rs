//! Tables with any key, cut as their engine cuts them and read slice by slice, while others write between their keys and at both
//! ends: every row that was there comes once.

use std::fmt::{Display, Formatter};

use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use arrow_select::concat::concat_batches;
use connector_core::split::{Place, Sizes};
use connector_core::testing::random::Conditions;
use connector_core::testing::{cuts, suite};
use connector_core::{Connection, Domain, Scan, Split, Table, TableName, Value, Values, eval};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::campaign::setting;
use crate::source::{Source, Writer};
use crate::table::Design;

/// Tables of a run that nobody set anything for.
const TABLES: u64 = 12;
/// Each is cut and read in rounds from 0 to this one, in which others write.
const LAST: usize = 4;

/// What was done.
#[derive(Debug, Default)]
struct Tally {
    tables: u64,
    in_parts: u64,
    cut: u64,
    plans: u64,
    slices: usize,
    /// Of those, the ones that begin or end among the rows of one value of the key's first column.
    within: usize,
    rows: usize,
    late: usize,
    /// Of those, the ones before the first key that was there, and the ones behind the last.
    before: i64,
    behind: i64,
}

impl Display for Tally {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Self { tables, in_parts, cut, plans, slices, within, rows, late, before, behind } = self;
        write!(
            f,
            "{tables} tables, {in_parts} of them in parts, {cut} cut along their key, {plans} plans of {slices} slices ({within} by \
             columns behind the first), {rows} rows compared, 0 wrong; {late} rows written meanwhile, {before} of them before the first key and {behind} \
             behind the last"
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

/// Somebody else, who puts rows into a table as fast as it takes them.
struct Others {
    /// How many times that was done. When nobody asks any more it ends.
    times: watch::Receiver<usize>,
    task: JoinHandle<(Writer, usize)>,
}

impl Others {
    fn begin(source: Source, mut writer: Writer, design: Design, mut random: StdRng) -> Self {
        let (told, times) = watch::channel(0);
        let task = tokio::spawn(async move {
            let mut times = 0;
            loop {
                let statement = design.late(source, &mut random, times);
                writer.run(&statement).await;
                times += 1;
                if told.send(times).is_err() {
                    return (writer, times);
                }
            }
        });
        Self { times, task }
    }

    /// Waits until there are more rows than there were.
    async fn go_on(&mut self) {
        self.times.changed().await.expect("writing meanwhile");
    }

    async fn end(self) -> (Writer, usize) {
        drop(self.times);
        self.task.await.expect("writing meanwhile")
    }
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
        tally.in_parts += u64::from(read.design.parts.is_some());
        tally.cut += u64::from(most > 1);
        if tally.tables % 100 == 0 {
            println!("{}: {tally}", source.name());
        }
    }
    println!("{}: {tally}", source.name());
    // What is meant to be seen has been there; of fewer tables it may be that none has a key with values beyond its rows.
    let is_seen = tally.before > 0 && tally.behind > 0 && tally.cut > 0;
    assert!(is_seen || tables < TABLES, "nobody wrote at both ends of a key: {tally}");
}

impl<'r> Read<'r> {
    async fn open(source: Source, connection: &'r mut dyn Connection, schema: &str, random: &mut StdRng) -> Self {
        let (design, schema) = (Design::keyed(source, random), format!("{schema}_{}", source.name()));
        source.make(&schema, &design.statements(source)).await;
        if random.random_bool(0.7) {
            source.analyze(&schema, &design.name).await;
        }
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
        for round in 0..=LAST {
            let mut scan = self.scan();
            if round % 2 == 1 {
                let asked = Conditions { random, table: &self.table, all: &self.all }.domain();
                let is_odd = asked.1.data_type == DataType::Utf8 && self.source.is_imitation();
                scan.domains.extend(Some(asked).filter(|_| !is_odd));
            }
            let sizes = match round {
                0 | LAST => Sizes { most: 24, bytes: 1, largest: None },
                _ => Sizes { most: random.random_range(2..24), bytes: random.random_range(1..5_000), largest: None },
            };
            let mut others = if round == LAST { Some(self.others(random).await) } else { None };
            let own = if round == 2 { cuts::anywhere(&self.all, self.source.dialect(), random) } else { None };
            let slices = match own {
                Some(slices) => slices,
                None => self.connection.splits(&scan, sizes).await.expect("cutting"),
            };
            most = most.max(if round == 2 { 0 } else { slices.len() });
            let found = self.union(&scan, &slices, others.as_mut()).await;
            if let Some(others) = others {
                self.count_late(others, tally).await;
            }
            if let Some(wrong) = self.wrong(&scan, &found) {
                panic!("{wrong} in {slices:?} where {:?}\n{}", scan.domains, self.design.statements(self.source));
            }
            (tally.plans, tally.slices) = (tally.plans + 1, tally.slices + slices.len());
            tally.within +=
                slices.iter().filter(|split| matches!(split, Split::Range(of) if of.columns.len() > 1)).count();
            tally.rows += found.num_rows();
        }
        most
    }

    async fn others(&self, random: &mut StdRng) -> Others {
        // How much they write depends on the hour, and what chance gives to the table does not.
        let theirs = StdRng::seed_from_u64(random.random());
        Others::begin(self.source, self.source.writer(&self.schema).await, self.design.clone(), theirs)
    }

    async fn count_late(&self, others: Others, tally: &mut Tally) {
        let (mut writer, times) = others.end().await;
        let [before, behind] = writer.two(&self.design.beyond(self.source)).await;
        tally.late += 3 * times;
        (tally.before, tally.behind) = (tally.before + before, tally.behind + behind);
    }

    /// What all slices give of the rows that were there from the beginning; before each one others have written again, and they go
    /// on while it is read.
    async fn union(&mut self, scan: &Scan, slices: &[Split], mut others: Option<&mut Others>) -> RecordBatch {
        let mut parts = Vec::new();
        for slice in slices {
            if let Some(others) = &mut others {
                others.go_on().await;
            }
            let split = Split::from_properties(&slice.properties()).expect("reading a split's properties");
            let scan = Scan { split, ..scan.clone() };
            parts.push(suite::read(&mut *self.connection, self.source.dialect(), &scan).await);
        }
        let union = concat_batches(&self.all.schema(), &parts).expect("joining slices");
        eval::filter(&union, &[("id".to_owned(), self.early())], &[]).expect("leaving out what came late")
    }

    /// Ids of the rows that were there from the beginning.
    fn early(&self) -> Domain {
        let ids = self.all.column_by_name("id").expect("ids");
        let values = (0..ids.len()).filter_map(|row| Value::at(ids, row)).collect();
        Domain { data_type: DataType::Int32, values: Values::In(values), nulls: false }
    }

    /// What is wrong with these rows, if they are not those that are wanted, each once.
    fn wrong(&self, scan: &Scan, found: &RecordBatch) -> Option<String> {
        let domains: Vec<_> = scan.domains.clone().into_iter().collect();
        let wanted = eval::filter(&self.all, &domains, &[]).ok()?;
        let (found, wanted) = (suite::sorted_rows(found), suite::sorted_rows(&wanted));
        (found != wanted).then(|| format!("{} rows instead of {}", found.len(), wanted.len()))
    }
}

/// A way to break slices.
type Breaking = (&'static str, fn(&mut Vec<Split>));

/// Slices as nobody may cut them, each to be noticed on one of some tables.
const BROKEN: [Breaking; 6] = [
    ("NULL is in two slices", |slices| ranges(slices).for_each(|range| range.nulls = true)),
    ("NULL is in no slice", |slices| ranges(slices).for_each(|range| range.nulls = false)),
    ("the last slice is closed", |slices| {
        let last = ranges(slices).last().map(|range| range.from.clone()).unwrap_or_default();
        ranges(slices).filter(|range| range.below.is_empty()).for_each(|range| range.below.clone_from(&last));
    }),
    ("slices overlap", |slices| {
        let ends: Vec<Place> = ranges(slices).map(|range| range.below.clone()).skip(1).collect();
        ranges(slices).zip(ends).for_each(|(range, end)| range.below = end);
    }),
    ("a slice is missing", |slices| drop(slices.pop())),
    ("cuts stand in another order", |slices| {
        let mut cuts: Vec<Place> = ranges(slices).skip(1).map(|range| range.from.clone()).collect();
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
        let slices = read.connection.splits(&scan, Sizes { most: 24, bytes: 1, largest: None }).await.expect("cutting");
        let mut still = Vec::new();
        for (what, breaking) in missed {
            let mut broken = slices.clone();
            breaking(&mut broken);
            let found =
                if broken == slices || broken.is_empty() { None } else { Some(read.union(&scan, &broken, None).await) };
            if found.and_then(|found| read.wrong(&scan, &found)).is_none() {
                still.push((what, breaking));
            }
        }
        missed = still;
    }
    let missed: Vec<&str> = missed.iter().map(|(what, _)| *what).collect();
    assert!(missed.is_empty(), "nobody noticed that {missed:?}");
}
