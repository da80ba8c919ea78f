//! What is shown of every type.

use crate::support;

const VALUES: &[(&str, &str, &str)] = &[
    ("bit", "1", "true"),
    ("tinyint", "255", "255"),
    ("bigint", "-9223372036854775808", "-9223372036854775808"),
    ("decimal(38,10)", "1.0000000001", "1.0000000001"),
    ("money", "922337203685477.5807", "922337203685477.5807"),
    ("smallmoney", "-214748.3648", "-214748.3648"),
    ("real", "0.1", "0.1"),
    ("float(24)", "0.5", "0.5"),
    ("float", "0.1", "0.1"),
    ("date", "'1970-01-02'", "1"),
    ("datetime", "'1970-01-01T00:00:00.997'", "997"),
    ("smalldatetime", "'1970-01-01T00:01:00'", "60000"),
    ("datetime2(7)", "'1969-12-31T23:59:59.9999999'", "-1"),
    ("datetime2(7)", "'1969-12-31T23:59:59.9999990'", "-1"),
    ("datetimeoffset(7)", "'1970-01-01T01:00:00.1239999+01:00'", "123"),
    ("datetimeoffset(7)", "'1970-01-01T01:00:00.1239990+01:00'", "123"),
    ("time(7)", "'12:34:56.1234567'", "12:34:56.1234567"),
    ("time(7)", "'12:34:56.1234560'", "12:34:56.1234560"),
    ("time(0)", "'12:34:56'", "12:34:56"),
    ("char(3)", "' a'", " a"),
    ("nchar(3)", "N'é'", "é"),
    ("char(3) COLLATE Japanese_CI_AS", "N'日'", "日"),
    ("nvarchar(max)", "N'é😀'", "é😀"),
    ("varchar(9) COLLATE SQL_Latin1_General_CP850_CI_AS", "N'é'", "é"),
    ("varchar(9) COLLATE Japanese_CI_AS", "N'日本'", "日本"),
    ("uniqueidentifier", "'0123abcd-0000-0000-0000-0000000000ff'", "0123ABCD-0000-0000-0000-0000000000FF"),
    ("varbinary(4)", "0x00ff", "[00, ff]"),
    ("image", "0x01", "[01]"),
    ("xml", "'<a>1</a>'", "<a>1</a>"),
    ("hierarchyid", "'/1/2/'", "/1/2/"),
    ("geometry", "geometry::STGeomFromText('POINT (1 2)', 0)", "POINT (1 2)"),
    ("sql_variant", "CAST(1.50 AS decimal(5,2))", "1.50"),
    ("sql_variant", "CAST('2020-02-29T12:00:00.123' AS datetime2(3))", "2020-02-29 12:00:00.123"),
    ("sql_variant", "CAST('2020-02-29T12:00:00.123' AS datetime2(7))", "2020-02-29 12:00:00.1230000"),
    ("sysname", "N'name'", "name"),
];

#[tokio::test]
async fn every_type_is_shown_exactly() {
    let Some(server) = support::server() else { return };
    server.schema("shown", &[]).await;
    let mut admin = server.admin().await;
    let mut here = Vec::new();
    for (source_type, literal, expected) in VALUES {
        if admin.takes(source_type, &[*literal]).await.is_some_and(|taken| !taken.is_empty()) {
            here.push((*source_type, *literal, *expected));
        }
    }
    let columns: Vec<String> = here.iter().enumerate().map(|(n, (own, ..))| format!("c{n} {own} NULL")).collect();
    let literals: Vec<&str> = here.iter().map(|(_, literal, _)| *literal).collect();
    let create = format!("CREATE TABLE shown.everything ({})", columns.join(", "));
    let fill = format!("INSERT INTO shown.everything VALUES ({})", literals.join(", "));
    admin.run(&[&create, &fill, "INSERT INTO shown.everything (c0) VALUES (NULL)"]).await;
    let mut connection = server.connect().await;
    let table = support::table(connection.as_mut(), "shown", "everything").await;
    let rows = support::read(connection.as_mut(), &support::scan(&table)).await;
    for (n, (own, _, expected)) in here.iter().enumerate() {
        let mut shown = support::shown(&rows, &format!("c{n}"));
        shown.sort();
        let mut both = vec![(*expected).to_owned(), "∅".to_owned()];
        both.sort();
        assert_eq!(shown, both, "{own}");
    }
}
