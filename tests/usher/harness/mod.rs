//! What every test of the whole house may stand on.

pub mod database;
