//! X's rules.

use serde_json::json;

use super::journey::{Answer, BASIC, CALLBACK, CHALLENGE, Journey, NOW, Pairs, VERIFIER, changed};

const ME: &str = "/x/2/users/me";
const FIELDS: (&str, &str) = ("user.fields", "confirmed_email,profile_image_url,verified");

async fn authorize(journey: &Journey, changes: Pairs<'_>) -> Answer {
    let usual = [
        ("client_id", "sim"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "users.read tweet.read users.email offline.access"),
        ("state", "a-state-that-is-long-enough"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("login_hint", "persona:ana"),
    ];
    journey.get("/x/i/oauth2/authorize", &[], &changed(&usual, changes)).await
}

async fn token(journey: &Journey, code: &str, changes: Pairs<'_>) -> Answer {
    let usual =
        [("grant_type", "authorization_code"), ("redirect_uri", CALLBACK), ("code", code), ("code_verifier", VERIFIER)];
    journey.post("/x/2/oauth2/token", &[BASIC], &changed(&usual, changes)).await
}

async fn sign_in(journey: &Journey, changes: Pairs<'_>) -> Answer {
    let code = authorize(journey, changes).await.sent("code");
    let answer = token(journey, &code, &[]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

async fn refresh(journey: &Journey, text: &str) -> Answer {
    let form = [("grant_type", "refresh_token"), ("refresh_token", text)];
    journey.post("/x/2/oauth2/token", &[BASIC], &form).await
}

#[tokio::test]
async fn a_person_is_a_data_object_whose_id_is_text() {
    let journey = Journey::start().await;
    let answer = sign_in(&journey, &[]).await;
    assert_eq!((&answer.json["token_type"], &answer.json["expires_in"]), (&json!("bearer"), &json!(7_200)));
    let me = journey.get_as(&answer.text("access_token"), ME, &[FIELDS]).await;
    let data = &me.json["data"];
    assert_eq!((&data["username"], &data["confirmed_email"]), (&json!("ana"), &json!("ana@example.test")));
    let id: u64 = data["id"].as_str().unwrap().parse().unwrap();
    assert!(id > 1 << 53, "a double would not hold {id}");
}

#[tokio::test]
async fn a_request_without_pkce_or_state_ends_on_a_page() {
    let journey = Journey::start().await;
    for change in [
        ("code_challenge", ""),
        ("state", ""),
        ("scope", ""),
        ("client_id", "other"),
        ("redirect_uri", "https://rp.example/"),
        ("code_challenge_method", "S512"),
    ] {
        let page = authorize(&journey, &[change]).await;
        assert_eq!((page.status, page.location()), (400, ""), "{change:?}");
    }
    let denied = authorize(&journey, &[("login_hint", "persona:denied")]).await;
    assert_eq!(denied.sent("error"), "access_denied");
    assert!(denied.sent_all("iss").is_empty(), "X does not name itself");
}

#[tokio::test]
async fn a_secret_in_the_body_is_as_good_as_none() {
    let journey = Journey::start().await;
    let code = authorize(&journey, &[]).await.sent("code");
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "sim"),
        ("client_secret", "sim-secret"),
        ("redirect_uri", CALLBACK),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let answer = journey.post("/x/2/oauth2/token", &[], &form).await;
    assert_eq!(answer.error(), (401, "unauthorized_client"));
    assert_eq!(answer.text("error_description"), "Missing valid authorization header");
    let wrong = journey.post("/x/2/oauth2/token", &[("authorization", "Basic c2ltOng=")], &form).await;
    assert_eq!(wrong.error(), (401, "unauthorized_client"));
}

#[tokio::test]
async fn codes_are_refused_in_xs_words() {
    let journey = Journey::start().await;
    let code = authorize(&journey, &[]).await.sent("code");
    for (name, value, words) in [
        ("code", "nonsense", "authorization code was invalid"),
        ("code_verifier", "", "[code_verifier]"),
        ("code_verifier", "wrong", "code verifier did not match"),
        ("redirect_uri", "http://localhost:1/", "redirect uri did not match"),
        ("grant_type", "", "[grant_type]"),
    ] {
        let answer = token(&journey, &code, &[(name, value)]).await;
        assert_eq!(answer.error(), (400, "invalid_request"), "{name}");
        assert!(answer.text("error_description").contains(words), "{answer:?}");
    }
    assert_eq!(token(&journey, &code, &[]).await.status, 200);
    assert_eq!(token(&journey, &code, &[]).await.error(), (400, "invalid_request"), "once");
}

#[tokio::test]
async fn a_code_lives_for_thirty_seconds() {
    let journey = Journey::start().await;
    let code = authorize(&journey, &[]).await.sent("code");
    journey.advance(30).await;
    assert_eq!(token(&journey, &code, &[]).await.error(), (400, "invalid_request"));
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_replay_kills_the_family() {
    let journey = Journey::start().await;
    let first = sign_in(&journey, &[]).await.text("refresh_token");
    let second = refresh(&journey, &first).await;
    let access = second.text("access_token");
    assert_eq!(journey.get_as(&access, ME, &[]).await.status, 200);
    assert_eq!(refresh(&journey, &first).await.error(), (400, "invalid_request"));
    assert_eq!(refresh(&journey, &second.text("refresh_token")).await.error(), (400, "invalid_request"));
    assert_eq!(journey.get_as(&access, ME, &[]).await.status, 401);
    let online = sign_in(&journey, &[("scope", "users.read tweet.read")]).await;
    assert_eq!(online.json["refresh_token"], json!(null));
}

#[tokio::test]
async fn reading_users_needs_tweet_read_as_well() {
    let journey = Journey::start().await;
    let access = sign_in(&journey, &[("scope", "users.read users.email")]).await.text("access_token");
    let answer = journey.get_as(&access, ME, &[]).await;
    assert_eq!((answer.status, &answer.json["title"]), (403, &json!("Forbidden")));
    assert_eq!(journey.get(ME, &[], &[]).await.json["title"], "Unauthorized");
}

#[tokio::test]
async fn the_address_needs_the_scope_the_field_and_the_console() {
    let journey = Journey::start().await;
    let access = sign_in(&journey, &[]).await.text("access_token");
    assert_eq!(journey.get_as(&access, ME, &[]).await.json["data"].as_object().unwrap().len(), 3);
    for persona in ["no_email", "unverified", "partial_scopes"] {
        let hint = format!("persona:{persona}");
        let access = sign_in(&journey, &[("login_hint", &hint)]).await.text("access_token");
        let data = journey.get_as(&access, ME, &[FIELDS]).await.json["data"].clone();
        assert!(data["confirmed_email"].is_null(), "{persona}: {data}");
    }
    journey.throw(json!({"fault": "no_email_access", "provider": "x"})).await;
    let data = journey.get_as(&access, ME, &[FIELDS]).await.json["data"].clone();
    assert!(data.get("confirmed_email").is_none() && data["verified"] == false);
    assert_eq!(journey.get_as(&access, ME, &[("user.fields", "nonsense")]).await.status, 400);
}

#[tokio::test]
async fn requests_are_counted_and_the_limit_is_returned() {
    let journey = Journey::start().await;
    let access = sign_in(&journey, &[]).await.text("access_token");
    for _ in 0..75 {
        assert_eq!(journey.get_as(&access, ME, &[]).await.status, 200);
    }
    let refused = journey.get_as(&access, ME, &[]).await;
    assert_eq!((refused.status, &refused.json["title"]), (429, &json!("Too Many Requests")));
    assert_eq!(refused.header("x-rate-limit-remaining"), "0");
    let reset: i64 = refused.header("x-rate-limit-reset").parse().unwrap();
    assert!(reset > NOW && reset <= NOW + 900);
    journey.advance(900).await;
    assert_eq!(journey.get_as(&access, ME, &[]).await.status, 200);
}

#[tokio::test]
async fn a_revoked_token_is_nobodys() {
    let journey = Journey::start().await;
    let answer = sign_in(&journey, &[]).await;
    let access = answer.text("access_token");
    assert_eq!(journey.post("/x/2/oauth2/revoke", &[], &[("token", &access)]).await.status, 401);
    assert_eq!(journey.post("/x/2/oauth2/revoke", &[BASIC], &[("token", &access)]).await.status, 200);
    assert_eq!(journey.get_as(&access, ME, &[]).await.status, 401);
}
