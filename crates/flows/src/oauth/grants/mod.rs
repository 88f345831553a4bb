//! Grant types, one file for each.
//!
//! To add one, write a file with its [`GrantTypeRow`] and name it in [`GRANTS`]. The token endpoint, the metadata and
//! the registration of clients read that list.

mod answered_request;
pub mod authorization_code;
pub mod ciba;
pub mod client_credentials;
mod code_reuse;
pub mod device_code;
pub mod handler;
mod id_jag;
pub mod jwt_bearer;
pub mod refresh_token;
pub mod token_exchange;

use handler::GrantTypeRow;

/// The grant types of Usher.
pub const GRANTS: &[GrantTypeRow] = &[
    authorization_code::ROW,
    refresh_token::ROW,
    client_credentials::ROW,
    device_code::ROW,
    ciba::ROW,
    token_exchange::ROW,
    jwt_bearer::ROW,
];
