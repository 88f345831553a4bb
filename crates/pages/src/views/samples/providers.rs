//! The upstream providers in the console.

use askama::Template as _;

use super::{HOSTILE, RenderedSample, errors, inside};
use crate::views::{
    ConsoleProviders, Form, ProviderKindLink, ProviderListItem, ProviderPage, ProviderValues, StepView, Tab,
};
use usher_i18n::Lang;

pub(super) fn all(lang: Lang) -> Vec<RenderedSample> {
    let row = |id: &str, name: &str, enabled, managed| ProviderListItem {
        id: id.into(),
        name: name.into(),
        url: format!("/console/providers/{id}"),
        enabled,
        managed,
        callback_url: format!("http://localhost:8080/upstream/{id}/callback"),
    };
    let kinds = ["google", "facebook", "x", "github", "apple", "microsoft", "oidc", "oauth2"];
    let link = |kind: &str| ProviderKindLink { kind: kind.into(), url: format!("/console/new-provider?kind={kind}") };
    let empty = ConsoleProviders {
        page: inside(lang, Tab::Console),
        kinds: kinds.map(link).into(),
        console_url: "/console".into(),
        ..ConsoleProviders::default()
    };
    let list = ConsoleProviders {
        providers: vec![row("google", "Google", true, false), row("works", HOSTILE, false, true)],
        notice: Some(lang.text("provider-removed")),
        ..empty.clone()
    };
    let mut pages = vec![("providers-empty", empty.render()), ("providers", list.render())];
    pages.extend(forms(lang));
    pages
}

fn forms(lang: Lang) -> Vec<RenderedSample> {
    let texts = |names: &[&'static str], value: &str| names.iter().map(|name| (*name, value.to_owned())).collect();
    let fresh = ProviderPage {
        page: inside(lang, Tab::Console),
        form: Form::new("/console/new-provider?kind=google", "t"),
        kind: "google".into(),
        enabled: true,
        values: ProviderValues {
            texts: texts(&["id", "label", "client_id", "hd", "scopes", "base_url"], ""),
            sign_up: true,
            link_policy: "confirm".into(),
            ..ProviderValues::default()
        },
        providers_url: "/console/providers".into(),
        ..ProviderPage::default()
    };
    let refused = ProviderPage {
        kind: "oauth2".into(),
        values: ProviderValues {
            texts: texts(
                &["id", "label", "client_id", "issuer", "authorize_url", "token_url", "userinfo_url"],
                HOSTILE,
            ),
            rest: format!("</textarea>{HOSTILE}"),
            ..ProviderValues::default()
        },
        errors: errors(&["id", "client_secret", "rest", "email_trust"], lang),
        ..fresh.clone()
    };
    let editing = ProviderPage {
        kind: "facebook".into(),
        name: "Facebook".into(),
        editing: true,
        callback_url: "http://localhost:8080/upstream/facebook/callback".into(),
        notice_urls: vec![("provider-deauthorize", "http://localhost:8080/upstream/facebook/notices".into())],
        has_secret: true,
        notice: Some(lang.text("provider-added")),
        values: ProviderValues {
            texts: texts(&["label", "client_id", "graph_version"], "v25.0"),
            ..fresh.values.clone()
        },
        ..fresh.clone()
    };
    let step = |step, trouble: Option<&'static str>| StepView {
        step,
        trouble: trouble.map(|word| (word, "the provider is not available: it cannot be reached".to_owned())),
    };
    let tested = ProviderPage {
        enabled: false,
        notice: None,
        steps: vec![
            step("metadata", None),
            step("keys", Some("unavailable")),
            step("token endpoint", Some("misconfigured")),
            step("client secret", Some("misbehaved")),
        ],
        ..editing.clone()
    };
    let managed = ProviderPage { managed: true, name: HOSTILE.into(), notice: None, ..editing.clone() };
    let apple = ProviderPage {
        kind: "apple".into(),
        values: ProviderValues {
            texts: texts(&["label", "client_id", "team_id", "key_id"], ""),
            ..fresh.values.clone()
        },
        ..fresh.clone()
    };
    vec![
        ("provider-new", fresh.render()),
        ("provider-refused", refused.render()),
        ("provider-added", editing.render()),
        ("provider-tested", tested.render()),
        ("provider-managed", managed.render()),
        ("provider-apple", apple.render()),
    ]
}
