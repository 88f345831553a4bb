//! Search in the console: the page, and its results for the palette.

use askama::Template;

use usher_page_kit::views::Layout;

/// The page of a search.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/search.html")]
pub struct SearchPage {
    pub page: Layout,
    /// What was typed.
    pub text: String,
    /// The id of the project in which the reader is; empty if in none.
    pub project: String,
    pub groups: Vec<SearchGroup>,
}

/// The results of a search alone: options of a list box.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/search_options.html")]
pub struct SearchOptions {
    pub page: Layout,
    pub text: String,
    pub groups: Vec<SearchGroup>,
}

/// Results of one kind.
#[derive(Clone, Debug, Default)]
pub struct SearchGroup {
    /// The key of its name.
    pub key: &'static str,
    pub results: Vec<SearchResult>,
    /// A list that has more of them.
    pub more_url: Option<String>,
}

/// A result: a page that the reader may open.
#[derive(Clone, Debug, Default)]
pub struct SearchResult {
    pub icon: &'static str,
    pub label: String,
    /// An id, a URL or a place; empty if there is none.
    pub detail: String,
    pub url: String,
    /// Does what was typed name this very object?
    pub exact: bool,
}

/// The number of results.
fn count(groups: &[SearchGroup]) -> u32 {
    groups.iter().map(|group| u32::try_from(group.results.len()).unwrap_or(u32::MAX)).sum()
}

impl SearchPage {
    pub fn count(&self) -> u32 {
        count(&self.groups)
    }
}

impl SearchOptions {
    pub fn count(&self) -> u32 {
        count(&self.groups)
    }
}
