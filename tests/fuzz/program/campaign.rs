//! One table after another, each asked many questions, until the time is over or enough was asked.

use std::fmt::{Display, Formatter};
use std::time::{Duration, Instant};

use connector_core::{Connection, Scan};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::judge::{Subject, Verdict};
use crate::shrink::Case;
use crate::source::Source;
use crate::table::Design;
use crate::wire::Function;
use crate::{question, regression, shrink};

/// Questions asked of one table.
const QUESTIONS: usize = 200;
/// One in so many also goes through the handler, inline and spilled.
const ON_THE_WIRE: usize = 50;
/// Questions of a run that nobody set anything for.
const CASES: u64 = 1_500;

/// A number that the environment sets.
pub fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is no number: {value}")))
}

/// How long to go on.
struct Budget {
    end: Option<Instant>,
    cases: u64,
}

impl Budget {
    fn set() -> Self {
        let minutes = setting("TEST_MINUTES");
        let end = minutes.map(|minutes| Instant::now() + Duration::from_mins(minutes));
        let otherwise = if end.is_some() { u64::MAX } else { CASES };
        Self { end, cases: setting("TEST_CASES").unwrap_or(otherwise) }
    }

    fn is_over(&self, tally: &Tally) -> bool {
        tally.cases >= self.cases || self.end.is_some_and(|end| Instant::now() >= end)
    }
}

/// What was done.
#[derive(Debug, Default)]
struct Tally {
    tables: u64,
    cases: u64,
    rows: usize,
    failing: u64,
    sliced: u64,
    slices: usize,
    on_the_wire: u64,
    objects: usize,
}

impl Display for Tally {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Self { tables, cases, rows, failing, sliced, slices, on_the_wire, objects } = self;
        write!(
            f,
            "{cases} questions about {tables} tables, {rows} rows compared, 0 wrong; {sliced} of them in {slices} slices, \
             {on_the_wire} through the handler too, with {objects} spilled objects; {failing} more have no answer in Athena"
        )
    }
}

/// Asks a source; a failure is made small, written down, and ends the run.
pub async fn run(source: Option<Source>) {
    let Some(source) = source else { return };
    let seed = setting("TEST_SEED").unwrap_or_else(|| rand::rng().random_range(0..1_000_000_000));
    println!("{}: seed {seed}", source.name());
    source.prepare().await;
    let function = Function::start(source).await;
    let (mut connection, budget, mut tally) = (source.connect().await, Budget::set(), Tally::default());
    while !budget.is_over(&tally) {
        let mut random = StdRng::seed_from_u64(seed + tally.tables);
        one_table(source, connection.as_mut(), &function, &mut random, &budget, &mut tally).await;
        tally.tables += 1;
        if tally.tables % 500 == 0 {
            println!("{}: {tally}", source.name());
        }
    }
    println!("{}: {tally}", source.name());
}

async fn one_table(
    source: Source,
    connection: &mut dyn Connection,
    function: &Function,
    random: &mut StdRng,
    budget: &Budget,
    tally: &mut Tally,
) {
    let design = Design::random(source, random);
    let schema = format!("fuzz_{}", source.name());
    source.make(&schema, &design.statements(source)).await;
    let subject = Subject::open(source, connection, &schema, &design.name)
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", design.statements(source)));
    for number in 0..QUESTIONS {
        if budget.is_over(tally) {
            return;
        }
        let mut scan = question::any(random, &subject.table, &subject.all);
        let dialect = source.dialect();
        let slices = question::slices(random, connection, dialect, &mut scan, &subject.all).await;
        let mut verdict = subject.ask(connection, &scan, &slices, None).await;
        if number % ON_THE_WIRE == 0 && matches!(verdict, Verdict::Same(_)) {
            let (wired, objects) = function.ask(&subject, &scan).await;
            (verdict, tally.on_the_wire, tally.objects) = (wired, tally.on_the_wire + 1, tally.objects + objects);
        }
        match verdict {
            Verdict::Fails => tally.failing += 1,
            Verdict::Same(rows) => {
                (tally.cases, tally.rows) = (tally.cases + 1, tally.rows + rows);
                tally.sliced += u64::from(slices.len() > 1);
                tally.slices += if slices.len() > 1 { slices.len() } else { 0 };
            }
            Verdict::Wrong(what) => fail(source, connection, Case { design, scan, slices }, &what).await,
        }
    }
}

/// Tells of a failure, as small as it gets.
async fn fail(source: Source, connection: &mut dyn Connection, case: Case, what: &str) -> ! {
    let told = format!("{} in {:?}\n{}", told(&case.scan), case.slices, case.design.statements(source));
    // Before anything else is asked: the server may not have survived the question.
    println!("{what}\n{told}");
    let Some((case, smaller)) = shrink::smallest(source, connection, case, None).await else {
        panic!("{what}, and not when asked alone");
    };
    let file = regression::write(source, &case, &smaller);
    panic!("{smaller}\n{}\nmove {} to regressions/ to keep it", self::told(&case.scan), file.display());
}

/// A question in words.
fn told(scan: &Scan) -> String {
    let Scan { projection, domains, filters, order, limit, .. } = scan;
    format!("{projection:?} where {domains:?} and {filters:?} by {order:?} limit {limit:?}")
}
