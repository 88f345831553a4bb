//! What the modules of FAPI 2.0 do, for plain and for signed requests. Names lack what all of them begin with,
//! `fapi2-security-profile-final-`.

mod authentication;
pub mod client;
mod codes;
mod flows;
mod objects;
mod proofs;
mod pushed;

pub use authentication::*;
pub use codes::*;
pub use flows::*;
pub use objects::*;
pub use proofs::*;
pub use pushed::*;
