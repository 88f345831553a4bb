//! Issuers: each OpenID provider's rule about the issuer in metadata, callback and token.

use serde_json::Value;

use super::error::{UpstreamCause, UpstreamError};
use usher_domain::provider::{Discovery, ProviderSettings};

/// The tenant of Microsoft's personal accounts.
pub(super) const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// One provider's rule.
#[derive(Debug)]
pub(super) enum IssuerRule {
    /// Exactly this issuer.
    Exactly {
        /// The issuer.
        issuer: String,
        /// Whether the metadata may name another issuer, or have another URL.
        lenient: bool,
    },
    /// This issuer, in ID tokens also without its scheme, and in security events with a trailing slash: Google.
    Google(String),
    /// One issuer for each tenant: `{authority}/{tenant}/v2.0`.
    Microsoft {
        /// `https://login.microsoftonline.com`.
        authority: String,
        /// `common`, `organizations`, `consumers` or an id.
        tenant: String,
        /// If not empty, only these tenants.
        allowed: Vec<String>,
    },
}

impl IssuerRule {
    pub fn exactly(issuer: String, settings: &ProviderSettings) -> Self {
        Self::Exactly { issuer, lenient: settings.discovery == Some(Discovery::Lenient) }
    }

    /// Whether metadata may name this issuer (OpenID Connect Discovery §4.3).
    pub fn fits_document(&self, claimed: &str) -> bool {
        match self {
            Self::Exactly { issuer, lenient } => *lenient || issuer == claimed,
            Self::Google(issuer) => issuer == claimed,
            Self::Microsoft { authority, .. } => {
                tenant_of(authority, claimed).is_some_and(|tenant| tenant == "{tenantid}" || is_tenant(tenant))
            }
        }
    }

    /// Whether the callback may name this issuer (RFC 9207 §2.4).
    pub fn fits_callback(&self, claimed: &str) -> bool {
        match self {
            Self::Exactly { issuer, .. } | Self::Google(issuer) => issuer == claimed,
            Self::Microsoft { authority, .. } => tenant_of(authority, claimed).is_some_and(is_tenant),
        }
    }

    /// The issuer of a token in canonical spelling.
    ///
    /// # Errors
    /// `Misbehaved` for another issuer, `NotAllowed` for a tenant that the operator does not admit.
    pub fn of_token(&self, claims: &Value) -> Result<String, UpstreamError> {
        let claimed = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
        let foreign = || UpstreamError::misbehaved("its token was issued by somebody else");
        match self {
            Self::Exactly { issuer, .. } => (issuer == claimed).then(|| issuer.clone()).ok_or_else(foreign),
            Self::Google(issuer) => {
                let bare = issuer.split_once("://").map(|(_, bare)| bare);
                (issuer == claimed || bare == Some(claimed)).then(|| issuer.clone()).ok_or_else(foreign)
            }
            Self::Microsoft { authority, tenant, allowed } => {
                let tid = claims.get("tid").and_then(Value::as_str).filter(|tid| is_tenant(tid)).ok_or_else(foreign)?;
                if tenant_of(authority, claimed) != Some(tid) {
                    return Err(foreign());
                }
                lets_in(tenant, allowed, tid)?;
                Ok(claimed.to_owned())
            }
        }
    }
}

/// The tenant of `{authority}/{tenant}/v2.0`.
fn tenant_of<'a>(authority: &str, issuer: &'a str) -> Option<&'a str> {
    issuer.strip_prefix(authority)?.strip_prefix('/')?.strip_suffix("/v2.0")
}

fn is_tenant(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::parse_str(text).is_ok()
}

fn lets_in(tenant: &str, allowed: &[String], tid: &str) -> Result<(), UpstreamError> {
    let fits = match tenant {
        "common" => true,
        "organizations" => tid != CONSUMERS,
        "consumers" => tid == CONSUMERS,
        one => one.eq_ignore_ascii_case(tid),
    };
    if fits && (allowed.is_empty() || allowed.iter().any(|each| each.eq_ignore_ascii_case(tid))) {
        return Ok(());
    }
    Err(UpstreamError::NotAllowed(UpstreamCause::with("it belongs to another tenant", tid)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HOME: &str = "5a1b7c3e-0000-4000-8000-00000000cafe";
    const EVIL: &str = "bad0bad0-0000-4000-8000-00000000dead";
    const AUTHORITY: &str = "https://login.microsoftonline.com";

    #[test]
    fn googles_issuer_has_two_spellings_in_tokens_and_one_everywhere_else() {
        let rule = IssuerRule::Google("https://accounts.google.com".into());
        for claimed in ["https://accounts.google.com", "accounts.google.com"] {
            assert_eq!(rule.of_token(&json!({ "iss": claimed })).unwrap(), "https://accounts.google.com");
        }
        for foreign in [
            "http://accounts.google.com",
            "https://accounts.google.com/",
            "https://accounts.google.com.evil.test",
            "",
            "google.com",
        ] {
            assert!(rule.of_token(&json!({ "iss": foreign })).is_err(), "{foreign}");
        }
        assert!(rule.of_token(&json!({})).is_err());
        assert!(rule.fits_callback("https://accounts.google.com") && !rule.fits_callback("accounts.google.com"));
        assert!(!rule.fits_document("accounts.google.com"));
    }

    #[test]
    fn a_microsoft_token_names_one_tenant_twice_and_the_operator_lets_it_in() {
        let rule = |tenant: &str, allowed: &[&str]| IssuerRule::Microsoft {
            authority: AUTHORITY.into(),
            tenant: tenant.into(),
            allowed: allowed.iter().map(|each| (*each).to_owned()).collect(),
        };
        let word = |rule: IssuerRule, tid: &str, iss: &str| {
            let iss = format!("{AUTHORITY}/{iss}/v2.0");
            rule.of_token(&json!({"tid": tid, "iss": iss})).map(|claimed| claimed == iss).map_err(|error| error.word())
        };
        assert_eq!(word(rule("common", &[]), HOME, HOME), Ok(true));
        assert_eq!(word(rule("common", &[]), CONSUMERS, CONSUMERS), Ok(true));
        assert_eq!(word(rule("organizations", &[]), HOME, HOME), Ok(true));
        assert_eq!(word(rule("organizations", &[]), CONSUMERS, CONSUMERS), Err("not_allowed"));
        assert_eq!(word(rule("consumers", &[]), CONSUMERS, CONSUMERS), Ok(true));
        assert_eq!(word(rule("consumers", &[]), HOME, HOME), Err("not_allowed"));
        assert_eq!(word(rule(HOME, &[]), HOME, HOME), Ok(true));
        assert_eq!(word(rule(HOME, &[]), EVIL, EVIL), Err("not_allowed"));
        assert_eq!(word(rule("common", &[HOME]), HOME, HOME), Ok(true));
        assert_eq!(word(rule("common", &[HOME]), EVIL, EVIL), Err("not_allowed"));
        assert_eq!(word(rule("common", &[]), HOME, EVIL), Err("misbehaved"));
        assert_eq!(word(rule("common", &[]), "{tenantid}", "{tenantid}"), Err("misbehaved"));
        assert_eq!(word(rule("common", &[]), "", ""), Err("misbehaved"));
        let common = rule("common", &[]);
        assert!(common.fits_document(&format!("{AUTHORITY}/{{tenantid}}/v2.0")));
        assert!(common.fits_document(&format!("{AUTHORITY}/{HOME}/v2.0")));
        assert!(!common.fits_document("https://evil.test/{tenantid}/v2.0"));
        assert!(common.fits_callback(&format!("{AUTHORITY}/{HOME}/v2.0")));
        assert!(!common.fits_callback(&format!("{AUTHORITY}/{{tenantid}}/v2.0")));
    }
}
