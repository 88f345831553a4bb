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
use crate::id_jag::{ID_JAG_PROFILE, ID_JAG_TOKEN_TYPE, JWT_BEARER_GRANT};
use crate::jose::foreign_jws::{FOREIGN_ALGS, HMAC_ALG};
use crate::token_exchange::TOKEN_EXCHANGE_GRANT;

/// How clients present certificates, if they can.
#[derive(Debug, Clone, Copy)]
pub struct MutualTls<'a> {
    /// The URL of the endpoints at which they do, if it is not the issuer's.
    pub url: Option<&'a str>,
    /// Whether certificates of authorities are accepted, and not self-signed ones alone.
    pub authorities: bool,
}

impl MutualTls<'_> {
    /// The authentication methods with certificates.
    fn methods(self) -> impl Iterator<Item = &'static str> {
        self.authorities.then_some("tls_client_auth").into_iter().chain(["self_signed_tls_client_auth"])
    }
}

/// The document of an issuer with certificates of clients (RFC 8705 §3.3 and §5).
pub fn with_mutual_tls(mut document: Value, mutual_tls: MutualTls<'_>) -> Value {
    document["tls_client_certificate_bound_access_tokens"] = true.into();
    for member in ["token", "introspection", "revocation"] {
        if let Some(methods) = document[format!("{member}_endpoint_auth_methods_supported")].as_array_mut() {
            methods.extend(mutual_tls.methods().map(Value::from));
        }
    }
    if let Some(url) = mutual_tls.url {
        let aliases = [
            ("token_endpoint", endpoints::TOKEN),
            ("introspection_endpoint", endpoints::INTROSPECT),
            ("revocation_endpoint", endpoints::REVOKE),
            ("pushed_authorization_request_endpoint", endpoints::PAR),
            ("device_authorization_endpoint", endpoints::DEVICE_AUTHORIZATION),
            ("backchannel_authentication_endpoint", endpoints::CIBA),
            ("userinfo_endpoint", endpoints::USERINFO),
        ];
        let offered = aliases.into_iter().filter(|(member, _)| document.get(*member).is_some());
        let aliases = offered.map(|(member, path)| (member.to_owned(), format!("{url}{path}").into()));
        document["mtls_endpoint_aliases"] = Value::Object(aliases.collect());
    }
    document
}

/// The metadata of an issuer, for both well-known URLs.
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

/// The document of RFC 8414 alone, of a server with the grant types of identity assertions
/// (draft-ietf-oauth-identity-assertion-authz-grant §7): the suite of OpenID Connect does not know these members.
pub fn with_identity_assertions(mut document: Value) -> Value {
    let offers =
        |grant: &str| document["grant_types_supported"].as_array().is_some_and(|all| all.contains(&grant.into()));
    let (issues, accepts) = (offers(TOKEN_EXCHANGE_GRANT), offers(JWT_BEARER_GRANT));
    if issues {
        document["identity_chaining_requested_token_types_supported"] = json!([ID_JAG_TOKEN_TYPE]);
    }
    if accepts {
        document["authorization_grant_profiles_supported"] = json!([ID_JAG_PROFILE]);
    }
    document
}

/// The document of a server that accepts clients whose `client_id` is the URL of their metadata
/// (draft-ietf-oauth-client-id-metadata-document-03 §5).
pub fn with_metadata_documents(mut document: Value) -> Value {
    document["client_id_metadata_document_supported"] = true.into();
    document
}

/// The document of a server where clients register themselves (RFC 8414 §2).
pub fn with_registration(mut document: Value, issuer: &str) -> Value {
    document["registration_endpoint"] = format!("{issuer}{}", endpoints::REGISTRATION).into();
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
        let exchange = GrantType { name: TOKEN_EXCHANGE_GRANT, confidential: true };
        let document = with_identity_assertions(metadata("https://id.example.com", &["en"], true, [exchange]));
        assert_eq!(document["identity_chaining_requested_token_types_supported"], json!([ID_JAG_TOKEN_TYPE]));
        assert!(document.get("authorization_grant_profiles_supported").is_none());
        let bearer = GrantType { name: JWT_BEARER_GRANT, confidential: true };
        let document = with_identity_assertions(metadata("https://id.example.com", &["en"], true, [bearer]));
        assert_eq!(document["authorization_grant_profiles_supported"], json!([ID_JAG_PROFILE]));
        assert!(document.get("identity_chaining_requested_token_types_supported").is_none());
    }

    #[test]
    fn certificates_of_clients_are_announced_where_they_are_accepted() {
        let plain = metadata("https://id.example.com", &["en"], true, GRANT_TYPES);
        for absent in ["tls_client_certificate_bound_access_tokens", "mtls_endpoint_aliases"] {
            assert!(plain.get(absent).is_none(), "{absent}");
        }
        let self_signed = with_mutual_tls(plain.clone(), MutualTls { url: None, authorities: false });
        assert_eq!(self_signed["tls_client_certificate_bound_access_tokens"], true);
        assert!(self_signed.get("mtls_endpoint_aliases").is_none());
        let methods = |document: &Value| document["token_endpoint_auth_methods_supported"].to_string();
        let offered = |document: &Value| methods(document).contains("\"tls_client_auth\"");
        assert!(methods(&self_signed).contains("self_signed_tls_client_auth") && !offered(&self_signed));
        let url = Some("https://mtls.example.com");
        let all = with_mutual_tls(plain, MutualTls { url, authorities: true });
        assert!(offered(&all));
        assert_eq!(all["mtls_endpoint_aliases"]["token_endpoint"], "https://mtls.example.com/oauth2/token");
        assert!(all["mtls_endpoint_aliases"].get("device_authorization_endpoint").is_none());
    }

    #[test]
    fn what_is_not_built_is_absent() {
        let document = with_identity_assertions(metadata("https://id.example.com", &["en"], true, GRANT_TYPES));
        for absent in [
            "registration_endpoint",
            "device_authorization_endpoint",
            "backchannel_authentication_endpoint",
            "identity_chaining_requested_token_types_supported",
            "authorization_grant_profiles_supported",
            "check_session_iframe",
            "frontchannel_logout_supported",
        ] {
            assert!(document.get(absent).is_none(), "{absent}");
        }
        assert!(!document.to_string().contains("implicit"));
    }
}
