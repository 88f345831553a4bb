//! The web origins that clients have registered, cached for a few seconds.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::Mutex;

use usher_domain::time::Timestamp;

/// The registered origins and when they were read.
#[derive(Debug, Default)]
pub(crate) struct OriginCache(pub(super) Mutex<Option<(Timestamp, Arc<RegisteredOrigins>)>>);

/// The registered origins at some moment.
#[derive(Debug, Default)]
pub(super) struct RegisteredOrigins {
    pub origins: HashSet<String>,
    pub first_party: HashSet<String>,
    pub any_localhost: bool,
}
