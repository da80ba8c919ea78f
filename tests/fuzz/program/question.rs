//! Random questions about a table.

use arrow_array::RecordBatch;
use connector_core::split::Sizes;
use connector_core::testing::cuts;
use connector_core::testing::random::Conditions;
use connector_core::{Connection, Dialect, Direction, Nulls, Scan, SortKey, Split, Table};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};

/// Any columns, any conditions, and sometimes a limit with any order.
pub fn any(random: &mut StdRng, table: &Table, all: &RecordBatch) -> Scan {
    let mut scan = Scan::new(table.clone(), projection(random, table));
    let mut conditions = Conditions { random, table, all };
    let (domains, filters) =
        *[(0, 1), (1, 0), (2, 0), (0, 2), (1, 1), (0, 0), (0, 1)].choose(conditions.random).unwrap();
    scan.domains.extend((0..domains).map(|_| conditions.domain()));
    scan.filters.extend((0..filters).map(|_| conditions.filter(3)));
    if random.random_bool(0.25) {
        scan.limit = Some(random.random_range(0..12));
        scan.order = (0..random.random_range(0..3)).map(|_| key(random, table)).collect();
    }
    scan
}

/// How a question is asked: mostly at once, sometimes in slices as the engine cuts them, sometimes in slices along any column.
///
/// Slices that are put in order and limited again need the keys.
pub async fn slices(
    random: &mut StdRng,
    connection: &mut dyn Connection,
    dialect: &dyn Dialect,
    scan: &mut Scan,
    all: &RecordBatch,
) -> Vec<Split> {
    let slices = match random.random_range(0..8) {
        0 => {
            let sizes = Sizes { most: random.random_range(2..9), bytes: 1, largest: None };
            Some(connection.splits(scan, sizes).await.expect("cutting into splits"))
        }
        1 => cuts::anywhere(all, dialect, random),
        _ => None,
    };
    let slices = slices.unwrap_or_else(|| vec![Split::Whole]);
    if slices.len() > 1 {
        with_keys(scan);
    }
    slices
}

/// Adds the keys of its order to what a scan wants.
pub fn with_keys(scan: &mut Scan) {
    let missing = |key: &&SortKey| !scan.projection.contains(&key.column);
    let mut keys: Vec<String> = scan.order.iter().filter(missing).map(|key| key.column.clone()).collect();
    keys.sort();
    keys.dedup();
    scan.projection.extend(keys);
}

/// Mostly with `id`, by which rows are told apart.
fn projection(random: &mut StdRng, table: &Table) -> Vec<String> {
    let mut names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    names.retain(|name| (name == "id" && random.random_bool(0.9)) || random.random_bool(0.4));
    names.shuffle(random);
    names
}

fn key(random: &mut StdRng, table: &Table) -> SortKey {
    SortKey {
        column: table.columns.choose(random).unwrap().name.clone(),
        direction: *[Direction::Ascending, Direction::Descending].choose(random).unwrap(),
        nulls: *[Nulls::First, Nulls::Last].choose(random).unwrap(),
    }
}
