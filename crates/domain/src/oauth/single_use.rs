//! What a client may use once. It is found by a hash of its kind, its client and its value, so that no value of one kind or
//! client stands for another's.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::id::ClientId;

/// The kind of a single-use value. Its label is part of every stored hash and must never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SingleUseKind {
    /// The `jti` of a client assertion (RFC 7523 §3).
    ClientAssertion,
    /// The `request_uri` of a pushed request (RFC 9126 §4).
    PushedRequest,
    /// The `jti` of a signed CIBA request (CIBA Core §7.1.1).
    CibaRequest,
}

impl SingleUseKind {
    const fn label(self) -> &'static str {
        match self {
            Self::ClientAssertion => "client-assertion",
            Self::PushedRequest => "pushed-request",
            Self::CibaRequest => "ciba-request",
        }
    }
}

/// The hash by which a single-use value is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SingleUseId(pub [u8; 32]);

impl SingleUseId {
    pub fn new(kind: SingleUseKind, client: &ClientId, value: &str) -> Self {
        Self::of([kind.label(), &client.0, value])
    }

    /// The `jti` of a DPoP proof (RFC 9449 §11.1), by the thumbprint of its key.
    pub fn of_proof(jkt: &str, jti: &str) -> Self {
        Self::of(["dpop-proof", jkt, jti])
    }

    /// The `jti` of an ID-JAG, by its issuer.
    pub fn of_id_jag(issuer: &str, jti: &str) -> Self {
        Self::of(["id-jag", issuer, jti])
    }

    fn of(parts: [&str; 3]) -> Self {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        let mut id = [0; 32];
        id.copy_from_slice(context.finish().as_ref());
        Self(id)
    }
}

impl TryFrom<String> for SingleUseId {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("not the base64url of 32 bytes")
    }
}

impl From<SingleUseId> for String {
    fn from(id: SingleUseId) -> Self {
        URL_SAFE_NO_PAD.encode(id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_stands_for_that_of_another_client() {
        let id = |client: &str, value: &str| {
            SingleUseId::new(SingleUseKind::ClientAssertion, &ClientId(client.into()), value)
        };
        assert_eq!(id("web", "1"), id("web", "1"));
        for (client, value) in [("web", "2"), ("web2", "1"), ("we", "b1"), ("web1", ""), ("", "web1")] {
            assert_ne!(id(client, value), id("web", "1"), "{client} {value}");
        }
    }
}
