//! What attackers are denied, over HTTP.

mod fetching;
mod garbage;
mod hostile_text;
mod origins;
mod redirect_uris;
mod tokens;
