//! Every cause that ends a grant invalidates its tokens, wherever they are presented (RT-10).

use usher_accounts::{Account, Browser as Cookies, Device, RegisteredClient};
use usher_domain::oauth::client::ClientType;
use usher_domain::secret::Secret;
use usher_domain::user::User;

use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::Answer;
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";

/// Ana, signed in in two browsers at one client; in the first with tokens and an unredeemed code.
struct Scene<'h> {
    server: &'h TestServer,
    user: User,
    client: RegisteredClient,
    browser: Browser<'h>,
    other: Browser<'h>,
    tokens: Answer,
    code: String,
}

async fn scene(server: &TestServer) -> Scene<'_> {
    let user = match server.usher.users.load_user(ANA).await {
        Ok(user) => user,
        Err(_) => server.user(ANA).await,
    };
    let client = server.client(ClientType::Web, |_| {}).await;
    let (mut browser, mut other) = (server.browser(), server.browser());
    server.tokens(&mut other, &client, ANA).await;
    let tokens = server.tokens(&mut browser, &client, ANA).await;
    let code = browser.open(&server.authorize_url(&client, &[])).await.code();
    Scene { server, user, client, browser, other, tokens, code }
}

impl Scene<'_> {
    async fn account(&self, browser: &Browser<'_>) -> (Account, Cookies) {
        let cookies = Cookies::from_cookies(browser.cookies.get("usher").map(String::as_str), None);
        let account = self.server.usher.accounts.current(&cookies).await.expect("the server answers");
        (account.expect("somebody is signed in"), cookies)
    }

    async fn assert_over(&self, cause: &str) {
        let refreshed = self.server.refresh(&self.client, &self.tokens.text("refresh_token")).await;
        assert_eq!((refreshed.status.as_u16(), refreshed.error()), (400, "invalid_grant"), "{cause}");
        let person = self.server.userinfo(&self.tokens.text("access_token")).await;
        assert_eq!((person.status.as_u16(), person.error()), (401, "invalid_token"), "{cause}");
        assert!(!self.server.is_active(&self.client, &self.tokens.text("access_token")).await, "{cause}");
        assert!(!self.server.is_active(&self.client, &self.tokens.text("refresh_token")).await, "{cause}");
        let redeemed = self.server.exchange(&self.client, &self.code).await;
        assert_eq!((redeemed.status.as_u16(), redeemed.error()), (400, "invalid_grant"), "{cause}");
    }
}

on_both_databases! {
    async fn signing_out_ends_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let scene = scene(&server).await;
        let (account, _) = scene.account(&scene.browser).await;
        server.usher.sign_outs.sign_out(&account).await.expect("it can be done");
        scene.assert_over("sign-out").await;
        let (other, _) = scene.account(&scene.other).await;
        assert!(other.live, "the other browser stays signed in");
    }

    async fn signing_out_everywhere_ends_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let scene = scene(&server).await;
        let (account, _) = scene.account(&scene.other).await;
        server.usher.sign_outs.sign_out_everywhere(&account).await.expect("it can be done");
        scene.assert_over("sign-out everywhere").await;
    }

    async fn ending_the_session_from_another_browser_ends_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let scene = scene(&server).await;
        let ((account, _), (doomed, _)) = (scene.account(&scene.other).await, scene.account(&scene.browser).await);
        server.usher.sign_outs.end_own_session(&account, doomed.session.id).await.expect("it can be done");
        scene.assert_over("ended by owner").await;
    }

    async fn a_new_password_ends_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let scene = scene(&server).await;
        let (account, mut cookies) = scene.account(&scene.other).await;
        let (old, new) = (Secret::from(PASSWORD), Secret::from("a loud yellow window"));
        let device = Device::default();
        let change = server.usher.passwords.change_password(&account, &old, &new, &mut cookies, &device);
        change.await.expect("it can be done");
        scene.assert_over("password changed").await;
    }

    async fn taking_back_consent_ends_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let scene = scene(&server).await;
        let (account, _) = scene.account(&scene.browser).await;
        server.usher.applications.withdraw_consent(&account, scene.client.client.id.clone()).await.expect("it can be done");
        let refreshed = server.refresh(&scene.client, &scene.tokens.text("refresh_token")).await;
        assert_eq!(refreshed.error(), "invalid_grant");
        assert_eq!(server.userinfo(&scene.tokens.text("access_token")).await.status, 401);
        assert_eq!(server.exchange(&scene.client, &scene.code).await.error(), "invalid_grant", "the code goes with it");
    }

    async fn disabling_the_user_ends_them_and_enabling_revives_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let scene = scene(&server).await;
        server.usher.users.set_user_enabled(&scene.user, false).await.expect("it can be done");
        scene.assert_over("disabled").await;
        server.usher.users.set_user_enabled(&scene.user, true).await.expect("it can be done");
        scene.assert_over("enabled again").await;
    }

    async fn an_administrator_ends_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let scene = scene(&server).await;
        server.usher.users.revoke_user(&scene.user).await.expect("it can be done");
        scene.assert_over("administrator").await;
    }

    /// CA-09
    async fn a_disabled_client_can_do_nothing_with_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let scene = scene(&server).await;
        let witness = server.client(ClientType::Web, |_| {}).await;
        server.usher.clients.set_client_disabled(&scene.client.client.id, true).await.expect("it can be done");
        let refreshed = server.refresh(&scene.client, &scene.tokens.text("refresh_token")).await;
        assert_eq!((refreshed.status.as_u16(), refreshed.error()), (401, "invalid_client"));
        assert_eq!(server.exchange(&scene.client, &scene.code).await.error(), "invalid_client");
        assert_eq!(server.userinfo(&scene.tokens.text("access_token")).await.status, 401);
        for token in ["access_token", "refresh_token"] {
            assert!(!server.is_active(&witness, &scene.tokens.text(token)).await, "{token}");
        }
        server.usher.clients.set_client_disabled(&scene.client.client.id, false).await.expect("it can be done");
        assert_eq!(server.refresh(&scene.client, &scene.tokens.text("refresh_token")).await.status, 200, "it rested");
    }

    async fn deleting_the_client_ends_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let scene = scene(&server).await;
        let witness = server.client(ClientType::Web, |_| {}).await;
        server.usher.clients.delete_client(&scene.client.client.id).await.expect("it can be done");
        let refreshed = server.refresh(&scene.client, &scene.tokens.text("refresh_token")).await;
        assert_eq!((refreshed.status.as_u16(), refreshed.error()), (401, "invalid_client"));
        assert_eq!(server.userinfo(&scene.tokens.text("access_token")).await.status, 401);
        for token in ["access_token", "refresh_token"] {
            assert!(!server.is_active(&witness, &scene.tokens.text(token)).await, "{token}");
        }
    }
}
