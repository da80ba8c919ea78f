//! The contract that every engine is held to, over tables that hold the ends of every type.

use connector_core::testing::suite;
use connector_oracle::CONNECTOR;

use crate::support;

const NUMBERS: &str = "CREATE TABLE glaux_contract.numbers (i NUMBER(9), l NUMBER(18), w NUMBER(38), d NUMBER(38,10), \
     n NUMBER(5,2), g NUMBER(5,-2), s NUMBER(2,5), j INTEGER, b NUMBER, f FLOAT(126), bf BINARY_FLOAT, bd BINARY_DOUBLE)";

const TEXTS: &str = "CREATE TABLE glaux_contract.texts (c CHAR(10), v VARCHAR2(50), nc NCHAR(10), nv NVARCHAR2(50), r RAW(20), \
     cl CLOB, ncl NCLOB, bl BLOB)";

const TIMES: &str = "CREATE TABLE glaux_contract.times (d DATE, t0 TIMESTAMP(0), t3 TIMESTAMP(3), t9 TIMESTAMP(9), \
     z TIMESTAMP(9) WITH TIME ZONE, lz TIMESTAMP(9) WITH LOCAL TIME ZONE, ym INTERVAL YEAR TO MONTH, ds INTERVAL DAY TO SECOND)";

const ROWS: &[&str] = &[
    "INSERT INTO glaux_contract.numbers VALUES (1, 1, 1, 0.0000000001, 1.5, 100, 0.00001, 1, 0.1, 0.1, 0.1, 0.1)",
    "INSERT INTO glaux_contract.numbers VALUES (-999999999, -999999999999999999, -99999999999999999999999999999999999999, \
     -9999999999999999999999999999.9999999999, -999.99, -9999900, -0.00099, -99999999999999999999999999999999999999, -123456789.5, \
     -1e100, -3.4e38, -1.79e308)",
    "INSERT INTO glaux_contract.numbers VALUES (999999999, 999999999999999999, 99999999999999999999999999999999999999, \
     9999999999999999999999999999.9999999999, 999.99, 9999900, 0.00099, 99999999999999999999999999999999999999, 1e20, 1e-100, \
     1.18e-38, 2.3e-308)",
    "INSERT INTO glaux_contract.numbers (i) VALUES (NULL)",
    "INSERT INTO glaux_contract.numbers (bf, bd) VALUES (BINARY_FLOAT_NAN, BINARY_DOUBLE_NAN)",
    "INSERT INTO glaux_contract.numbers (bf, bd) VALUES (BINARY_FLOAT_INFINITY, -BINARY_DOUBLE_INFINITY)",
    "INSERT INTO glaux_contract.texts VALUES ('a', 'a[b]%_^-!\\', 'a', 'a', HEXTORAW('00FF'), 'a', 'a', HEXTORAW('00'))",
    "INSERT INTO glaux_contract.texts VALUES ('A', 'A', 'A', 'A', HEXTORAW('00FF00'), 'A', 'A', HEXTORAW('01'))",
    "INSERT INTO glaux_contract.texts VALUES ('a ', 'a ', 'a ', 'a ', HEXTORAW('00'), EMPTY_CLOB(), EMPTY_CLOB(), EMPTY_BLOB())",
    "INSERT INTO glaux_contract.texts VALUES ('é', 'é€', UNISTR('\\00E9'), UNISTR('\\D83D\\DE00'), HEXTORAW('FF'), 'é', \
     UNISTR('\\D83D\\DE00'), NULL)",
    "INSERT INTO glaux_contract.texts (c) VALUES (NULL)",
    "INSERT INTO glaux_contract.times VALUES (DATE '2020-02-29', TIMESTAMP '2020-02-29 12:00:00', TIMESTAMP '2020-02-29 12:00:00.123', \
     TIMESTAMP '2020-02-29 12:00:00.123456789', TIMESTAMP '2020-02-29 12:00:00.1239 +05:30', \
     TIMESTAMP '2020-02-29 12:00:00.1239 -11:00', INTERVAL '1-2' YEAR TO MONTH, INTERVAL '1 02:03:04.5' DAY TO SECOND)",
    "INSERT INTO glaux_contract.times VALUES (DATE '0001-01-01', TIMESTAMP '0001-01-01 00:00:00', TIMESTAMP '0001-01-01 00:00:00.001', \
     TIMESTAMP '0001-01-01 00:00:00.000000001', TIMESTAMP '0001-01-02 00:00:00 +00:00', TIMESTAMP '0001-01-02 00:00:00 +00:00', \
     INTERVAL '-1-2' YEAR TO MONTH, INTERVAL '-1 02:03:04.5' DAY TO SECOND)",
    "INSERT INTO glaux_contract.times VALUES (DATE '9999-12-31', TIMESTAMP '9999-12-31 23:59:59', TIMESTAMP '9999-12-31 23:59:58.999', \
     TIMESTAMP '9999-12-31 23:59:58.999999999', TIMESTAMP '9999-12-30 23:59:59.999999999 +00:00', \
     TIMESTAMP '9999-12-30 23:59:59 +00:00', NULL, NULL)",
    "INSERT INTO glaux_contract.times VALUES (TO_DATE('1969-12-31 23:59:59', 'YYYY-MM-DD HH24:MI:SS'), \
     TIMESTAMP '1969-12-31 23:59:59', TIMESTAMP '1969-12-31 23:59:59.999', TIMESTAMP '1969-12-31 23:59:59.999999999', \
     TIMESTAMP '1969-12-31 23:59:59.9999 +14:00', TIMESTAMP '1969-12-31 23:59:59.9999 -12:00', NULL, NULL)",
    "INSERT INTO glaux_contract.times (d) VALUES (NULL)",
];

#[tokio::test]
async fn the_contract_of_all_engines_is_kept() {
    let Some(server) = support::server() else { return };
    let tables = [
        NUMBERS,
        TEXTS,
        TIMES,
        "CREATE TABLE glaux_contract.many AS SELECT LEVEL AS id, RPAD('x', MOD(LEVEL, 300) + 1, 'x') AS text, \
         NULLIF(LEVEL, TRUNC(LEVEL / 7) * 7) AS gaps FROM dual CONNECT BY LEVEL <= 500",
        "CREATE TABLE glaux_contract.empty (id NUMBER(9), t VARCHAR2(10))",
        "CREATE VIEW glaux_contract.seen AS SELECT id, text FROM glaux_contract.many WHERE id < 20",
        "CREATE SYNONYM glaux_contract.other_name FOR glaux_contract.many",
    ];
    server.schema("glaux_contract", &[&tables[..], ROWS].concat());
    let mut connection = server.connect().await;
    suite::all(connection.as_mut(), CONNECTOR.dialect(), "glaux_contract").await;
}
