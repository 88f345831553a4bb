//! Identity assertions (ID-JAG, draft-ietf-oauth-identity-assertion-authz-grant) that a provider issued for clients of ours.

use serde_json::{Map, Value};

use super::error::UpstreamError;
use super::openid::OpenId;

/// An assertion with a valid signature of its issuer.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedIdentityAssertion {
    /// The issuer, as in the key of an identity.
    pub issuer: String,
    /// The `typ` of the header.
    pub typ: Option<String>,
    pub claims: Map<String, Value>,
}

impl OpenId {
    /// Verifies signature and issuer.
    pub async fn assertion(&self, token: &str) -> Result<SignedIdentityAssertion, UpstreamError> {
        let signed = self.verified(&*self.metadata().await?, token).await?;
        let issuer = self.rule.of_token(&signed.claims)?;
        let Value::Object(claims) = signed.claims else {
            return Err(UpstreamError::misbehaved("its assertion cannot be read"));
        };
        Ok(SignedIdentityAssertion { issuer, typ: signed.typ, claims })
    }
}
