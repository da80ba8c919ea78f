//! Every type with its least and its greatest value and what is awkward about it.
//!
//! Numbers and times are compared by the server. Texts and bytes are not, whose order there is another one than Athena's
//! (collations, UTF-16, zeros at the end): they are compared by what is printed.

use connector_core::Value;
use connector_core::testing::boundary::{Compared, Type};

const ITSELF: Compared = Compared::As("{}");

pub fn all() -> Vec<Type> {
    [numbers(), times(), texts(), bytes()].into_iter().flatten().collect()
}

pub fn numbers() -> Vec<Type> {
    let mut all = integers();
    all.extend(decimals());
    all.extend(floats());
    all
}

fn number(name: &'static str, athena: &'static str, values: &'static [&'static str]) -> Type {
    Type::new(name, athena, values).printed("CAST({} AS nvarchar(60))").compared(ITSELF)
}

fn integers() -> Vec<Type> {
    let whole = |asked: &[(&'static str, i64)]| -> Vec<_> {
        asked.iter().map(|(written, value)| (*written, Value::Int(*value))).collect()
    };
    vec![
        number("bit", "boolean", &["0", "1"]),
        number("tinyint", "smallint", &["0", "255", "1", "128"])
            .remark("without a sign")
            .asked(whole(&[("-1", -1), ("256", 256)])),
        number("smallint", "smallint", &["-32768", "32767", "-1", "0"]).asked(whole(&[("1", 1)])),
        number("int", "integer", &["-2147483648", "2147483647", "-1", "0"]).asked(whole(&[("1", 1)])),
        number("bigint", "bigint", &["-9223372036854775808", "9223372036854775807", "-1", "0", "9007199254740993"])
            .asked(whole(&[("9007199254740992", 9_007_199_254_740_992)])),
    ]
}

fn decimals() -> Vec<Type> {
    let between = |scale, asked: &[(&'static str, i128)]| -> Vec<_> {
        asked.iter().map(|(written, unscaled)| (*written, Value::Decimal { unscaled: *unscaled, scale })).collect()
    };
    let money = |name, athena, values| {
        let tried = number(name, athena, values).printed("CAST(CAST({} AS decimal(19,4)) AS nvarchar(60))");
        tried.asked(between(4, &[("1.0001", 10_001)]))
    };
    vec![
        number("decimal(1,0)", "decimal(1,0)", &["-9", "9", "0"]),
        number("decimal(9,9)", "decimal(9,9)", &["-0.999999999", "0.999999999", "0", "0.000000001"])
            .asked(between(9, &[("0.000000002", 2)])),
        number(
            "decimal(19,4)",
            "decimal(19,4)",
            &["-999999999999999.9999", "999999999999999.9999", "0.0001", "922337203685477.5807"],
        ),
        number(
            "numeric(28,10)",
            "decimal(28,10)",
            &["-999999999999999999.9999999999", "999999999999999999.9999999999", "1.5"],
        ),
        number(
            "decimal(38,0)",
            "decimal(38,0)",
            &["-99999999999999999999999999999999999999", "99999999999999999999999999999999999999", "0", "1"],
        ),
        number(
            "numeric(38,38)",
            "decimal(38,38)",
            &[
                "-0.99999999999999999999999999999999999999",
                "0.99999999999999999999999999999999999999",
                "0",
                "0.00000000000000000000000000000000000001",
            ],
        ),
        money("money", "decimal(19,4)", &["-922337203685477.5808", "922337203685477.5807", "-0.0001", "0"]),
        money("smallmoney", "decimal(10,4)", &["-214748.3648", "214748.3647", "-0.0001", "0"]),
    ]
}

fn floats() -> Vec<Type> {
    const SINGLE: &[&str] = &["-3.40e38", "3.40e38", "-1.18e-38", "-0.1", "0", "1.18e-38", "0.1", "16777217"];
    // Seventeen digits, as many as tell every number from its neighbours.
    const EXACT: &str = "LTRIM(RTRIM(CONVERT(nvarchar(60), CAST({} AS float), 3)))";
    let float = |name, athena, values| number(name, athena, values).printed(EXACT);
    vec![
        float("real", "real", SINGLE),
        float("float(24)", "real", SINGLE),
        float(
            "float",
            "double",
            &[
                "-1.79e308",
                "1.79e308",
                "-2.23e-308",
                "-0.1",
                "0",
                "2.23e-308",
                "0.1",
                "9007199254740993",
                "0.30000000000000004",
            ],
        ),
    ]
}

pub fn times() -> Vec<Type> {
    let mut all = moments();
    all.extend(zoned());
    all.extend(clock_times());
    all
}

const FLOORED: &str = "compared by its millisecond";
const BY_MILLISECOND: Compared = Compared::As("CAST(LEFT(CONVERT(nvarchar(40), {}, 121), 23) AS datetime2(3))");

fn moment(name: &'static str, values: &'static [&'static str]) -> Type {
    Type::new(name, "timestamp(3)", values).printed("CONVERT(nvarchar(40), {}, 121)").compared(BY_MILLISECOND)
}

/// Moments that no row has, written for the server.
fn millis(asked: &[(&'static str, i64)]) -> Vec<(&'static str, Value)> {
    asked.iter().map(|(written, millis)| (*written, Value::Millis(*millis))).collect()
}

fn moments() -> Vec<Type> {
    vec![
        Type {
            athena: "date",
            ..moment("date", &["'0001-01-01'", "'9999-12-31'", "'1582-10-10'", "'1969-12-31'", "'2000-02-29'"])
        },
        moment(
            "datetime",
            &[
                "'1753-01-01T00:00:00'",
                "'9999-12-31T23:59:59.997'",
                "'1899-12-31T23:59:59.997'",
                "'1970-01-01T00:00:00.003'",
                "'2000-02-29T12:00:00.007'",
                "'2000-02-29T12:00:00.010'",
            ],
        )
        .remark("the millisecond that the server shows: it counts in three hundredths of a second")
        .asked(millis(&[
            ("CAST('2000-02-29T12:00:00.008' AS datetime2(3))", 951_825_600_008),
            ("CAST('2000-02-29T12:00:00.006' AS datetime2(3))", 951_825_600_006),
        ])),
        moment("smalldatetime", &["'1900-01-01T00:00:00'", "'2079-06-06T23:59:00'", "'2000-02-29T12:34:00'"])
            .printed("CONVERT(nvarchar(40), CAST({} AS datetime2(3)), 121)")
            .compared(Compared::As("CAST({} AS datetime2(3))"))
            .asked(millis(&[("CAST('2000-02-29T12:34:00.001' AS datetime2(3))", 951_827_640_001)])),
        moment(
            "datetime2(0)",
            &["'0001-01-01T00:00:00'", "'9999-12-31T23:59:59'", "'1582-10-10T00:00:00'", "'1969-12-31T23:59:59'"],
        ),
        moment(
            "datetime2(3)",
            &[
                "'0001-01-01T00:00:00.001'",
                "'9999-12-31T23:59:59.999'",
                "'1970-01-01T00:00:00'",
                "'2000-02-29T12:00:00.120'",
            ],
        ),
        moment(
            "datetime2(7)",
            &[
                "'0001-01-01T00:00:00.0000001'",
                "'9999-12-31T23:59:59.9999999'",
                "'1969-12-31T23:59:59.9999999'",
                "'2000-02-29T12:00:00.1230000'",
                "'2000-02-29T12:00:00.1239990'",
                "'2000-02-29T12:00:00.1239999'",
                "'2000-02-29T12:00:00.1240000'",
            ],
        )
        .remark(FLOORED)
        .asked(millis(&[("CAST('2000-02-29T12:00:00.125' AS datetime2(3))", 951_825_600_125)])),
    ]
}

fn zoned() -> Vec<Type> {
    const IN_UTC: &str = "CONVERT(nvarchar(40), CAST(SWITCHOFFSET({}, '+00:00') AS datetime2(7)), 121)";
    const UTC_BY_MILLISECOND: Compared = Compared::As(
        "CAST(LEFT(CONVERT(nvarchar(40), CAST(SWITCHOFFSET({}, '+00:00') AS datetime2(7)), 121), 23) AS datetime2(3))",
    );
    let one = |name, values| moment(name, values).printed(IN_UTC).compared(UTC_BY_MILLISECOND);
    vec![
        one(
            "datetimeoffset(0)",
            &[
                "'0001-01-01T00:00:00+00:00'",
                "'9999-12-31T23:59:59+00:00'",
                "'1970-01-01T00:00:00+14:00'",
                "'2000-02-29T12:00:00-14:00'",
            ],
        )
        .remark("in UTC; the offset is lost"),
        one(
            "datetimeoffset(7)",
            &[
                "'0001-01-01T00:00:00.0000001+00:00'",
                "'9999-12-31T23:59:59.9999999+00:00'",
                "'1969-12-31T23:59:59.9999999+05:30'",
                "'2000-02-29T12:00:00.1239990-11:00'",
                "'2000-02-29T12:00:00.1239999-11:00'",
                "'2000-02-29T23:00:00.1230000+00:00'",
            ],
        )
        .remark("in UTC; the offset is lost; compared by its millisecond"),
    ]
}

fn clock_times() -> Vec<Type> {
    let one = |name, printed, values| {
        Type::new(name, "varchar", values)
            .printed(printed)
            .compared(Compared::Printed)
            .remark("as text, with every digit; filtered above")
    };
    vec![
        one("time(0)", "LEFT(CONVERT(nvarchar(20), {}, 121), 8)", &["'00:00:00'", "'23:59:59'", "'12:34:56'"]),
        one("time(3)", "LEFT(CONVERT(nvarchar(20), {}, 121), 12)", &["'00:00:00'", "'23:59:59.999'", "'12:34:56.120'"]),
        one(
            "time(7)",
            "CONVERT(nvarchar(20), {}, 121)",
            &["'00:00:00'", "'23:59:59.9999999'", "'00:00:00.0000001'", "'12:34:56.1200000'"],
        ),
    ]
}

pub fn texts() -> Vec<Type> {
    let mut all = texts_of_a_code_page();
    all.extend(unicode_texts());
    all.extend(texts_of_other_types());
    all
}

const COLLATED: &str = "compared by code point, blanks included";
const BY_THE_SERVER: &str = "cast by the server; compared by code point, blanks included";
const WESTERN: &[&str] = &[
    "''",
    "REPLICATE('ÿ', 20)",
    "' '",
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
];
const UNICODE: &[&str] = &[
    "N''",
    "REPLICATE(N'\u{ff5e}', 20)",
    "N' '",
    "N'a'",
    "N'A'",
    "N'a '",
    "N'Ａ'",
    "N'ß'",
    "N'é'",
    "N'日本'",
    "N'か'",
    "N'カ'",
    "N'😀'",
    "N'\u{ff5e}'",
    "N'e\u{301}'",
    "N'\u{ad}'",
    "N'a%_[]'",
];

fn text(name: &'static str, values: &'static [&'static str]) -> Type {
    Type::new(name, "varchar", values)
        .printed("CAST({} AS nvarchar(max))")
        .compared(Compared::Printed)
        .remark(COLLATED)
        .asked(not_there(&["Á", "a  ", "A\u{301}", "SS", "😁"]))
}

fn unpadded(name: &'static str, values: &'static [&'static str]) -> Type {
    text(name, values)
        .printed("RTRIM(CAST({} AS nvarchar(max)))")
        .remark("without its trailing blanks; compared by code point")
}

/// Texts that no row has, and that some collation takes for one that is there.
fn not_there(texts: &[&'static str]) -> Vec<(&'static str, Value)> {
    texts.iter().map(|text| (*text, Value::Text((*text).into()))).collect()
}

fn texts_of_a_code_page() -> Vec<Type> {
    vec![
        unpadded("char(5) COLLATE Latin1_General_CI_AS", &["''", "'ÿÿÿÿÿ'", "'a'", "'A'", "'é'", "'ab'", "' a'"]),
        text("varchar(20) COLLATE SQL_Latin1_General_CP1_CI_AS", WESTERN),
        text("varchar(20) COLLATE Latin1_General_BIN2", WESTERN),
        text("varchar(max) COLLATE Latin1_General_CI_AI", WESTERN),
        text("varchar(20) COLLATE Cyrillic_General_CI_AS", &["N''", "N'я'", "N'Я'", "N'Ё'", "N'z'"]),
        text("varchar(20) COLLATE Japanese_CI_AS", &["N''", "N'日本'", "N'か'", "N'カ'", "N'a'"]).remark(BY_THE_SERVER),
        text("varchar(20) COLLATE SQL_Latin1_General_CP850_CI_AS", &["N''", "N'ß'", "N'é'", "N'É'", "N'a'"])
            .remark(BY_THE_SERVER),
        text("varchar(80) COLLATE Latin1_General_100_CI_AS_SC_UTF8", UNICODE).remark(BY_THE_SERVER),
        text("text COLLATE Latin1_General_CI_AS", &["''", "REPLICATE('ÿ', 5000)", "'a'", "'A'", "'a '"])
            .remark(BY_THE_SERVER),
    ]
}

fn unicode_texts() -> Vec<Type> {
    vec![
        unpadded("nchar(5)", &["N''", "N'日本日本日'", "N'a'", "N'A'", "N'é'", "N' a'"]),
        text("nvarchar(20)", UNICODE),
        text(
            "nvarchar(max)",
            &[
                "N''",
                "REPLICATE(CAST(N'\u{ff5e}' AS nvarchar(max)), 5000)",
                "N'a'",
                "N'A'",
                "N'a '",
                "N'日本'",
                "N'😀'",
                "N'\u{ff5e}'",
            ],
        ),
        text("sysname", &["N'a'", "N'A'", "N'a b]'"]),
        text("ntext", &["N''", "N'日本'", "N'a'", "N'é'"]).remark(BY_THE_SERVER),
    ]
}

fn texts_of_other_types() -> Vec<Type> {
    const NO_SUCH_TYPE: &str = "as text: Athena has no such type; compared as that text";
    const POINT: &[&str] = &["geometry::STGeomFromText('POINT (1.5 -2)', 0)"];
    const PLACE: &[&str] = &["geography::STGeomFromText('POINT (1.5 -2)', 4326)"];
    let other = |name, values| text(name, values).remark(NO_SUCH_TYPE).asked([]);
    vec![
        other("xml", &["N'<a/>'", "N'<a>é</a>'", "'<a b=\"1\"> x </a>'"]),
        other(
            "uniqueidentifier",
            &[
                "'00000000-0000-0000-0000-000000000000'",
                "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
                "'0123abcd-0000-0000-0000-0000000000ff'",
            ],
        )
        .asked(not_there(&[
            "0123abcd-0000-0000-0000-0000000000ff",
            "0123ABCD-0000-0000-0000-0000000000FE",
            "no uuid",
        ])),
        other("sql_variant", &["N''", "N'é'", "CAST(1.50 AS decimal(5,2))", "CAST(-7 AS int)"])
            .remark("as text, printed here; filtered above"),
        other("hierarchyid", &["'/'", "'/1/2.5/'", "'/1/'"]).printed("{}.ToString()"),
        other("geometry", POINT).printed("{}.ToString()"),
        other("geography", PLACE).printed("{}.ToString()"),
    ]
}

pub fn bytes() -> Vec<Type> {
    let one = |name, values| {
        Type::new(name, "varbinary", values)
            .printed("CAST({} AS varbinary(max))")
            .compared(Compared::Printed)
            .remark("filtered above: the server ignores zeros at the end when it compares")
            .asked([("000000", Value::Bytes(vec![0; 3])), ("0100ff", Value::Bytes(vec![1, 0, 255]))])
    };
    vec![
        one("binary(4)", &["0x", "0xFFFFFFFF", "0x01", "0x0100", "0x00000001"])
            .remark("with its trailing zero bytes; filtered above"),
        one("varbinary(8)", &["0x", "0xFFFFFFFFFFFFFFFF", "0x00", "0x0000", "0x01", "0x0100"]),
        one("varbinary(max)", &["0x", "0x00FF", "0x00FF00"]),
        one("image", &["0x", "0xFF", "0x00"]),
    ]
}
