//! A client of HTTP/1.1 that costs next to nothing: one kept-alive connection, requests as ready bytes.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One connection.
pub struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, as long as the next is not asked for.
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    head: &'a str,
    /// The body.
    pub body: &'a str,
}

impl Answer<'_> {
    /// Every value of a header.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        let lines = self.head.split("\r\n").filter_map(|line| line.split_once(": "));
        lines.filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// A text member of a JSON body, unescaped ones only: tokens are.
    pub fn member(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("\"{name}\":\""))?;
        rest.split('"').next()
    }

    /// A parameter of the address that the answer leads to.
    pub fn sent_back(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(self.headers("location").next()?).ok()?;
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

impl Wire {
    /// Connects.
    pub async fn connect(to: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and waits for all of its answer.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (head_end, total) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let Some(head_end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = text(&self.buffer[..head_end])?;
            break (head_end, head_end + 4 + length(head)?);
        };
        while self.buffer.len() < total {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let head = text(&self.buffer[..head_end])?;
        let status = head.get(9..12).and_then(|digits| digits.parse().ok()).ok_or_else(|| garbled("no status"))?;
        Ok(Answer { status, head, body: text(&self.buffer[head_end + 4..total])? })
    }
}

fn length(head: &str) -> Result<usize> {
    let lines = head.split("\r\n").filter_map(|line| line.split_once(": "));
    let mut lengths = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    match lengths.next() {
        Some((_, digits)) => digits.parse().map_err(|_| garbled("no length")),
        // Only an answer that has no body at all may be without.
        None if head.contains("chunked") => Err(garbled("a body in chunks")),
        None => Ok(0),
    }
}

fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| garbled("not text"))
}

fn garbled(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("the answer cannot be read: {what}"))
}
