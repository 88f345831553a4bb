//! The endpoints of OAuth 2 and OpenID Connect.

pub mod authenticate_client;
pub mod authorize;
pub mod claim_release;
pub mod consent;
pub mod device;
pub mod grants;
pub mod introspect;
pub mod issue;
pub mod origins;
pub mod refusals;
pub mod registered_origins;
pub mod released_claims;
pub(crate) mod respond;
pub mod revoke;
pub mod token;
pub mod userinfo;
