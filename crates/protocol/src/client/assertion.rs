//! Client authentication by a signed JWT: `private_key_jwt` and `client_secret_jwt` (RFC 7523 §3, OpenID Connect Core §9).

use serde_json::{Map, Value};

use crate::jose::foreign_jws::{ForeignJws, HMAC_ALG, JwsFault};
use crate::jose::numeric_date::{NotNumeric, is_begun, numeric_date};

/// The usual value of `client_assertion_type` (RFC 7523 §2.2).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// That of a SPIFFE JWT-SVID (draft-ietf-oauth-spiffe-client-auth §3.1).
pub const JWT_SPIFFE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";

/// Types of an assertion. Another one is another kind of token (RFC 8725 §3.11).
const TYPES: [&str; 2] = ["jwt", "client-authentication+jwt"];
/// Longest lifetime of an assertion that is still to come, in seconds: for that long its id is kept.
const MAX_LIFETIME: i64 = 3_600;
/// Longest `jti`.
const MAX_JTI: usize = 255;

/// A client assertion that can be read. Nothing of it is verified.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientAssertion {
    /// The client: `client_id` of the request, else `sub`.
    client_id: String,
    /// Whether it is a JWT-SVID by its type.
    is_spiffe: bool,
    /// Whether the client's secret signed it, rather than a private key.
    by_secret: bool,
    token: String,
}

/// Why an assertion authenticates nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssertionFault {
    Unreadable,
    OtherType,
    Algorithm,
    KeysUnavailable,
    UnknownKey,
    Signature,
    SecretNotKept,
    TokenType,
    Issuer,
    UntrustedIssuer,
    Audience,
    Expiry,
    Expired,
    Lifetime,
    NotYetValid,
    NoId,
    Replayed,
}

impl AssertionFault {
    /// The fault in one sentence. It contains nothing of the request.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unreadable => "client_assertion is no compact JWT with the client as sub",
            Self::OtherType => {
                "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer, or jwt-spiffe for a client with federated_credentials, with a client_assertion"
            }
            Self::Algorithm => "client_assertion is signed with an algorithm that the client may not use",
            Self::KeysUnavailable => "the keys at the client's jwks_uri cannot be fetched or read",
            Self::UnknownKey => "the client has no key with the kid and the algorithm of client_assertion",
            Self::Signature => "the signature of client_assertion is wrong",
            Self::SecretNotKept => "no secret of the client was made for client_secret_jwt: rotate its secret",
            Self::TokenType => "the typ of client_assertion is that of another kind of token",
            Self::Issuer => "iss and sub of client_assertion must both be the client_id",
            Self::UntrustedIssuer => "iss and sub of client_assertion are none of the client's federated_credentials",
            Self::Audience => "the aud of client_assertion must be the issuer identifier",
            Self::Expiry => "client_assertion has no exp that is a number",
            Self::Expired => "client_assertion has expired",
            Self::Lifetime => {
                "client_assertion expires in more than an hour, or that of another issuer in more than a day"
            }
            Self::NotYetValid => "iat or nbf of client_assertion is in the future",
            Self::NoId => "client_assertion has no jti of 1 to 255 characters",
            Self::Replayed => "client_assertion was used before",
        }
    }

    /// Whether it may be an attempt to guess or forge, which is counted.
    pub const fn is_forgery(self) -> bool {
        matches!(self, Self::UnknownKey | Self::Signature | Self::Algorithm | Self::UntrustedIssuer)
    }
}

/// Audiences that an assertion may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssertionAudience<'a> {
    /// The issuer identifier as a text (FAPI 2.0 Security Profile §5.3.2.1).
    IssuerText,
    /// The issuer identifier and nothing else (RFC 10070).
    Issuer,
    /// The issuer identifier or the URL of the token endpoint (OpenID Connect Core §9).
    IssuerOr { token_endpoint: &'a str },
}

/// What the claims of an assertion are compared with.
#[derive(Debug, Clone, Copy)]
pub struct AssertionRules<'a> {
    pub client_id: &'a str,
    pub issuer: &'a str,
    pub audience: AssertionAudience<'a>,
    /// Seconds since the epoch.
    pub now: i64,
}

/// The id of a valid assertion, which may be used once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertionId {
    pub jti: String,
    /// Seconds since the epoch.
    pub expires_at: i64,
}

impl ClientAssertion {
    /// Reads the parameters `client_assertion`, `client_assertion_type` and `client_id`. The JWT of another issuer does not
    /// name the client, so `client_id` does.
    pub fn read(token: Option<&str>, kind: Option<&str>, client_id: Option<&str>) -> Result<Self, AssertionFault> {
        let (Some(token), Some(kind @ (JWT_BEARER | JWT_SPIFFE))) = (token, kind) else {
            return Err(AssertionFault::OtherType);
        };
        let jws = ForeignJws::parse(token).map_err(|_: JwsFault| AssertionFault::Unreadable)?;
        let subject = jws.claims.get("sub").and_then(Value::as_str).ok_or(AssertionFault::Unreadable)?;
        Ok(Self {
            client_id: client_id.unwrap_or(subject).to_owned(),
            is_spiffe: kind == JWT_SPIFFE,
            by_secret: jws.alg == HMAC_ALG,
            token: token.to_owned(),
        })
    }

    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Whether `client_assertion_type` says that it is a JWT-SVID.
    pub const fn is_spiffe(&self) -> bool {
        self.is_spiffe
    }

    /// The name of the method in client metadata.
    pub const fn method(&self) -> &'static str {
        if self.by_secret { "client_secret_jwt" } else { "private_key_jwt" }
    }

    /// The JWT, parsed.
    pub fn jws(&self) -> Result<ForeignJws<'_>, AssertionFault> {
        ForeignJws::parse(&self.token).map_err(|_: JwsFault| AssertionFault::Unreadable)
    }
}

/// Checks type and claims of an assertion with a valid signature (RFC 7523 §3).
pub fn check(jws: &ForeignJws<'_>, rules: &AssertionRules<'_>) -> Result<AssertionId, AssertionFault> {
    let claims = &jws.claims;
    if !jws.is_typed(&TYPES) {
        return Err(AssertionFault::TokenType);
    }
    if ["iss", "sub"].iter().any(|name| claims.get(*name).and_then(Value::as_str) != Some(rules.client_id)) {
        return Err(AssertionFault::Issuer);
    }
    if !is_for_us(claims, rules) {
        return Err(AssertionFault::Audience);
    }
    let expires_at = numeric_date(claims, "exp").map_err(|_: NotNumeric| AssertionFault::Expiry)?;
    let expires_at = expires_at.ok_or(AssertionFault::Expiry)?;
    if expires_at <= rules.now {
        return Err(AssertionFault::Expired);
    }
    if expires_at > rules.now.saturating_add(MAX_LIFETIME) {
        return Err(AssertionFault::Lifetime);
    }
    if !is_begun(claims, rules.now) {
        return Err(AssertionFault::NotYetValid);
    }
    let jti = claims.get("jti").and_then(Value::as_str).filter(|jti| (1..=MAX_JTI).contains(&jti.len()));
    Ok(AssertionId { jti: jti.ok_or(AssertionFault::NoId)?.to_owned(), expires_at })
}

/// Whether every audience is one of ours: an assertion that also names another server could be replayed between both.
fn is_for_us(claims: &Map<String, Value>, rules: &AssertionRules<'_>) -> bool {
    let ours = |aud: &Value| match (aud.as_str(), rules.audience) {
        (Some(aud), _) if aud == rules.issuer => true,
        (Some(aud), AssertionAudience::IssuerOr { token_endpoint }) => aud == token_endpoint,
        _ => false,
    };
    match (claims.get("aud"), rules.audience) {
        (None, _) | (Some(Value::Array(_)), AssertionAudience::IssuerText) => false,
        (Some(Value::Array(all)), AssertionAudience::Issuer) => matches!(all.as_slice(), [one] if ours(one)),
        (Some(Value::Array(all)), AssertionAudience::IssuerOr { .. }) => !all.is_empty() && all.iter().all(ours),
        (Some(one), _) => ours(one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::foreign_jws::samples::token;
    use serde_json::json;

    const ISSUER: &str = "https://id.test";
    const TOKEN_ENDPOINT: &str = "https://id.test/oauth2/token";
    const NOW: i64 = 1_800_000_000;

    fn claims() -> Value {
        json!({"iss": "web", "sub": "web", "aud": ISSUER, "exp": NOW + 60, "iat": NOW, "jti": "1"})
    }

    fn checked(header: &Value, claims: &Value, audience: AssertionAudience<'_>) -> Result<AssertionId, AssertionFault> {
        let token = token(header, claims);
        let rules = AssertionRules { client_id: "web", issuer: ISSUER, audience, now: NOW };
        check(&ForeignJws::parse(&token).unwrap(), &rules)
    }

    fn with(changes: &Value) -> Result<AssertionId, AssertionFault> {
        let mut claims = claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        checked(&json!({"alg": "ES256"}), &claims, AssertionAudience::Issuer)
    }

    #[test]
    fn an_assertion_is_named_by_its_id_until_it_expires() {
        assert_eq!(with(&json!({})), Ok(AssertionId { jti: "1".into(), expires_at: NOW + 60 }));
        assert_eq!(with(&json!({"iat": NOW + 8, "nbf": NOW + 8})).unwrap().jti, "1");
        assert_eq!(with(&json!({"exp": NOW + 3_600, "aud": [ISSUER]})).unwrap().expires_at, NOW + 3_600);
    }

    /// CA-04
    #[test]
    fn every_check_has_its_refusal() {
        for (changes, fault) in [
            (json!({"iss": "other"}), AssertionFault::Issuer),
            (json!({"iss": null}), AssertionFault::Issuer),
            (json!({"sub": ["web"]}), AssertionFault::Issuer),
            (json!({"exp": null}), AssertionFault::Expiry),
            (json!({"exp": "1800000060"}), AssertionFault::Expiry),
            (json!({"exp": NOW}), AssertionFault::Expired),
            (json!({"exp": NOW - 300}), AssertionFault::Expired),
            (json!({"exp": -1e300}), AssertionFault::Expired),
            (json!({"exp": NOW + 86_400}), AssertionFault::Lifetime),
            (json!({"iat": NOW + 61}), AssertionFault::NotYetValid),
            (json!({"nbf": NOW + 61}), AssertionFault::NotYetValid),
            (json!({"nbf": "soon"}), AssertionFault::NotYetValid),
            (json!({"jti": null}), AssertionFault::NoId),
            (json!({"jti": ""}), AssertionFault::NoId),
            (json!({"jti": "a".repeat(256)}), AssertionFault::NoId),
            (json!({"jti": 7}), AssertionFault::NoId),
        ] {
            assert_eq!(with(&changes), Err(fault), "{changes:.80}");
        }
        for typ in ["at+jwt", "dpop+jwt", "oauth-authz-req+jwt", "logout+jwt", ""] {
            let refused = checked(&json!({"alg": "ES256", "typ": typ}), &claims(), AssertionAudience::Issuer);
            assert_eq!(refused, Err(AssertionFault::TokenType), "{typ}");
        }
    }

    /// CA-02
    #[test]
    fn the_audience_is_the_issuer_and_for_openid_connect_also_the_token_endpoint() {
        let oidc = AssertionAudience::IssuerOr { token_endpoint: TOKEN_ENDPOINT };
        for (aud, issuer_only, or_endpoint) in [
            (json!(ISSUER), true, true),
            (json!([ISSUER]), true, true),
            (json!(TOKEN_ENDPOINT), false, true),
            (json!([ISSUER, TOKEN_ENDPOINT]), false, true),
            (json!([ISSUER, "https://other.test"]), false, false),
            (json!("https://id.test/oauth2/par"), false, false),
            (json!("https://id.test/"), false, false),
            (json!("HTTPS://ID.TEST"), false, false),
            (json!([]), false, false),
            (json!(7), false, false),
            (json!(null), false, false),
        ] {
            let mut claims = claims();
            claims["aud"] = aud.clone();
            let fits = |audience| checked(&json!({"alg": "ES256"}), &claims, audience).is_ok();
            assert_eq!((fits(AssertionAudience::Issuer), fits(oidc)), (issuer_only, or_endpoint), "{aud}");
            assert_eq!(fits(AssertionAudience::IssuerText), aud == json!(ISSUER), "{aud}");
        }
    }

    #[test]
    fn parameters_that_name_no_client_or_two_are_refused() {
        let good = token(&json!({"alg": "HS256"}), &claims());
        let read = |token: Option<&str>, kind, id| ClientAssertion::read(token, kind, id).map(|read| read.client_id);
        assert_eq!(read(Some(&good), Some(JWT_BEARER), None), Ok("web".to_owned()));
        assert_eq!(read(Some(&good), Some(JWT_BEARER), Some("web")), Ok("web".to_owned()));
        // Who it is for is checked with its other claims: iss and sub must be this client.
        assert_eq!(read(Some(&good), Some(JWT_BEARER), Some("spa")), Ok("spa".to_owned()));
        assert_eq!(read(Some(&good), Some(JWT_SPIFFE), Some("job")), Ok("job".to_owned()));
        assert_eq!(read(Some(&good), None, None), Err(AssertionFault::OtherType));
        assert_eq!(read(None, Some(JWT_BEARER), None), Err(AssertionFault::OtherType));
        let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
        assert_eq!(read(Some(&good), Some(saml), None), Err(AssertionFault::OtherType));
        for bad in ["", "a.b.c", "e30", &token(&json!({"alg": "ES256"}), &json!({"sub": 7}))] {
            assert_eq!(read(Some(bad), Some(JWT_BEARER), None), Err(AssertionFault::Unreadable), "{bad}");
        }
    }

    #[test]
    fn the_algorithm_says_which_method_was_used() {
        let method = |alg: &str| {
            let token = token(&json!({ "alg": alg }), &claims());
            ClientAssertion::read(Some(&token), Some(JWT_BEARER), None).map(|read| read.method()).ok()
        };
        assert_eq!(method("HS256"), Some("client_secret_jwt"));
        for other in ["ES256", "none", "None", "HS512"] {
            assert_eq!(method(other), Some("private_key_jwt"), "{other}");
        }
    }
}
