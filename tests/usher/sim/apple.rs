//! Apple's rules.

use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::journey::{Answer, CALLBACK, Journey, Pairs, changed};

async fn authorize(journey: &Journey, changes: Pairs<'_>) -> Answer {
    let usual = [
        ("client_id", "sim"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("response_mode", "form_post"),
        ("scope", "name email"),
        ("state", "a-state-that-is-long-enough"),
        ("nonce", "n0nce"),
        ("login_hint", "persona:ana"),
    ];
    journey.get("/apple/auth/authorize", &[], &changed(&usual, changes)).await
}

/// A field of the form that the browser posts; empty if absent.
fn field(page: &Answer, name: &str) -> String {
    let selector = Selector::parse(&format!("form[action='{CALLBACK}'] input[name='{name}']")).unwrap();
    let html = Html::parse_document(&page.body);
    html.select(&selector).next().and_then(|input| input.attr("value")).unwrap_or_default().to_owned()
}

async fn token(journey: &Journey, code: &str, changes: Pairs<'_>) -> Answer {
    let usual = [
        ("grant_type", "authorization_code"),
        ("client_id", "sim"),
        ("client_secret", "sim-secret"),
        ("redirect_uri", CALLBACK),
        ("code", code),
    ];
    journey.post("/apple/auth/token", &[], &changed(&usual, changes)).await
}

async fn sign_in(journey: &Journey, hint: &str) -> Value {
    let code = field(&authorize(journey, &[("login_hint", hint)]).await, "code");
    token(journey, &code, &[]).await.claims()
}

#[tokio::test]
async fn the_answer_is_a_form_that_a_script_of_its_own_sends() {
    let journey = Journey::start().await;
    let page = authorize(&journey, &[]).await;
    assert_eq!((page.status, field(&page, "state").as_str()), (200, "a-state-that-is-long-enough"));
    assert!(page.body.contains("<script src=\"/_sim/submit.js\" defer></script>"));
    let script = journey.get("/_sim/submit.js", &[], &[]).await;
    assert!(script.header("content-type").starts_with("text/javascript"));
    let denied = authorize(&journey, &[("login_hint", "persona:denied")]).await;
    assert_eq!(field(&denied, "error"), "user_cancelled_authorize");
}

#[tokio::test]
async fn with_a_scope_the_answer_must_be_a_form() {
    let journey = Journey::start().await;
    for change in [
        ("response_mode", ""),
        ("client_id", "other"),
        ("redirect_uri", "https://rp.example/"),
        ("response_type", "id_token"),
    ] {
        let page = authorize(&journey, &[change]).await;
        assert_eq!((page.status, page.location()), (400, ""), "{change:?}");
    }
    let plain = authorize(&journey, &[("response_mode", ""), ("scope", "")]).await;
    assert!(!plain.sent("code").is_empty(), "without a scope the query will do");
}

#[tokio::test]
async fn the_name_comes_once() {
    let journey = Journey::start().await;
    let first = field(&authorize(&journey, &[]).await, "user");
    let user: Value = serde_json::from_str(&first).unwrap();
    let name = json!({"firstName": "Ana", "lastName": "Example"});
    assert_eq!(user, json!({"name": name, "email": "ana@example.test"}));
    assert_eq!(field(&authorize(&journey, &[]).await, "user"), "");
    for (persona, comes) in [("apple_again", false), ("apple_first", true), ("apple_first", true)] {
        let page = authorize(&journey, &[("login_hint", &format!("persona:{persona}"))]).await;
        assert_eq!(!field(&page, "user").is_empty(), comes, "{persona}");
    }
}

#[tokio::test]
async fn booleans_are_texts_and_a_relay_says_so() {
    let journey = Journey::start().await;
    let ana = sign_in(&journey, "persona:ana").await;
    assert_eq!((&ana["email_verified"], &ana["is_private_email"]), (&json!("true"), &json!(null)));
    assert_eq!((&ana["nonce"], &ana["iss"]), (&json!("n0nce"), &json!(format!("{}/apple", journey.origin()))));
    let relay = sign_in(&journey, "persona:relay").await;
    assert!(relay["email"].as_str().unwrap().ends_with("@privaterelay.appleid.com"));
    assert_eq!(relay["is_private_email"], "true");
    assert_eq!(sign_in(&journey, "persona:unverified").await["email_verified"], "false");
    assert_eq!(sign_in(&journey, "persona:no_email").await["email"], json!(null));
}

#[tokio::test]
async fn codes_secrets_and_forms_are_checked() {
    let journey = Journey::start().await;
    let code = field(&authorize(&journey, &[]).await, "code");
    for (name, value, error) in [
        ("code", "nonsense", "invalid_grant"),
        ("redirect_uri", "http://localhost:1/", "invalid_grant"),
        ("client_secret", "wrong", "invalid_client"),
        ("client_secret", "e30.e30.e30", "invalid_client"),
        ("client_id", "other", "invalid_client"),
        ("grant_type", "password", "unsupported_grant_type"),
    ] {
        assert_eq!(token(&journey, &code, &[(name, value)]).await.error(), (400, error), "{name}={value}");
    }
    let answer = token(&journey, &code, &[]).await;
    assert_eq!(token(&journey, &code, &[]).await.error(), (400, "invalid_grant"), "once");
    let refresh = answer.text("refresh_token");
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "sim"),
        ("client_secret", "sim-secret"),
        ("refresh_token", &refresh),
        ("token", &refresh),
    ];
    assert_eq!(journey.post("/apple/auth/token", &[], &form).await.status, 200);
    let revoked = journey.post("/apple/auth/revoke", &[], &form).await;
    assert_eq!((revoked.status, revoked.body.as_str()), (200, ""));
    assert_eq!(journey.post("/apple/auth/token", &[], &form).await.error(), (400, "invalid_grant"));
}
