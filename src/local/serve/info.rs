//! What Flight SQL's clients ask about the server itself: what it can do, its types, and the shape of what it does not have.

use std::sync::Arc;

use arrow_flight::sql::metadata::{
    SqlInfoData, SqlInfoDataBuilder, XdbcTypeInfo, XdbcTypeInfoData, XdbcTypeInfoDataBuilder,
};
use arrow_flight::sql::{
    Nullable, Searchable, SqlInfo as Info, SqlNullOrdering, SqlOuterJoinsSupportLevel, SqlSupportedCaseSensitivity,
    SqlSupportedGroupBy, SqlSupportedSubqueries, SqlSupportedTransaction, SqlSupportedUnions,
    SqlTransactionIsolationLevel, SupportedSqlGrammar, XdbcDataType,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use connector_core::Result;

use super::status::encoding;

/// What is true, of what drivers ask for.
pub(super) fn server() -> Result<SqlInfoData> {
    let mut all = SqlInfoDataBuilder::new();
    for (name, text) in [
        (Info::FlightSqlServerName, "Glaux"),
        (Info::FlightSqlServerVersion, env!("CARGO_PKG_VERSION")),
        (Info::FlightSqlServerArrowVersion, FORMAT),
        (Info::SqlIdentifierQuoteChar, "\""),
        (Info::SqlSearchStringEscape, "\\"),
        (Info::SqlExtraNameCharacters, ""),
        (Info::SqlSchemaTerm, "schema"),
        (Info::SqlProcedureTerm, "procedure"),
        (Info::SqlCatalogTerm, "catalog"),
    ] {
        all.append(name, text);
    }
    TRUE.iter().for_each(|name| all.append(*name, true));
    FALSE.iter().for_each(|name| all.append(*name, false));
    masks(&mut all);
    // Nought stands for no limit, or for one that is not known.
    UNLIMITED.iter().for_each(|name| all.append(*name, 0_i64));
    for lists in [
        Info::SqlKeywords,
        Info::SqlNumericFunctions,
        Info::SqlStringFunctions,
        Info::SqlSystemFunctions,
        Info::SqlDatetimeFunctions,
    ] {
        all.append(lists, &[] as &[&str]);
    }
    all.build().map_err(encoding)
}

/// The version of Arrow's format, in which the newest of the types that are sent (views of text) came.
const FORMAT: &str = "1.4";

fn masks(all: &mut SqlInfoDataBuilder) {
    let bits = |bits: &[i32]| bits.iter().map(|bit| 1 << bit).sum::<i32>();
    let group_by =
        bits(&[SqlSupportedGroupBy::SqlGroupByUnrelated as i32, SqlSupportedGroupBy::SqlGroupByBeyondSelect as i32]);
    let subqueries = bits(&[
        SqlSupportedSubqueries::SqlSubqueriesInComparisons as i32,
        SqlSupportedSubqueries::SqlSubqueriesInExists as i32,
        SqlSupportedSubqueries::SqlSubqueriesInIns as i32,
    ]);
    for (name, value) in [
        (Info::FlightSqlServerTransaction, SqlSupportedTransaction::None as i32),
        (Info::FlightSqlServerStatementTimeout, 0),
        (Info::FlightSqlServerTransactionTimeout, 0),
        // Names are folded, in quotes or not, as Athena folds them.
        (Info::SqlIdentifierCase, SqlSupportedCaseSensitivity::SqlCaseSensitivityLowercase as i32),
        (Info::SqlQuotedIdentifierCase, SqlSupportedCaseSensitivity::SqlCaseSensitivityLowercase as i32),
        (Info::SqlNullOrdering, SqlNullOrdering::SqlNullsSortedAtEnd as i32),
        (Info::SqlSupportedGroupBy, group_by),
        (Info::SqlSupportedGrammar, bits(&[SupportedSqlGrammar::SqlMinimumGrammar as i32])),
        (Info::SqlAnsi92SupportedLevel, 0),
        (Info::SqlOuterJoinsSupportLevel, bits(&[SqlOuterJoinsSupportLevel::SqlFullOuterJoins as i32])),
        (Info::SqlSchemasSupportedActions, 0),
        (Info::SqlCatalogsSupportedActions, 0),
        (Info::SqlSupportedPositionedCommands, 0),
        (Info::SqlSupportedSubqueries, subqueries),
        (
            Info::SqlSupportedUnions,
            bits(&[SqlSupportedUnions::SqlUnion as i32, SqlSupportedUnions::SqlUnionAll as i32]),
        ),
        (Info::SqlDefaultTransactionIsolation, SqlTransactionIsolationLevel::SqlTransactionNone as i32),
        (Info::SqlSupportedTransactionsIsolationLevels, 0),
        (Info::SqlSupportedResultSetTypes, 0),
        (Info::SqlSupportedConcurrenciesForResultSetUnspecified, 0),
        (Info::SqlSupportedConcurrenciesForResultSetForwardOnly, 0),
        (Info::SqlSupportedConcurrenciesForResultSetScrollSensitive, 0),
        (Info::SqlSupportedConcurrenciesForResultSetScrollInsensitive, 0),
    ] {
        all.append(name, value);
    }
}

const TRUE: [Info; 12] = [
    Info::FlightSqlServerReadOnly,
    Info::FlightSqlServerSql,
    Info::FlightSqlServerCancel,
    Info::SqlAllTablesAreSelectable,
    Info::SqlSupportsColumnAliasing,
    Info::SqlNullPlusNullIsNull,
    Info::SqlSupportsTableCorrelationNames,
    Info::SqlSupportsExpressionsInOrderBy,
    Info::SqlSupportsOrderByUnrelated,
    Info::SqlSupportsLikeEscapeClause,
    Info::SqlCatalogAtStart,
    Info::SqlCorrelatedSubqueriesSupported,
];

const FALSE: [Info; 20] = [
    Info::FlightSqlServerSubstrait,
    Info::FlightSqlServerBulkIngestion,
    Info::FlightSqlServerIngestTransactionsSupported,
    Info::SqlDdlCatalog,
    Info::SqlDdlSchema,
    Info::SqlDdlTable,
    Info::SqlSupportsDifferentTableCorrelationNames,
    Info::SqlSupportsNonNullableColumns,
    Info::SqlSupportsIntegrityEnhancementFacility,
    Info::SqlSelectForUpdateSupported,
    Info::SqlStoredProceduresSupported,
    Info::SqlMaxRowSizeIncludesBlobs,
    Info::SqlTransactionsSupported,
    Info::SqlDataDefinitionCausesTransactionCommit,
    Info::SqlDataDefinitionsInTransactionsIgnored,
    Info::SqlBatchUpdatesSupported,
    Info::SqlSavepointsSupported,
    Info::SqlNamedParametersSupported,
    Info::SqlLocatorsUpdateCopy,
    Info::SqlStoredFunctionsUsingCallSyntaxSupported,
];

const UNLIMITED: [Info; 20] = [
    Info::SqlMaxBinaryLiteralLength,
    Info::SqlMaxCharLiteralLength,
    Info::SqlMaxColumnNameLength,
    Info::SqlMaxColumnsInGroupBy,
    Info::SqlMaxColumnsInIndex,
    Info::SqlMaxColumnsInOrderBy,
    Info::SqlMaxColumnsInSelect,
    Info::SqlMaxColumnsInTable,
    Info::SqlMaxConnections,
    Info::SqlMaxCursorNameLength,
    Info::SqlMaxIndexLength,
    Info::SqlDbSchemaNameLength,
    Info::SqlMaxProcedureNameLength,
    Info::SqlMaxCatalogNameLength,
    Info::SqlMaxRowSize,
    Info::SqlMaxStatementLength,
    Info::SqlMaxStatements,
    Info::SqlMaxTableNameLength,
    Info::SqlMaxTablesInSelect,
    Info::SqlMaxUsernameLength,
];

/// Athena's scalar types; those made of others have no code here.
pub(super) fn types() -> Result<XdbcTypeInfoData> {
    let mut all = XdbcTypeInfoDataBuilder::new();
    for (name, data_type, column_size, quotes) in [
        ("boolean", XdbcDataType::XdbcBit, 1, None),
        ("tinyint", XdbcDataType::XdbcTinyint, 3, None),
        ("smallint", XdbcDataType::XdbcSmallint, 5, None),
        ("integer", XdbcDataType::XdbcInteger, 10, None),
        ("bigint", XdbcDataType::XdbcBigint, 19, None),
        ("real", XdbcDataType::XdbcReal, 7, None),
        ("double", XdbcDataType::XdbcDouble, 15, None),
        ("decimal", XdbcDataType::XdbcDecimal, 38, None),
        ("varchar", XdbcDataType::XdbcVarchar, i32::MAX, Some(("'", "'"))),
        ("varbinary", XdbcDataType::XdbcVarbinary, i32::MAX, Some(("X'", "'"))),
        ("date", XdbcDataType::XdbcDate, 10, Some(("DATE '", "'"))),
        ("timestamp", XdbcDataType::XdbcTimestamp, 23, Some(("TIMESTAMP '", "'"))),
    ] {
        all.append(XdbcTypeInfo {
            type_name: name.into(),
            data_type,
            column_size: Some(column_size),
            literal_prefix: quotes.map(|(before, _)| before.into()),
            literal_suffix: quotes.map(|(_, behind)| behind.into()),
            nullable: Nullable::NullabilityNullable,
            case_sensitive: name == "varchar",
            searchable: Searchable::Full,
            unsigned_attribute: Some(false),
            auto_increment: Some(false),
            sql_data_type: data_type,
            ..XdbcTypeInfo::default()
        });
    }
    all.build().map_err(encoding)
}

/// The columns of a listing of primary keys, as `FlightSql.proto` gives them.
pub(super) fn primary_keys() -> SchemaRef {
    let mut fields = column_of("");
    fields.extend([Field::new("key_name", DataType::Utf8, true), Field::new("key_sequence", DataType::Int32, false)]);
    Arc::new(Schema::new(fields))
}

/// The columns of a listing of foreign keys, as `FlightSql.proto` gives them.
pub(super) fn foreign_keys() -> SchemaRef {
    let mut fields = [column_of("pk_"), column_of("fk_")].concat();
    fields.extend([
        Field::new("key_sequence", DataType::Int32, false),
        Field::new("fk_key_name", DataType::Utf8, true),
        Field::new("pk_key_name", DataType::Utf8, true),
        Field::new("update_rule", DataType::UInt8, false),
        Field::new("delete_rule", DataType::UInt8, false),
    ]);
    Arc::new(Schema::new(fields))
}

/// The names of a column, from the catalog's on.
fn column_of(side: &str) -> Vec<Field> {
    let parts = [("catalog_name", true), ("db_schema_name", true), ("table_name", false), ("column_name", false)];
    let field = |(name, is_nullable)| Field::new(format!("{side}{name}"), DataType::Utf8, is_nullable);
    parts.into_iter().map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_has_one_answer() {
        let all = server().unwrap().record_batch(None).unwrap();
        // 88 are asked for; conversions and Substrait's versions are not said.
        assert_eq!(all.num_rows(), 9 + TRUE.len() + FALSE.len() + UNLIMITED.len() + 22 + 5);
        assert_eq!(types().unwrap().record_batch(None).unwrap().num_rows(), 12);
        assert_eq!((primary_keys().fields().len(), foreign_keys().fields().len()), (6, 13));
    }
}
