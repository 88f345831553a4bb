//! The OAuth 2 and OpenID Connect endpoints, over HTTP.

mod authorize_faults;
mod authorize_parameters;
mod authorize_prompts;
mod client_authentication;
mod client_credentials;
mod client_secrets;
mod code_flow;
mod codes;
mod consent;
mod hints;
mod id_token_claims;
mod introspection;
mod keys;
mod logout;
mod long_requests;
pub mod openidconnect_client;
mod pkce;
mod published;
mod refresh;
mod refresh_ends;
mod refresh_races;
mod refresh_sequences;
mod registration;
mod response_modes;
mod revocation;
mod userinfo;
