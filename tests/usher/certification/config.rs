//! OpenID Connect Config OP.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::oidcc::party::server;
use crate::harness::relying_party::answer;

/// The members of metadata that the suite knows; any other one is a warning.
const KNOWN: &str = include_str!("metadata.txt");

/// Whether a list has this value.
fn has(list: &Value, value: &str) -> bool {
    list.as_array().is_some_and(|all| all.contains(&json!(value)))
}

/// Instead of `https` these are addresses of the loopback interface: an issuer in production is refused otherwise.
#[tokio::test]
async fn oidcc_discovery_endpoint_verification() {
    let server = server().await;
    let url = format!("{}/.well-known/openid-configuration", server.url);
    let found = answer(server.http.get(&url)).await;
    assert_eq!(found.status, 200);
    assert_eq!(found.headers["content-type"], "application/json");
    let metadata = found.json;
    assert_eq!(metadata["issuer"], server.url, "the beginning of the address of the document");
    let known: BTreeSet<_> = KNOWN.split_whitespace().collect();
    let unknown: Vec<_> =
        metadata.as_object().expect("an object").keys().filter(|name| !known.contains(name.as_str())).collect();
    assert!(unknown.is_empty(), "{unknown:?} are a warning");
    for (member, value) in [
        ("response_types_supported", "code"),
        ("subject_types_supported", "public"),
        ("id_token_signing_alg_values_supported", "RS256"),
        ("request_object_signing_alg_values_supported", "RS256"),
        ("scopes_supported", "openid"),
        ("claims_supported", "sub"),
        ("grant_types_supported", "authorization_code"),
        ("code_challenge_methods_supported", "S256"),
        ("token_endpoint_auth_methods_supported", "client_secret_basic"),
        ("token_endpoint_auth_methods_supported", "client_secret_post"),
    ] {
        assert!(has(&metadata[member], value), "{member} lacks {value}");
    }
    for (member, value) in metadata.as_object().expect("an object") {
        if member.ends_with("_endpoint") || member == "jwks_uri" {
            assert!(value.as_str().is_some_and(|address| address.starts_with(&format!("{}/", server.url))), "{member}");
        }
    }
    for member in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"] {
        assert!(metadata[member].is_string(), "{member}");
    }
    for scope in metadata["scopes_supported"].as_array().expect("a list") {
        assert!(
            scope.as_str().is_some_and(|scope| scope.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
        );
    }
    assert_eq!(metadata["ui_locales_supported"], json!(["en", "pt-BR", "uk"]), "in the case of BCP 47");
    check_keys(&answer(server.http.get(metadata["jwks_uri"].as_str().expect("a URL"))).await.json);
}

/// Every key has an id of its own, no private member, and a type that every library knows.
fn check_keys(jwks: &Value) {
    let keys = jwks["keys"].as_array().expect("a list");
    let kids: BTreeSet<_> = keys.iter().map(|key| key["kid"].as_str().expect("a kid")).collect();
    assert_eq!(kids.len(), keys.len());
    for key in keys {
        let known = [("RSA", None), ("EC", Some("P-256")), ("OKP", Some("Ed25519"))];
        assert!(known.contains(&(key["kty"].as_str().unwrap_or_default(), key["crv"].as_str())), "{key}");
        assert!(["d", "p", "q", "k", "dp", "dq", "qi"].iter().all(|private| key.get(private).is_none()), "{key}");
    }
}
