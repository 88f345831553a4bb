//! GitHub's rules.

use serde_json::json;

use super::journey::{Answer, BASIC, CALLBACK, CHALLENGE, Journey, Pairs, VERIFIER, changed};

const JSON: (&str, &str) = ("accept", "application/json");

async fn authorize(journey: &Journey, changes: Pairs<'_>) -> Answer {
    let usual = [
        ("client_id", "sim"),
        ("redirect_uri", CALLBACK),
        ("scope", "read:user user:email"),
        ("state", "a-state-that-is-long-enough"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("login_hint", "persona:ana"),
    ];
    journey.get("/github/login/oauth/authorize", &[], &changed(&usual, changes)).await
}

async fn token(journey: &Journey, headers: Pairs<'_>, code: &str, changes: Pairs<'_>) -> Answer {
    let usual = [
        ("client_id", "sim"),
        ("client_secret", "sim-secret"),
        ("redirect_uri", CALLBACK),
        ("code", code),
        ("code_verifier", VERIFIER),
    ];
    journey.post("/github/login/oauth/access_token", headers, &changed(&usual, changes)).await
}

async fn sign_in(journey: &Journey, changes: Pairs<'_>) -> String {
    let code = authorize(journey, changes).await.sent("code");
    token(journey, &[JSON], &code, &[]).await.text("access_token")
}

#[tokio::test]
async fn the_callback_names_the_issuer() {
    let journey = Journey::start().await;
    let issuer = format!("{}/github/login/oauth", journey.origin());
    assert_eq!(authorize(&journey, &[]).await.sent("iss"), issuer);
    let denied = authorize(&journey, &[("login_hint", "persona:denied")]).await;
    assert_eq!((denied.sent("error").as_str(), denied.sent("iss")), ("access_denied", issuer));
}

#[tokio::test]
async fn an_unknown_client_or_address_ends_on_a_page() {
    let journey = Journey::start().await;
    for (change, status) in [
        (("client_id", "other"), 404),
        (("redirect_uri", "https://rp.example/"), 400),
        (("code_challenge_method", "plain"), 400),
    ] {
        let page = authorize(&journey, &[change]).await;
        assert_eq!((page.status, page.location()), (status, ""), "{change:?}");
    }
}

#[tokio::test]
async fn errors_come_with_status_200() {
    let journey = Journey::start().await;
    let code = authorize(&journey, &[]).await.sent("code");
    for (name, value, error) in [
        ("code", "nonsense", "bad_verification_code"),
        ("code_verifier", "wrong", "bad_verification_code"),
        ("code_verifier", "", "bad_verification_code"),
        ("client_secret", "wrong", "incorrect_client_credentials"),
        ("redirect_uri", "http://localhost:1/", "redirect_uri_mismatch"),
    ] {
        let answer = token(&journey, &[JSON], &code, &[(name, value)]).await;
        assert_eq!(answer.error(), (200, error), "{name}={value}");
        assert!(answer.json["error_uri"].is_string());
    }
    assert_eq!(token(&journey, &[JSON], &code, &[]).await.text("scope"), "read:user,user:email");
    assert_eq!(token(&journey, &[JSON], &code, &[]).await.error(), (200, "bad_verification_code"), "once");
}

#[tokio::test]
async fn who_does_not_ask_for_json_gets_a_form() {
    let journey = Journey::start().await;
    let code = authorize(&journey, &[]).await.sent("code");
    let answer = token(&journey, &[], &code, &[]).await;
    assert!(answer.header("content-type").starts_with("application/x-www-form-urlencoded"));
    assert!(answer.body.starts_with("access_token=gho_") && answer.body.ends_with("&token_type=bearer"));
}

#[tokio::test]
async fn the_api_wants_to_know_who_asks() {
    let journey = Journey::start().await;
    let access = sign_in(&journey, &[]).await;
    let bearer = format!("Bearer {access}");
    let nameless = journey.get("/github/user", &[("authorization", &bearer)], &[]).await;
    assert_eq!(nameless.status, 403);
    let user = journey.get_as(&access, "/github/user", &[]).await;
    assert!(user.json["id"].is_u64() && user.json["email"].is_null(), "{user:?}");
    assert_eq!(user.json["login"], "ana");
    assert_eq!(journey.get_as("gho_nonsense", "/github/user", &[]).await.json["message"], "Bad credentials");
}

#[tokio::test]
async fn addresses_are_a_list_of_which_one_is_primary() {
    let journey = Journey::start().await;
    for (persona, verified) in [("ana", true), ("unverified", false)] {
        let access = sign_in(&journey, &[("login_hint", &format!("persona:{persona}"))]).await;
        let list = journey.get_as(&access, "/github/user/emails", &[]).await.json;
        assert_eq!((&list[0]["primary"], &list[0]["verified"]), (&json!(false), &json!(false)), "not the first one");
        let expected = json!({"email": format!("{persona}@example.test"), "primary": true, "verified": verified,
                              "visibility": "private"});
        assert_eq!(list[1], expected);
        assert!(list[2]["email"].as_str().unwrap().ends_with("@users.noreply.github.com"));
    }
    let access = sign_in(&journey, &[("login_hint", "persona:partial_scopes")]).await;
    assert_eq!(journey.get_as(&access, "/github/user/emails", &[]).await.status, 404);
    let access = sign_in(&journey, &[("login_hint", "persona:no_email")]).await;
    assert_eq!(journey.get_as(&access, "/github/user/emails", &[]).await.json, json!([]));
}

#[tokio::test]
async fn the_application_can_give_its_grant_back() {
    let journey = Journey::start().await;
    let access = sign_in(&journey, &[]).await;
    let body = json!({ "access_token": access }).to_string();
    let path = "/github/applications/sim/grant";
    assert_eq!(journey.delete(path, &[], body.clone()).await.status, 404);
    assert_eq!(journey.delete(path, &[BASIC], "nonsense".to_owned()).await.status, 422);
    assert_eq!(journey.delete(path, &[BASIC], body).await.status, 204);
    assert_eq!(journey.get_as(&access, "/github/user", &[]).await.status, 401);
}
