//! The endpoints of OAuth 2 and OpenID Connect.

pub mod authorize;
pub mod ciba;
pub mod claim_release;
pub mod client;
pub mod consent;
pub mod device;
pub mod dpop;
pub mod grants;
pub mod introspect;
pub mod issue;
pub mod origins;
pub mod presented_token;
pub mod pushed_requests;
pub(crate) mod read_request;
pub mod refusals;
pub mod registered_origins;
pub mod released_claims;
pub mod request_objects;
pub(crate) mod respond;
pub mod revoke;
pub mod target;
pub mod token;
pub mod token_call;
pub mod token_target;
pub mod userinfo;
mod waiting;
mod waiting_request;
