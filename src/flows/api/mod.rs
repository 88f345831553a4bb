//! Programs that speak for a project or a person: who they are and what they may do.

mod caller;

pub use caller::{Caller, Right};
