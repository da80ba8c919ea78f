//! Every type with its least and its greatest value and what is awkward about it.
//!
//! Another client prints it as it is; and the server is asked to compare it as it is, unless the remark says otherwise.

use connector_core::testing::boundary::{Compared, Type};

/// What the types need of the database.
pub const EXTENSIONS: &str = "SELECT pg_advisory_lock(20); CREATE EXTENSION IF NOT EXISTS citext; \
     CREATE EXTENSION IF NOT EXISTS hstore; CREATE COLLATION IF NOT EXISTS public.caseless \
     (provider = icu, locale = 'und-u-ks-level2', deterministic = false)";
/// What they need of the schema that they are used in.
pub const MADE: &str = "CREATE TYPE mood AS ENUM ('sad', 'happy', 'Happy'); CREATE TYPE pair AS (a int, b text); \
     CREATE DOMAIN posint AS int CHECK (VALUE > 0)";

/// The text of a value as clients are sent it, by code point; NULL, which would be no text, stays NULL.
const BY_CODE_POINT: Compared =
    Compared::As("CASE WHEN {} IS DISTINCT FROM NULL THEN format('%s', {}) END COLLATE \"C\"");

fn tried(name: &'static str, athena: &'static str, values: &'static [&'static str]) -> Type {
    Type::new(name, athena, values)
}

pub fn all() -> Vec<Type> {
    [numbers(), times(), texts(), as_text(), lists()].into_iter().flatten().collect()
}

pub fn numbers() -> Vec<Type> {
    let mut all = vec![
        tried("boolean", "boolean", &["false", "true"]),
        tried("bit(1)", "boolean", &["B'0'", "B'1'"]).remark("filtered above: no cast leads from a truth value"),
        tried("int2", "smallint", &["-32768", "32767", "-1", "0"]),
        tried("int4", "integer", &["-2147483648", "2147483647", "-1", "0"]),
        tried("int8", "bigint", &["-9223372036854775808", "9223372036854775807", "-1", "0", "9007199254740993"]),
        tried("oid", "bigint", &["0", "4294967295", "2147483648"]),
        tried("posint", "integer", &["1", "2147483647", "7"]).remark("a domain is what it stands for"),
        tried("money", "decimal(19,2)", MONEY).printed("v::numeric").compared(Compared::Written("CAST({} AS money)")),
    ];
    all.extend(decimals());
    all.extend(floats());
    all
}

const MONEY: &[&str] = &["'-92233720368547758.08'", "'92233720368547758.07'", "'-0.01'", "'0'", "'1234.5'"];

fn decimals() -> Vec<Type> {
    const AS_TEXT: &str = "as text: wider than Athena's 38 digits";
    vec![
        tried("numeric(1,0)", "decimal(1,0)", &["-9", "9", "0"]),
        tried("numeric(12,3)", "decimal(12,3)", &["-999999999.999", "999999999.999", "-0.001", "0", "1.5"]),
        tried(
            "numeric(38,0)",
            "decimal(38,0)",
            &[
                "-99999999999999999999999999999999999999",
                "99999999999999999999999999999999999999",
                "-1",
                "0",
                "10000000000000000000",
            ],
        ),
        tried(
            "numeric(38,38)",
            "decimal(38,38)",
            &[
                "-0.99999999999999999999999999999999999999",
                "0.99999999999999999999999999999999999999",
                "0.00000000000000000000000000000000000001",
                "0",
            ],
        ),
        tried(
            "numeric(40,2)",
            "varchar",
            &[
                "-99999999999999999999999999999999999999.99",
                "99999999999999999999999999999999999999.99",
                "0",
                "9",
                "10",
            ],
        )
        .compared(BY_CODE_POINT)
        .remark(AS_TEXT),
        tried(
            "numeric",
            "varchar",
            &["'-Infinity'", "'Infinity'", "'NaN'", "0", "1.5", "1.50", "1e100", "1e-100", "-1"],
        )
        .compared(BY_CODE_POINT)
        .remark("as text, exactly: no type of Athena's holds them all; decimal(38,s) by `default_scale`"),
    ]
}

fn floats() -> Vec<Type> {
    // Of a value that is not NaN, which equals nothing in Athena.
    const NO_NAN: Compared = Compared::As("NULLIF({}, 'NaN')");
    const NAN: &str = "NaN is neither equal to nor less than anything, as in Athena";
    vec![
        tried(
            "real",
            "real",
            &[
                "'-Infinity'",
                "'Infinity'",
                "'-3.4028235e38'",
                "'3.4028235e38'",
                "'NaN'",
                "'-0'",
                "0",
                "0.1",
                "'1e-45'",
                "16777217",
            ],
        )
        .printed("v::float8")
        .compared(NO_NAN)
        .remark(NAN),
        tried(
            "double precision",
            "double",
            &[
                "'-Infinity'",
                "'Infinity'",
                "'-1.7976931348623157e308'",
                "'1.7976931348623157e308'",
                "'NaN'",
                "'-0'",
                "0",
                "0.1",
                "'5e-324'",
                "9007199254740993",
            ],
        )
        .compared(NO_NAN)
        .remark(NAN),
    ]
}

pub fn times() -> Vec<Type> {
    const FLOORED: &str = "compared by its millisecond";
    let floored = Compared::As("date_trunc('milliseconds', {})");
    vec![
        tried(
            "date",
            "date",
            &[
                "'4714-11-24 BC'",
                "'5874897-12-31'",
                "'0001-12-31 BC'",
                "'0001-01-01'",
                "'1582-10-10'",
                "'1969-12-31'",
                "'2000-02-29'",
                "'10000-01-01'",
            ],
        )
        .remark("an infinite one is an error"),
        tried("timestamp(0)", "timestamp(3)", &["'4714-11-24 BC'", "'294276-12-31 23:59:59'", "'1969-12-31 23:59:59'"])
            .remark("an infinite one is an error"),
        tried(
            "timestamp(3)",
            "timestamp(3)",
            &[
                "'4714-11-24 00:00:00.001 BC'",
                "'294276-12-31 23:59:59.999'",
                "'1969-12-31 23:59:59.999'",
                "'2000-02-29 12:00:00.12'",
            ],
        ),
        tried(
            "timestamp",
            "timestamp(3)",
            &[
                "'4714-11-24 00:00:00 BC'",
                "'294276-12-31 23:59:59.999999'",
                "'0044-03-15 12:00:00.000999 BC'",
                "'1969-12-31 23:59:59.9999'",
                "'2000-02-29 12:00:00.123'",
                "'2000-02-29 12:00:00.123999'",
                "'2000-02-29 12:00:00.124'",
            ],
        )
        .compared(floored)
        .remark(FLOORED),
        tried(
            "timestamptz",
            "timestamp(3)",
            &[
                "'4714-11-24 00:00:00Z BC'",
                "'294276-12-31 23:59:59.999999Z'",
                "'1969-12-31 23:59:59.9999+05:30'",
                "'2000-02-29 12:00:00.123-11'",
                "'2000-02-29 23:00:00.123999Z'",
                "'2000-02-29 23:00:00.124Z'",
            ],
        )
        .compared(floored)
        .remark("in UTC; compared by its millisecond"),
    ]
}

const PLAIN: &[&str] = &[
    "''",
    "U&'\\+10FFFF'",
    "' '",
    "'a'",
    "'A'",
    "'a '",
    "'á'",
    "'ß'",
    "'ss'",
    "E'a\\t'",
    "'a\\b'",
    "'%'",
    "'_'",
    "U&'\\FF5E'",
    "'😀'",
    "U&'e\\0301'",
    "U&'\\00AD'",
];

pub fn texts() -> Vec<Type> {
    const COLLATED: &str = "compared by code point";
    let one = |name, values| tried(name, "varchar", values).compared(BY_CODE_POINT).remark(COLLATED);
    let bytes = |name, values| {
        tried(name, "varbinary", values).printed("encode(v, 'hex')").compared(Compared::Written("CAST({} AS bytea)"))
    };
    vec![
        one("text", PLAIN),
        one("varchar(20)", PLAIN),
        one("varchar(20) COLLATE \"C\"", PLAIN),
        one("varchar(20) COLLATE \"en-x-icu\"", PLAIN),
        one("varchar(20) COLLATE caseless", PLAIN),
        one("citext", PLAIN),
        one("name", &["''", "repeat('z', 63)", "'a'", "'A'", "'a '", "'é'"]),
        one("\"char\"", &["''", "'~'", "'a'", "'A'"]),
        one("char(5)", &["''", "'zzzzz'", "'a'", "'A'", "'a '", "' a'", "'é'", "E'a\\t'"])
            .printed("v::text")
            .compared(Compared::As("({})::text COLLATE \"C\""))
            .remark("without its trailing blanks; compared by code point"),
        bytes("bytea", &["''", "'\\xffffffff'", "'\\x00'", "'\\x0000'", "'\\x61'", "'\\x6120'"]),
    ]
}

pub fn as_text() -> Vec<Type> {
    [in_one_order(), in_two_orders()].into_iter().flatten().collect()
}

fn in_one_order() -> Vec<Type> {
    const NATIVE: &str = "as text: Athena has no such type; both orders are one";
    let native = |name, form, values| tried(name, "varchar", values).compared(Compared::Written(form)).remark(NATIVE);
    vec![
        native(
            "uuid",
            "CAST({} AS uuid)",
            &[
                "'00000000-0000-0000-0000-000000000000'",
                "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
                "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'",
                "'0a000000-0000-0000-0000-000000000000'",
            ],
        ),
        native(
            "macaddr",
            "CAST({} AS macaddr)",
            &["'00:00:00:00:00:00'", "'ff:ff:ff:ff:ff:ff'", "'08:00:2B:01:02:03'"],
        ),
        native(
            "macaddr8",
            "CAST({} AS macaddr8)",
            &["'00:00:00:00:00:00:00:00'", "'ff:ff:ff:ff:ff:ff:ff:ff'", "'08:00:2b:01:02:03:04:05'"],
        ),
        native("bit(8)", "{}", &["B'00000000'", "B'11111111'", "B'10100101'"]),
        native("varbit", "{}", &["B''", "B'1111111111'", "B'1'", "B'10'", "B'01'"]),
        native(
            "time",
            "CAST({} AS time)",
            &["'00:00:00'", "'24:00:00'", "'12:34:56.789'", "'12:34:56'", "'00:00:00.000001'"],
        )
        .remark("as text: it reaches 24:00:00; both orders are one"),
    ]
}

fn in_two_orders() -> Vec<Type> {
    const NO_SUCH_TYPE: &str = "as text: Athena has no such type; compared as that text";
    let one = |name, values| tried(name, "varchar", values).compared(BY_CODE_POINT).remark(NO_SUCH_TYPE);
    vec![
        one("time(0)", &["'00:00:00'", "'24:00:00'", "'09:00:00'"]),
        one("timetz", &["'00:00:00+15:59'", "'24:00:00-15:59'", "'12:00:00+05'", "'12:00:00Z'"]),
        one(
            "interval",
            &[
                "'-178000000 years'",
                "'178000000 years'",
                "'0'",
                "'1 year 2 days 03:04:05.6'",
                "'1 month'",
                "'30 days'",
                "'-00:00:00.000001'",
            ],
        ),
        one("mood", &["'sad'", "'Happy'", "'happy'"])
            .remark("an enum; as text: compared by value, not by its place in the list"),
        one("json", &["'null'", "'{\"a\" : 1}'", "'{\"a\":1}'", "'\"é\"'", "'[]'"]),
        one("jsonb", &["'null'", "'{\"b\":2,\"a\" : 1}'", "'1.50'", "'1.5'", "'[]'", "'{}'"]),
        one("xml", &["''", "'<a>é</a>'", "'<a/>'"]),
        one("inet", &["'0.0.0.0'", "'ffff::ffff'", "'10.0.0.1/24'", "'10.0.0.1'", "'9.0.0.1'", "'::ffff:1.2.3.4'"]),
        one("cidr", &["'0.0.0.0/0'", "'ffff::/16'", "'10.0.0.0/8'"]),
        one("point", &["'(0,0)'", "'(1e300,-1e-300)'", "'(1.5,2)'"]),
        one("box", &["'(0,0),(0,0)'", "'(2,2),(1,1)'"]),
        one("int4range", &["'empty'", "'(,)'", "'[1,5]'", "'[1,6)'"]),
        one("tstzrange", &["'empty'", "'[2020-01-01 00:00:00Z,)'"]),
        one("int4multirange", &["'{}'", "'{[1,2],[5,6]}'"]),
        one("tsvector", &["''", "'fat cat'"]),
        one("hstore", &["''", "'a=>1,b=>NULL'"]),
        one("pg_lsn", &["'0/0'", "'FFFFFFFF/FFFFFFFF'", "'16/B374D848'"]),
        one("xid8", &["'0'", "'18446744073709551615'", "'42'", "'9'"]),
        one("tid", &["'(0,0)'", "'(4294967295,65535)'", "'(1,2)'"]),
        one("regclass", &["'pg_catalog.pg_class'", "'pg_catalog.pg_attribute'"]),
        one("pair", &["'(,)'", "'(1,\"a b\")'", "'(1,)'"]).remark("a composite type; as text: compared as that text"),
        one("int4[][]", &["'{}'", "'{{1,2},{3,NULL}}'"]).remark("as text: a list of Athena's has one dimension"),
    ]
}

pub fn lists() -> Vec<Type> {
    const NULLS_ONLY: &str = "filtered above, but for NULL";
    let list = |name, athena, values| tried(name, athena, values).compared(BY_CODE_POINT).remark(NULLS_ONLY);
    vec![
        list("bool[]", "array(boolean)", &["'{}'", "'{t,f,NULL}'"])
            .printed("replace(replace(v::text, 't', 'true'), 'f', 'false')"),
        list("int2[]", "array(smallint)", &["'{}'", "'{-32768,32767,NULL}'"]),
        list("int4[]", "array(integer)", &["'{}'", "'{-2147483648,2147483647,NULL}'", "'{NULL}'"]),
        list("int8[]", "array(bigint)", &["'{}'", "'{-9223372036854775808,9223372036854775807,NULL}'"]),
        list("numeric(10,2)[]", "array(decimal(10,2))", &["'{}'", "'{-99999999.99,99999999.99,NULL}'"]),
        list("text[]", "array(varchar)", &["'{}'", "'{a,é,NULL}'"]),
        list("uuid[]", "array(varchar)", &["'{}'", "'{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'"]),
        list("numeric[]", "array(varchar)", &["'{}'", "'{NaN,1.50}'"]),
    ]
}
