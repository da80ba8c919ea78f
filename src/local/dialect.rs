//! How a statement's text is taken apart: the grammar of the parser, with Trino's quotes and precedences.

use std::any::TypeId;

use datafusion::sql::sqlparser::ast::Expr;
use datafusion::sql::sqlparser::dialect::{Dialect, GenericDialect, Precedence};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::Token;

/// Trino's SELECT, as far as the parser goes along.
#[derive(Debug)]
pub(super) struct Trino;

impl Dialect for Trino {
    /// The parser asks some of its questions by type: answered as the dialect that allows the most.
    fn dialect(&self) -> TypeId {
        TypeId::of::<GenericDialect>()
    }

    fn is_delimited_identifier_start(&self, letter: char) -> bool {
        letter == '"'
    }

    fn is_identifier_start(&self, letter: char) -> bool {
        letter.is_alphabetic() || letter == '_'
    }

    fn is_identifier_part(&self, letter: char) -> bool {
        letter.is_alphanumeric() || letter == '_' || letter == '$'
    }

    fn supports_unicode_string_literal(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_left_associative_joins_without_parens(&self) -> bool {
        true
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_window_clause_named_window_reference(&self) -> bool {
        true
    }

    fn supports_parens_around_table_factor(&self) -> bool {
        true
    }

    fn supports_values_as_table_factor(&self) -> bool {
        true
    }

    fn allow_extract_custom(&self) -> bool {
        true
    }

    /// The parser's own IS DISTINCT FROM takes in everything to its right, AND and OR included.
    fn parse_infix(&self, parser: &mut Parser, left: &Expr, _: u8) -> Option<Result<Expr, ParserError>> {
        let follows = |words: &[Keyword]| {
            let mut words = words.iter().enumerate();
            words.all(
                |(at, word)| matches!(&parser.peek_nth_token_ref(at).token, Token::Word(next) if next.keyword == *word),
            )
        };
        let (words, is_negated) = if follows(&[Keyword::IS, Keyword::DISTINCT, Keyword::FROM]) {
            (3, false)
        } else if follows(&[Keyword::IS, Keyword::NOT, Keyword::DISTINCT, Keyword::FROM]) {
            (4, true)
        } else {
            return None;
        };
        (0..words).for_each(|_| parser.advance_token());
        let right = parser.parse_subexpr(self.prec_value(Precedence::Eq));
        let left = Box::new(left.clone());
        Some(right.map(|right| {
            if is_negated {
                Expr::IsNotDistinctFrom(left, Box::new(right))
            } else {
                Expr::IsDistinctFrom(left, Box::new(right))
            }
        }))
    }
}
