//! Servers that send what no server does: nothing of it costs memory without limit, time without end, or somebody's session.
#![allow(clippy::unwrap_used)]

#[path = "support/impostor.rs"]
mod impostor;

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use connector_core::{
    BatchLimits, Column, ColumnMapping, Connection, Credential, Error, ErrorKind, Pushdown, ReadAs, Scan, Secret,
    Settings, Table, TableName, sql,
};
use connector_mysql::CONNECTOR;
use futures::{StreamExt, TryStreamExt};
use impostor::{Reply, Said, about, column, end, greeting, packet, taken};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// What a number is on the wire.
const LONG: u8 = 3;

/// Serves connections one after the other, each by `behave`, which is told their number.
fn served(behave: impl Fn(usize, &mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            stream.write_all(&greeting(0)).unwrap();
            behave(number, &mut stream);
        }
    });
    format!("jdbc:mysql://127.0.0.1:{port}/?sslMode=DISABLED&connectTimeout=0&socketTimeout=20000")
}

async fn enter(url: &str) -> Result<Box<dyn Connection>, Error> {
    let credential = Credential { user: "u".into(), password: Secret::new("hunter2") };
    CONNECTOR.connect(&CONNECTOR.endpoint(url).unwrap(), &credential, &Settings::default()).await
}

fn scan() -> Scan {
    let mapping =
        ColumnMapping { data_type: DataType::Int32, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
    let column = Column { name: "id".into(), remote_name: "id".into(), comment: None, announced: None, mapping };
    let table = Table { name: TableName::new("s", "t"), columns: vec![column], comment: None };
    Scan::new(table, vec!["id".into()])
}

/// Whether this is the statement of `scan`.
fn reads(said: &Said) -> bool {
    matches!(said, Said::Prepare(text) if text.contains("FROM `s`.`t`"))
}

/// How the read of a number ends whose statement is prepared by `prepared` and then answered by `answer`.
async fn read_of(prepared: Vec<u8>, answer: impl Fn(&mut TcpStream) + Send + 'static) -> Error {
    let url = served(move |_, stream| {
        let mut is_read = false;
        impostor::talk(stream, &mut |said| match said {
            said if reads(said) => {
                is_read = true;
                Reply::Own(prepared.clone())
            }
            Said::Execute if is_read => Reply::Last(Vec::new()),
            _ => Reply::Usual,
        });
        answer(stream);
    });
    let mut connection = enter(&url).await.unwrap();
    let scan = scan();
    let rendered = sql::render(&scan, CONNECTOR.dialect()).unwrap();
    match connection.read(&scan, &rendered.statement, BatchLimits::default()).await {
        Ok(rows) => rows.try_collect::<Vec<_>>().await.unwrap_err(),
        Err(error) => error,
    }
}

/// A statement without parameters that gives a number.
fn one_number() -> Vec<u8> {
    [packet(1, &[0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), column(2, LONG)].concat()
}

#[tokio::test]
async fn a_row_that_goes_on_behind_its_values_is_refused_and_not_kept() {
    let row = packet(3, &[0, 0, 7, 0, 0, 0, 0]);
    let error = read_of(one_number(), move |stream| {
        stream.write_all(&[packet(1, &[1]), column(2, LONG), row.clone(), end(4)].concat()).unwrap();
    });
    assert_eq!(error.await.kind(), ErrorKind::Corrupt);
    // Full packets, each continued by the next one; who has had enough hangs up long before the last.
    let (kept, sent) = channel();
    let error = read_of(one_number(), move |stream| {
        stream.write_all(&[packet(1, &[1]), column(2, LONG)].concat()).unwrap();
        let full = vec![0; 0xff_ffff];
        kept.send((3..12).take_while(|number| stream.write_all(&packet(*number, &full)).is_ok()).count()).unwrap();
    });
    assert_eq!(error.await.kind(), ErrorKind::Corrupt);
    assert!(sent.recv().unwrap() < 3);
}

/// What is said last: to whoever prepares the statement, or to whoever then runs it.
#[derive(Clone)]
enum Talk {
    Preparing(Vec<u8>),
    Running(Vec<u8>),
}

/// How many rows a read of a number gives.
async fn rows_of(url: &str) -> Result<usize, Error> {
    let mut connection = enter(url).await.unwrap();
    let scan = scan();
    let rendered = sql::render(&scan, CONNECTOR.dialect()).unwrap();
    let rows = connection.read(&scan, &rendered.statement, BatchLimits::default()).await?;
    let batches: Vec<RecordBatch> = rows.try_collect().await?;
    Ok(batches.iter().map(RecordBatch::num_rows).sum())
}

#[tokio::test]
async fn an_answer_with_any_byte_changed_is_an_answer_or_an_error() {
    let seed: u64 = rand::rng().random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let row = |number, value: i32| packet(number, &[&[0, 0][..], &value.to_le_bytes()].concat());
    let rows = [row(3, 7), packet(4, &[0, 4]), row(5, i32::MIN)].concat();
    let executed = [packet(1, &[1]), column(2, LONG), rows, end(6)].concat();
    let next = Arc::new(Mutex::new(Talk::Running(executed.clone())));
    let said = Arc::clone(&next);
    let url = served(move |_, stream| {
        let mut is_read = false;
        impostor::talk(stream, &mut |one| match (said.lock().unwrap().clone(), one) {
            (Talk::Preparing(answer), one) if reads(one) => Reply::Last(answer),
            (Talk::Running(_), one) if reads(one) => {
                is_read = true;
                Reply::Own(one_number())
            }
            (Talk::Running(answer), Said::Execute) if is_read => Reply::Last(answer),
            _ => Reply::Usual,
        });
    });
    assert_eq!(rows_of(&url).await.unwrap(), 3);
    let (mut answered, mut failed) = (0, 0);
    for talk in [Talk::Preparing(one_number()), Talk::Running(executed)] {
        let (Talk::Preparing(whole) | Talk::Running(whole)) = &talk;
        for (place, byte) in whole.iter().enumerate() {
            for other in [0, byte.wrapping_add(1), 0xfb, 0xfe, 0xff, random.random()] {
                let mut changed = talk.clone();
                let (Talk::Preparing(answer) | Talk::Running(answer)) = &mut changed;
                answer[place] = other;
                *next.lock().unwrap() = changed;
                let outcome = tokio::time::timeout(Duration::from_secs(20), rows_of(&url)).await;
                match outcome.unwrap_or_else(|_| panic!("{other} for {byte} at {place} of {whole:?}: no end")) {
                    Ok(rows) => {
                        assert!(rows <= 3, "{other} for {byte} at {place} of {whole:?}: {rows} rows");
                        answered += 1;
                    }
                    Err(_) => failed += 1,
                }
            }
        }
    }
    assert!(answered > 50 && failed > 100, "{answered} answers and {failed} errors");
}

#[tokio::test]
async fn more_columns_than_a_statement_can_have_are_refused() {
    for count in [1 << 16, u64::MAX] {
        let error = read_of(one_number(), move |stream| {
            let count = [&[0xfe][..], &count.to_le_bytes()].concat();
            stream.write_all(&packet(1, &count)).unwrap();
            let numbers = (2..=255).chain(0..=255).cycle();
            let mut columns = numbers.take(1 << 17).map(|number| column(number, LONG));
            while columns.next().is_some_and(|column| stream.write_all(&column).is_ok()) {}
        });
        let error = error.await;
        assert!(error.to_string().contains("too many columns"), "{error}");
    }
}

#[tokio::test]
async fn an_error_in_place_of_a_columns_description_is_the_servers_own() {
    let killed = |number| packet(number, &[&[0xff, 0x25, 0x05][..], b"#70100Query execution was interrupted"].concat());
    let executed = [packet(1, &[1]), killed(2)].concat();
    let error = read_of(one_number(), move |stream| stream.write_all(&executed).unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    let prepared = [packet(1, &[0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), killed(2)].concat();
    let error = read_of(prepared, |_| ()).await;
    assert!(error.to_string().contains("1317"), "{error}");
}

#[tokio::test]
async fn a_catalog_without_end_is_not_held() {
    let url = served(|_, stream| {
        let mut executed = 0;
        impostor::serve(stream, &mut |said| {
            executed += usize::from(*said == Said::Execute);
            (*said == Said::Execute && executed > 1).then(Vec::new)
        });
        stream.write_all(&[packet(1, &[3]), column(2, 253), column(3, 253), column(4, 253)].concat()).unwrap();
        let name = [&[0xfd, 0, 0, 0x40][..], &vec![b'x'; 0x40_0000]].concat();
        let row = [&[0, 0], name.as_slice(), &name, &name].concat();
        let sent = (5..12).take_while(|number| stream.write_all(&packet(*number, &row)).is_ok()).count();
        if sent == 7 {
            drop(stream.write_all(&end(12)));
        }
    });
    let error = enter(&url).await.unwrap().schemas().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
}

#[tokio::test]
async fn a_log_in_is_not_put_off_forever() {
    let url = served(|_, stream| {
        drop(taken(stream));
        // The proof is fine, time and again.
        let numbers = (2..=255).chain(0..=255).cycle().take(500);
        numbers.take_while(|number| stream.write_all(&packet(*number, &[1, 3])).is_ok()).for_each(drop);
    });
    let error = enter(&url).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
}

/// What is said to the second of two servers behind one address after a read of the first was let go, where the servers call
/// themselves so.
async fn said_to_the_second(places: [&'static str; 2]) -> Vec<Said> {
    let (kept, all) = channel();
    let url = served(move |number, stream| {
        let (mut said, mut is_read) = (Vec::new(), false);
        impostor::talk(stream, &mut |one| {
            said.push(one.clone());
            is_read |= reads(one);
            match one {
                one if reads(one) => Reply::Own(one_number()),
                Said::Execute if is_read => {
                    Reply::Own([packet(1, &[1]), column(2, LONG), packet(3, &[0, 0, 7, 0, 0, 0])].concat())
                }
                Said::Execute => Reply::Own(about(places[number])),
                _ => Reply::Usual,
            }
        });
        kept.send(said).unwrap();
    });
    let mut connection = enter(&url).await.unwrap();
    let scan = scan();
    let rendered = sql::render(&scan, CONNECTOR.dialect()).unwrap();
    let mut rows = connection.read(&scan, &rendered.statement, BatchLimits { rows: 1, bytes: 1 << 20 }).await.unwrap();
    assert_eq!(rows.next().await.unwrap().unwrap().num_rows(), 1);
    drop(rows);
    drop(connection);
    tokio::task::spawn_blocking(move || all.iter().take(2).last().unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_session_is_ended_at_its_own_server_and_at_no_other_behind_the_same_address() {
    let kill = Said::Query("KILL 7".into());
    assert!(said_to_the_second(["a 3306 1", "a 3306 1"]).await.contains(&kill));
    let said = said_to_the_second(["a 3306 1", "b 3306 1"]).await;
    assert!(!said.contains(&kill) && said.contains(&Said::Execute), "{said:?}");
}
