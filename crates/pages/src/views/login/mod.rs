//! Pages of the front door: coming in, being asked, leaving.

pub mod consent;
pub mod logout;
pub mod mismatch;
pub mod onward;
pub mod recover;
pub mod setup;
pub mod sign_in;
pub mod upstream;
