//! Users: identities, credentials, sessions and browsers.

pub mod activity;
pub mod authentication;
pub mod device;
pub mod factors;
pub mod identity;
pub mod linking;
pub mod merge;
pub mod passkey;
pub mod profile_change;
pub mod proof;
pub mod remembered;
pub mod session;
pub mod source;
pub mod user;
pub mod ways_in;
