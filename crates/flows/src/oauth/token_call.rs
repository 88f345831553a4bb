//! A token request of an authenticated client.

use std::sync::Arc;

use usher_domain::oauth::client::Client;
use usher_protocol::confirmation::KeyConfirmation;

/// What is known of a token request besides its parameters.
#[derive(Debug, Clone)]
pub struct TokenCall {
    /// The client: authenticated, and it may use the grant type.
    pub client: Arc<Client>,
    /// The position of the project's feed at the start of the request.
    pub urv: i64,
    /// What the access token is bound to: the key that the request proves (RFC 9449 §5), or the certificate of the client
    /// (RFC 8705 §3).
    pub binding: Option<KeyConfirmation>,
}
