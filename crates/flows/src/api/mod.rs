//! Callers of the API: who they are and what they may do.

pub(crate) mod caller;
pub(crate) mod feed_access;
pub(crate) mod first_party_client;
pub(crate) mod idempotency;
pub(crate) mod session_reports;
pub(crate) mod sign_in;
pub(crate) mod token_session;

pub use caller::{Caller, Right};
pub use feed_access::{Credential, Follower, TICKET_SECONDS};
pub use idempotency::{FirstTime, Repeat};
pub use session_reports::{MOST_SEEN, SessionReport};
pub use token_session::TokenSession;
