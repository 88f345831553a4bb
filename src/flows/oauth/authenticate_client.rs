//! Who is this client? (RFC 6749 §2.3)

use std::sync::Arc;

use aws_lc_rs::{constant_time, digest};

use crate::domain::client::Client;
use crate::domain::id::ClientId;
use crate::domain::time::Timestamp;
use crate::flows::error::FlowError;
use crate::flows::usher::Usher;
use crate::protocol::client_auth::ClientCredentials;
use crate::protocol::error::OAuthError;

/// SHA-256 in hexadecimal, the form in which client secrets are kept.
pub(in crate::flows) fn sha256_hex(text: &str) -> String {
    use std::fmt::Write as _;
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hash.as_ref().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

impl Usher {
    /// The client that these credentials prove.
    ///
    /// # Errors
    /// `invalid_client`, the same for an unknown client, a disabled one, a wrong secret and a wrong method.
    pub async fn authenticate_client(&self, credentials: &ClientCredentials) -> Result<Arc<Client>, FlowError> {
        let found = self.find_client(&ClientId(credentials.client_id().to_owned())).await?;
        let proven = match (&found, credentials.secret()) {
            (Some(client), None) => client.metadata.is_public(),
            (Some(client), Some(secret)) => !client.metadata.is_public() && knows_secret(client, secret, self.now()),
            // As much work as for a client that exists.
            (None, Some(secret)) => sha256_hex(secret).is_empty(),
            (None, None) => false,
        };
        match found {
            Some(client) if proven && client.is_active() => Ok(client),
            _ => Err(OAuthError::invalid_client().into()),
        }
    }
}

/// Basic and form carry the same secret, so a client may use either, whichever it was registered with.
fn knows_secret(client: &Client, secret: &str, now: Timestamp) -> bool {
    let given = sha256_hex(secret);
    let good = client.secrets.iter().filter(|held| held.expires_at.is_none_or(|end| now < end));
    good.fold(false, |known, held| {
        known | constant_time::verify_slices_are_equal(held.sha256.as_bytes(), given.as_bytes()).is_ok()
    })
}
