//! The user that a client expects: `id_token_hint` and `login_hint`.

use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const BEN: &str = "ben@example.test";

async fn ana_signed_in(server: &TestServer) -> (Browser<'_>, RegisteredClient, String) {
    server.user(ANA).await;
    server.user(BEN).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let mut browser = server.browser();
    let hint = server.tokens(&mut browser, &client, ANA).await.text("id_token");
    (browser, client, hint)
}

/// The error of a `prompt=none` request; `"ok"` if there is a code.
async fn silently(
    server: &TestServer,
    browser: &mut Browser<'_>,
    client: &RegisteredClient,
    hint: (&str, &str),
) -> String {
    let landing = browser.open(&server.authorize_url(client, &[("prompt", "none"), hint])).await;
    assert_eq!(landing.answer("state").as_deref(), Some("st4te"));
    landing.answer("error").unwrap_or_else(|| landing.answer("code").map(|_| "ok".to_owned()).expect("a code"))
}

async fn sub_of(server: &TestServer, client: &RegisteredClient, code: &str) -> String {
    let id_token = server.exchange(client, code).await.text("id_token");
    payload(&id_token)["sub"].as_str().expect("a sub").to_owned()
}

on_both_databases! {
    async fn an_unreadable_id_token_hint_asks_to_sign_in_and_silently_is_login_required(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, client, hint) = ana_signed_in(&server).await;
        let tampered = format!("{}AA", &hint[..hint.len() - 2]);
        for hint in ["not.a.token", "garbage", "eyJhbGciOiJub25lIn0.e30.", &tampered] {
            assert_eq!(silently(&server, &mut browser, &client, ("id_token_hint", hint)).await, "login_required", "{hint}");
            let page = browser.open(&server.authorize_url(&client, &[("id_token_hint", hint)])).await;
            assert!(page.url.contains("/login?interaction="), "{hint}: {}", page.url);
            let landing = browser.sign_in(&page, ANA).await;
            assert!(landing.answer("code").is_some(), "whoever signs in now goes on: {}", landing.url);
        }
    }

    async fn a_login_hint_of_another_account_lets_the_person_choose(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, client, _) = ana_signed_in(&server).await;
        let hinted = ("login_hint", BEN);
        assert_eq!(silently(&server, &mut browser, &client, hinted).await, "account_selection_required");
        let chooser = browser.open(&server.authorize_url(&client, &[hinted])).await;
        assert!(chooser.url.contains("/login/accounts"), "{}", chooser.url);
        let ana = chooser.value("account");
        let kept = browser.submit(&chooser, &[("account", &ana)]).await;
        assert!(kept.answer("code").is_some(), "the person may stay who they are: {}", kept.url);
        let sign_in = browser.submit(&chooser, &[("account", "new")]).await;
        assert!(sign_in.body.contains(&format!("value=\"{BEN}\"")), "the hint is kept: {}", sign_in.body);
        assert!(browser.sign_in(&sign_in, BEN).await.answer("code").is_some());
    }

    async fn a_login_hint_of_an_account_signed_in_here_is_followed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, client, hint) = ana_signed_in(&server).await;
        let ana = payload(&hint)["sub"].as_str().expect("a sub").to_owned();
        let page = browser.open(&server.authorize_url(&client, &[("prompt", "select_account")])).await;
        let sign_in = browser.submit(&page, &[("account", "new")]).await;
        let ben = sub_of(&server, &client, &browser.sign_in(&sign_in, BEN).await.code()).await;
        for (hint, sub) in [(ANA, &ana), ("ANA@example.test", &ana), (BEN, &ben), (&ana, &ana), (&ben, &ben)] {
            let landing = browser.open(&server.authorize_url(&client, &[("prompt", "none"), ("login_hint", hint)])).await;
            assert_eq!(sub_of(&server, &client, &landing.code()).await, *sub, "{hint}");
        }
    }

    async fn a_login_hint_that_names_nobody_changes_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, client, _) = ana_signed_in(&server).await;
        for hint in ["+55 11 91234-5678", "persona:ana", "O.CiQ3Zjg5", "@"] {
            assert_eq!(silently(&server, &mut browser, &client, ("login_hint", hint)).await, "ok", "{hint}");
        }
    }
}
