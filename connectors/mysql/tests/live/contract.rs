//! The contract that every engine is held to.

use connector_core::TableName;
use connector_core::testing::suite;
use connector_mysql::CONNECTOR;

use crate::support;

/// Every type with its least and its greatest value, NULL, and what is awkward about it.
const TABLES: &str = "CREATE TABLE numbers (t tinyint, tu tinyint unsigned, s smallint, su smallint unsigned, m mediumint, \
     mu mediumint unsigned, i int, iu int unsigned, b bigint, bu bigint unsigned, flag bool, z int(6) zerofill); \
     INSERT INTO numbers VALUES (-128, 0, -32768, 0, -8388608, 0, -2147483648, 0, -9223372036854775808, 0, 0, 0), \
     (127, 255, 32767, 65535, 8388607, 16777215, 2147483647, 4294967295, 9223372036854775807, 18446744073709551615, 1, 42), \
     (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, 1, 1), \
     (0, 200, 0, 40000, 0, 10000000, 0, 3000000000, 0, 9223372036854775808, 0, 7); \
     CREATE TABLE parts (f float, d double, fm float(7,2), n decimal(12,3), n38 decimal(38,10), n65 decimal(65,30), \
     b1 bit(1), b8 bit(8), b63 bit(63), b64 bit(64), y year); \
     INSERT INTO parts VALUES (0.1, 0.1, 1.25, 1.5, 1, 1, 1, 165, 1, 1, 2005), \
     (-0.0, -0.0, -0.01, -0.001, -9999999999999999999999999999.9999999999, \
     -99999999999999999999999999999999999.999999999999999999999999999999, 0, 0, 0, 0, 1901), \
     (3.4028234e38, 1.7976931348623157e308, 99999.99, 999999999.999, 9999999999999999999999999999.9999999999, \
     99999999999999999999999999999999999.999999999999999999999999999999, 1, 255, 9223372036854775807, 18446744073709551615, 2155), \
     (16777216, 5e-324, 0, 0, 0, 0, 0, 2, 256, 256, 0), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL); \
     CREATE TABLE texts (c char(5), v varchar(40), ci varchar(40) COLLATE utf8mb4_general_ci, bin varchar(40) COLLATE utf8mb4_bin, \
     l varchar(40) CHARACTER SET latin1, u3 varchar(40) CHARACTER SET utf8mb3, w varchar(40) CHARACTER SET utf16, \
     cp varchar(40) CHARACTER SET cp1251, a char(5) CHARACTER SET ascii, tx text, mt mediumtext, lt longtext, tt tinytext, \
     e enum('b', 'a', 'A b'), st set('x', 'y', 'Z'), j json); \
     INSERT INTO texts VALUES ('a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'x', '{\"a\": 1}'), \
     ('A ', 'A ', 'A ', 'A ', 'A ', 'A ', 'A ', 'A ', 'A ', 'A ', 'A ', 'A ', 'A ', 'A b', 'y,Z', '[1, \"é\"]'), \
     ('', '', '', '', '', '', '', '', '', '', '', '', '', 'b', '', '\"\"'), \
     ('é', 'é', 'É', 'é', 'é', 'é', 'é', 'я', '~', 'é', 'é', 'é', 'é', 'b', 'x,y,Z', 'null'), \
     ('😀', '😀_%', '\u{ff5e}', '\u{ff5e}😀', 'a\\\\b', 'a\\\\%b', '😀', 'a!b', '!', '😀!\\'\"`', '\\n', 'Z', '\\\\', 'a', 'Z', '1.5'), \
     (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL); \
     CREATE TABLE bytes (bin binary(4), vb varbinary(10), bl blob, tb tinyblob, lb longblob, p point); \
     INSERT INTO bytes VALUES (x'01', x'01', x'01', x'01', x'01', ST_GeomFromText('POINT(1 2)')), \
     (x'ff00', x'', x'', x'', x'', ST_GeomFromText('POINT(0 0)')), \
     (x'ffffffff', x'610a', x'6120', x'61', x'41', ST_GeomFromText('POINT(-1 2)')), (NULL, NULL, NULL, NULL, NULL, NULL); \
     CREATE TABLE times (d date, dn date NOT NULL, dt datetime, dt6 datetime(6), ts timestamp NULL, ts6 timestamp(6) NULL, \
     tm time, tm6 time(6)); \
     INSERT INTO times VALUES \
     ('0001-01-01', '0001-01-01', '0001-01-01', '0001-01-01', '1970-01-01 00:00:01', '1970-01-01 00:00:01', '-838:59:59', '-838:59:59'), \
     ('9999-12-31', '9999-12-31', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07', \
     '2038-01-19 03:14:07.999999', '838:59:59', '838:59:59'), \
     ('1500-01-01', '1582-10-10', '1500-01-01 12:00:00', '1969-12-31 23:59:59.123456', '2020-02-29 12:00:00', \
     '2020-02-29 12:00:00.123456', '00:00:00', '-01:00:00.000001'), \
     ('1582-10-10', '1500-01-01', '1582-10-10', '1969-12-31 23:59:59.123', '2020-02-29 12:00:01', '2020-02-29 12:00:00.123', \
     '09:00:00', '12:34:56.789'), \
     (NULL, '2020-02-29', NULL, NULL, NULL, NULL, NULL, NULL); \
     CREATE TABLE `odd ``name```  (`a ``b` int, `select` int, `?` int, `é.x` int, `back\\slash` int); \
     INSERT INTO `odd ``name``` VALUES (1, 2, 3, 4, 5), (NULL, NULL, NULL, NULL, NULL); \
     CREATE TABLE nothing (i int, v varchar(10), d date); \
     CREATE VIEW seen AS SELECT i, v FROM (SELECT 1 AS i, 'x' AS v UNION SELECT 2, 'Y') q";

#[tokio::test]
async fn the_contract_of_all_engines_is_kept() {
    let rows: Vec<String> = (1..=300).map(|id| format!("({id}, 'v{}')", id % 7)).collect();
    let many =
        format!("CREATE TABLE many (id int PRIMARY KEY, v varchar(9)); INSERT INTO many VALUES {}", rows.join(", "));
    for server in support::servers() {
        server.schema("contract", &format!("{TABLES}; {many}")).await;
        let mut connection = server.connect().await;
        suite::all(connection.as_mut(), CONNECTOR.dialect(), "contract").await;
        let many = TableName::new("contract", "many");
        suite::a_table_with_a_key_is_cut(connection.as_mut(), CONNECTOR.dialect(), &many).await;
    }
}
