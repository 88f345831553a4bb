//! Sign-in with other providers: where to send the person, and who came back.
//!
//! One file a provider, with what only that one does; what they share stands in files named after it. A provider says
//! *who* came ([`Vouched`]); whether that is one of our users, and whether they may sign in, is decided elsewhere.
//! Nothing that a provider gives us is kept: access tokens live as long as the call that reads the profile.

mod cached;
mod callback;
mod departure;
mod desk;
mod error;
mod exchange;
mod id_token;
mod issuer;
mod jws;
mod notice;
mod openid;
mod person;
mod providers;
mod registry;
#[cfg(test)]
mod stub;
mod sunset;
mod timely;
mod wire;

use providers::{apple, facebook, github, google, microsoft, oauth2, oidc, x};

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use url::Url;

pub use callback::Callback;
pub use departure::{Departure, Kept};
pub use error::{Cause, UpstreamError};
pub use notice::{Notice, NoticeDoor, NoticeKind, NoticeRequest};
pub use registry::Registry;
pub use sunset::graph_sunset;
pub use usher_domain::identity::Vouched;

use usher_domain::provider::ProviderSettings;
use usher_domain::random::Random;
use usher_domain::time::Clock;
use usher_http_client::Outbound;

/// What a provider's answer is worth waiting for.
pub type Promise<'a, T> = BoxFuture<'a, Result<T, UpstreamError>>;

/// What providers stand on.
#[derive(Clone)]
pub struct Surroundings {
    /// The door out.
    pub outbound: Outbound,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Surroundings")
    }
}

/// An upstream provider.
pub trait Provider: Send + Sync + 'static {
    /// Its settings.
    fn settings(&self) -> &ProviderSettings;

    /// Where to send the person, and what to keep, sealed and for one use, until they come back.
    fn depart<'a>(&'a self, departure: &'a Departure) -> Promise<'a, (Url, Kept)>;

    /// Who came back. Every check of the protocol is done before anything is said about the person.
    fn arrive<'a>(&'a self, callback: &'a Callback, kept: &'a Kept) -> Promise<'a, Vouched>;

    /// Proves a notice that came in. None for a kind of event that is of no concern here.
    fn notice<'a>(&'a self, request: &'a NoticeRequest) -> Promise<'a, Vec<Notice>> {
        let _ = request;
        Box::pin(async { Err(UpstreamError::NoSuchNotice) })
    }

    /// Tries now, without anybody signing in, whether the provider can be reached and knows us.
    fn check<'a>(&'a self, redirect_uri: &'a str) -> BoxFuture<'a, Vec<Checked>>;

    /// Is whoever answers at the provider's address the one whom the settings name? For settings as they are saved: a
    /// server that cannot be reached just now says nothing against them.
    fn introduce(&self) -> Promise<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    /// Where the person signs out there and comes back from, where there is such a place.
    fn end_session_url<'a>(&'a self, back_to: &'a str) -> Promise<'a, Option<Url>> {
        let _ = back_to;
        Box::pin(async { Ok(None) })
    }
}

/// One step of trying a provider out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What was tried: `metadata`, `keys`, `token endpoint`.
    pub step: &'static str,
    /// What came of it.
    pub outcome: Result<(), UpstreamError>,
}

impl Checked {
    fn new(step: &'static str, outcome: Result<(), UpstreamError>) -> Self {
        Self { step, outcome }
    }
}
