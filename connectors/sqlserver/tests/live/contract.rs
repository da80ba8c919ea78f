//! The contract that every engine is held to, over tables that hold the ends of every type.

use connector_core::testing::suite;
use connector_sqlserver::CONNECTOR;

use crate::support;

const NUMBERS: &str = "CREATE TABLE contract.numbers (b bit, t tinyint, s smallint, i int, l bigint, d decimal(38,10), \
     n numeric(5,2), m money, sm smallmoney, r real, f float); INSERT INTO contract.numbers VALUES \
     (1, 0, -1, 1, 1, 0.0000000001, 1.5, 1.0001, 1.5, 0.1, 0.1), \
     (0, 255, -32768, -2147483648, -9223372036854775808, -9999999999999999999999999999.9999999999, -999.99, \
     -922337203685477.5808, -214748.3648, -3.4e38, -1.79e308), \
     (1, 1, 32767, 2147483647, 9223372036854775807, 9999999999999999999999999999.9999999999, 999.99, 922337203685477.5807, \
     214748.3647, 1.18e-38, 2.3e-308), \
     (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0)";

const TEXTS: &str = "CREATE TABLE contract.texts (c char(10) COLLATE Latin1_General_CI_AS, \
     v varchar(50) COLLATE SQL_Latin1_General_CP1_CI_AS, w varchar(50) COLLATE Latin1_General_BIN2, n nvarchar(50), \
     x nvarchar(max), j varchar(50) COLLATE Japanese_CI_AS, p varchar(50) COLLATE SQL_Latin1_General_CP850_CI_AS, \
     bin varbinary(20), f binary(4), g uniqueidentifier, xm xml, t text, nt ntext); INSERT INTO contract.texts VALUES \
     ('a', 'a[b]%_^-!', 'a', N'a[b]%_', N'a', N'日本', N'é', 0x00ff, 0x01, '0123ABCD-0000-0000-0000-0000000000FF', '<a/>', 'a', N'a'), \
     ('A', 'A[B]%_^-!', 'A', N'A[B]%_', N'A', N'日', N'É', 0x00ff00, 0x0100, '00000000-0000-0000-0000-000000000000', '<b/>', 'A', N'A'), \
     ('', '', '', N'', N'', N'', N'', 0x, 0x, NULL, '', '', N''), ('a ', 'a ', 'a ', N'a ', N'a ', N' ', N' ', 0x00, 0x, NULL, NULL, 'a ', N'a '), \
     (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), \
     ('é', 'café€', 'ß', NCHAR(55357) + NCHAR(56832), N'Ａ', N'か', N'ç', 0x01, 0xffffffff, NEWID(), '<c>é</c>', 'é', N'é')";

const TIMES: &str = "CREATE TABLE contract.times (d date, dt datetime, sd smalldatetime, d0 datetime2(0), d3 datetime2(3), \
     d7 datetime2(7), o0 datetimeoffset(0), o7 datetimeoffset(7), t0 time(0), t7 time(7)); INSERT INTO contract.times VALUES \
     ('2020-02-29', '2020-02-29T12:00:00.003', '2020-02-29T12:00:00', '2020-02-29T12:00:00', '2020-02-29T12:00:00.123', \
     '2020-02-29T12:00:00.1234567', '2020-02-29T12:00:00+05:30', '2020-02-29T12:00:00.1239999-11:00', '12:00:00', '12:00:00.1234567'), \
     ('0001-01-01', '1753-01-01T00:00:00', '1900-01-01T00:00:00', '0001-01-01T00:00:00', '0001-01-01T00:00:00.001', \
     '0001-01-01T00:00:00.0000001', '0001-01-02T00:00:00+00:00', '0001-01-02T00:00:00.0000001+00:00', '00:00:00', '00:00:00.0000001'), \
     ('9999-12-31', '9999-12-31T23:59:59.997', '2079-06-06T23:59:00', '9999-12-31T23:59:59', '9999-12-31T23:59:59.997', \
     '9999-12-31T23:59:59.9974567', '9999-12-30T23:59:59+00:00', '9999-12-30T23:59:59.9999999+00:00', '23:59:59', '23:59:59.9999999'), \
     (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), \
     ('1969-12-31', '1969-12-31T23:59:59.997', '1969-12-31T23:59:00', '1969-12-31T23:59:59', '1969-12-31T23:59:59.999', \
     '1969-12-31T23:59:59.9999999', '1969-12-31T23:59:59+14:00', '1969-12-31T23:59:59.9999999-14:00', '01:02:03', '01:02:03.4'), \
     ('2000-01-01', '2000-01-01T00:00:00.007', '2000-01-01T00:01:00', '2000-01-01T00:00:01', '2000-01-01T00:00:00.007', \
     '2000-01-01T00:00:00.0066667', '2000-01-01T00:00:00+00:00', '2000-01-01T00:00:00.0070000+00:00', '00:00:01', '00:00:00.0066667')";

const OTHERS: &str = "CREATE TABLE contract.others (h hierarchyid, g geometry, v sql_variant, rv rowversion, s sysname NULL, \
     double_t AS (1 + 1)); INSERT INTO contract.others (h, g, v, s) VALUES \
     ('/1/2/', geometry::STGeomFromText('POINT (1 2)', 0), CAST(1.5 AS decimal(5,2)), N'x'), \
     (NULL, NULL, CAST('2020-02-29T12:00:00.123' AS datetime2(3)), NULL), ('/', NULL, N'text', N'y')";

#[tokio::test]
async fn the_contract_of_all_engines_is_kept() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "contract",
            &[
                NUMBERS,
                TEXTS,
                TIMES,
                OTHERS,
                "SELECT TOP (500) IDENTITY(int, 1, 1) AS id INTO contract.many FROM sys.all_columns",
                "ALTER TABLE contract.many ADD text AS REPLICATE(N'x', id % 300), gaps AS NULLIF(id, id / 7 * 7)",
                "CREATE TABLE contract.empty (id int, t nvarchar(10))",
                "CREATE VIEW contract.seen AS SELECT id, text FROM contract.many WHERE id < 20",
                "IF CAST(SERVERPROPERTY('ProductMajorVersion') AS int) >= 15 EXEC (N'CREATE TABLE contract.utf8 (u varchar(50) \
                 COLLATE Latin1_General_100_CI_AS_SC_UTF8); INSERT INTO contract.utf8 VALUES (N''é€😀''), (N''É€😀''), (N'' ''), (NULL)')",
            ],
        )
        .await;
    let mut connection = server.connect().await;
    suite::all(connection.as_mut(), CONNECTOR.dialect(), "contract").await;
}
