//! Why a request is refused, and what its caller is told: the same in every local module (`sdk/vectors/refusals.json`).

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use serde_json::{Map, Value as Json, json};

/// The algorithms of proofs, for the challenge. Ed25519 has two names (RFC 9864).
pub(crate) const PROOF_ALGORITHMS: &str = "ES256 RS256 PS256 EdDSA Ed25519";
/// Seconds after which a caller may try again.
const RETRY_SECONDS: &str = "5";

macro_rules! reasons {
    ($($(#[$meta:meta])* $variant:ident = $name:literal, $status:literal, $code:literal;)*) => {
        /// The reason of a refusal, for logs and tests.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason { $($(#[$meta])* $variant,)* }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            const fn row(self) -> (&'static str, u16, &'static str) {
                match self { $(Self::$variant => ($name, $status, $code),)* }
            }
        }
    };
}

reasons! {
    /// There is no access token.
    TokenMissing = "token_missing", 401, "AUTH_REQUIRED";
    /// The text is not a signed JWT.
    TokenMalformed = "token_malformed", 401, "AUTH_INVALID";
    /// The header has `jku`, `x5u`, `x5c`, `jwk` or `crit`.
    HeaderRefused = "header_refused", 401, "AUTH_INVALID";
    /// The algorithm is not accepted.
    AlgorithmRefused = "alg_refused", 401, "AUTH_INVALID";
    /// The type is not `at+jwt`.
    TypeRefused = "typ_refused", 401, "AUTH_INVALID";
    /// Usher publishes no key with this id and algorithm.
    KeyUnknown = "key_unknown", 401, "AUTH_INVALID";
    /// The signature is not valid.
    SignatureInvalid = "signature_invalid", 401, "AUTH_INVALID";
    /// The token is of another issuer.
    IssuerWrong = "issuer_wrong", 401, "AUTH_INVALID";
    /// The token is for another audience.
    AudienceWrong = "audience_wrong", 401, "AUTH_INVALID";
    /// A claim that every access token has is missing.
    ClaimMissing = "claim_missing", 401, "AUTH_INVALID";
    /// A claim has the wrong type.
    ClaimInvalid = "claim_invalid", 401, "AUTH_INVALID";
    /// The token has expired.
    TokenExpired = "token_expired", 401, "AUTH_INVALID";
    /// The token is not valid yet.
    TokenNotYetValid = "token_not_yet_valid", 401, "AUTH_INVALID";
    /// The token is bound to a key and came as a bearer token, or to something else whose proofs are not checked.
    SenderConstrained = "sender_constrained", 401, "AUTH_INVALID";
    /// The scheme is `DPoP`, and the token is not bound to a key.
    TokenUnbound = "token_unbound", 401, "AUTH_INVALID";
    /// There is no proof of the key of the token.
    ProofMissing = "proof_missing", 401, "AUTH_INVALID";
    /// The proof cannot be read, or there are two.
    ProofMalformed = "proof_malformed", 401, "AUTH_INVALID";
    /// The proof is of another key than the token.
    ProofKeyWrong = "proof_key_wrong", 401, "AUTH_INVALID";
    /// The signature of the proof is not valid.
    ProofSignatureInvalid = "proof_signature_invalid", 401, "AUTH_INVALID";
    /// The proof is for another request.
    ProofRequestWrong = "proof_request_wrong", 401, "AUTH_INVALID";
    /// The proof is for another token.
    ProofTokenWrong = "proof_token_wrong", 401, "AUTH_INVALID";
    /// The proof is too old, or of the future.
    ProofUntimely = "proof_untimely", 401, "AUTH_INVALID";
    /// The proof was used before.
    ProofReplayed = "proof_replayed", 401, "AUTH_INVALID";
    /// The token is of another project.
    ProjectWrong = "project_wrong", 401, "AUTH_INVALID";
    /// The client of the token is not accepted.
    ClientRefused = "client_refused", 401, "AUTH_INVALID";
    /// The token was revoked.
    TokenRevoked = "token_revoked", 401, "AUTH_INVALID";
    /// A stronger sign-in is needed.
    AcrInsufficient = "acr_insufficient", 401, "REAUTHENTICATION_REQUIRED";
    /// A more recent sign-in is needed.
    AuthTooOld = "auth_too_old", 401, "REAUTHENTICATION_REQUIRED";
    /// The token lacks a scope.
    ScopeInsufficient = "scope_insufficient", 403, "NOT_ALLOWED";
    /// The person lacks a role.
    RoleMissing = "role_missing", 403, "NOT_ALLOWED";
    /// The access rules deny the permission.
    PermissionDenied = "permission_denied", 403, "NOT_ALLOWED";
    /// No route rule matches.
    RouteUnlisted = "route_unlisted", 403, "NOT_ALLOWED";
    /// Two programs may read the path differently.
    PathAmbiguous = "path_ambiguous", 400, "REQUEST_INVALID";
    /// There are two `Authorization` headers.
    CredentialsAmbiguous = "credentials_ambiguous", 400, "REQUEST_INVALID";
    /// Web mode: a page of another site sent the request.
    RequestForged = "request_forged", 403, "NOT_ALLOWED";
    /// Web mode: the sign-in failed, has expired, or was started in another browser.
    SignInFailed = "sign_in_failed", 400, "REQUEST_INVALID";
    /// Web mode: the logout token is not valid.
    LogoutTokenInvalid = "logout_token_invalid", 400, "REQUEST_INVALID";
    /// There is no such resource.
    ResourceMissing = "resource_missing", 404, "NOT_FOUND";
    /// The store does not answer.
    StoreUnavailable = "store_unavailable", 503, "UNAVAILABLE";
    /// The module has no keys or no list of revocations yet.
    KeysMissing = "keys_missing", 503, "UNAVAILABLE";
    /// The module has no access rules yet.
    RulesMissing = "rules_missing", 503, "UNAVAILABLE";
    /// The project has published no access rules.
    RulesUnpublished = "rules_unpublished", 503, "UNAVAILABLE";
    /// The list of revocations is too old.
    ListStale = "list_stale", 503, "UNAVAILABLE";
    /// Usher could not be asked.
    IntrospectionFailed = "introspection_failed", 503, "UNAVAILABLE";
    /// The handler did not check the permission with the resource.
    EntityCheckMissing = "entity_check_missing", 500, "INTERNAL";
    /// The resource could not be loaded.
    ResourceFailed = "resource_failed", 500, "INTERNAL";
}

impl Reason {
    /// The name in logs: `token_expired`.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("refused: {}", reason.as_str())]
pub struct Refusal {
    /// For the log.
    pub reason: Reason,
    /// The scopes that are needed, of `ScopeInsufficient`.
    pub scope: Option<String>,
    /// The permission that is missing, of `PermissionDenied`.
    pub permission: Option<String>,
    /// The authentication context that a sign-in needs (RFC 9470).
    pub acr: Option<String>,
    /// The greatest age of a sign-in in seconds (RFC 9470).
    pub max_age: Option<u64>,
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, scope: None, permission: None, acr: None, max_age: None }
    }
}

impl Refusal {
    pub(crate) fn permission(permission: &str) -> Self {
        Self { permission: Some(permission.to_owned()), ..Reason::PermissionDenied.into() }
    }

    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.reason.row().1).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The code for programs, in the response: `AUTH_REQUIRED`, `AUTH_INVALID`, `REAUTHENTICATION_REQUIRED`, `NOT_ALLOWED`,
    /// `REQUEST_INVALID`, `NOT_FOUND`, `UNAVAILABLE` or `INTERNAL`.
    pub const fn code(&self) -> &'static str {
        self.reason.row().2
    }

    /// The value of `WWW-Authenticate` (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3).
    pub fn challenge(&self) -> Option<String> {
        Some(match (self.code(), self.reason) {
            ("AUTH_REQUIRED", _) => "Bearer".to_owned(),
            ("AUTH_INVALID", Reason::SenderConstrained | Reason::TokenUnbound) => {
                format!(r#"DPoP error="invalid_token", algs="{PROOF_ALGORITHMS}""#)
            }
            ("AUTH_INVALID", reason) if reason.as_str().starts_with("proof_") => {
                format!(r#"DPoP error="invalid_dpop_proof", algs="{PROOF_ALGORITHMS}""#)
            }
            ("AUTH_INVALID", _) => r#"Bearer error="invalid_token""#.to_owned(),
            ("REAUTHENTICATION_REQUIRED", _) => {
                let acr = self.acr.as_deref().map(|acr| format!(r#", acr_values="{}""#, quoted(acr)));
                let age = self.max_age.map(|age| format!(r#", max_age="{age}""#));
                let needed = acr.unwrap_or_default() + &age.unwrap_or_default();
                format!(r#"Bearer error="insufficient_user_authentication"{needed}"#)
            }
            (_, Reason::ScopeInsufficient) => {
                let scope = quoted(self.scope.as_deref().unwrap_or_default());
                format!(r#"Bearer error="insufficient_scope", scope="{scope}""#)
            }
            (_, Reason::CredentialsAmbiguous) => r#"Bearer error="invalid_request""#.to_owned(),
            _ => return None,
        })
    }

    /// The response, `application/problem+json` (RFC 9457). With `show_reason` the body has the reason.
    pub fn response<B: From<Bytes>>(&self, show_reason: bool) -> Response<B> {
        let mut response = Response::new(B::from(Bytes::from(self.body(show_reason).to_string())));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge().and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if self.status() == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    fn body(&self, show_reason: bool) -> Json {
        let status = self.status();
        let mut body = json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or_default(),
            "status": status.as_u16(),
            "detail": self.sentence(),
            "code": self.code(),
            "details": self.details(),
        });
        if show_reason {
            body["reason"] = self.reason.as_str().into();
        }
        body
    }

    /// What the caller can do something about.
    fn details(&self) -> Option<Map<String, Json>> {
        let texts = [("scope", &self.scope), ("permission", &self.permission), ("acr_values", &self.acr)];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.clone()?.into())));
        let age = self.max_age.map(|age| ("max_age".to_owned(), age.into()));
        let details: Map<_, _> = texts.chain(age).collect();
        (!details.is_empty()).then_some(details)
    }

    fn sentence(&self) -> &'static str {
        match self.reason {
            Reason::ScopeInsufficient => "The token does not have the required scope.",
            Reason::CredentialsAmbiguous => "The request contains more than one token.",
            Reason::RequestForged => "Cross-site requests are not accepted.",
            Reason::SignInFailed => "The sign-in failed, has expired, or was started in another browser.",
            Reason::LogoutTokenInvalid => "The logout token is invalid.",
            Reason::RulesUnpublished => {
                "No access rules are published for this application. Publish them at Usher, or turn off the enforcement of routes."
            }
            _ => match self.code() {
                "AUTH_REQUIRED" => "Authentication is required.",
                "AUTH_INVALID" => "The token is invalid, expired or revoked.",
                "REAUTHENTICATION_REQUIRED" => "A stronger or more recent sign-in is required.",
                "NOT_ALLOWED" => "The caller does not have the permission.",
                "REQUEST_INVALID" => "The path is ambiguous.",
                "NOT_FOUND" => "Not found.",
                "UNAVAILABLE" => "Authorization is temporarily unavailable.",
                _ => "Internal error.",
            },
        }
    }
}

/// Leaves out what a quoted string cannot contain (RFC 9110 §5.6.4).
fn quoted(text: &str) -> String {
    text.chars().filter(|letter| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    #[test]
    fn callers_are_told_of_a_refusal_as_in_every_module() {
        for case in vectors::cases("refusals.json") {
            let reason = Reason::ALL.iter().find(|reason| case["reason"] == reason.as_str()).unwrap();
            let text = |name: &str| case["details"][name].as_str().map(str::to_owned);
            let refusal = Refusal {
                reason: *reason,
                scope: text("scope"),
                permission: text("permission"),
                acr: text("acr_values"),
                max_age: case["details"]["max_age"].as_u64(),
            };
            let response = refusal.response::<Bytes>(false);
            let body: Json = serde_json::from_slice(response.body()).unwrap();
            assert_eq!(body, case["expect"]["body"], "{}", case["name"]);
            let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap());
            assert_eq!(header(WWW_AUTHENTICATE), case["expect"]["challenge"].as_str(), "{}", case["name"]);
            assert_eq!(header(RETRY_AFTER), case["expect"]["retry_after"].as_str(), "{}", case["name"]);
        }
    }

    #[test]
    fn the_reason_is_shown_only_on_demand() {
        let refusal = Refusal::from(Reason::TokenExpired);
        assert!(!String::from_utf8_lossy(refusal.response::<Bytes>(false).body()).contains("token_expired"));
        assert!(String::from_utf8_lossy(refusal.response::<Bytes>(true).body()).contains("token_expired"));
    }
}
