//! The flight recorder.

use askama::Template as _;
use usher_i18n::Lang;
use usher_page_kit::views::{Form, Mismatch, ProjectTab};

use crate::views::{
    AttemptEntry, AttemptsPage, ClaimPreviewItem, ClaimsPage, ClientHead, ComparedValue, EndpointItem, FixItem,
    QuickStartPage, StepItem, WireStep, snippets,
};
use usher_page_tests::{HOSTILE, RenderedSample, console, moment, project_head};

pub(super) fn all(lang: Lang) -> Vec<RenderedSample> {
    let step = |key: &str, result| StepItem { label: lang.text(key), result };
    let registered = ["https://shop.example.org/auth/callback".to_owned(), format!("https://b.example.org/{HOSTILE}")];
    let sent = "https://shop.example.org/auth/Callback";
    let failed = AttemptEntry {
        number: 1,
        failed: true,
        open: true,
        title: lang.text("attempt-title-redirect"),
        place: "authorize".into(),
        at: moment(lang, 1_795_000_000),
        advice: lang.text("attempt-advice-redirect"),
        reason: Some("the redirect_uri is not registered".into()),
        error: Some("invalid_request".into()),
        mismatch: Some(Mismatch::between(sent, &registered, None)),
        difference: Some(HOSTILE.into()),
        clock: Some(lang.text_with("attempt-clock-behind", &[("count", 312_u32.into())])),
        compared: vec![ComparedValue { name: "scope".into(), sent: HOSTILE.into(), registered: vec![HOSTILE.into()] }],
        fix: Some(FixItem {
            label: lang.text("attempt-fix-redirect"),
            text: lang.text("attempt-fix-redirect-text"),
            value: Some(HOSTILE.into()),
            warning: Some(lang.text("attempt-fix-foreign")),
            url: "/console/projects/1/clients/1/attempts/1/fix".into(),
        }),
        steps: vec![
            step("attempt-step-client", "passed"),
            step("attempt-step-redirect", "failed"),
            step("attempt-step-session", "not_reached"),
        ],
        sent: vec![("redirect_uri".into(), HOSTILE.into()), ("state".into(), "present, 22 characters".into())],
        spec: Some(("RFC 9700 §2.1".into(), Some("https://www.rfc-editor.org/rfc/rfc9700#section-2.1".into()))),
        trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736".into()),
        url: "/console/projects/1/clients/1/attempts/1".into(),
        ..AttemptEntry::default()
    };
    let worked = AttemptEntry {
        number: 2,
        title: lang.text("attempt-done-token"),
        place: "token · authorization_code".into(),
        at: moment(lang, 1_795_000_000),
        steps: vec![step("attempt-step-client", "passed"), step("attempt-step-response", "passed")],
        scope: Some("openid email".into()),
        claims: "aud, email, exp, iat, iss, sub".into(),
        url: "/console/projects/1/clients/1/attempts/2".into(),
        ..AttemptEntry::default()
    };
    let page = AttemptsPage {
        page: console(lang),
        project: project_head(lang, "Notes", ProjectTab::Clients),
        client: head(),
        form: Form::new("/console/projects/1/clients/1/attempts", "t"),
        attempts: vec![failed.clone(), worked],
        older_url: Some("/console/projects/1/clients/1/attempts?cursor=x".into()),
        lost: 3,
        days: 7,
        recording: true,
        ..AttemptsPage::default()
    };
    let one = AttemptsPage {
        single: true,
        attempts: vec![failed],
        notice: Some(lang.text("message-attempt-fixed")),
        older_url: None,
        ..page.clone()
    };
    let none = AttemptsPage { attempts: Vec::new(), recording: false, lost: 0, older_url: None, ..page.clone() };
    let unfound = AttemptsPage { failed_only: true, trace_id: HOSTILE.into(), ..none.clone() };
    vec![
        ("attempts", page.render()),
        ("attempt", one.render()),
        ("attempts-none", none.render()),
        ("attempts-unfound", unfound.render()),
    ]
}

/// The quick start of a client, and its preview of claims.
pub(super) fn beside(lang: Lang) -> Vec<RenderedSample> {
    let client = head();
    let project = project_head(lang, "Notes", ProjectTab::Clients);
    let start = QuickStartPage {
        page: console(lang),
        project: project.clone(),
        client: client.clone(),
        issuer: "http://localhost:8080".into(),
        snippets: snippets("http://localhost:8080", "01jd3v9qk8e2x", None, Some("http://localhost:3000/cb"), "web"),
        chosen: "django".into(),
        redirect_uris: vec!["http://localhost:3000/cb".into(), HOSTILE.into()],
        try_url: Some("/oauth2/authorize?client_id=1".into()),
        wire: vec![
            WireStep { key: "quick-start-asked", seen: true },
            WireStep { key: "quick-start-code", seen: false },
            WireStep { key: "quick-start-tokens", seen: false },
            WireStep { key: "quick-start-out", seen: false },
        ],
        endpoints: vec![EndpointItem {
            name: "token_endpoint".into(),
            url: "http://localhost:8080/oauth2/token".into(),
        }],
    };
    let claim = |name: &str, value: &str, in_id_token| ClaimPreviewItem {
        name: name.into(),
        value: value.into(),
        scope: "profile".into(),
        in_id_token,
    };
    let claims = ClaimsPage {
        page: console(lang),
        project: project.clone(),
        client,
        person: "ana@example.test".into(),
        unknown: Some(HOSTILE.into()),
        may_choose: true,
        claims: vec![claim("sub", "248289761001", true), claim("name", HOSTILE, false)],
    };
    vec![("quick-start", start.render()), ("claims-preview", claims.render())]
}

fn head() -> ClientHead {
    ClientHead {
        name: HOSTILE.into(),
        client_id: "01jd3v9qk8e2x".into(),
        kind_key: "client-kind-web",
        disabled: true,
        signs_people_in: true,
        url: "/console/clients/1".into(),
        ..ClientHead::default()
    }
}
