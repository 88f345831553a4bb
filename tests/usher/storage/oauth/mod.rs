//! Clients, grants and tokens.

mod clients;
mod families;
mod grants;
mod races;
mod tokens;
