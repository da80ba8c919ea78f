//! Expressions that may travel: columns, constants and the 21 functions of Athena's protocol.

use arrow_schema::DataType;

use crate::Value;

/// An expression over the columns of one table.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A column, by the name Athena knows it under.
    Column { name: String, data_type: DataType },
    /// A constant; `None` is a typed NULL.
    Constant { value: Option<Value>, data_type: DataType },
    /// A folded array literal, the right side of [`Function::In`]; `data_type` is its elements'.
    List { values: Vec<Option<Value>>, data_type: DataType },
    /// A function call; `data_type` is its result's.
    Call { function: Function, args: Vec<Expr>, data_type: DataType },
}

impl Expr {
    /// The type of the result.
    pub fn data_type(&self) -> &DataType {
        match self {
            Self::Column { data_type, .. }
            | Self::Constant { data_type, .. }
            | Self::List { data_type, .. }
            | Self::Call { data_type, .. } => data_type,
        }
    }

    /// Calls `visit` with the name of every column in the expression, repeats included.
    pub fn for_each_column<'a>(&'a self, visit: &mut impl FnMut(&'a str)) {
        match self {
            Self::Column { name, .. } => visit(name),
            Self::Call { args, .. } => args.iter().for_each(|arg| arg.for_each_column(visit)),
            Self::Constant { .. } | Self::List { .. } => {}
        }
    }
}

macro_rules! functions {
    ($($variant:ident = $wire:literal, $doc:literal;)*) => {
        /// The functions of Athena's protocol; their names on the wire start with a dollar sign.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Function { $(#[doc = $doc] $variant,)* }

        impl Function {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name on the wire.
            pub fn wire_name(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }

            /// The function of a name on the wire.
            pub fn from_wire_name(name: &str) -> Option<Self> {
                match name { $($wire => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

functions! {
    And = "$and", "Three-valued conjunction of one or more.";
    Or = "$or", "Three-valued disjunction of one or more.";
    Not = "$not", "Three-valued negation.";
    IsNull = "$is_null", "IS NULL.";
    NullIf = "$nullif", "NULLIF(a, b).";
    Equal = "$equal", "a = b.";
    NotEqual = "$not_equal", "a <> b.";
    LessThan = "$less_than", "a < b.";
    LessThanOrEqual = "$less_than_or_equal", "a <= b.";
    GreaterThan = "$greater_than", "a > b.";
    GreaterThanOrEqual = "$greater_than_or_equal", "a >= b.";
    IsDistinctFrom = "$is_distinct_from", "Null-safe inequality.";
    Add = "$add", "a + b in the node's type.";
    Subtract = "$subtract", "a - b in the node's type.";
    Multiply = "$multiply", "a * b in the node's type.";
    Divide = "$divide", "a / b; integers truncate towards zero.";
    Modulus = "$modulus", "Remainder with the sign of a.";
    Negate = "$negate", "-a.";
    LikePattern = "$like_pattern", "a LIKE pattern, without an escape character.";
    In = "$in", "a IN (list).";
    Array = "$array", "An array of its arguments, the right side of $in.";
}

impl Function {
    /// Whether it has no value for some arguments, or engines differ about one: a sum too large, a division by zero. A source
    /// evaluates conditions in an order of its own, so that one of these would fail on rows that another condition excludes;
    /// Athena goes from left to right and is left to it.
    pub fn may_fail(self) -> bool {
        matches!(self, Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Modulus | Self::Negate)
    }

    /// The comparison that says the same with its sides exchanged; none for what compares nothing.
    pub fn mirrored(self) -> Option<Self> {
        Some(match self {
            Self::LessThan => Self::GreaterThan,
            Self::LessThanOrEqual => Self::GreaterThanOrEqual,
            Self::GreaterThan => Self::LessThan,
            Self::GreaterThanOrEqual => Self::LessThanOrEqual,
            Self::Equal | Self::NotEqual | Self::IsDistinctFrom => self,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_found_by_its_wire_name() {
        assert_eq!(Function::ALL.len(), 21);
        for function in Function::ALL {
            assert_eq!(Function::from_wire_name(function.wire_name()), Some(*function));
        }
        assert_eq!(Function::from_wire_name("$cast"), None);
    }

    #[test]
    fn arithmetic_may_fail_and_no_condition_may() {
        let failing: Vec<&str> =
            Function::ALL.iter().filter(|function| function.may_fail()).map(|function| function.wire_name()).collect();
        assert_eq!(failing, ["$add", "$subtract", "$multiply", "$divide", "$modulus", "$negate"]);
    }

    #[test]
    fn exchanging_the_sides_twice_changes_nothing() {
        for function in Function::ALL {
            let Some(mirrored) = function.mirrored() else { continue };
            assert_eq!(mirrored.mirrored(), Some(*function));
        }
        assert_eq!(Function::LessThan.mirrored(), Some(Function::GreaterThan));
        assert_eq!(Function::LikePattern.mirrored(), None);
    }
}
