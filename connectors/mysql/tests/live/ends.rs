//! Every type of both servers with its least and its greatest value and what is awkward about it.
//!
//! How another client prints it, and how the server is asked to compare it: as it is, unless the remark says otherwise.

use connector_core::Value;
use connector_core::testing::boundary::{Compared, Type};

const TEXT: &str = "CAST({} AS CHAR)";
const NUMBER: &str = "CAST({} + 0 AS CHAR)";
/// Of the same order as the bytes, and the same in every collation.
const BY_CODE_POINT: Compared = Compared::As("HEX(CONVERT({} USING utf8mb4))");
const AS_TEXT: Compared = Compared::As("HEX(CAST({} AS CHAR))");

fn tried(name: &'static str, athena: &'static str, values: &'static [&'static str]) -> Type {
    Type::new(name, athena, values).printed(NUMBER)
}

/// Numbers that no row has, written as they are.
fn whole<const N: usize>(asked: [(&'static str, i64); N]) -> [(&'static str, Value); N] {
    asked.map(|(written, value)| (written, Value::Int(value)))
}

fn decimal<const N: usize>(scale: i8, asked: [(&'static str, i128); N]) -> [(&'static str, Value); N] {
    asked.map(|(written, unscaled)| (written, Value::Decimal { unscaled, scale }))
}

pub fn all() -> Vec<Type> {
    [numbers(), times(), texts(), bytes()].into_iter().flatten().collect()
}

pub fn numbers() -> Vec<Type> {
    let mut all = integers();
    all.extend(decimals());
    all.extend(wide_decimals());
    all.extend(floats());
    all
}

fn integers() -> Vec<Type> {
    vec![
        tried("bool", "boolean", &["0", "1"]).remark("a tinyint(1), where another number is an error"),
        tried("bit(1)", "boolean", &["0", "1"]),
        tried("tinyint", "tinyint", &["-128", "127", "-1", "0", "1"]),
        tried("tinyint unsigned", "smallint", &["0", "255", "127", "128"]).asked(whole([
            ("-1", -1),
            ("256", 256),
            ("-32768", -32768),
        ])),
        tried("smallint", "smallint", &["-32768", "32767", "-1", "0"]),
        tried("smallint unsigned", "integer", &["0", "65535", "32768"]).asked(whole([("-1", -1), ("65536", 65536)])),
        tried("mediumint", "integer", &["-8388608", "8388607", "-1", "0"])
            .asked(whole([("8388608", 8_388_608), ("-2147483648", -2_147_483_648)])),
        tried("mediumint unsigned", "integer", &["0", "16777215", "8388608"])
            .asked(whole([("-1", -1), ("16777216", 16_777_216)])),
        tried("int", "integer", &["-2147483648", "2147483647", "-1", "0"]),
        tried("int unsigned", "bigint", &["0", "4294967295", "2147483648"]).asked(whole([
            ("-1", -1),
            ("4294967296", 4_294_967_296),
            ("-9223372036854775808", i64::MIN),
        ])),
        tried("int(6) zerofill", "bigint", &["0", "4294967295", "42"]).asked(whole([("-1", -1)])),
        tried("bigint", "bigint", &["-9223372036854775808", "9223372036854775807", "-1", "0", "9007199254740993"]),
        tried(
            "bigint unsigned",
            "decimal(20,0)",
            &["0", "18446744073709551615", "9223372036854775808", "9007199254740993"],
        )
        .asked(decimal(0, [("-1", -1), ("18446744073709551616", 1 << 64)])),
        tried("bit(8)", "bigint", &["0", "255", "165", "10"]).asked(whole([("-1", -1), ("256", 256)])),
        tried("bit(63)", "bigint", &["0", "9223372036854775807", "256"]).asked(whole([("-1", -1)])),
        tried("bit(64)", "decimal(20,0)", &["0", "18446744073709551615", "9223372036854775808"])
            .asked(decimal(0, [("-1", -1), ("18446744073709551616", 1 << 64)])),
        tried("year", "integer", &["1901", "2155", "0", "1970", "2005"])
            .compared(Compared::As("CAST({} AS UNSIGNED)"))
            .remark("also 0; compared as a number, because the servers take 5 for 2005")
            .asked(whole([("-1", -1), ("5", 5), ("70", 70), ("2156", 2156), ("99999", 99_999)])),
    ]
}

fn decimals() -> Vec<Type> {
    vec![
        tried("decimal(1,0)", "decimal(1,0)", &["-9", "9", "0"]),
        tried("decimal(5,2) unsigned", "decimal(5,2)", &["0", "999.99", "0.01"]).asked(decimal(2, [("-0.01", -1)])),
        tried("decimal(6,2) zerofill", "decimal(6,2)", &["0", "9999.99", "1.5"]),
        tried(
            "decimal(30,30)",
            "decimal(30,30)",
            &[
                "-0.999999999999999999999999999999",
                "0.999999999999999999999999999999",
                "0.000000000000000000000000000001",
                "0",
            ],
        ),
        tried(
            "decimal(38,0)",
            "decimal(38,0)",
            &["-99999999999999999999999999999999999999", "99999999999999999999999999999999999999", "-1", "0"],
        ),
        tried(
            "decimal(38,30)",
            "decimal(38,30)",
            &[
                "-99999999.999999999999999999999999999999",
                "99999999.999999999999999999999999999999",
                "0.000000000000000000000000000001",
            ],
        ),
        tried(
            "decimal(38,38)",
            "decimal(38,38)",
            &[
                "-0.99999999999999999999999999999999999999",
                "0.99999999999999999999999999999999999999",
                "0.00000000000000000000000000000000000001",
            ],
        )
        .only("mariadb")
        .remark("MariaDB only"),
    ]
}

fn wide_decimals() -> Vec<Type> {
    const TOO_WIDE: &str = "as text: wider than Athena's 38 digits";
    vec![
        tried(
            "decimal(65,0)",
            "varchar",
            &[
                "-99999999999999999999999999999999999999999999999999999999999999999",
                "99999999999999999999999999999999999999999999999999999999999999999",
                "-1",
                "0",
                "10",
                "9",
            ],
        )
        .compared(AS_TEXT)
        .remark(TOO_WIDE),
        tried(
            "decimal(65,30)",
            "varchar",
            &[
                "-99999999999999999999999999999999999.999999999999999999999999999999",
                "99999999999999999999999999999999999.999999999999999999999999999999",
                "0",
            ],
        )
        .compared(AS_TEXT)
        .remark(TOO_WIDE),
        tried("decimal(40,1) zerofill", "varchar", &["0", "999999999999999999999999999999999999999.9", "1.5"])
            .printed(TEXT)
            .compared(AS_TEXT)
            .remark(TOO_WIDE),
    ]
}

fn floats() -> Vec<Type> {
    // The text of a float has six digits, that of the double that it is all of them; a value written is a double, not a float.
    const EXACT: &str = "{} * 1e0";
    const ITS_OWN: Compared = Compared::As("{}");
    let float = |name, athena, values| tried(name, athena, values).printed(EXACT).compared(ITS_OWN);
    vec![
        float(
            "float",
            "real",
            &["-3.4028234e38", "3.4028234e38", "-0e0", "0", "0.1", "1.1754944e-38", "1e-45", "16777216"],
        ),
        float("float(7,2)", "real", &["-99999.99", "99999.99", "0.1", "-0.01", "1.005"]),
        float("float unsigned", "real", &["0", "3.4028234e38", "0.1"]),
        float(
            "double",
            "double",
            &[
                "-1.7976931348623157e308",
                "1.7976931348623157e308",
                "-0e0",
                "0",
                "0.1",
                "0.30000000000000004",
                "2.2250738585072014e-308",
                "5e-324",
                "9007199254740993",
            ],
        ),
        float("double(10,2)", "double", &["-99999999.99", "99999999.99", "0.1", "0.3", "1.005"]),
    ]
}

pub fn times() -> Vec<Type> {
    let mut all = moments();
    all.extend(clock_times());
    all
}

fn moments() -> Vec<Type> {
    const FLOORED: &str = "compared by its millisecond";
    let floored = Compared::As("LEFT(CAST({} AS CHAR), 23)");
    let time = |name, athena, values| tried(name, athena, values).printed(TEXT);
    vec![
        time(
            "date",
            "date",
            &["'0001-01-01'", "'9999-12-31'", "'0000-01-01'", "'1582-10-10'", "'1969-12-31'", "'2000-02-29'"],
        )
        .remark("`0000-01-01` is a day too; one with a zero for month or day is an error, or NULL by setting"),
        time(
            "datetime",
            "timestamp(3)",
            &["'0001-01-01 00:00:00'", "'9999-12-31 23:59:59'", "'1582-10-10 12:00:00'", "'1969-12-31 23:59:59'"],
        ),
        time(
            "datetime(3)",
            "timestamp(3)",
            &[
                "'0001-01-01 00:00:00.001'",
                "'9999-12-31 23:59:59.999'",
                "'1969-12-31 23:59:59.999'",
                "'2000-02-29 12:00:00.120'",
            ],
        ),
        time(
            "datetime(6)",
            "timestamp(3)",
            &[
                "'0001-01-01 00:00:00.000001'",
                "'9999-12-31 23:59:59.999999'",
                "'1969-12-31 23:59:59.999999'",
                "'2000-02-29 12:00:00.123000'",
                "'2000-02-29 12:00:00.123999'",
                "'2000-02-29 12:00:00.124000'",
            ],
        )
        .compared(floored)
        .remark(FLOORED),
        time("timestamp", "timestamp(3)", &["'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'", "'2000-02-29 12:00:00'"]),
        time(
            "timestamp(6)",
            "timestamp(3)",
            &[
                "'1970-01-01 00:00:01.000000'",
                "'2038-01-19 03:14:07.999999'",
                "'2000-02-29 12:00:00.123999'",
                "'2000-02-29 12:00:00.124000'",
            ],
        )
        .compared(floored)
        .remark(FLOORED),
    ]
}

fn clock_times() -> Vec<Type> {
    let text = |name, values| {
        tried(name, "varchar", values)
            .printed(TEXT)
            .compared(AS_TEXT)
            .remark("as text: no time of day reaches that far")
    };
    vec![
        text("time", &["'-838:59:59'", "'838:59:59'", "'-00:00:01'", "'00:00:00'", "'09:00:00'", "'100:00:00'"]),
        text("time(3)", &["'-838:59:59.000'", "'838:59:59'", "'-00:00:00.001'", "'12:34:56.7'"]),
        text("time(6)", &["'-838:59:59'", "'838:59:59'", "'-00:00:00.000001'", "'23:59:59.999999'"]),
    ]
}

const PLAIN: &[&str] = &[
    "''",
    "CHAR(0xF48FBFBF USING utf8mb4)",
    "' '",
    "'a'",
    "'A'",
    "'a '",
    "'á'",
    "'ß'",
    "'ss'",
    "'a\\t'",
    "'a\\\\b'",
    "'%'",
    "'_'",
    "'\u{ff5e}'",
    "'😀'",
    "'e\u{301}'",
    "'\u{ad}'",
    "CHAR(0 USING utf8mb4)",
];
const WESTERN: &[&str] = &["''", "'ÿ'", "' '", "'a'", "'A'", "'a '", "'á'", "'ß'", "'ss'", "'€'", "'a\\\\b'"];

pub fn texts() -> Vec<Type> {
    let mut all = texts_of_any_length();
    all.extend(texts_of_other_types());
    all.extend(MARIADB.iter().map(|(name, values)| {
        let remark = "as text: Athena has no such type; MariaDB only";
        tried(name, "varchar", values).printed(TEXT).compared(AS_TEXT).remark(remark).only("mariadb")
    }));
    all
}

fn texts_of_any_length() -> Vec<Type> {
    const COLLATED: &str = "compared by code point, blanks included";
    const OTHER_SET: &str = "compared by code point, above the source's index";
    const LARGE: &str = "filtered above: the server makes NULL of what is too large for an expression";
    let one = |name, values| {
        let tried = tried(name, "varchar", values).printed("CONVERT({} USING utf8mb4)").compared(BY_CODE_POINT);
        tried.remark(COLLATED).asked(not_there())
    };
    vec![
        one("char(5)", &["''", "'aaaaa'", "'a'", "'A'", "'a '", "'á'", "' a'", "'😀'"])
            .remark("without its trailing blanks; compared by code point"),
        one("varchar(20)", PLAIN),
        one("varchar(20) COLLATE utf8mb4_general_ci", PLAIN),
        one("varchar(20) COLLATE utf8mb4_unicode_520_ci", PLAIN),
        one("varchar(20) COLLATE utf8mb4_bin", PLAIN),
        one("varchar(20) COLLATE utf8mb4_0900_as_cs", PLAIN).only("mysql"),
        one("varchar(20) COLLATE utf8mb4_0900_bin", PLAIN).only("mysql"),
        one("varchar(20) COLLATE utf8mb4_nopad_bin", PLAIN).only("mariadb"),
        one("varchar(20) CHARACTER SET latin1", WESTERN).remark(OTHER_SET),
        one("varchar(20) CHARACTER SET utf8mb3", &["''", "'\u{ffff}'", "'a'", "'A'", "'я'", "'a '", "'\u{ff5e}'"])
            .remark(OTHER_SET),
        one("varchar(20) CHARACTER SET utf16", PLAIN).remark(OTHER_SET),
        one("varchar(20) CHARACTER SET sjis", &["''", "'あ'", "'ア'", "'a'", "'A'", "'a '"]).remark(OTHER_SET),
        one("char(5) CHARACTER SET ascii", &["''", "'~~~~~'", "'a'", "'A'", "'a '"]).remark(OTHER_SET),
        one("tinytext", PLAIN),
        one("text", PLAIN),
        one("mediumtext", PLAIN).remark(LARGE),
        one("longtext", PLAIN).remark(LARGE),
    ]
}

fn texts_of_other_types() -> Vec<Type> {
    let one = |name, values| tried(name, "varchar", values).printed(TEXT).compared(AS_TEXT);
    vec![
        one("enum('b','a','A b','é')", &["'b'", "'A b'", "'a'", "'é'", "0"])
            .remark("as text: Athena has no such type; compared by value, not by its place in the list"),
        one("set('x','y','Z')", &["''", "'x,y,Z'", "'y'", "'x,Z'"])
            .remark("as text: Athena has no such type; compared by value, not by its bits"),
        one("json", &["'null'", "'{\"a\": [1, 2.50]}'", "'\"é\"'", "'{}'", "'-1.5'"])
            .remark("as text: Athena has no such type; filtered above"),
    ]
}

const MARIADB: &[(&str, &[&str])] = &[
    (
        "uuid",
        &[
            "'00000000-0000-0000-0000-000000000000'",
            "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
            "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'",
            "'00000000-0000-1000-8000-000000000001'",
        ],
    ),
    ("inet4", &["'0.0.0.0'", "'255.255.255.255'", "'10.0.0.1'", "'9.0.0.1'"]),
    ("inet6", &["'::'", "'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'", "'2001:DB8::1'", "'::ffff:1.2.3.4'"]),
];

/// Texts that no row has, and that some collation takes for one that is there.
fn not_there() -> Vec<(&'static str, Value)> {
    let hex = |written, value: &str| (written, Value::Text(value.into()));
    vec![
        hex("'C381'", "Á"),
        hex("'612020'", "a  "),
        hex("'41CC81'", "A\u{301}"),
        hex("'5353'", "SS"),
        hex("'F09F9881'", "😁"),
    ]
}

pub fn bytes() -> Vec<Type> {
    const VARIED: &[&str] = &["x''", "x'ffffffff'", "x'00'", "x'0000'", "x'61'", "x'6120'", "x'4100'"];
    const WHOLE: Compared = Compared::As("HEX({})");
    let one = |name, values| tried(name, "varbinary", values).printed("LOWER(HEX({}))");
    vec![
        one("binary(4)", &["x'00000000'", "x'ffffffff'", "x'61000000'", "x'61200000'", "x'00000001'"])
            .remark("with its trailing zero bytes"),
        one("varbinary(10)", VARIED),
        one("varchar(10) CHARACTER SET binary", VARIED).remark("a varbinary"),
        one("tinyblob", VARIED),
        one("blob", VARIED),
        one("mediumblob", VARIED),
        one("longblob", VARIED),
        one("point", &["ST_GeomFromText('POINT(0 0)')", "ST_GeomFromText('POINT(1.5 -2)')"])
            .compared(WHOLE)
            .remark("as bytes: SRID and WKB; filtered above"),
        one("geometry", &["ST_GeomFromText('POINT(0 0)')", "ST_GeomFromText('LINESTRING(0 0,1 1)')"])
            .compared(WHOLE)
            .remark("as bytes: SRID and WKB; filtered above"),
        one(
            "vector(2)",
            &["STRING_TO_VECTOR('[-3.4e38,0]')", "STRING_TO_VECTOR('[3.4e38,1]')", "STRING_TO_VECTOR('[0,-1]')"],
        )
        .compared(WHOLE)
        .only("mysql")
        .remark("as bytes: the floats, little-endian; filtered above"),
    ]
}
