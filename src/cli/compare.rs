//! `glaux compare`: what two federation functions over one source do not have in common.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use connector_core::{Error, Result};

use super::output::{Done, Output};
use super::progress::counted;
use super::rows::{Format, listing};
use crate::config::{Aws, SpillConfig};
use crate::local::Options;
use crate::local::compare::{Comparison, Difference, Extent, Function, compare};
use crate::local::invoke::{Http, Invoke};
use crate::spill::Store;

/// Shown below the help of the command.
pub const HELP: &str = "\
A function is a Lambda function by name or ARN, or a URL of Lambda's Invoke API that ends in its name:
http://127.0.0.1:9001/java or http://127.0.0.1:9001/2015-03-31/functions/java/invocations.
Both are asked as Athena asks; what they spill is read with this machine's own rights. Nothing is written anywhere.
Exit codes: 0 no difference, 1 differences, and the others as of glaux sql.";

/// What is compared.
#[derive(Args, Debug)]
pub struct CompareArguments {
    /// The function in use
    #[arg(long, value_name = "FUNCTION|URL")]
    old: String,
    /// The one to take its place
    #[arg(long, value_name = "FUNCTION|URL")]
    new: String,
    /// What the catalog is called, for functions that serve several
    #[arg(long, value_name = "NAME", default_value = "default")]
    catalog: String,
    /// What the new function calls it, if otherwise
    #[arg(long, value_name = "NAME")]
    new_catalog: Option<String>,
    /// Only tables of this pattern, such as shop.* or *.orders; may be repeated
    #[arg(long, value_name = "PATTERN")]
    tables: Vec<String>,
    /// At most so many tables
    #[arg(long, value_name = "N", default_value_t = 1000)]
    limit_tables: usize,
    /// Rows of a table to compare; a smaller table is compared whole
    #[arg(long, value_name = "N", default_value_t = 1000)]
    sample: usize,
    /// Conditions to ask of each table
    #[arg(long, value_name = "N", default_value_t = 60)]
    conditions: usize,
    /// Leave a column out, such as `partition_name`; may be repeated
    #[arg(long, value_name = "COLUMN")]
    without: Vec<String>,
    /// How long a table may take
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    table_time: u64,
    /// How differences are written
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

const COLUMNS: [&str; 5] = ["place", "difference", "what", "old", "new"];

/// Compares, lists the differences, and returns the exit code.
pub async fn run(arguments: CompareArguments, output: &mut Output) -> Done<u8> {
    let aws = Aws::lazy();
    let store = Store::new(&SpillConfig { aws: aws.clone(), ..SpillConfig::default() });
    let options = Options { spill: Some(Arc::new(store)), ..Options::default() };
    let new_catalog = arguments.new_catalog.unwrap_or_else(|| arguments.catalog.clone());
    let old = Function { catalog: arguments.catalog, invoke: function("--old", &arguments.old, &aws).await? };
    let new = Function { catalog: new_catalog, invoke: function("--new", &arguments.new, &aws).await? };
    let extent = Extent {
        sample: arguments.sample.max(1),
        tables: arguments.tables,
        limit_tables: arguments.limit_tables,
        without: arguments.without.iter().map(|name| name.to_lowercase()).collect::<BTreeSet<_>>(),
        conditions: arguments.conditions,
        table_time: Duration::from_secs(arguments.table_time),
    };
    let comparison = Box::pin(compare(old, new, options, &extent, &mut |doing| output.status(doing))).await?;
    output.clear_status();
    show(&comparison, arguments.output, output)?;
    Ok(u8::from(!comparison.differences.is_empty()))
}

fn show(comparison: &Comparison, format: Format, output: &mut Output) -> Done {
    let row = |difference: &Difference| {
        let Difference { place, about, what, old, new } = difference;
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        vec![text(place), text(about.name()), text(what), text(old), text(new)]
    };
    let rows: Vec<_> = comparison.differences.iter().map(row).collect();
    output.whole(format, &listing(&COLUMNS, &rows)?)?;
    comparison.notes.iter().for_each(|note| output.note(&format!("warning: {note}")));
    let rows = counted(u64::try_from(comparison.rows).unwrap_or(u64::MAX));
    let found = match comparison.differences.len() {
        0 => "no difference".to_owned(),
        1 => "1 difference".to_owned(),
        many => format!("{many} differences"),
    };
    output.note(&format!("{found} in {} tables, {rows}, {} conditions", comparison.tables, comparison.conditions));
    Ok(())
}

async fn function(option: &str, named: &str, aws: &Aws) -> Result<Arc<dyn Invoke>> {
    Ok(match place(option, named)? {
        Some((endpoint, name)) => Arc::new(Http::at(endpoint, name)),
        None => Arc::new(Http::new(aws.sdk().await, named)),
    })
}

/// The endpoint and the name of a function that is named by a URL.
fn place<'n>(option: &str, named: &'n str) -> Result<Option<(String, &'n str)>> {
    let Some((scheme, rest)) = named.split_once("://") else { return Ok(None) };
    let rest = rest.trim_end_matches('/');
    let rest = rest.strip_suffix("/invocations").unwrap_or(rest);
    match rest.rsplit_once('/') {
        Some((endpoint, name)) if !endpoint.is_empty() && !name.is_empty() => {
            let endpoint = endpoint.strip_suffix("/2015-03-31/functions").unwrap_or(endpoint);
            Ok(Some((format!("{scheme}://{endpoint}"), name)))
        }
        _ => Err(Error::invalid(format!("{option} is a URL that names no function"))
            .hint("write the function's name behind it: http://127.0.0.1:9001/name")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_ends_in_the_functions_name_and_what_is_none_is_a_function_of_aws() {
        let found = |named| place("--old", named).unwrap();
        let here = Some(("http://127.0.0.1:9001".to_owned(), "java"));
        assert_eq!(found("http://127.0.0.1:9001/java"), here);
        assert_eq!(found("http://127.0.0.1:9001/2015-03-31/functions/java/invocations"), here);
        assert_eq!(found("arn:aws:lambda:eu-west-1:111122223333:function:java"), None);
        assert!(place("--old", "http://127.0.0.1:9001/").is_err());
    }
}
