//! What attackers are refused, over HTTP.

mod garbage;
mod origins;
mod redirect_uris;
mod tokens;
