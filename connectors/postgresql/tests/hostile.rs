//! Servers that send what no server does: nothing of it costs memory without limit, time without end, or a panic.
#![allow(clippy::unwrap_used)]

#[path = "support/impostor.rs"]
mod impostor;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use arrow_array::RecordBatch;
use connector_core::{BatchLimits, Error, ErrorKind, sql};
use connector_postgresql::CONNECTOR;
use futures::TryStreamExt;
use impostor::{asked, columns, enter, let_in, message, scan, seven, wished};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const OPTIONS: &str = "sslmode=disable&connectTimeout=0&loginTimeout=0&socketTimeout=20";

/// How the read of a number ends that is answered so; then the server goes on as `after` has it.
async fn read_of(answer: Vec<u8>, after: impl Fn(&mut TcpStream) + Send + 'static) -> Result<Vec<RecordBatch>, Error> {
    let url = impostor::served(OPTIONS, move |stream| {
        let_in(stream);
        asked(stream, b'S');
        // Whoever has heard enough has hung up.
        drop(stream.write_all(&answer));
        after(stream);
    });
    let mut connection = enter(&url).await.unwrap();
    let scan = scan();
    let rendered = sql::render(&scan, CONNECTOR.dialect()).unwrap();
    match connection.read(&scan, &rendered.statement, BatchLimits::default()).await {
        Ok(rows) => rows.try_collect().await,
        Err(error) => Err(error),
    }
}

/// Leaves the connection open until the other end closes it, so that nothing but what was said ends a read.
fn stay(stream: &mut TcpStream) {
    drop(stream.read_to_end(&mut Vec::new()));
}

/// A message that is announced with a length of its own, whatever is in it.
fn announced(kind: u8, length: u32, body: &[u8]) -> Vec<u8> {
    [&[kind], length.to_be_bytes().as_slice(), body].concat()
}

fn end() -> Vec<u8> {
    [message(b'C', b"SELECT 1\0"), message(b'Z', b"I")].concat()
}

#[tokio::test]
async fn columns_that_were_not_asked_for_are_refused() {
    for (oids, kind, told) in [
        (&[23, 23][..], ErrorKind::Internal, "another number of columns"),
        (&[], ErrorKind::Internal, "another number of columns"),
        (&[25], ErrorKind::Conflict, "sends text"),
        (&[16_999], ErrorKind::Conflict, "type number 16999"),
    ] {
        let error = read_of([columns(oids), seven(), end()].concat(), stay).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{oids:?}: {error}");
        assert!(error.to_string().contains(told), "{oids:?}: {error}");
    }
    for columns in [message(b'T', &[0, 1]), message(b'T', &[]), message(b'n', &[]), seven(), message(b'G', &[0; 3])] {
        let error = read_of(columns, stay).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    }
}

#[tokio::test]
async fn rows_of_wrong_counts_and_lengths_are_corrupt() {
    for (row, told) in [
        (message(b'D', &[0, 0]), "number of values"),
        (message(b'D', &[0, 2, 0, 0, 0, 4, 0, 0, 0, 7, 255, 255, 255, 255]), "number of values"),
        (message(b'D', &[]), "number of values"),
        (message(b'D', &[0, 1]), "row 2"),
        (message(b'D', &[0, 1, 0, 0, 0, 3, 0, 0, 7]), "row 2"),
        (message(b'D', &[0, 1, 0, 0, 0, 4, 0, 0, 7]), "row 2"),
        (message(b'D', &[0, 1, 0, 0, 0, 4, 0, 0, 0, 7, 7]), "row 2"),
        (message(b'D', &[0, 1, 255, 255, 255, 254]), "row 2"),
        (announced(b'D', 3, &[]), "longer or shorter"),
        (announced(b'N', 0x7fff_ffff, &[]), "holds no row"),
        (message(b'G', &[0, 0, 0]), "something else"),
    ] {
        let error = read_of([columns(&[23]), seven(), row.clone(), end()].concat(), stay).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{row:?}: {error}");
        assert!(error.to_string().contains(told), "{row:?}: {error}");
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused_at_its_length_and_not_waited_for() {
    let huge = 0x7fff_fff0_u32;
    let cell = [&[0, 1][..], &(huge - 10).to_be_bytes(), &vec![0; 300_000]].concat();
    let error = read_of([columns(&[23]), announced(b'D', huge, &cell)].concat(), stay).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    let many = [&[255, 255][..], &vec![255; 300_000]].concat();
    let error = read_of([columns(&[23]), announced(b'D', huge, &many)].concat(), stay).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
}

#[tokio::test]
async fn a_row_of_text_for_a_number_and_an_end_in_the_middle_of_a_row_are_told_apart() {
    let whole = [columns(&[23]), seven(), seven(), end()].concat();
    assert_eq!(read_of(whole.clone(), stay).await.unwrap().iter().map(RecordBatch::num_rows).sum::<usize>(), 2);
    for length in 0..whole.len() {
        let error = read_of(whole[..length].to_vec(), |_| {}).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{length}: {error}");
    }
}

#[tokio::test]
async fn an_answer_with_any_byte_changed_is_an_answer_or_an_error() {
    let seed: u64 = rand::rng().random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let notice = message(b'N', b"SNOTICE\0Msomething\0\0");
    let whole = [columns(&[23]), seven(), notice, seven(), end()].concat();
    for _ in 0..400 {
        let mut answer = whole.clone();
        for _ in 0..random.random_range(1..4) {
            let place = random.random_range(0..answer.len());
            answer[place] = if random.random() { random.random() } else { random.random_range(0..5) };
        }
        let outcome = tokio::time::timeout(Duration::from_secs(20), read_of(answer.clone(), |_| {})).await;
        if let Ok(batches) = outcome.expect("the read ends") {
            assert!(batches.iter().map(RecordBatch::num_rows).sum::<usize>() <= 2, "{answer:?}");
        }
    }
}

#[tokio::test]
async fn metadata_without_end_is_refused() {
    let url = impostor::served(OPTIONS, |stream| {
        let_in(stream);
        asked(stream, b'S');
        let name = message(b'D', &[&[0, 1, 0, 0, 128, 0][..], &vec![b'x'; 1 << 15]].concat()).repeat(32);
        drop(stream.write_all(&columns(&[25])));
        while stream.write_all(&name).is_ok() {}
    });
    let error = enter(&url).await.unwrap().schemas().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
}

#[tokio::test]
async fn a_log_in_that_is_none_ends_soon_and_repeats_no_password() {
    for says in [
        message(b'R', &[]),
        message(b'R', &[0, 0, 0, 99]),
        [message(b'R', &[0; 4]), message(b'K', &[0; 3])].concat(),
        [message(b'R', &[0; 4]), message(b'D', &[0; 2])].concat(),
        message(b'R', &[&[0, 0, 0, 10][..], b"SCRAM-SHA-256\0\0"].concat()),
        announced(b'E', 0x7fff_ffff, &[]),
        announced(b'R', 0x00ff_ffff, &vec![0; 2 << 20]),
        b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
    ] {
        let shown = says.get(..says.len().min(20)).unwrap().to_vec();
        let url = impostor::served(OPTIONS, move |stream| {
            wished(stream);
            drop(stream.write_all(&says));
        });
        let error = enter(&url).await.err().unwrap();
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        let expected = [ErrorKind::Corrupt, ErrorKind::Unsupported, ErrorKind::Unavailable];
        assert!(expected.contains(&error.kind()), "{shown:?}: {error}");
    }
}
