//! What every test of the whole house may stand on.

pub mod authenticator;
pub mod browser;
pub mod database;
pub mod house;
pub mod relying_party;
