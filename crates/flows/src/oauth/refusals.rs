//! Every OAuth error leaves one line in the log, so that the operator can give client owners the reason.

use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;

/// The longest `client_id` that is logged.
const MAX_CLIENT_ID: usize = 80;

/// Logs one error. The request's span adds the trace id.
pub fn log_refusal(endpoint: &str, error: &OAuthError) {
    let client = error.client_id().map_or_else(|| "(none)".to_owned(), shown);
    let (code, reason) = (error.code.as_str(), error.precise());
    if error.code == ErrorCode::AuthorizationPending {
        // A device asks every five seconds.
        tracing::debug!(endpoint, client.id = client, error = code, reason, "refused");
    } else if error.is_alarming() {
        tracing::warn!(endpoint, client.id = client, error = code, reason, "refused");
    } else {
        tracing::info!(endpoint, client.id = client, error = code, reason, "refused");
    }
}

/// A `client_id` as sent is untrusted input: only valid characters are logged.
fn shown(client_id: &str) -> String {
    let fits = |c: &char| c.is_ascii_alphanumeric() || "-._~:/".contains(*c);
    client_id.chars().filter(fits).take(MAX_CLIENT_ID).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_stand_in_a_client_id_is_not_repeated() {
        assert_eq!(shown("web-1.example_x"), "web-1.example_x");
        assert_eq!(shown("a\r\nb\u{1b}[0m c"), "ab0mc");
        assert_eq!(shown(&"x".repeat(500)).len(), MAX_CLIENT_ID);
    }
}
