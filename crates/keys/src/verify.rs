//! Verification of Usher's own tokens: access tokens and `id_token_hint`s.
//!
//! Only format, key and signature are checked. The caller checks `exp`, `aud`, `iss` and the rest: an `id_token_hint`
//! may have expired (OpenID Connect Core §3.1.2.1), an access token may not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::keyring::{Keyring, KeyringKey};
use usher_domain::key::SigningAlg;
use usher_protocol::strict_json;

/// Maximum length of a token, in bytes.
pub const MAX_TOKEN: usize = 16 * 1024;
/// Maximum nesting of a token's JSON.
const MAX_DEPTH: u8 = 16;

/// What the caller expects.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedToken<'a> {
    /// The exact `typ` header: one kind of token is never accepted as another (RFC 8725 §3.11).
    pub typ: &'a str,
}

/// A token signed by Usher. Its time, audience and revocation are not checked.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifiedToken {
    /// The claims.
    pub claims: Map<String, Value>,
    /// The algorithm it was signed with.
    pub alg: SigningAlg,
    /// The key it was signed with.
    pub kid: String,
    /// Whether that key signs now; otherwise another one has replaced it.
    pub key_signs: bool,
}

/// Why a token was refused. For the log only: the sender learns only that it is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Longer than [`MAX_TOKEN`].
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of strict base64url joined by dots.
    #[error("the token is no compact JWS")]
    NotCompact,
    /// The header is not exactly `alg`, `kid` and `typ`: `crit`, `b64`, `jku`, `jwk` and all others are refused.
    #[error("the header is not exactly alg, kid and typ as expected")]
    Header,
    /// No published key has this ID.
    #[error("no published key has this kid")]
    UnknownKey,
    /// The algorithm is not that of the key.
    #[error("the algorithm is not the one of the key")]
    WrongAlg,
    /// The token has another `typ`.
    #[error("the token is of another type")]
    WrongType,
    /// The signature is not valid.
    #[error("the signature does not fit")]
    Signature,
    /// The payload is no JSON object, has duplicate members or is nested too deeply.
    #[error("the claims do not read")]
    Claims,
}

impl Keyring {
    /// Verifies a compact JWS signed by Usher, with any published key, also a retired one.
    ///
    /// It does not check `exp` or any other claim: the caller must.
    pub fn verify(&self, token: &str, expect: ExpectedToken<'_>) -> Result<VerifiedToken, VerifyError> {
        self.verify_with(token, expect, |kid| self.key(kid))
    }

    /// Verifies an `id_token_hint`: like [`Keyring::verify`], also with pruned keys. A hint grants no access, and its
    /// session may outlive the key.
    pub fn verify_hint(&self, token: &str, expect: ExpectedToken<'_>) -> Result<VerifiedToken, VerifyError> {
        self.verify_with(token, expect, |kid| self.key_of_hint(kid))
    }

    fn verify_with<'k>(
        &self,
        token: &str,
        expect: ExpectedToken<'_>,
        find: impl FnOnce(&str) -> Option<&'k KeyringKey>,
    ) -> Result<VerifiedToken, VerifyError> {
        if token.len() > MAX_TOKEN {
            return Err(VerifyError::TooLong);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(VerifyError::NotCompact)?;
        let (header, payload) = message.split_once('.').ok_or(VerifyError::NotCompact)?;
        let header = strict_json::object(&decode(header)?, MAX_DEPTH).map_err(|_| VerifyError::Header)?;
        let (alg, kid, typ) = ours(&header).ok_or(VerifyError::Header)?;

        let key = find(kid).ok_or(VerifyError::UnknownKey)?;
        if alg != key.alg.as_str() {
            return Err(VerifyError::WrongAlg);
        }
        if typ != expect.typ {
            return Err(VerifyError::WrongType);
        }
        let (payload, signature) = (decode(payload)?, decode(signature)?);
        if !key.fits(token, message, &signature) {
            return Err(VerifyError::Signature);
        }
        let claims = strict_json::object(&payload, MAX_DEPTH).map_err(|_| VerifyError::Claims)?;
        let key_signs = self.active_kid(key.alg) == Some(kid);
        Ok(VerifiedToken { claims, alg: key.alg, kid: key.kid.clone(), key_signs })
    }
}

/// `alg`, `kid` and `typ`, if the header has exactly these.
fn ours(header: &Map<String, Value>) -> Option<(&str, &str, &str)> {
    let text = |name| header.get(name).and_then(Value::as_str);
    let found = (text("alg")?, text("kid")?, text("typ")?);
    (header.len() == 3).then_some(found)
}

/// Strict base64url: no padding, no white space, no unused bits (RFC 7515 §2).
fn decode(part: &str) -> Result<Vec<u8>, VerifyError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| VerifyError::NotCompact)
}
