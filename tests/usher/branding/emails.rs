//! What emails show of branding.

use serde_json::json;
use usher_domain::oauth::client::ClientType;

use super::{greenhouse, png};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

on_both_databases! {
    async fn an_email_of_a_clients_request_names_the_service_and_the_application(db: TestDatabase) {
        let server = TestServer::on(db, &[("projects.create", "admins")]).await;
        server.user(ANA).await;
        server.brand(&greenhouse()).await;
        let logo = server.upload("image/png", png(8, 8)).await.text("logo");
        let client = server.client(ClientType::Web, |metadata| metadata.client_name = "Plants".into()).await;
        let mut browser = server.browser();
        let login = browser.open(&server.authorize_url(&client, &[])).await;
        let recover = browser.open(&login.url.replace("/login", "/recover")).await;
        browser.submit(&recover, &[("email", ANA)]).await;
        let email = server.emails().await.remove(0);
        assert_eq!((email.kind(), email.sender_name()), ("recovery", Some("Greenhouse accounts")));
        for part in ["Greenhouse", "Plants", "help@example.com", "https://example.com/terms", "https://example.com/privacy"] {
            assert!(email.text().contains(part) && email.html().contains(part), "{part}: {}", email.text());
        }
        assert!(email.html().contains(&server.at(&logo)) && email.html().contains("#1d6a43"), "{}", email.html());

        let plain = browser.open(&server.at("/recover")).await;
        browser.submit(&plain, &[("email", ANA)]).await;
        let email = server.emails().await.remove(0);
        assert_eq!(email.sender_name(), None);
        assert!(email.text().contains("Usher") && !email.text().contains("Greenhouse"), "{}", email.text());
    }

    async fn where_anybody_may_create_projects_emails_are_those_of_the_installation(db: TestDatabase) {
        let server = TestServer::in_production_with(db, &[("projects.create", "anyone")]).await;
        server.user(ANA).await;
        server.brand(&json!({"name": "Your bank", "sender_name": "Your bank"})).await;
        let client = server.client(ClientType::Web, |metadata| metadata.client_name = "Your bank".into()).await;
        let mut browser = server.browser();
        let login = browser.open(&server.authorize_url(&client, &[])).await;
        let recover = browser.open(&login.url.replace("/login", "/recover")).await;
        browser.submit(&recover, &[("email", ANA)]).await;
        let email = server.emails().await.remove(0);
        assert_eq!(email.sender_name(), None);
        assert!(!email.text().contains("bank") && !email.html().contains("bank"), "{}", email.text());
    }
}
