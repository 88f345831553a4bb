//! Entities of Usher, their state machines and rules.
//!
//! Pure: no clock, no randomness, no I/O. Time and random bytes are passed in.

pub mod email;
mod granting;
pub mod id;
pub mod key;
pub mod page;
mod people;
mod projects;
pub mod provider;
pub mod random;
pub mod secret;
mod telling;
pub mod text;
pub mod time;
mod words;

pub use granting::{access, client, client_secret, code, consent, grant, interaction};
pub use people::{
    activity, authentication, device, factors, identity, linking, merge, passkey, profile_change, proof, remembered,
    session, source, user, ways_in,
};
pub use projects::{assignment, history, member, project};
pub use telling::{concern, event, feed, letter, logout_notice, notice, receipt, webhook};
