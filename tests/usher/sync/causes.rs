//! Every cause that ends something appears in the feed: a token that was valid before is known to be invalid, and one
//! that was issued afterwards, or to another user, is not.

use std::collections::BTreeSet;

use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_domain::user::User;
use usher_protocol::client::metadata::ClientMetadata;

use super::follower::{Follower, module};
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, kid};
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";
const BOB: &str = "bob@example.test";

/// Ana is signed in at the shop, and so is Bob, who is not affected.
struct Scene {
    server: TestServer,
    shop: RegisteredClient,
    ana: User,
    tokens: Answer,
    bystander: String,
    follower: Follower,
}

impl Scene {
    async fn set(db: crate::harness::database::TestDatabase) -> Self {
        let server = TestServer::on(db, &[]).await;
        let (ana, _) = (server.user(ANA).await, server.user(BOB).await);
        let shop = server.client(ClientType::Web, |client| client.first_party = true).await;
        let bystander = server.tokens(&mut server.browser(), &shop, BOB).await.text("access_token");
        let tokens = server.tokens(&mut server.browser(), &shop, ANA).await;
        let follower = Follower::of(&server).await;
        Self { server, shop, ana, tokens, bystander, follower }
    }

    fn access(&self) -> String {
        self.tokens.text("access_token")
    }

    /// Asserts that Ana's token is revoked and Bob's is not; whatever Ana gets from now on is valid.
    async fn ends(mut self, may_come_back: bool) {
        let access = self.access();
        self.follower.learns_of(&access).await;
        assert!(!self.follower.known.is_revoked(&self.bystander), "the bystander's token stays good");
        assert_eq!(self.server.userinfo(&access).await.status, 401);
        if may_come_back {
            let again = self.server.tokens(&mut self.server.browser(), &self.shop, ANA).await;
            assert!(!self.follower.known.is_revoked(&again.text("access_token")), "what comes afterwards is good");
        }
    }
}

async fn signed_in<'h>(server: &'h TestServer, shop: &RegisteredClient) -> (Browser<'h>, Answer) {
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, shop, ANA).await;
    (browser, tokens)
}

on_both_databases! {
    async fn signing_out(db: TestDatabase) {
        let mut scene = Scene::set(db).await;
        let (mut browser, tokens) = signed_in(&scene.server, &scene.shop).await;
        let page = browser.open(&scene.server.at("/logout")).await;
        browser.submit(&page, &[("logout", "yes")]).await;
        scene.follower.learns_of(&tokens.text("access_token")).await;
        assert!(!scene.follower.known.is_revoked(&scene.access()), "the other browser stays signed in");
    }

    async fn a_relying_party_that_signs_out(db: TestDatabase) {
        let mut scene = Scene::set(db).await;
        let (mut browser, tokens) = signed_in(&scene.server, &scene.shop).await;
        let hint = tokens.text("id_token");
        let page = browser.open(&scene.server.at(&format!("/oauth2/logout?id_token_hint={hint}"))).await;
        if page.body.contains("name=\"logout\"") {
            browser.submit(&page, &[("logout", "yes")]).await;
        }
        scene.follower.learns_of(&tokens.text("access_token")).await;
    }

    async fn ending_every_session(db: TestDatabase) {
        let scene = Scene::set(db).await;
        scene.server.usher.users.revoke_user(&scene.ana).await.unwrap();
        scene.ends(true).await;
    }

    async fn another_password(db: TestDatabase) {
        let scene = Scene::set(db).await;
        let (mut browser, _) = signed_in(&scene.server, &scene.shop).await;
        let page = browser.open(&scene.server.at("/account/security")).await;
        let changed = "another quiet green door";
        browser.submit(&page, &[("current_password", PASSWORD), ("password", changed)]).await;
        scene.ends(false).await;
    }

    async fn a_user_who_is_disabled(db: TestDatabase) {
        let scene = Scene::set(db).await;
        scene.server.usher.users.set_user_enabled(&scene.ana, false).await.unwrap();
        scene.server.usher.users.set_user_enabled(&scene.ana, true).await.unwrap();
        scene.ends(true).await;
    }

    async fn a_refresh_token_used_twice(db: TestDatabase) {
        let scene = Scene::set(db).await;
        let first = scene.tokens.text("refresh_token");
        let second = scene.server.refresh(&scene.shop, &first).await;
        scene.server.refresh(&scene.shop, &second.text("refresh_token")).await;
        scene.server.wait(31);
        assert_eq!(scene.server.refresh(&scene.shop, &first).await.error(), "invalid_grant");
        scene.ends(true).await;
    }

    async fn a_code_used_twice(db: TestDatabase) {
        let mut scene = Scene::set(db).await;
        let mut browser = scene.server.browser();
        let code = browser.go_through(&scene.server.authorize_url(&scene.shop, &[]), ANA).await.code();
        let tokens = scene.server.exchange(&scene.shop, &code).await;
        scene.server.wait(11);
        assert_eq!(scene.server.exchange(&scene.shop, &code).await.error(), "invalid_grant");
        scene.follower.learns_of(&tokens.text("access_token")).await;
        assert!(!scene.follower.known.is_revoked(&scene.access()), "only that grant ended");
    }

    async fn a_refresh_token_that_its_client_revokes(db: TestDatabase) {
        let scene = Scene::set(db).await;
        let token = scene.tokens.text("refresh_token");
        scene.server.call(&scene.shop, "/oauth2/revoke", &[("token", &token)]).await;
        scene.ends(true).await;
    }

    async fn an_access_token_that_its_client_revokes(db: TestDatabase) {
        let scene = Scene::set(db).await;
        scene.server.call(&scene.shop, "/oauth2/revoke", &[("token", &scene.access())]).await;
        let next = scene.server.refresh(&scene.shop, &scene.tokens.text("refresh_token")).await;
        assert_eq!(scene.server.userinfo(&next.text("access_token")).await.status, 200);
        scene.ends(true).await;
    }

    async fn consent_taken_back(db: TestDatabase) {
        let mut scene = Scene::set(db).await;
        let other = scene.server.client(ClientType::Web, |_| {}).await;
        let mut browser = scene.server.browser();
        let tokens = scene.server.tokens(&mut browser, &other, ANA).await;
        let page = browser.open(&scene.server.at("/account/apps")).await;
        let client = other.client.id.0.clone();
        browser.submit(&page, &[("client", &client)]).await;
        scene.follower.learns_of(&tokens.text("access_token")).await;
        assert!(!scene.follower.known.is_revoked(&scene.access()), "the other application keeps its access");
    }

    async fn a_client_that_is_disabled(db: TestDatabase) {
        let mut scene = Scene::set(db).await;
        let other = scene.server.client(ClientType::Web, |client| client.first_party = true).await;
        let spared = scene.server.tokens(&mut scene.server.browser(), &other, ANA).await.text("access_token");
        scene.server.usher.clients.set_client_disabled(&scene.shop.client.id, true).await.unwrap();
        let access = scene.access();
        scene.follower.learns_of(&access).await;
        assert!(scene.follower.known.is_revoked(&scene.bystander), "everybody's tokens of that client");
        assert!(!scene.follower.known.is_revoked(&spared), "and of no other");
        scene.server.usher.clients.set_client_disabled(&scene.shop.client.id, false).await.unwrap();
        let next = scene.server.refresh(&scene.shop, &scene.tokens.text("refresh_token")).await;
        assert!(!scene.follower.known.is_revoked(&next.text("access_token")), "back in use, it gets good tokens");
    }

    async fn a_client_that_is_deleted(db: TestDatabase) {
        let mut scene = Scene::set(db).await;
        scene.server.usher.clients.delete_client(&scene.shop.client.id).await.unwrap();
        let access = scene.access();
        scene.follower.learns_of(&access).await;
    }

    async fn a_signing_key_that_somebody_else_has(db: TestDatabase) {
        let mut scene = Scene::set(db).await;
        let rsa = |client: &mut ClientMetadata| {
            client.first_party = true;
            client.access_token_signed_response_alg = Some("RS256".to_owned());
        };
        let other = scene.server.client(ClientType::Web, rsa).await;
        let spared = scene.server.tokens(&mut scene.server.browser(), &other, ANA).await.text("access_token");
        let stranger = scene.server.usher.projects.create_project("Strangers").await.unwrap();
        let mut elsewhere = Follower::by(&scene.server, &stranger.token, None).await;
        let (_, module) = module(&scene.server).await;
        let mut shut_out = Follower::by(&scene.server, &module, None).await;

        let access = scene.access();
        let gone = kid(&access);
        assert_eq!((kid(&scene.bystander), kid(&module)), (gone.clone(), gone.clone()), "one key signs for all of them");
        scene.server.usher.signing_keys.revoke_keys(&BTreeSet::from([gone])).await.unwrap();
        scene.follower.learns_of(&access).await;
        elsewhere.learns_of(&access).await;
        assert!(scene.follower.known.is_revoked(&scene.bystander), "everything that it signed");
        assert!(!scene.follower.known.is_revoked(&spared), "and nothing that another signed");
        assert_eq!(shut_out.close_code().await, 4401, "whoever follows by such a token is shut out");
        let next = scene.server.refresh(&scene.shop, &scene.tokens.text("refresh_token")).await.text("access_token");
        assert!(!scene.follower.known.is_revoked(&next), "what comes afterwards is good");
        for (token, status) in [(&access, 401), (&scene.bystander, 401), (&spared, 200), (&next, 200)] {
            assert_eq!(scene.server.userinfo(token).await.status, status);
        }
    }

    async fn a_user_who_leaves(db: TestDatabase) {
        let mut scene = Scene::set(db).await;
        let mut browser = scene.server.browser();
        scene.server.tokens(&mut browser, &scene.shop, ANA).await;
        let page = browser.open(&scene.server.at("/account/data")).await;
        browser.press(&page, "delete", &[("confirmation", ANA)]).await;
        assert_eq!(scene.server.database.count("select count(*) from event where kind = 'user.deleted'").await, 1);
        let access = scene.access();
        scene.follower.learns_of(&access).await;
        assert!(!scene.follower.known.is_revoked(&scene.bystander));
    }

    async fn this_was_not_me(db: TestDatabase) {
        let scene = Scene::set(db).await;
        signed_in(&scene.server, &scene.shop).await;
        let emails = scene.server.emails().await;
        let link = emails.iter().rev().find_map(|email| email.link().filter(|link| link.contains("not-me")));
        let mut browser = scene.server.browser();
        let page = browser.open(link.expect("an email about the strange browser")).await;
        let token = page.value("token");
        browser.submit(&page, &[("token", token.as_str())]).await;
        scene.ends(false).await;
    }
}
