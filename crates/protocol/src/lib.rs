//! Types and rules of OAuth 2 and OpenID Connect: names, parsing, checks, payloads.
//!
//! Pure: no clock, no I/O, no framework, no other crate of this workspace.

pub mod access_token;
pub mod acr;
pub mod authorize;
pub mod cause;
pub mod ciba;
pub mod claims;
pub mod client;
pub mod confirmation;
pub mod device;
pub mod discovery;
pub mod dpop;
pub mod endpoints;
pub mod error;
pub mod error_code;
#[cfg(test)]
mod garbage;
pub mod grant_type;
pub mod id_jag;
pub mod id_token;
pub mod jose;
pub mod logout_token;
pub mod ows;
pub mod params;
pub mod resource;
pub mod scope;
pub mod signed_introspection;
pub mod strict_json;
pub mod token;
pub mod token_exchange;
pub mod user_claims;
