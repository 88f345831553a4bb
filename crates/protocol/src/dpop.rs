//! Proofs of possession of a key (DPoP, RFC 9449): a JWT for one request, signed with a key that it contains.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use url::Url;

use crate::error_code::ErrorCode;
use crate::jose::foreign_jws::ForeignJws;
use crate::jose::numeric_date::{CLOCK_SKEW, numeric_date};
use crate::jose::public_jwk::PublicJwk;

/// The algorithms of proofs. RS256 has no place in something so new (FAPI 2.0 Security Profile §5.4.1).
pub const PROOF_ALGS: [&str; 4] = ["ES256", "PS256", "EdDSA", "Ed25519"];

/// The type of a proof (RFC 9449 §4.2).
const TYPE: &str = "dpop+jwt";
/// How long a proof without a nonce is accepted after `iat`, in seconds.
const MAX_AGE: i64 = 60;
/// How far `iat` may be off, either way, in a proof with a nonce: the nonce proves that it is fresh, so that a client whose
/// clock is wrong can go on.
const MAX_AGE_WITH_NONCE: i64 = 300;
/// Longest `jti`.
const MAX_JTI: usize = 255;

/// How long a server nonce is accepted, in seconds.
pub const NONCE_LIFETIME: u64 = 300;
/// How long the id of a proof is kept, in seconds: longer than any proof is accepted.
pub const KEPT: u64 = 900;

/// Why a proof is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DpopFault {
    Missing,
    Repeated,
    Unreadable,
    TokenType,
    Key,
    Signature,
    Method,
    Url,
    Id,
    Time,
    AccessToken,
    OtherKey,
    Replayed,
    NonceDue,
    NonceStale,
}

impl DpopFault {
    /// The error code (RFC 9449 §5, §8).
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::NonceDue | Self::NonceStale => ErrorCode::UseDpopNonce,
            _ => ErrorCode::InvalidDpopProof,
        }
    }

    /// The fault in one sentence. It contains nothing of the request.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Missing => "the request has no DPoP proof, which this client or token needs",
            Self::Repeated => "the DPoP header is repeated or cannot be read",
            Self::Unreadable => "the DPoP proof is no compact JWT",
            Self::TokenType => "the typ of the DPoP proof is not dpop+jwt",
            Self::Key => "the alg of the DPoP proof is not supported, or its jwk is no public key that fits it",
            Self::Signature => "the signature of the DPoP proof is wrong",
            Self::Method => "the htm of the DPoP proof is not the method of the request",
            Self::Url => "the htu of the DPoP proof is not the URL of the request",
            Self::Id => "the DPoP proof has no jti of 1 to 255 characters",
            Self::Time => "the iat of the DPoP proof is too long ago or in the future",
            Self::AccessToken => "the ath of the DPoP proof is not the hash of the access token",
            Self::OtherKey => "the DPoP proof is of another key than the one that is bound",
            Self::Replayed => "the DPoP proof was used before",
            Self::NonceDue => "the DPoP proof must have a nonce of this server",
            Self::NonceStale => "the nonce of the DPoP proof is not one of this server or has expired",
        }
    }
}

/// A proof that can be read. Nothing of it is verified.
#[derive(Debug, Clone, PartialEq)]
pub struct DpopProof<'t> {
    pub jws: ForeignJws<'t>,
    pub key: PublicJwk,
}

/// What is known of the nonce of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NonceState {
    /// The proof has none.
    Absent,
    /// This server issued it a short while ago.
    Fresh,
    /// Anything else.
    Stale,
}

/// The request that a proof must be for.
#[derive(Debug, Clone, Copy)]
pub struct ProofRules<'a> {
    pub method: &'a str,
    /// Without query and fragment.
    pub url: &'a str,
    /// The access token in the same request, at a protected resource.
    pub access_token: Option<&'a str>,
    pub nonce: NonceState,
    pub nonce_required: bool,
    /// Seconds since the epoch.
    pub now: i64,
}

impl<'t> DpopProof<'t> {
    /// Parses the value of the header.
    pub fn parse(header: &'t str) -> Result<Self, DpopFault> {
        let jws = ForeignJws::parse(header).map_err(|_| DpopFault::Unreadable)?;
        if jws.typ.is_none() || !jws.is_typed(&[TYPE]) {
            return Err(DpopFault::TokenType);
        }
        let key = jws.jwk.as_ref().and_then(|jwk| PublicJwk::parse(jwk).ok());
        let key = key.filter(|key| PROOF_ALGS.contains(&jws.alg.as_str()) && key.fits(&jws.alg));
        Ok(Self { key: key.ok_or(DpopFault::Key)?, jws })
    }

    pub fn nonce(&self) -> Option<&Value> {
        self.jws.claims.get("nonce")
    }

    /// Checks the claims of a proof with a valid signature (RFC 9449 §4.3), and returns its `jti`.
    pub fn check(&self, rules: &ProofRules<'_>) -> Result<&str, DpopFault> {
        let claims = &self.jws.claims;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("htm") != Some(rules.method) {
            return Err(DpopFault::Method);
        }
        if !text("htu").is_some_and(|htu| is_same_place(htu, rules.url)) {
            return Err(DpopFault::Url);
        }
        if let Some(token) = rules.access_token
            && text("ath") != Some(&access_token_hash(token))
        {
            return Err(DpopFault::AccessToken);
        }
        match rules.nonce {
            NonceState::Stale => return Err(DpopFault::NonceStale),
            NonceState::Absent if rules.nonce_required => return Err(DpopFault::NonceDue),
            NonceState::Absent | NonceState::Fresh => {}
        }
        let issued = numeric_date(claims, "iat").ok().flatten().ok_or(DpopFault::Time)?;
        let (before, after) = match rules.nonce {
            NonceState::Fresh => (MAX_AGE_WITH_NONCE, MAX_AGE_WITH_NONCE),
            _ => (MAX_AGE, CLOCK_SKEW),
        };
        if issued < rules.now.saturating_sub(before) || issued > rules.now.saturating_add(after) {
            return Err(DpopFault::Time);
        }
        text("jti").filter(|jti| (1..=MAX_JTI).contains(&jti.len())).ok_or(DpopFault::Id)
    }
}

/// The claim `ath` for an access token (RFC 9449 §4.2).
pub fn access_token_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token.as_bytes()))
}

/// Whether a text may be a thumbprint, as `dpop_jkt` must be (RFC 9449 §10).
pub fn is_thumbprint(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// Whether both name the same resource after normalization (RFC 3986 §6.2.2 and §6.2.3), without query and fragment.
fn is_same_place(htu: &str, url: &str) -> bool {
    let place = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    matches!((place(htu), place(url)), (Some(sent), Some(ours)) if sent == ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::foreign_jws::samples::token;
    use serde_json::json;

    const NOW: i64 = 1_800_000_000;
    const HTU: &str = "https://id.test/oauth2/token";
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn header() -> Value {
        json!({"alg": "EdDSA", "typ": "dpop+jwt", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": X}})
    }

    fn changed(mut value: Value, changes: &Value) -> Value {
        value.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        value
    }

    fn checked(claims: &Value, rules: ProofRules<'_>) -> Result<String, DpopFault> {
        let token = token(&header(), claims);
        DpopProof::parse(&token)?.check(&rules).map(str::to_owned)
    }

    fn rules() -> ProofRules<'static> {
        ProofRules {
            method: "POST",
            url: HTU,
            access_token: None,
            nonce: NonceState::Absent,
            nonce_required: false,
            now: NOW,
        }
    }

    fn claims(changes: &Value) -> Value {
        changed(json!({"jti": "1", "htm": "POST", "htu": HTU, "iat": NOW}), changes)
    }

    #[test]
    fn a_proof_for_this_request_is_named_by_its_id() {
        for changes in [
            json!({}),
            json!({"htu": format!("{HTU}?x=1#y")}),
            json!({"htu": "HTTPS://ID.TEST:443/oauth2/token"}),
            json!({"iat": NOW - 60}),
            json!({"iat": NOW + 30}),
            json!({"extra": [1]}),
        ] {
            assert_eq!(checked(&claims(&changes), rules()).as_deref(), Ok("1"), "{changes}");
        }
    }

    /// JW-12
    #[test]
    fn every_check_has_its_refusal() {
        for (changes, fault) in [
            (json!({"htm": "GET"}), DpopFault::Method),
            (json!({"htm": "post"}), DpopFault::Method),
            (json!({"htm": null}), DpopFault::Method),
            (json!({"htu": "https://id.test/oauth2/par"}), DpopFault::Url),
            (json!({"htu": "http://id.test/oauth2/token"}), DpopFault::Url),
            (json!({"htu": "https://id.test:444/oauth2/token"}), DpopFault::Url),
            (json!({"htu": "/oauth2/token"}), DpopFault::Url),
            (json!({"htu": null}), DpopFault::Url),
            (json!({"iat": NOW - 61}), DpopFault::Time),
            (json!({"iat": NOW + 31}), DpopFault::Time),
            (json!({"iat": NOW - 3_600}), DpopFault::Time),
            (json!({"iat": "now"}), DpopFault::Time),
            (json!({"iat": null}), DpopFault::Time),
            (json!({"jti": ""}), DpopFault::Id),
            (json!({"jti": null}), DpopFault::Id),
            (json!({"jti": "a".repeat(256)}), DpopFault::Id),
        ] {
            assert_eq!(checked(&claims(&changes), rules()), Err(fault), "{changes:.60}");
        }
    }

    #[test]
    fn the_header_has_its_type_and_a_public_key_that_fits() {
        for (changes, fault) in [
            (json!({"typ": "JWT"}), DpopFault::TokenType),
            (json!({"alg": "none"}), DpopFault::Key),
            (json!({"alg": "HS256"}), DpopFault::Key),
            (json!({"alg": "ES256"}), DpopFault::Key),
            (json!({"jwk": {"kty": "OKP", "crv": "Ed25519", "x": X, "d": X}}), DpopFault::Key),
            (json!({"jwk": {"kty": "oct", "k": X}}), DpopFault::Key),
            (json!({"jwk": {}}), DpopFault::Key),
            (json!({"jwk": "x"}), DpopFault::Unreadable),
        ] {
            let token = token(&changed(header(), &changes), &claims(&json!({})));
            assert_eq!(DpopProof::parse(&token).unwrap_err(), fault, "{changes}");
        }
        for name in ["typ", "jwk"] {
            let mut header = header();
            header.as_object_mut().unwrap().remove(name);
            assert!(DpopProof::parse(&token(&header, &claims(&json!({})))).is_err(), "{name}");
        }
        for garbage in ["", "a.b.c", "DPoP", "e30.e30.e30"] {
            assert!(DpopProof::parse(garbage).is_err(), "{garbage}");
        }
    }

    #[test]
    fn an_rsa_key_signs_with_pss() {
        let n = URL_SAFE_NO_PAD.encode([0xff; 256]);
        for (alg, good) in [("PS256", true), ("RS256", false)] {
            let header = json!({"alg": alg, "typ": "dpop+jwt", "jwk": {"kty": "RSA", "n": n, "e": "AQAB"}});
            assert_eq!(DpopProof::parse(&token(&header, &claims(&json!({})))).is_ok(), good, "{alg}");
        }
    }

    #[test]
    fn a_proof_is_for_the_access_token_that_comes_with_it() {
        let rules = ProofRules { access_token: Some("token"), ..rules() };
        assert!(checked(&claims(&json!({"ath": access_token_hash("token")})), rules).is_ok());
        for ath in [json!(access_token_hash("other")), json!("token"), json!(null)] {
            assert_eq!(checked(&claims(&json!({ "ath": ath })), rules), Err(DpopFault::AccessToken));
        }
    }

    #[test]
    fn a_nonce_of_ours_makes_up_for_a_wrong_clock_and_any_other_is_refused() {
        let with = |nonce, required, iat: i64| {
            let rules = ProofRules { nonce, nonce_required: required, ..rules() };
            checked(&claims(&json!({ "iat": iat })), rules).err()
        };
        assert_eq!(with(NonceState::Fresh, true, NOW - 300), None);
        assert_eq!(with(NonceState::Fresh, true, NOW + 300), None);
        assert_eq!(with(NonceState::Fresh, true, NOW - 301), Some(DpopFault::Time));
        assert_eq!(with(NonceState::Absent, true, NOW), Some(DpopFault::NonceDue));
        assert_eq!(with(NonceState::Stale, false, NOW), Some(DpopFault::NonceStale));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,120}") {
            let _ = DpopProof::parse(&text).is_ok();
            let rules = rules();
            let _ = checked(&claims(&json!({ "htu": text, "jti": text })), rules).is_ok();
        }
    }
}
