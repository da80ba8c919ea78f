//! From a socket to a session: the first messages, TLS where the options have it, and the login.
//!
//! A login never travels in clear: `encrypt=false` has it alone encrypted, as the protocol allows. Not here: what TLS trusts
//! (`tls.rs`), and where the login leads to (`connect.rs`).

use std::sync::Arc;
use std::time::Duration;

use connector_core::Error;
use connector_socket::{Duplex, within};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::error::Failure;
use crate::options::Encrypt;
use crate::packet::{self, Greeting, Identity, Shown, encryption};
use crate::tls::Wrapped;
use crate::token::{self, Refusal, Told};
use crate::wire::{FIRST_PACKETS, LOGIN, PRELOGIN, READ_BYTES, Wire, framed};

/// How a server is entered.
pub(crate) struct Way<'a> {
    pub(crate) encrypt: Encrypt,
    pub(crate) tls: Arc<ClientConfig>,
    /// The name that the server's certificate must hold.
    pub(crate) name: &'a str,
    pub(crate) instance: Option<&'a str>,
    pub(crate) silence: Option<Duration>,
}

/// What a login leads to.
pub(crate) enum Entered {
    In(Wire),
    /// The server sends us on to another one.
    SentOn {
        host: String,
        port: u16,
    },
}

impl Way<'_> {
    /// Logs in over a socket.
    pub(crate) async fn enter(&self, stream: Box<dyn Duplex>, who: &Identity<'_>) -> Result<Entered, Failure> {
        if self.encrypt == Encrypt::Strict {
            let stream = self.handshake(BufReader::with_capacity(READ_BYTES, stream)).await?;
            let mut wire = Wire::new(Box::new(stream), self.silence);
            let greeting = self.greet(&mut wire, encryption::REQUIRED, who).await?;
            wire.send(LOGIN, &packet::login(who, greeting)).await?;
            return answered(wire).await;
        }
        let mut wire = Wire::new(stream, self.silence);
        let wanted = if self.encrypt == Encrypt::Optional { encryption::LOGIN } else { encryption::REQUIRED };
        let greeting = self.greet(&mut wire, wanted, who).await?;
        let is_offered = matches!(greeting.encryption, encryption::ALL | encryption::REQUIRED);
        if wanted == encryption::REQUIRED && !is_offered {
            return Err(Failure::NoTls);
        }
        let stream = wire.into_stream().ok_or(Failure::Protocol("more was sent than TLS allows"))?;
        let mut tls = self.handshake(BufReader::with_capacity(READ_BYTES, Wrapped::new(stream))).await?;
        tls.get_mut().0.get_mut().end();
        let login = framed(LOGIN, &packet::login(who, greeting), FIRST_PACKETS);
        let sending = async {
            tls.write_all(&login).await?;
            tls.flush().await
        };
        within(self.silence, sending).await.ok_or(Failure::Silent)?.map_err(|error| Failure::lost(&error))?;
        let stream: Box<dyn Duplex> =
            if is_offered { Box::new(tls) } else { tls.into_inner().0.into_inner().into_inner() };
        answered(Wire::new(stream, self.silence)).await
    }

    async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> Result<TlsStream<S>, Failure> {
        let name = ServerName::try_from(self.name.to_owned())
            .map_err(|_| Error::invalid("the host's name cannot be verified by TLS"))?;
        let shaking = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream);
        within(self.silence, shaking).await.ok_or(Failure::Silent)?.map_err(|error| Failure::lost(&error))
    }

    async fn greet(&self, wire: &mut Wire, wanted: u8, who: &Identity<'_>) -> Result<Greeting, Failure> {
        let with_token = matches!(who.shown, Shown::Token(_));
        wire.send(PRELOGIN, &packet::prelogin(wanted, self.instance, with_token)).await?;
        wire.expect()?;
        let answer = wire.whole().await?;
        let length = answer.len();
        let greeting = Greeting::parse(answer).ok_or(Failure::Protocol("there is no greeting"))?;
        wire.consume(length);
        if self.instance.is_some() && greeting.is_other_instance {
            return Err(Failure::OtherInstance);
        }
        Ok(greeting)
    }
}

/// What the server makes of a login that has been sent.
async fn answered(mut wire: Wire) -> Result<Entered, Failure> {
    wire.expect()?;
    let (mut is_in, mut sent_on, mut refused) = (false, None, None);
    loop {
        let told = match token::next(wire.arrived())? {
            Some((told, length)) => {
                wire.consume(length);
                told
            }
            None => match wire.more().await {
                Ok(true) => continue,
                Ok(false) => break,
                // The server hangs up behind what it said.
                Err(failure) => return Err(refused.map_or(failure, Failure::Refused)),
            },
        };
        match told {
            Told::LetIn => is_in = true,
            Told::SentOn { host, port } => sent_on = Some((host, port)),
            Told::Refused(refusal) => refused = Some(worse(refused, refusal)),
            Told::Packets(bytes) => wire.cut_into(bytes),
            _ => {}
        }
    }
    match (refused, sent_on) {
        (Some(refusal), _) => Err(Failure::Refused(refusal)),
        (None, Some((host, port))) => Ok(Entered::SentOn { host, port }),
        (None, None) if is_in => Ok(Entered::In(wire)),
        (None, None) => Err(Failure::Protocol("a login is neither let in nor refused")),
    }
}

/// The first of several errors is what the others follow from.
fn worse(first: Option<Refusal>, next: Refusal) -> Refusal {
    first.unwrap_or(next)
}
