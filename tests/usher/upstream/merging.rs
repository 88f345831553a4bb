//! Merging two accounts of one person, which can be undone for thirty days.

use crate::storage::samples::in_tx;
use reqwest::StatusCode;
use serde_json::json;
use usher_domain::email::Email;
use usher_domain::id::AssignmentId;
use usher_domain::oauth::client::ClientType;
use usher_domain::project::assignment::{Assignment, RoleHolder};

use super::accounts::{claims_of, sub, was_emailed};
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::providers::{GOOGLE, X, server_with};
use crate::harness::server::TestServer;

const BOB: &str = "bob@example.test";
const PAGE: &str = "/account/identities";
const DAY: u64 = 86_400;

/// Merges the other account of this browser into the one used last.
async fn merge(server: &TestServer, browser: &mut Browser<'_>) -> Landing {
    let page = browser.open(&server.at(PAGE)).await;
    let other = page.value("merge");
    browser.submit(&page, &[("merge", &other)]).await
}

on_both_databases! {
    async fn both_sign_ins_lead_to_the_remaining_account_and_the_old_sub_still_finds_it(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let bob = server.user(BOB).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        browser.come_by(&at, GOOGLE, "ana").await;
        let landing = browser.go_through(&server.authorize_url(&client, &[]), BOB).await;
        let tokens = server.exchange(&client, &landing.code()).await;
        let hint = tokens.text("id_token");
        let old = crate::harness::relying_party::payload(&hint)["sub"].as_str().unwrap().to_owned();
        let page = browser.open(&server.at("/login")).await;
        browser.sign_in(&page, BOB).await;
        let done = merge(&server, &mut browser).await;
        assert_eq!(done.url, server.at("/account/identities?done=merged"), "{}", done.body);
        assert!(was_emailed(&server, BOB, "Two accounts became one").await);
        assert!(was_emailed(&server, "ana@example.test", "Two accounts became one").await);
        // The grants of the merged account have ended.
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        let mut other = server.browser();
        assert_eq!(other.come_by(&at, GOOGLE, "ana").await.url, server.at("/account/profile"));
        assert_eq!(sub(&server, &mut other).await, bob.sub.0);
        assert_ne!(old, bob.sub.0);
        // The client that only knows the old `sub`.
        let silent = server.authorize_url(&client, &[("prompt", "none"), ("id_token_hint", &hint)]);
        claims_of(&server, &client, &mut other).await;
        let landing = other.open(&silent).await;
        assert!(landing.answer("code").is_some(), "{}", landing.url);
        let claims = json!({"id_token": {"sub": {"value": old}}}).to_string();
        let landing = other.open(&server.authorize_url(&client, &[("prompt", "none"), ("claims", &claims)])).await;
        assert!(landing.answer("code").is_some(), "{}", landing.url);
        let stranger = json!({"id_token": {"sub": {"value": "nobody"}}}).to_string();
        let landing = other.open(&server.authorize_url(&client, &[("prompt", "none"), ("claims", &stranger)])).await;
        assert_eq!(landing.answer("error").as_deref(), Some("login_required"), "{}", landing.url);
    }

    /// A role may forbid: merging must not remove it.
    async fn whoever_is_kept_has_the_roles_of_both(db: TestDatabase) {
        let (server, _) = server_with(db, &[GOOGLE]).await;
        let (eve, bob) = (server.user("eve@example.test").await, server.user(BOB).await);
        let (now, soon) = (server.now(), server.now() + std::time::Duration::from_secs(60));
        for (user, role, expires_at) in [
            (&eve, "suspended", None),
            (&eve, "editor", Some(soon)),
            (&bob, "editor", None),
            (&eve, "viewer", None),
            (&bob, "viewer", Some(soon)),
        ] {
            let assignment = Assignment {
                id: AssignmentId::new(now, &*server.usher.core.random),
                project: server.project,
                role: role.to_owned(),
                holder: RoleHolder::User(user.id),
                scope: None,
                expires_at,
                assigned_at: now,
            };
            let give = in_tx!(server.usher.core.store, |tx| tx.insert_assignment(&assignment).await);
            give.unwrap();
        }
        let mut browser = server.signed_in("eve@example.test").await;
        sign_in_beside(&server, &mut browser, BOB).await;
        let done = merge(&server, &mut browser).await;
        assert_eq!(done.url, server.at("/account/identities?done=merged"), "{}", done.body);
        let (holder, project) = (RoleHolder::User(bob.id), server.project);
        let read = server.usher.core.store.list_assignments_of(project, &holder, None).await.unwrap();
        let has: Vec<_> = read.iter().map(|one| (one.role.as_str(), one.expires_at)).collect();
        assert_eq!(has, [("editor", None), ("suspended", None), ("viewer", None)]);
    }

    async fn the_merged_one_signs_in_no_more_and_their_address_leads_to_the_other(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, X]).await;
        server.user("eve@example.test").await;
        let bob = server.user(BOB).await;
        let mut browser = server.signed_in("eve@example.test").await;
        sign_in_beside(&server, &mut browser, BOB).await;
        merge(&server, &mut browser).await;
        let mut late = server.browser();
        let page = late.open(&server.at("/login")).await;
        late.sign_in(&page, "eve@example.test").await;
        assert!(!late.is_in().await);
        let question = late.come_by(&at, GOOGLE, "eve").await;
        assert!(question.url.contains("/upstream/ask?q="), "{} {}", question.url, question.body);
        let login = late.open(&server.at(&question.links("/login")[0])).await;
        let back = late.sign_in(&login, BOB).await;
        let landing = late.press(&back, "confirm", &[]).await;
        assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
        assert_eq!(sub(&server, &mut late).await, bob.sub.0);
    }

    async fn a_merge_is_taken_back_within_thirty_days(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.user(BOB).await;
        let mut browser = server.browser();
        browser.come_by(&at, GOOGLE, "ana").await;
        let ana = sub(&server, &mut browser).await;
        sign_in_beside(&server, &mut browser, BOB).await;
        merge(&server, &mut browser).await;
        server.wait(29 * DAY);
        let mut browser = server.signed_in(BOB).await;
        let mut by_google = server.browser();
        by_google.come_by(&at, GOOGLE, "ana").await;
        let page = browser.open(&server.at(PAGE)).await;
        let undone = browser.submit(&page, &[("undo", &page.value("undo"))]).await;
        assert_eq!(undone.url, server.at("/account/identities?done=undone"), "{}", undone.body);
        assert!(browser.is_in().await && !by_google.is_in().await, "what the identity opened of the other ends");
        assert_eq!(by_google.come_by(&at, GOOGLE, "ana").await.url, server.at("/account/profile"));
        assert_eq!(sub(&server, &mut by_google).await, ana);
        assert_eq!(browser.submit(&page, &[("undo", &page.value("undo"))]).await.status, StatusCode::NOT_FOUND);
    }

    async fn after_thirty_days_a_merge_stays(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.user(BOB).await;
        let mut browser = server.browser();
        browser.come_by(&at, GOOGLE, "ana").await;
        sign_in_beside(&server, &mut browser, BOB).await;
        let page = merge(&server, &mut browser).await;
        let undo = page.value("undo");
        server.wait(30 * DAY);
        let mut browser = server.signed_in(BOB).await;
        let late = browser.open(&server.at(PAGE)).await;
        assert!(late.values("undo").is_empty());
        let csrf = late.value("csrf");
        let reply = server.post_as(&browser, "/account/identities/undo-merge", &[("csrf", &csrf), ("undo", &undo)]).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
        assert_eq!(server.database.count("select count(*) from users where status = 'merged'").await, 1);
    }

    async fn a_merge_wants_both_accounts_signed_in_here_and_freshly(db: TestDatabase) {
        let (server, _at) = server_with(db, &[]).await;
        server.user("eve@example.test").await;
        server.user(BOB).await;
        let mut browser = server.signed_in("eve@example.test").await;
        server.wait(301);
        sign_in_beside(&server, &mut browser, BOB).await;
        let stale = merge(&server, &mut browser).await;
        assert!(stale.url.contains("again=1"), "{}", stale.url);
        let elsewhere = server.signed_in("eve@example.test").await;
        let eve = Email::parse("eve@example.test").unwrap();
        let theirs = server.database.store.find_user_by_email(&eve).await.unwrap().unwrap();
        let sessions = server.database.store.list_live_sessions(theirs.id, server.now()).await.unwrap();
        let page = browser.open(&server.at(PAGE)).await;
        let here = page.value("merge");
        let foreign = sessions.iter().map(|session| session.id.to_string()).find(|id| *id != here).unwrap();
        let reply = browser.submit(&page, &[("merge", &foreign)]).await;
        assert!(reply.status.is_client_error(), "{}", reply.status);
        assert_eq!(server.database.count("select count(*) from users where status = 'merged'").await, 0);
        drop(elsewhere);
    }
}

/// Signs in to one more account in a browser.
async fn sign_in_beside(server: &TestServer, browser: &mut Browser<'_>, email: &str) {
    let page = browser.open(&server.at("/login")).await;
    assert_eq!(browser.sign_in(&page, email).await.url, server.at("/account/profile"));
}
