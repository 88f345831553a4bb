//! Clients, grants and tokens.

mod ciba_requests;
mod clients;
mod device_codes;
mod families;
mod grants;
mod races;
mod tokens;
