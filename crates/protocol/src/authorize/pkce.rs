//! Proof Key for Code Exchange (RFC 7636), method `S256` only.

use aws_lc_rs::{constant_time, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::cause::RejectionCause;
use crate::error::OAuthError;

/// The S256 hash of a verifier: 32 bytes, 43 base64url characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads `code_challenge` and `code_challenge_method` (RFC 7636 §4.3).
    ///
    /// # Errors
    /// `invalid_request` when the method is not `S256` (a missing method means `plain`, which is refused)
    /// or the challenge is not the base64url of 32 bytes.
    pub fn parse(challenge: &str, method: Option<&str>) -> Result<Self, OAuthError> {
        if method != Some("S256") {
            return Err(RejectionCause::ChallengeMethod.into());
        }
        match URL_SAFE_NO_PAD.decode(challenge) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(challenge.to_owned())),
            _ => Err(OAuthError::invalid_request("code_challenge must be the base64url of a SHA-256 value")),
        }
    }

    /// The challenge as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this verifier matches the challenge (RFC 7636 §4.6; a verifier outside §4.1 never does).
    pub fn is_answered_by(&self, verifier: &str) -> bool {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
            return false;
        }
        let expected = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
        constant_time::verify_slices_are_equal(expected.as_bytes(), self.0.as_bytes()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_rfc_holds() {
        let challenge = CodeChallenge::parse(CHALLENGE, Some("S256")).unwrap();
        assert!(challenge.is_answered_by(VERIFIER));
        assert!(!challenge.is_answered_by(CHALLENGE));
    }

    #[test]
    fn plain_is_refused_however_it_is_asked_for() {
        for method in [None, Some("plain"), Some("s256"), Some("")] {
            assert!(CodeChallenge::parse(CHALLENGE, method).is_err(), "{method:?}");
        }
    }

    #[test]
    fn challenges_and_verifiers_of_the_wrong_shape_are_refused() {
        for bad in [
            "",
            &"a".repeat(42),
            &"a".repeat(129),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
            &format!("{CHALLENGE}="),
        ] {
            assert!(CodeChallenge::parse(bad, Some("S256")).is_err(), "{bad}");
        }
        let challenge = CodeChallenge::parse(CHALLENGE, Some("S256")).unwrap();
        for bad in ["", &VERIFIER[..42], &"a".repeat(129), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX\0"] {
            assert!(!challenge.is_answered_by(bad), "{bad}");
        }
    }
}
