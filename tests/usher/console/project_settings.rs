//! The settings and the history of a project, and deleting it.

use reqwest::StatusCode;
use usher_domain::project::member::Role;

use super::administrator;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

on_both_databases! {
    async fn an_owner_renames_a_project(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let at = server.at(&format!("/console/projects/{}/settings", server.project));
        let page = boss.open(&at).await;
        let saved = boss.submit(&page, &[("name", "Harbour")]).await;
        assert!(saved.body.contains("Harbour") && !saved.text("[role=status]").is_empty(), "{}", saved.body);
        let project = server.usher.projects.load_project(&server.project.to_string()).await.expect("the project");
        assert_eq!(project.name, "Harbour");
        let refused = boss.submit(&saved, &[("name", "  ")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!refused.text("#name-error").is_empty(), "{}", refused.body);
    }

    async fn a_project_is_deleted_by_whoever_types_its_name(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let made = server.usher.projects.create_project("Harbour").await.expect("a project").project;
        let at = server.at(&format!("/console/projects/{}/delete", made.id));
        let page = boss.open(&at).await;
        let refused = boss.submit(&page, &[("confirmation", "harbour")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!refused.text("#confirmation-error").is_empty(), "{}", refused.body);
        let gone = boss.submit(&refused, &[("confirmation", "Harbour")]).await;
        assert_eq!((gone.status, gone.body.contains("Harbour")), (StatusCode::OK, false), "{}", gone.body);
        assert_eq!(boss.open(&at).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_viewer_opens_the_history_with_the_newest_token_alone(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("vera@example.test").await;
        server.usher.members.add_member(server.project, "vera@example.test", Role::Viewer).await.expect("a member");
        let mut vera = server.signed_in("vera@example.test").await;
        let page = vera.open(&server.at(&format!("/console/projects/{}/history", server.project))).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        for token in ["", "nonsense", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let refused = vera.submit(&page, &[("current_token", token), ("sub", "")]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{token}");
            assert!(!refused.text("#current_token-error").is_empty(), "{}", refused.body);
        }
        let token = server.project_token.clone();
        let read = vera.submit(&page, &[("current_token", token.as_str())]).await;
        assert_eq!(read.status, StatusCode::OK, "{}", read.body);
        assert!(!read.body.contains(&token), "the token is not sent back");
        let csrf = page.value("csrf");
        let garbage = [("csrf", csrf.as_str()), ("current_token", &token), ("cursor", "garbage"), ("kind", "\u{FFFE}")];
        let path = format!("/console/projects/{}/history", server.project);
        assert_eq!(server.post_as(&vera, &path, &garbage).await.status, StatusCode::OK);
    }
}
