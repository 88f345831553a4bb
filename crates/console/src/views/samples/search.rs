//! The search.

use askama::Template as _;

use crate::views::*;
use usher_i18n::Lang;
use usher_page_tests::{HOSTILE, RenderedSample, console};

pub(super) fn all(lang: Lang) -> Vec<RenderedSample> {
    let result = |icon, label: &str, detail: &str| SearchResult {
        icon,
        label: label.into(),
        detail: detail.into(),
        url: "/console/projects/1".into(),
        exact: false,
    };
    let found = SearchPage {
        page: console(lang),
        text: HOSTILE.into(),
        project: "1".into(),
        groups: vec![
            SearchGroup { key: "search-pages", results: vec![result("plus", "New client", HOSTILE)], more_url: None },
            SearchGroup {
                key: "users",
                results: vec![result("user-round", HOSTILE, "ana@example.test"), result("user-round", "Ana", "")],
                more_url: Some("/console/users?q=ana".into()),
            },
        ],
    };
    let nothing = SearchPage { groups: Vec::new(), ..found.clone() };
    vec![("search", found.render()), ("search-none", nothing.render())]
}
