//! One person, three sign-in methods, three sites, one `sub`: with a standard OpenID Connect client.

use usher_domain::oauth::client::ClientType;

use super::accounts::code;
use crate::harness::database::on_both_databases;
use crate::harness::providers::{FACEBOOK, GOOGLE, X, server_with};
use crate::oidc::openidconnect_client::Site;

on_both_databases! {
    async fn three_sites_get_the_same_sub_of_a_person_who_uses_three_providers(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, FACEBOOK, X]).await;
        let mut subs = Vec::new();
        for kind in [GOOGLE, FACEBOOK, X] {
            let site = Site::open(&server, server.client(ClientType::Web, |_| {}).await).await;
            let mut browser = server.browser();
            let login = browser.open(&site.url).await;
            let button = login.links(&format!("/upstream/{}/start", kind.as_str()));
            let away = browser.open(&server.at(&button[0])).await;
            let mut page = browser.return_as(&at, &away, "ana").await;
            if page.body.contains("/upstream/ask/mail?") {
                page = browser.submit(&page, &[("email", "ana@example.test")]).await;
                page = browser.submit(&page, &[("code", &code(&server).await)]).await;
            }
            if page.url.contains("/upstream/ask") {
                // She confirms that the account is hers by the method that she first used.
                let again = browser.open(&server.at(&page.links("/login")[0])).await;
                let google = again.links("/upstream/google/start");
                let away = browser.open(&server.at(&google[0])).await;
                let back = browser.return_as(&at, &away, "ana").await;
                assert_eq!(back.url, page.url, "{}", back.body);
                page = browser.press(&back, "confirm", &[]).await;
            }
            if page.body.contains("name=\"decision\"") {
                page = browser.submit(&page, &[("decision", "allow")]).await;
            }
            subs.push(site.sub_of(&server, &page).await);
        }
        assert!(subs.iter().all(|sub| *sub == subs[0]), "{subs:?}");
        assert_eq!((server.users().await, server.identities().await), (1, 3));
    }
}
