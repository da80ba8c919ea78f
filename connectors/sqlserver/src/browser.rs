//! Asks SQL Server Browser, which listens on UDP port 1434 of a host, for the port of a named instance (MC-SQLR 2.2.3, 2.2.5).
//!
//! Anybody may answer for a host that does not, so the answer is only believed about the port: whom the session is with is
//! proved by TLS, and the server is told which instance is meant. Not here: how the port is reached (`connect.rs`).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use connector_core::{Error, ErrorKind, Result};
use connector_socket::within;
use futures::future::{FutureExt, select_ok};
use tokio::net::UdpSocket;

/// The port of the service.
pub(crate) const PORT: u16 = 1434;

const TRIES: u32 = 3;
/// How long each is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// The kinds of packet, and what an answer may hold at most behind its three bytes of header.
const ASK_INSTANCE: u8 = 4;
const ANSWER: u8 = 5;
const HEADER: usize = 3;
const LARGEST: usize = 1024;

/// Checks the name of an instance, which may be no more than one in the request and in messages.
pub(crate) fn check_name(name: &str) -> Result<&str> {
    const LONGEST: usize = 32;
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"_$#-".contains(&byte);
    if !name.is_empty() && name.len() <= LONGEST && name.bytes().all(is_fine) {
        return Ok(name);
    }
    Err(Error::invalid("the instance that the connection URL names is not up to 32 letters, digits and _ $ # -")
        .hint("give the port of the instance instead: host:port"))
}

/// The TCP port of an instance: the first answer of any of the host's addresses.
///
/// Errors: unavailable, if there is none; not found, for an instance without a port; corrupt.
pub(crate) async fn port(addresses: Vec<SocketAddr>, instance: &str) -> Result<u16> {
    let asking = addresses.into_iter().map(|address| port_at(address, instance).boxed());
    select_ok(asking).await.map(|(port, _)| port)
}

async fn port_at(address: SocketAddr, instance: &str) -> Result<u16> {
    let any: IpAddr = if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let trying = async {
        let socket = UdpSocket::bind((any, 0)).await?;
        // Only what comes from there is received from here on, a refusal included.
        socket.connect(address).await?;
        for _ in 0..TRIES {
            if let Some(answer) = within(Some(PATIENCE), ask(&socket, instance)).await {
                return answer.map(Some);
            }
        }
        Ok(None)
    };
    match trying.await {
        Ok(Some(answer)) => read(&answer, instance),
        Ok(None) => Err(silent(instance, "there was no answer from SQL Server Browser")),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            Err(silent(instance, "SQL Server Browser does not listen there"))
        }
        Err(_) => Err(silent(instance, "SQL Server Browser cannot be reached")),
    }
}

async fn ask(socket: &UdpSocket, instance: &str) -> io::Result<Vec<u8>> {
    socket.send(&[&[ASK_INSTANCE], instance.as_bytes(), &[0]].concat()).await?;
    // One more than there may be, so that more is noticed.
    let mut answer = vec![0; HEADER + LARGEST + 1];
    let length = socket.recv(&mut answer).await?;
    answer.truncate(length);
    Ok(answer)
}

fn silent(instance: &str, what: &str) -> Error {
    Error::new(ErrorKind::Unavailable, format!("{what}, so that the port of instance {instance:?} is not known")).hint(
        "give the port in the connection URL (host:port); else the service must run, know the instance, and be let in \
         on UDP port 1434",
    )
}

/// The port in an answer: names and values in turn, with semicolons between.
fn read(answer: &[u8], instance: &str) -> Result<u16> {
    let odd = || {
        Error::corrupt("what answers on UDP port 1434 is not SQL Server Browser")
            .hint("give the port of the instance in the connection URL instead: host:port")
    };
    let (header, data) = answer.split_first_chunk::<HEADER>().ok_or_else(odd)?;
    let size = usize::from(u16::from_le_bytes([header[1], header[2]]));
    let data = data.get(..size).filter(|data| header[0] == ANSWER && data.len() <= LARGEST).ok_or_else(odd)?;
    // The names of hosts and pipes are in a code page that is not told; the rest is plain.
    let text = String::from_utf8_lossy(data);
    let mut parts = text.split(';');
    let mut values =
        std::iter::from_fn(|| Some((parts.next()?, parts.next()?))).take_while(|(name, _)| !name.is_empty());
    let of_ours = values.any(|(name, value)| name == "InstanceName" && value.eq_ignore_ascii_case(instance));
    if !of_ours {
        return Err(odd());
    }
    let port = values.find(|(name, _)| *name == "tcp").ok_or_else(|| {
        Error::not_found(format!("instance {instance:?} is there but listens on no TCP port"))
            .hint("enable TCP/IP for the instance in SQL Server Configuration Manager, and start it again")
    })?;
    port.1.parse().ok().filter(|port| *port > 0).ok_or_else(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Vec<u8> {
        let size = u16::try_from(text.len()).unwrap().to_le_bytes();
        [&[ANSWER], &size[..], text.as_bytes()].concat()
    }

    const KNOWN: &str = "ServerName;HOST;InstanceName;SQL2019;IsClustered;No;Version;15.0.2000.5;";

    #[test]
    fn the_port_is_found_wherever_it_stands() {
        for text in ["tcp;51433;;", "np;\\\\HOST\\pipe\\sql\\query;tcp;51433;via;HOST,1:1433;;"] {
            assert_eq!(read(&answer(&format!("{KNOWN}{text}")), "sql2019").unwrap(), 51433, "{text}");
        }
    }

    #[test]
    fn what_is_no_answer_about_the_instance_is_not_believed() {
        let long = answer(&format!("{KNOWN}tcp;51433;np;{};;", "x".repeat(LARGEST)));
        let mut cut = answer(&format!("{KNOWN}tcp;51433;;"));
        cut.truncate(40);
        let mut other_kind = answer(&format!("{KNOWN}tcp;51433;;"));
        other_kind[0] = 4;
        for (bytes, kind) in [
            (Vec::new(), ErrorKind::Corrupt),
            (vec![ANSWER, 1], ErrorKind::Corrupt),
            (long, ErrorKind::Corrupt),
            (cut, ErrorKind::Corrupt),
            (other_kind, ErrorKind::Corrupt),
            (answer(";;;"), ErrorKind::Corrupt),
            (answer("tcp"), ErrorKind::Corrupt),
            (answer("InstanceName;OTHER;tcp;51433;;"), ErrorKind::Corrupt),
            // A host whose name looks like a port of ours.
            (answer("ServerName;tcp;51433;InstanceName;SQL2019;;"), ErrorKind::Corrupt),
            (answer(&format!("{KNOWN}tcp;0;;")), ErrorKind::Corrupt),
            (answer(&format!("{KNOWN}tcp;70000;;")), ErrorKind::Corrupt),
            (answer(&format!("{KNOWN}np;\\\\HOST\\pipe\\sql\\query;;")), ErrorKind::NotFound),
        ] {
            assert_eq!(read(&bytes, "SQL2019").unwrap_err().kind(), kind, "{:?}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn a_name_is_a_name() {
        for name in ["SQL2019", "a_b$c#d-e", &"x".repeat(32)] {
            assert_eq!(check_name(name).unwrap(), name);
        }
        for name in ["", "a b", "a;b", "a\0b", "é", "a\\b", "a:1", &"x".repeat(33)] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
    }

    #[tokio::test]
    async fn an_instance_is_asked_for_by_name_and_the_first_address_that_knows_it_counts() {
        let service = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let deaf = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let addresses = vec![deaf.local_addr().unwrap(), service.local_addr().unwrap()];
        let serving = async {
            let mut request = [0; 64];
            let (length, from) = service.recv_from(&mut request).await.unwrap();
            service.send_to(&answer(&format!("{KNOWN}tcp;51433;;")), from).await.unwrap();
            request[..length].to_vec()
        };
        let (found, request) = tokio::join!(port(addresses, "sql2019"), serving);
        assert_eq!((found.unwrap(), request.as_slice()), (51433, &b"\x04sql2019\0"[..]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_is_silent_is_asked_three_times_and_named() {
        let service = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let began = tokio::time::Instant::now();
        let error = port(vec![service.local_addr().unwrap()], "sql2019").await.unwrap_err();
        assert_eq!((error.kind(), began.elapsed()), (ErrorKind::Unavailable, PATIENCE * TRIES), "{error}");
        assert!(error.to_string().contains("no answer") && error.hint_text().unwrap().contains("UDP port 1434"));
        for _ in 0..TRIES {
            assert_eq!(service.try_recv(&mut [0; 64]).unwrap(), "\x04sql2019\0".len());
        }
        assert!(service.try_recv(&mut [0; 64]).is_err());
    }

    #[tokio::test]
    async fn a_host_without_the_service_says_so_at_once() {
        let free = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let error = port(vec![free], "sql2019").await.unwrap_err();
        assert!(error.to_string().contains("does not listen"), "{error}");
    }
}
