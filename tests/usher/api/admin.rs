//! The administrators' part of the API (AD-06, AD-08); access to it is tested in [`super::admin_routes`].

use reqwest::Method;
use serde_json::{Value, json};

use super::admin_routes::operations;
use super::{By, call, call_with, get, signed_in};
use crate::console::{BOSS, administrator};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

on_both_databases! {
    async fn an_administrator_finds_users_and_keeps_them_out_and_lets_them_in(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        server.user("anton@example.test").await;
        let boss = administrator(&server).await;
        let by = By::Browser(&boss);
        assert_eq!(get(&server, by, "/admin/users?email=an").await.data().len(), 2);
        assert_eq!(get(&server, by, "/admin/users?email=ANA@").await.data()[0]["sub"], ana.sub.0.as_str());
        let browser = signed_in(&server, ANA).await;
        let of_ana = format!("/admin/users/{}", ana.sub.0);
        assert_eq!(get(&server, by, &format!("{of_ana}/sessions")).await.data().len(), 1);
        let disabled = call(&server, by, Method::POST, &format!("{of_ana}/disable"), &Value::Null).await;
        assert_eq!(disabled.json["sessions"], 1, "{disabled:?}");
        assert_eq!(get(&server, By::Browser(&browser), "/projects").await.status, 401);
        assert_eq!(get(&server, by, &of_ana).await.text("status"), "disabled");
        assert_eq!(call(&server, by, Method::POST, &format!("{of_ana}/enable"), &Value::Null).await.status, 204);
        let again = signed_in(&server, ANA).await;
        assert_eq!(get(&server, By::Browser(&again), "/projects").await.status, 200);
        assert_eq!(call(&server, by, Method::POST, &format!("{of_ana}/revoke"), &Value::Null).await.json["sessions"], 1);
        let change = json!({"given_name": "Anna"});
        assert_eq!(call(&server, by, Method::PATCH, &of_ana, &change).await.text("name"), "Anna Souza");
        assert_eq!(call(&server, by, Method::DELETE, &of_ana, &Value::Null).await.status, 204);
        assert_eq!(get(&server, by, &of_ana).await.status, 404);
        let new = json!({"email": "new@example.test", "given_name": "New", "family_name": "One"});
        assert_eq!(call(&server, by, Method::POST, "/admin/users", &new).await.status, 201);
        assert_eq!(call(&server, by, Method::POST, "/admin/users", &new).await.code(), "EMAIL_TAKEN");
    }

    async fn ad_06_rights_addresses_and_passwords_are_not_an_administrators_to_give(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let boss = administrator(&server).await;
        let by = By::Browser(&boss);
        let of_ana = format!("/admin/users/{}", ana.sub.0);
        for member in ["admin", "role", "email", "email_verified", "password", "id", "sub", "status", "created_at"] {
            let reply = call(&server, by, Method::PATCH, &of_ana, &json!({ member: true })).await;
            assert_eq!(reply.status, 400, "{member}");
            assert!(reply.json.to_string().contains(member), "{member}: {reply:?}");
        }
        assert_eq!(get(&server, by, &of_ana).await.json["admin"], false);
        // Administrators can disable neither one another nor themselves.
        let chief = server.usher.users.load_user(BOSS).await.unwrap();
        for (method, rest) in [(Method::POST, "/disable"), (Method::DELETE, "")] {
            let path = format!("/admin/users/{}{rest}", chief.sub.0);
            assert_eq!(call(&server, by, method, &path, &Value::Null).await.status, 403);
        }
    }

    /// Only administrators manage users; other users have at most their own projects.
    async fn ad_06_whoever_owns_a_project_has_no_more_than_that(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let boss = administrator(&server).await;
        let browser = signed_in(&server, ANA).await;
        let by = By::Browser(&browser);
        let project = call(&server, by, Method::POST, "/projects", &json!({"name": "Shop"})).await;
        let token = project.text("token");
        let id = project.text("id");
        let chief = server.usher.users.load_user(BOSS).await.unwrap();
        let before = get(&server, By::Browser(&boss), &format!("/admin/users/{}", ana.sub.0)).await.json;
        let of_boss = format!("/admin/users/{}", chief.sub.0);
        for by in [by, By::Token(&token)] {
            for (method, path, body) in [
                (Method::PATCH, format!("/admin/users/{}", ana.sub.0), json!({"admin": true})),
                (Method::PATCH, of_boss.clone(), json!({"password": "a loud yellow window"})),
                (Method::PATCH, of_boss.clone(), json!({"given_name": "Nobody"})),
                (Method::DELETE, of_boss.clone(), Value::Null),
                (Method::POST, format!("{of_boss}/disable"), Value::Null),
                (Method::POST, format!("{of_boss}/revoke"), Value::Null),
                (Method::POST, "/admin/users".to_owned(), json!({"email": "eve@example.test", "password": "a loud yellow window"})),
            ] {
                assert_eq!(call(&server, by, method.clone(), &path, &body).await.status, 403, "{method} {path}");
            }
        }
        // A role named `admin` belongs to its project only.
        let rules = json!({"roles": {"admin": {"grants": {"*": "allow"}}}, "entities": {"House": {"actions": {"use": "collection"}}}});
        let draft = format!("/projects/{id}/policy/draft");
        let tag = get(&server, by, &draft).await.etag;
        let put = call_with(&server, by, (Method::PUT, &draft), (Some(&rules), tag.as_deref())).await;
        assert_eq!(put.status, 200, "{put:?}");
        let publish = format!("/projects/{id}/policy/publish");
        let published = call_with(&server, by, (Method::POST, &publish), (Some(&json!({})), put.etag.as_deref())).await;
        assert_eq!(published.status, 201, "{published:?}");
        let assignment = json!({"role": "admin", "subject": {"type": "user", "id": ana.sub.0}});
        let assigned = call(&server, by, Method::POST, &format!("/projects/{id}/assignments"), &assignment).await;
        assert_eq!(assigned.status, 201, "{assigned:?}");
        assert_eq!(get(&server, by, "/admin/users").await.status, 403);
        let after = get(&server, By::Browser(&boss), &format!("/admin/users/{}", ana.sub.0)).await.json;
        assert_eq!(after, before);
        assert_eq!(get(&server, By::Browser(&boss), "/admin/users").await.status, 200, "the administrator is where they were");
    }

    /// Every list of the API, from the document.
    async fn ad_08_every_list_refuses_what_is_no_page_and_sorts_by_nothing_hidden(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let boss = administrator(&server).await;
        let project = call(&server, By::Browser(&boss), Method::POST, "/projects", &json!({"name": "Shop"})).await;
        let token = project.text("token");
        let new = json!({"url": "http://localhost:9/hook", "events": ["*"]});
        let webhook = call(&server, By::Token(&token), Method::POST, &format!("/projects/{}/webhooks", project.text("id")), &new).await;
        let new = json!({"type": "machine", "metadata": {"client_name": "Till"}});
        let client = call(&server, By::Token(&token), Method::POST, &format!("/projects/{}/clients", project.text("id")), &new).await;
        let mut lists = 0;
        for operation in operations(&server).await {
            if !operation.parameters.iter().any(|name| name == "limit") {
                continue;
            }
            lists += 1;
            let by = if operation.path.starts_with("/admin/") { By::Browser(&boss) } else { By::Token(&token) };
            let path = operation.path.replace("{id}", &project.text("id")).replace("{webhook}", &webhook.text("id"));
            let path = path.replace("{client}", &client.text("client_id"));
            for bad in [
                "limit=0", "limit=-1", "limit=9223372036854775808", "limit=1e3", "limit=%27", "limit=1&limit=2",
                "cursor=%27%3B--", "cursor=A", "cursor=%25", "cursor=a&cursor=b",
            ] {
                let reply = get(&server, by, &format!("{path}?{bad}")).await;
                assert_eq!((reply.status.as_u16(), reply.code()), (400, "PARAMETER_INVALID"), "{path}?{bad}");
            }
            let plain = get(&server, by, &path).await;
            assert_eq!(plain.status, 200, "{path}: {plain:?}");
            for hidden in ["sort=password_hash", "order_by=secret_hash%20desc", "filter[password]=a", "page_size=0"] {
                let reply = get(&server, by, &format!("{path}?{hidden}")).await;
                assert_eq!((reply.status.as_u16(), reply.code()), (400, "PARAMETER_UNKNOWN"), "{path}?{hidden}");
            }
        }
        assert!(lists >= 10, "{lists}");
        let deep = format!("{{\"conditions\":{{\"own\":{}{}}}}}", "{\"not\":".repeat(10_000), "}".repeat(10_000));
        let validate = server.at(&format!("/api/v1/projects/{}/policy/validate", project.text("id")));
        let request = server.http.post(validate).bearer_auth(&token).header("content-type", "application/json").body(deep);
        assert_eq!(request.send().await.unwrap().status(), 400);
    }

    async fn ad_08_limits_cursors_and_searches_are_refused_or_taken_literally(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.user("a%b@example.test").await;
        let boss = administrator(&server).await;
        let by = By::Browser(&boss);
        for list in ["users", "projects", "clients", "audit"] {
            for bad in ["limit=0", "limit=-1", "limit=9223372036854775808", "limit=x", "cursor=%27%3B--", "cursor=A"] {
                let reply = get(&server, by, &format!("/admin/{list}?{bad}")).await;
                assert_eq!((reply.status.as_u16(), reply.code()), (400, "PARAMETER_INVALID"), "{list} {bad}");
            }
            // A forged but well-formed cursor is valid.
            let forged = match list {
                "clients" => "JScgb3IgMT0x",
                "users" => "aWZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZm",
                _ => "_____________________w",
            };
            assert_eq!(get(&server, by, &format!("/admin/{list}?cursor={forged}")).await.status, 200, "{list}");
        }
        for (search, wanted) in [("a%25", 1), ("%25", 0), ("_", 0), ("%27", 0), ("a%27%20or%20%271", 0), ("", 3)] {
            let reply = get(&server, by, &format!("/admin/users?email={search}")).await;
            assert_eq!(reply.data().len(), wanted, "{search}: {reply:?}");
        }
        for bad in ["kind=nothing", "since=x", "since=-1", "project=x", "address=x", "trace_id=x", "until=x"] {
            assert_eq!(get(&server, by, &format!("/admin/audit?{bad}")).await.status, 400, "{bad}");
        }
    }

    async fn the_audit_log_and_the_statistics_show_what_happened(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let client = server.client(usher_domain::oauth::client::ClientType::Web, |_| ()).await;
        server.tokens(&mut server.browser(), &client, ANA).await;
        let mut wrong = server.browser();
        let page = wrong.open(&server.at("/login")).await;
        wrong.submit(&page, &[("email", ANA), ("password", "nothing of the kind")]).await;
        let boss = administrator(&server).await;
        let by = By::Browser(&boss);
        let of_ana = get(&server, by, &format!("/admin/audit?user={}&kind=grant.created", ana.sub.0)).await;
        assert_eq!(of_ana.data()[0]["client_id"], client.client.id.0.as_str(), "{of_ana:?}");
        let of_client = get(&server, by, &format!("/admin/audit?client={}", client.client.id.0)).await;
        assert!(of_client.data().len() >= 2, "{of_client:?}");
        let (mut seen, mut cursor) = (0, String::new());
        loop {
            let page = get(&server, by, &format!("/admin/audit?limit=3{cursor}")).await;
            seen += page.data().len();
            let Some(next) = page.json["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(i64::try_from(seen).unwrap(), server.database.count("select count(*) from event").await);
        let late = server.now().0 + 1;
        assert_eq!(get(&server, by, &format!("/admin/audit?since={late}")).await.data().len(), 0);

        while server.usher.core.store.has_pending_events().await.unwrap() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let stats = get(&server, by, "/admin/stats").await;
        let day = &stats.json["sign_ins"][0];
        assert_eq!((day["failed"].as_i64(), day["succeeded"].as_i64()), (Some(1), Some(2)), "{stats:?}");
        assert_eq!(stats.json["active_users"]["day"], 2);
        assert_eq!(stats.json["top_clients"][0]["name"], client.client.id.0.as_str());
        let keys = get(&server, by, "/admin/keys").await;
        assert!(keys.data().iter().any(|key| key["state"] == "active"), "{keys:?}");
        assert_eq!(get(&server, by, "/admin/providers").await.status, 200);
        let none = call(&server, by, Method::POST, "/admin/providers/nothing/test", &Value::Null).await;
        assert_eq!(none.status, 404);
    }
}
