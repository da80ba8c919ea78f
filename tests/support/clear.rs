//! A network in between that has a server look as if it had no TLS, as whoever wants to read along would have it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Stands between a client and the server until it is dropped.
pub struct Clear {
    /// Where clients connect to instead.
    pub port: u16,
    strips: Arc<AtomicBool>,
    _serving: JoinSet<()>,
}

/// What a client of PostgreSQL asks before anything else.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
/// The bit of MySQL's greeting that offers TLS, in the upper byte of the lower two.
const OFFERS_TLS: u8 = 8;

impl Clear {
    /// Before the `host:port` of a PostgreSQL, of a SQL Server, or of a MySQL, whose server speaks first.
    pub async fn before(server: String, engine: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (strips, engine) = (Arc::new(AtomicBool::new(true)), engine.to_owned());
        let (mut serving, stripping) = (JoinSet::new(), strips.clone());
        serving.spawn(async move {
            let mut all = JoinSet::new();
            loop {
                let client = listener.accept().await.unwrap().0;
                let there = TcpStream::connect(&server).await.unwrap();
                let strips = stripping.load(Ordering::SeqCst);
                let engine = engine.clone();
                all.spawn(async move {
                    let passed = match engine.as_str() {
                        "mysql" => mysql(client, there, strips).await,
                        "sqlserver" => sqlserver(client, there, strips).await,
                        _ => postgres(client, there, strips).await,
                    };
                    // Whoever is refused goes.
                    passed.unwrap_or(());
                });
            }
        });
        Self { port, strips, _serving: serving }
    }

    /// Whether the server has no TLS for whoever comes from now on.
    pub fn strips(&self, strips: bool) {
        self.strips.store(strips, Ordering::SeqCst);
    }
}

async fn postgres(mut client: TcpStream, mut server: TcpStream, strips: bool) -> std::io::Result<()> {
    let mut first = [0; 8];
    client.read_exact(&mut first).await?;
    if strips && first == SSL_REQUEST {
        client.write_all(b"N").await?;
    } else {
        server.write_all(&first).await?;
    }
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

async fn mysql(mut client: TcpStream, mut server: TcpStream, strips: bool) -> std::io::Result<()> {
    let mut head = [0; 4];
    server.read_exact(&mut head).await?;
    let mut greeting = vec![0; usize::from(head[0]) | usize::from(head[1]) << 8];
    server.read_exact(&mut greeting).await?;
    let version = greeting.iter().position(|byte| *byte == 0).unwrap();
    // Behind the version: the number of the session, eight bytes of salt, and one of nothing.
    let capabilities = version + 1 + 4 + 8 + 1;
    if strips {
        greeting[capabilities + 1] &= !OFFERS_TLS;
    }
    client.write_all(&[&head, &greeting[..]].concat()).await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

/// Both greet each other before anything else: each in a packet of eight bytes and options, of which one says who encrypts what.
async fn sqlserver(mut client: TcpStream, mut server: TcpStream, strips: bool) -> std::io::Result<()> {
    const HEAD: usize = 8;
    const ENCRYPTION: u8 = 1;
    const LOGIN_ONLY: u8 = 0;
    let asked = packet(&mut client).await?;
    server.write_all(&asked).await?;
    let mut answered = packet(&mut server).await?;
    // Of each option its number, and where its value begins and how long it is, in two bytes each.
    let at = answered[HEAD..]
        .chunks(5)
        .find(|option| option[0] == ENCRYPTION)
        .map(|option| u16::from_be_bytes([option[1], option[2]]));
    if strips {
        answered[HEAD + usize::from(at.unwrap())] = LOGIN_ONLY;
    }
    client.write_all(&answered).await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

async fn packet(from: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut packet = vec![0; 8];
    from.read_exact(&mut packet).await?;
    packet.resize(usize::from(u16::from_be_bytes([packet[2], packet[3]])), 0);
    from.read_exact(&mut packet[8..]).await?;
    Ok(packet)
}
