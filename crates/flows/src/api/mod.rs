//! Programs that speak for a project or a person: who they are and what they may do.

mod caller;
mod follow;
mod house_client;
mod repeat;
mod seen;
mod sign_in;
mod token_session;

pub use caller::{Caller, Right};
pub use follow::{Credential, Follower, TICKET_SECONDS};
pub(super) use house_client::is_house;
pub use house_client::{ACCOUNT_SCOPE, HOUSE_CLIENT};
pub use repeat::{FirstTime, Repeat};
pub use seen::{MOST_SEEN, Seen};
pub use token_session::TokenSession;
