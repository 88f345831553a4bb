//! Events that providers send, received by an application.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::journey::{CALLBACK, Journey, NOW, claims, part};

type Heard = Arc<Mutex<Vec<(String, String)>>>;

/// An application with a receiver at `/hook`, and what it receives.
async fn receiver() -> (String, Heard) {
    let received = Heard::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let ear = received.clone();
    let hook = post(move |headers: HeaderMap, body: String| async move {
        let kind = headers["content-type"].to_str().unwrap().to_owned();
        ear.lock().unwrap().push((kind, body));
        (StatusCode::ACCEPTED, "received")
    });
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", hook)).await });
    (url, received)
}

async fn sent(order: Value) -> (Journey, String, String) {
    let journey = Journey::start().await;
    let (kind, body) = sent_by(&journey, order).await;
    (journey, kind, body)
}

async fn sent_by(journey: &Journey, mut order: Value) -> (String, String) {
    let (url, received) = receiver().await;
    order["to"] = json!(url);
    let answer = journey.post_json("/_sim/send", &order).await;
    assert_eq!((&answer.json["status"], &answer.json["body"]), (&json!(202), &json!("received")), "{answer:?}");
    let received = received.lock().unwrap().pop().unwrap();
    assert_eq!(answer.json["sent"], received.1);
    received
}

/// The only field of a form.
fn field(body: &str, name: &str) -> String {
    let (given, value) = url::form_urlencoded::parse(body.as_bytes()).next().unwrap();
    assert_eq!(given, name);
    value.into_owned()
}

#[tokio::test]
async fn google_sends_account_events_as_security_event_tokens() {
    let order = json!({"kind": "google_risc", "persona": "ana", "event": "sessions-revoked"});
    let (journey, kind, token) = sent(order).await;
    assert_eq!((kind.as_str(), &part(&token, 0)["typ"]), ("application/secevent+jwt", &json!("secevent+jwt")));
    let claims = claims(&token);
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(format!("{}/google/", journey.origin())), &json!("sim")));
    let event = &claims["events"]["https://schemas.openid.net/secevent/risc/event-type/sessions-revoked"];
    assert!(event["subject"]["sub"].is_string() && claims["exp"].is_null(), "{claims}");
}

#[tokio::test]
async fn facebook_signs_its_requests_with_the_secret() {
    for kind in ["facebook_deauthorize", "facebook_data_deletion"] {
        let (_journey, _, body) = sent(json!({"kind": kind, "persona": "ana"})).await;
        let request = field(&body, "signed_request");
        let (signature, payload) = request.split_once('.').unwrap();
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"sim-secret");
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert!(aws_lc_rs::hmac::verify(&key, payload.as_bytes(), &signature).is_ok());
        let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
        assert_eq!((&payload["algorithm"], &payload["issued_at"]), (&json!("HMAC-SHA256"), &json!(NOW)));
        assert!(payload["user_id"].as_str().unwrap().starts_with("10"));
    }
}

#[tokio::test]
async fn apples_events_are_a_text_inside_a_token() {
    let (_journey, kind, body) =
        sent(json!({"kind": "apple_notification", "persona": "relay", "event": "email-disabled"})).await;
    assert_eq!(kind, "application/json");
    let body: Value = serde_json::from_str(&body).unwrap();
    let claims = claims(body["payload"].as_str().unwrap());
    let events: Value = serde_json::from_str(claims["events"].as_str().unwrap()).unwrap();
    assert_eq!((&events["type"], &events["is_private_email"]), (&json!("email-disabled"), &json!("true")));
}

#[tokio::test]
async fn a_logout_token_names_the_session_that_was_opened_last() {
    let journey = Journey::start().await;
    let query = [
        ("client_id", "sim"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("login_hint", "persona:ana"),
    ];
    let code = journey.get("/oidc/authorize", &[], &query).await.sent("code");
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "sim"),
        ("client_secret", "sim-secret"),
        ("redirect_uri", CALLBACK),
        ("code", &code),
    ];
    let signed_in = journey.post("/oidc/token", &[], &form).await.claims();
    let (_, body) = sent_by(&journey, json!({"kind": "oidc_backchannel_logout", "persona": "ana"})).await;
    let token = field(&body, "logout_token");
    let logout = claims(&token);
    assert_eq!(
        (&logout["sid"], &logout["sub"], &logout["nonce"]),
        (&signed_in["sid"], &signed_in["sub"], &json!(null))
    );
    assert!(logout["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
    assert_eq!(part(&token, 0)["typ"], "logout+jwt");
    let order = json!({"kind": "oidc_backchannel_logout", "persona": "ana", "claims": {"aud": "other"}});
    let (_, body) = sent_by(&journey, order).await;
    assert_eq!(claims(&field(&body, "logout_token"))["aud"], "other", "claims can be spoilt");
}

#[tokio::test]
async fn nothing_is_sent_to_other_machines() {
    let journey = Journey::start().await;
    for to in ["http://192.0.2.1/", "https://rp.example/", "file:///etc/passwd", "http://localhost.example/"] {
        let order = json!({"kind": "google_risc", "persona": "ana", "to": to});
        assert_eq!(journey.post_json("/_sim/send", &order).await.status, 400, "{to}");
    }
    let nobody = json!({"kind": "google_risc", "persona": "a b", "to": "http://localhost:1/"});
    assert_eq!(journey.post_json("/_sim/send", &nobody).await.status, 400);
    let unheard = json!({"kind": "google_risc", "persona": "ana", "to": "http://127.0.0.1:1/"});
    assert_eq!(journey.post_json("/_sim/send", &unheard).await.status, 502);
}
