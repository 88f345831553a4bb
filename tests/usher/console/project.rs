//! The pages of one project: members and token.

use reqwest::StatusCode;
use usher_domain::project::Project;
use usher_domain::project::member::Role;

use super::{BOSS, administrator};
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

/// A new project with its token, and an administrator on its page of this name.
async fn at_page<'u>(server: &'u TestServer, name: &str) -> (Browser<'u>, Landing, Project, String) {
    let mut browser = administrator(server).await;
    let made = server.usher.projects.create_project("Harbour").await.expect("a project");
    let url = server.at(&format!("/console/projects/{}/{name}", made.project.id));
    let page = browser.open(&url).await;
    assert_eq!(page.status, StatusCode::OK);
    (browser, page, made.project, made.token)
}

/// The number of members with this role.
async fn roles(server: &TestServer, role: &str) -> i64 {
    let sql = match role {
        "owner" => "select count(*) from project_member where role = 'owner'",
        "developer" => "select count(*) from project_member where role = 'developer'",
        "viewer" => "select count(*) from project_member where role = 'viewer'",
        other => panic!("{other} is no role"),
    };
    server.database.count(sql).await
}

/// Is this token valid for the project's API?
async fn opens(server: &TestServer, project: &Project, token: &str) -> bool {
    let url = server.at(&format!("/api/v1/projects/{}", project.id));
    server.http.get(url).bearer_auth(token).send().await.expect("an answer").status() == StatusCode::OK
}

on_both_databases! {
    async fn members_are_invited_changed_and_removed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let (mut browser, page, project, _) = at_page(&server, "members").await;
        let invited = browser.submit(&page, &[("email", " Una@example.test "), ("role", "owner")]).await;
        assert!(invited.body.contains("una@example.test") && !invited.text("[role=status]").is_empty(), "{}", invited.body);
        let resent = browser.press(&invited, "resend", &[]).await;
        let withdrawn = browser.press(&resent, "withdraw", &[]).await;
        assert!(!withdrawn.body.contains("una@example.test"), "{}", withdrawn.body);
        assert_eq!(server.emails().await.len(), 2);
        for (email, role) in [("ana@example.test", Role::Owner), (BOSS, Role::Viewer)] {
            server.usher.members.add_member(project.id, email, role).await.expect("a member");
        }
        let also = browser.open(&page.url).await;
        assert_eq!((roles(&server, "owner").await, roles(&server, "viewer").await), (1, 1), "{}", also.body);
        let boss = server.usher.users.load_user(BOSS).await.expect("the administrator").id.to_string();
        let changed = browser.press(&also, &format!("{boss}/change-role"), &[("role", "developer")]).await;
        assert_eq!(roles(&server, "developer").await, 1, "{}", changed.body);
        let removed = browser.press(&changed, &format!("{boss}/remove"), &[]).await;
        assert_eq!(roles(&server, "developer").await, 0, "{}", removed.body);
        assert_eq!(server.database.count("select count(*) from event where kind like 'member.%'").await, 7);
    }

    async fn a_member_who_cannot_be_is_refused_with_words(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user("ana@example.test").await;
        let (mut browser, page, project, _) = at_page(&server, "members").await;
        server.usher.members.add_member(project.id, "ana@example.test", Role::Owner).await.expect("a member");
        let page = browser.open(&page.url).await;
        for (email, role) in [("nobody", "viewer"), ("ana@example.test", "viewer"), ("", "viewer")] {
            let again = browser.submit(&page, &[("role", role), ("email", email)]).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{email}");
            assert!(!again.text("#email-error").is_empty(), "{email}: {}", again.body);
        }
        let again = browser.submit(&page, &[("email", BOSS), ("role", "king")]).await;
        assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && !again.text("#role .field-error").is_empty());
        for (action, fields) in [("remove", &[][..]), ("change-role", &[("role", "viewer")])] {
            let kept = browser.press(&page, &format!("{}/{action}", ana.id), fields).await;
            assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY, "the last owner stays");
            assert!(!kept.text("[role=alert]").is_empty(), "{}", kept.body);
        }
        let form = [("csrf".to_owned(), page.value("csrf"))];
        for nobody in ["nonsense", "01936d2e-3c00-7000-8000-000000000007"] {
            let url = server.at(&format!("/console/projects/{}/members/{nobody}/remove", project.id));
            assert_eq!(browser.post(&url, &form).await.status, StatusCode::NOT_FOUND, "{nobody}");
        }
        assert_eq!(roles(&server, "owner").await, 1);
    }

    async fn a_new_token_works_beside_the_present_one_for_as_long_as_was_chosen(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, page, project, first) = at_page(&server, "token").await;
        let fields = [("current_token", first.as_str()), ("overlap", "3600")];
        let rotated = browser.submit(&page, &fields).await;
        let second = rotated.text("#token").trim().to_owned();
        assert_eq!(second.len(), 43, "{} {}", rotated.status, rotated.body);
        assert!(opens(&server, &project, &first).await && opens(&server, &project, &second).await);
        let events = server.database.count("select count(*) from event").await;
        let again = browser.open(&rotated.url).await;
        assert!(!again.body.contains(&second) && !again.text("[role=status].warning").is_empty(), "{}", again.body);
        assert_eq!(server.database.count("select count(*) from event").await, events, "nothing was made again");
        server.wait(61 * 60);
        assert!(!opens(&server, &project, &first).await && opens(&server, &project, &second).await);
    }

    async fn a_lost_token_is_replaced_only_by_whoever_gives_up_the_history(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, page, project, first) = at_page(&server, "token").await;
        for wrong in ["", "not-the-token"] {
            let again = browser.submit(&page, &[("overlap", "0"), ("current_token", wrong)]).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(!again.text("#current_token-error").is_empty(), "{wrong}: {}", again.body);
        }
        for overlap in ["", "soon", "-1", "2592001"] {
            let again = browser.submit(&page, &[("current_token", first.as_str()), ("overlap", overlap)]).await;
            assert!(!again.text("#overlap-error").is_empty(), "{overlap}: {}", again.body);
        }
        assert!(opens(&server, &project, &first).await, "nothing was replaced");
        let fields = [("current_token", ""), ("discard_history", "true"), ("overlap", "0")];
        let rotated = browser.submit(&page, &fields).await;
        let second = rotated.text("#token").trim().to_owned();
        assert!(!opens(&server, &project, &first).await, "ended at once");
        assert!(opens(&server, &project, &second).await);
    }
}
