//! A page that exists in this file alone gets what every page of a project gets: the navigation, the checks of access
//! and of its form, and its errors.

use askama::Template;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use usher::app::router;
use usher_accounts::Rejected;
use usher_http_server::client_certificate::CertificateSource;
use usher_http_server::extract::client_ip::TrustedProxies;
use usher_http_server::layers::{self, ready::Gate};
use usher_http_server::server::Server;
use usher_http_server::slots::Limits;
use usher_http_server::state::App;
use usher_page_kit::kit::{Notice, PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::page_routes::PageRoutes;
use usher_page_kit::views::{FieldErrors, Form, Layout, ProjectHead, ProjectTab};
use usher_pages::routes::protected;

use super::wire::send;
use crate::console::administrator;
use crate::harness::server::TestServer;

const PATH: &str = "/console/projects/{project}/specimen";
const NAMED: Notice = Notice::new("named", "message-client-saved");

#[derive(Default, Template)]
#[template(
    ext = "html",
    source = r#"{% extends "frames/project.html" %}{% block title %}Specimen{% endblock %}{% block main %}
<h1>Specimen</h1>{% include "partials/notices.html" %}{% include "partials/summary.html" %}
<form method="post" action="{{ form.action }}">{% include "partials/hidden.html" %}<input name="name" value="{{ name }}"></form>
{% endblock %}"#
)]
struct SpecimenView {
    page: Layout,
    project: ProjectHead,
    form: Form,
    name: String,
    notice: Option<String>,
    errors: FieldErrors,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SpecimenForm {
    name: String,
}

async fn get(mut page: ProjectPage) -> PageResult {
    let view = SpecimenView { notice: page.notice(&[NAMED]), ..view(&mut page) };
    page.show(&view)
}

async fn rename(mut page: ProjectPage, PageForm(form): PageForm<SpecimenForm>) -> PageResult {
    let renamed = if form.name.trim().is_empty() { Err(Rejected::Missing("name").into()) } else { Ok(()) };
    match page.check(renamed)? {
        Ok(()) => {
            let here = here(&page);
            page.done(&here, NAMED)
        }
        Err(errors) => {
            let view = SpecimenView { errors, name: form.name, ..view(&mut page) };
            page.show_again(&view)
        }
    }
}

fn here(page: &ProjectPage) -> String {
    format!("{}/specimen", page.urls.page())
}

fn view(page: &mut ProjectPage) -> SpecimenView {
    let here = here(page);
    let head = page.head(&here);
    SpecimenView {
        project: page.project_head(&head, ProjectTab::Clients),
        form: page.form(here),
        page: head,
        ..SpecimenView::default()
    }
}

/// Another router of the same server, with the specimen alone.
async fn with_specimen(server: &TestServer) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let app = App::new(server.usher.clone(), None);
    let pages = PageRoutes::new(&app).text_form(PATH, get, rename);
    let gate = Gate::default();
    gate.open();
    let context = router::context(&app, gate);
    let router = layers::wrap(protected(&app, pages).with_state(app), context);
    let other = Server {
        listener,
        tls: None,
        limits: Limits::default(),
        proxies: TrustedProxies::default(),
        certificates: CertificateSource::default(),
    };
    tokio::spawn(other.serve(router, std::future::pending()));
    url
}

#[tokio::test]
async fn a_new_page_of_a_project_gets_navigation_and_all_checks() {
    let server = TestServer::start().await;
    server.user("ana@example.test").await;
    let url = with_specimen(&server).await;
    let host = server.url.trim_start_matches("http://").to_owned();
    let at = |project: &str| format!("{url}{}", PATH.replace("{project}", project));
    let page = at(&server.project.to_string());
    let boss = administrator(&server).await;
    let ana = server.signed_in("ana@example.test").await;
    let ask = |method, url: &str, cookies| server.ask(method, url, cookies).header("host", host.clone());

    let stranger = server.browser();
    let nobody = send(ask(Method::GET, &page, &stranger.cookies)).await;
    assert!(nobody.status == StatusCode::SEE_OTHER && nobody.location().starts_with("/login?next="), "{nobody:?}");
    for project in [server.project.to_string(), "nothing".to_owned()] {
        assert_eq!(send(ask(Method::GET, &at(&project), &ana.cookies)).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(send(ask(Method::GET, &at("nothing"), &boss.cookies)).await.status, StatusCode::NOT_FOUND);

    let shown = send(ask(Method::GET, &page, &boss.cookies)).await;
    assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
    for part in ["/members\"", "/webhooks\"", "aria-current", "ui_locales=uk", "/logout"] {
        assert!(shown.body.contains(part), "{part}: {}", shown.body);
    }
    let forged = send(ask(Method::POST, &page, &boss.cookies).form(&[("csrf", "x"), ("name", "Theirs")])).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN, "{forged:?}");
    let csrf =
        shown.body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token");
    let foreign = ask(Method::POST, &page, &boss.cookies).header("sec-fetch-site", "cross-site");
    assert_eq!(send(foreign.form(&[("csrf", csrf), ("name", "Theirs")])).await.status, StatusCode::FORBIDDEN);

    let refused = send(ask(Method::POST, &page, &boss.cookies).form(&[("csrf", csrf), ("name", " ")])).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    assert!(refused.body.contains("role=\"alert\"") && refused.body.contains("value=\" \""), "{}", refused.body);
    let done = send(ask(Method::POST, &page, &boss.cookies).form(&[("csrf", csrf), ("name", "Ours")])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{done:?}");
    assert!(done.location().ends_with("/specimen?done=named"), "{}", done.location());
    let kept = send(ask(Method::POST, &page, &stranger.cookies).form(&[("csrf", csrf), ("name", "Ours")])).await;
    assert_eq!(kept.status, StatusCode::FORBIDDEN, "without its cookie no form is accepted");
}
