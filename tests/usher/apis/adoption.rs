//! Audiences and scopes of former versions become APIs at the first start.

use serde_json::json;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::{Client, ClientType};
use usher_protocol::client::metadata::ClientMetadata;

use super::{ANA, ORDERS, scope};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;

impl TestServer {
    /// A machine as a former version stored it, with any audience and scope.
    async fn former_machine(
        &self,
        project: usher_domain::id::ProjectId,
        audience: &[&str],
        scopes: &str,
    ) -> RegisteredClient {
        let made = self.client_of(project, ClientType::Machine, |_| ()).await;
        let mut metadata = made.client.metadata.clone();
        metadata.audience = audience.iter().map(|name| (*name).to_owned()).collect();
        metadata.scope = scope(scopes);
        let mut tx = self.usher.core.store.begin().await.unwrap();
        tx.set_client_metadata(&made.client.id, &metadata, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        RegisteredClient { client: Client { metadata, ..made.client }, ..made }
    }

    /// Starts again as a version that has not adopted anything yet.
    async fn upgrade(&mut self) {
        self.database.execute("delete from house where name = 'audiences_adopted'").await;
        self.restart().await;
    }
}

on_both_databases! {
    async fn tokens_of_existing_clients_stay_as_they_were(db: TestDatabase) {
        let mut server = TestServer::on(db, &[]).await;
        let project = server.project;
        let named = server.former_machine(project, &["https://api.shop.example", "orders-api"], "orders:read").await;
        let same = server.former_machine(project, &["https://api.shop.example"], "orders:write usher:sync").await;
        let bare = server.former_machine(project, &[], "reports").await;
        let plain = server.former_machine(project, &[], "usher:sync").await;
        server.upgrade().await;
        let own = format!("{}/apis/{project}", server.url);
        for (client, aud, held) in [
            (&named, json!([server.url, "https://api.shop.example", "orders-api"]), "orders:read"),
            (&same, json!([server.url, "https://api.shop.example"]), "orders:write usher:sync"),
            (&bare, json!([server.url, own]), "reports"),
            (&plain, json!([server.url]), "usher:sync"),
        ] {
            let claims = payload(&server.machine_token(client, &[("scope", held)]).await.text("access_token"));
            assert_eq!((&claims["aud"], &claims["scope"]), (&aud, &json!(held)));
        }
        let apis = server.usher.apis.list_apis(project).await.unwrap();
        let names: std::collections::BTreeSet<_> = apis.iter().map(|api| api.identifier.as_str()).collect();
        assert_eq!(names, ["https://api.shop.example", "orders-api", own.as_str()].into());
        assert!(server.usher.apis.audience_conflicts().await.unwrap().is_empty());
        server.restart().await;
        assert_eq!(server.usher.apis.list_apis(project).await.unwrap().len(), 3, "it happens once");
    }

    /// RL-07
    async fn two_instances_that_start_at_once_adopt_each_audience_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let second = server.second_instance().await;
        let machine = server.former_machine(server.project, &["https://api.shop.example"], "orders:read").await;
        server.database.execute("delete from house where name = 'audiences_adopted'").await;
        let before = server.database.count("select count(*) from event where kind = 'api.created'").await;
        let (one, two) = tokio::join!(server.usher.apis.adopt_audiences(), second.usher.apis.adopt_audiences());
        one.and(two).expect("the audiences can be adopted");
        let after = server.database.count("select count(*) from event where kind = 'api.created'").await;
        assert_eq!((after - before, server.usher.apis.list_apis(server.project).await.unwrap().len()), (1, 1));
        let kept = server.usher.core.store.find_client(&machine.client.id).await.unwrap().unwrap().metadata.audience;
        assert_eq!(kept, [server.url.clone(), "https://api.shop.example".into()]);
        server.wait(2);
        for instance in [&server, &second] {
            let claims = payload(&instance.machine_token(&machine, &[]).await.text("access_token"));
            assert_eq!(claims["aud"], json!([server.url, "https://api.shop.example"]));
        }
    }

    async fn a_grant_of_a_former_version_is_never_for_the_api_of_another_project(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let partner = server.project_named("Partner").await.0;
        let api = server.api_of(server.project, ORDERS, crate::apis::settings(&["orders:read"])).await;
        let web = server.client_of(partner, ClientType::Web, |client| {
            client.scope = scope("openid offline_access orders:read");
        }).await;
        let tokens = server.tokens_with(&web, &[("scope", "openid offline_access")], &[]).await;
        server.database.execute("update grants set targets = null, scope = 'offline_access openid orders:read'").await;
        server.usher.apis.allow_client(&api, &web.client.id.0, None).await.unwrap();
        let metadata = ClientMetadata { audience: vec![ORDERS.into()], ..web.client.metadata.clone() };
        server.usher.clients.update_client(&web.client.id, metadata).await.unwrap();
        let refreshed = server.refresh(&web, &tokens.text("refresh_token")).await;
        let claims = payload(&refreshed.text("access_token"));
        assert_eq!((&claims["aud"], &claims["scope"]), (&json!([server.url]), &json!("offline_access openid")));
        let new = payload(&server.tokens_with(&web, &[("scope", "openid orders:read")], &[]).await.text("access_token"));
        assert_eq!(new["aud"], json!([server.url, ORDERS]), "whoever asks anew gets it");
    }

    async fn an_audience_that_two_projects_name_belongs_to_neither_until_the_operator_decides(db: TestDatabase) {
        let mut server = TestServer::on(db, &[]).await;
        let other = server.project_named("Other").await.0;
        let ours = server.former_machine(server.project, &["https://api.example"], "read").await;
        let theirs = server.former_machine(other, &["https://api.example/"], "read").await;
        server.database.execute("delete from house where name = 'audiences_adopted'").await;
        let before = server.usher.apis.audience_conflicts().await.unwrap();
        assert_eq!((before.len(), before[0].owner, before[0].clients.len()), (1, None, 2), "reported before, too");
        server.upgrade().await;
        let conflicts = server.usher.apis.audience_conflicts().await.unwrap();
        assert_eq!((conflicts.len(), conflicts[0].owner, conflicts[0].clients.len()), (1, None, 2));
        for client in [&ours, &theirs] {
            let claims = payload(&server.machine_token(client, &[]).await.text("access_token"));
            assert!(!claims["aud"].to_string().contains("api.example"), "{claims}");
        }
        let api = server.api_of(server.project, "https://api.example", crate::apis::settings(&["read"])).await;
        server.wait(2);
        let claims = payload(&server.machine_token(&ours, &[]).await.text("access_token"));
        assert!(claims["aud"].to_string().contains("https://api.example"), "{claims}");
        let conflicts = server.usher.apis.audience_conflicts().await.unwrap();
        assert_eq!((conflicts[0].owner, conflicts[0].clients.len()), (Some(server.project), 1));
        server.usher.apis.allow_client(&api, &theirs.client.id.0, None).await.unwrap();
        assert!(server.usher.apis.audience_conflicts().await.unwrap().is_empty());
    }
}
