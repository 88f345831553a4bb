//! The authorization code: sealed, not stored.
//!
//! The code contains all that the token endpoint needs, so that answering an authorization request writes nothing. It
//! is spent by inserting the grant under the id that it carries: a second insert fails.

use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::target::GrantTargets;
use crate::id::{ClientId, GrantId, SessionId, UserId};
use crate::time::Timestamp;
use crate::user::Sub;
use usher_protocol::authorize::pkce::CodeChallenge;
use usher_protocol::cause::RejectionCause;
use usher_protocol::claims::ClaimsRequest;
use usher_protocol::scope::Scope;

/// The content of an authorization code. Names are short because the code travels in a URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationCode {
    /// The id of the grant that it becomes.
    #[serde(rename = "g")]
    pub grant_id: GrantId,
    /// The client that it was issued to.
    #[serde(rename = "c")]
    pub client_id: ClientId,
    /// The user.
    #[serde(rename = "u")]
    pub user_id: UserId,
    /// The user's `sub`, so that it need not be looked up.
    #[serde(rename = "b")]
    pub sub: Sub,
    /// The session.
    #[serde(rename = "s")]
    pub session_id: SessionId,
    /// The granted scope.
    #[serde(rename = "p")]
    pub scope: Scope,
    /// What it is for. Codes of former versions say nothing.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<GrantTargets>,
    /// Claims requested by name.
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    pub claims: ClaimsRequest,
    /// Returned in the ID token.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The PKCE challenge, if one was sent.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<CodeChallenge>,
    /// [`redirect_uri_hash`] of the request's redirect URI, if it named one (RFC 6749 §4.1.3).
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// The thumbprint of the key that it is bound to (RFC 9449 §10).
    #[serde(rename = "j", default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// When the person authenticated.
    #[serde(rename = "t")]
    pub auth_time: Timestamp,
    /// The authentication context.
    #[serde(rename = "a")]
    pub acr: String,
    /// The authentication methods.
    #[serde(rename = "w")]
    pub amr: Vec<String>,
    /// When it expires.
    #[serde(rename = "x")]
    pub expires_at: Timestamp,
}

/// A second redemption within this span is a repeated request, for example of a page whose code runs twice.
pub const REPEATED_WITHIN: Duration = Duration::from_secs(10);

/// Whether a second redemption at `now` is a repetition of the one at `spent_at`.
///
/// No other comparison is needed: the code fixes client, redirect URI and verifier, and the registration fixes the
/// authentication, so two requests that pass are identical.
pub fn is_repeated(spent_at: Timestamp, now: Timestamp) -> bool {
    now.seconds_since(spent_at) <= REPEATED_WITHIN.as_secs()
}

/// Number of wrong verifiers that invalidate a code.
pub const MOST_WRONG_VERIFIERS: i64 = 5;
/// What each wrong verifier takes from its bucket, in milliseconds: far longer than the lifetime of a code.
pub const WRONG_VERIFIER_MS: i64 = 3_600_000;

/// The bucket that counts wrong verifiers for the code of this grant.
pub fn wrong_verifiers(grant: GrantId) -> String {
    format!("code/{grant}")
}

/// A bucket that is full at this moment (milliseconds) or later has reached the limit of wrong verifiers.
pub fn dead_from_ms(now: Timestamp) -> i64 {
    now.0.saturating_mul(1_000) + (MOST_WRONG_VERIFIERS - 1) * WRONG_VERIFIER_MS + 1
}

/// The hash of a redirect URI, stored in a code: enough to compare, and short.
pub fn redirect_uri_hash(uri: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, uri.as_bytes()))
}

fn is_default(claims: &ClaimsRequest) -> bool {
    *claims == ClaimsRequest::default()
}

/// Why a code is refused. The client gets `invalid_grant` in each case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeFault {
    /// It was issued to another client.
    OtherClient,
    /// It has expired.
    Expired,
    /// The redirect URI differs from that of the authorization request.
    RedirectUri,
    /// The verifier is missing, wrong, or was never asked for (RFC 9700 §4.8.2).
    Verifier,
    /// It is bound to a key, and the request proves no or another key.
    OtherKey,
}

impl From<CodeFault> for RejectionCause {
    fn from(fault: CodeFault) -> Self {
        match fault {
            CodeFault::OtherClient => Self::CodeOfOtherClient,
            CodeFault::Expired => Self::CodeExpired,
            CodeFault::RedirectUri => Self::OtherRedirectUri,
            CodeFault::Verifier => Self::WrongVerifier,
            CodeFault::OtherKey => Self::BoundToOtherKey,
        }
    }
}

impl AuthorizationCode {
    /// Checks whether this client may redeem the code with these parameters.
    ///
    /// # Errors
    /// The first fault. Only a request without fault counts as a redemption.
    pub fn check(
        &self,
        client: &ClientId,
        redirect_uri: Option<&str>,
        verifier: Option<&str>,
        proof_key: Option<&str>,
        now: Timestamp,
    ) -> Result<(), CodeFault> {
        if self.client_id != *client {
            return Err(CodeFault::OtherClient);
        }
        if now >= self.expires_at {
            return Err(CodeFault::Expired);
        }
        let same_place = match (&self.redirect_uri, redirect_uri) {
            (Some(asked), Some(sent)) => *asked == redirect_uri_hash(sent),
            (Some(_), None) => false,
            (None, _) => redirect_uri.is_none(),
        };
        if !same_place {
            return Err(CodeFault::RedirectUri);
        }
        if self.dpop_jkt.is_some() && self.dpop_jkt.as_deref() != proof_key {
            return Err(CodeFault::OtherKey);
        }
        match (&self.code_challenge, verifier) {
            (None, None) => Ok(()),
            (Some(challenge), Some(verifier)) if challenge.is_answered_by(verifier) => Ok(()),
            _ => Err(CodeFault::Verifier),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const CB: &str = "https://rp.test/cb";

    fn code(challenge: bool) -> (AuthorizationCode, ClientId, Timestamp) {
        let (now, random) = (Timestamp(1_700_000_000), SeededRandom::new(1));
        let client = ClientId("web".into());
        let code = AuthorizationCode {
            grant_id: GrantId::new(now, &random),
            client_id: client.clone(),
            user_id: UserId::new(now, &random),
            sub: Sub("ana".into()),
            session_id: SessionId::new(now, &random),
            scope: Scope::of(["openid"]),
            targets: None,
            claims: ClaimsRequest::default(),
            nonce: None,
            code_challenge: challenge.then(|| CodeChallenge::parse(CHALLENGE, Some("S256")).unwrap()),
            redirect_uri: Some(redirect_uri_hash(CB)),
            dpop_jkt: None,
            auth_time: now,
            acr: "aal1".into(),
            amr: vec!["pwd".into()],
            expires_at: now + Duration::from_secs(60),
        };
        (code, client, now)
    }

    #[test]
    fn a_code_is_good_for_its_client_its_place_its_verifier_and_its_minute() {
        let (code, client, now) = code(true);
        assert_eq!(code.check(&client, Some(CB), Some(VERIFIER), None, now), Ok(()));
        assert_eq!(code.check(&client, Some(CB), Some(VERIFIER), None, now + Duration::from_secs(59)), Ok(()));
        assert_eq!(
            code.check(&client, Some(CB), Some(VERIFIER), None, now + Duration::from_secs(60)),
            Err(CodeFault::Expired)
        );
        assert_eq!(
            code.check(&ClientId("web2".into()), Some(CB), Some(VERIFIER), None, now),
            Err(CodeFault::OtherClient)
        );
        assert_eq!(code.check(&client, None, Some(VERIFIER), None, now), Err(CodeFault::RedirectUri));
        assert_eq!(
            code.check(&client, Some("https://rp.test/cb2"), Some(VERIFIER), None, now),
            Err(CodeFault::RedirectUri)
        );
    }

    #[test]
    fn a_code_exchanged_again_within_ten_seconds_was_only_sent_twice() {
        let spent_at = Timestamp(1_700_000_000);
        for (later, repeated) in [(0, true), (10, true), (11, false), (59, false)] {
            assert_eq!(is_repeated(spent_at, spent_at + Duration::from_secs(later)), repeated, "{later} s");
        }
    }

    #[test]
    fn the_verifier_is_due_exactly_when_a_challenge_was_sent() {
        let (with, client, now) = code(true);
        for verifier in [None, Some(""), Some(CHALLENGE)] {
            assert_eq!(with.check(&client, Some(CB), verifier, None, now), Err(CodeFault::Verifier), "{verifier:?}");
        }
        let (without, client, now) = code(false);
        assert_eq!(without.check(&client, Some(CB), None, None, now), Ok(()));
        assert_eq!(without.check(&client, Some(CB), Some(VERIFIER), None, now), Err(CodeFault::Verifier));
    }

    #[test]
    fn a_code_that_is_bound_to_a_key_is_redeemed_with_a_proof_of_it() {
        let (code, client, now) = code(true);
        let check = |code: &AuthorizationCode, key| code.check(&client, Some(CB), Some(VERIFIER), key, now);
        assert_eq!(check(&code, Some("any")), Ok(()), "the key is bound at the token endpoint");
        let bound = AuthorizationCode { dpop_jkt: Some("key".into()), ..code };
        assert_eq!(check(&bound, Some("key")), Ok(()));
        for other in [None, Some(""), Some("other")] {
            assert_eq!(check(&bound, other), Err(CodeFault::OtherKey), "{other:?}");
        }
    }
}
