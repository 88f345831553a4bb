//! Members work on their projects in the console, as far as their role allows: the same rights as at the API.

use reqwest::StatusCode;
use usher_domain::oauth::client::ClientType;
use usher_domain::project::member::Role;
use usher_flows::Right;

use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::page_list::ListedPage;
use crate::harness::server::TestServer;

/// A signed-in user with this role in the project of the test clients, and their anti-forgery value.
async fn member<'s>(server: &'s TestServer, email: &str, role: Role) -> (Browser<'s>, String) {
    server.user(email).await;
    server.usher.members.add_member(server.project, email, role).await.expect("a member");
    let mut browser = server.signed_in(email).await;
    let csrf = browser.open(&server.at("/account/security")).await.value("csrf");
    (browser, csrf)
}

fn is_of_project(page: &ListedPage) -> bool {
    page.route.path.contains("{project}") || page.route.path.contains("{client}")
}

/// Requests every page of the console that this right does not allow: nothing happens. Opens those that it allows.
async fn knock(server: &TestServer, (browser, csrf): (&Browser<'_>, &str), right: Option<Right>, client: &str) {
    let before = server.database.count("select count(*) from event").await;
    let refusal = |page: &ListedPage| match (is_of_project(page), right) {
        (true, None) => StatusCode::NOT_FOUND,
        _ => StatusCode::FORBIDDEN,
    };
    let mut opened = 0;
    for page in server.listed_pages(client).into_iter().filter(ListedPage::is_of_console) {
        let allows = |required: Option<Right>| required.is_some() && required <= right;
        // A member may leave, and nobody may remove others but owners: the handler decides.
        let path = &page.path;
        if page.route.has_get {
            let status = server.get_as(browser, path).await.status;
            if allows(page.route.rights.open) {
                assert!([StatusCode::OK, StatusCode::NOT_FOUND].contains(&status), "{right:?} GET {path}: {status}");
                opened += usize::from(status == StatusCode::OK);
            } else {
                assert_eq!(status, refusal(&page), "{right:?} GET {path}");
            }
        }
        // Who may create projects is a setting: here administrators alone.
        let is_creation = path == "/console/projects";
        if page.route.has_post && (is_creation || !allows(page.route.rights.submit)) {
            let form = [("csrf", csrf), ("name", "Mine"), ("type", "web"), ("redirect_uris", "https://evil.test/cb")];
            let status = server.post_as(browser, path, &form).await.status;
            assert_eq!(status, refusal(&page), "{right:?} POST {path}");
        }
    }
    assert_eq!(opened > 5, right.is_some(), "{right:?} opened {opened} pages");
    assert_eq!(server.database.count("select count(*) from event").await, before, "{right:?}: nothing happened");
}

on_both_databases! {
    async fn each_role_opens_and_changes_what_it_may_and_nothing_else(db: TestDatabase) {
        let server = TestServer::on(db, &[("projects.create", "admins")]).await;
        let client = server.client(ClientType::Web, |_| {}).await.client.id.0;
        for (email, role, right) in [
            ("vera@example.test", Role::Viewer, Right::View),
            ("dan@example.test", Role::Developer, Right::Develop),
            ("olga@example.test", Role::Owner, Right::Own),
        ] {
            let (browser, csrf) = member(&server, email, role).await;
            knock(&server, (&browser, &csrf), Some(right), &client).await;
        }
        let other = server.usher.projects.create_project("Others").await.expect("a project").project;
        server.user("otto@example.test").await;
        server.usher.members.add_member(other.id, "otto@example.test", Role::Owner).await.expect("a member");
        let mut otto = server.signed_in("otto@example.test").await;
        let csrf = otto.open(&server.at("/account/security")).await.value("csrf");
        let list = otto.open(&server.at("/console")).await;
        assert!(list.body.contains("Others") && !list.body.contains(&server.project.to_string()), "{}", list.body);
        for page in server.listed_pages(&client).into_iter().filter(is_of_project) {
            let form = [("csrf", csrf.as_str())];
            let status = if page.route.has_get {
                server.get_as(&otto, &page.path).await.status
            } else {
                server.post_as(&otto, &page.path, &form).await.status
            };
            assert_eq!(status, StatusCode::NOT_FOUND, "{}", page.path);
        }
    }

    async fn a_developer_creates_clients_and_sets_nothing_that_only_administrators_set(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut dan, _) = member(&server, "dan@example.test", Role::Developer).await;
        let account = dan.open(&server.at("/account")).await;
        assert!(account.body.contains("href=\"/console\""), "the account leads to the console: {}", account.body);
        let new = dan.open(&server.at(&format!("/console/projects/{}/clients/new", server.project))).await;
        assert!(!new.body.contains("first_party") && !new.body.contains("may_impersonate"), "{}", new.body);
        let typed = [
            ("name", "Shop"), ("type", "web"), ("redirect_uris", "https://shop.test/cb"), ("auth_method", "client_secret"),
            ("id_token_alg", "RS256"), ("scope", "openid"),
        ];
        let made = dan.submit(&new, &typed).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.body);
        let clients = || server.database.count("select count(*) from client");
        let before = clients().await;
        for forbidden in ["first_party", "may_impersonate"] {
            let csrf = new.value("csrf");
            let forged = [typed.as_slice(), &[("csrf", csrf.as_str()), (forbidden, "true")]].concat();
            let reply = server.post_as(&dan, &format!("/console/projects/{}/clients/new", server.project), &forged).await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{forbidden}: {}", reply.body);
        }
        assert_eq!(clients().await, before);
    }

    async fn a_developer_edits_a_first_party_client_and_it_stays_one(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |metadata| metadata.first_party = true).await.client.id.0;
        let (mut dan, _) = member(&server, "dan@example.test", Role::Developer).await;
        let edit = dan.open(&server.at(&format!("/console/clients/{client}/edit"))).await;
        let uris = [("redirect_uris", "https://rp.test/cb"), ("post_logout_redirect_uris", "https://rp.test/out")];
        let saved = dan.submit(&edit, &[uris.as_slice(), &[("name", "Renamed")]].concat()).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        let stored = server.usher.clients.load_client(&client).await.expect("the client").metadata;
        assert!(stored.first_party && stored.client_name == "Renamed");
    }

    async fn a_member_leaves_and_removes_nobody_else(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut vera, csrf) = member(&server, "vera@example.test", Role::Viewer).await;
        member(&server, "olga@example.test", Role::Owner).await;
        let olga = server.usher.users.load_user("olga@example.test").await.expect("the user").id;
        let members = || server.database.count("select count(*) from project_member");
        let remove = format!("/console/projects/{}/members/{olga}/remove", server.project);
        let reply = server.post_as(&vera, &remove, &[("csrf", &csrf)]).await;
        assert_eq!((reply.status, members().await), (StatusCode::FORBIDDEN, 2));
        let page = vera.open(&server.at(&format!("/console/projects/{}/members", server.project))).await;
        let me = server.usher.users.load_user("vera@example.test").await.expect("the user").id;
        vera.press(&page, &format!("{me}/remove"), &[]).await;
        assert_eq!(members().await, 1);
        let members_page = server.get_as(&vera, &format!("/console/projects/{}/members", server.project)).await;
        assert_eq!(members_page.status, StatusCode::NOT_FOUND);
    }
}

/// A right that a page loses, or gains, is a decision: it changes this list.
#[tokio::test]
async fn the_rights_of_every_page_are_listed() {
    let server = TestServer::start().await;
    let word = |right: Option<Right>| right.map_or("administrators".to_owned(), |right| format!("{right:?}"));
    let mut lines = Vec::new();
    let is_of_project = |path: &str| path.contains("{project}") || path.contains("{client}");
    for route in server.page_routes().into_iter().filter(|route| is_of_project(route.path)) {
        if route.has_get {
            lines.push(format!("GET  {} {}", route.path, word(route.rights.open)));
        }
        if route.has_post {
            lines.push(format!("POST {} {}", route.path, word(route.rights.submit)));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}
