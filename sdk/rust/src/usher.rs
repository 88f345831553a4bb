//! The module.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::ClientBuilder;
use serde::Serialize;
use tokio::task::JoinHandle;

use crate::auth::Auth;
use crate::feed::{Follower, keep_documents, keep_house};
use crate::issuer::{CALL_TIMEOUT, IssuerClient, IssuerError};
use crate::options::{Misuse, Options};
use crate::policy::Attributes;
use crate::refusal::{Reason, Refusal};
use crate::sessions::Session;
use crate::state::State;
use crate::store::StoreError;

/// Why a module does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// An option is missing or not safe.
    #[error("usher: {0}")]
    Misuse(#[from] Misuse),
    /// The store cannot be read or written.
    #[error("usher: the store cannot be used: {0}")]
    Store(StoreError),
    /// Usher answers, and the options do not fit it: another issuer, a redirect, a client that is not accepted.
    #[error("usher: {0}")]
    Misfit(String),
}

/// The state of a module, for health checks and metrics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Keys and list are there.
    pub ready: bool,
    /// Revocations arrive at once; with `Transport::Poll`: the last poll succeeded.
    pub connected: bool,
    /// The list is too old.
    pub stale: bool,
    /// When the list was last up to date.
    pub synced_at: Option<SystemTime>,
    /// The position in the feed: `e7.18234`.
    pub cursor: Option<String>,
    /// The number of entries of the list.
    pub revocations: usize,
    /// The applied revision of the access rules.
    pub policy_revision: Option<u64>,
}

/// A local module. It is cheap to clone, and a [`tower_layer::Layer`]: the outermost one of the application.
#[derive(Clone)]
pub struct Usher {
    pub(crate) state: Arc<State>,
    tasks: Arc<Tasks>,
}

/// The background work of a module, which ends with the last clone of it.
struct Tasks(Vec<JoinHandle<()>>);

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

impl Usher {
    /// Starts a module: see [`crate::Builder`].
    pub(crate) async fn start(options: Options, http: ClientBuilder) -> Result<Self, SetupError> {
        let options = options.filled();
        options.check()?;
        let issuer = IssuerClient::new(&options, http)?;
        let state = Arc::new(State::new(options, issuer)?);
        state.restore().await.map_err(SetupError::Store)?;
        let first = tokio::time::timeout(CALL_TIMEOUT, state.begin()).await;
        let first =
            first.unwrap_or_else(|_| Err(IssuerError::Unreachable { what: "Usher", cause: "timeout".to_owned() }));
        if let Err(IssuerError::Misfit(fault)) = first {
            return Err(SetupError::Misfit(fault));
        }
        let tasks = vec![
            tokio::spawn(Follower::new(Arc::clone(&state)).run(first)),
            tokio::spawn(keep_documents(Arc::clone(&state))),
            tokio::spawn(keep_house(Arc::clone(&state))),
        ];
        Ok(Self { state, tasks: Arc::new(Tasks(tasks)) })
    }

    /// Waits until keys and list are there.
    pub async fn wait_ready(&self) {
        // The sender is in the state, which is alive.
        let _ = self.state.subscribe_ready().wait_for(|ready| *ready).await;
    }

    /// Ends following the feed, reports the sessions that were used, and closes the store. Nothing but this reports and
    /// writes what is still in memory; it is not needed for correctness.
    pub async fn close(self) -> io::Result<()> {
        self.tasks.0.iter().for_each(JoinHandle::abort);
        // Usher may be away.
        let _ = tokio::time::timeout(CALL_TIMEOUT, self.state.report()).await;
        match &self.state.options.store {
            Some(store) => store.close().await.map_err(io::Error::other),
            None => Ok(()),
        }
    }

    /// The state of the module.
    pub fn status(&self) -> Status {
        let state = &self.state;
        let synced = u64::try_from(state.synced.load(Ordering::Relaxed)).ok().filter(|synced| *synced > 0);
        Status {
            ready: state.is_ready(),
            connected: state.connected.load(Ordering::Relaxed),
            stale: state.is_stale(state.now()),
            synced_at: synced.map(|synced| UNIX_EPOCH + Duration::from_secs(synced)),
            cursor: state.cursor().map(|cursor| cursor.to_string()),
            revocations: crate::locks::read(&state.list).len(),
            policy_revision: state.current_rules().map(|current| current.rules.table.revision),
        }
    }

    /// The sessions that were used at this application within a day and not revoked since, the most recent first.
    pub fn sessions(&self) -> Vec<Session> {
        self.state.sessions.all()
    }

    /// Verifies an access token that did not come by HTTP. One that is bound to a key is refused, because there is no proof.
    pub async fn verify(&self, token: &str) -> Result<Auth, Refusal> {
        let verified = self.state.verify(token, self.state.now()).await?;
        if verified.jkt().is_some() {
            return Err(Reason::SenderConstrained.into());
        }
        Ok(Auth::of(Arc::clone(&self.state), verified, token, None, Attributes::new()).await)
    }
}
