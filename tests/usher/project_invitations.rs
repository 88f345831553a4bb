//! Invitations to projects: of people who have an account and of people who have none.

use futures_util::future::join;
use reqwest::{Method, StatusCode};
use serde_json::json;
use usher_domain::project::member::Role;

use crate::api::{By, Reply, call, call_with, get, signed_in};
use crate::console::administrator;
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};

const UNA: &str = "una@example.test";
const BOB: &str = "bob@example.test";
const NAMES: [(&str, &str); 2] = [("given_name", "Una"), ("family_name", "Noether")];

impl TestServer {
    fn invitations(&self) -> String {
        format!("/projects/{}/invitations", self.project)
    }

    async fn invite(&self, email: &str, role: &str) -> Reply {
        let body = json!({"email": email, "role": role});
        call(self, By::Token(&self.project_token), Method::POST, &self.invitations(), &body).await
    }

    /// The link of the newest email to this address.
    async fn invitation_link(&self, email: &str) -> String {
        let emails = self.emails().await;
        let newest = emails.iter().find(|one| one.to() == email).expect("an email");
        newest.link().expect("a link").to_owned()
    }

    /// The role of this user in the project of the test.
    async fn role_of(&self, email: &str) -> Option<Role> {
        let user = self.usher.users.load_user(email).await.ok()?;
        self.database.store.find_member(self.project, user.id).await.unwrap().map(|member| member.role)
    }
}

async fn make_account(browser: &mut Browser<'_>, link: &str) -> crate::harness::browser::Landing {
    let page = browser.open(link).await;
    browser.press(&page, "register", &[NAMES[0], NAMES[1], ("password", PASSWORD)]).await
}

on_both_databases! {
    async fn somebody_without_an_account_makes_one_by_the_link_and_is_a_member(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let invited = server.invite("UNA@example.test", "developer").await;
        assert_eq!((invited.status.as_u16(), invited.text("email").as_str()), (201, UNA), "{invited:?}");
        let link = server.invitation_link(UNA).await;
        let mut browser = server.browser();
        let page = browser.open(&link).await;
        assert!(page.body.contains(UNA) && page.body.contains("name=\"password\""), "{}", page.body);
        assert_eq!(server.users().await, 0, "mail programs open links by themselves");
        let refused = browser.press(&page, "register", &[("given_name", ""), ("password", "short")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!refused.text("#given_name-error").is_empty(), "{}", refused.body);
        let landing = browser.press(&refused, "register", &[NAMES[0], NAMES[1], ("password", PASSWORD)]).await;
        assert_eq!(landing.url, server.at(&format!("/console/projects/{}/members?done=joined", server.project)));
        assert!(landing.body.contains(UNA) && !landing.text("[role=status]").is_empty(), "{}", landing.body);
        assert_eq!((server.role_of(UNA).await, server.users().await), (Some(Role::Developer), 1));
        assert!(browser.open(&server.at("/account/profile")).await.body.contains("Noether"), "and is signed in");
        assert_eq!(server.browser().open(&link).await.status, StatusCode::GONE, "the link works once");
        assert_eq!(get(&server, By::Token(&server.project_token), &server.invitations()).await.json["items"], json!([]));
        assert_eq!(server.database.count("select count(*) from event where kind = 'member.added'").await, 1);
    }

    async fn somebody_with_an_account_signs_in_and_joins(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(BOB).await;
        server.user("other@example.test").await;
        server.invite(BOB, "owner").await;
        let link = server.invitation_link(BOB).await;
        let mut browser = server.browser();
        let page = browser.open(&link).await;
        assert!(!page.body.contains("name=\"password\""), "no second account for the address: {}", page.body);
        let login = browser.open(&server.at(&page.link("/login"))).await;
        let back = browser.sign_in(&login, BOB).await;
        assert_eq!(back.url, link, "the sign-in continues to the invitation: {}", back.body);
        let joined = browser.submit(&back, &[]).await;
        assert_eq!(joined.url, server.at(&format!("/console/projects/{}/members?done=joined", server.project)));
        assert_eq!(server.role_of(BOB).await, Some(Role::Owner));
        // Whoever has the link may accept it with another account of theirs.
        server.invite("second@example.test", "viewer").await;
        let link = server.invitation_link("second@example.test").await;
        let mut other = server.signed_in("other@example.test").await;
        let page = other.open(&link).await;
        other.submit(&page, &[]).await;
        assert_eq!(server.role_of("other@example.test").await, Some(Role::Viewer));
        // A member who accepts another invitation keeps the role.
        server.invite("third@example.test", "owner").await;
        let page = other.open(&server.invitation_link("third@example.test").await).await;
        other.submit(&page, &[]).await;
        assert_eq!(server.role_of("other@example.test").await, Some(Role::Viewer));
    }

    async fn nobody_learns_whether_an_address_has_an_account(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(BOB).await;
        let mut boss = administrator(&server).await;
        let page = boss.open(&server.at(&format!("/console/projects/{}/members", server.project))).await;
        let known = boss.submit(&page, &[("role", "viewer"), ("email", BOB)]).await;
        let unknown = boss.submit(&page, &[("role", "viewer"), ("email", UNA)]).await;
        assert_eq!((known.status, &known.url), (unknown.status, &unknown.url));
        assert_eq!(known.text("[role=status]"), unknown.text("[role=status]"));
        assert!(unknown.body.contains(BOB) && unknown.body.contains(UNA), "both wait: {}", unknown.body);
        let [to_bob, to_una] = [server.invite(BOB, "viewer").await, server.invite(UNA, "viewer").await];
        assert_eq!(to_bob.status, to_una.status);
        let members = |reply: &Reply| reply.json.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(members(&to_bob), members(&to_una));
        let emails = server.emails().await;
        let subjects: Vec<_> = emails.iter().map(|email| email.subject().to_owned()).collect();
        assert!(emails.len() == 4 && subjects.iter().all(|subject| *subject == subjects[0]), "{subjects:?}");
    }

    async fn an_invitation_is_sent_again_withdrawn_and_expires(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let by = By::Token(&server.project_token);
        let id = server.invite(UNA, "viewer").await.text("id");
        let first = server.invitation_link(UNA).await;
        let at = format!("{}/{id}", server.invitations());
        server.wait(60);
        let sent = call(&server, by, Method::POST, &format!("{at}/resend"), &json!({})).await;
        assert_eq!((sent.status.as_u16(), sent.text("id")), (200, id.clone()), "{sent:?}");
        let second = server.invitation_link(UNA).await;
        assert_eq!(server.browser().open(&first).await.status, StatusCode::GONE, "the newest link alone works");
        assert_eq!(server.browser().open(&second).await.status, StatusCode::OK);
        assert_eq!(call_with(&server, by, (Method::DELETE, &at), (None, None)).await.status, 204);
        let gone = make_or_refuse(&server, &second).await;
        assert_eq!((gone, server.users().await), (StatusCode::GONE, 0));
        for method in [Method::DELETE, Method::POST] {
            let path = if method == Method::POST { format!("{at}/resend") } else { at.clone() };
            assert_eq!(call_with(&server, by, (method, &path), (None, None)).await.status, 404);
        }
        server.invite(UNA, "viewer").await;
        let third = server.invitation_link(UNA).await;
        server.wait(7 * 86_400 + 1);
        assert_eq!(make_or_refuse(&server, &third).await, StatusCode::GONE);
        let events = "select count(*) from event where kind = 'member.invitation_withdrawn'";
        assert_eq!(server.database.count(events).await, 1);
    }

    async fn of_two_who_accept_at_once_one_is_a_member(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for email in ["one@example.test", "two@example.test"] {
            server.user(email).await;
        }
        let (mut one, mut two) = (server.signed_in("one@example.test").await, server.signed_in("two@example.test").await);
        for round in 0..4 {
            let email = format!("guest{round}@example.test");
            server.invite(&email, "owner").await;
            let link = server.invitation_link(&email).await;
            let (first, second) = (one.open(&link).await, two.open(&link).await);
            let (first, second) = join(one.submit(&first, &[]), two.submit(&second, &[])).await;
            let codes = [first.status, second.status];
            assert!(codes.contains(&StatusCode::OK) && codes.contains(&StatusCode::GONE), "{codes:?}");
            server.database.execute("delete from project_member").await;
        }
        // Withdrawn and accepted at once: one of them.
        for round in 0..4 {
            let email = format!("late{round}@example.test");
            let id = server.invite(&email, "owner").await.text("id");
            let page = one.open(&server.invitation_link(&email).await).await;
            let at = format!("{}/{id}", server.invitations());
            let withdrawal = call_with(&server, By::Token(&server.project_token), (Method::DELETE, &at), (None, None));
            let (accepted, withdrawn) = join(one.submit(&page, &[]), withdrawal).await;
            let joined = accepted.status == StatusCode::OK;
            assert_eq!(withdrawn.status == 204, !joined, "{} {withdrawn:?}", accepted.status);
            assert_eq!(server.role_of("one@example.test").await.is_some(), joined);
            server.database.execute("delete from project_member").await;
        }
    }

    async fn only_owners_invite(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let bob = server.user(BOB).await;
        let browser = signed_in(&server, BOB).await;
        let (as_bob, at) = (By::Browser(&browser), server.invitations());
        let body = json!({"email": UNA, "role": "viewer"});
        let id = server.invite("first@example.test", "viewer").await.text("id");
        let (resend, one) = (format!("{at}/{id}/resend"), format!("{at}/{id}"));
        assert_eq!(call(&server, By::Nobody, Method::POST, &at, &body).await.status, 401);
        assert_eq!(call(&server, as_bob, Method::POST, &at, &body).await.status, 404);
        for (role, reads, status) in [(Role::Viewer, 200, 403), (Role::Developer, 200, 403)] {
            let _ = server.usher.members.add_member(server.project, BOB, role).await;
            let _ = server.usher.members.change_member(server.project, bob.id, role).await;
            assert_eq!(get(&server, as_bob, &at).await.status, reads, "{role:?}");
            assert_eq!(call(&server, as_bob, Method::POST, &at, &body).await.status, status, "{role:?}");
            assert_eq!(call(&server, as_bob, Method::POST, &resend, &json!({})).await.status, status, "{role:?}");
            assert_eq!(call_with(&server, as_bob, (Method::DELETE, &one), (None, None)).await.status, status);
        }
        let (_, token) = server.project_named("Others").await;
        let foreign = By::Token(&token);
        assert_eq!(call(&server, foreign, Method::POST, &resend, &json!({})).await.status, 404);
        assert_eq!(server.emails().await.len(), 1, "nobody else wrote to anybody");
        for (invalid, status) in [
            (json!({"email": "nobody", "role": "viewer"}), 422),
            (json!({"email": UNA, "role": "king"}), 400),
            (json!({"email": BOB, "role": "viewer"}), 409),
        ] {
            let refused = call(&server, By::Token(&server.project_token), Method::POST, &at, &invalid).await;
            assert_eq!(refused.status, status, "{invalid} {refused:?}");
        }
    }

    async fn where_strangers_make_projects_an_email_names_none_and_registration_stays_closed(db: TestDatabase) {
        let settings = [("projects.create", "anyone"), ("sign_up.enabled", "false")];
        let server = TestServer::in_production_with(db, &settings).await;
        assert_eq!(server.invite("una@example.com", "viewer").await.status, 201);
        let emails = server.emails().await;
        let name = server.usher.projects.load_project(&server.project.to_string()).await.unwrap().name;
        assert!(!emails[0].subject().contains(&name) && !emails[0].text().contains(&name), "{}", emails[0].text());
        let page = server.browser().open(&server.invitation_link("una@example.com").await).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains("name=\"password\""), "{}", page.body);
    }

    async fn an_address_gets_no_more_emails_than_the_limit(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.recover", "2/h")]).await;
        let statuses = [server.invite(UNA, "viewer").await, server.invite(UNA, "owner").await, server.invite(UNA, "owner").await];
        assert_eq!(statuses.map(|reply| reply.status.as_u16()), [201, 201, 429]);
        assert_eq!((server.emails().await.len(), server.role_of(UNA).await), (2, None));
    }
}

/// Opens the link and, if it shows a form, makes an account; the status in the end.
async fn make_or_refuse(server: &TestServer, link: &str) -> StatusCode {
    let mut browser = server.browser();
    let page = browser.open(link).await;
    if page.status != StatusCode::OK {
        return page.status;
    }
    make_account(&mut browser, link).await.status
}
