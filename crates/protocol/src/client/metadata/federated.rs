//! The member `federated_credentials`: the tokens of other issuers that prove a client, such as those of a Kubernetes
//! service account, a GitHub workflow or a SPIFFE workload.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AuthMethod, ClientMetadata, MetadataFault};
use crate::authorize::redirect_uri;
use crate::jose::public_jwk::PublicJwkSet;

/// The scheme of SPIFFE IDs and trust domains.
pub(crate) const SPIFFE: &str = "spiffe://";
/// Most credentials of one client.
const MOST: usize = 20;
/// Longest `subject` and `audience`.
const MAX_LENGTH: usize = 500;

/// Tokens that prove a client.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FederatedCredential {
    /// `iss` of the tokens; of a SPIFFE workload, whose tokens need not have one, the trust domain.
    pub issuer: String,
    /// `sub` of the tokens, compared exactly.
    pub subject: String,
    /// `aud` of the tokens; the issuer identifier of this server if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// The URL of the issuer's keys; that of its metadata if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The issuer's keys, if nothing can be fetched from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
}

impl FederatedCredential {
    /// The URL that this server calls for the keys.
    fn called_uri(&self) -> Option<&str> {
        match (&self.jwks, &self.jwks_uri) {
            (Some(_), _) => None,
            (None, Some(uri)) => Some(uri),
            (None, None) => Some(&self.issuer),
        }
    }

    fn fault(&self) -> Option<&'static str> {
        let plain =
            |text: &String| (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        let has_keys = self.jwks.is_some() || self.jwks_uri.is_some();
        let is_domain = |domain: &str| !domain.is_empty() && !domain.contains('/') && has_keys;
        let is_issuer = match self.issuer.strip_prefix(SPIFFE) {
            Some(domain) => is_domain(domain),
            None => redirect_uri::check_called(&self.issuer).is_ok() && !self.issuer.contains('?'),
        };
        if !is_issuer || !plain(&self.issuer) {
            return Some("holds an issuer that is neither an https URL, nor spiffe://DOMAIN with jwks_uri or jwks");
        }
        if !plain(&self.subject) || self.subject.contains('*') || self.audience.as_ref().is_some_and(|aud| !plain(aud))
        {
            return Some("holds a subject or audience that is empty, too long, or has spaces or a wildcard");
        }
        if self.jwks.is_some() && self.jwks_uri.is_some() {
            return Some("holds jwks and jwks_uri: one of both is enough");
        }
        let unusable = self.jwks.as_ref().is_some_and(|jwks| PublicJwkSet::fetched(jwks).is_err());
        unusable.then_some("holds a jwks without a usable key")
    }
}

impl ClientMetadata {
    /// The URLs that this server calls for the keys of other issuers.
    pub(super) fn federated_uris(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let uris = self.federated_credentials.iter().filter_map(FederatedCredential::called_uri);
        uris.map(|uri| ("federated_credentials", uri))
    }

    pub(super) fn federated_faults(&self) -> Vec<MetadataFault> {
        let fault = |why: &str| MetadataFault::new("federated_credentials", why);
        let all = &self.federated_credentials;
        let mut faults: Vec<_> = all.iter().filter_map(FederatedCredential::fault).map(fault).collect();
        if self.token_endpoint_auth_method == AuthMethod::FederatedJwt && all.is_empty() {
            faults.push(fault("must be present for federated_jwt"));
        }
        if all.len() > MOST {
            faults.push(fault(&format!("must not hold more than {MOST}")));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant_type::samples::GRANT_TYPES;
    use serde_json::json;

    fn fault(credentials: &Value) -> Option<String> {
        let document = json!({
            "client_name": "Job", "redirect_uris": ["https://rp.test/cb"], "token_endpoint_auth_method": "federated_jwt",
            "federated_credentials": credentials,
        });
        let metadata: ClientMetadata = serde_json::from_value(document).ok()?;
        metadata.check(&GRANT_TYPES).err().map(|faults| faults[0].to_string())
    }

    #[test]
    fn a_credential_names_one_subject_of_one_issuer() {
        let github = json!({"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:shop/api:ref:refs/heads/main"});
        let spiffe = json!({
            "issuer": "spiffe://example.org", "subject": "spiffe://example.org/shop", "jwks_uri": "https://spire.test/keys",
        });
        assert_eq!(fault(&json!([github, spiffe])), None);
        for (bad, why) in [
            (json!([]), "must be present"),
            (json!([{"issuer": "http://issuer.test", "subject": "s"}]), "issuer"),
            (json!([{"issuer": "https://issuer.test/?a=b", "subject": "s"}]), "issuer"),
            (json!([{"issuer": "spiffe://example.org", "subject": "s"}]), "issuer"),
            (json!([{"issuer": "spiffe://example.org/a", "subject": "s", "jwks_uri": "https://a.test"}]), "issuer"),
            (json!([{"issuer": "https://issuer.test", "subject": ""}]), "subject"),
            (json!([{"issuer": "https://issuer.test", "subject": "repo:shop/*"}]), "wildcard"),
            (json!([{"issuer": "https://issuer.test", "subject": "s", "audience": ""}]), "audience"),
            (json!([{"issuer": "https://issuer.test", "subject": "s", "jwks": {"keys": []}}]), "usable key"),
            (
                json!([{"issuer": "https://issuer.test", "subject": "s", "jwks_uri": "http://issuer.test/k"}]),
                "must be https",
            ),
            (json!(vec![github.clone(); 21]), "more than 20"),
        ] {
            assert!(fault(&bad).is_some_and(|fault| fault.contains(why)), "{bad}: {:?}", fault(&bad));
        }
        let unknown = json!({"issuer": "https://i.test", "subject": "s", "subjects": []});
        assert!(serde_json::from_value::<FederatedCredential>(unknown).is_err());
    }
}
