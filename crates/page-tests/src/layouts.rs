//! Values that the samples of pages share.

use usher_domain::id::ProjectId;
use usher_domain::urls::ProjectUrls;
use usher_flows::Right;
use usher_i18n::Lang;
use usher_page_kit::views::{
    AccountChip, AssetUrls, FieldErrors, Layout, Message, Moment, NavLink, ProjectHead, ProjectLink, ProjectTab,
    SpriteUrl, Tab,
};

/// An attack by a user-chosen name.
pub const HOSTILE: &str = r#""><script>alert(1)</script><b onclick='x'>&"#;

pub type RenderedSample = (&'static str, askama::Result<String>);

pub fn page(lang: Lang) -> Layout {
    let assets = AssetUrls {
        css_url: "app.css",
        js_url: "app.js",
        passkeys_url: "passkeys.js",
        search_url: "search.js",
        icon_url: "logo.svg",
        sprite_url: SpriteUrl::new("icons.svg".into()),
        font_url: "inter-latin.woff2",
    };
    let language_url_base = "/login?i=abc".into();
    Layout { lang, assets, trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(), language_url_base, ..Layout::default() }
}

/// The layout of a signed-in page, with sections.
pub fn inside(lang: Lang, here: Tab) -> Layout {
    let account = AccountChip {
        name: "Ana Souza".into(),
        email: "ana@example.test".into(),
        sign_out_url: "/logout".into(),
        is_admin: true,
    };
    let nav = [
        (Tab::Overview, "/account"),
        (Tab::Profile, "/account/profile"),
        (Tab::Security, "/account/security"),
        (Tab::Sessions, "/account/sessions"),
        (Tab::Identities, "/account/identities"),
        (Tab::Apps, "/account/apps"),
        (Tab::Activity, "/account/activity"),
        (Tab::Data, "/account/data"),
    ]
    .map(|(tab, url)| NavLink::new(lang, tab, url, tab == here));
    let console_url = Some("/console".to_owned());
    Layout { account: Some(account), nav: nav.to_vec(), console_url, dev: true, ..page(lang) }
}

/// The layout of a page in the console.
pub fn console(lang: Lang) -> Layout {
    let nav = vec![
        NavLink::new(lang, Tab::Console, "/console", true),
        NavLink::new(lang, Tab::Projects, "/console/projects", false),
        NavLink::new(lang, Tab::Providers, "/console/providers", false),
        NavLink::new(lang, Tab::Keys, "/console/keys", false),
        NavLink::new(lang, Tab::Audit, "/console/audit", false),
        NavLink::new(lang, Tab::Health, "/console/health", false),
        NavLink::new(lang, Tab::Settings, "/console/settings", false),
    ];
    let project = |name: &str, url: &str| ProjectLink { name: name.into(), url: url.into() };
    let projects = vec![project("Notes", "/console/projects/1"), project(HOSTILE, "/console/projects/2")];
    Layout { nav, projects, ..inside(lang, Tab::Overview) }
}

/// A time, seen an hour later.
pub fn moment(lang: Lang, at: i64) -> Moment {
    Moment::ago(lang, at, at + 3600)
}

/// A fault in each of these fields. The summary of faults names a field by its label.
pub fn errors(fields: &[&str], lang: Lang) -> FieldErrors {
    for field in fields.iter().filter(|field| !field.is_empty()) {
        assert!(FieldErrors::default().label_key(field).is_some(), "`LABELS` has no row for {field}");
    }
    fields.iter().map(|field| (*field, Message::Required.text(lang))).collect()
}

/// The header of a project's pages.
pub fn project_head(lang: Lang, name: &str, here: ProjectTab) -> ProjectHead {
    let urls = ProjectUrls::of(&ProjectId(uuid::Uuid::from_u128(1)));
    ProjectHead::new(&console(lang), name.into(), here, &urls, Right::Own)
}
