//! The plain OpenID provider, and the effect of fault switches on its tokens.

use serde_json::json;

use super::journey::{Answer, BASIC, CALLBACK, CHALLENGE, Journey, NOW, Pairs, VERIFIER, changed, claims, part};

async fn authorize(journey: &Journey, changes: Pairs<'_>) -> Answer {
    let usual = [
        ("client_id", "sim"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email profile"),
        ("state", "a-state-that-is-long-enough"),
        ("nonce", "n0nce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("login_hint", "persona:ana"),
    ];
    journey.get("/oidc/authorize", &[], &changed(&usual, changes)).await
}

async fn token(journey: &Journey, code: &str, changes: Pairs<'_>) -> Answer {
    let usual =
        [("grant_type", "authorization_code"), ("redirect_uri", CALLBACK), ("code", code), ("code_verifier", VERIFIER)];
    journey.post("/oidc/token", &[BASIC], &changed(&usual, changes)).await
}

async fn sign_in(journey: &Journey, changes: Pairs<'_>) -> Answer {
    let code = authorize(journey, changes).await.sent("code");
    token(journey, &code, &[]).await
}

#[tokio::test]
async fn metadata_offers_everything_and_every_callback_names_the_issuer() {
    let journey = Journey::start().await;
    let base = format!("{}/oidc", journey.origin());
    let metadata = journey.get("/oidc/.well-known/openid-configuration", &[], &[]).await;
    assert_eq!(metadata.text("issuer"), base);
    assert_eq!(metadata.text("end_session_endpoint"), format!("{base}/logout"));
    assert_eq!(metadata.json["authorization_response_iss_parameter_supported"], true);
    for (change, error) in [
        (("prompt", ""), ""),
        (("login_hint", "persona:denied"), "access_denied"),
        (("scope", "email"), "invalid_scope"),
        (("response_type", "token"), "unsupported_response_type"),
        (("code_challenge", "short"), "invalid_request"),
    ] {
        let back = authorize(&journey, &[change]).await;
        assert_eq!((back.sent("iss"), back.sent("error").as_str()), (base.clone(), error));
    }
    let silent = authorize(&journey, &[("login_hint", ""), ("prompt", "none")]).await;
    assert_eq!(silent.sent("error"), "login_required");
}

#[tokio::test]
async fn codes_and_refresh_tokens_are_good_once() {
    let journey = Journey::start().await;
    let code = authorize(&journey, &[("scope", "openid offline_access")]).await.sent("code");
    for change in [("redirect_uri", "http://localhost:1/"), ("code_verifier", "wrong"), ("code_verifier", "")] {
        assert_eq!(token(&journey, &code, &[change]).await.error(), (400, "invalid_grant"), "{change:?}");
    }
    let answer = token(&journey, &code, &[]).await;
    let first = answer.text("refresh_token");
    let renew = [("grant_type", "refresh_token"), ("refresh_token", first.as_str())];
    let second = token(&journey, "", &renew).await;
    assert_eq!(token(&journey, "", &renew).await.error(), (400, "invalid_grant"));
    let access = second.text("access_token");
    assert_eq!(journey.get_as(&access, "/oidc/userinfo", &[]).await.status, 401, "the family fell");
    let nobody = journey.post("/oidc/token", &[], &[("grant_type", "authorization_code"), ("code", &code)]).await;
    assert_eq!(nobody.error(), (401, "invalid_client"));
}

#[tokio::test]
async fn signing_out_leads_back_with_the_state() {
    let journey = Journey::start().await;
    let wanted = [("post_logout_redirect_uri", CALLBACK), ("client_id", "sim"), ("state", "s")];
    assert_eq!(journey.get("/oidc/logout", &[], &wanted).await.location(), format!("{CALLBACK}?state=s"));
    assert_eq!(journey.post("/oidc/logout", &[], &wanted).await.status, 302);
    assert_eq!(journey.get("/oidc/logout", &[], &wanted[..1]).await.status, 200, "nobody said who asks");
}

#[tokio::test]
async fn each_switch_spoils_one_thing() {
    let journey = Journey::start().await;
    let good = sign_in(&journey, &[]).await;
    for (fault, claim) in [
        ("wrong_nonce", "nonce"),
        ("wrong_aud", "aud"),
        ("wrong_iss", "iss"),
        ("expired", "exp"),
        ("wrong_at_hash", "at_hash"),
    ] {
        journey.throw(json!({"fault": fault, "provider": "oidc", "times": 1})).await;
        let spoilt = sign_in(&journey, &[]).await.claims();
        assert_ne!(spoilt[claim], good.claims()[claim], "{fault}");
        assert_eq!(spoilt["sub"], good.claims()["sub"]);
    }
    journey.throw(json!({"fault": "expired", "times": 1})).await;
    assert!(sign_in(&journey, &[]).await.claims()["exp"].as_i64().unwrap() < NOW);
    journey.throw(json!({"fault": "alg_none", "times": 1})).await;
    let unsigned = sign_in(&journey, &[]).await.text("id_token");
    assert!(unsigned.ends_with('.') && part(&unsigned, 0)["alg"] == "none" && claims(&unsigned)["aud"] == "sim");
    journey.throw(json!({"fault": "unknown_kid", "times": 1})).await;
    assert_eq!(part(&sign_in(&journey, &[]).await.text("id_token"), 0)["kid"], "never-published");
}

#[tokio::test]
async fn userinfo_and_callback_can_lie() {
    let journey = Journey::start().await;
    let answer = sign_in(&journey, &[]).await;
    journey.throw(json!({"fault": "userinfo_sub", "times": 1})).await;
    let userinfo = journey.get_as(&answer.text("access_token"), "/oidc/userinfo", &[]).await;
    assert_ne!(userinfo.json["sub"], answer.claims()["sub"]);
    journey.throw(json!({"fault": "duplicate_iss", "provider": "oidc"})).await;
    assert_eq!(authorize(&journey, &[]).await.sent_all("iss").len(), 2);
}

#[tokio::test]
async fn a_rotation_signs_with_a_key_that_was_never_published() {
    let journey = Journey::start().await;
    let kids = |answer: &Answer| -> Vec<String> {
        answer.json["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let before = kids(&journey.get("/oidc/jwks", &[], &[]).await);
    assert_eq!(journey.post("/_sim/rotate", &[], &[]).await.status, 204);
    let kid = part(&sign_in(&journey, &[]).await.text("id_token"), 0)["kid"].as_str().unwrap().to_owned();
    let after = kids(&journey.get("/oidc/jwks", &[], &[]).await);
    assert!(!before.contains(&kid) && after.contains(&kid), "{before:?} {after:?} {kid}");
}
