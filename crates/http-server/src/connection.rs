//! One TCP connection and its timeouts: for reading, for writing and for closing.
//!
//! hyper has one timer, for headers. Here each phase of a connection has its own timeout, and so has a peer that stops
//! reading.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use crate::slots::{Limits, Slot};

/// What a connection is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum ConnectionPhase {
    /// A request head, of which the first byte may still be missing.
    Head,
    /// The handler, or a request body: other deadlines apply then.
    Busy,
    /// The next request, after at least one response.
    Idle,
    /// Nothing: the connection was upgraded, and the other protocol has timeouts of its own.
    HandedOver,
}

/// The phase of one connection, shared by its socket and its service.
#[derive(Debug)]
pub(super) struct SharedPhase(AtomicU8);

impl SharedPhase {
    /// A connection that was just accepted.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicU8::new(ConnectionPhase::Head as u8)))
    }

    /// Moves to `phase`.
    pub(super) fn set(&self, phase: ConnectionPhase) {
        self.0.store(phase as u8, Ordering::Release);
    }

    fn get(&self) -> ConnectionPhase {
        match self.0.load(Ordering::Acquire) {
            0 => ConnectionPhase::Head,
            1 => ConnectionPhase::Busy,
            2 => ConnectionPhase::Idle,
            _ => ConnectionPhase::HandedOver,
        }
    }
}

/// A socket that fails with [`io::ErrorKind::TimedOut`] when the peer takes too long.
pub(super) struct Socket {
    tcp: TcpStream,
    pace: Arc<SharedPhase>,
    limits: Limits,
    /// The phase for which `reading` was last set.
    seen: ConnectionPhase,
    reading: Option<Pin<Box<Sleep>>>,
    /// Runs from the first write that would block until all pending bytes are written.
    writing: Option<Pin<Box<Sleep>>>,
    leaving: Option<Pin<Box<Sleep>>>,
    /// Held, also after an upgrade, until the socket closes.
    _slot: Slot,
}

impl Socket {
    /// Wraps an accepted `tcp` connection.
    pub(super) fn new(tcp: TcpStream, pace: Arc<SharedPhase>, limits: Limits, slot: Slot) -> Self {
        let reading = Some(Box::pin(sleep(limits.head)));
        Self { tcp, pace, limits, seen: ConnectionPhase::Head, reading, writing: None, leaving: None, _slot: slot }
    }

    fn enter(&mut self, phase: ConnectionPhase) {
        self.seen = phase;
        let patience = match phase {
            ConnectionPhase::Head => self.limits.head,
            ConnectionPhase::Idle => self.limits.idle,
            ConnectionPhase::Busy => return,
            // The timer would keep the finished HTTP task alive, whose waker it holds.
            ConnectionPhase::HandedOver => return self.reading = None,
        };
        let reading = self.reading.get_or_insert_with(|| Box::pin(sleep(patience)));
        reading.as_mut().reset(Instant::now() + patience);
    }

    /// Waits for a blocked write until the write timeout.
    fn wait_to_write<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let patience: Duration = self.limits.write;
        let timer = self.writing.get_or_insert_with(|| Box::pin(sleep(patience)));
        timer.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let phase = self.pace.get();
        if phase != self.seen {
            self.enter(phase);
        }
        let before = buffer.filled().len();
        match Pin::new(&mut self.tcp).poll_read(cx, buffer) {
            Poll::Ready(outcome) => {
                if phase == ConnectionPhase::Idle && buffer.filled().len() > before {
                    self.pace.set(ConnectionPhase::Head);
                    self.enter(ConnectionPhase::Head);
                }
                Poll::Ready(outcome)
            }
            Poll::Pending => match &mut self.reading {
                Some(reading) if phase != ConnectionPhase::Busy => {
                    reading.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
                }
                _ => Poll::Pending,
            },
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.tcp).poll_write(cx, bytes) {
            Poll::Pending => self.wait_to_write(cx),
            ready @ Poll::Ready(_) => ready,
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.tcp).poll_write_vectored(cx, slices) {
            Poll::Pending => self.wait_to_write(cx),
            ready @ Poll::Ready(_) => ready,
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.tcp).poll_flush(cx))?;
        self.writing = None;
        Poll::Ready(Ok(()))
    }

    /// Shuts down the write side, then reads for a moment: closing with unread bytes would reset the connection, and
    /// the reset may overtake the response (RFC 9112 §9.6).
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.leaving.is_none() {
            ready!(Pin::new(&mut self.tcp).poll_shutdown(cx))?;
            self.leaving = Some(Box::pin(sleep(self.limits.linger)));
        }
        let this = &mut *self;
        let Some(leaving) = &mut this.leaving else { return Poll::Ready(Ok(())) };
        if leaving.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        let mut scratch = [0; 4096];
        loop {
            let mut discarded = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut this.tcp).poll_read(cx, &mut discarded)) {
                Ok(()) if !discarded.filled().is_empty() => {}
                _ => return Poll::Ready(Ok(())),
            }
        }
    }
}

/// The body of a response. The connection becomes idle once its last byte is sent.
pub(super) struct ResponseBody {
    body: Body,
    pace: Option<Arc<SharedPhase>>,
}

impl ResponseBody {
    /// Wraps the body of a response. Without `pace` the connection does not become idle afterwards, as after an
    /// upgrade.
    pub(super) fn new(body: Body, pace: Option<Arc<SharedPhase>>) -> Self {
        Self { body, pace }
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        if let Some(pace) = &self.pace {
            pace.set(ConnectionPhase::Idle);
        }
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
