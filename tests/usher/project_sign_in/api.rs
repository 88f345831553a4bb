//! Reading and changing the settings over the API.

use reqwest::Method;
use serde_json::json;
use usher_domain::project::member::Role;

use crate::api::{By, call, call_with, get, signed_in};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const BOB: &str = "bob@example.test";

on_both_databases! {
    async fn the_settings_are_replaced_as_a_whole_by_whoever_read_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (by, at) = (By::Token(&server.project_token), server.sign_in_settings());
        let open = json!({"sign_up": "anyone", "password_sign_up": true});
        let empty = get(&server, by, &at).await;
        assert_eq!((empty.status.as_u16(), &empty.json), (200, &open), "whoever decides nothing keeps nobody out");
        let chosen = json!({"sign_up": "domains", "domains": ["Example.com", "@example.org"], "password_sign_up": false, "providers": []});
        let stored = json!({"sign_up": "domains", "domains": ["example.com", "example.org"], "password_sign_up": false, "providers": []});
        let saved = call_with(&server, by, (Method::PUT, &at), (Some(&chosen), empty.etag.as_deref())).await;
        assert_eq!((saved.status.as_u16(), &saved.json), (200, &stored));
        assert_eq!(get(&server, by, &at).await.json, stored);
        let stale = call_with(&server, by, (Method::PUT, &at), (Some(&json!({})), empty.etag.as_deref())).await;
        assert_eq!((stale.status.as_u16(), stale.code()), (412, "SUPERSEDED"));
        let less = call_with(&server, by, (Method::PUT, &at), (Some(&json!({})), saved.etag.as_deref())).await;
        assert_eq!(less.json, open, "what is absent gets its default");
        let events = server.database.count("select count(*) from event where kind = 'project.sign_in_changed'").await;
        assert_eq!(events, 2, "each change left an event");
        let project = server.usher.projects.load_project(&server.project.to_string()).await.unwrap();
        server.usher.projects.delete_project(&project, &project.name).await.unwrap();
        assert_eq!(server.database.count("select count(*) from project_sign_in").await, 0);
    }

    async fn every_fault_is_named_and_nothing_is_saved(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (by, at) = (By::Token(&server.project_token), server.sign_in_settings());
        let hostile = json!({"sign_up": "everybody", "domains": ["no dot", "127.0.0.1"], "providers": ["nobody"]});
        let refused = call(&server, by, Method::PUT, &at, &hostile).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (422, "VALIDATION_FAILED"));
        let fields = refused.json["error"]["details"]["fields"].as_object().unwrap();
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["sign_up", "domains", "providers"], "{refused:?}");
        for (invalid, status) in [
            (json!({"sign_up": "domains"}), 422),
            (json!({"domain": "example.com"}), 400),
            (json!({"providers": "google"}), 400),
            (json!({"password_sign_up": "no"}), 400),
        ] {
            assert_eq!(call(&server, by, Method::PUT, &at, &invalid).await.status, status, "{invalid}");
        }
        assert_eq!(server.database.count("select count(*) from project_sign_in").await, 0);
    }

    async fn members_see_the_settings_and_owners_change_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let bob = server.user(BOB).await;
        let browser = signed_in(&server, BOB).await;
        let (as_bob, at) = (By::Browser(&browser), server.sign_in_settings());
        assert_eq!(get(&server, By::Nobody, &at).await.status, 401);
        assert_eq!(get(&server, as_bob, &at).await.status, 404);
        assert_eq!(call(&server, as_bob, Method::PUT, &at, &json!({})).await.status, 404);
        for (role, reads, changes) in [(Role::Viewer, 200, 403), (Role::Developer, 200, 403), (Role::Owner, 200, 200)] {
            let _ = server.usher.members.add_member(server.project, BOB, role).await;
            let _ = server.usher.members.change_member(server.project, bob.id, role).await;
            assert_eq!(get(&server, as_bob, &at).await.status, reads, "{role:?}");
            assert_eq!(call(&server, as_bob, Method::PUT, &at, &json!({})).await.status, changes, "{role:?}");
        }
        let (_, token) = server.project_named("Others").await;
        assert_eq!(call(&server, By::Token(&token), Method::PUT, &at, &json!({})).await.status, 404);
    }
}
