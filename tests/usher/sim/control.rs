//! Transport faults, the journal, and malformed requests.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::net::TcpListener;
use usher_sim::{Sim, SimProvider};

use super::journey::{BASIC, CALLBACK, Journey};

const TOKEN: &str = "/google/token";

#[tokio::test]
async fn the_token_endpoint_can_break_in_every_way() {
    let journey = Journey::start().await;
    let broken = async |fault: &str| {
        journey.throw(json!({"fault": fault, "provider": "google", "times": 1})).await;
        journey.post(TOKEN, &[], &[]).await
    };
    let html = broken("html_502").await;
    assert!(html.status == 502 && html.body.contains("<html>"));
    assert_eq!(broken("error_200").await.error(), (200, "bad_verification_code"));
    assert!(broken("huge_body").await.body.len() > 50 * 1024 * 1024);
    assert!(broken("deep_body").await.body.starts_with("[[[["));
    assert_eq!(broken("error_500").await.error(), (500, "server_error"));
    let html = broken("html_200").await;
    assert!(html.status == 200 && html.body.contains("<html>"));
    let found = broken("redirect_302").await;
    assert_eq!((found.status, found.location()), (302, format!("{}/_sim/elsewhere", journey.origin()).as_str()));
    let redirect = broken("redirect").await;
    assert_eq!((redirect.status, redirect.location()), (307, format!("{}/_sim/elsewhere", journey.origin()).as_str()));
    assert_eq!(journey.post(TOKEN, &[], &[]).await.error(), (400, "invalid_request"), "whole again");
}

#[tokio::test]
async fn a_slow_provider_answers_late() {
    let journey = Journey::start().await;
    journey.throw(json!({"fault": "slow", "provider": "x", "endpoint": "userinfo", "seconds": 1})).await;
    let began = Instant::now();
    assert_eq!(journey.get("/x/2/users/me", &[], &[]).await.status, 401);
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_slow_answer_comes_at_once_when_the_switches_are_put_back() {
    let journey = Journey::start().await;
    journey.throw(json!({"fault": "slow", "provider": "x", "endpoint": "userinfo", "seconds": 120})).await;
    let (late, ()) = tokio::join!(journey.get("/x/2/users/me", &[], &[]), async {
        while journey.requests().await.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        journey.delete("/_sim/faults", &[], String::new()).await;
    });
    assert_eq!(late.status, 401);
}

#[tokio::test]
async fn a_provider_that_is_down_says_nothing_and_the_others_go_on() {
    let journey = Journey::start().await;
    journey.throw(json!({"fault": "down", "provider": "google"})).await;
    assert!(journey.try_get("/google/.well-known/openid-configuration").await.is_err());
    assert_eq!(journey.try_get("/oidc/.well-known/openid-configuration").await.unwrap().status, 200);
    assert_eq!(journey.get("/_sim/faults", &[], &[]).await.json, json!([{"fault": "down", "provider": "google"}]));
    journey.delete("/_sim/faults", &[], String::new()).await;
    assert_eq!(journey.try_get("/google/.well-known/openid-configuration").await.unwrap().status, 200);
}

#[tokio::test]
async fn the_journal_records_what_was_sent() {
    let journey = Journey::start().await;
    let query = [("client_id", "sim"), ("redirect_uri", CALLBACK), ("prompt", "login"), ("state", "short")];
    journey.get("/github/login/oauth/authorize", &[], &query).await;
    journey.post("/x/2/oauth2/token", &[BASIC], &[("code", "c"), ("code", "d")]).await;
    journey.get("/_sim/faults", &[], &[]).await;
    journey.get("/_sim/elsewhere", &[], &[]).await;
    let requests = journey.requests().await;
    assert_eq!(requests.len(), 3, "its own endpoints are not written down, but that where nobody should come");
    assert!(requests[2]["provider"].is_null() && requests[2]["path"] == "/_sim/elsewhere");
    let [first, second] = [&requests[0], &requests[1]];
    assert_eq!(
        (&first["provider"], &first["endpoint"], &first["method"]),
        (&json!("github"), &json!("authorize"), &json!("GET"))
    );
    assert_eq!((&first["query"]["prompt"], &first["warnings"]), (&json!("login"), &json!(["short state"])));
    assert_eq!((&second["headers"]["authorization"], &second["body"]["code"]), (&json!(BASIC.1), &json!(["c", "d"])));
    journey.delete("/_sim/requests", &[], String::new()).await;
    assert!(journey.requests().await.is_empty());
}

#[tokio::test]
async fn the_journal_forgets_the_oldest() {
    let journey = Journey::start().await;
    for turn in 0..1_005 {
        journey.get("/x/2/users/me", &[], &[("turn", &turn.to_string())]).await;
    }
    let requests = journey.requests().await;
    assert_eq!((requests.len(), &requests[0]["query"]["turn"]), (1_000, &json!("5")));
}

#[tokio::test]
async fn garbage_is_answered_and_breaks_nothing() {
    let journey = Journey::start().await;
    let large = "x".repeat(100_000);
    for path in [
        "/google/token",
        "/facebook/v25.0/oauth/access_token",
        "/x/2/oauth2/token",
        "/apple/auth/token",
        "/github/login/oauth/access_token",
        "/microsoft/common/oauth2/v2.0/token",
        "/oidc/token",
    ] {
        for headers in [&[("authorization", "Basic %%%")][..], &[("authorization", "Nonsense")], &[]] {
            let garbage = journey.post(path, headers, &[("grant_type", "\0"), ("code", "%ff"), ("", "")]).await;
            assert!(garbage.status < 500, "{path}: {garbage:?}");
        }
        assert_eq!(journey.post(path, &[], &[("code", &large)]).await.status, 413, "{path}");
    }
    for path in ["/_sim/faults", "/_sim/clock", "/_sim/send"] {
        assert_eq!(journey.post_json(path, &json!({"nonsense": [1, null]})).await.status, 400, "{path}");
        assert_eq!(journey.post(path, &[], &[("a", "b")]).await.status, 400, "{path}");
    }
    assert_eq!(journey.get("/nowhere", &[], &[]).await.status, 404);
}

#[tokio::test]
async fn it_listens_to_this_machine_alone() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let surroundings = usher_sim::SimContext {
        now: std::sync::Arc::new(|| 0),
        random: std::sync::Arc::new(|buffer: &mut [u8]| buffer.fill(0)),
    };
    let refused = Sim::start(listener, surroundings.clone()).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
    let sim = Sim::start(TcpListener::bind("127.0.0.1:0").await.unwrap(), surroundings).await.unwrap();
    let (origin, address) = (sim.origin().to_owned(), sim.origin().replace("http://", ""));
    assert_eq!(sim.base_url(SimProvider::of_kind("microsoft").unwrap()), format!("{origin}/microsoft/common"));
    sim.shutdown().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "the port is free again");
}
