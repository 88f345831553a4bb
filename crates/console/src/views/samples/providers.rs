//! The upstream providers in the console.

use askama::Template as _;

use crate::views::{
    ConsoleProviders, MappedClaims, ProviderKindLink, ProviderListItem, ProviderPage, ProviderValues, StepView,
};
use usher_domain::provider::ProviderKind;
use usher_i18n::Lang;
use usher_page_kit::views::Form;
use usher_page_tests::{HOSTILE, RenderedSample, console, errors};
use usher_upstream::built_in_kinds;
use usher_upstream::providers::{apple, facebook, google, oauth2};

pub(super) fn all(lang: Lang) -> Vec<RenderedSample> {
    let row = |id: &str, name: &str, enabled, managed| ProviderListItem {
        id: id.into(),
        name: name.into(),
        url: format!("/console/providers/{id}"),
        enabled,
        managed,
        callback_url: format!("http://localhost:8080/upstream/{id}/callback"),
    };
    let url = |kind: &ProviderKind| format!("/console/new-provider?kind={}", kind.name);
    let link = |kind| ProviderKindLink { kind, url: url(kind) };
    let empty = ConsoleProviders {
        page: console(lang),
        kinds: built_in_kinds().iter().map(link).collect(),
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
    let values = |kind: &ProviderKind, value: &str| ProviderValues {
        texts: kind.form_fields().map(|setting| (setting.name, value.to_owned())).collect(),
        sign_up: true,
        link_policy: "confirm".into(),
        ..ProviderValues::default()
    };
    let form = |kind: &'static ProviderKind| {
        let action = format!("/console/new-provider?kind={}", kind.name);
        ProviderPage {
            values: values(kind, ""),
            providers_url: "/console/providers".into(),
            ..ProviderPage::new(console(lang), Form::new(action, "t"), kind)
        }
    };
    let fresh = form(&google::KIND);
    let refused = ProviderPage {
        values: ProviderValues { rest: format!("</textarea>{HOSTILE}"), ..values(&oauth2::KIND, HOSTILE) },
        errors: errors(&["id", "client_secret", "rest", "email_trust"], lang),
        ..form(&oauth2::KIND)
    };
    let editing = ProviderPage {
        kind: &facebook::KIND,
        name: "Facebook".into(),
        editing: true,
        callback_url: "http://localhost:8080/upstream/facebook/callback".into(),
        notice_urls: vec![("provider-deauthorize", "http://localhost:8080/upstream/facebook/notices".into())],
        has_secret: true,
        notice: Some(lang.text("provider-added")),
        values: values(&facebook::KIND, "v25.0"),
        loaded: "label=v25.0".into(),
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
    let mapped = ProviderPage {
        claims: format!("</textarea>{HOSTILE}"),
        claims_trouble: Some(HOSTILE.into()),
        mapped: Some(MappedClaims {
            subject: HOSTILE.into(),
            handle: Some(HOSTILE.into()),
            email: Some(HOSTILE.into()),
            email_trust: "provider-claims-verified",
            profile: vec![("given_name".into(), HOSTILE.into())],
        }),
        errors: errors(&["claims"], lang),
        notice: None,
        ..editing.clone()
    };
    let managed = ProviderPage { managed: true, name: HOSTILE.into(), notice: None, ..editing.clone() };
    vec![
        ("provider-new", fresh.render()),
        ("provider-refused", refused.render()),
        ("provider-added", editing.render()),
        ("provider-tested", tested.render()),
        ("provider-claims", mapped.render()),
        ("provider-managed", managed.render()),
        ("provider-apple", form(&apple::KIND).render()),
    ]
}
