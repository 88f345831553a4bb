//! The URLs that an administrator may set for a provider.

use reqwest::StatusCode;
use serde_json::json;

use crate::console::administrator;
use crate::harness::database::on_both_databases;
use crate::harness::providers::Providers;
use crate::harness::server::TestServer;

const SECRET: &str = "sim-secret";

on_both_databases! {
    /// SS-08: a URL with another issuer, or with a non-public address, is rejected when it is set; one that does not
    /// respond at the moment is not.
    async fn an_issuer_who_is_somebody_else_or_inside_is_refused(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let at = Providers::beside(&server).await;
        let mut browser = administrator(&server).await;
        let form = browser.open(&server.at("/console/new-provider?kind=oidc")).await;
        let mut set = async |issuer: &str| {
            let fields = [("id", "works"), ("label", "Works"), ("client_secret", SECRET), ("rest", ""), ("issuer", issuer), ("client_id", "us")];
            browser.submit(&form, &fields).await
        };
        let other = [
            // Google's simulator responds there, and is another issuer.
            format!("{}/oidc/", at.origin()),
            String::from("https://10.0.0.1"),
            String::from("https://169.254.169.254"),
            String::from("https://metadata.google.internal"),
            String::from("https://[fd00::1]"),
        ];
        for issuer in &other {
            let told = set(issuer).await;
            assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{issuer}: {}", told.body);
            assert!(told.body.contains("issuer-error"), "{issuer}: {}", told.body);
        }
        for address in ["token_endpoint", "jwks_uri", "userinfo_endpoint"] {
            at.fault(json!({"fault": "claims", "claims": {address: "https://10.0.0.1/x"}})).await;
            let told = set(&format!("{}/oidc", at.origin())).await;
            at.mend().await;
            assert!(told.status == StatusCode::UNPROCESSABLE_ENTITY && told.body.contains("issuer-error"), "{address}: {}", told.body);
        }
        at.fault(json!({"fault": "claims", "claims": {"issuer": "https://evil.test"}})).await;
        let told = set(&format!("{}/oidc", at.origin())).await;
        assert!(told.status == StatusCode::UNPROCESSABLE_ENTITY && told.body.contains("issuer-error"), "{}", told.body);
        at.mend().await;
        assert!(server.usher.providers.list_providers().await.unwrap().is_empty());
        at.fault(json!({"fault": "down", "provider": "oidc"})).await;
        assert_eq!(set(&format!("{}/oidc", at.origin())).await.url, server.at("/console/providers/works?done=added"));
    }
}
