//! OAuth: clients, codes, grants, consents, and authorization requests in progress.

pub mod api;
pub mod attempt;
pub mod ciba_request;
pub mod claim_release;
pub mod client;
pub mod client_origin;
pub mod client_secret;
pub mod code;
pub mod consent;
pub mod device_authorization;
pub mod first_party_client;
pub mod grant;
pub mod initial_token;
pub mod interaction;
pub mod single_use;
pub mod target;
pub mod user_code;
pub mod waiting_request;
