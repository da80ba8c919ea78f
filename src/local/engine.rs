//! DataFusion as it is set up here, and its failures as ours.

use std::sync::Arc;

use connector_core::{Error, Result};
use datafusion::common::DataFusionError;
use datafusion::execution::FunctionRegistry;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::optimizer::simplify_expressions::SimplifyExpressions;
use datafusion::optimizer::{Analyzer, Optimizer, OptimizerRule};
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::{ExecutionPlan, displayable};
use datafusion::prelude::SessionConfig;

use super::Options;
use super::aggregates::aggregates;
use super::catalog::Catalogs;
use super::exec::AthenaScan;
use super::read::Plan;
use super::refusal::{one_line, refusal};
use super::semantics::AthenaSemantics;
use super::simplify::Simplify;

/// The name a missing default goes by; no catalog can have it.
pub(super) const NO_DEFAULT: &str = "";

/// A session without catalogs.
pub(super) fn session(options: &Options, catalogs: &Catalogs) -> Result<SessionState> {
    let or_none = |name: &Option<String>| name.clone().unwrap_or_else(|| NO_DEFAULT.into());
    let mut config = SessionConfig::new()
        .with_default_catalog_and_schema(or_none(&catalogs.catalog), or_none(&catalogs.schema))
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(false);
    // A literal with a zone is an instant, and instants are shown in UTC.
    config.options_mut().execution.time_zone = Some("UTC".into());
    let parser = &mut config.options_mut().sql_parser;
    // Trino docs, Language, Types: 1.5 is a decimal. Trino docs, SELECT: NULL sorts last, both ways.
    parser.parse_float_as_decimal = true;
    parser.default_null_ordering = "nulls_last".into();
    parser.map_string_types_to_utf8view = false;
    let mut runtime = RuntimeEnvBuilder::new();
    if let Some(bytes) = options.memory_limit {
        runtime = runtime.with_memory_limit(bytes, 1.0);
    }
    let mut rules = Analyzer::new().rules;
    let coercion = rules.iter().position(|rule| rule.name() == "type_coercion").unwrap_or(0);
    rules.insert(coercion, Arc::new(AthenaSemantics));
    let mut optimizer = Optimizer::new().rules;
    for rule in &mut optimizer {
        if rule.name() == SimplifyExpressions::new().name() {
            *rule = Arc::new(Simplify(SimplifyExpressions::new()));
        }
    }
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime.build_arc().map_err(failure)?)
        .with_default_features()
        .with_analyzer_rules(rules)
        .with_optimizer_rules(optimizer)
        .build();
    for aggregate in aggregates() {
        state.register_udaf(aggregate).map_err(failure)?;
    }
    Ok(state)
}

/// A failure of the engine; one of ours that passed through it comes out as it went in.
pub(super) fn failure(error: DataFusionError) -> Error {
    match error {
        DataFusionError::External(ours) => match ours.downcast::<Error>() {
            Ok(ours) => *ours,
            Err(other) => Error::internal(format!("the engine failed: {other}")).with_source(other),
        },
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => failure(*inner),
        DataFusionError::ArrowError(inner, _) => match *inner {
            datafusion::arrow::error::ArrowError::ExternalError(ours) if ours.is::<Error>() => {
                failure(DataFusionError::External(ours))
            }
            other => Error::invalid(format!("computing failed: {}", one_line(&other.to_string()))),
        },
        DataFusionError::Shared(shared) => match Arc::try_unwrap(shared) {
            Ok(inner) => failure(inner),
            Err(shared) => copied(&shared),
        },
        other => refusal(&other).with_source(other),
    }
}

/// A failure that others hold too: its kind, words and hint.
fn copied(shared: &DataFusionError) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(shared);
    while let Some(error) = cause {
        if let Some(ours) = error.downcast_ref::<Error>() {
            let copy = Error::new(ours.kind(), ours.to_string());
            return match ours.hint_text() {
                Some(hint) => copy.hint(hint),
                None => copy,
            };
        }
        cause = error.source();
    }
    refusal(shared)
}

/// A plan as text, one operator a line.
pub(super) fn shown(plan: &dyn ExecutionPlan) -> String {
    displayable(plan).indent(false).to_string()
}

/// The scans of a plan.
pub(super) fn scans(plan: &Arc<dyn ExecutionPlan>) -> Vec<Arc<Plan>> {
    let own = plan.downcast_ref::<AthenaScan>().map(|scan| scan.plan().clone());
    own.into_iter().chain(plan.children().into_iter().flat_map(scans)).collect()
}

/// The conditions that the engine itself evaluates.
pub(super) fn filters(plan: &Arc<dyn ExecutionPlan>) -> Vec<String> {
    let own = plan.downcast_ref::<FilterExec>().map(|filter| filter.predicate().to_string());
    own.into_iter().chain(plan.children().into_iter().flat_map(filters)).collect()
}
