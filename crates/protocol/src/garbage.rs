//! What strangers send, damaged at random places: no parser panics, and what one accepts is as it promises.
//!
//! `fuzz/` has the same parsers as targets for cargo-fuzz.

use proptest::collection::{hash_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::authorize::request_object::{RequestObjectRules, parameters};
use crate::client::metadata::{AuthMethod, ClientMetadata};
use crate::client::metadata_document::{self, DocumentUrl};
use crate::dpop::{DpopProof, NonceState, ProofRules};
use crate::grant_type::GrantType;
use crate::jose::foreign_jws::ForeignJws;
use crate::jose::foreign_jws::samples::token;
use crate::jose::numeric_date::numeric_date;
use crate::jose::public_jwk::{JwkMaterial, PublicJwkSet};
use crate::params::Params;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://id.test";
/// A `client_id` that is the URL of a metadata document.
const DOCUMENT: &str = "https://notes.test/client.json";
const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

/// Texts that mean something to one of the parsers.
const KNOWN: [&str; 10] =
    ["web", ISSUER, "ES256", "none", "POST", "https://rp.test/cb", "javascript:alert(1)", X, "d", "RSA"];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-4_000..4_000_i64).prop_map(|off| Value::from(NOW + off)),
        ".{0,40}".prop_map(Value::from),
        select(&KNOWN[..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let members = hash_map("[a-z_]{1,8}", inner.clone(), 0..4);
        prop_oneof![
            vec(inner, 0..4).prop_map(Value::Array),
            members.prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Changes at the places of these numbers: another value, or none.
fn any_damage() -> impl Strategy<Value = Vec<(usize, Option<Value>)>> {
    vec((any::<usize>(), proptest::option::of(any_json())), 0..4)
}

/// The places of a document, as JSON pointers.
fn places(document: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match document {
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            places(member, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), all);
        }),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(nth, item)| places(item, &format!("{at}/{nth}"), all));
        }
        _ => {}
    }
}

fn damaged(mut document: Value, damage: &[(usize, Option<Value>)]) -> Value {
    for (number, change) in damage {
        let mut all = Vec::new();
        places(&document, "", &mut all);
        let place = &all[number % all.len()];
        if let Some(value) = change {
            *document.pointer_mut(place).expect("a place of the document") = value.clone();
        } else if let Some((parent, name)) = place.rsplit_once('/')
            && let Some(Value::Object(members)) = document.pointer_mut(parent)
        {
            members.remove(&name.replace("~1", "/").replace("~0", "~"));
        }
    }
    document
}

fn request_object() -> Value {
    json!({
        "iss": "web", "client_id": "web", "aud": [ISSUER], "exp": NOW + 60, "nbf": NOW, "iat": NOW, "jti": "1",
        "response_type": "code", "scope": "openid", "max_age": 5, "resource": ["https://a.test"],
        "claims": {"id_token": {"email": null}}, "redirect_uri": "https://rp.test/cb",
    })
}

fn proof() -> [Value; 2] {
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": X});
    let claims = json!({"htm": "POST", "htu": "https://id.test/oauth2/token", "iat": NOW, "jti": "1", "nonce": "n"});
    [json!({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": jwk}), claims]
}

fn key_set() -> Value {
    json!({"keys": [
        {"kty": "OKP", "crv": "Ed25519", "x": X, "kid": "a", "use": "sig", "alg": "EdDSA"},
        {"kty": "EC", "crv": "P-256", "x": X, "y": X, "kid": "b"},
        {"kty": "RSA", "n": "_".repeat(342), "e": "AQAB", "kid": "c", "key_ops": ["verify"]},
    ]})
}

fn client_metadata() -> Value {
    json!({
        "client_name": "Shop", "redirect_uris": ["https://rp.test/cb"], "grant_types": ["authorization_code"],
        "response_types": ["code"], "token_endpoint_auth_method": "private_key_jwt", "jwks": key_set(),
        "scope": "openid email", "contacts": ["a@rp.test"], "logo_uri": "https://rp.test/logo.png",
        "post_logout_redirect_uris": ["https://rp.test/out"], "id_token_signed_response_alg": "ES256",
    })
}

proptest! {
    #[test]
    fn request_objects(claims in any_damage(), header in any_damage(), fapi: bool) {
        let head = damaged(json!({"alg": "ES256", "typ": "oauth-authz-req+jwt", "kid": "k"}), &header);
        let text = token(&head, &damaged(request_object(), &claims));
        let Ok(jws) = ForeignJws::parse(&text) else { return Ok(()) };
        let rules = RequestObjectRules { client_id: "web", issuer: ISSUER, now: NOW, fapi };
        let Ok(read) = parameters(&jws, &Params::default(), &rules) else { return Ok(()) };
        prop_assert_eq!(read.get("client_id").ok().flatten(), Some("web"));
        prop_assert!(read.iter().all(|(name, value)| !["request", "request_uri", "sub"].contains(&name) && !value.contains('\0')));
        prop_assert!(numeric_date(&jws.claims, "exp").is_ok_and(|exp| exp.is_none_or(|exp| exp > NOW)));
        prop_assert!(!fapi || ["aud", "exp", "nbf"].iter().all(|name| jws.claims.contains_key(*name)));
    }

    #[test]
    fn proofs(claims in any_damage(), header in any_damage()) {
        let [head, body] = proof();
        let text = token(&damaged(head, &header), &damaged(body, &claims));
        let Ok(proof) = DpopProof::parse(&text) else { return Ok(()) };
        let rules = ProofRules {
            method: "POST", url: "https://id.test/oauth2/token", now: NOW, access_token: None, nonce: NonceState::Fresh,
            nonce_required: false,
        };
        if let Ok(jti) = proof.check(&rules) {
            prop_assert!(!jti.is_empty() && jti.len() <= 255);
        }
    }

    #[test]
    fn key_sets(damage in any_damage()) {
        let document = damaged(key_set(), &damage);
        for set in [PublicJwkSet::registered(&document), PublicJwkSet::fetched(&document)].into_iter().flatten() {
            prop_assert!(["none", "HS256"].iter().all(|alg| set.candidates(None, alg).next().is_none()));
            for alg in ["RS256", "PS256", "ES256", "EdDSA"] {
                for key in set.candidates(None, alg) {
                    prop_assert_eq!(key.thumbprint().len(), 43);
                    if let JwkMaterial::Rsa { n, .. } = &key.material {
                        prop_assert!(n.len() >= 256, "{} bytes", n.len());
                    }
                }
            }
        }
    }

    #[test]
    fn documents_of_clients(damage in any_damage()) {
        let mut document = client_metadata();
        document["client_id"] = DOCUMENT.into();
        let document = damaged(document, &damage);
        let Ok(read) = metadata_document::read(DOCUMENT, document.to_string().as_bytes()) else { return Ok(()) };
        let metadata = read.metadata;
        prop_assert_eq!(&document["client_id"], DOCUMENT);
        prop_assert!(matches!(metadata.token_endpoint_auth_method, AuthMethod::None | AuthMethod::PrivateKeyJwt));
        prop_assert!(metadata.require_pkce && !metadata.first_party && !metadata.may_impersonate);
        prop_assert!(!metadata.any_localhost_redirect && metadata.audience.is_empty());
    }

    #[test]
    fn urls_of_documents(text in "(https?://)?.{0,60}", on_loopback: bool) {
        if let Ok(url) = DocumentUrl::parse(&text, on_loopback) {
            prop_assert!(!url.host().is_empty() && !text.contains(['#', ' ']), "{text}");
            prop_assert!(on_loopback || text.starts_with("https://"), "{text}");
        }
    }

    #[test]
    fn metadata_of_clients(damage in any_damage()) {
        const GRANTS: [GrantType; 1] = [GrantType { name: "authorization_code", confidential: false }];
        let Ok(metadata) = serde_json::from_value::<ClientMetadata>(damaged(client_metadata(), &damage)) else { return Ok(()) };
        if metadata.check(&GRANTS).is_ok() {
            for uri in &metadata.redirect_uris {
                prop_assert!(!uri.contains('#') && !uri.to_lowercase().starts_with("javascript:"), "{uri}");
            }
        }
    }
}
