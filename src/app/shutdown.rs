//! Shutdown: graceful at the first SIGTERM or Ctrl-C, immediate at the second.

use std::io;

use tokio::sync::watch;

/// The requests so far.
#[derive(Debug, Clone)]
pub struct Shutdown {
    requested: watch::Receiver<bool>,
    requested_twice: watch::Receiver<bool>,
}

impl Shutdown {
    /// Listens for signals from now on.
    ///
    /// # Errors
    /// If signal handlers cannot be installed.
    pub fn on_signals() -> io::Result<Self> {
        let (request, requested) = watch::channel(false);
        let (request_again, requested_twice) = watch::channel(false);
        let mut signals = Signals::new()?;
        tokio::spawn(async move {
            signals.next().await;
            request.send_replace(true);
            signals.next().await;
            request_again.send_replace(true);
        });
        Ok(Self { requested, requested_twice })
    }

    /// Resolves once shutdown is requested.
    pub fn requested(&self) -> impl Future<Output = ()> + Send + 'static {
        until(self.requested.clone())
    }

    /// Resolves once shutdown is requested twice.
    pub fn requested_twice(&self) -> impl Future<Output = ()> + Send + 'static {
        until(self.requested_twice.clone())
    }

    /// The same as [`Shutdown::requested`], for polling.
    pub fn flag(&self) -> watch::Receiver<bool> {
        self.requested.clone()
    }
}

async fn until(mut flag: watch::Receiver<bool>) {
    // The sender is never dropped before it has sent: it waits for signals as long as the process runs.
    let _ = flag.wait_for(|set| *set).await;
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
