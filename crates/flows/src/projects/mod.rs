//! Use cases of project members: members, token, users, history.

pub(crate) mod history;
pub(crate) mod invitations;
pub(crate) mod members;
pub(crate) mod modules;
pub(crate) mod people;
pub(crate) mod register;
pub(crate) mod remove;
pub(crate) mod token;

pub use history::{HistoryPage, HistorySearch};
pub use modules::NewestState;
pub use people::{Person, PersonSession};
pub use token::{MAX_OVERLAP, Rotation, USUAL_OVERLAP};
