//! The members about Client-Initiated Backchannel Authentication (CIBA Core §4).

use super::{ClientMetadata, MetadataFault, TokenDeliveryMode};
use crate::ciba::CIBA_GRANT;
use crate::jose::foreign_jws::{FOREIGN_ALGS, is_same_alg};

impl ClientMetadata {
    /// Whether its notification endpoint is called when a person has answered.
    pub fn is_pinged(&self) -> bool {
        self.backchannel_token_delivery_mode == Some(TokenDeliveryMode::Ping)
    }

    /// Whether all its CIBA requests are signed; if not, none may be.
    pub fn signs_ciba_requests(&self) -> bool {
        self.backchannel_authentication_request_signing_alg.is_some()
    }

    /// Whether its CIBA requests may have this algorithm.
    pub fn may_sign_ciba_requests(&self, alg: &str) -> bool {
        let own = self.backchannel_authentication_request_signing_alg.as_deref();
        FOREIGN_ALGS.contains(&alg) && self.profile_allows_alg(alg) && own.is_some_and(|own| is_same_alg(own, alg))
    }

    pub(super) fn ciba_faults(&self) -> Vec<MetadataFault> {
        let mut faults = Vec::new();
        if self.is_pinged() && self.backchannel_client_notification_endpoint.is_none() {
            let fault = "must be present for backchannel_token_delivery_mode ping";
            faults.push(MetadataFault::new("backchannel_client_notification_endpoint", fault));
        }
        let alg_member = "backchannel_authentication_request_signing_alg";
        match self.backchannel_authentication_request_signing_alg.as_deref() {
            Some(alg) if !self.may_sign_ciba_requests(alg) => {
                let fault = format!("must be one of {}, and of the security profile", FOREIGN_ALGS.join(", "));
                faults.push(MetadataFault::new(alg_member, fault));
            }
            Some(_) if self.jwks.is_none() && self.jwks_uri.is_none() => {
                faults.push(MetadataFault::new(alg_member, "needs jwks or jwks_uri"));
            }
            // FAPI-CIBA §5.2.2
            None if self.is_fapi() && self.may_use(CIBA_GRANT) => {
                faults.push(MetadataFault::new(alg_member, "must be present: fapi2 needs signed requests"));
            }
            _ => {}
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant_type::GrantType;
    use serde_json::{Value, json};

    const GRANT_TYPES: [GrantType; 1] = [GrantType { name: CIBA_GRANT, confidential: true }];

    fn faults(changes: &Value) -> Vec<String> {
        let mut document = json!({"client_name": "Bank", "grant_types": [CIBA_GRANT], "response_types": []});
        document.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let read: ClientMetadata = serde_json::from_value(document).unwrap();
        read.check(&GRANT_TYPES).err().into_iter().flatten().map(|fault| fault.to_string()).collect()
    }

    #[test]
    fn each_member_is_checked() {
        let keys =
            json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]});
        for (changes, named) in [
            (json!({}), ""),
            (json!({"backchannel_token_delivery_mode": "poll"}), ""),
            (json!({"backchannel_token_delivery_mode": "ping"}), "backchannel_client_notification_endpoint must be"),
            (json!({"backchannel_client_notification_endpoint": "http://rp.test/ping"}), "notification_endpoint"),
            (
                json!({
                    "backchannel_token_delivery_mode": "ping",
                    "backchannel_client_notification_endpoint": "https://rp.test/ping",
                    "backchannel_authentication_request_signing_alg": "EdDSA",
                    "jwks": keys,
                }),
                "",
            ),
            (json!({"backchannel_authentication_request_signing_alg": "ES256"}), "needs jwks"),
            (json!({"backchannel_authentication_request_signing_alg": "HS256", "jwks": keys}), "must be one of"),
            (json!({"backchannel_authentication_request_signing_alg": "none", "jwks": keys}), "must be one of"),
            (json!({"token_endpoint_auth_method": "none"}), "keeps a secret"),
        ] {
            let faults = faults(&changes);
            let as_named =
                if named.is_empty() { faults.is_empty() } else { faults.iter().any(|one| one.contains(named)) };
            assert!(as_named, "{changes}: {faults:?}");
        }
    }

    #[test]
    fn tokens_are_never_pushed() {
        let read = serde_json::from_value::<ClientMetadata>(json!({"backchannel_token_delivery_mode": "push"}));
        assert!(read.unwrap_err().to_string().contains("expected `poll` or `ping`"));
    }
}
