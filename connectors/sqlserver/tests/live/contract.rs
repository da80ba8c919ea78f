//! The contract that every engine is held to, over tables that hold the ends of every type.

use connector_core::TableName;
use connector_core::testing::suite;
use connector_sqlserver::CONNECTOR;

use crate::support;
use crate::support::admin::Column;

const NUMBERS: &[Column] = &[
    ("b", "bit", &["1", "0", "1", "NULL", "0"]),
    ("t", "tinyint", &["0", "255", "1", "NULL", "2"]),
    ("s", "smallint", &["-1", "-32768", "32767", "NULL", "0"]),
    ("i", "int", &["1", "-2147483648", "2147483647", "NULL", "0"]),
    ("l", "bigint", &["1", "-9223372036854775808", "9223372036854775807", "NULL", "0"]),
    (
        "d",
        "decimal(38,10)",
        &[
            "0.0000000001",
            "-9999999999999999999999999999.9999999999",
            "9999999999999999999999999999.9999999999",
            "NULL",
            "0",
        ],
    ),
    ("n", "numeric(5,2)", &["1.5", "-999.99", "999.99", "NULL", "0"]),
    ("m", "money", &["1.0001", "-922337203685477.5808", "922337203685477.5807", "NULL", "0"]),
    ("sm", "smallmoney", &["1.5", "-214748.3648", "214748.3647", "NULL", "0"]),
    ("r", "real", &["0.1", "-3.4e38", "1.18e-38", "NULL", "0"]),
    ("f", "float", &["0.1", "-1.79e308", "2.3e-308", "NULL", "0"]),
];

const TEXTS: &[Column] = &[
    ("c", "char(10) COLLATE Latin1_General_CI_AS", &["'a'", "'A'", "''", "'a '", "NULL", "'é'"]),
    (
        "v",
        "varchar(50) COLLATE SQL_Latin1_General_CP1_CI_AS",
        &["'a[b]%_^-!'", "'A[B]%_^-!'", "''", "'a '", "NULL", "'café€'"],
    ),
    ("w", "varchar(50) COLLATE Latin1_General_BIN2", &["'a'", "'A'", "''", "'a '", "NULL", "'ß'"]),
    ("n", "nvarchar(50)", &["N'a[b]%_'", "N'A[B]%_'", "N''", "N'a '", "NULL", "N'😀'"]),
    ("x", "nvarchar(max)", &["N'a'", "N'A'", "N''", "N'a '", "NULL", "N'Ａ'"]),
    ("j", "varchar(50) COLLATE Japanese_CI_AS", &["N'日本'", "N'日'", "N''", "N' '", "NULL", "N'か'"]),
    ("p", "varchar(50) COLLATE SQL_Latin1_General_CP850_CI_AS", &["N'é'", "N'É'", "N''", "N' '", "NULL", "N'ç'"]),
    (
        "u",
        "varchar(50) COLLATE Latin1_General_100_CI_AS_SC_UTF8",
        &["N'é€😀'", "N'É€😀'", "N''", "N' '", "NULL", "N'e'"],
    ),
    ("bin", "varbinary(20)", &["0x00ff", "0x00ff00", "0x", "0x00", "NULL", "0x01"]),
    ("f", "binary(4)", &["0x01", "0x0100", "0x", "0x", "NULL", "0xffffffff"]),
    (
        "g",
        "uniqueidentifier",
        &[
            "'0123ABCD-0000-0000-0000-0000000000FF'",
            "'00000000-0000-0000-0000-000000000000'",
            "NULL",
            "NULL",
            "NULL",
            "NEWID()",
        ],
    ),
    ("xm", "xml", &["'<a/>'", "'<b/>'", "''", "NULL", "NULL", "N'<c>é</c>'"]),
    ("t", "text", &["'a'", "'A'", "''", "'a '", "NULL", "'é'"]),
    ("nt", "ntext", &["N'a'", "N'A'", "N''", "N'a '", "NULL", "N'é'"]),
];

const TIMES: &[Column] = &[
    ("d", "date", &["'2020-02-29'", "'0001-01-01'", "'9999-12-31'", "NULL", "'1969-12-31'", "'2000-01-01'"]),
    (
        "dt",
        "datetime",
        &[
            "'2020-02-29T12:00:00.003'",
            "'1753-01-01T00:00:00'",
            "'9999-12-31T23:59:59.997'",
            "NULL",
            "'1969-12-31T23:59:59.997'",
            "'2000-01-01T00:00:00.007'",
        ],
    ),
    (
        "sd",
        "smalldatetime",
        &[
            "'2020-02-29T12:00:00'",
            "'1900-01-01T00:00:00'",
            "'2079-06-06T23:59:00'",
            "NULL",
            "'1969-12-31T23:59:00'",
            "'2000-01-01T00:01:00'",
        ],
    ),
    (
        "d0",
        "datetime2(0)",
        &[
            "'2020-02-29T12:00:00'",
            "'0001-01-01T00:00:00'",
            "'9999-12-31T23:59:59'",
            "NULL",
            "'1969-12-31T23:59:59'",
            "'2000-01-01T00:00:01'",
        ],
    ),
    (
        "d3",
        "datetime2(3)",
        &[
            "'2020-02-29T12:00:00.123'",
            "'0001-01-01T00:00:00.001'",
            "'9999-12-31T23:59:59.997'",
            "NULL",
            "'1969-12-31T23:59:59.999'",
            "'2000-01-01T00:00:00.007'",
        ],
    ),
    (
        "d7",
        "datetime2(7)",
        &[
            "'2020-02-29T12:00:00.1234567'",
            "'0001-01-01T00:00:00.0000001'",
            "'9999-12-31T23:59:59.9974567'",
            "NULL",
            "'1969-12-31T23:59:59.9999999'",
            "'2000-01-01T00:00:00.0066667'",
        ],
    ),
    (
        "o0",
        "datetimeoffset(0)",
        &[
            "'2020-02-29T12:00:00+05:30'",
            "'0001-01-02T00:00:00+00:00'",
            "'9999-12-30T23:59:59+00:00'",
            "NULL",
            "'1969-12-31T23:59:59+14:00'",
            "'2000-01-01T00:00:00+00:00'",
        ],
    ),
    (
        "o7",
        "datetimeoffset(7)",
        &[
            "'2020-02-29T12:00:00.1239999-11:00'",
            "'0001-01-02T00:00:00.0000001+00:00'",
            "'9999-12-30T23:59:59.9999999+00:00'",
            "NULL",
            "'1969-12-31T23:59:59.9999999-14:00'",
            "'2000-01-01T00:00:00.0070000+00:00'",
        ],
    ),
    ("t0", "time(0)", &["'12:00:00'", "'00:00:00'", "'23:59:59'", "NULL", "'01:02:03'", "'00:00:01'"]),
    (
        "t7",
        "time(7)",
        &[
            "'12:00:00.1234567'",
            "'00:00:00.0000001'",
            "'23:59:59.9999999'",
            "NULL",
            "'01:02:03.4'",
            "'00:00:00.0066667'",
        ],
    ),
];

const OTHERS: &[Column] = &[
    ("h", "hierarchyid", &["'/1/2/'", "NULL", "'/'"]),
    ("g", "geometry", &["geometry::STGeomFromText('POINT (1 2)', 0)", "NULL", "NULL"]),
    ("v", "sql_variant", &["CAST(1.5 AS decimal(5,2))", "CAST('2020-02-29T12:00:00.123' AS datetime2(3))", "N'text'"]),
    ("s", "sysname", &["N'x'", "NULL", "N'y'"]),
];

#[tokio::test]
async fn the_contract_of_all_engines_is_kept() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "contract",
            &[
                "SELECT TOP (500) IDENTITY(int, 1, 1) AS id INTO contract.many FROM sys.all_columns",
                "ALTER TABLE contract.many ADD text AS REPLICATE(N'x', id % 300)",
                "ALTER TABLE contract.many ADD gaps AS NULLIF(id, id / 7 * 7)",
                "CREATE INDEX by_id ON contract.many (id)",
                "CREATE TABLE contract.empty (id int, t nvarchar(10))",
                "CREATE VIEW contract.seen AS SELECT id, text FROM contract.many WHERE id < 20",
            ],
        )
        .await;
    let mut admin = server.admin().await;
    for (name, columns) in [("numbers", NUMBERS), ("texts", TEXTS), ("times", TIMES), ("others", OTHERS)] {
        admin.fill(&format!("contract.{name}"), columns).await;
    }
    admin.run(&["ALTER TABLE contract.others ADD rv rowversion"]).await;
    admin.run(&["ALTER TABLE contract.others ADD twice AS (1 + 1)"]).await;
    let mut connection = server.connect().await;
    suite::all(connection.as_mut(), CONNECTOR.dialect(), "contract").await;
    if !admin.leaves_out("more than one split of a table") {
        let many = TableName::new("contract", "many");
        suite::a_table_with_a_key_is_cut(connection.as_mut(), CONNECTOR.dialect(), &many).await;
    }
}
