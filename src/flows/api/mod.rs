//! Programs that speak for a project or a person: who they are and what they may do.

mod caller;
mod follow;

pub use caller::{Caller, Right};
pub use follow::{Credential, Follower, TICKET_SECONDS};
