//! Users in the console: search, details, changes of one and of several, invitations, merges.

use reqwest::StatusCode;
use usher_domain::event::actor::EventActor;
use usher_domain::urls::UserUrls;
use usher_domain::user::{User, UserStatus};
use usher_storage::events::log::{Search, Who};

use super::{BOSS, administrator};
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";
const BOB: &str = "bob@example.test";

async fn stored(server: &TestServer, user: &User) -> User {
    server.usher.users.load_user_by_id(user.id).await.expect("the user")
}

/// Who made the newest change of this kind to a user.
async fn actor_of(server: &TestServer, user: &User, kind: &str) -> Option<EventActor> {
    let search = Search { who: Some(Who::User(user.id)), kinds: vec![kind.to_owned()], ..Search::default() };
    let found = server.usher.users.search_log(&search, 1).await.unwrap();
    found.items.first().and_then(|event| event.actor.clone())
}

/// Opens the page that asks before a change, and confirms it.
async fn change(
    browser: &mut Browser<'_>,
    server: &TestServer,
    word: &str,
    users: &[&User],
    more: &[(&str, &str)],
) -> Landing {
    let named = users.iter().map(|user| format!("user={}", user.id)).collect::<Vec<_>>().join("&");
    let question = browser.open(&server.at(&format!("/console/change-users?do={word}&{named}"))).await;
    assert_eq!(question.status, StatusCode::OK, "{word}: {}", question.body);
    browser.press(&question, "change-users", more).await
}

on_both_databases! {
    async fn people_are_found_by_name_address_and_filter_page_by_page(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let bob = server.user(BOB).await;
        server.wait(1);
        for number in 0..25 {
            server.user(&format!("guest{number}@example.test")).await;
        }
        server.wait(1);
        let mut browser = administrator(&server).await;
        let all = browser.open(&server.at("/console/users")).await;
        assert!(all.body.contains(BOSS) && !all.body.contains(ANA), "the newest 25 first: {}", all.body);
        let next = next_of(&all).expect("there is a second page");
        let second = browser.open(&server.at(&next)).await;
        assert!(second.body.contains(ANA) && second.body.contains(BOB));
        let found = browser.open(&server.at("/console/users?q=bob")).await;
        assert!(found.body.contains(BOB) && !found.body.contains(ANA));
        assert!(found.body.contains(&UserUrls::of(&bob.id).page()), "it leads to the person");
        let found = browser.open(&server.at(&format!("/console/users?q={}", ana.sub.0))).await;
        assert!(found.body.contains(ANA));
        let admins = browser.open(&server.at("/console/users?admin=true")).await;
        assert!(admins.body.contains(BOSS) && !admins.body.contains("guest1@"));
        let nobody = browser.open(&server.at("/console/users?q=%25%27%3Cb%3E&status=disabled")).await;
        assert_eq!(nobody.status, StatusCode::OK);
        assert!(!nobody.body.contains("<b>") && !nobody.body.contains("class=\"cards people\""), "{}", nobody.body);
        for bad in ["after=x", "status=gone", "order=password", "created=3", "before=aQ"] {
            let page = browser.open(&server.at(&format!("/console/users?{bad}"))).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{bad}");
        }
    }

    async fn every_page_of_a_person_says_what_is_known(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let _hers = server.signed_in(ANA).await;
        let mut browser = administrator(&server).await;
        let urls = UserUrls::of(&ana.id);
        let profile = browser.open(&server.at(&urls.page())).await;
        assert!(profile.body.contains(ANA) && profile.body.contains(&ana.sub.0), "{}", profile.body);
        let sign_in = browser.open(&server.at(&urls.sign_in())).await;
        assert!(sign_in.body.contains("Password"), "{}", sign_in.body);
        let sessions = browser.open(&server.at(&urls.sessions())).await;
        assert!(sessions.body.contains("/console/end-sessions?session="), "{}", sessions.body);
        let activity = browser.open(&server.at(&urls.activity())).await;
        assert!(activity.body.contains("session.created"), "{}", activity.body);
        let roles = browser.open(&server.at(&urls.roles())).await;
        assert_eq!(roles.status, StatusCode::OK);
        let client = server.client(usher_domain::oauth::client::ClientType::Web, |_| {}).await.client;
        let claims = browser.open(&server.at(&format!("{}?client={}", urls.applications(), client.id.0))).await;
        assert!(claims.body.contains("&quot;email&quot;") || claims.body.contains("&#34;email&#34;"), "{}", claims.body);
        let unknown = browser.open(&server.at(&format!("{}?client=nothing", urls.applications()))).await;
        assert_eq!(unknown.status, StatusCode::OK);
        assert!(unknown.body.contains("aria-invalid"), "{}", unknown.body);
    }

    async fn people_are_disabled_and_enabled_together_and_each_change_names_its_actor(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (ana, bob) = (server.user(ANA).await, server.user(BOB).await);
        let mut hers = server.signed_in(ANA).await;
        let mut browser = administrator(&server).await;
        let boss = server.usher.users.load_user(BOSS).await.unwrap();
        let done = change(&mut browser, &server, "disable", &[&ana, &bob, &boss], &[]).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        for user in [&ana, &bob] {
            assert_eq!(stored(&server, user).await.status, UserStatus::Disabled);
            assert_eq!(actor_of(&server, user, "user.disabled").await, Some(EventActor::User(boss.id)));
        }
        assert_eq!(stored(&server, &boss).await.status, UserStatus::Active, "nobody disables themselves");
        let account = hers.open(&server.at("/account")).await;
        assert!(account.url.contains("/login"), "her session has ended: {}", account.url);
        let undone = browser.press(&done, "change-users", &[]).await;
        assert_eq!(undone.status, StatusCode::OK, "{}", undone.body);
        assert_eq!(stored(&server, &ana).await.status, UserStatus::Active);
        assert_eq!(stored(&server, &bob).await.status, UserStatus::Active);
    }

    async fn deletion_asks_for_the_number_and_leaves_a_receipt(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (ana, bob) = (server.user(ANA).await, server.user(BOB).await);
        let mut browser = administrator(&server).await;
        let again = change(&mut browser, &server, "delete", &[&ana, &bob], &[("confirmation", "1")]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.body);
        assert_eq!(stored(&server, &ana).await.id, ana.id);
        let gone = browser.press(&again, "change-users", &[("confirmation", "2")]).await;
        assert_eq!(gone.status, StatusCode::OK, "{}", gone.body);
        for user in [&ana, &bob] {
            assert!(server.usher.users.load_user_by_id(user.id).await.is_err());
        }
        let page = browser.open(&server.at(&UserUrls::of(&ana.id).page())).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
    }

    /// AD-06: nobody changes administrators by the back door, and there is always one.
    async fn an_administrator_is_made_and_unmade_but_never_by_themselves(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let mut browser = administrator(&server).await;
        let boss = server.usher.users.load_user(BOSS).await.unwrap();
        let made = change(&mut browser, &server, "make-admin", &[&ana], &[]).await;
        assert!(made.url.contains("done=make-admin"), "{}", made.url);
        assert!(stored(&server, &ana).await.admin);
        assert!(actor_of(&server, &ana, "administrator.added").await.is_some());
        for word in ["disable", "reset-factors"] {
            change(&mut browser, &server, word, &[&ana], &[]).await;
            assert_eq!(stored(&server, &ana).await.status, UserStatus::Active, "{word}");
        }
        change(&mut browser, &server, "delete", &[&ana], &[("confirmation", "1")]).await;
        assert!(stored(&server, &ana).await.admin, "an administrator cannot be deleted");
        change(&mut browser, &server, "remove-admin", &[&boss], &[]).await;
        assert!(stored(&server, &boss).await.admin, "nobody unmakes themselves");
        change(&mut browser, &server, "remove-admin", &[&ana], &[]).await;
        assert!(!stored(&server, &ana).await.admin);
    }

    async fn somebody_is_invited_chooses_a_password_and_signs_in(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let form = browser.open(&server.at("/console/invite-user")).await;
        let taken = [("given_name", "B"), ("family_name", ""), ("locale", "en"), ("email", BOSS)];
        assert_eq!(browser.submit(&form, &taken).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields = [("given_name", "Ana"), ("family_name", "Souza"), ("locale", "en"), ("email", ANA)];
        let invited = browser.submit(&form, &fields).await;
        assert!(invited.url.contains("done=invited"), "{}: {}", invited.url, invited.body);
        let resent = browser.press(&invited, "resend-invitation", &[]).await;
        assert!(resent.url.contains("done=resent"), "{}", resent.url);
        let emails = server.emails().await;
        let mail = emails.iter().find(|mail| mail.to() == ANA).expect("the invitation");
        let link = mail.link().expect("a link").to_owned();
        let mut hers = server.browser();
        let reset = hers.open(&link).await;
        let set = hers.submit(&reset, &[("password", PASSWORD)]).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.body);
        let login = hers.open(&server.at("/login")).await;
        let home = hers.sign_in(&login, ANA).await;
        assert!(home.url.contains("/account"), "{}", home.url);
        let ana = server.usher.users.load_user(ANA).await.unwrap();
        let withdrawn = browser.press(&resent, "withdraw-invitation", &[]).await;
        assert_eq!(withdrawn.status, StatusCode::NOT_FOUND, "who signs in already is not withdrawn");
        assert_eq!(stored(&server, &ana).await.id, ana.id);
    }

    async fn an_invitation_is_withdrawn(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let form = browser.open(&server.at("/console/invite-user")).await;
        let invited = browser.submit(&form, &[("given_name", ""), ("email", ANA)]).await;
        let list = browser.press(&invited, "withdraw-invitation", &[]).await;
        assert!(list.url.contains("/console/users?done=withdrawn"), "{}", list.url);
        assert!(server.usher.users.load_user(ANA).await.is_err());
    }

    async fn two_accounts_of_one_person_are_joined_and_separated(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (ana, bob) = (server.user(ANA).await, server.user(BOB).await);
        let mut browser = administrator(&server).await;
        let urls = UserUrls::of(&ana.id);
        let unknown = browser.open(&server.at(&format!("{}?other=nobody@example.test", urls.merge()))).await;
        assert!(unknown.body.contains("aria-invalid"), "{}", unknown.body);
        let found = browser.open(&server.at(&format!("{}?other={BOB}", urls.merge()))).await;
        let merged = browser.submit(&found, &[("found", &bob.sub.0)]).await;
        assert!(merged.url.contains("done=merged"), "{}: {}", merged.url, merged.body);
        assert_eq!(stored(&server, &bob).await.status, UserStatus::Merged);
        assert!(actor_of(&server, &ana, "user.merged").await.is_some());
        let merge = server.usher.account_merges.merges_into(ana.id).await.unwrap()[0].0.id.to_string();
        let separated = browser.press(&merged, "undo-merge", &[("merge", &merge)]).await;
        assert!(separated.url.contains("done=separated"), "{}: {}", separated.url, separated.body);
        assert_eq!(stored(&server, &bob).await.status, UserStatus::Active);
    }

    async fn a_profile_is_edited_and_says_who_did_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let mut browser = administrator(&server).await;
        let form = browser.open(&server.at(&UserUrls::of(&ana.id).edit())).await;
        let wrong = browser.submit(&form, &[("birthdate", "yesterday")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.body);
        let saved = browser.submit(&form, &[("nickname", "Anita")]).await;
        assert!(saved.url.contains("done=saved"), "{}", saved.url);
        assert!(saved.body.contains("Anita") && saved.body.contains("An administrator"), "{}", saved.body);
        assert!(actor_of(&server, &ana, "user.updated").await.is_some());
    }

    async fn people_are_added_to_a_project_and_removed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (ana, bob) = (server.user(ANA).await, server.user(BOB).await);
        let mut browser = administrator(&server).await;
        let project = server.project.to_string();
        let added = change(&mut browser, &server, "add-member", &[&ana, &bob], &[("role", "viewer"), ("project", &project)]).await;
        assert_eq!(added.status, StatusCode::OK, "{}", added.body);
        let members = server.usher.members.list_projects_of(&ana, usher_domain::page::Cursor::START, 10).await.unwrap();
        assert_eq!(members.items.len(), 1);
        let undone = browser.press(&added, "change-users", &[]).await;
        assert_eq!(undone.status, StatusCode::OK, "{}", undone.body);
        let members = server.usher.members.list_projects_of(&bob, usher_domain::page::Cursor::START, 10).await.unwrap();
        assert_eq!(members.items.len(), 0);
    }

    async fn a_link_to_set_a_password_is_sent(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let mut browser = administrator(&server).await;
        let sent = change(&mut browser, &server, "send-link", &[&ana], &[]).await;
        assert!(sent.url.contains("done=send-link"), "{}", sent.url);
        assert!(server.emails().await.iter().any(|mail| mail.to() == ANA && mail.text().contains("/recover/reset")));
        assert!(actor_of(&server, &ana, "user.recovery_requested").await.is_some());
    }
}

/// The URL of the next page.
fn next_of(page: &Landing) -> Option<String> {
    let html = scraper::Html::parse_document(&page.body);
    let selector = scraper::Selector::parse("a[rel=next]").expect("a selector");
    html.select(&selector).next()?.attr("href").map(str::to_owned)
}
