//! Clients, grants and tokens.

mod clients;
mod device_codes;
mod families;
mod grants;
mod races;
mod tokens;
