//! The metadata document (OpenID Connect Discovery §3, RFC 8414 §2): it lists only what is supported.

use serde_json::{Value, json};

use crate::acr::ACR_VALUES;
use crate::authorize::prompt::Prompt;
use crate::authorize::response_mode::ResponseMode;
use crate::ciba::CIBA_GRANT;
use crate::claims;
use crate::client::auth::ClientCredentials;
use crate::client::metadata::{SIGNING_ALGS, SubjectType, TokenDeliveryMode};
use crate::device::DEVICE_CODE_GRANT;
use crate::dpop::PROOF_ALGS;
use crate::endpoints;
use crate::grant_type::GrantType;
use crate::jose::foreign_jws::{FOREIGN_ALGS, HMAC_ALG};

/// The metadata of an issuer, the same for both well-known URLs.
pub fn metadata(
    issuer: &str,
    ui_locales: &[&str],
    sign_up: bool,
    grant_types: impl IntoIterator<Item = GrantType>,
) -> Value {
    let grant_types: Vec<_> = grant_types.into_iter().map(|grant| grant.name).collect();
    let (devices, ciba) = (grant_types.contains(&DEVICE_CODE_GRANT), grant_types.contains(&CIBA_GRANT));
    let at = |path: &str| format!("{issuer}{path}");
    let assertion_algs: Vec<_> = FOREIGN_ALGS.into_iter().chain([HMAC_ALG]).collect();
    let prompts: Vec<_> = Prompt::VALUES.into_iter().filter(|value| sign_up || *value != "create").collect();
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": at(endpoints::AUTHORIZE),
        "token_endpoint": at(endpoints::TOKEN),
        "userinfo_endpoint": at(endpoints::USERINFO),
        "jwks_uri": at(endpoints::JWKS),
        "introspection_endpoint": at(endpoints::INTROSPECT),
        "revocation_endpoint": at(endpoints::REVOKE),
        "end_session_endpoint": at(endpoints::END_SESSION),
        "scopes_supported": ["openid", "profile", "email", "address", "phone", "roles", "offline_access"],
        "response_types_supported": ["code"],
        "response_modes_supported": ResponseMode::VALUES.map(|(name, _)| name),
        "authorization_signing_alg_values_supported": SIGNING_ALGS,
        "grant_types_supported": grant_types,
        "subject_types_supported": SubjectType::VALUES,
        "id_token_signing_alg_values_supported": SIGNING_ALGS,
        "userinfo_signing_alg_values_supported": SIGNING_ALGS,
        "token_endpoint_auth_methods_supported": ClientCredentials::METHODS,
        "token_endpoint_auth_signing_alg_values_supported": assertion_algs,
        "introspection_endpoint_auth_methods_supported": ClientCredentials::CONFIDENTIAL_METHODS,
        "introspection_endpoint_auth_signing_alg_values_supported": assertion_algs,
        "introspection_signing_alg_values_supported": SIGNING_ALGS,
        "revocation_endpoint_auth_methods_supported": ClientCredentials::METHODS,
        "revocation_endpoint_auth_signing_alg_values_supported": assertion_algs,
        "claim_types_supported": ["normal"],
        "claims_supported": claims::supported(),
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
        "request_object_signing_alg_values_supported": FOREIGN_ALGS,
        "pushed_authorization_request_endpoint": at(endpoints::PAR),
        "require_pushed_authorization_requests": false,
        "dpop_signing_alg_values_supported": PROOF_ALGS,
        "acr_values_supported": ACR_VALUES,
        "prompt_values_supported": prompts,
        "display_values_supported": ["page", "popup", "touch", "wap"],
        "ui_locales_supported": ui_locales,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
    });
    if devices {
        document["device_authorization_endpoint"] = at(endpoints::DEVICE_AUTHORIZATION).into();
    }
    if ciba {
        document["backchannel_authentication_endpoint"] = at(endpoints::CIBA).into();
        document["backchannel_token_delivery_modes_supported"] = json!(TokenDeliveryMode::VALUES);
        document["backchannel_authentication_request_signing_alg_values_supported"] = json!(FOREIGN_ALGS);
        document["backchannel_user_code_parameter_supported"] = false.into();
    }
    document
}

/// The document of a server that accepts clients whose `client_id` is the URL of their metadata
/// (draft-ietf-oauth-client-id-metadata-document-03 §5).
pub fn with_metadata_documents(mut document: Value) -> Value {
    document["client_id_metadata_document_supported"] = true.into();
    document
}

/// The document with the resources that tokens are issued for (RFC 9728 §4).
pub fn with_protected_resources(mut document: Value, identifiers: &[String]) -> Value {
    document["protected_resources"] = identifiers.into();
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant_type::samples::GRANT_TYPES;

    #[test]
    fn the_document_reads_as_agreed() {
        insta::assert_json_snapshot!(metadata("https://id.example.com", &["en", "pt-BR", "uk"], true, GRANT_TYPES));
    }

    #[test]
    fn the_endpoints_of_grant_types_are_announced_with_them() {
        let device = GrantType { name: DEVICE_CODE_GRANT, confidential: false };
        let document = metadata("https://id.example.com", &["en"], true, [device]);
        assert_eq!(document["device_authorization_endpoint"], "https://id.example.com/oauth2/device");
        let ciba = GrantType { name: CIBA_GRANT, confidential: true };
        let document = metadata("https://id.example.com", &["en"], true, [ciba]);
        assert_eq!(document["backchannel_authentication_endpoint"], "https://id.example.com/oauth2/ciba");
        assert_eq!(document["backchannel_token_delivery_modes_supported"], json!(["poll", "ping"]));
    }

    #[test]
    fn what_is_not_built_is_absent() {
        let document = metadata("https://id.example.com", &["en"], true, GRANT_TYPES);
        for absent in [
            "registration_endpoint",
            "device_authorization_endpoint",
            "backchannel_authentication_endpoint",
            "check_session_iframe",
            "frontchannel_logout_supported",
        ] {
            assert!(document.get(absent).is_none(), "{absent}");
        }
        assert!(!document.to_string().contains("implicit"));
    }
}
