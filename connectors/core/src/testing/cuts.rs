//! Random cuts of a table over its own values: its slices are the table, each row in one of them.

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};

use super::random::Conditions;
use super::suite::{read, sorted_rows, whole};
use crate::split::{Place, Sizes, numbered, ranges};
use crate::{Connection, Dialect, Scan, Split, Table, Value, eval};

/// Cuts a table `rounds` times along columns of any type that a key can have; under a condition every other time.
pub async fn random_cuts_add_up(
    connection: &mut dyn Connection,
    dialect: &dyn Dialect,
    table: &Table,
    random: &mut StdRng,
    rounds: usize,
) {
    let all = whole(connection, dialect, table).await;
    for round in 0..rounds {
        let slices = anywhere(&all, dialect, random).expect("a column that can be a key");
        let mut scan = Scan::new(table.clone(), table.columns.iter().map(|column| column.name.clone()).collect());
        if round % 2 == 1 {
            scan.domains.extend([Conditions { random, table, all: &all }.domain()]);
        }
        adds_up(connection, dialect, &scan, &slices, &all).await;
    }
}

/// How many slices a connection cuts a scan into, and the rows of all of them, in order.
pub async fn in_slices(
    connection: &mut dyn Connection,
    dialect: &dyn Dialect,
    scan: &Scan,
    sizes: Sizes,
) -> (usize, Vec<String>) {
    let slices = connection.splits(scan, sizes).await.expect("cutting");
    let (count, mut rows) = (slices.len(), Vec::new());
    for split in slices {
        rows.extend(sorted_rows(&read(connection, dialect, &Scan { split, ..scan.clone() }).await));
    }
    rows.sort();
    (count, rows)
}

/// Slices of a table along any of its columns that can be a key, and others behind it, cut at values that they hold; none if there
/// is no such column.
pub fn anywhere(all: &RecordBatch, dialect: &dyn Dialect, random: &mut StdRng) -> Option<Vec<Split>> {
    let mut keys: Vec<usize> = (0..all.num_columns()).filter(|index| values(all, *index, dialect).is_some()).collect();
    keys.shuffle(random);
    keys.truncate(random.random_range(1..4));
    let names: Vec<String> = keys.iter().map(|index| all.schema().field(*index).name().clone()).collect();
    let values: Vec<Vec<Value>> = keys.iter().filter_map(|index| values(all, *index, dialect)).collect();
    let places = places(values.split_first()?, random);
    Some(ranges(&names, true, places).into_iter().map(Split::Range).collect())
}

/// Places in order: each cut, behind most of them others among the rows that have its value. Where only the source knows the
/// order there is one cut, which needs none.
fn places((first, behind): (&Vec<Value>, &[Vec<Value>]), random: &mut StdRng) -> Vec<Place> {
    let mut cuts: Vec<Value> = first.choose(random).cloned().into_iter().collect();
    if cuts.iter().all(|cut| numbered(cut).is_some()) {
        cuts.extend((0..random.random_range(0..5)).filter_map(|_| first.choose(random).cloned()));
        cuts.sort_by_key(numbered);
        cuts.dedup();
    }
    let mut found = Vec::new();
    for cut in cuts {
        let within = match behind.split_first() {
            Some(behind) if random.random_bool(0.7) => places(behind, random),
            _ => Vec::new(),
        };
        // What stands before a value's rows may be left out where something among them is not.
        let is_cut = within.is_empty() || random.random_bool(0.7);
        found.extend(is_cut.then(|| vec![cut.clone()]));
        found.extend(within.into_iter().map(|place| [vec![cut.clone()], place].concat()));
    }
    found
}

/// Cuts a table `rounds` times as its engine does, into up to some tens of slices, under a condition every other time; says how
/// many slices there were at most.
pub async fn own_cuts_add_up(
    connection: &mut dyn Connection,
    dialect: &dyn Dialect,
    table: &Table,
    random: &mut StdRng,
    rounds: usize,
) -> usize {
    let all = whole(connection, dialect, table).await;
    let mut most = 0;
    for round in 0..rounds {
        let mut scan = Scan::new(table.clone(), table.columns.iter().map(|column| column.name.clone()).collect());
        if round % 2 == 1 {
            scan.domains.extend((0..2).map(|_| Conditions { random, table, all: &all }.domain()));
        }
        let as_many = Sizes { most: 40, bytes: 1, largest: None };
        let any = Sizes { most: random.random_range(2..40), bytes: random.random_range(1..1_000), largest: None };
        let sizes = if round == 0 { as_many } else { any };
        let slices = connection.splits(&scan, sizes).await.expect("cutting into splits");
        most = most.max(slices.len());
        adds_up(connection, dialect, &scan, &slices, &all).await;
    }
    most
}

async fn adds_up(
    connection: &mut dyn Connection,
    dialect: &dyn Dialect,
    scan: &Scan,
    slices: &[Split],
    all: &RecordBatch,
) {
    let domains: Vec<_> = scan.domains.clone().into_iter().collect();
    let Ok(expected) = eval::filter(all, &domains, &[]) else { return };
    let mut parts = Vec::new();
    for slice in slices {
        // As they travel.
        let split = Split::from_properties(&slice.properties()).expect("reading a split's properties");
        parts.push(read(connection, dialect, &Scan { split, ..scan.clone() }).await);
    }
    let union = concat_batches(&all.schema(), &parts).expect("joining slices");
    let (found, expected) = (sorted_rows(&union), sorted_rows(&expected));
    assert_eq!(found, expected, "{} in {slices:?} where {domains:?}", scan.table.name);
}

/// The values of a column, if they can be a key's.
fn values(all: &RecordBatch, index: usize, dialect: &dyn Dialect) -> Option<Vec<Value>> {
    let column = all.column(index);
    let values: Vec<Value> = (0..column.len()).filter_map(|row| Value::at(column, row)).collect();
    let travels = |value: &Value| {
        let is_odd = matches!(value, Value::Bool(_) | Value::Float32(_) | Value::Float64(_) | Value::Bytes(_));
        !is_odd && dialect.binds(value)
    };
    (!values.is_empty() && values.iter().all(travels)).then_some(values)
}
