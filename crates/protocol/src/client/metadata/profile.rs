//! Security profiles of clients: one member that turns a whole set of requirements on.

use super::{AuthMethod, BindingRule, ClientMetadata, MetadataFault, RefreshRotation, SecurityProfile};
use crate::ciba::CIBA_GRANT;

/// Algorithms of every signature that a client of the profile makes or gets (FAPI 2.0 Security Profile §5.4.1).
const FAPI_ALGS: [&str; 4] = ["PS256", "ES256", "EdDSA", "Ed25519"];
/// Grant types of the profile.
const FAPI_GRANTS: [&str; 4] = ["authorization_code", "refresh_token", "client_credentials", CIBA_GRANT];
/// How long a code of the profile may be redeemed, in seconds (FAPI 2.0 Security Profile §5.3.2.1).
const FAPI_CODE_SECONDS: u64 = 60;

impl ClientMetadata {
    /// Whether the client is held to FAPI 2.0.
    pub fn is_fapi(&self) -> bool {
        self.security_profile == Some(SecurityProfile::Fapi2)
    }

    /// Whether its authorization requests must be pushed.
    pub fn must_push(&self) -> bool {
        self.require_pushed_authorization_requests || self.is_fapi()
    }

    /// Whether its access tokens must be bound to a key or certificate.
    pub fn binds_tokens(&self) -> bool {
        self.binding_rule() != BindingRule::Optional
    }

    /// Whether each refresh replaces the refresh token. FAPI 2.0 forbids it (§5.3.2.1), since the client and the bound
    /// access token protect it already.
    pub fn rotates_refresh_tokens(&self) -> bool {
        self.refresh_rotation == RefreshRotation::Rotate && !self.is_fapi()
    }

    /// How long its codes may be redeemed, in seconds, at most.
    pub fn longest_code_lifetime(&self) -> Option<u64> {
        self.is_fapi().then_some(FAPI_CODE_SECONDS)
    }

    /// Whether its profile allows this algorithm.
    pub(super) fn profile_allows_alg(&self, alg: &str) -> bool {
        !self.is_fapi() || FAPI_ALGS.contains(&alg)
    }

    /// What contradicts the profile. Its requirements need no member of their own.
    pub(super) fn profile_faults(&self) -> Vec<MetadataFault> {
        if !self.is_fapi() {
            return Vec::new();
        }
        let fault = |needs: &str| MetadataFault::new("security_profile", format!("fapi2 needs {needs}"));
        let mut faults = Vec::new();
        let method = self.token_endpoint_auth_method;
        if method != AuthMethod::PrivateKeyJwt && !method.has_certificate() {
            faults.push(fault("token_endpoint_auth_method private_key_jwt, or a method with a certificate"));
        }
        let algs = [
            ("id_token_signed_response_alg", self.id_token_signed_response_alg.as_str()),
            ("access_token_signed_response_alg", self.access_token_alg()),
            ("authorization_signed_response_alg", self.authorization_response_alg()),
            ("introspection_signed_response_alg", self.introspection_response_alg()),
            ("userinfo_signed_response_alg", self.userinfo_signed_response_alg.as_deref().unwrap_or("PS256")),
        ];
        let weak = algs.into_iter().filter(|(_, alg)| !self.profile_allows_alg(alg));
        faults.extend(weak.map(|(member, _)| fault(&format!("{member} PS256, ES256 or EdDSA"))));
        if self.grant_types.iter().any(|grant| !FAPI_GRANTS.contains(&grant.as_str())) {
            faults.push(fault(&format!("grant_types to hold {} only", FAPI_GRANTS.join(", "))));
        }
        // All other checks allow http on loopback only.
        let web = |uri: &String| uri.starts_with("https://") || uri.starts_with("http://");
        if self.any_localhost_redirect || !self.redirect_uris.iter().all(web) {
            faults.push(fault("redirect_uris of https, or http on loopback"));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DEVICE_CODE_GRANT;
    use crate::grant_type::GrantType;
    use serde_json::{Value, json};

    const GRANT_TYPES: [GrantType; 4] = [
        GrantType { name: "authorization_code", confidential: false },
        GrantType { name: "refresh_token", confidential: false },
        GrantType { name: "client_credentials", confidential: true },
        GrantType { name: DEVICE_CODE_GRANT, confidential: false },
    ];

    fn metadata(changes: &Value) -> ClientMetadata {
        let mut document = json!({
            "client_name": "Bank", "redirect_uris": ["https://rp.test/cb"], "security_profile": "fapi2",
            "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://rp.test/jwks",
            "id_token_signed_response_alg": "PS256",
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        });
        document.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        serde_json::from_value(document).unwrap()
    }

    #[test]
    fn the_profile_turns_its_requirements_on() {
        let fapi = metadata(&json!({}));
        assert_eq!(fapi.check(&GRANT_TYPES), Ok(()));
        assert!(fapi.must_push() && fapi.binds_tokens() && fapi.must_use_pkce() && !fapi.rotates_refresh_tokens());
        assert_eq!((fapi.longest_code_lifetime(), fapi.authorization_response_alg()), (Some(60), "PS256"));
        let plain = metadata(&json!({"security_profile": null}));
        assert!(
            !plain.must_push() && !plain.binds_tokens() && !plain.must_use_pkce() && plain.rotates_refresh_tokens()
        );
        assert_eq!((plain.longest_code_lifetime(), plain.authorization_response_alg()), (None, "RS256"));
    }

    #[test]
    fn a_certificate_is_as_good_as_a_key_for_authentication_and_for_tokens() {
        let changes = json!({
            "token_endpoint_auth_method": "tls_client_auth", "jwks_uri": null,
            "tls_client_auth_subject_dn": "CN=bank", "tls_client_certificate_bound_access_tokens": true,
        });
        let fapi = metadata(&changes);
        assert_eq!(fapi.check(&GRANT_TYPES), Ok(()));
        assert_eq!((fapi.binding_rule(), fapi.binds_tokens()), (BindingRule::Certificate, true));
        assert_eq!(metadata(&json!({})).binding_rule(), BindingRule::Dpop);
    }

    #[test]
    fn what_contradicts_the_profile_is_named() {
        for (changes, named) in [
            (json!({"token_endpoint_auth_method": "client_secret_basic"}), "token_endpoint_auth_method"),
            (json!({"token_endpoint_auth_method": "client_secret_jwt"}), "token_endpoint_auth_method"),
            (json!({"token_endpoint_auth_method": "none", "grant_types": ["authorization_code"]}), "private_key_jwt"),
            (json!({"id_token_signed_response_alg": "RS256"}), "id_token_signed_response_alg"),
            (json!({"access_token_signed_response_alg": "RS256"}), "access_token_signed_response_alg"),
            (json!({"authorization_signed_response_alg": "RS256"}), "authorization_signed_response_alg"),
            (json!({"introspection_signed_response_alg": "RS256"}), "introspection_signed_response_alg"),
            (json!({"userinfo_signed_response_alg": "RS256"}), "userinfo_signed_response_alg"),
            (json!({"token_endpoint_auth_signing_alg": "RS256"}), "token_endpoint_auth_signing_alg"),
            (json!({"request_object_signing_alg": "RS256"}), "request_object_signing_alg"),
            (json!({"grant_types": [DEVICE_CODE_GRANT]}), "grant_types"),
            (json!({"redirect_uris": ["com.example.app:/callback"]}), "redirect_uris"),
            (json!({"any_localhost_redirect": true}), "redirect_uris"),
        ] {
            let faults = metadata(&changes).check(&GRANT_TYPES).unwrap_err();
            assert!(faults.iter().any(|fault| fault.to_string().contains(named)), "{changes}: {faults:?}");
            let plain = ClientMetadata { security_profile: None, ..metadata(&changes) }.check(&GRANT_TYPES);
            assert_eq!(plain, Ok(()), "{changes}: only the profile forbids it");
        }
        assert_eq!(metadata(&json!({"redirect_uris": ["http://127.0.0.1/cb"]})).check(&GRANT_TYPES), Ok(()));
    }

    #[test]
    fn its_signatures_have_no_weaker_algorithm() {
        let (fapi, plain) = (metadata(&json!({})), metadata(&json!({"security_profile": null})));
        for (alg, good) in [("PS256", true), ("ES256", true), ("EdDSA", true), ("Ed25519", true), ("RS256", false)] {
            assert_eq!((fapi.may_sign_assertions(alg), fapi.may_sign_requests(alg)), (good, good), "{alg}");
            assert!(plain.may_sign_assertions(alg) && plain.may_sign_requests(alg), "{alg}");
        }
    }
}
