//! The layer, the layers of single routes, and the extractors.

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::Request;
use serde_json::json;
use std::time::Duration;
use usher_sdk::testing::{TestToken, TestUsher};
use usher_sdk::{Auth, Resource, Usher};

use crate::{ask, editor, refusal, rules, send, test_with_rules, viewer};

#[tokio::test]
async fn the_route_rules_are_enforced_before_any_handler_runs() {
    let (test, app) = test_with_rules().await;
    let (viewer, editor) = (test.token(&viewer()), test.token(&editor()));
    let (viewer, editor) = (Some(viewer.as_str()), Some(editor.as_str()));
    for (path, token, status) in [
        ("/health", None, 200),
        ("/me", None, 401),
        ("/me", viewer, 200),
        ("/nowhere", viewer, 403),
        ("/nowhere", None, 403),
        ("/orders//1", viewer, 400),
        ("/orders/%2e%2e/1", viewer, 400),
        ("/orders", viewer, 200),
        ("/orders", None, 401),
        ("/orders/user-1", viewer, 200),
        ("/orders/user-2", viewer, 403),
        ("/orders/user-1", editor, 200),
        ("/orders/missing", editor, 404),
        ("/unchecked/1", viewer, 500),
        ("/unchecked/1", editor, 200),
        ("/fresh", viewer, 200),
        ("/vault/door", viewer, 401),
        ("/nested/Secret", viewer, 403),
        ("/nested/secret", editor, 403),
    ] {
        assert_eq!(ask(&app, path, token).await.0, status, "{path}");
    }
    assert_eq!(refusal(&app, "/unchecked/1", viewer).await, (500, "INTERNAL".to_owned()));
    assert_eq!(refusal(&app, "/vault/door", viewer).await, (401, "REAUTHENTICATION_REQUIRED".to_owned()));
    let strong = test.token(&TestToken { acr: "aal2", ..TestToken::default() });
    assert_eq!(ask(&app, "/vault/door", Some(&strong)).await.0, 200);
}

#[tokio::test]
async fn a_nested_application_is_asked_by_the_whole_path() {
    let test = TestUsher::with_rules(rules()).await;
    let inner = Router::new().route("/health", get("inner")).layer(test.usher.clone());
    let app = Router::new().nest("/admin", inner);
    // `/health` is public, `/admin/health` is not listed.
    assert_eq!(refusal(&app, "/admin/health", None).await, (403, "NOT_ALLOWED".to_owned()));
}

#[tokio::test]
async fn the_extractors_give_the_caller() {
    let (test, app) = test_with_rules().await;
    let token = test.token(&viewer());
    let me = json!({ "id": "user-1", "roles": ["viewer"] });
    assert_eq!(ask(&app, "/me", Some(&token)).await, (200, me.clone()));
    assert_eq!(ask(&app, "/maybe", Some(&token)).await, (200, me));
    assert_eq!(ask(&app, "/maybe", None).await, (200, json!(null)));
    assert_eq!(refusal(&app, "/maybe", Some("garbage")).await, (401, "AUTH_INVALID".to_owned()));
    let filter =
        json!({ "op": "eq", "left": { "field": "owner_id" }, "right": { "value": "user-1" }, "negated": false });
    assert_eq!(ask(&app, "/orders", Some(&token)).await, (200, filter));
    assert_eq!(ask(&app, "/orders/user-1", Some(&token)).await, (200, json!({ "owner_id": "user-1" })));
}

#[tokio::test]
async fn an_extractor_without_the_layer_lets_nobody_in() {
    let app = Router::new().route("/me", get(|auth: Auth| async move { auth.user.id.clone() }));
    assert_eq!(ask(&app, "/me", None).await.0, 503);
    let app = Router::new().route("/it", get(|Resource(it): Resource<String>| async move { it }));
    assert_eq!(ask(&app, "/it", None).await.0, 500);
}

#[tokio::test]
async fn two_tokens_are_refused_and_a_preflight_needs_none() {
    let (test, app) = test_with_rules().await;
    let authorization = test.authorization(&viewer());
    let twice = Request::get("/me").header("authorization", &authorization).header("authorization", &authorization);
    let refused = send(&app, twice.body(Body::empty()).unwrap()).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(refused.headers()["www-authenticate"], "Bearer error=\"invalid_request\"");
    let preflight = Request::options("/orders").header("origin", "https://shop.example");
    let preflight = preflight.header("access-control-request-method", "GET").body(Body::empty()).unwrap();
    assert_ne!(send(&app, preflight).await.status(), 403);
    let plain = Request::options("/orders").header("origin", "https://shop.example").body(Body::empty()).unwrap();
    assert_eq!(send(&app, plain).await.status(), 403);
}

#[tokio::test]
async fn without_published_rules_every_request_is_answered_503() {
    let test = TestUsher::configured(None, |builder| builder.policy(true)).await;
    let app = crate::application(&test.usher);
    let token = test.token(&viewer());
    assert_eq!(refusal(&app, "/health", Some(&token)).await, (503, "UNAVAILABLE".to_owned()));
    test.publish(rules()).await;
    assert_eq!(ask(&app, "/me", Some(&token)).await.0, 200);
}

fn guarded(usher: &Usher) -> Router {
    Router::new()
        .route("/auth", get("ok").route_layer(usher.require_auth()))
        .route("/strong", get("ok").route_layer(usher.require_auth().acr("aal2")))
        .route("/recent", get("ok").route_layer(usher.require_auth().max_age(Duration::from_secs(60))))
        .route("/fresh", get("ok").route_layer(usher.require_auth().fresh()))
        .route("/scope", get("ok").route_layer(usher.require_scope(["openid", "orders"])))
        .route("/role", get("ok").route_layer(usher.require_role(["editor", "owner"])))
}

#[tokio::test]
async fn each_layer_of_a_route_needs_what_it_says() {
    let test = TestUsher::start().await;
    let app = guarded(&test.usher);
    let plain = test.token(&viewer());
    for path in ["/auth", "/strong", "/recent", "/fresh", "/scope", "/role"] {
        assert_eq!(refusal(&app, path, None).await, (401, "AUTH_REQUIRED".to_owned()), "{path}");
    }
    let old = test.token(&TestToken { signed_in_for: Duration::from_secs(61), ..viewer() });
    for (path, token, answer) in [
        ("/auth", &plain, (200, "")),
        ("/strong", &plain, (401, "REAUTHENTICATION_REQUIRED")),
        ("/recent", &plain, (200, "")),
        ("/recent", &old, (401, "REAUTHENTICATION_REQUIRED")),
        ("/fresh", &plain, (200, "")),
        ("/scope", &plain, (403, "NOT_ALLOWED")),
        ("/role", &plain, (403, "NOT_ALLOWED")),
    ] {
        assert_eq!(refusal(&app, path, Some(token)).await, (answer.0, answer.1.to_owned()), "{path}");
    }
    let strong = TestToken { acr: "aal3", scope: "orders openid", roles: &["owner"], ..TestToken::default() };
    let strong = test.token(&strong);
    for path in ["/strong", "/scope", "/role"] {
        assert_eq!(ask(&app, path, Some(&strong)).await.0, 200, "{path}");
    }
    test.deactivate(&plain);
    assert_eq!(refusal(&app, "/fresh", Some(&plain)).await, (401, "AUTH_INVALID".to_owned()));
}

#[tokio::test]
async fn a_permission_that_depends_on_the_resource_is_checked_with_it() {
    let test = TestUsher::configured(Some(rules()), |builder| builder.enforce_routes(false)).await;
    let needs = || test.usher.require_permission("Order:read");
    let app = Router::new()
        .route("/forgotten", get("secret").route_layer(needs()))
        .route(
            "/asked",
            get(|auth: Auth| async move { auth.can("Order:read", json!({})).to_string() }).route_layer(needs()),
        )
        .route("/failing", get("secret").route_layer(needs().load_parts(|_| async { Err::<Option<()>, _>("gone") })))
        .route(
            "/filtered",
            get(|auth: Auth| async move { axum::Json(auth.filter("Order:read")) }).route_layer(needs()),
        );
    let token = test.token(&viewer());
    assert_eq!(refusal(&app, "/forgotten", Some(&token)).await, (500, "INTERNAL".to_owned()));
    assert_eq!(ask(&app, "/asked", Some(&token)).await, (200, json!(false)));
    assert_eq!(ask(&app, "/filtered", Some(&token)).await.0, 200);
    assert_eq!(refusal(&app, "/failing", Some(&token)).await, (500, "INTERNAL".to_owned()));
    let none = test.token(&TestToken::default());
    assert_eq!(refusal(&app, "/forgotten", Some(&none)).await, (403, "NOT_ALLOWED".to_owned()));
}

#[tokio::test]
#[should_panic(expected = "require_permission needs access rules")]
async fn a_permission_without_access_rules_is_a_mistake() {
    drop(TestUsher::start().await.usher.require_permission("Order:read"));
}

#[tokio::test]
async fn reasons_are_shown_only_in_development() {
    let shown = TestUsher::configured(Some(rules()), |builder| builder.show_reasons(true)).await;
    let app = crate::application(&shown.usher);
    assert_eq!(ask(&app, "/me", Some("garbage")).await.1["reason"], "token_malformed");
    let (_test, app) = test_with_rules().await;
    assert_eq!(ask(&app, "/me", Some("garbage")).await.1.get("reason"), None);
}
