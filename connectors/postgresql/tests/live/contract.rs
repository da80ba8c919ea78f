//! The contract that every engine is held to.

use connector_core::TableName;
use connector_core::testing::suite;
use connector_postgresql::CONNECTOR;

use crate::support;

#[tokio::test]
async fn the_contract_of_all_engines_is_kept() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "contract",
            "CREATE TABLE numbers (i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(12,3), b bool); \
             INSERT INTO numbers VALUES (1, -1, 0, 0.1, 'NaN', 1.5, true), (-32768, 2147483647, -9223372036854775808, \
             '-0', '-0', -0.001, false), (32767, 0, 9223372036854775807, 'Infinity', '-Infinity', 999999999.999, NULL), \
             (NULL, NULL, NULL, NULL, NULL, NULL, NULL), (2, 2, 2, 0, 0, 0, true); \
             CREATE TABLE texts (t text, v varchar(20), c char(10), bin bytea); \
             INSERT INTO texts VALUES ('a\\b%_', 'a\\b', 'a ', '\\x00ff'), ('', '', '', ''), ('Zebra', 'zebra', 'z', '\\xff'), \
             (U&'\\+01F600', U&'\\FF5E', 'é', '\\x0102'), (NULL, NULL, NULL, NULL), ('ab', 'AB', 'aB', '\\x01'); \
             CREATE TABLE times (d date, ts timestamp, tz timestamptz); \
             INSERT INTO times VALUES ('2020-02-29', '2020-02-29 12:00:00.123456', '2020-02-29 12:00:00.123456+05'), \
             ('1500-01-01', '1500-01-01 00:00:00.0009', '1500-01-01 00:00:00Z'), ('0044-03-15 BC', '0044-03-15 BC', \
             '0044-03-15 00:00:00Z BC'), ('12345-01-01', '12345-01-01', '12345-01-01 00:00:00Z'), (NULL, NULL, NULL), \
             ('2020-02-29', '2020-02-29 12:00:00.123', '2020-02-29 07:00:00.123999Z'); \
             CREATE TABLE many AS SELECT i AS id, repeat('x', i % 300) AS text, CASE WHEN i % 7 > 0 THEN i END AS gaps, \
             ARRAY[i, NULL, i + 1] AS list FROM generate_series(1, 500) i; ALTER TABLE many ADD PRIMARY KEY (id); \
             CREATE TABLE empty (id int, t text); CREATE VIEW seen AS SELECT id, text FROM many WHERE id < 20; \
             CREATE MATERIALIZED VIEW kept AS SELECT id FROM many WHERE id < 5",
        )
        .await;
    let mut connection = server.connect().await;
    suite::all(connection.as_mut(), CONNECTOR.dialect(), "contract").await;
    let many = TableName::new("contract", "many");
    suite::a_table_with_a_key_is_cut(connection.as_mut(), CONNECTOR.dialect(), &many).await;
}
