//! Reading and changing branding over the API.

use reqwest::Method;
use serde_json::{Value, json};
use usher_domain::branding::MAX_LOGO;
use usher_domain::project::member::Role;

use super::{DRAWING, greenhouse, png};
use crate::api::{By, call, call_with, get, signed_in};
use crate::console::administrator;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const BOB: &str = "bob@example.test";

on_both_databases! {
    async fn a_branding_is_replaced_as_a_whole_by_whoever_read_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (by, at) = (By::Token(&server.project_token), server.branding());
        let empty = get(&server, by, &at).await;
        assert_eq!((empty.status.as_u16(), &empty.json), (200, &json!({})));
        let saved = call_with(&server, by, (Method::PUT, &at), (Some(&greenhouse()), empty.etag.as_deref())).await;
        assert_eq!((saved.status.as_u16(), &saved.json), (200, &greenhouse()));
        assert_eq!(get(&server, by, &at).await.json, greenhouse());
        let stale = call_with(&server, by, (Method::PUT, &at), (Some(&json!({})), empty.etag.as_deref())).await;
        assert_eq!((stale.status.as_u16(), stale.code()), (412, "SUPERSEDED"));
        let less = call_with(&server, by, (Method::PUT, &at), (Some(&json!({"name": "G"})), saved.etag.as_deref())).await;
        assert_eq!(less.json, json!({"name": "G"}), "what is absent is no longer set");
        let events = server.database.count("select count(*) from event where kind = 'project.branding_changed'").await;
        assert_eq!(events, 2, "each change left an event");
    }

    async fn every_fault_is_named_and_nothing_is_saved(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let hostile = json!({
            "name": "Bank <bank@example.com>", "accent": "#1d6a43;}*{display:none}", "support_email": "help",
            "tos_uri": "javascript:alert(1)", "policy_uri": "http://example.com", "sender_name": "a\r\nBcc: b@c.test",
        });
        let refused = server.brand(&hostile).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (422, "VALIDATION_FAILED"));
        let fields = refused.json["error"]["details"]["fields"].as_object().unwrap();
        assert_eq!(fields.len(), 6, "{refused:?}");
        let light = server.brand(&json!({"accent": "#ffd400"})).await;
        let why = light.json["error"]["details"]["fields"]["accent"].as_str().unwrap();
        let nearest = why.rsplit_once("works is ").unwrap().1;
        assert!(why.contains("4.5:1") && nearest.starts_with('#'), "{why}");
        assert_eq!(server.brand(&json!({"accent": nearest})).await.status, 200, "the nearest colour works");
        assert_eq!(server.brand(&json!({"logo": "/brand/x"})).await.status, 400, "an unknown member");
    }

    async fn a_logo_is_served_so_that_it_is_nothing_but_an_image(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for (kind, bytes, extension) in
            [("image/svg+xml", DRAWING.as_bytes().to_vec(), ".svg"), ("image/png", png(64, 64), ".png")]
        {
            let saved = server.upload(kind, bytes.clone()).await;
            assert_eq!(saved.status, 200, "{saved:?}");
            let path = saved.text("logo");
            assert!(path.ends_with(extension), "{path}");
            let file = server.file(&path).await;
            assert_eq!((file.status.as_u16(), file.header("content-type"), &file.bytes), (200, kind, &bytes));
            let policy = file.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
            assert_eq!(file.header("x-content-type-options"), "nosniff");
            assert!(file.header("cache-control").contains("immutable"));
            let other = path.replace(extension, ".webp");
            assert_eq!(server.file(&other).await.status, 404, "the name says what it is");
        }
        let (by, at) = (By::Token(&server.project_token), format!("{}/logo", server.branding()));
        let removed = call_with(&server, by, (Method::DELETE, &at), (None, None)).await;
        assert_eq!((removed.status.as_u16(), &removed.json), (200, &json!({})));
        for nothing in ["/brand/x/y.png", "/brand/installation/y.png", "/brand/x.css", "/brand/installation.css",
            "/brand/preview/ffd400.css", "/brand/preview/}.css", "/brand/../api.css"]
        {
            assert_eq!(server.file(nothing).await.status, 404, "{nothing}");
        }
    }

    async fn what_is_no_plain_image_is_refused(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let behind = [png(64, 64), b"<script>alert(1)</script>".to_vec()].concat();
        let scripted = DRAWING.replace("<path", "<script>alert(1)</script><path");
        let loads = DRAWING.replace("<path", "<path onload=\"alert(1)\"");
        let html = b"<html><script>alert(1)</script></html>".to_vec();
        for (kind, bytes) in [
            ("image/svg+xml", scripted.into_bytes()),
            ("image/svg+xml", loads.into_bytes()),
            ("image/svg+xml", html.clone()),
            ("image/png", html),
            ("image/png", behind),
            ("image/png", png(60_000, 60_000)),
            ("image/png", b"GIF89a".to_vec()),
            ("image/webp", Vec::new()),
        ] {
            let refused = server.upload(kind, bytes.clone()).await;
            let fields = &refused.json["error"]["details"]["fields"];
            assert_eq!(refused.status, 422, "{}", bytes.escape_ascii());
            assert!(fields["logo"].is_string(), "{refused:?}");
        }
        assert_eq!(server.upload("image/png", vec![0; MAX_LOGO + 1]).await.status, 413);
        for kind in ["text/html", "image/gif", "application/json", "image/png; x=y"] {
            assert_eq!(server.upload(kind, png(1, 1)).await.status, 415, "{kind}");
        }
        let by = By::Token(&server.project_token);
        assert_eq!(get(&server, by, &server.branding()).await.json, json!({}), "nothing was saved");
    }

    async fn only_an_owner_changes_a_project_and_only_an_administrator_the_installation(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let bob = server.user(BOB).await;
        let browser = signed_in(&server, BOB).await;
        let (as_bob, at) = (By::Browser(&browser), server.branding());
        let put = (Method::PUT, at.as_str());
        assert_eq!(call_with(&server, as_bob, put.clone(), (Some(&greenhouse()), None)).await.status, 404);
        for (role, reads, changes) in [(Role::Viewer, 200, 403), (Role::Developer, 200, 403), (Role::Owner, 200, 200)] {
            let _ = server.usher.members.add_member(server.project, BOB, role).await;
            let _ = server.usher.members.change_member(server.project, bob.id, role).await;
            assert_eq!(get(&server, as_bob, &at).await.status, reads, "{role:?}");
            assert_eq!(call(&server, as_bob, Method::PUT, &at, &greenhouse()).await.status, changes, "{role:?}");
        }
        let (_, token) = server.project_named("Others").await;
        assert_eq!(call(&server, By::Token(&token), Method::PUT, &at, &json!({})).await.status, 404);
        for admin_only in [as_bob, By::Token(&server.project_token)] {
            assert_eq!(call(&server, admin_only, Method::PUT, "/admin/branding", &json!({})).await.status, 403);
        }
        assert_eq!(get(&server, By::Nobody, "/admin/branding").await.status, 401);
        let boss = administrator(&server).await;
        let saved = call(&server, By::Browser(&boss), Method::PUT, "/admin/branding", &json!({"name": "Acme"})).await;
        assert_eq!(saved.json, json!({"name": "Acme"}));
        let changed = server.database.count("select count(*) from event where kind = 'branding.changed'").await;
        assert_eq!(changed, 1);
    }

    async fn the_branding_of_a_deleted_project_is_gone(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let saved = server.upload("image/png", png(1, 1)).await.text("logo");
        let project = server.usher.projects.load_project(&server.project.to_string()).await.unwrap();
        server.usher.projects.delete_project(&project, &project.name).await.unwrap();
        assert_eq!(server.file(&saved).await.status, 404);
        assert_eq!(server.database.count("select count(*) from branding").await, 0);
        assert_eq!(server.brand(&Value::Null).await.status, 401, "its token is gone too");
    }
}
