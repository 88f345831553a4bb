//! Callers of the API: who they are and what they may do.

mod caller;
mod feed_access;
mod first_party_client;
mod idempotency;
mod session_reports;
mod sign_in;
mod token_session;

pub use caller::{Caller, Right};
pub use feed_access::{Credential, Follower, TICKET_SECONDS};
pub(super) use first_party_client::is_first_party_client;
pub use first_party_client::{ACCOUNT_SCOPE, FIRST_PARTY_CLIENT};
pub use idempotency::{FirstTime, Repeat};
pub use session_reports::{MOST_SEEN, SessionReport};
pub use token_session::TokenSession;
