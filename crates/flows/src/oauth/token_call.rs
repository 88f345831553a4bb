//! A token request of an authenticated client.

use std::sync::Arc;

use usher_domain::oauth::client::Client;

/// What is known of a token request besides its parameters.
#[derive(Debug, Clone)]
pub struct TokenCall {
    /// The client: authenticated, and it may use the grant type.
    pub client: Arc<Client>,
    /// The position of the project's feed at the start of the request.
    pub urv: i64,
    /// The thumbprint of the key that the request proves: the access token is bound to it (RFC 9449 §5).
    pub proof_key: Option<String>,
}
