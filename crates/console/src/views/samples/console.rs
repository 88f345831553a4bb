//! The console: its home, and pages of clients.

use askama::Template as _;

use crate::views::*;
use usher_domain::id::ClientId;
use usher_domain::urls::ClientUrls;
use usher_i18n::Lang;
use usher_page_kit::views::{Form, Message, ProjectTab, ShownSecret};
use usher_page_tests::{HOSTILE, RenderedSample, console, errors, moment, project_head};

pub(super) fn console_pages(lang: Lang) -> Vec<RenderedSample> {
    let project = |name: &str, clients| ProjectListItem {
        name: name.into(),
        url: "/console/projects/1".into(),
        clients,
        created: moment(lang, 1_795_000_000),
    };
    let empty =
        ConsoleHome { page: console(lang), form: Form::new("/console/projects", "t"), ..ConsoleHome::default() };
    let home = ConsoleHome {
        projects: vec![project("Notes", 2), project(HOSTILE, 0)],
        name: HOSTILE.into(),
        errors: errors(&["name"], lang),
        may_create: true,
        ..empty.clone()
    };
    let client = |name: &str, kind: &str, disabled| ClientListItem {
        name: name.into(),
        client_id: "01jd3v9qk8e2x".into(),
        kind: kind.into(),
        url: "/console/clients/1".into(),
        disabled,
    };
    let bare = ProjectClients {
        page: console(lang),
        project: project_head(lang, "Notes", ProjectTab::Clients),
        id: "01jd3v9qk8e2xw7r5t6y4u3i2o".into(),
        new_client_url: "/console/projects/1/clients/new".into(),
        ..ProjectClients::default()
    };
    let full = ProjectClients {
        clients: vec![
            client("Notes", "web", false),
            client("Notes app", "native", true),
            client(HOSTILE, "device", false),
        ],
        ..bare.clone()
    };
    let first = FirstRun {
        page: console(lang),
        form: Form::new("/console/first-run", "t"),
        name: HOSTILE.into(),
        errors: errors(&["name"], lang),
    };
    vec![
        ("first-run", first.render()),
        ("console-empty", empty.render()),
        ("console", home.render()),
        ("project-new", bare.render()),
        ("project", full.render()),
    ]
}

pub(super) fn client_pages(lang: Lang) -> Vec<RenderedSample> {
    let fresh = ClientForm {
        page: console(lang),
        form: Form::new("/console/projects/1/clients", "t"),
        project: project_head(lang, "Notes", ProjectTab::Clients),
        values: ClientValues { kind: "web".into(), ..ClientValues::default() },
        ..ClientForm::default()
    };
    let refused = ClientForm {
        values: ClientValues {
            name: HOSTILE.into(),
            redirect_uris: format!("https://a.test/cb\n</textarea>{HOSTILE}"),
            ..ClientValues::default()
        },
        errors: errors(&["type", "redirect_uris"], lang),
        ..fresh.clone()
    };
    let editing = ClientForm {
        lead: Some(lang.text("first-run-client-lead")),
        editing: true,
        pkce_is_a_choice: true,
        takes_certificates: true,
        values: ClientValues { first_party: true, ..fresh.values.clone() },
        ..fresh.clone()
    };
    let made = ClientPage {
        page: console(lang),
        form: Form::new("/console/clients/1", "t"),
        name: "Notes".into(),
        client_id: "01jd3v9qk8e2x".into(),
        kind: "web".into(),
        has_secret: true,
        secrets: vec![
            SecretListItem {
                id: "9f86d081884c".into(),
                created: moment(lang, 1_795_000_000),
                ..SecretListItem::default()
            },
            SecretListItem {
                id: "60303ae22b99".into(),
                created: moment(lang, 1_795_000_000),
                last_used: Some(moment(lang, 1_795_000_000)),
                ends: Some(moment(lang, 1_795_000_000)),
                ended: false,
                end_url: Some("/console/clients/1/secrets/60303ae22b99/end".into()),
            },
        ],
        signs_people_in: true,
        id_token_alg: "RS256".into(),
        access_token_alg: "ES256".into(),
        claims_in_id_token: true,
        roles_claim: "groups".into(),
        requires_pkce: true,
        scope: "openid profile email roles offline_access".into(),
        web_origins: vec!["https://app.example.org".into()],
        backchannel_logout_uri: Some("https://app.example.org/logout".into()),
        audience: vec!["https://api.example.org".into()],
        userinfo_alg: Some("ES256".into()),
        sector: Some("app.example.org".into()),
        initiate_login_uri: Some("https://app.example.org/login".into()),
        secret: Some(ShownSecret::Now("S3cr3t_4fG7hJ2kL9mN3pQ6rS8tV1wX5yZ0aB".into())),
        issuer: "http://localhost:8080".into(),
        redirect_uris: vec!["http://localhost:3000/callback".into()],
        post_logout_redirect_uris: vec!["http://localhost:3000/".into()],
        client: ClientHead {
            name: "Notes".into(),
            client_id: "01jd3v9qk8e2x".into(),
            kind_key: "client-kind-web",
            signs_people_in: true,
            ..ClientHead::default()
        },
        notice: Some(Message::ClientSaved.text(lang)),
        urls: ClientUrls::of(&ClientId("1".into())),
        project: project_head(lang, "Notes", ProjectTab::Clients),
        ..ClientPage::default()
    };
    let off = ClientPage {
        kind: "device".into(),
        has_secret: false,
        secret: None,
        disabled: true,
        first_party: true,
        notice: None,
        name: HOSTILE.into(),
        client: ClientHead { name: HOSTILE.into(), kind_key: "client-kind-device", ..ClientHead::default() },
        issuer: HOSTILE.into(),
        redirect_uris: vec![],
        ..made.clone()
    };
    vec![
        ("client-new", fresh.render()),
        ("client-refused", refused.render()),
        ("client-edit", editing.render()),
        ("client", made.render()),
        ("client-off", off.render()),
        (
            "client-shown-before",
            ClientPage { secret: Some(ShownSecret::Before), notice: None, ..made.clone() }.render(),
        ),
    ]
}
