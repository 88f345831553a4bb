//! The OAuth 2 and OpenID Connect endpoints, over HTTP.

mod attempts;
mod authorize;
mod ciba;
mod clients;
mod device;
mod dpop;
mod dpop_instances;
mod fapi;
mod id_jag;
mod id_token_claims;
mod introspection;
mod keys;
mod logout;
mod mutual_tls;
pub mod openidconnect_client;
mod published;
mod refresh;
mod revocation;
mod specifications;
mod specimen_grant;
mod subjects;
mod token_exchange;
pub mod userinfo;
mod waiting_model;
