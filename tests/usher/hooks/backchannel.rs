//! Back-channel logout: a client is notified of every cause that ends its sessions, also after an outage.

use crate::storage::samples::in_tx;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use usher_accounts::{Device, RegisteredClient};
use usher_domain::key::SigningAlg;
use usher_domain::secret::Secret;
use usher_keys::verify::ExpectedToken;

use super::receiver::{Call, Receiver, Reply};
use super::stage::{ANA, Stage, account, distinct, run};
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, answer, payload};
use crate::harness::server::PASSWORD;
use crate::storage::samples::identity_of;

/// Ana, signed in in two browsers at a client with back-channel logout; in the first with tokens.
struct Scene<'h> {
    stage: &'h Stage,
    receiver: Receiver,
    client: RegisteredClient,
    browser: Browser<'h>,
    other: Browser<'h>,
    tokens: Answer,
    code: String,
}

async fn scene(stage: &Stage) -> Scene<'_> {
    let receiver = Receiver::start().await;
    let client = stage.listening_client(&receiver.url).await;
    stage.server.user(ANA).await;
    let (mut browser, mut other) = (stage.server.browser(), stage.server.browser());
    stage.server.tokens(&mut other, &client, ANA).await;
    let code = browser.go_through(&stage.server.authorize_url(&client, &[]), ANA).await.code();
    let tokens = stage.server.exchange(&client, &code).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    stage.dispatch().await;
    Scene { stage, receiver, client, browser, other, tokens, code }
}

impl Scene<'_> {
    /// The claims of every logout token that the client received, each validated.
    fn logout_tokens(&self) -> Vec<Value> {
        self.receiver.calls().iter().map(|call| self.check(call)).collect()
    }

    fn check(&self, call: &Call) -> Value {
        assert_eq!(call.header("content-type"), "application/x-www-form-urlencoded");
        let token = call.logout_token();
        let verified = self
            .stage
            .server
            .usher
            .signing_keys
            .keyring()
            .verify(&token, ExpectedToken { typ: "logout+jwt" })
            .expect("it is ours");
        assert_eq!(verified.alg, SigningAlg::Rs256, "the algorithm of the client's ID tokens");
        let claims = Value::Object(verified.claims);
        let now = self.stage.server.now().0;
        assert_eq!(
            (&claims["iss"], &claims["aud"]),
            (&json!(self.stage.server.usher.core.issuer()), &json!(self.client.client.id.0))
        );
        assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
        assert!(claims["iat"].as_i64().unwrap() <= now && claims.get("nonce").is_none(), "{claims}");
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
        assert!(claims["jti"].is_string());
        claims
    }

    fn sid(&self) -> String {
        payload(&self.tokens.text("id_token"))["sid"].as_str().unwrap().to_owned()
    }

    /// Asserts that exactly so many sessions of the client were notified, including that of the first browser.
    async fn assert_notified(&self, cause: &str, sessions: usize) {
        self.stage.dispatch().await;
        let tokens = self.logout_tokens();
        let mut sids: Vec<&str> = tokens.iter().map(|claims| claims["sid"].as_str().unwrap()).collect();
        assert!(sids.contains(&self.sid().as_str()), "{cause}: {tokens:?}");
        sids.sort_unstable();
        sids.dedup();
        assert_eq!((sids.len(), tokens.len()), (sessions, sessions), "{cause}: each session once");
        let sub = payload(&self.tokens.text("id_token"))["sub"].clone();
        assert!(tokens.iter().all(|claims| claims["sub"] == sub), "{cause}: {tokens:?}");
    }
}

macro_rules! causes {
    ($($(#[$meta:meta])* $name:ident ends $sessions:literal, |$scene:ident| $body:block)*) => {
        on_both_databases! {$(
            $(#[$meta])*
            async fn $name(db: TestDatabase) {
                let stage = Stage::on(db).await;
                let mut $scene = scene(&stage).await;
                $body
                $scene.assert_notified(stringify!($name), $sessions).await;
                let _ = &mut $scene.browser;
            }
        )*}
    };
}

causes! {
    signing_out_is_told ends 1, |scene| {
        let (account, _) = account(&scene.stage.server, &scene.browser).await;
        scene.stage.server.usher.sign_outs.sign_out(&account).await.unwrap();
    }

    signing_out_everywhere_is_told ends 2, |scene| {
        let (account, _) = account(&scene.stage.server, &scene.other).await;
        scene.stage.server.usher.sign_outs.sign_out_everywhere(&account).await.unwrap();
    }

    ending_it_from_another_browser_is_told ends 1, |scene| {
        let (this, _) = account(&scene.stage.server, &scene.other).await;
        let (doomed, _) = account(&scene.stage.server, &scene.browser).await;
        scene.stage.server.usher.sign_outs.end_own_session(&this, doomed.session.id).await.unwrap();
    }

    a_revocation_by_the_project_is_told ends 2, |scene| {
        let ana = scene.stage.server.usher.users.load_user(ANA).await.unwrap();
        let project = scene.client.client.project_id;
        scene.stage.server.usher.project_users.revoke_in(project, &ana).await.unwrap();
    }

    ending_all_others_is_told ends 1, |scene| {
        let (this, _) = account(&scene.stage.server, &scene.other).await;
        scene.stage.server.usher.sign_outs.end_other_sessions(&this).await.unwrap();
    }

    the_client_sending_them_to_sign_out_is_told ends 1, |scene| {
        let hint = scene.tokens.text("id_token");
        let url = scene.stage.server.at(&format!("/oauth2/logout?id_token_hint={hint}"));
        scene.browser.open(&url).await;
    }

    a_new_password_is_told ends 1, |scene| {
        let (account, mut cookies) = account(&scene.stage.server, &scene.other).await;
        let (old, new) = (Secret::from(PASSWORD), Secret::from("a loud yellow window"));
        let device = Device::default();
        scene.stage.server.usher.passwords.change_password(&account, &old, &new, &mut cookies, &device).await.unwrap();
    }

    a_recovered_password_is_told ends 2, |scene| {
        let server = &scene.stage.server;
        let mut stranger = server.browser();
        let page = stranger.open(&server.at("/recover")).await;
        stranger.submit(&page, &[("email", ANA)]).await;
        let link = server.emails().await[0].link().expect("a link").to_owned();
        let page = stranger.open(&link).await;
        stranger.submit(&page, &[("password", "a loud yellow window")]).await;
    }

    a_refresh_token_used_twice_is_told ends 1, |scene| {
        let server = &scene.stage.server;
        let first = scene.tokens.text("refresh_token");
        let second = server.refresh(&scene.client, &first).await.text("refresh_token");
        server.refresh(&scene.client, &second).await;
        server.wait(31);
        assert_eq!(server.refresh(&scene.client, &first).await.error(), "invalid_grant");
    }

    a_code_used_twice_is_told ends 1, |scene| {
        scene.stage.server.wait(11);
        assert_eq!(scene.stage.server.exchange(&scene.client, &scene.code).await.error(), "invalid_grant");
    }

    taking_access_away_is_told ends 2, |scene| {
        let (account, _) = account(&scene.stage.server, &scene.other).await;
        let client = scene.client.client.id.clone();
        scene.stage.server.usher.applications.withdraw_consent(&account, client).await.unwrap();
    }

    an_administrator_ending_everything_is_told ends 2, |scene| {
        let user = scene.stage.server.usher.users.load_user(ANA).await.unwrap();
        scene.stage.server.usher.users.revoke_user(&user).await.unwrap();
    }

    disabling_the_user_is_told ends 2, |scene| {
        let user = scene.stage.server.usher.users.load_user(ANA).await.unwrap();
        scene.stage.server.usher.users.set_user_enabled(&user, false).await.unwrap();
    }

    disabling_the_client_is_told ends 2, |scene| {
        let client = &scene.client.client.id;
        scene.stage.server.usher.clients.set_client_disabled(client, true).await.unwrap();
    }

    deleting_the_client_is_told_although_it_is_gone ends 2, |scene| {
        scene.stage.server.usher.clients.delete_client(&scene.client.client.id).await.unwrap();
    }

    deleting_the_project_is_told_although_it_is_gone ends 2, |scene| {
        let project = &scene.stage.project.project;
        scene.stage.server.usher.projects.delete_project(project, &project.name).await.unwrap();
    }

    unlinking_the_identity_that_opened_it_is_told ends 1, |scene| {
        let (this, _) = account(&scene.stage.server, &scene.other).await;
        let (doomed, _) = account(&scene.stage.server, &scene.browser).await;
        let identity = identity_of(&this.user);
        let (id, new, session) = (identity.id, identity.clone(), doomed.session.id);
        let link = in_tx!(scene.stage.server.usher.core.store, |tx| {
tx.insert_identity(&new).await?;
                tx.mark_session(session, new.id, None).await
});
        link.unwrap();
        scene.stage.server.usher.identities.unlink(&this, id).await.unwrap();
    }

    the_person_saying_that_it_was_not_them_is_told ends 2, |scene| {
        let server = &scene.stage.server;
        let page = scene.other.open(&server.at("/account/not-me")).await;
        let done = scene.other.submit(&page, &[("token", &page.value("token"))]).await;
        assert_eq!(done.status, 200, "{}", done.body);
    }

    deleting_the_account_is_told_although_nothing_is_left_of_it ends 2, |scene| {
        let (account, _) = account(&scene.stage.server, &scene.browser).await;
        scene.stage.server.usher.account_deletion.delete_account(&account, ANA).await.unwrap();
    }
}

on_both_databases! {
    /// LO-05
    async fn a_client_that_was_down_for_ten_minutes_still_learns_under_one_name(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let scene = scene(&stage).await;
        scene.receiver.answer_always(Reply::status(503));
        let witness = Receiver::start().await;
        let listening = stage.listening_client(&witness.url).await;
        let mut browser = stage.server.browser();
        stage.server.tokens(&mut browser, &listening, ANA).await;
        let (account, _) = account(&stage.server, &scene.browser).await;
        stage.server.usher.sign_outs.sign_out_everywhere(&account).await.unwrap();
        for _ in 0..30 {
            stage.dispatch().await;
            stage.server.wait(20);
        }
        assert_eq!(witness.calls().len(), 1, "nobody else waits for it");
        let tries = scene.receiver.calls().len();
        assert!((6..60).contains(&tries), "{tries}");
        scene.receiver.answer_always(Reply::status(200));
        scene.receiver.forget();
        for _ in 0..5 {
            stage.server.wait(40);
            stage.dispatch().await;
        }
        scene.assert_notified("after ten minutes", 2).await;
        let notices = stage.server.usher.core.store.list_logout_notices(account.user.id, crate::harness::server::START).await.unwrap();
        let tokens = scene.logout_tokens();
        for notice in notices.iter().filter(|notice| notice.client_id == scene.client.client.id) {
            assert_eq!(notice.status.as_str(), "told");
            assert!(tokens.iter().any(|claims| claims["jti"] == notice.id.to_string()), "the name is that of the notice");
        }
    }

    async fn a_client_used_again_keeps_its_deliveries_and_is_notified_again(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let scene = scene(&stage).await;
        let client = &scene.client.client.id;
        for round in 1..=2 {
            stage.server.usher.clients.set_client_disabled(client, true).await.unwrap();
            stage.dispatch().await;
            assert_eq!(scene.logout_tokens().len(), 2 * round, "each of its sessions once each time");
            stage.server.wait(60);
            stage.server.usher.clients.set_client_disabled(client, false).await.unwrap();
        }
        let ids: Vec<String> = scene.logout_tokens().iter().map(|claims| claims["jti"].to_string()).collect();
        assert_eq!(distinct(&ids), 4);
        let next = stage.server.refresh(&scene.client, &scene.tokens.text("refresh_token")).await;
        assert_eq!(next.status, 200, "{next:?}");
    }

    async fn a_client_that_was_down_when_it_was_deleted_still_learns(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let scene = scene(&stage).await;
        scene.receiver.answer_always(Reply::status(503));
        let (account, _) = account(&stage.server, &scene.browser).await;
        stage.server.usher.sign_outs.sign_out(&account).await.unwrap();
        stage.dispatch().await;
        stage.server.usher.clients.delete_client(&scene.client.client.id).await.unwrap();
        stage.dispatch().await;
        scene.receiver.answer_always(Reply::status(200));
        scene.receiver.forget();
        stage.server.wait(30);
        scene.assert_notified("what was waiting, and what ended with it", 2).await;
    }

    async fn a_client_that_never_answers_is_given_up_once_it_holds_nothing_any_more(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let scene = scene(&stage).await;
        scene.receiver.answer_always(Reply::status(503));
        let (account, _) = account(&stage.server, &scene.browser).await;
        stage.server.usher.sign_outs.sign_out(&account).await.unwrap();
        for _ in 0..12 {
            stage.dispatch().await;
            stage.server.wait(150);
        }
        let tries = scene.receiver.calls().len();
        stage.server.wait(86_400);
        stage.dispatch().await;
        assert_eq!(scene.receiver.calls().len(), tries);
        let notices = stage.server.usher.core.store.list_logout_notices_to(&scene.client.client.id, crate::harness::server::START);
        assert_eq!(notices.await.unwrap()[0].status.as_str(), "given_up");
    }

    async fn a_client_that_does_not_accept_the_token_is_not_asked_again(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let scene = scene(&stage).await;
        scene.receiver.answer_always(Reply::saying(400, r#"{"error":"invalid_request"}"#));
        let (account, _) = account(&stage.server, &scene.browser).await;
        stage.server.usher.sign_outs.sign_out(&account).await.unwrap();
        for _ in 0..3 {
            stage.dispatch().await;
            stage.server.wait(60);
        }
        assert_eq!(scene.receiver.calls().len(), 1);
        let notices = stage.server.usher.core.store.list_logout_notices_to(&scene.client.client.id, crate::harness::server::START);
        let notice = notices.await.unwrap().remove(0);
        assert_eq!((notice.status.as_str(), notice.last_status), ("refused", Some(400)));
    }

    /// LO-05
    async fn a_client_that_hangs_or_sends_elsewhere_delays_nobody(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let mut scene = scene(&stage).await;
        scene.receiver.answer_always(Reply::late(200, Duration::from_secs(60)));
        let usher = stage.server.usher.clone();
        let working = tokio::spawn(async move {
            run(&usher, "tell_facts").await;
            run(&usher, "send_logouts").await;
        });
        let began = Instant::now();
        let page = scene.browser.open(&stage.server.at("/logout")).await;
        let done = scene.browser.submit(&page, &[("everywhere", "true"), ("logout", "yes")]).await;
        // A receiver that hangs is given up after ten seconds: no other delivery has waited for it.
        assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
        assert!(done.text(".receipt").contains("Has not answered yet; we keep trying."), "{}", done.body);
        working.abort();
    }

    async fn revoking_ones_own_refresh_token_sends_no_logout_token_to_oneself(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let scene = scene(&stage).await;
        let token = scene.tokens.text("refresh_token");
        stage.server.call(&scene.client, "/oauth2/revoke", &[("token", &token)]).await;
        stage.dispatch().await;
        assert!(scene.logout_tokens().is_empty());
    }

    async fn a_second_end_of_the_same_session_notifies_the_client_again(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let mut scene = scene(&stage).await;
        let (account, _) = account(&stage.server, &scene.browser).await;
        stage.server.usher.applications.withdraw_consent(&account, scene.client.client.id.clone()).await.unwrap();
        stage.dispatch().await;
        let before = scene.logout_tokens().len();
        stage.server.wait(5);
        stage.server.tokens(&mut scene.browser, &scene.client, ANA).await;
        stage.server.usher.sign_outs.sign_out(&account).await.unwrap();
        stage.dispatch().await;
        let tokens = scene.logout_tokens();
        assert_eq!(tokens.len(), before + 1);
        assert_eq!(tokens.last().unwrap()["sid"], scene.sid());
    }

    async fn two_instances_deliver_each_logout_once_and_a_crash_loses_none(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let scene = scene(&stage).await;
        scene.receiver.answer([Reply::late(200, Duration::from_secs(30)), Reply::late(200, Duration::from_secs(30))]);
        let (account, _) = account(&stage.server, &scene.browser).await;
        stage.server.usher.sign_outs.sign_out_everywhere(&account).await.unwrap();
        run(&stage.server.usher, "tell_facts").await;
        let usher = stage.server.usher.clone();
        let doomed = tokio::spawn(async move { run(&usher, "send_logouts").await });
        for _ in 0..500 {
            if scene.receiver.calls().len() == 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        doomed.abort();
        let second = stage.server.second_instance().await;
        run(&second.usher, "send_logouts").await;
        assert_eq!(scene.receiver.calls().len(), 2, "they are held by the one that died");
        scene.receiver.forget();
        stage.server.wait(60);
        tokio::join!(run(&stage.server.usher, "send_logouts"), run(&second.usher, "send_logouts"));
        scene.assert_notified("after a crash", 2).await;
    }
}

#[tokio::test]
async fn discovery_announces_backchannel_logout_with_sessions_and_a_wrong_uri_is_rejected() {
    let stage = Stage::on(crate::harness::database::TestDatabase::sqlite().await).await;
    let metadata = answer(stage.server.http.get(stage.server.at("/.well-known/openid-configuration"))).await.json;
    assert_eq!(metadata["backchannel_logout_supported"], true);
    assert_eq!(metadata["backchannel_logout_session_supported"], true);
    // SS-05
    for bad in [
        "https://{client_session_host}/logout",
        "http://rp.test/logout",
        "https://rp.test/#x",
        "https://10.0.0.1/logout",
    ] {
        let mut metadata = stage.client.client.metadata.clone();
        metadata.backchannel_logout_uri = Some(bad.to_owned());
        let refused = stage.server.usher.clients.update_client(&stage.client.client.id, metadata).await.unwrap_err();
        assert!(refused.to_string().contains("backchannel_logout_uri"), "{bad}: {refused}");
    }
}
