//! What a project with pairwise clients learns of a user: webhooks, logout tokens, the feed, its API; and what the operator
//! does.

use reqwest::Method;
use serde_json::{Value, json};
use usher_accounts::NewClient;
use usher_domain::event::feed::EntryKind;
use usher_domain::oauth::client::ClientType;

use super::{ANA, pairwise};
use crate::api::{By, call, get, signed_in};
use crate::apis::publish_rules;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;
use crate::hooks::receiver::Receiver;
use crate::hooks::stage::run;

/// A project whose only client has pairwise identifiers, with that of Ana.
struct Shop {
    server: TestServer,
    client: usher_accounts::RegisteredClient,
    /// Her public identifier.
    public: String,
    own: String,
    tokens: crate::harness::relying_party::Answer,
}

impl Shop {
    async fn on(db: crate::harness::database::TestDatabase, logout: Option<String>) -> Self {
        let server = TestServer::on(db, &[("outbound.allow", "127.0.0.0/8"), ("limits.sign_in", "off")]).await;
        let public = server.user(ANA).await.sub.0;
        let client = server
            .client(ClientType::Web, |client| {
                pairwise(client, "https://shop.test/cb");
                client.backchannel_logout_uri = logout;
            })
            .await;
        let tokens = server.signed_in_at(&mut server.browser(), &client).await;
        let own = payload(&tokens.text("id_token"))["sub"].as_str().expect("a sub").to_owned();
        Self { server, client, public, own, tokens }
    }

    fn path(&self, rest: &str) -> String {
        format!("/projects/{}{rest}", self.server.project)
    }

    async fn get(&self, rest: &str) -> crate::api::Reply {
        get(&self.server, By::Token(&self.server.project_token), &self.path(rest)).await
    }

    async fn post(&self, rest: &str, body: &Value) -> crate::api::Reply {
        call(&self.server, By::Token(&self.server.project_token), Method::POST, &self.path(rest), body).await
    }
}

on_both_databases! {
    async fn a_project_learns_only_the_identifier_that_its_clients_know(db: TestDatabase) {
        let (webhook, logout) = (Receiver::start().await, Receiver::start().await);
        let shop = Shop::on(db, Some(logout.url.clone())).await;
        let made = shop.post("/webhooks", &json!({"url": webhook.url, "events": ["*"]})).await;
        assert_eq!(made.status, 201, "{made:?}");
        let second = shop.server.signed_in_at(&mut shop.server.browser(), &shop.client).await;
        let user = shop.server.usher.users.load_user(ANA).await.unwrap();
        shop.server.usher.users.set_user_enabled(&user, false).await.unwrap();
        for job in ["tell_facts", "deliver_webhooks", "send_logouts"] {
            run(&shop.server.usher, job).await;
        }
        let named: Vec<_> = webhook.calls().iter().map(|call| call.json()["data"]["sub"].clone()).collect();
        assert!(named.len() >= 4 && named.iter().all(|sub| sub.is_null() || *sub == json!(shop.own)), "{named:?}");
        assert!(named.contains(&json!(shop.own)));
        let logouts: Vec<_> = logout.calls().iter().map(|call| payload(&call.logout_token())["sub"].clone()).collect();
        assert_eq!(logouts, [json!(shop.own), json!(shop.own)]);
        let feed = shop.server.database.store.list_feed(shop.server.project, 0, 100).await.unwrap();
        let marks: Vec<_> = feed.iter().filter(|entry| entry.notice.kind == EntryKind::Subject).collect();
        assert_eq!(marks.iter().map(|mark| mark.notice.value.as_str()).collect::<Vec<_>>(), [shop.own.as_str()]);
        let history = shop.get("/history").await;
        let subs: Vec<_> = history.data().iter().filter_map(|entry| entry["sub"].as_str()).collect();
        assert!(!subs.is_empty() && subs.iter().all(|sub| *sub == shop.own), "{subs:?}");
        let all = format!("{:?} {:?} {history:?} {feed:?}", webhook.calls(), logout.calls());
        assert!(!all.contains(&shop.public), "{all}");
        drop(second);
    }

    async fn a_project_manages_people_by_the_identifier_that_its_clients_know(db: TestDatabase) {
        let shop = Shop::on(db, None).await;
        publish_rules(&shop.server, shop.server.project, &shop.server.project_token).await;
        let listed = shop.get("/users").await;
        assert_eq!((&listed.data()[0]["sub"], &listed.data()[0]["subs"]), (&json!(shop.own), &Value::Null));
        assert_eq!(shop.get(&format!("/users/{}", shop.own)).await.text("sub"), shop.own);
        assert_eq!(shop.get(&format!("/users/{}", shop.public)).await.status, 404, "it is not known here");

        let role = |sub: &str| json!({"role": "viewer", "subject": {"type": "user", "id": sub}});
        assert_eq!(shop.post("/assignments", &role(&shop.public)).await.status, 404);
        let before = shop.server.usher.core.store.feed_place(shop.server.project).await.unwrap().unwrap().position;
        let assigned = shop.post("/assignments", &role(&shop.own)).await;
        assert_eq!(assigned.status, 201, "{assigned:?}");
        assert_eq!(assigned.json["subject"]["id"], json!(shop.own));
        assert_eq!(shop.get("/assignments").await.data()[0]["subject"]["id"], json!(shop.own));
        // The tokens without the role are revoked at once, by the `sub` that they have.
        let feed = shop.server.database.store.list_feed(shop.server.project, before, 100).await.unwrap();
        let mark = &feed.last().expect("a mark").notice;
        assert_eq!((mark.kind, mark.value.as_str()), (EntryKind::Subject, shop.own.as_str()));
        assert!(payload(&shop.tokens.text("access_token"))["urv"].as_i64() <= Some(before));
        let refreshed = shop.server.refresh(&shop.client, &shop.tokens.text("refresh_token")).await;
        assert_eq!(payload(&refreshed.text("access_token"))["roles"], json!(["viewer"]));
        let of_ana = shop.get(&format!("/history?sub={}", shop.own)).await;
        assert!(!of_ana.data().is_empty());

        let ended = shop.post(&format!("/users/{}/revoke", shop.own), &Value::Null).await;
        assert_eq!(ended.json["client_ids"], json!([shop.client.client.id.0]));
    }

    async fn identifiers_of_one_project_name_nobody_to_another(db: TestDatabase) {
        let shop = Shop::on(db, None).await;
        let (project, token) = shop.server.project_named("Bank").await;
        let mut metadata = ClientType::Web.defaults();
        metadata.client_name = "Bank".into();
        pairwise(&mut metadata, "https://bank.test/cb");
        let new = NewClient { project, kind: ClientType::Web, metadata, id: None };
        let client = shop.server.usher.clients.create_client(new).await.unwrap();
        shop.server.signed_in_at(&mut shop.server.browser(), &client).await;
        let path = |sub: &str| format!("/projects/{project}/users/{sub}");
        let users = get(&shop.server, By::Token(&token), &format!("/projects/{project}/users")).await;
        let theirs = users.data()[0]["sub"].as_str().expect("a sub").to_owned();
        assert_eq!(get(&shop.server, By::Token(&token), &path(&theirs)).await.status, 200);
        for stranger in [&shop.own, &shop.public] {
            assert_eq!(get(&shop.server, By::Token(&token), &path(stranger)).await.status, 404);
        }
    }

    async fn a_project_of_several_sectors_gets_every_identifier(db: TestDatabase) {
        let shop = Shop::on(db, None).await;
        let plain = shop.server.client(ClientType::Web, |client| client.first_party = true).await;
        shop.server.tokens(&mut shop.server.browser(), &plain, ANA).await;
        let listed = shop.get("/users").await;
        let (sub, subs) = (&listed.data()[0]["sub"], &listed.data()[0]["subs"]);
        assert_eq!((sub, subs), (&json!(shop.public), &json!([shop.public, shop.own])));
        for known in [&shop.public, &shop.own] {
            assert_eq!(shop.get(&format!("/users/{known}")).await.status, 200);
        }
        let user = shop.server.usher.users.load_user(ANA).await.unwrap();
        shop.server.usher.users.set_user_enabled(&user, false).await.unwrap();
        run(&shop.server.usher, "tell_facts").await;
        let feed = shop.server.database.store.list_feed(shop.server.project, 0, 100).await.unwrap();
        let marks = feed.iter().filter(|entry| entry.notice.kind == EntryKind::Subject);
        let marked: Vec<_> = marks.map(|mark| mark.notice.value.clone()).collect();
        assert_eq!(marked, [shop.public.clone(), shop.own.clone()]);
    }

    async fn the_operator_finds_a_person_by_any_identifier(db: TestDatabase) {
        let shop = Shop::on(db, None).await;
        let admin = usher_accounts::NewUser {
            email: "root@example.test".into(), password: Some(usher_domain::secret::Secret::from(crate::harness::server::PASSWORD)),
            admin: true, profile: usher_domain::user::Profile::default(), locale: None,
        };
        shop.server.usher.users.create_user(admin).await.unwrap();
        let browser = signed_in(&shop.server, "root@example.test").await;
        for known in [&shop.own, &shop.public] {
            let found = get(&shop.server, By::Browser(&browser), &format!("/admin/users/{known}")).await;
            assert_eq!((found.text("email"), found.text("sub")), (ANA.to_owned(), shop.public.clone()));
            let log = get(&shop.server, By::Browser(&browser), &format!("/admin/audit?user={known}")).await;
            assert!(!log.data().is_empty());
        }
    }
}
