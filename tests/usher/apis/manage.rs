//! Administration of APIs over HTTP.

use reqwest::Method;
use serde_json::{Value, json};
use usher_domain::project::member::Role;

use super::ORDERS;
use crate::api::{By, call, call_with, get, signed_in};
use crate::console::administrator;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;
use usher_domain::oauth::client::ClientType;

const BOB: &str = "bob@example.test";
const LOCAL: &str = "http://localhost:3000/orders";

fn new(identifier: &str) -> Value {
    json!({"identifier": identifier, "name": "Orders", "scopes": [{"name": "orders:read", "description": "See orders"}]})
}

on_both_databases! {
    async fn an_api_is_created_read_replaced_and_deleted(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (by, at) = (By::Token(&server.project_token), format!("/projects/{}/apis", server.project));
        let made = call(&server, by, Method::POST, &at, &new(LOCAL)).await;
        assert_eq!((made.status.as_u16(), made.text("identifier")), (201, LOCAL.to_owned()), "{made:?}");
        assert_eq!((&made.json["roles"], &made.json["token_format"]), (&json!(["*"]), &json!("jwt")));
        let one = format!("{at}/{}", made.text("id"));
        let read = get(&server, by, &one).await;
        assert_eq!(read.json, made.json);
        assert_eq!(get(&server, by, &at).await.data(), std::slice::from_ref(&made.json));
        let change = json!({"name": "Shop orders", "token_format": "opaque", "access_token_seconds": 60});
        let stale = call_with(&server, by, (Method::PUT, &one), (Some(&change), Some("\"other\""))).await;
        assert_eq!((stale.status.as_u16(), stale.code()), (412, "SUPERSEDED"));
        let put = call_with(&server, by, (Method::PUT, &one), (Some(&change), read.etag.as_deref())).await;
        assert_eq!((put.status.as_u16(), put.text("name"), put.text("identifier")), (200, "Shop orders".into(), LOCAL.into()));
        assert_eq!((&put.json["scopes"], &put.json["access_token_seconds"]), (&json!([]), &json!(60)));
        assert_ne!(put.etag, read.etag);
        assert_eq!(call(&server, by, Method::DELETE, &one, &Value::Null).await.status, 204);
        assert_eq!(get(&server, by, &one).await.status, 404);
        let events = server.database.count("select count(*) from event where kind like 'api.%'").await;
        assert_eq!(events, 3, "each change left an event");
    }

    async fn what_is_wrong_is_named_and_nothing_is_made(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (by, at) = (By::Token(&server.project_token), format!("/projects/{}/apis", server.project));
        for (member, value) in [
            ("identifier", json!("orders")),
            ("identifier", json!("http://api.example")),
            ("identifier", json!("https://api.example#x")),
            ("identifier", json!(server.url)),
            ("name", json!("")),
            ("scopes", json!([{"name": "openid"}])),
            ("permissions", json!(["read"])),
            ("access_token_seconds", json!(601)),
            ("signing_alg", json!("none")),
        ] {
            let mut body = new(LOCAL);
            body[member] = value;
            let refused = call(&server, by, Method::POST, &at, &body).await;
            assert_eq!((refused.status.as_u16(), refused.code()), (422, "VALIDATION_FAILED"), "{member}");
            assert!(refused.json["error"]["details"]["fields"].get(member).is_some(), "{refused:?}");
        }
        for bad in [json!({"identifier": LOCAL}), json!({"identifier": LOCAL, "name": "a", "owner": 1}), json!({"name": "a"})] {
            assert_eq!(call(&server, by, Method::POST, &at, &bad).await.status, 400, "{bad}");
        }
        assert!(get(&server, by, &at).await.data().is_empty());
        assert_eq!(call(&server, by, Method::POST, &at, &new(LOCAL)).await.status, 201);
        let again = call(&server, by, Method::POST, &at, &new("http://LOCALHOST:3000/orders")).await;
        assert_eq!((again.status.as_u16(), again.code()), (409, "API_EXISTS"));
    }

    async fn where_only_administrators_create_projects_no_host_is_proved(db: TestDatabase) {
        let server = TestServer::on(db, &[("projects.create", "admins")]).await;
        let (by, at) = (By::Token(&server.project_token), format!("/projects/{}/apis", server.project));
        let made = call(&server, by, Method::POST, &at, &new(ORDERS)).await;
        assert_eq!(made.status, 201, "{made:?}");
    }

    async fn where_anybody_creates_projects_a_host_is_proved_and_belongs_to_one_project(db: TestDatabase) {
        let server = TestServer::on(db, &[("projects.create", "anyone"), ("outbound.timeout", "1s")]).await;
        let (other, token) = server.project_named("Other").await;
        let ask = async |project: &str, token: &str, identifier: &str| {
            call(&server, By::Token(token), Method::POST, &format!("/projects/{project}/apis"), &new(identifier)).await
        };
        let (ours, theirs) = (server.project.to_string(), other.to_string());
        // Nothing listens there.
        let host = "localhost:1";
        let unproven = ask(&ours, &server.project_token, &format!("https://{host}/a")).await;
        assert_eq!((unproven.status.as_u16(), unproven.code()), (409, "HOST_UNPROVEN"), "{unproven:?}");
        let details = &unproven.json["error"]["details"];
        assert_eq!(details["url"], format!("https://{host}/.well-known/usher-verification"));
        let again = ask(&ours, &server.project_token, &format!("https://{host}/b")).await;
        assert_eq!(&again.json["error"]["details"], details, "the line stays the same");
        let foreign = ask(&theirs, &token, &format!("https://{host}/a")).await;
        assert_ne!(foreign.json["error"]["details"]["line"], details["line"]);

        let mut tx = server.usher.core.store.begin().await.unwrap();
        tx.claim_host(host, server.project, server.now()).await.unwrap();
        tx.commit().await.unwrap();
        let made = ask(&ours, &server.project_token, &format!("https://{host}/a")).await;
        assert_eq!(made.status, 201, "{made:?}");
        let taken = ask(&theirs, &token, &format!("https://{host}/b")).await;
        assert_eq!((taken.status.as_u16(), taken.code()), (409, "HOST_TAKEN"));
        // It is free again once the project has no API there.
        let at = format!("/projects/{ours}/apis/{}", made.text("id"));
        assert_eq!(call(&server, By::Token(&server.project_token), Method::DELETE, &at, &Value::Null).await.status, 204);
        assert_eq!(ask(&theirs, &token, &format!("https://{host}/b")).await.code(), "HOST_UNPROVEN");
        // The operator vouches for a host.
        let boss = administrator(&server).await;
        let at = format!("/projects/{theirs}/apis");
        assert_eq!(call(&server, By::Browser(&boss), Method::POST, &at, &new(&format!("https://{host}/b"))).await.status, 201);
    }

    async fn developers_change_apis_owners_allow_others_and_strangers_see_none(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let bob = server.user(BOB).await;
        server.usher.members.add_member(server.project, BOB, Role::Developer).await.unwrap();
        let by = signed_in(&server, BOB).await;
        let by = By::Browser(&by);
        let at = format!("/projects/{}/apis", server.project);
        let made = call(&server, by, Method::POST, &at, &new(LOCAL)).await;
        assert_eq!(made.status, 201, "{made:?} {bob:?}");
        let (other, token) = server.project_named("Other").await;
        let partner = server.client_of(other, ClientType::Machine, |_| ()).await.client.id.0;
        let allowed = format!("{at}/{}/clients/{partner}", made.text("id"));
        assert_eq!(call(&server, by, Method::PUT, &allowed, &json!({})).await.status, 403, "only an owner");
        let owner = By::Token(&server.project_token);
        let reply = call(&server, owner, Method::PUT, &allowed, &json!({"scope": "orders:read"})).await;
        assert_eq!((reply.status.as_u16(), reply.text("scope")), (200, "orders:read".to_owned()), "{reply:?}");
        let list = get(&server, by, &format!("{at}/{}/clients", made.text("id"))).await;
        assert_eq!(list.data().len(), 1);
        let stranger = By::Token(&token);
        for (method, path) in [(Method::GET, at.clone()), (Method::DELETE, format!("{at}/{}", made.text("id"))), (Method::DELETE, allowed.clone())] {
            assert_eq!(call(&server, stranger, method, &path, &Value::Null).await.status, 404, "{path}");
        }
        let own = format!("/projects/{other}/apis/{}", made.text("id"));
        assert_eq!(get(&server, stranger, &own).await.status, 404, "an API of another project");
        assert_eq!(call(&server, owner, Method::DELETE, &allowed, &Value::Null).await.status, 204);
        assert_eq!(call(&server, owner, Method::DELETE, &allowed, &Value::Null).await.status, 404);
    }
}
