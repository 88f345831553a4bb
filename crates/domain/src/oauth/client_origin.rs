//! How clients become known, and what is kept of those that register themselves.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::{ClientId, ProjectId};
use crate::time::Timestamp;
use crate::wire_names::wire_names;

/// The project of clients that register themselves for no project. The same id on every server, so that simultaneous
/// creation is detected.
pub const SHARED_PROJECT: ProjectId = ProjectId(Uuid::from_u128(2));
/// Its name.
pub const SHARED_PROJECT_NAME: &str = "Self-registered clients";

wire_names! {
    /// How a client became known.
    ClientOrigin, UnknownClientOrigin, "client origin":
    /// Somebody made it: in the console, by the API, on the command line.
    Managed = "managed";
    /// Its `client_id` is the URL of its metadata.
    Document = "document";
    /// It registered itself (RFC 7591).
    Dynamic = "dynamic";
}

impl ClientOrigin {
    /// Whether it registered itself, so that nobody has checked what it says.
    pub const fn is_self_registered(self) -> bool {
        !matches!(self, Self::Managed)
    }
}

/// What is kept of a client that registered itself, beside its metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfRegistration {
    pub client_id: ClientId,
    /// When its document was last fetched, and until when it is used.
    pub checked_at: Option<Timestamp>,
    pub fresh_until: Option<Timestamp>,
    /// When it was last used, rounded to a day.
    pub used_at: Timestamp,
}
