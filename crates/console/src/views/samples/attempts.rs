//! The flight recorder.

use askama::Template as _;
use usher_i18n::Lang;
use usher_page_kit::views::{Form, Mismatch, ProjectTab};

use super::project;
use crate::views::{AttemptEntry, AttemptsPage, ClientHead, ComparedValue, FixItem, StepItem};
use usher_page_tests::{HOSTILE, RenderedSample, console, moment};

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
        project: project::head(lang, "Notes", ProjectTab::Clients),
        client: ClientHead {
            name: HOSTILE.into(),
            client_id: "01jd3v9qk8e2x".into(),
            kind_key: "client-kind-web",
            disabled: true,
            url: "/console/clients/1".into(),
            attempts_url: "/console/projects/1/clients/1/attempts".into(),
        },
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
