//! The check-up of a client's application.

use askama::Template as _;
use usher_i18n::Lang;
use usher_page_kit::views::{Form, ProjectTab};

use crate::views::{
    CheckUpPage, CheckUpReport, CheckUpStage, CheckUpValues, CheckedCase, CheckedGroup, ClientHead, ClientTab,
};
use usher_page_tests::{HOSTILE, RenderedSample, console, errors, moment, project_head};

pub(super) fn all(lang: Lang) -> Vec<RenderedSample> {
    let form = |end: &str| Form::new(format!("/console/projects/1/clients/1/check-up{end}"), "t");
    let new = CheckUpPage {
        page: console(lang),
        project: project_head(lang, "Notes", ProjectTab::Clients),
        client: ClientHead {
            name: HOSTILE.into(),
            client_id: "01jd3v9qk8e2x".into(),
            kind_key: "client-kind-web",
            signs_people_in: true,
            url: "/console/clients/1".into(),
            tab: ClientTab::CheckUp,
            ..ClientHead::default()
        },
        form: form(""),
        start: form("/start"),
        end: form("/end"),
        origins: vec!["https://shop.example.org".into(), HOSTILE.into()],
        values: CheckUpValues { sign_in_url: HOSTILE.into(), protected_url: HOSTILE.into() },
        errors: errors(&["sign_in_url", "protected_url"], lang),
        ..CheckUpPage::default()
    };
    let calm = CheckUpPage { errors: errors(&[], lang), ..new.clone() };
    let prepared = CheckUpPage {
        stage: CheckUpStage::Prepared,
        settings: format!("OIDC_ISSUER=https://id.example.org/check-up/1\nOIDC_CLIENT_ID={HOSTILE}"),
        prepared: Some(moment(lang, 1_795_000_000)),
        notice: Some(lang.text("check-up-prepared")),
        ..calm.clone()
    };
    let running = CheckUpPage { stage: CheckUpStage::Running, tried: 7, ..calm.clone() };
    let over = CheckUpPage {
        stage: CheckUpStage::Over,
        notice: None,
        report: Some(CheckUpReport { groups: groups(lang), ..report(lang) }),
        ..prepared.clone()
    };
    let stopped = CheckUpReport {
        tone: "warn",
        title: lang.text("check-up-no-grade"),
        text: lang.text_with("obstacle-left", &[("origin", HOSTILE.into())]),
        advice: lang.text("obstacle-advice-issuer"),
        steps: vec![HOSTILE.into()],
        ..CheckUpReport::default()
    };
    let stopped = CheckUpPage { report: Some(stopped), ..over.clone() };
    let impossible = CheckUpPage { stage: CheckUpStage::Impossible, ..calm.clone() };
    vec![
        ("check-up-faulty", new.render()),
        ("check-up", calm.render()),
        ("check-up-prepared", prepared.render()),
        ("check-up-running", running.render()),
        ("check-up-over", over.render()),
        ("check-up-stopped", stopped.render()),
        ("check-up-impossible", impossible.render()),
    ]
}

fn report(lang: Lang) -> CheckUpReport {
    CheckUpReport {
        tone: "bad",
        title: lang.text("check-up-unsafe"),
        text: lang.text("check-up-unsafe-text"),
        tally: vec![
            ("passed", "check-up-passed", 28),
            ("failed", "check-up-failed", 1),
            ("unknown", "check-up-unknown", 1),
            ("unused", "check-up-unused", 1),
        ],
        ended: Some(moment(lang, 1_795_000_000)),
        ..CheckUpReport::default()
    }
}

fn groups(lang: Lang) -> Vec<CheckedGroup> {
    let case = |name, verdict, verdict_key, [title, why, finding]: [&str; 3]| CheckedCase {
        name,
        verdict,
        verdict_key,
        title: lang.text(title),
        why: lang.text(why),
        finding: lang.text(finding),
        spec: "RFC 6749 §10.12",
        spec_url: "https://www.rfc-editor.org/rfc/rfc6749#section-10.12".into(),
        steps: vec!["GET /login → 302".into(), HOSTILE.into()],
    };
    let callback = CheckedGroup {
        title: lang.text("check-up-group-callback"),
        cases: vec![
            case(
                "wrong-state",
                "failed",
                "check-up-failed",
                ["case-wrong-state", "case-wrong-state-why", "finding-signed-in-anyway"],
            ),
            case(
                "other-browser",
                "passed",
                "check-up-passed",
                ["case-other-browser", "case-other-browser-why", "finding-refused"],
            ),
        ],
    };
    let logout = CheckedGroup {
        title: lang.text("check-up-group-logout"),
        cases: vec![
            case("logout", "unused", "check-up-unused", ["case-logout", "case-logout-why", "finding-no-logout-uri"]),
            case(
                "unsigned-logout",
                "unknown",
                "check-up-unknown",
                ["case-unsigned-logout", "case-bad-logout-why", "finding-logout-unused"],
            ),
        ],
    };
    vec![callback, logout]
}
