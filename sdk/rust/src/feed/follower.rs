use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use reqwest::StatusCode;
use tokio::time::Instant;

use super::backoff;
use super::socket::{Socket, SocketEnd};
use crate::issuer::IssuerError;
use crate::options::Transport;
use crate::state::State;

/// The longest time that a long poll waits.
const LONGEST_WAIT: Duration = Duration::from_secs(25);
/// After so many sockets that could not be opened, long polls are used for a time.
const GIVE_UP: u32 = 3;
const SOCKETS_AGAIN: Duration = Duration::from_secs(300);
/// A long poll that is answered earlier without anything new was not held open.
const EARLIEST: Duration = Duration::from_secs(1);

/// Follows the feed of one module.
pub(crate) struct Follower {
    state: Arc<State>,
    failures: u32,
    /// Sockets that could not be opened, since the last one that could.
    unopened: u32,
    sockets_from: Option<Instant>,
}

impl Follower {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self { state, failures: 0, unopened: 0, sockets_from: None }
    }

    /// Follows until it is aborted. `first` is what came of the first attempt.
    pub(crate) async fn run(mut self, first: Result<(), IssuerError>) {
        let mut outcome = first.map(|()| Duration::ZERO);
        loop {
            let pause = match outcome {
                Ok(pause) => {
                    self.failures = 0;
                    pause
                }
                Err(error) => self.pause_after(&error),
            };
            tokio::time::sleep(pause).await;
            outcome = self.step().await;
        }
    }

    fn pause_after(&mut self, error: &IssuerError) -> Duration {
        self.state.connected.store(false, Ordering::Relaxed);
        self.failures = self.failures.saturating_add(1);
        if self.failures == 1 {
            tracing::warn!(%error, "usher: the feed cannot be followed");
        }
        if error.status() == Some(StatusCode::UNAUTHORIZED) {
            self.state.issuer.forget_token();
        }
        let named = error.retry_after().map(|after| after.min(self.state.options.poll_interval));
        named.unwrap_or_else(|| backoff(self.failures))
    }

    /// Follows once; gives the pause until the next time.
    async fn step(&mut self) -> Result<Duration, IssuerError> {
        let state = Arc::clone(&self.state);
        if !state.is_ready() {
            state.begin().await?;
        }
        match state.options.transport {
            Transport::Off => state.fetch_rules().await.map(|()| state.options.poll_interval),
            Transport::Poll => self.poll().await,
            Transport::LongPoll => self.long_poll().await,
            Transport::WebSocket if self.sockets_from.is_some_and(|from| Instant::now() < from) => {
                self.long_poll().await
            }
            Transport::WebSocket => self.follow_socket().await,
        }
    }

    async fn poll(&self) -> Result<Duration, IssuerError> {
        self.state.catch_up(Duration::ZERO).await?;
        self.state.connected.store(true, Ordering::Relaxed);
        Ok(self.state.options.poll_interval)
    }

    async fn long_poll(&self) -> Result<Duration, IssuerError> {
        let state = &self.state;
        if !state.connected.load(Ordering::Relaxed) {
            state.catch_up(Duration::ZERO).await?; // after a failure, what was missed comes first
            state.connected.store(true, Ordering::Relaxed);
        }
        let wait = (state.options.max_staleness / 3).clamp(EARLIEST, LONGEST_WAIT);
        let (began, before) = (Instant::now(), state.cursor());
        match state.catch_up(wait).await {
            // Usher has no capacity for another long poll. A call that does not wait is always answered.
            Err(error) if error.status() == Some(StatusCode::SERVICE_UNAVAILABLE) => {
                state.catch_up(Duration::ZERO).await?;
                Err(error)
            }
            Err(error) => Err(error),
            Ok(()) if state.cursor() == before && began.elapsed() < EARLIEST => Ok(EARLIEST),
            Ok(()) => Ok(Duration::ZERO),
        }
    }

    async fn follow_socket(&mut self) -> Result<Duration, IssuerError> {
        let state = Arc::clone(&self.state);
        let socket = match Socket::open(Arc::clone(&state)).await {
            Ok(socket) => socket,
            Err(error) => return self.without_socket(&error).await,
        };
        self.unopened = 0;
        self.failures = 0;
        state.connected.store(true, Ordering::Relaxed);
        let end = socket.follow().await;
        state.connected.store(false, Ordering::Relaxed);
        match end {
            SocketEnd::Failed(error) => Err(error),
            SocketEnd::Retry(after) => Ok(after),
            SocketEnd::Closed { credential_ended } => {
                if credential_ended {
                    state.issuer.forget_token();
                }
                Ok(backoff(1))
            }
        }
    }

    /// Asks once, so that the list stays current although no socket could be opened.
    async fn without_socket(&mut self, error: &IssuerError) -> Result<Duration, IssuerError> {
        self.unopened = self.unopened.saturating_add(1);
        if self.unopened == 1 {
            tracing::warn!(%error, "usher: no socket could be opened; the feed is polled");
        }
        if error.status() == Some(StatusCode::UNAUTHORIZED) {
            self.state.issuer.forget_token();
        }
        if self.unopened >= GIVE_UP {
            self.sockets_from = Some(Instant::now() + SOCKETS_AGAIN);
        }
        self.state.catch_up(Duration::ZERO).await?;
        let named = error.retry_after().map(|after| after.min(self.state.options.poll_interval));
        Ok(named.unwrap_or_else(|| backoff(self.unopened)))
    }
}
