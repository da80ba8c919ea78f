//! A failure made as small as it gets: fewer conditions, fewer rows, fewer columns, as long as it still fails.

use connector_core::{Connection, Domain, Expr, Function, Scan, Split, Values};
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::judge::{Subject, Verdict};
use crate::mutation::Mutation;
use crate::source::Source;
use crate::table::Design;
use crate::{question, regression};

const SCHEMA: &str = "fuzz_smaller";
/// Smaller cases tried before what there is must do.
const TRIES: usize = 400;

/// A table and a question about it.
#[derive(Clone)]
pub struct Case {
    pub design: Design,
    pub scan: Scan,
    pub slices: Vec<Split>,
}

/// The smallest case found that fails too, and what it fails with; none if this one does not fail when asked alone.
pub async fn smallest(
    source: Source,
    connection: &mut dyn Connection,
    case: Case,
    broken: Option<&Mutation>,
) -> Option<(Case, String)> {
    let (mut case, mut what) = failing(source, connection, case, broken).await?;
    let mut tries = 0;
    'again: loop {
        for simpler in simpler(&case) {
            tries += 1;
            if tries > TRIES {
                return Some((case, what));
            }
            if let Some(smaller) = failing(source, connection, simpler, broken).await {
                (case, what) = smaller;
                continue 'again;
            }
        }
        return Some((case, what));
    }
}

/// A case that fails, about the table as it is described now.
async fn failing(
    source: Source,
    connection: &mut dyn Connection,
    mut case: Case,
    broken: Option<&Mutation>,
) -> Option<(Case, String)> {
    source.make(SCHEMA, &case.design.statements(source)).await;
    let subject = Subject::open(source, connection, SCHEMA, &case.design.name).await.ok()?;
    case.scan.table = subject.table.clone();
    match subject.ask(connection, &case.scan, &case.slices, broken).await {
        Verdict::Wrong(what) => Some((case, what)),
        Verdict::Same(_) | Verdict::Fails => None,
    }
}

/// Cases that are a little smaller, the boldest first.
fn simpler(case: &Case) -> Vec<Case> {
    let scans = simpler_scans(&case.scan).into_iter().map(|scan| Case { scan, ..case.clone() });
    let designs = simpler_designs(case).into_iter().map(|design| Case { design, ..case.clone() });
    let at_once = (case.slices != [Split::Whole]).then(|| Case { slices: vec![Split::Whole], ..case.clone() });
    at_once.into_iter().chain(designs).chain(scans).collect()
}

fn simpler_designs(case: &Case) -> Vec<Design> {
    let (design, mut simpler) = (&case.design, Vec::new());
    let rows = design.rows.len();
    let mut without_rows = |from: usize, to: usize| {
        let mut less = design.clone();
        less.rows.drain(from..to);
        simpler.push(less);
    };
    if rows > 3 {
        without_rows(0, rows / 2);
        without_rows(rows / 2, rows);
    }
    (0..rows).for_each(|row| without_rows(row, row + 1));
    let mut used = used_columns(&case.scan);
    used.extend(case.slices.iter().flat_map(|split| match split {
        Split::Range(range) => range.columns.clone(),
        Split::Whole | Split::Part(_) => Vec::new(),
    }));
    let unused = (0..design.columns.len()).filter(|place| !used.contains(&design.columns[*place].name.to_lowercase()));
    simpler.extend(unused.map(|place| design.without(place)));
    if design.view {
        simpler.push(Design { view: false, ..design.clone() });
    }
    if !design.indexed.is_empty() {
        simpler.push(Design { indexed: Vec::new(), ..design.clone() });
    }
    simpler
}

fn used_columns(scan: &Scan) -> Vec<String> {
    let mut used: Vec<String> = scan.projection.iter().chain(scan.domains.keys()).cloned().collect();
    used.extend(scan.order.iter().map(|key| key.column.clone()));
    scan.filters.iter().for_each(|filter| filter.for_each_column(&mut |name| used.push(name.to_owned())));
    used
}

fn simpler_scans(scan: &Scan) -> Vec<Scan> {
    let mut simpler = Vec::new();
    if let Some(limit) = scan.limit {
        simpler.push(Scan { limit: None, order: Vec::new(), ..scan.clone() });
        let fewer = [limit / 2, limit.saturating_sub(1)].into_iter().filter(|fewer| *fewer < limit);
        simpler.extend(fewer.map(|limit| Scan { limit: Some(limit), ..scan.clone() }));
    }
    if !scan.order.is_empty() {
        simpler.push(Scan { order: scan.order[1..].to_vec(), ..scan.clone() });
    }
    if scan.projection != ["id"] {
        simpler.push(Scan { projection: vec!["id".into()], ..scan.clone() });
    }
    for (name, domain) in &scan.domains {
        let mut less = scan.clone();
        less.domains.remove(name);
        simpler.push(less);
        simpler.extend(simpler_domains(domain).into_iter().map(|domain| {
            let mut less = scan.clone();
            less.domains.insert(name.clone(), domain);
            less
        }));
    }
    for place in 0..scan.filters.len() {
        let mut less = scan.clone();
        let filter = less.filters.remove(place);
        simpler.push(less);
        simpler.extend(simpler_filters(&filter).into_iter().map(|filter| {
            let mut less = scan.clone();
            less.filters[place] = filter;
            less
        }));
    }
    simpler
}

fn simpler_domains(domain: &Domain) -> Vec<Domain> {
    let with = |values| Domain { values, ..domain.clone() };
    match &domain.values {
        Values::All => Vec::new(),
        Values::In(list) => shorter(list).into_iter().map(|list| with(Values::In(list))).collect(),
        Values::NotIn(list) => shorter(list).into_iter().map(|list| with(Values::NotIn(list))).collect(),
        Values::Ranges(ranges) => shorter(ranges).into_iter().map(|ranges| with(Values::Ranges(ranges))).collect(),
    }
}

/// The conditions that a condition is made of, and itself with one of them less or simpler.
fn simpler_filters(filter: &Expr) -> Vec<Expr> {
    let Expr::Call { function, args, data_type } = filter else { return Vec::new() };
    let with = |args| Expr::Call { function: *function, args, data_type: data_type.clone() };
    let mut simpler: Vec<Expr> = args
        .iter()
        .filter(|arg| matches!(arg, Expr::Call { data_type, .. } if *data_type == arrow_schema::DataType::Boolean))
        .cloned()
        .collect();
    if matches!(function, Function::And | Function::Or) && args.len() > 2 {
        simpler.extend(shorter(args).into_iter().map(with));
    }
    for (place, arg) in args.iter().enumerate() {
        let simpler_args = match arg {
            Expr::List { values, data_type } if values.len() > 1 => {
                let list = |values| Expr::List { values, data_type: data_type.clone() };
                shorter(values).into_iter().map(list).collect()
            }
            other => simpler_filters(other),
        };
        simpler.extend(simpler_args.into_iter().map(|arg| {
            let mut args = args.clone();
            args[place] = arg;
            with(args)
        }));
    }
    simpler
}

/// A list without one of its items, each in turn.
fn shorter<T: Clone>(list: &[T]) -> Vec<Vec<T>> {
    let without = |place: usize| {
        let mut less = list.to_vec();
        less.remove(place);
        less
    };
    (0..list.len()).map(without).collect()
}

/// Breaks a rule, and looks whether what is left of a failure is small, is kept, and fails for that rule only.
pub async fn a_failure_becomes_small(source: Option<Source>) {
    let Some(source) = source else { return };
    let broken = Mutation::named("a finer time is compared as it is stored");
    source.prepare().await;
    let mut connection = source.connect().await;
    let case = failure(source, connection.as_mut(), &broken).await;
    let (case, what) = smallest(source, connection.as_mut(), case, Some(&broken)).await.unwrap();
    let sizes = (case.design.rows.len(), case.design.columns.len(), case.scan.domains.len() + case.scan.filters.len());
    println!("{what}: {}", case.design.statements(source));
    assert!(sizes.0 <= 2 && sizes.1 <= 2 && sizes.2 == 1, "{sizes:?}: {:?}", case.scan.filters);
    let file = regression::write(source, &case, &what);
    assert!(matches!(regression::ask(source, &file, Some(&broken)).await, Verdict::Wrong(_)), "{}", file.display());
    assert!(matches!(regression::ask(source, &file, None).await, Verdict::Same(_)), "{}", file.display());
    std::fs::remove_file(file).unwrap();
}

async fn failure(source: Source, connection: &mut dyn Connection, broken: &Mutation) -> Case {
    for seed in 0.. {
        let mut random = StdRng::seed_from_u64(seed);
        let design = Design::random(source, &mut random);
        source.make(SCHEMA, &design.statements(source)).await;
        let subject = Subject::open(source, connection, SCHEMA, &design.name).await.unwrap();
        for _ in 0..50 {
            let (scan, slices) = (question::any(&mut random, &subject.table, &subject.all), vec![Split::Whole]);
            if matches!(subject.ask(connection, &scan, &slices, Some(broken)).await, Verdict::Wrong(_)) {
                return Case { design, scan, slices };
            }
        }
    }
    unreachable!("the seeds end")
}
