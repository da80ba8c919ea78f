//! Microsoft's own client in Rust as a peer of `benches/run`: it reads the replayed lineitem into Arrow's builders, batch after batch,
//! and throws them away.
//!
//! `rows PORT` prints the rows and a sum over them, as our own reader of the replay does.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::borrow::Cow;

use arrow_array::builder::{Date32Builder, Decimal128Builder, Int32Builder, StringBuilder};
use mssql_tds::connection::client_context::ClientContext;
use mssql_tds::connection_provider::tds_connection_provider::TdsConnectionProvider;
use mssql_tds::core::EncryptionSetting;
use mssql_tds::datatypes::column_values::{
    SqlDate, SqlDateTime, SqlDateTime2, SqlDateTimeOffset, SqlMoney, SqlSmallDateTime, SqlSmallMoney, SqlTime, SqlXml,
};
use mssql_tds::datatypes::decoder::DecimalParts;
use mssql_tds::datatypes::row_writer::RowWriter;
use mssql_tds::datatypes::sql_json::SqlJson;
use mssql_tds::datatypes::sql_string::EncodingType;
use mssql_tds::datatypes::sql_vector::SqlVector;
use uuid::Uuid;

/// As many rows as a batch of ours has of this table.
const BATCH: usize = 65_536;
/// Days of 1970-01-01 since the protocol's first.
const EPOCH: i32 = 719_162;
const PACKET: u16 = 32_000;

/// Four numbers, four decimals, three dates and five texts.
#[derive(Default)]
struct Rows {
    numbers: [Int32Builder; 4],
    decimals: [Decimal128Builder; 4],
    dates: [Date32Builder; 3],
    texts: [StringBuilder; 5],
    count: usize,
    sum: i64,
}

impl Rows {
    fn finish(&mut self) {
        let keys = self.numbers[0].finish();
        self.sum += keys.values().iter().map(|key| i64::from(*key)).sum::<i64>();
        self.numbers[1..].iter_mut().for_each(|column| drop(column.finish()));
        self.decimals.iter_mut().for_each(|column| drop(column.finish()));
        self.dates.iter_mut().for_each(|column| drop(column.finish()));
        let length = |column: &mut StringBuilder| i64::try_from(column.finish().values().len()).unwrap();
        self.sum += self.texts.iter_mut().map(length).sum::<i64>();
    }
}

/// What lineitem has not.
macro_rules! absent {
    ($($name:ident: $kind:ty),* $(,)?) => {
        $(fn $name(&mut self, _: usize, _: $kind) { unreachable!() })*
    };
}

impl RowWriter for Rows {
    fn write_i32(&mut self, column: usize, value: i32) {
        self.numbers[column].append_value(value);
    }

    fn write_decimal(&mut self, column: usize, value: DecimalParts) {
        let magnitude = i128::try_from(value.magnitude()).unwrap();
        self.decimals[column - 4].append_value(if value.is_positive { magnitude } else { -magnitude });
    }

    fn write_numeric(&mut self, column: usize, value: DecimalParts) {
        self.write_decimal(column, value);
    }

    fn write_date(&mut self, column: usize, value: SqlDate) {
        self.dates[column - 8].append_value(i32::try_from(value.get_days()).unwrap() - EPOCH);
    }

    fn write_string(&mut self, column: usize, bytes: Cow<'_, [u8]>, _: EncodingType) {
        // These are of ASCII, which is what its decoder would find.
        self.texts[column - 11].append_value(std::str::from_utf8(&bytes).unwrap());
    }

    fn end_row(&mut self) {
        self.count += 1;
        if self.count.is_multiple_of(BATCH) {
            self.finish();
        }
    }

    fn write_null(&mut self, _: usize) {
        unreachable!()
    }

    absent! {
        write_bool: bool, write_u8: u8, write_i16: i16, write_i64: i64, write_f32: f32, write_f64: f64,
        write_bytes: Cow<'_, [u8]>, write_time: SqlTime, write_datetime: SqlDateTime, write_smalldatetime: SqlSmallDateTime,
        write_datetime2: SqlDateTime2, write_datetimeoffset: SqlDateTimeOffset, write_money: SqlMoney,
        write_smallmoney: SqlSmallMoney, write_uuid: Uuid, write_xml: SqlXml, write_json: SqlJson, write_vector: SqlVector,
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let port = std::env::args().nth(1).unwrap();
    let mut context = ClientContext::default();
    (context.user_name, context.password) = ("u".into(), "p".into());
    context.encryption_options.mode = EncryptionSetting::PreferOff;
    context.encryption_options.trust_server_certificate = true;
    context.packet_size = PACKET;
    let address = format!("tcp:localhost,{port}");
    let mut client = TdsConnectionProvider {}.create_client(context, &address, None).await.unwrap();
    client.execute("select * from dbo.lineitem".into(), ()).await.unwrap();
    let mut rows = Rows::default();
    rows.decimals = rows.decimals.map(|column| column.with_precision_and_scale(15, 2).unwrap());
    while client.next_row_into(&mut rows).await.unwrap() {}
    rows.finish();
    println!("{{\"rows\": {}, \"sum\": {}}}", rows.count, rows.sum);
}
