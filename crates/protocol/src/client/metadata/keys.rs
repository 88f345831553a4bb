//! The members about a client's keys: `jwks`, `jwks_uri` and the algorithm that it signs with.

use super::{AuthMethod, ClientMetadata, MetadataFault};
use crate::jose::foreign_jws::{FOREIGN_ALGS, HMAC_ALG, is_same_alg};
use crate::jose::public_jwk::PublicJwkSet;

/// Longest `jwks`, in bytes: it is part of every cached client.
const MAX_JWKS: usize = 16 * 1_024;

/// Most `request_uris`.
const MAX_REQUEST_URIS: usize = 100;

impl ClientMetadata {
    /// Whether assertions of the client may have this algorithm.
    pub fn may_sign_assertions(&self, alg: &str) -> bool {
        let possible = match self.token_endpoint_auth_method {
            AuthMethod::PrivateKeyJwt | AuthMethod::FederatedJwt => FOREIGN_ALGS.contains(&alg),
            AuthMethod::ClientSecretJwt => alg == HMAC_ALG,
            _ => false,
        };
        let own = self.token_endpoint_auth_signing_alg.as_deref();
        possible && self.profile_allows_alg(alg) && own.is_none_or(|own| is_same_alg(own, alg))
    }

    /// Whether request objects of the client may have this algorithm.
    pub fn may_sign_requests(&self, alg: &str) -> bool {
        let own = self.request_object_signing_alg.as_deref();
        FOREIGN_ALGS.contains(&alg) && self.profile_allows_alg(alg) && own.is_none_or(|own| is_same_alg(own, alg))
    }

    pub(super) fn key_faults(&self) -> Vec<MetadataFault> {
        let (method, mut faults) = (self.token_endpoint_auth_method, Vec::new());
        if self.jwks.is_some() && self.jwks_uri.is_some() {
            faults.push(MetadataFault::new("jwks", "must be absent where jwks_uri is present"));
        }
        if method == AuthMethod::PrivateKeyJwt && self.jwks.is_none() && self.jwks_uri.is_none() {
            faults.push(MetadataFault::new("jwks", "or jwks_uri must be present for private_key_jwt"));
        }
        if method == AuthMethod::SelfSignedTlsClientAuth
            && self.jwks_uri.is_none()
            && !self.has_registered_certificate()
        {
            let fault = "with a certificate in x5c, or jwks_uri, must be present for self_signed_tls_client_auth";
            faults.push(MetadataFault::new("jwks", fault));
        }
        if let Some(jwks) = &self.jwks {
            if jwks.to_string().len() > MAX_JWKS {
                faults.push(MetadataFault::new("jwks", format!("must not be longer than {MAX_JWKS} bytes")));
            } else if let Err(fault) = PublicJwkSet::registered(jwks) {
                faults.push(MetadataFault::new("jwks", fault.to_string()));
            }
        }
        if let Some(alg) = &self.token_endpoint_auth_signing_alg
            && !self.may_sign_assertions(alg)
        {
            let fault = "must be an algorithm of token_endpoint_auth_method and of the security profile";
            faults.push(MetadataFault::new("token_endpoint_auth_signing_alg", fault));
        }
        faults.extend(self.request_object_faults());
        faults
    }

    fn has_registered_certificate(&self) -> bool {
        let keys = self.jwks.as_ref().and_then(|jwks| PublicJwkSet::registered(jwks).ok());
        keys.is_some_and(|keys| keys.has_certificates())
    }

    fn request_object_faults(&self) -> Vec<MetadataFault> {
        let mut faults = Vec::new();
        if self.request_object_signing_alg.as_deref().is_some_and(|alg| !self.may_sign_requests(alg)) {
            let fault = format!("must be one of {}, and of the security profile", FOREIGN_ALGS.join(", "));
            faults.push(MetadataFault::new("request_object_signing_alg", fault));
        }
        let signs = self.require_signed_request_object || !self.request_uris.is_empty();
        if signs && self.jwks.is_none() && self.jwks_uri.is_none() {
            faults.push(MetadataFault::new("jwks", "or jwks_uri must be present for signed request objects"));
        }
        if self.request_uris.len() > MAX_REQUEST_URIS {
            faults.push(MetadataFault::new("request_uris", format!("must not hold more than {MAX_REQUEST_URIS}")));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant_type::samples::GRANT_TYPES;
    use serde_json::{Value, json};

    fn faults(changes: &Value) -> Vec<(&'static str, String)> {
        let mut document = json!({"client_name": "Shop", "redirect_uris": ["https://rp.test/cb"]});
        document.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let metadata: ClientMetadata = serde_json::from_value(document).unwrap();
        let faults = metadata.check(&GRANT_TYPES).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.member, fault.fault)).collect()
    }

    fn jwks() -> Value {
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})
    }

    #[test]
    fn a_client_with_private_key_jwt_has_keys_in_one_place() {
        let method = "private_key_jwt";
        let uri = "https://rp.test/jwks";
        assert_eq!(faults(&json!({"token_endpoint_auth_method": method, "jwks": jwks()})), []);
        assert_eq!(faults(&json!({"token_endpoint_auth_method": method, "jwks_uri": uri})), []);
        assert_eq!(faults(&json!({"token_endpoint_auth_method": method}))[0].0, "jwks");
        assert_eq!(faults(&json!({"jwks": jwks(), "jwks_uri": uri}))[0].0, "jwks");
        assert_eq!(faults(&json!({"jwks_uri": "http://rp.test/jwks"}))[0].0, "jwks_uri");
        let long = json!({"keys": [{"kty": "OKP", "crv": "X", "x": "a".repeat(20_000)}]});
        for bad in [json!({}), json!({"keys": []}), json!({"keys": [{"kty": "oct", "k": "AA"}]}), json!("keys"), long] {
            assert_eq!(faults(&json!({"jwks": bad}))[0].0, "jwks");
        }
    }

    #[test]
    fn request_objects_need_keys_and_their_urls_may_be_called() {
        let with = |changes: Value| {
            let mut document = json!({"jwks": jwks()});
            document.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            faults(&document).first().map(|(member, _)| *member)
        };
        let uri = "https://rp.test/r.jwt#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM";
        assert_eq!(with(json!({"request_uris": [uri], "request_object_signing_alg": "ES256"})), None);
        assert_eq!(with(json!({"request_uris": [uri], "jwks": null})), Some("jwks"));
        assert_eq!(with(json!({"require_signed_request_object": true, "jwks": null})), Some("jwks"));
        assert_eq!(with(json!({"request_uris": ["http://rp.test/r.jwt"]})), Some("request_uris"));
        assert_eq!(with(json!({"request_uris": vec![uri; 101]})), Some("request_uris"));
        for alg in ["none", "HS256", "es256"] {
            assert_eq!(with(json!({"request_object_signing_alg": alg})), Some("request_object_signing_alg"), "{alg}");
        }
    }

    #[test]
    fn the_algorithm_of_assertions_is_one_of_the_method() {
        let fault = |method: &str, alg: &str| {
            let faults = faults(&json!({
                "token_endpoint_auth_method": method, "token_endpoint_auth_signing_alg": alg, "jwks": jwks(),
            }));
            faults.first().map(|(member, _)| *member)
        };
        let member = Some("token_endpoint_auth_signing_alg");
        assert_eq!(fault("private_key_jwt", "PS256"), None);
        assert_eq!(fault("client_secret_jwt", "HS256"), None);
        for (method, alg) in [
            ("private_key_jwt", "HS256"),
            ("private_key_jwt", "none"),
            ("client_secret_jwt", "ES256"),
            ("none", "ES256"),
        ] {
            assert_eq!(fault(method, alg), member, "{method} {alg}");
        }
    }
}
