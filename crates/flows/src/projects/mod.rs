//! Use cases of project members: members, token, users, history.

mod history;
mod members;
mod people;
mod remove;
mod token;

pub use history::{HistoryPage, HistorySearch};
pub use people::{Person, PersonSession};
pub use token::{MAX_OVERLAP, Rotation, USUAL_OVERLAP};
