//! An engine's spelling with one rule broken.

use arrow_schema::DataType;
use connector_core::{BinaryText, Bind, Column, Dialect, Direction, Function, FunctionForm, Nulls, Value};

/// What is spelled wrongly.
#[derive(Clone, Copy)]
pub enum Spelling {
    /// The first function is written as the second one.
    As(Function, Function),
    /// A function is written like this.
    Form(Function, FunctionForm),
    /// No text is compared by code point.
    OwnCollation,
    /// A pattern has whatever escape the engine has.
    OwnEscape,
    /// Every text is taken for one that a value of the column is printed as.
    AnyTextIsPrinted,
    /// Every value is sent, whether the source has it or not.
    EveryValueBinds,
    /// NULL goes to the other end.
    NullsElsewhere,
    /// Largest first is smallest first.
    OtherDirection,
    /// A limit is one row short.
    OneRowLess,
}

/// An engine's dialect, but for that.
pub struct Broken<'d> {
    pub dialect: &'d dyn Dialect,
    pub spelling: Spelling,
}

impl Dialect for Broken<'_> {
    fn identifier(&self, name: &str, out: &mut String) {
        self.dialect.identifier(name, out);
    }

    fn placeholder(&self, n: usize, bind: &Bind, out: &mut String) {
        self.dialect.placeholder(n, bind, out);
    }

    fn bind_type(&self, data_type: &DataType) -> Option<&'static str> {
        self.dialect.bind_type(data_type)
    }

    fn binds(&self, value: &Value) -> bool {
        matches!(self.spelling, Spelling::EveryValueBinds) || self.dialect.binds(value)
    }

    fn prints(&self, own: &str, value: &Value) -> bool {
        matches!(self.spelling, Spelling::AnyTextIsPrinted) || self.dialect.prints(own, value)
    }

    fn may_not_fit(&self, column: &Column) -> bool {
        self.dialect.may_not_fit(column)
    }

    fn is_null(&self) -> &'static str {
        self.dialect.is_null()
    }

    fn binary_text(&self, function: Function) -> Option<BinaryText> {
        let plain = BinaryText { open: "", close: "", both_sides: false, beside_plain: false };
        match self.spelling {
            Spelling::OwnCollation => Some(plain),
            _ => self.dialect.binary_text(function),
        }
    }

    fn function(&self, function: Function, args: &[DataType]) -> Option<FunctionForm> {
        match self.spelling {
            Spelling::As(from, to) if from == function => self.dialect.function(to, args),
            Spelling::Form(of, form) if of == function => Some(form),
            Spelling::OwnEscape if function == Function::LikePattern => Some(FunctionForm::Infix(" LIKE ")),
            _ => self.dialect.function(function, args),
        }
    }

    fn like_pattern(&self, pattern: &str) -> Option<String> {
        match self.spelling {
            Spelling::OwnEscape => Some(pattern.to_owned()),
            _ => self.dialect.like_pattern(pattern),
        }
    }

    fn has_truth_values(&self) -> bool {
        self.dialect.has_truth_values()
    }

    fn sort(&self, key: &str, direction: Direction, nulls: Nulls, out: &mut String) {
        let nulls = match (self.spelling, nulls) {
            (Spelling::NullsElsewhere, Nulls::First) => Nulls::Last,
            (Spelling::NullsElsewhere, Nulls::Last) => Nulls::First,
            (_, nulls) => nulls,
        };
        let direction = match self.spelling {
            Spelling::OtherDirection => Direction::Ascending,
            _ => direction,
        };
        self.dialect.sort(key, direction, nulls, out);
    }

    fn limit(&self, rows: u64, ordered: bool, out: &mut String) {
        let less = u64::from(matches!(self.spelling, Spelling::OneRowLess));
        self.dialect.limit(rows.saturating_sub(less), ordered, out);
    }

    fn max_binds(&self) -> usize {
        self.dialect.max_binds()
    }

    fn max_list(&self) -> usize {
        self.dialect.max_list()
    }
}
