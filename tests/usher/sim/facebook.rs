//! Facebook's rules.

use serde_json::{Value, json};

use super::journey::{Answer, CALLBACK, CHALLENGE, Journey, Pairs, VERIFIER, changed};

async fn authorize(journey: &Journey, changes: Pairs<'_>) -> Answer {
    let usual = [
        ("client_id", "sim"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "email,public_profile"),
        ("state", "a-state-that-is-long-enough"),
        ("login_hint", "persona:ana"),
    ];
    journey.get("/facebook/v25.0/dialog/oauth", &[], &changed(&usual, changes)).await
}

async fn token(journey: &Journey, code: &str, changes: Pairs<'_>) -> Answer {
    let usual = [("client_id", "sim"), ("client_secret", "sim-secret"), ("redirect_uri", CALLBACK), ("code", code)];
    journey.post("/facebook/v25.0/oauth/access_token", &[], &changed(&usual, changes)).await
}

async fn sign_in(journey: &Journey, changes: Pairs<'_>) -> String {
    let code = authorize(journey, changes).await.sent("code");
    token(journey, &code, &[]).await.text("access_token")
}

/// Code and subcode of Facebook's error format.
fn fault(answer: &Answer) -> (u16, Value, Value) {
    assert!(answer.json["error"]["fbtrace_id"].is_string(), "{answer:?}");
    (answer.status, answer.json["error"]["code"].clone(), answer.json["error"]["error_subcode"].clone())
}

/// HMAC-SHA256 of the token with the secret, in hexadecimal.
fn proof(token: &str) -> String {
    use std::fmt::Write as _;

    use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
    let tag = sign(&Key::new(HMAC_SHA256, b"sim-secret"), token.as_bytes());
    let mut text = String::new();
    tag.as_ref().iter().for_each(|byte| write!(text, "{byte:02x}").unwrap());
    text
}

#[tokio::test]
async fn a_callback_ends_in_a_fragment_and_a_refusal_has_words_of_its_own() {
    let journey = Journey::start().await;
    let back = authorize(&journey, &[]).await;
    assert!(back.location().ends_with("#_=_") && back.sent("code").starts_with("AQB"), "{}", back.location());
    let denied = authorize(&journey, &[("login_hint", "persona:denied")]).await;
    assert_eq!((denied.sent("error").as_str(), denied.sent("error_reason").as_str()), ("access_denied", "user_denied"));
    assert_eq!(denied.sent("error_code"), "200");
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_listed_ends_on_a_page() {
    let journey = Journey::start().await;
    for change in [("redirect_uri", "https://rp.example/"), ("client_id", "other"), ("response_type", "token")] {
        let page = authorize(&journey, &[change]).await;
        assert_eq!((page.status, page.location()), (400, ""), "{change:?}");
    }
}

#[tokio::test]
async fn codes_are_refused_by_number() {
    let journey = Journey::start().await;
    let code = authorize(&journey, &[]).await.sent("code");
    let other = format!("{CALLBACK}/");
    let differs = token(&journey, &code, &[("redirect_uri", &other)]).await;
    assert_eq!(fault(&differs), (400, json!(100), json!(36_008)), "byte for byte");
    assert_eq!(fault(&token(&journey, &code, &[("client_secret", "no")]).await), (400, json!(1), json!(null)));
    assert_eq!(fault(&token(&journey, "AQBnonsense", &[]).await), (400, json!(100), json!(null)));
    assert_eq!(token(&journey, &code, &[]).await.status, 200);
    let used = token(&journey, &code, &[]).await;
    assert_eq!(fault(&used), (400, json!(100), json!(36_009)));
    assert_eq!(used.json["error"]["message"], "This authorization code has been used.");
    let late = authorize(&journey, &[]).await.sent("code");
    journey.advance(601).await;
    assert_eq!(fault(&token(&journey, &late, &[]).await), (400, json!(100), json!(36_007)));
}

#[tokio::test]
async fn a_token_has_no_scope_no_refresh_and_sometimes_no_expiry() {
    let journey = Journey::start().await;
    let code = authorize(&journey, &[]).await.sent("code");
    let query = [("client_id", "sim"), ("client_secret", "sim-secret"), ("redirect_uri", CALLBACK), ("code", &code)];
    let answer = journey.get("/facebook/v25.0/oauth/access_token", &[], &query).await;
    assert_eq!((answer.status, &answer.json["token_type"]), (200, &json!("bearer")), "GET will do");
    assert_eq!((&answer.json["scope"], &answer.json["refresh_token"]), (&json!(null), &json!(null)));
    assert_eq!(answer.json["expires_in"], 5_183_999);
    journey.throw(json!({"fault": "no_expires_in", "provider": "facebook"})).await;
    let code = authorize(&journey, &[]).await.sent("code");
    assert_eq!(token(&journey, &code, &[]).await.json["expires_in"], json!(null));
}

#[tokio::test]
async fn only_requested_fields_are_returned_and_nothing_about_verification() {
    let journey = Journey::start().await;
    let access = sign_in(&journey, &[]).await;
    let bare = journey.get_as(&access, "/facebook/v25.0/me", &[]).await;
    assert_eq!(bare.json.as_object().unwrap().len(), 2, "{bare:?}");
    let fields = [("fields", "id,name,first_name,last_name,email,picture.type(large)")];
    let full = journey.get_as(&access, "/facebook/v25.0/me", &fields).await;
    assert_eq!((&full.json["email"], &full.json["first_name"]), (&json!("ana@example.test"), &json!("Ana")));
    assert!(full.json["picture"]["data"]["url"].is_string() && full.json["email_verified"].is_null());
    for persona in ["persona:no_email", "persona:partial_scopes"] {
        let access = sign_in(&journey, &[("login_hint", persona)]).await;
        assert_eq!(journey.get_as(&access, "/facebook/v25.0/me", &fields).await.json["email"], json!(null));
    }
}

#[tokio::test]
async fn a_proof_is_checked_when_sent_and_demanded_by_the_switch() {
    let journey = Journey::start().await;
    let access = sign_in(&journey, &[]).await;
    let wrong = journey.get_as(&access, "/facebook/v25.0/me", &[("appsecret_proof", "00")]).await;
    assert_eq!(fault(&wrong), (400, json!(100), json!(null)));
    assert_eq!(journey.get_as(&access, "/facebook/v25.0/me", &[]).await.status, 200);
    journey.throw(json!({"fault": "require_proof", "provider": "facebook"})).await;
    let missing = journey.get_as(&access, "/facebook/v25.0/me", &[]).await;
    assert_eq!(missing.json["error"]["message"], "API calls from the server require an appsecret_proof argument");
    let right = journey.get_as(&access, "/facebook/v25.0/me", &[("appsecret_proof", &proof(&access))]).await;
    assert_eq!(right.status, 200);
}

#[tokio::test]
async fn an_unknown_version_is_silently_the_oldest() {
    let journey = Journey::start().await;
    let access = sign_in(&journey, &[]).await;
    for (path, version) in [("/facebook/v25.0/me", "v25.0"), ("/facebook/v3.1/me", "v22.0"), ("/facebook/me", "v22.0")]
    {
        assert_eq!(journey.get_as(&access, path, &[]).await.header("facebook-api-version"), version);
    }
}

#[tokio::test]
async fn a_token_can_be_examined_expires_and_is_taken_back_with_the_app() {
    let journey = Journey::start().await;
    let access = sign_in(&journey, &[("login_hint", "persona:partial_scopes")]).await;
    let asked = [("input_token", access.as_str())];
    let told = journey.get_as("sim|sim-secret", "/facebook/v25.0/debug_token", &asked).await.json["data"].clone();
    assert_eq!(
        (&told["is_valid"], &told["app_id"], &told["scopes"]),
        (&json!(true), &json!("sim"), &json!(["public_profile"]))
    );
    assert_eq!(journey.get_as("x", "/facebook/v25.0/debug_token", &asked).await.status, 400);
    let permissions = journey.get_as(&access, "/facebook/v25.0/me/permissions", &[]).await;
    assert_eq!(permissions.json["data"][1], json!({"permission": "email", "status": "declined"}));
    let bearer = format!("Bearer {access}");
    let removed = journey.delete("/facebook/v25.0/me/permissions", &[("authorization", &bearer)], String::new()).await;
    assert_eq!(removed.json, json!({"success": true}));
    assert_eq!(fault(&journey.get_as(&access, "/facebook/v25.0/me", &[]).await), (400, json!(190), json!(null)));
    let late = sign_in(&journey, &[]).await;
    journey.advance(5_184_000).await;
    assert_eq!(fault(&journey.get_as(&late, "/facebook/v25.0/me", &[]).await), (400, json!(190), json!(463)));
}

#[tokio::test]
async fn the_manual_flow_with_pkce_gives_an_id_token_without_the_secret() {
    let journey = Journey::start().await;
    let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let changes = [&[("scope", "openid,email"), ("nonce", "n0nce")], &pkce[..]].concat();
    let code = authorize(&journey, &changes).await.sent("code");
    let wrong = token(&journey, &code, &[("client_secret", ""), ("code_verifier", "wrong")]).await;
    assert_eq!(wrong.status, 400);
    let answer = token(&journey, &code, &[("client_secret", ""), ("code_verifier", VERIFIER)]).await;
    let claims = answer.claims();
    assert_eq!((&claims["nonce"], &claims["email_verified"]), (&json!("n0nce"), &json!(null)));
    let swap = [("grant_type", "fb_exchange_token"), ("fb_exchange_token", &answer.text("access_token"))];
    assert!(token(&journey, "", &swap).await.text("access_token").starts_with("EAAG"));
}
