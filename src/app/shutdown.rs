//! Shutdown: graceful at the first SIGTERM or Ctrl-C, immediate at the second.

use std::io;

use tokio_util::sync::CancellationToken;

/// The requests so far.
#[derive(Debug, Clone)]
pub struct Shutdown {
    /// Cancelled once shutdown is requested.
    pub requested: CancellationToken,
    /// Cancelled once shutdown is requested twice.
    pub requested_twice: CancellationToken,
}

impl Shutdown {
    /// Listens for signals from now on.
    ///
    /// # Errors
    /// If signal handlers cannot be installed.
    pub fn on_signals() -> io::Result<Self> {
        let shutdown = Self { requested: CancellationToken::new(), requested_twice: CancellationToken::new() };
        let Self { requested, requested_twice } = shutdown.clone();
        let mut signals = Signals::new()?;
        tokio::spawn(async move {
            signals.next().await;
            requested.cancel();
            signals.next().await;
            requested_twice.cancel();
        });
        Ok(shutdown)
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
