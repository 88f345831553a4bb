//! Simultaneous changes of one user: none overwrites another.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::{join, join_all};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use usher_domain::user::UserStatus;

use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const THIEF: &str = "thief@example.test";

async fn change(server: &TestServer, token: &str, body: &Value) -> Answer {
    answer(server.api(Method::PATCH, "me").bearer_auth(token).json(body)).await
}

/// Runs `action` while the holder of `token` changes the profile as fast as possible.
async fn while_the_profile_changes<T>(server: &TestServer, token: &str, action: impl Future<Output = T>) -> T {
    let stop = AtomicBool::new(false);
    let changing = (0..4).map(async |one| {
        for round in 0.. {
            change(server, token, &json!({ "nickname": format!("{one}-{round}") })).await;
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
    });
    let changing = pin!(join_all(changing));
    let action = async {
        let done = action.await;
        stop.store(true, Ordering::Relaxed);
        done
    };
    join(action, changing).await.0
}

on_both_databases! {
    async fn claims_changed_at_the_same_moment_all_hold(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let token = server.tokens_of(ANA).await.text("access_token");
        for round in 0..8 {
            let text = format!("round {round}");
            let changes = [
                json!({ "nickname": text }),
                json!({ "gender": text }),
                json!({ "address": { "country": text } }),
                json!({ "address": { "locality": text } }),
                json!({ "language": if round % 2 == 0 { "uk" } else { "pt-BR" } }),
            ];
            let answers = join_all(changes.iter().map(|body| change(&server, &token, body))).await;
            assert!(answers.iter().all(|answer| answer.status == StatusCode::OK), "{answers:?}");
            let me = server.me(&token).await.json;
            assert_eq!((&me["nickname"], &me["gender"]), (&json!(text), &json!(text)));
            assert_eq!(me["address"], json!({ "country": text, "locality": text }));
            assert_eq!(me["language"], changes[4]["language"]);
        }
    }

    async fn a_disabled_user_stays_disabled_however_fast_the_profile_changes(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for round in 0..6 {
            let email = format!("ana{round}@example.test");
            let ana = server.user(&email).await;
            let token = server.tokens_of(&email).await.text("access_token");
            while_the_profile_changes(&server, &token, server.usher.users.set_user_enabled(&ana, false)).await.expect("it can be");
            assert_eq!(server.usher.users.load_user(&email).await.expect("the user").status, UserStatus::Disabled, "{round}");
        }
    }

    /// An attacker cannot keep the address by changing the profile at the same moment.
    async fn this_was_not_me_gives_the_address_back_however_fast_the_profile_changes(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut thief = server.signed_in(ANA).await;
        let token = server.tokens_of(ANA).await.text("access_token");
        let page = thief.open(&server.at("/account/email")).await;
        let page = thief.submit(&page, &[("email", THIEF)]).await;
        let email = async |kind| server.emails().await.into_iter().find(|email| email.kind() == kind).expect("sent");
        let code = email("verify_email").await.code().expect("a code").to_owned();
        while_the_profile_changes(&server, &token, thief.submit(&page, &[("code", &code)])).await;
        assert!(server.usher.users.load_user(THIEF).await.is_ok(), "a proven change is not undone");
        let link = email("email_changed").await.link().expect("a link").to_owned();
        let mut owner = server.browser();
        let page = owner.open(&link).await;
        let fields = [("token", page.value("token"))];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let reported = while_the_profile_changes(&server, &token, owner.submit(&page, &fields)).await;
        assert_eq!(reported.status, StatusCode::OK, "{}", reported.body);
        assert!(server.usher.users.load_user(ANA).await.is_ok(), "the address is the owner's again");
        assert!(server.usher.users.load_user(THIEF).await.is_err());
    }

    async fn an_administrator_who_renames_a_user_changes_nothing_but_the_name(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let seen = server.user(ANA).await;
        let token = server.tokens_of(ANA).await.text("access_token");
        change(&server, &token, &json!({ "nickname": "Aninha", "language": "uk" })).await;
        server.usher.users.set_user_enabled(&seen, false).await.expect("it can be");
        server.usher.users.rename_user(&seen, Some("Anna".into()), None).await.expect("it can be");
        let ana = server.usher.users.load_user(ANA).await.expect("the user");
        assert_eq!((ana.status, ana.locale.as_deref()), (UserStatus::Disabled, Some("uk")));
        assert_eq!((ana.profile.given_name.as_deref(), ana.profile.nickname.as_deref()), (Some("Anna"), Some("Aninha")));
        assert_eq!(ana.profile.family_name.as_deref(), Some("Souza"));
    }
}
