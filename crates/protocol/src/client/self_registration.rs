//! What software may say of itself when it registers itself (RFC 7591 §2). Anybody can write such a document.

use serde_json::{Map, Value};
use url::Url;

use super::metadata::{AuthMethod, ClientMetadata, MetadataFault};
use crate::authorize::redirect_uri;
use crate::device::DEVICE_CODE_GRANT;

/// The members that count. Others are ignored (RFC 7591 §2), also those that only administrators set.
const MEMBERS: [&str; 38] = [
    "client_name",
    "redirect_uris",
    "post_logout_redirect_uris",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "grant_types",
    "response_types",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "jwks",
    "jwks_uri",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "request_object_signing_alg",
    "request_uris",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
    "security_profile",
    "scope",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "subject_type",
    "sector_identifier_uri",
    "initiate_login_uri",
    "authorization_signed_response_alg",
    "introspection_signed_response_alg",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "contacts",
    "default_max_age",
    "default_acr_values",
];

/// Grant types in which a person decides. Without one, whoever registers could get tokens that nobody allowed.
pub const GRANT_TYPES: [&str; 3] = ["authorization_code", "refresh_token", DEVICE_CODE_GRANT];

/// Whether software that registers itself may use this grant type.
pub fn may_use(grant_type: &str) -> bool {
    GRANT_TYPES.contains(&grant_type)
}

/// Metadata that software wrote about itself, with the defaults of RFC 7591 §2. It still has to be checked like that of
/// any other client.
///
/// # Errors
/// All members that have another JSON type than they should.
pub fn described(document: &Map<String, Value>) -> Result<ClientMetadata, Vec<MetadataFault>> {
    let mut members = Map::new();
    let mut faults = Vec::new();
    for name in MEMBERS {
        // An explicit null is an absent member.
        let Some(value) = document.get(name).filter(|value| !value.is_null()) else { continue };
        let alone = Map::from_iter([(name.to_owned(), value.clone())]);
        if serde_json::from_value::<ClientMetadata>(alone.into()).is_ok() {
            members.insert(name.to_owned(), value.clone());
        } else {
            faults.push(MetadataFault::new(name, "has a value of the wrong type, or one that is not supported"));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let fault = |_| vec![MetadataFault::new("client_metadata", "cannot be read")];
    let mut metadata: ClientMetadata = serde_json::from_value(members.into()).map_err(fault)?;
    if metadata.client_name.trim().is_empty() {
        metadata.client_name = host_of(metadata.redirect_uris.first().or(metadata.client_uri.as_ref()));
    }
    // Rights at the API of Usher itself are not for software that nobody knows.
    metadata.scope = metadata.scope.without_usher_api();
    // The method that is called `client_secret` here is none of RFC 7591.
    if metadata.token_endpoint_auth_method == AuthMethod::ClientSecret {
        return Err(vec![MetadataFault::new("token_endpoint_auth_method", "is not supported")]);
    }
    Ok(metadata)
}

/// The metadata with what software says of itself now. What is not its own stays as it is stored (RFC 7592 §2.2).
pub fn replaced(stored: &ClientMetadata, said: &ClientMetadata) -> ClientMetadata {
    let (mut members, said) = (members_of(stored), members_of(said));
    for name in MEMBERS {
        match said.get(name) {
            Some(value) => members.insert(name.to_owned(), value.clone()),
            None => members.remove(name),
        };
    }
    serde_json::from_value(members.into()).unwrap_or_else(|_| stored.clone())
}

/// The metadata in the response to a registration (RFC 7591 §3.2.1).
pub fn shown(metadata: &ClientMetadata) -> Map<String, Value> {
    let mut members = members_of(metadata);
    members.retain(|name, _| MEMBERS.contains(&name.as_str()));
    members
}

fn members_of(metadata: &ClientMetadata) -> Map<String, Value> {
    match serde_json::to_value(metadata) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// Whether it is an installed application: it says so (OpenID Connect Dynamic Registration §2), or its redirect URIs
/// are on the device.
pub fn is_installed(document: &Map<String, Value>, metadata: &ClientMetadata) -> bool {
    let says = document.get("application_type").and_then(Value::as_str) == Some("native");
    says || metadata.redirect_uris.iter().any(|uri| is_on_device(uri))
}

/// Whether any program on the person's device may receive what is sent to this redirect URI (RFC 8252 §8.6).
pub fn is_on_device(redirect_uri: &str) -> bool {
    !redirect_uri.starts_with("https://")
}

/// A name for software that gives none.
fn host_of(uri: Option<&String>) -> String {
    let host = uri.and_then(|uri| redirect_uri::origin(uri)).and_then(|origin| {
        let url = Url::parse(&origin).ok()?;
        url.host_str().map(str::to_owned)
    });
    host.unwrap_or_else(|| "?".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Scope;
    use serde_json::json;

    fn read(document: &Value) -> Result<ClientMetadata, Vec<MetadataFault>> {
        described(document.as_object().unwrap())
    }

    #[test]
    fn no_member_that_gives_a_right_is_one_of_those_that_count() {
        for member in ClientMetadata::ADMIN_ONLY.into_iter().chain(["federated_credentials", "audience", "web_origins"])
        {
            assert!(!MEMBERS.contains(&member), "{member}");
        }
    }

    #[test]
    fn what_only_administrators_set_is_ignored() {
        let hostile = json!({
            "client_name": "Notes", "redirect_uris": ["https://notes.test/cb"], "first_party": true,
            "may_impersonate": true, "any_localhost_redirect": true, "federated_credentials": [], "audience": ["https://api.shop.example"],
            "refresh_absolute_seconds": 0, "client_id": "usher-account", "client_secret": "mine", "trusted": true,
            "skip_consent": true, "web_origins": ["https://evil.test"], "unknown": {"a": 1},
        });
        let expected = ClientMetadata {
            client_name: "Notes".into(),
            redirect_uris: vec!["https://notes.test/cb".into()],
            ..ClientMetadata::default()
        };
        assert_eq!(read(&hostile), Ok(expected));
    }

    #[test]
    fn scopes_of_the_api_of_usher_are_dropped() {
        let read = read(&json!({"redirect_uris": ["https://a.test/cb"], "scope": "openid usher:project orders:read"}));
        assert_eq!(read.unwrap().scope, Scope::of(["openid", "orders:read"]));
    }

    #[test]
    fn every_member_of_a_wrong_type_is_named() {
        let members =
            |document: Value| read(&document).unwrap_err().into_iter().map(|fault| fault.member).collect::<Vec<_>>();
        assert_eq!(
            members(json!({"redirect_uris": "https://a.test/cb", "contacts": 7})),
            ["redirect_uris", "contacts"]
        );
        assert_eq!(members(json!({"token_endpoint_auth_method": "magic"})), ["token_endpoint_auth_method"]);
        assert_eq!(members(json!({"token_endpoint_auth_method": "client_secret"})), ["token_endpoint_auth_method"]);
    }

    #[test]
    fn every_member_that_counts_is_one_of_the_metadata() {
        for name in MEMBERS {
            // `jwks` is any object until it is checked.
            let read = serde_json::from_value::<ClientMetadata>(json!({name: {"no": "type"}}));
            assert!(read.err().is_none_or(|fault| !fault.to_string().contains("unknown field")), "{name}");
        }
    }

    #[test]
    fn a_registration_that_is_replaced_keeps_what_is_not_its_own() {
        let stored = ClientMetadata {
            client_name: "Notes".into(),
            logo_uri: Some("https://notes.test/logo".into()),
            first_party: true,
            audience: vec!["https://api.shop.example".into()],
            refresh_idle_seconds: Some(60),
            ..ClientMetadata::default()
        };
        let said = ClientMetadata { client_name: "Notes 2".into(), ..ClientMetadata::default() };
        let expected = ClientMetadata { client_name: "Notes 2".into(), logo_uri: None, ..stored.clone() };
        assert_eq!(replaced(&stored, &said), expected);
        assert!(!shown(&stored).contains_key("first_party") && shown(&stored).contains_key("client_name"));
    }

    #[test]
    fn software_without_a_name_is_called_by_its_host() {
        let name = |document: Value| read(&document).unwrap().client_name;
        assert_eq!(name(json!({"redirect_uris": ["https://notes.test/cb"]})), "notes.test");
        assert_eq!(name(json!({"redirect_uris": ["com.example.app:/cb"], "client_uri": null})), "?");
        assert_eq!(name(json!({"client_name": " ", "redirect_uris": ["http://127.0.0.1:9/cb"]})), "127.0.0.1");
    }

    #[test]
    fn an_application_on_the_device_is_known_by_its_redirect_uris() {
        for (document, installed) in [
            (json!({"redirect_uris": ["https://a.test/cb"]}), false),
            (json!({"redirect_uris": ["https://a.test/cb"], "application_type": "native"}), true),
            (json!({"redirect_uris": ["https://a.test/cb", "http://localhost:9/cb"]}), true),
            (json!({"redirect_uris": ["com.example.app:/cb"], "application_type": "web"}), true),
        ] {
            let metadata = read(&document).unwrap();
            assert_eq!(is_installed(document.as_object().unwrap(), &metadata), installed, "{document}");
        }
    }
}
