//! The claim `cnf` of a token that is bound to a key (RFC 7800 §3.1): only who proves the key may use the token.

use serde::{Deserialize, Serialize};

/// What a token is bound to. The claim has exactly one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyConfirmation {
    /// The SHA-256 thumbprint of a key, proven with each request (DPoP, RFC 9449 §6.1).
    #[serde(rename = "jkt")]
    Key(String),
    /// The SHA-256 thumbprint of the certificate of the TLS client (RFC 8705 §3.1).
    #[serde(rename = "x5t#S256")]
    Certificate(String),
}

impl KeyConfirmation {
    /// The thumbprint of the key that DPoP proofs are made with.
    pub fn dpop_key(&self) -> Option<&str> {
        match self {
            Self::Key(thumbprint) => Some(thumbprint),
            Self::Certificate(_) => None,
        }
    }

    /// How a token that is bound so is to be presented (RFC 6750, RFC 9449 §5).
    pub const fn token_type(&self) -> &'static str {
        match self {
            Self::Key(_) => "DPoP",
            Self::Certificate(_) => "Bearer",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_token_is_bound_to_one_thing() {
        let read = |cnf: Value| serde_json::from_value::<KeyConfirmation>(cnf).ok();
        for bound in [KeyConfirmation::Key("k".into()), KeyConfirmation::Certificate("c".into())] {
            assert_eq!(read(serde_json::to_value(&bound).unwrap()), Some(bound));
        }
        assert_eq!(read(json!({"x5t#S256": "c"})), Some(KeyConfirmation::Certificate("c".into())));
        for bad in
            [json!({}), json!({"jkt": "k", "x5t#S256": "c"}), json!({"jwk": {}}), json!({"jkt": 7}), json!("jkt")]
        {
            assert_eq!(read(bad.clone()), None, "{bad}");
        }
    }
}
