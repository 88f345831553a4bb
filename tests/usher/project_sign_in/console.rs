//! The page of the console that changes the settings.

use reqwest::StatusCode;
use serde_json::json;
use usher_domain::project::member::Role;

use crate::console::administrator;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

on_both_databases! {
    async fn an_owner_decides_who_may_make_an_account(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let at = server.at(&format!("/console/projects/{}/sign-in", server.project));
        let page = boss.open(&at).await;
        assert!(page.body.contains("value=\"anyone\" aria-describedby=\"anyone-hint\" checked"), "{}", page.body);
        let form = |domains| [("password_sign_up", "true"), ("second_factor", "true"), ("sign_up", "domains"), ("domains", domains)];
        let refused = boss.submit(&page, &form("not a domain")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!refused.text("#domains-error").is_empty() && refused.body.contains("not a domain"), "{}", refused.body);
        let saved = boss.submit(&refused, &form("example.com\r\n@Example.org")).await;
        assert_eq!(saved.url, format!("{at}?done=saved"), "{}", saved.body);
        let now = server.usher.project_sign_ins.load(server.project).await.unwrap();
        assert_eq!((now.sign_up.as_str(), now.domains), ("domains", vec!["example.com".into(), "example.org".to_owned()]));
        assert!(now.password_sign_up && now.providers.is_none());
        let project = server.usher.projects.load_project(&server.project.to_string()).await.unwrap();
        assert!(project.required_acr.is_some(), "the second factor is saved with it");
    }

    async fn a_form_that_was_open_for_a_while_undoes_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let old = boss.open(&server.at(&format!("/console/projects/{}/sign-in", server.project))).await;
        server.decide(&json!({"sign_up": "invited"})).await;
        server.usher.projects.require_second_factor(server.project, true).await.expect("it is set");
        boss.submit(&old, &[("domains", ""), ("sign_up", "anyone")]).await;
        let now = server.usher.project_sign_ins.load(server.project).await.unwrap();
        assert_eq!((now.sign_up.as_str(), now.password_sign_up), ("invited", false));
        let project = server.usher.projects.load_project(&server.project.to_string()).await.unwrap();
        assert!(project.required_acr.is_some());
    }

    async fn a_viewer_sees_the_settings_and_no_button(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("vera@example.test").await;
        server.usher.members.add_member(server.project, "vera@example.test", Role::Viewer).await.expect("a member");
        let mut vera = server.signed_in("vera@example.test").await;
        let at = format!("/console/projects/{}/sign-in", server.project);
        let page = vera.open(&server.at(&at)).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("disabled") && page.text("main .form-foot").is_empty(), "{}", page.body);
        let csrf = page.value("csrf");
        let refused = server.post_as(&vera, &at, &[("csrf", &csrf), ("sign_up", "invited")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_eq!(server.database.count("select count(*) from project_sign_in").await, 0);
    }
}
