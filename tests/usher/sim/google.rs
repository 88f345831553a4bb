//! Google's rules.

use serde_json::json;

use super::journey::{Answer, BASIC, CALLBACK, CHALLENGE, Journey, NOW, Pairs, VERIFIER, changed};

const STATE: &str = "a-state-that-is-long-enough";

async fn authorize(journey: &Journey, changes: Pairs<'_>) -> Answer {
    let usual = [
        ("client_id", "sim"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email profile"),
        ("state", STATE),
        ("nonce", "n0nce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("login_hint", "persona:ana"),
    ];
    journey.get("/google/o/oauth2/v2/auth", &[], &changed(&usual, changes)).await
}

async fn token(journey: &Journey, code: &str, changes: Pairs<'_>) -> Answer {
    let usual = [
        ("grant_type", "authorization_code"),
        ("client_id", "sim"),
        ("client_secret", "sim-secret"),
        ("redirect_uri", CALLBACK),
        ("code", code),
        ("code_verifier", VERIFIER),
    ];
    journey.post("/google/token", &[], &changed(&usual, changes)).await
}

async fn sign_in(journey: &Journey, changes: Pairs<'_>) -> Answer {
    let code = authorize(journey, changes).await.sent("code");
    let answer = token(journey, &code, &[]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

#[tokio::test]
async fn a_person_comes_back_with_what_google_adds_to_a_callback() {
    let journey = Journey::start().await;
    let back = authorize(&journey, &[]).await;
    assert_eq!(back.status, 302);
    assert!(back.location().starts_with(&format!("{CALLBACK}?state={STATE}&iss=")), "{}", back.location());
    assert!(back.sent("code").starts_with("4/0A"), "the code has a slash");
    assert_eq!(back.sent("iss"), format!("{}/google", journey.origin()));
    assert!(back.sent("scope").starts_with("email profile openid https://www.googleapis.com/auth/userinfo."));
    assert_eq!((back.sent("authuser").as_str(), back.sent("prompt").as_str()), ("0", "none"));
}

#[tokio::test]
async fn tokens_carry_the_claims_and_renamed_scopes() {
    let journey = Journey::start().await;
    let answer = sign_in(&journey, &[]).await;
    let scope =
        "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile";
    assert_eq!(answer.text("scope"), scope);
    assert_eq!(answer.json["refresh_token"], json!(null));
    let claims = answer.claims();
    let told = [&claims["iss"], &claims["aud"], &claims["azp"], &claims["nonce"], &claims["email"]];
    assert_eq!(json!(told), json!([format!("{}/google", journey.origin()), "sim", "sim", "n0nce", "ana@example.test"]));
    assert_eq!((&claims["email_verified"], &claims["hd"]), (&json!(true), &json!(null)));
    let userinfo = journey.get_as(&answer.text("access_token"), "/google/v1/userinfo", &[]).await;
    assert_eq!((&userinfo.json["sub"], &userinfo.json["name"]), (&claims["sub"], &json!("Ana Example")));
}

#[tokio::test]
async fn what_is_wrong_with_a_request_stays_on_googles_page() {
    let journey = Journey::start().await;
    for (name, value, words) in [
        ("client_id", "other", "invalid_client"),
        ("client_id", "", "client_id"),
        ("redirect_uri", "https://rp.example/callback", "redirect_uri_mismatch"),
        ("redirect_uri", "", "redirect_uri"),
        ("response_type", "token", "response_type"),
        ("scope", "", "scope"),
        ("code_challenge_method", "S512", "code_challenge_method"),
        ("code_challenge", "short", "43"),
    ] {
        let page = authorize(&journey, &[(name, value)]).await;
        assert!((400..500).contains(&page.status) && page.location().is_empty(), "{name}: {page:?}");
        assert!(page.body.contains(words) && page.header("content-type").starts_with("text/html"), "{name}");
    }
}

#[tokio::test]
async fn what_the_person_decides_travels_back() {
    let journey = Journey::start().await;
    let denied = authorize(&journey, &[("login_hint", "persona:denied")]).await;
    assert_eq!((denied.sent("error").as_str(), denied.sent("state").as_str()), ("access_denied", STATE));
    let silent = authorize(&journey, &[("login_hint", ""), ("prompt", "none")]).await;
    assert_eq!(silent.sent("error"), "login_required");
    let page = authorize(&journey, &[("login_hint", ""), ("prompt", "select_account")]).await;
    assert_eq!(page.status, 200);
}

#[tokio::test]
async fn a_code_is_good_once_and_a_second_time_takes_its_tokens_back() {
    let journey = Journey::start().await;
    let code = authorize(&journey, &[]).await.sent("code");
    let access = token(&journey, &code, &[]).await.text("access_token");
    assert_eq!(journey.get_as(&access, "/google/v1/userinfo", &[]).await.status, 200);
    let again = token(&journey, &code, &[]).await;
    assert_eq!((again.error(), again.text("error_description")), ((400, "invalid_grant"), "Bad Request".to_owned()));
    let gone = journey.get_as(&access, "/google/v1/userinfo", &[]).await;
    assert_eq!(
        (gone.error(), gone.text("error_description")),
        ((401, "invalid_request"), "Invalid Credentials".to_owned())
    );
}

#[tokio::test]
async fn the_token_endpoint_refuses_in_googles_words() {
    let journey = Journey::start().await;
    let code = authorize(&journey, &[]).await.sent("code");
    for (name, value, error) in [
        ("code", "4/0nonsense", (400, "invalid_grant")),
        ("code_verifier", "", (400, "invalid_grant")),
        ("code_verifier", "another-verifier-another-verifier-another-v", (400, "invalid_grant")),
        ("redirect_uri", "http://localhost:4711/other", (400, "redirect_uri_mismatch")),
        ("client_secret", "wrong", (401, "invalid_client")),
        ("client_secret", "", (400, "invalid_request")),
        ("client_id", "other", (401, "invalid_client")),
        ("grant_type", "password", (400, "unsupported_grant_type")),
    ] {
        let answer = token(&journey, &code, &[(name, value)]).await;
        assert_eq!(answer.error(), error, "{name}={value}");
    }
    let json = journey.post_json("/google/token", &json!({"code": code})).await;
    assert_eq!(json.error(), (400, "invalid_request"), "not a form");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(journey.post("/google/token", &[BASIC], &form).await.status, 200, "Basic will do");
}

#[tokio::test]
async fn a_code_expires() {
    let journey = Journey::start().await;
    let code = authorize(&journey, &[]).await.sent("code");
    journey.advance(601).await;
    assert_eq!(token(&journey, &code, &[]).await.error(), (400, "invalid_grant"));
}

#[tokio::test]
async fn a_refresh_token_comes_offline_the_first_time_or_with_consent() {
    let journey = Journey::start().await;
    let offline: Pairs<'_> = &[("access_type", "offline")];
    let refresh = sign_in(&journey, offline).await.text("refresh_token");
    assert_eq!(sign_in(&journey, offline).await.json["refresh_token"], json!(null));
    let again = sign_in(&journey, &[("access_type", "offline"), ("prompt", "consent")]).await;
    assert!(again.json["refresh_token"].is_string());
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    for _ in 0..2 {
        let renewed = journey.post("/google/token", &[BASIC], &form).await;
        assert_eq!((renewed.status, &renewed.json["refresh_token"]), (200, &json!(null)), "not rotated");
    }
    assert_eq!(journey.post("/google/revoke", &[], &[("token", &refresh)]).await.status, 200);
    assert_eq!(journey.post("/google/token", &[BASIC], &form).await.error(), (400, "invalid_grant"));
    assert_eq!(journey.post("/google/revoke", &[], &[("token", &refresh)]).await.error(), (400, "invalid_token"));
}

#[tokio::test]
async fn people_differ_in_what_google_says_of_their_address() {
    let journey = Journey::start().await;
    for (persona, email, verified, domain) in [
        ("unverified", json!("unverified@example.test"), json!(false), json!(null)),
        ("no_email", json!(null), json!(null), json!(null)),
        ("workspace_hd", json!("workspace_hd@example.test"), json!(true), json!("example.test")),
        ("partial_scopes", json!(null), json!(null), json!(null)),
        ("bea:bea@gmail.com", json!("bea@gmail.com"), json!(true), json!(null)),
    ] {
        let claims = sign_in(&journey, &[("login_hint", &format!("persona:{persona}"))]).await.claims();
        assert_eq!(
            (&claims["email"], &claims["email_verified"], &claims["hd"]),
            (&email, &verified, &domain),
            "{persona}"
        );
    }
}

#[tokio::test]
async fn the_issuer_may_be_bare_and_the_callback_silent() {
    let journey = Journey::start().await;
    journey.throw(json!({"fault": "bare_issuer", "provider": "google"})).await;
    journey.throw(json!({"fault": "no_iss", "provider": "google"})).await;
    let back = authorize(&journey, &[]).await;
    assert!(back.sent_all("iss").is_empty());
    let claims = token(&journey, &back.sent("code"), &[]).await.claims();
    let bare = format!("{}/google", journey.origin().strip_prefix("http://").unwrap());
    assert_eq!((&claims["iss"], &claims["iat"]), (&json!(bare), &json!(NOW)));
}

#[tokio::test]
async fn metadata_says_nothing_of_iss_nor_of_signing_out() {
    let journey = Journey::start().await;
    let metadata = journey.get("/google/.well-known/openid-configuration", &[], &[]).await;
    assert_eq!(metadata.text("issuer"), format!("{}/google", journey.origin()));
    for absent in ["authorization_response_iss_parameter_supported", "end_session_endpoint"] {
        assert_eq!(metadata.json[absent], json!(null));
    }
    assert!(metadata.header("cache-control").contains("max-age"));
}
