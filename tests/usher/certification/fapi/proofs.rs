//! DPoP proofs at the three endpoints.

use serde_json::{Value, json};
use usher_protocol::dpop::access_token_hash;

use super::client::{FapiClient, PAR, TOKEN, Variant, server};
use crate::harness::client_key::TestKey;
use crate::harness::relying_party::Answer;

pub async fn access_token_type_header_case_sensitivity(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let token = client.tokens().await.text("access_token");
    for scheme in ["DPoP", "dpop", "dPOp"] {
        let told = client.resource(&token, scheme, &[client.resource_proof(&token, &json!({}))]).await;
        assert_eq!(told.status, 200, "{scheme}: {told:?}");
    }
}

/// A whole flow whose proofs have these changes, at all three endpoints.
async fn proves_with(variant: Variant, change: impl Fn(i64) -> Value) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let change = change(server.now().0);
    let proof = |path: &str| client.token_key.proof(&server, "POST", path, &change);
    let code = client.code_of(&client.push_as(&client.assertion(), &proof(PAR), &[]).await).await;
    let tokens = client.exchange(&code, &proof(TOKEN)).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert_eq!(client.call(&tokens.text("access_token"), &change).await.status, 200);
}

pub async fn check_dpop_proof_nbf_exp(variant: Variant) {
    proves_with(variant, |now| json!({"nbf": now, "exp": now + 300})).await;
}

pub async fn ensure_dpopproof_with_iat_10seconds_before_succeeds(variant: Variant) {
    proves_with(variant, |now| json!({"iat": now - 10})).await;
}

pub async fn ensure_dpopproof_with_iat_10seconds_after_succeeds(variant: Variant) {
    proves_with(variant, |now| json!({"iat": now + 10})).await;
}

/// `dpop_jkt` names another key than the proof beside it.
pub async fn ensure_mismatched_dpop_jkt_fails(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let other = TestKey::new("d2").thumbprint();
    let refused = client.push_as(&client.assertion(), &client.proof(PAR), &[("dpop_jkt", &other)]).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_dpop_proof"), "{refused:?}");
}

/// The code of this pushed request is redeemed with the client's key alone.
async fn assert_bound(client: &FapiClient<'_>, pushed: &Answer) {
    let code = client.code_of(pushed).await;
    let refused = client.exchange(&code, &TestKey::new("d2").proof(client.server, "POST", TOKEN, &json!({}))).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_grant"), "{refused:?}");
    client.redeem(&code).await;
}

pub async fn ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let pushed = client.push_as(&client.assertion(), &client.proof(PAR), &[]).await;
    assert_bound(&client, &pushed).await;
}

pub async fn ensure_token_endpoint_fails_with_mismatched_dpop_jkt(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let pushed = client.push(&[("dpop_jkt", &client.token_key.thumbprint())]).await;
    assert_bound(&client, &pushed).await;
}

pub async fn ensure_dpopproof_at_par_endpoint_binding_success(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let pushed = client.push_as(&client.assertion(), &client.proof(PAR), &[]).await;
    client.redeem(&client.code_of(&pushed).await).await;
}

pub async fn ensure_dpop_auth_code_binding_success(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let jkt = client.token_key.thumbprint();
    let pushed = client.push_as(&client.assertion(), &client.proof(PAR), &[("dpop_jkt", &jkt)]).await;
    client.redeem(&client.code_of(&pushed).await).await;
}

/// Proofs that differ from a good one in one thing.
fn faulty(client: &FapiClient<'_>, token: &str) -> Vec<String> {
    let (now, key) = (client.server.now().0, &client.token_key);
    let claims = || client.resource_claims(token, &json!({}));
    let mut jwk = key.jwk();
    jwk.as_object_mut().expect("a JWK").remove("kid");
    let mut private = jwk.clone();
    private["d"] = json!("AAAA");
    let mut proofs: Vec<_> = [
        json!({"jti": null}),
        json!({"htm": null}),
        json!({"htu": null}),
        json!({"iat": null}),
        json!({"ath": null}),
        json!({"htm": "PUT"}),
        json!({"htu": "https://www.other1.example.com/"}),
        json!({"iat": now + 3_600}),
        json!({"iat": now - 3_600}),
        json!({"ath": access_token_hash("another")}),
    ]
    .iter()
    .map(|changes| client.resource_proof(token, changes))
    .collect();
    for header in [
        json!({"alg": "ES256", "jwk": jwk}),
        json!({"alg": "ES256", "typ": "JWT", "jwk": jwk}),
        json!({"typ": "dpop+jwt", "jwk": jwk}),
        json!({"alg": "ES256", "typ": "dpop+jwt"}),
        json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": private}),
        json!({"alg": "RS256", "typ": "dpop+jwt", "jwk": jwk}),
        json!({"alg": "none", "typ": "dpop+jwt", "jwk": jwk}),
    ] {
        proofs.push(key.sign(&header, &claims()));
    }
    let foreign = TestKey::new("d2").sign(&json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk}), &claims());
    let other_key =
        TestKey::new("d2").proof(client.server, "GET", "/oauth2/userinfo", &json!({"ath": access_token_hash(token)}));
    proofs.extend([foreign, other_key, "not.a.jwt".to_owned(), String::new()]);
    proofs
}

pub async fn dpop_negative_tests(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let token = client.tokens().await.text("access_token");
    let proof = |changes: &Value| client.resource_proof(&token, changes);
    let url = format!("{}/oauth2/userinfo", server.url);
    let spelled = url.to_uppercase().replace("/OAUTH2/USERINFO", "/oauth2/userinfo");
    for good in [json!({}), json!({"htu": format!("{url}?a=b#c")}), json!({"htu": spelled}), json!({"extra": 1})] {
        assert_eq!(client.call(&token, &good).await.status, 200, "{good}");
    }
    for bad in faulty(&client, &token) {
        let refused = client.resource(&token, "DPoP", std::slice::from_ref(&bad)).await;
        assert_eq!(refused.status, 401, "{bad}: {refused:?}");
        assert!(matches!(refused.error(), "invalid_dpop_proof" | "invalid_token"), "{bad}: {refused:?}");
    }
    let two = client.resource(&token, "DPoP", &[proof(&json!({})), proof(&json!({}))]).await;
    assert!(matches!(two.status.as_u16(), 400 | 401), "{two:?}");
    let once = [proof(&json!({}))];
    assert_eq!(client.resource(&token, "DPoP", &once).await.status, 200);
    assert_eq!(client.resource(&token, "DPoP", &once).await.status, 401, "a jti once");
    for proofs in [vec![], vec![proof(&json!({}))]] {
        assert_eq!(client.resource(&token, "Bearer", &proofs).await.status, 401, "no way down to a bearer token");
    }
}
