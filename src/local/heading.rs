//! What output columns are headed: `_col0`, `_col1`, … by position where an expression has no name, as Athena heads them.
//!
//! DataFusion names an expression by its text, and refuses two of one name. So each gets a name of its own in the statement,
//! which no query can refer to, and loses it again when rows leave. Not here: the rows.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::sql::sqlparser::ast::{
    AccessExpr, Expr, Ident, OrderBy, OrderByKind, Query, Select, SelectItem, SetExpr, Statement, VisitMut, VisitorMut,
};

/// Names that columns have in the plan only.
#[derive(Clone, Debug, Default)]
pub(super) struct Headings {
    /// What each is headed; none, if by its position.
    aliases: BTreeMap<String, Option<String>>,
    /// Whether no column has a name, since the rows stand in the statement.
    is_values: bool,
}

impl Headings {
    /// Names what has no name in a statement, and what would have that of a column before it.
    pub fn give(statement: &mut Statement) -> Self {
        let mut headings = Self::default();
        if let Statement::Query(query) = statement {
            let has_order = query.order_by.is_some();
            headings.outermost(&mut query.body, has_order);
        }
        let _ = statement.visit(&mut headings);
        headings
    }

    /// Columns that are selected twice; in an inner query or an ORDER BY a reference to such a name is ambiguous, and stays so.
    fn outermost(&mut self, body: &mut SetExpr, has_order: bool) {
        match body {
            SetExpr::Select(select) if !has_order => self.tell_apart(select),
            SetExpr::Query(query) => {
                let has_order = has_order || query.order_by.is_some();
                self.outermost(&mut query.body, has_order);
            }
            SetExpr::SetOperation { left, right, .. } => {
                self.outermost(left, has_order);
                self.outermost(right, has_order);
            }
            SetExpr::Values(_) => self.is_values = true,
            _ => {}
        }
    }

    fn tell_apart(&mut self, select: &mut Select) {
        let mut names = BTreeSet::new();
        for item in &mut select.projection {
            let (expr, name) = match item {
                SelectItem::UnnamedExpr(expr) => match name(expr).map(|name| name.value.clone()) {
                    Some(name) => (expr, name),
                    None => continue,
                },
                SelectItem::ExprWithAlias { expr, alias } => (expr, alias.value.clone()),
                _ => continue,
            };
            if !names.insert(name.clone()) {
                let alias = self.alias(&name, Some(name.clone()));
                *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
            }
        }
    }

    /// Names what has no name in a query, and tells what that was.
    fn unnamed(&mut self, body: &mut SetExpr) -> Vec<(Expr, Ident)> {
        let mut named = Vec::new();
        match body {
            SetExpr::Select(select) => {
                for item in &mut select.projection {
                    if let SelectItem::UnnamedExpr(expr) = item
                        && name(expr).is_none()
                    {
                        let (expr, alias) = (expr.clone(), self.alias("_col", None));
                        named.push((expr.clone(), alias.clone()));
                        *item = SelectItem::ExprWithAlias { expr, alias };
                    }
                }
            }
            SetExpr::SetOperation { left, right, .. } => {
                self.unnamed(left);
                self.unnamed(right);
            }
            _ => {}
        }
        named
    }

    fn alias(&mut self, name: &str, heading: Option<String>) -> Ident {
        let alias = format!("{name}#{}", self.aliases.len());
        self.aliases.insert(alias.clone(), heading);
        Ident::with_quote('"', alias)
    }

    /// The schema that a user sees.
    pub fn schema(&self, planned: &Schema) -> SchemaRef {
        let fields =
            planned.fields().iter().enumerate().map(|(position, field)| match self.aliases.get(field.name()) {
                Some(Some(heading)) => Arc::new(field.as_ref().clone().with_name(heading)),
                None if !self.is_values => field.clone(),
                _ => Arc::new(Field::clone(field).with_name(format!("_col{position}"))),
            });
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }
}

/// Rows under the schema that a user sees.
pub(super) fn headed(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema.clone(), batch.columns().to_vec(), &options)
}

impl VisitorMut for Headings {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        let named = self.unnamed(&mut query.body);
        if let Some(OrderBy { kind: OrderByKind::Expressions(keys), .. }) = &mut query.order_by {
            for key in keys {
                // DISTINCT sorts by nothing but what is selected, and DataFusion knows that by its name.
                if let Some((_, alias)) = named.iter().find(|(expr, _)| *expr == key.expr) {
                    key.expr = Expr::Identifier(alias.clone());
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// The name that an expression has of itself: that of a column, or of a field of one.
fn name(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Identifier(name) => Some(name),
        Expr::CompoundIdentifier(names) => names.last(),
        Expr::Nested(inner) => name(inner),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last() {
            Some(AccessExpr::Dot(field)) => name(field),
            _ => None,
        },
        _ => None,
    }
}
