//! Every type with its least and its greatest value and what is awkward about it.
//!
//! Numbers, times and RAW are compared by the server. All else is not, whose order there is another one than Athena's (UTF-16,
//! collations) or none: it is compared by what is printed. An empty text or empty bytes are NULL to the server, and in no list.

use connector_core::Value;
use connector_core::testing::boundary::{Compared, Type};

const ITSELF: Compared = Compared::As("{}");

pub fn all() -> Vec<Type> {
    [numbers(), times(), texts(), as_text(), bytes()].into_iter().flatten().collect()
}

pub fn numbers() -> Vec<Type> {
    [whole_numbers(), decimals(), numbers_of_any_scale(), floats(), binary_floats(), vec![truth()]]
        .into_iter()
        .flatten()
        .collect()
}

fn number(name: &'static str, athena: &'static str, values: &'static [&'static str]) -> Type {
    Type::new(name, athena, values).printed("TO_CHAR({}, 'TM9')").compared(ITSELF)
}

fn whole_numbers() -> Vec<Type> {
    let whole = |asked: &[(&'static str, i64)]| -> Vec<_> {
        asked.iter().map(|(written, value)| (*written, Value::Int(*value))).collect()
    };
    let wide = |name, athena| {
        number(
            name,
            athena,
            &["-99999999999999999999999999999999999999", "99999999999999999999999999999999999999", "0", "1"],
        )
    };
    vec![
        number("NUMBER(1)", "bigint", &["-9", "9", "0"]),
        number("NUMBER(9)", "bigint", &["-999999999", "999999999", "-1", "0"]).asked(whole(&[("1", 1)])),
        number("NUMBER(18)", "bigint", &["-999999999999999999", "999999999999999999", "-1", "0", "9007199254740993"])
            .asked(whole(&[("9007199254740992", 9_007_199_254_740_992)])),
        number("NUMBER(10,-3)", "bigint", &["-9999999999000", "9999999999000", "1499", "-500", "0"])
            .remark("the zeros of a negative scale are digits")
            .asked(whole(&[("1499", 1499)])),
        number("NUMBER(19)", "decimal(19,0)", &["-9999999999999999999", "9999999999999999999", "9223372036854775808"]),
        number(
            "NUMBER(30,-3)",
            "decimal(33,0)",
            &["-999999999999999999999999999999000", "999999999999999999999999999999000", "1499", "0"],
        )
        .remark("the zeros of a negative scale are digits"),
        wide("NUMBER(38)", "decimal(38,0)"),
        wide("INTEGER", "decimal(38,0)"),
    ]
}

fn decimals() -> Vec<Type> {
    let between = |scale, asked: &[(&'static str, i128)]| -> Vec<_> {
        asked.iter().map(|(written, unscaled)| (*written, Value::Decimal { unscaled: *unscaled, scale })).collect()
    };
    // With as many digits behind the point as are declared.
    vec![
        number("NUMBER(10,2)", "decimal(10,2)", &["-99999999.99", "99999999.99", "1.5", "0", "-0.01"])
            .printed("TO_CHAR({}, 'FM99999990.00')")
            .asked(between(2, &[("0.01", 1)])),
        number("NUMBER(2,5)", "decimal(5,5)", &["-0.00099", "0.00099", "0.00001", "0"])
            .printed("TO_CHAR({}, 'FM0.00000')")
            .asked(between(5, &[("0.00002", 2)])),
        number(
            "NUMBER(38,10)",
            "decimal(38,10)",
            &[
                "-9999999999999999999999999999.9999999999",
                "9999999999999999999999999999.9999999999",
                "0.0000000001",
                "1.5",
            ],
        )
        .printed("TO_CHAR({}, 'FM9999999999999999999999999990.0000000000')"),
        number(
            "NUMBER(*,4)",
            "decimal(38,4)",
            &["-9999999999999999999999999999999999.9999", "9999999999999999999999999999999999.9999", "0.0001", "0"],
        )
        .printed("TO_CHAR({}, 'FM9999999999999999999999999999999990.0000')"),
        number(
            "NUMBER(38,38)",
            "decimal(38,38)",
            &["-0.99999999999999999999999999999999999999", "0.99999999999999999999999999999999999999", "0", "1E-38"],
        )
        .printed("TO_CHAR({}, 'FM0.00000000000000000000000000000000000000')"),
    ]
}

/// The server's formats have 63 places, so that the longest numbers are printed in two parts.
fn numbers_of_any_scale() -> Vec<Type> {
    const PLAIN: &str = "CASE WHEN ABS({}) >= 1E88 THEN TO_CHAR({} / 1E88, 'TM9') || RPAD('0', 88, '0') \
         WHEN {} > 0 AND {} < 1E-25 THEN '0.' || RTRIM(LPAD(TO_CHAR({} * 1E100 * 1E30, 'TM9'), 130, '0'), '0') \
         ELSE RTRIM(RTRIM(TO_CHAR({}, 'FM9999999999999999999999999999990.0000000000000000000000000'), '0'), '.') END";
    let any = |name, values, printed| {
        number(name, "varchar", values)
            .printed(printed)
            .compared(Compared::Printed)
            .remark("as text with every digit: no decimal of Athena's holds all of them; order is filtered above")
            .asked(not_there(&["7", "0.10", "1e2", "many"]))
    };
    vec![
        any(
            "NUMBER",
            &[
                "-9.9999999999999999999999999999999999999E125",
                "9.9999999999999999999999999999999999999E125",
                "1E-130",
                "1.5E-100",
                "1E100",
                "0",
                "0.1",
                "-0.5",
                "100",
                "123456789012345678901234567890.0123456789",
            ],
            PLAIN,
        ),
        any(
            "NUMBER(38,-84)",
            &["-99999999999999999999999999999999999999E84", "99999999999999999999999999999999999999E84", "1E84"],
            "NVL2({}, TO_CHAR({} / 1E84, 'TM9') || RPAD('0', 84, '0'), NULL)",
        ),
        any(
            "NUMBER(5,40)",
            &["1E-40", "9.9999E-36", "1.5E-38"],
            "NVL2({}, '0.' || RTRIM(LPAD(TO_CHAR({} * 1E40, 'TM9'), 40, '0'), '0'), NULL)",
        ),
    ]
}

fn floats() -> Vec<Type> {
    const BITS: &[&str] = &[
        "-9.9E125",
        "9.9E125",
        "1E-130",
        "-0.1",
        "0",
        "0.30000000000000004",
        "9007199254740992",
        "9007199254740993",
        "1/3",
    ];
    let bits = |name, values| {
        number(name, "double", values)
            .compared(Compared::As("TO_BINARY_DOUBLE({})"))
            .remark("the nearest double, and compared as such; filtered above")
    };
    vec![
        bits("FLOAT(126)", BITS),
        bits("DOUBLE PRECISION", BITS),
        bits("REAL", BITS),
        bits("FLOAT(1)", &["-9E125", "9E125", "1E-130", "0", "0.1"]),
    ]
}

fn binary_floats() -> Vec<Type> {
    // Of a value that is not NaN, which equals nothing in Athena, but itself here.
    const NO_NAN: Compared = Compared::As("CASE WHEN {} IS NOT NAN THEN {} END");
    const NAN: &str = "NaN is neither equal to nor less than anything, as in Athena";
    vec![
        number(
            "BINARY_FLOAT",
            "real",
            &[
                "-BINARY_FLOAT_INFINITY",
                "BINARY_FLOAT_INFINITY",
                "-3.40282E+38F",
                "3.40282E+38F",
                "1.17550E-38F",
                "BINARY_FLOAT_NAN",
                "0",
                "0.1F",
                "16777217",
            ],
        )
        // Seventeen digits, as many as tell every double from its neighbours.
        .printed("TO_CHAR(TO_BINARY_DOUBLE({}))")
        .compared(NO_NAN)
        .remark(NAN),
        number(
            "BINARY_DOUBLE",
            "double",
            &[
                "-BINARY_DOUBLE_INFINITY",
                "BINARY_DOUBLE_INFINITY",
                "-1.79769313486231E+308D",
                "1.79769313486231E+308D",
                "2.22507485850720E-308D",
                "BINARY_DOUBLE_NAN",
                "0",
                "0.1D",
                "9007199254740993",
                "0.30000000000000004D",
            ],
        )
        .printed("TO_CHAR({})")
        .compared(NO_NAN)
        .remark(NAN),
    ]
}

fn truth() -> Type {
    number("BOOLEAN", "boolean", &["FALSE", "TRUE"])
        .printed("CASE WHEN {} THEN 'true' WHEN NOT {} THEN 'false' END")
        .compared(Compared::Printed)
        .remark("since 23ai; filtered above")
        .only("23")
}

pub fn times() -> Vec<Type> {
    [moments(), zoned()].into_iter().flatten().collect()
}

/// A moment with every digit, its era only before Christ.
const PRINTED: &str = "RTRIM(TO_CHAR({}, 'YYYY-MM-DD HH24:MI:SS.FF9 BC'), ' AD')";
/// Cut behind the millisecond: the server's own casts round.
const BY_MILLISECOND: Compared = Compared::As(
    "TO_TIMESTAMP(SUBSTR(TO_CHAR({}, 'SYYYY-MM-DD HH24:MI:SS.FF9'), 1, 24), 'SYYYY-MM-DD HH24:MI:SS.FF3')",
);
const FLOORED: &str = "compared by its millisecond";

fn moment(name: &'static str, values: &'static [&'static str]) -> Type {
    Type::new(name, "timestamp(3)", values).printed(PRINTED).compared(BY_MILLISECOND)
}

/// Moments that no row has, written for the server.
fn millis(asked: &[(&'static str, i64)]) -> Vec<(&'static str, Value)> {
    asked.iter().map(|(written, millis)| (*written, Value::Millis(*millis))).collect()
}

fn moments() -> Vec<Type> {
    vec![
        moment(
            "DATE",
            &[
                "TO_DATE('-4712-01-01', 'SYYYY-MM-DD')",
                "TO_DATE('9999-12-31 23:59:59', 'YYYY-MM-DD HH24:MI:SS')",
                "DATE '0001-01-01'",
                "DATE '1582-10-04'",
                "DATE '1582-10-15'",
                "TO_DATE('1969-12-31 23:59:59', 'YYYY-MM-DD HH24:MI:SS')",
                "DATE '2000-02-29'",
                "TO_DATE('2000-02-29 12:34:56', 'YYYY-MM-DD HH24:MI:SS')",
            ],
        )
        .printed("RTRIM(TO_CHAR({}, 'YYYY-MM-DD HH24:MI:SS BC'), ' AD')")
        .compared(ITSELF)
        .remark("it has a time of day; a day before 1582-10-15 keeps the name that it has there")
        .asked(millis(&[
            ("TIMESTAMP '1969-12-31 23:59:58.001'", -1999),
            ("TIMESTAMP '2000-02-29 12:34:56.001'", 951_827_696_001),
        ])),
        moment(
            "TIMESTAMP(0)",
            &[
                "TO_TIMESTAMP('-4712-01-01', 'SYYYY-MM-DD')",
                "TIMESTAMP '9999-12-31 23:59:59'",
                "TIMESTAMP '0001-01-01 00:00:00'",
                "TIMESTAMP '1969-12-31 23:59:59'",
            ],
        ),
        moment(
            "TIMESTAMP(3)",
            &[
                "TO_TIMESTAMP('-4712-01-01', 'SYYYY-MM-DD')",
                "TIMESTAMP '9999-12-31 23:59:59.999'",
                "TIMESTAMP '0001-01-01 00:00:00.001'",
                "TIMESTAMP '1970-01-01 00:00:00'",
                "TIMESTAMP '2000-02-29 12:00:00.120'",
            ],
        ),
        moment(
            "TIMESTAMP(9)",
            &[
                "TO_TIMESTAMP('-4712-01-01', 'SYYYY-MM-DD')",
                "TIMESTAMP '9999-12-31 23:59:59.999999999'",
                "TIMESTAMP '0001-01-01 00:00:00.000000001'",
                "TIMESTAMP '1969-12-31 23:59:59.999999999'",
                "TIMESTAMP '2000-02-29 12:00:00.123'",
                "TIMESTAMP '2000-02-29 12:00:00.123999999'",
                "TIMESTAMP '2000-02-29 12:00:00.124'",
            ],
        )
        .remark(FLOORED)
        .asked(millis(&[("TIMESTAMP '2000-02-29 12:00:00.125'", 951_825_600_125)])),
    ]
}

fn zoned() -> Vec<Type> {
    const IN_UTC: &str = "RTRIM(TO_CHAR(SYS_EXTRACT_UTC({}), 'YYYY-MM-DD HH24:MI:SS.FF9 BC'), ' AD')";
    const UTC_BY_MILLISECOND: Compared = Compared::As(
        "TO_TIMESTAMP(SUBSTR(TO_CHAR(SYS_EXTRACT_UTC({}), 'SYYYY-MM-DD HH24:MI:SS.FF9'), 1, 24), \
         'SYYYY-MM-DD HH24:MI:SS.FF3')",
    );
    let one = |name, values| {
        let tried = moment(name, values).printed(IN_UTC).compared(UTC_BY_MILLISECOND);
        tried.remark("in UTC; the zone is lost; compared by its millisecond")
    };
    vec![
        one(
            "TIMESTAMP(0) WITH TIME ZONE",
            &[
                "TO_TIMESTAMP_TZ('-4712-01-01 00:00:00 +00:00', 'SYYYY-MM-DD HH24:MI:SS TZH:TZM')",
                "TIMESTAMP '9999-12-31 23:59:59 +00:00'",
                "TIMESTAMP '1970-01-01 00:00:00 +14:00'",
                "TIMESTAMP '2000-02-29 12:00:00 -12:00'",
            ],
        ),
        one(
            "TIMESTAMP(9) WITH TIME ZONE",
            &[
                "TO_TIMESTAMP_TZ('-4712-01-01 00:00:00 +00:00', 'SYYYY-MM-DD HH24:MI:SS TZH:TZM')",
                "TIMESTAMP '9999-12-31 23:59:59.999999999 +00:00'",
                "TIMESTAMP '1969-12-31 23:59:59.999999999 +05:30'",
                "TIMESTAMP '2000-02-29 12:00:00.123999999 -11:00'",
                "TIMESTAMP '2000-02-29 23:00:00.123 +00:00'",
                "TIMESTAMP '2000-02-29 12:00:00.1239 Europe/Berlin'",
            ],
        )
        .asked(millis(&[("TIMESTAMP '2000-02-29 12:00:00.123'", 951_825_600_123)])),
        // Kept in the database's own zone, whatever that is, so that the ends are a day off.
        one(
            "TIMESTAMP(9) WITH LOCAL TIME ZONE",
            &[
                "TIMESTAMP '0001-01-02 00:00:00.000000001 +00:00'",
                "TIMESTAMP '9999-12-30 23:59:59.999999999 +00:00'",
                "TIMESTAMP '1969-12-31 23:59:59.999999999 +05:30'",
                "TIMESTAMP '2000-02-29 12:00:00.1239 -11:00'",
            ],
        ),
    ]
}

/// Texts that no row has, and that some collation, or blanks that fill up, take for one that is there.
fn not_there(texts: &[&'static str]) -> Vec<(&'static str, Value)> {
    texts.iter().map(|text| (*text, Value::Text((*text).into()))).collect()
}

const BY_CODE_POINT: &str = "compared by code point, blanks included; an empty one is NULL";
const PLAIN: &[&str] = &[
    "' '",
    "'ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ'",
    "'a'",
    "'A'",
    "'a '",
    "'á'",
    "'ss'",
    "'ß'",
    "'€'",
    "'a[b]%_^-!'",
    "''''",
    "'\\'",
    "UNISTR('\\65E5\\672C')",
    "UNISTR('\\FF5E')",
    "UNISTR('\\D83D\\DE00')",
    "UNISTR('e\\0301')",
];
const PADDED: &[&str] = &["' a'", "'ÿÿÿÿÿ'", "'a'", "'A'", "'é'", "'ab'", "UNISTR('\\FF5E')", "UNISTR('\\D83D\\DE00')"];
const LARGE: &[&str] = &[
    "' '",
    "TO_CLOB(RPAD('x', 4000, 'x')) || TO_CLOB(RPAD('y', 4000, 'y'))",
    "'a'",
    "'A'",
    "'a '",
    "'é'",
    "UNISTR('\\FF5E')",
    "UNISTR('\\D83D\\DE00')",
];

fn text(name: &'static str, values: &'static [&'static str]) -> Type {
    Type::new(name, "varchar", values)
        .compared(Compared::Printed)
        .remark(BY_CODE_POINT)
        .asked(not_there(&["", "Á", "a  ", "A\u{301}", "SS", "😁"]))
}

pub fn texts() -> Vec<Type> {
    let padded = |name| {
        let remark = "without the blanks that fill it up; compared by code point, filtered above";
        text(name, PADDED).printed("RTRIM({})").remark(remark)
    };
    let large = |name, values| text(name, values).remark("filtered above; an empty one is shown as NULL");
    vec![
        padded("CHAR(5 CHAR)"),
        padded("NCHAR(5)"),
        text("VARCHAR2(20 CHAR)", PLAIN),
        text("VARCHAR2(4000)", &["' '", "RPAD('x', 4000, 'x')", "'a'"]),
        text("VARCHAR2(20 CHAR) COLLATE BINARY_CI", PLAIN)
            .remark("a collation of its own: filtered above, by code point")
            .only("extended"),
        text("NVARCHAR2(20)", PLAIN),
        large("CLOB", LARGE),
        large("NCLOB", LARGE),
        large("LONG", &["' '", "RPAD('x', 4000, 'x')", "'a'", "'A'", "'a '", "'é'"]),
    ]
}

const NO_SUCH_TYPE: &str = "as text: Athena has no such type; compared as that text";

fn other(name: &'static str, printed: &'static str, values: &'static [&'static str]) -> Type {
    text(name, values).printed(printed).remark(NO_SUCH_TYPE).asked(not_there(&["", "no such value"]))
}

pub fn as_text() -> Vec<Type> {
    [intervals(), texts_of_other_types()].into_iter().flatten().collect()
}

fn intervals() -> Vec<Type> {
    vec![
        other(
            "INTERVAL YEAR(9) TO MONTH",
            "TO_CHAR({})",
            &[
                "INTERVAL '-999999999-11' YEAR(9) TO MONTH",
                "INTERVAL '999999999-11' YEAR(9) TO MONTH",
                "INTERVAL '0' MONTH",
            ],
        ),
        other(
            "INTERVAL YEAR TO MONTH",
            "TO_CHAR({})",
            &["INTERVAL '-99-11' YEAR TO MONTH", "INTERVAL '99-11' YEAR TO MONTH"],
        ),
        other(
            "INTERVAL DAY(9) TO SECOND(9)",
            "TO_CHAR({})",
            &[
                "INTERVAL '-999999999 23:59:59.999999999' DAY(9) TO SECOND(9)",
                "INTERVAL '999999999 23:59:59.999999999' DAY(9) TO SECOND(9)",
                "INTERVAL '0' SECOND",
            ],
        ),
        other(
            "INTERVAL DAY TO SECOND",
            "TO_CHAR({})",
            &["INTERVAL '-99 23:59:59.999999' DAY TO SECOND", "INTERVAL '99 23:59:59.999999' DAY TO SECOND"],
        ),
    ]
}

fn texts_of_other_types() -> Vec<Type> {
    const ABOVE: &str = "as text: Athena has no such type; filtered above";
    vec![
        other("ROWID", "ROWIDTOCHAR({})", &["CHARTOROWID('AAAAAAAAAAAAAAAAAA')", "CHARTOROWID('AAAR3sAAEAAAACXAAA')"]),
        other(
            "UROWID",
            "CAST({} AS VARCHAR2(4000))",
            &["CHARTOROWID('AAAAAAAAAAAAAAAAAA')", "CHARTOROWID('AAAR3sAAEAAAACXAAA')"],
        ),
        other(
            "XMLTYPE",
            "XMLSERIALIZE(CONTENT {} AS CLOB NO INDENT)",
            &["XMLTYPE('<a/>')", "XMLTYPE('<a>é</a>')", "XMLTYPE('<a b=\"1\">x</a>')"],
        )
        .remark(ABOVE),
        // Of one member, since the server keeps them in an order of its own.
        other(
            "JSON",
            "JSON_SERIALIZE({} RETURNING VARCHAR2(4000))",
            &["JSON('null')", "JSON('{\"a\":[1,2.5,null,true,\"é\"]}')", "JSON('[]')", "JSON('\"a\"')"],
        )
        .remark("since 21c; as text, printed here with members in order of their names; filtered above")
        .only("21"),
        other(
            "VECTOR(3, FLOAT32)",
            "VECTOR_SERIALIZE({} RETURNING VARCHAR2(4000))",
            &["TO_VECTOR('[-3.5,0,1]')", "TO_VECTOR('[1,2.5,16777216]')"],
        )
        .remark("since 23ai; as text: Athena has no such type; filtered above")
        .only("23"),
    ]
}

pub fn bytes() -> Vec<Type> {
    let asked = [("000000", Value::Bytes(vec![0; 3])), ("0100ff", Value::Bytes(vec![1, 0, 255]))];
    let large = |name, values| {
        Type::new(name, "varbinary", values)
            .compared(Compared::Printed)
            .remark("filtered above; an empty one is shown as NULL")
            .asked(asked.clone())
    };
    vec![
        Type::new(
            "RAW(2000)",
            "varbinary",
            &[
                "HEXTORAW('00')",
                "HEXTORAW(RPAD('F', 4000, 'F'))",
                "HEXTORAW('0000')",
                "HEXTORAW('01')",
                "HEXTORAW('0100')",
            ],
        )
        .printed("LOWER(RAWTOHEX({}))")
        .compared(ITSELF)
        .remark("empty bytes are NULL")
        .asked([
            ("HEXTORAW('000000')", Value::Bytes(vec![0; 3])),
            ("HEXTORAW('0100FF')", Value::Bytes(vec![1, 0, 255])),
        ]),
        large(
            "BLOB",
            &["HEXTORAW('00')", "TO_BLOB(HEXTORAW(RPAD('F', 4000, 'F')))", "HEXTORAW('00FF')", "HEXTORAW('00FF00')"],
        ),
        large("LONG RAW", &["HEXTORAW('00')", "HEXTORAW(RPAD('F', 4000, 'F'))", "HEXTORAW('00FF00')"]),
    ]
}
