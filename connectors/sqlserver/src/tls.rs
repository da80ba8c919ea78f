//! What SQL Server's options ask of TLS, and TLS inside the packets of a log-in.
//!
//! The file that `sslrootcert` names adds to Mozilla's roots. Not here: what every engine does about TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use connector_core::{Error, ErrorKind, Result};
use connector_tls::{Advice, Settings, Verify, told_failure, web_config};
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::options::{Encrypt, Options};
use crate::wire::{FIRST_PACKETS, HEADER, PRELOGIN, REPLY, framed};

const ADVICE: Advice = Advice {
    root_cert: "sslrootcert",
    other_name: "name it with hostNameInCertificate",
    refused: "encrypt=strict needs SQL Server 2022; check what TLS the server offers",
};

const AUTHORITY_ADVICE: Advice = Advice {
    root_cert: "sslrootcert",
    other_name: "name that in entraAuthority",
    refused: "check entraAuthority, and what stands between the function and it",
};

/// The TLS settings of an endpoint.
///
/// Errors: invalid, for a file that cannot be read or holds no usable certificate.
pub(crate) fn config(options: &Options) -> Result<ClientConfig> {
    let built_in = |verify| Settings { verify, roots: None, client: None }.config();
    let mut config = match &options.root_cert {
        _ if options.trust_any => built_in(Verify::Nothing),
        Some(file) => web_config(Some(file)),
        None => built_in(Verify::All),
    }?;
    if options.encrypt == Encrypt::Strict {
        config.alpn_protocols = vec![b"tds/8.0".to_vec()];
    }
    Ok(config)
}

/// What a TLS failure means that Entra ID's authority is the other side of, or what stands in its place.
pub(crate) fn authority_failure(cause: &rustls::Error) -> Error {
    connector_tls::failure(cause, AUTHORITY_ADVICE)
}

/// What a TLS failure means to who has to mend it, by what the library tells of it.
pub(crate) fn failure(told: &str) -> Error {
    if !told.contains("UnsupportedCertVersion") {
        return told_failure(told, ADVICE);
    }
    Error::new(
        ErrorKind::Invalid,
        "the server's certificate is of an outdated version, as the one that SQL Server makes for itself may be",
    )
    .hint("give the server a certificate of its own; trustServerCertificate=true verifies nothing")
}

/// A way whose bytes travel inside packets until the handshake is over, and as they are from then on.
pub(crate) struct Wrapped<S> {
    stream: S,
    is_over: bool,
    reading: Reading,
    /// What has been written and not yet been put into a packet.
    written: Vec<u8>,
    /// A packet on its way.
    sent: Vec<u8>,
}

enum Reading {
    /// A header, as far as it has arrived.
    Header(Vec<u8>),
    /// So much of a packet is still to come.
    Payload(usize),
    /// There are no packets any more.
    Plain,
}

impl<S> Wrapped<S> {
    pub(crate) fn new(stream: S) -> Self {
        let reading = Reading::Header(Vec::new());
        Self { stream, is_over: false, reading, written: Vec::new(), sent: Vec::new() }
    }

    /// The handshake is over.
    pub(crate) fn end(&mut self) {
        self.is_over = true;
    }

    pub(crate) fn into_inner(self) -> S {
        self.stream
    }
}

impl<S: AsyncWrite + Unpin> Wrapped<S> {
    /// Sends what has been written, all of a flight in one message.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.sent.is_empty() && !self.written.is_empty() {
            self.sent = framed(PRELOGIN, &self.written, FIRST_PACKETS);
            self.written.clear();
        }
        while !self.sent.is_empty() {
            let bytes = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.sent))?;
            if bytes == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent.drain(..bytes);
        }
        Poll::Ready(Ok(()))
    }
}

/// Whether a packet begins with this byte; some servers call it an answer. No record of TLS begins so.
fn is_packet(kind: u8) -> bool {
    matches!(kind, PRELOGIN | REPLY)
}

/// What a packet's header says of its payload.
fn payload(header: [u8; HEADER]) -> io::Result<usize> {
    let [kind, _, high, low, ..] = header;
    let length = usize::from(u16::from_be_bytes([high, low])).checked_sub(HEADER).filter(|_| is_packet(kind));
    length.ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "something else than a handshake"))
}

/// Some bytes, at most so many; none at the end.
fn poll_some(stream: impl AsyncRead + Unpin, cx: &mut Context<'_>, most: usize) -> Poll<io::Result<Vec<u8>>> {
    let mut bytes = [0; 2048];
    let room = bytes.len().min(most);
    let mut piece = ReadBuf::new(bytes.get_mut(..room).unwrap_or_default());
    ready!(Pin::new(&mut { stream }).poll_read(cx, &mut piece))?;
    Poll::Ready(Ok(piece.filled().to_vec()))
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Wrapped<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        ready!(this.poll_send(cx))?;
        loop {
            match &mut this.reading {
                Reading::Plain => return Pin::new(&mut this.stream).poll_read(cx, buffer),
                Reading::Payload(0) => this.reading = Reading::Header(Vec::new()),
                Reading::Payload(left) => {
                    let piece = ready!(poll_some(&mut this.stream, cx, buffer.remaining().min(*left)))?;
                    *left -= piece.len();
                    buffer.put_slice(&piece);
                    return Poll::Ready(Ok(()));
                }
                Reading::Header(header) => {
                    let missing = if header.is_empty() { 1 } else { HEADER - header.len() };
                    let piece = ready!(poll_some(&mut this.stream, cx, missing))?;
                    let Some(first) = piece.first() else { return Poll::Ready(Ok(())) };
                    // What TLS 1.3 says behind its handshake comes in a packet or not.
                    if header.is_empty() && this.is_over && !is_packet(*first) {
                        this.reading = Reading::Plain;
                        buffer.put_slice(&piece);
                        return Poll::Ready(Ok(()));
                    }
                    header.extend_from_slice(&piece);
                    if let Ok(header) = <[u8; HEADER]>::try_from(header.as_slice()) {
                        this.reading = Reading::Payload(payload(header)?);
                    }
                }
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wrapped<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_over {
            ready!(self.poll_send(cx))?;
            return Pin::new(&mut self.stream).poll_write(cx, bytes);
        }
        self.written.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
