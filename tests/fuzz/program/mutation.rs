//! Rules, each broken on purpose: the program must notice every one.

mod broken;
mod list;

use connector_core::{ColumnMapping, Dialect, KeyRange, Rendered, Result, Scan, Split, sql};
use rand::SeedableRng;
use rand::rngs::StdRng;

use self::broken::{Broken, Spelling};
use crate::judge::{Subject, Verdict};
use crate::source::Source;
use crate::table::Design;
use crate::{campaign, question};

/// One rule, broken.
pub struct Mutation {
    /// What is done wrong.
    pub name: &'static str,
    breaks: Break,
    /// Where it changes no answer, and why.
    harmless: &'static [(&'static str, &'static str)],
}

/// Where it is broken.
enum Break {
    /// In the table of types.
    Mapping(fn(&mut ColumnMapping)),
    /// In what is wanted.
    Wanted(fn(&mut Scan)),
    /// In where a slice begins and ends.
    Sliced(fn(&mut KeyRange)),
    /// In the engine's spelling.
    Spelling(Spelling),
    /// In what is sent and what is left to do.
    Rendered(fn(&mut Rendered, &Scan)),
}

impl Mutation {
    /// Renders a scan by the broken rule.
    pub fn render(&self, scan: &Scan, dialect: &dyn Dialect) -> Result<Rendered> {
        let mut scan = scan.clone();
        match &self.breaks {
            Break::Mapping(change) => scan.table.columns.iter_mut().for_each(|column| change(&mut column.mapping)),
            Break::Wanted(change) => change(&mut scan),
            Break::Sliced(change) => {
                if let Split::Range(range) = &mut scan.split {
                    change(range);
                }
            }
            Break::Spelling(spelling) => return sql::render(&scan, &Broken { dialect, spelling: *spelling }),
            Break::Rendered(_) => {}
        }
        let mut rendered = sql::render(&scan, dialect)?;
        if let Break::Rendered(change) = &self.breaks {
            change(&mut rendered, &scan);
        }
        Ok(rendered)
    }

    fn is_harmless_on(&self, source: Source) -> bool {
        self.harmless.iter().any(|(name, _)| *name == source.name())
    }

    /// One by its name.
    pub fn named(name: &str) -> Self {
        list::all().into_iter().find(|mutation| mutation.name == name).unwrap()
    }
}

/// How many tables are made until every broken rule must have shown.
const TABLES: usize = 150;
/// How many of them are also asked about rules that are said to be harmless.
const HARMLESS: usize = 40;
/// How often each is asked about a broken rule.
const QUESTIONS: usize = 120;
/// The same tables in every run, so that a rule is not noticed today and missed tomorrow.
const SEED: u64 = 1;

/// Fails for a broken rule that shows in no answer, and for one that is said to be harmless and is not.
pub async fn all_are_caught(source: Option<Source>) {
    let Some(source) = source else { return };
    let all = list::all();
    let (harmless, mut uncaught): (Vec<_>, Vec<_>) = all.iter().partition(|mutation| mutation.is_harmless_on(source));
    let (count, mut random) = (uncaught.len(), StdRng::seed_from_u64(campaign::setting("TEST_SEED").unwrap_or(SEED)));
    assert!(count >= 25, "only {count} rules are broken on {}", source.name());
    source.prepare().await;
    let mut connection = source.connect().await;
    for number in 0..TABLES {
        let schema = format!("broken_{}", source.name());
        let design = Design::random(source, &mut random);
        source.make(&schema, &design.statements(source)).await;
        let subject = Subject::open(source, connection.as_mut(), &schema, &design.name).await.unwrap();
        let mut left = Vec::new();
        for mutation in uncaught {
            if shows(&subject, connection.as_mut(), mutation, &mut random).await {
                // A statement that fails may take its session with it.
                connection = source.connect().await;
            } else {
                left.push(mutation);
            }
        }
        uncaught = left;
        for mutation in harmless.iter().filter(|_| number < HARMLESS) {
            let shows = shows(&subject, connection.as_mut(), mutation, &mut random).await;
            assert!(!shows, "{} changes an answer of {}", mutation.name, source.name());
        }
        if uncaught.is_empty() && (harmless.is_empty() || number + 1 >= HARMLESS) {
            break;
        }
    }
    println!("{}: {} of {count} broken rules were noticed", source.name(), count - uncaught.len());
    harmless.iter().flat_map(|mutation| mutation.harmless.iter().map(|why| (mutation.name, why))).for_each(
        |(name, (on, why))| {
            if *on == source.name() {
                println!("{on}: not counted: {name}: {why}");
            }
        },
    );
    let names: Vec<_> = uncaught.iter().map(|mutation| mutation.name).collect();
    assert!(names.is_empty(), "not noticed on {}: {names:#?}", source.name());
}

/// Whether a broken rule shows in the answer to one of many questions.
async fn shows(
    subject: &Subject,
    connection: &mut dyn connector_core::Connection,
    mutation: &Mutation,
    random: &mut StdRng,
) -> bool {
    for _ in 0..QUESTIONS {
        let mut scan = question::any(random, &subject.table, &subject.all);
        let dialect = subject.source.dialect();
        let slices = question::slices(random, connection, dialect, &mut scan, &subject.all).await;
        // Most questions have nothing to do with it; a panic of the renderer would be noticed too.
        let is_same = |split: &Split| {
            let scan = Scan { split: split.clone(), ..scan.clone() };
            mutation.render(&scan, dialect).ok() == sql::render(&scan, dialect).ok()
        };
        if slices.iter().all(is_same) {
            continue;
        }
        if matches!(subject.ask(connection, &scan, &slices, Some(mutation)).await, Verdict::Wrong(_)) {
            return true;
        }
    }
    false
}
