//! What is shown of every type.

use crate::support;

#[tokio::test]
async fn every_type_is_shown_exactly() {
    let Some(server) = support::server() else { return };
    let values = [
        ("NUMBER(9)", "-5", "-5"),
        ("NUMBER(18)", "999999999999999999", "999999999999999999"),
        ("NUMBER(38)", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
        ("NUMBER(10,2)", "1.5", "1.50"),
        ("NUMBER(5,-2)", "1250", "1300"),
        ("NUMBER", "123456789012345678901234567890.5", "123456789012345678901234567890.5"),
        ("FLOAT(126)", "0.1", "0.1"),
        ("BINARY_FLOAT", "0.5", "0.5"),
        ("BINARY_DOUBLE", "0.1", "0.1"),
        ("DATE", "TO_DATE('1970-01-01 00:00:01', 'YYYY-MM-DD HH24:MI:SS')", "1000"),
        ("TIMESTAMP(9)", "TIMESTAMP '1969-12-31 23:59:59.999999999'", "-1"),
        ("TIMESTAMP(9) WITH TIME ZONE", "TIMESTAMP '1970-01-01 01:00:00.1239 +01:00'", "123"),
        ("TIMESTAMP(9) WITH LOCAL TIME ZONE", "TIMESTAMP '1970-01-01 01:00:00.1239 +01:00'", "123"),
        ("INTERVAL YEAR TO MONTH", "INTERVAL '1-2' YEAR TO MONTH", "+01-02"),
        ("INTERVAL DAY TO SECOND", "INTERVAL '1 02:03:04.5' DAY TO SECOND", "+01 02:03:04.500000"),
        ("CHAR(3)", "'a'", "a  "),
        ("VARCHAR2(10)", "'é'", "é"),
        ("NVARCHAR2(10)", "UNISTR('\\D83D\\DE00')", "😀"),
        ("RAW(4)", "HEXTORAW('00FF')", "[00, ff]"),
        ("CLOB", "'large'", "large"),
        ("NCLOB", "UNISTR('\\D83D\\DE00')", "😀"),
        ("BLOB", "HEXTORAW('00FF')", "[00, ff]"),
        ("XMLTYPE", "XMLTYPE('<a>1</a>')", "<a>1</a>"),
        ("ROWID", "CHARTOROWID('AAAAAAAAAAAAAAAAAA')", "AAAAAAAAAAAAAAAAAA"),
    ];
    let columns: Vec<String> = values.iter().enumerate().map(|(n, (own, ..))| format!("c{n} {own}")).collect();
    let literals: Vec<&str> = values.iter().map(|(_, literal, _)| *literal).collect();
    let create = format!("CREATE TABLE glaux_shown.everything ({})", columns.join(", "));
    let fill = format!("INSERT INTO glaux_shown.everything VALUES ({})", literals.join(", "));
    server.schema("glaux_shown", &[&create, &fill, "INSERT INTO glaux_shown.everything (c0) VALUES (NULL)"]);
    let mut connection = server.connect().await;
    let table = support::table(connection.as_mut(), "glaux_shown", "everything").await;
    let rows = support::read(connection.as_mut(), &support::scan(&table)).await;
    for (n, (own, _, expected)) in values.iter().enumerate() {
        let mut shown = support::shown(&rows, &format!("c{n}"));
        shown.sort();
        let mut both = vec![(*expected).to_owned(), "∅".to_owned()];
        both.sort();
        assert_eq!(shown, both, "{own}");
    }
}
