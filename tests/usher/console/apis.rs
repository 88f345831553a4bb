//! The pages of APIs, without scripts.

use usher_domain::oauth::client::ClientType;

use crate::console::administrator;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const ORDERS: &str = "https://api.shop.example";

on_both_databases! {
    async fn an_administrator_creates_changes_and_deletes_an_api(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let list = format!("/console/projects/{}/apis", server.project);
        let page = boss.open(&server.at(&list)).await;
        let wrong = boss.submit(&page, &[("identifier", "orders"), ("name", "Orders"), ("scopes", "openid")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.body.contains("value=\"orders\""), "what was typed stays: {}", wrong.body);
        let scopes = "orders:read = See your orders\norders:write";
        let made = boss.submit(&page, &[("identifier", ORDERS), ("name", "Orders"), ("scopes", scopes)]).await;
        assert!(made.body.contains("The API is ready.") && made.body.contains(ORDERS), "{}", made.body);
        let api = server.usher.apis.load_api(server.project, ORDERS).await.unwrap();
        assert_eq!(api.settings.scope().to_string(), "orders:read orders:write");
        let saved = boss.submit(&made, &[("scopes", scopes), ("name", "Shop orders"), ("token_format", "opaque")]).await;
        assert!(saved.body.contains("The API is saved."), "{}", saved.body);
        let api = server.usher.apis.load_api(server.project, ORDERS).await.unwrap();
        assert_eq!((api.settings.name.as_str(), api.settings.scopes[0].description.as_str()), ("Shop orders", "See your orders"));
        let there = boss.open(&server.at(&list)).await;
        assert!(there.body.contains("Shop orders") && there.body.contains("orders:read orders:write"), "{}", there.body);
    }

    async fn an_administrator_allows_a_client_of_another_project(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let api = server.api_of(server.project, ORDERS, crate::apis::settings(&["orders:read"])).await;
        let partner = server.client_of_another_project(ClientType::Machine).await.client.id;
        let here = format!("/console/projects/{}/apis/{}", server.project, api.id);
        let page = boss.open(&server.at(&here)).await;
        let csrf = page.body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        let post = |path: &str, fields: &[(&str, &str)]| {
            let fields = fields.iter().copied().chain([("csrf", csrf.as_str())]);
            let fields: Vec<_> = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            (server.at(&format!("{here}{path}")), fields)
        };
        let (url, fields) = post("/allow", &[("client_id", "client_nobody"), ("scope", "")]);
        let unknown = boss.post(&url, &fields).await;
        assert!(unknown.body.contains("There is no client with this ID."), "{}", unknown.body);
        let (url, fields) = post("/allow", &[("client_id", &partner.0), ("scope", "orders:read")]);
        let allowed = boss.post(&url, &fields).await;
        assert!(allowed.body.contains("The client may use the API.") && allowed.body.contains(&partner.0), "{}", allowed.body);
        assert_eq!(server.usher.apis.list_allowed_clients(&api).await.unwrap().len(), 1);
        let (url, fields) = post(&format!("/clients/{partner}/remove"), &[]);
        let removed = boss.post(&url, &fields).await;
        assert!(removed.body.contains("may no longer use the API"), "{}", removed.body);
        let (url, fields) = post("/delete", &[]);
        assert!(boss.post(&url, &fields).await.body.contains("The API is deleted."));
        assert!(server.usher.apis.list_apis(server.project).await.unwrap().is_empty());
    }
}
