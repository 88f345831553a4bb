//! The pages of a project: header, members, token.

use askama::Template;

use super::super::{FieldErrors, Form, Layout, Moment, NavLink, initials, tone};
use usher_domain::urls::{MemberUrls, ProjectUrls};

/// Each row is a page of a project: its tab, the key of its name, its icon, its URL. The order is that of the navigation.
macro_rules! project_tabs {
    ($($tab:ident, $key:literal, $icon:literal, $url:ident;)*) => {
        /// The pages of a project.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProjectTab {
            $($tab),*
        }

        impl ProjectTab {
            pub const ALL: &'static [Self] = &[$(Self::$tab),*];

            fn url(self, urls: &ProjectUrls) -> String {
                match self {
                    $(Self::$tab => urls.$url()),*
                }
            }

            const fn key(self) -> &'static str {
                match self {
                    $(Self::$tab => $key),*
                }
            }

            const fn icon(self) -> &'static str {
                match self {
                    $(Self::$tab => $icon),*
                }
            }
        }
    };
}

project_tabs! {
    Clients, "clients", "app-window", page;
    Apis, "apis", "plug", apis;
    InitialTokens, "initial-tokens", "key-round", initial_tokens;
    Members, "members", "users", members;
    Modules, "modules", "monitor", modules;
    Webhooks, "webhooks", "webhook", webhooks;
    Token, "project-token", "key-round", token;
}

/// The header of a project's pages.
#[derive(Clone, Debug, Default)]
pub struct ProjectHead {
    /// The project's name.
    pub name: String,
    /// The list of projects.
    pub console_url: String,
    /// Links to its pages.
    pub links: Vec<NavLink>,
}

impl ProjectHead {
    /// The header of the page `here`, with links to all pages.
    pub fn new(page: &Layout, name: String, console_url: &str, here: ProjectTab, urls: &ProjectUrls) -> Self {
        let link = |tab: &ProjectTab| NavLink {
            icon: tab.icon(),
            label: page.t(tab.key()),
            url: tab.url(urls),
            current: *tab == here,
        };
        Self { name, console_url: console_url.to_owned(), links: ProjectTab::ALL.iter().map(link).collect() }
    }

    /// Its first page.
    pub fn url(&self) -> &str {
        self.links.first().map_or("", |link| &link.url)
    }

    fn here(&self) -> Option<&NavLink> {
        self.links.iter().find(|link| link.current)
    }

    /// The name of the present page.
    pub fn place(&self) -> &str {
        self.here().map_or("", |link| &link.label)
    }

    pub fn place_url(&self) -> &str {
        self.here().map_or("", |link| &link.url)
    }

    pub fn initial(&self) -> String {
        initials(self.name.split_whitespace().next().unwrap_or_default())
    }

    pub fn tone(&self) -> usize {
        tone(&self.name)
    }
}

/// A secret on the page that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShownSecret {
    /// Shown now.
    Now(String),
    /// It was shown before, or belongs to another user.
    Before,
}

impl ShownSecret {
    /// The secret, if it is shown now.
    pub fn now(&self) -> Option<&str> {
        match self {
            Self::Now(secret) => Some(secret),
            Self::Before => None,
        }
    }
}

/// The members of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/members.html")]
pub struct MembersPage {
    /// The layout.
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Fields `email`, `role`: adds a member.
    pub form: Form,
    /// The members, oldest account first.
    pub members: Vec<MemberListItem>,
    /// The submitted address.
    pub email: String,
    /// The selected role.
    pub role: String,
    /// Success message.
    pub notice: Option<String>,
    /// Validation errors.
    pub errors: FieldErrors,
}

/// One member.
#[derive(Clone, Debug, Default)]
pub struct MemberListItem {
    pub urls: MemberUrls,
    /// The email address or the `sub`.
    pub label: String,
    /// `viewer`, `developer` or `owner`.
    pub role: String,
    pub since: Moment,
}

impl MemberListItem {
    pub fn initials(&self) -> String {
        initials(&self.label)
    }

    pub fn tone(&self) -> usize {
        tone(&self.label)
    }
}

impl MembersPage {
    /// The roles: `(value, name, explanation)`.
    pub fn roles(&self) -> [(&'static str, String, String); 3] {
        [
            ("viewer", "role-viewer", "role-viewer-text"),
            ("developer", "role-developer", "role-developer-text"),
            ("owner", "role-owner", "role-owner-text"),
        ]
        .map(|(value, name, text)| (value, self.page.t(name), self.page.t(text)))
    }
}

/// The token of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/token.html")]
pub struct ProjectTokenPage {
    /// The layout.
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Fields `current_token`, `overlap`, `discard_history`.
    pub form: Form,
    /// The new token.
    pub token: Option<ShownSecret>,
    /// The submitted current token.
    pub current_token: String,
    /// How long the old token stays valid, in seconds.
    pub overlap: String,
    /// Delete the history if necessary?
    pub discard_history: bool,
    /// Success message.
    pub notice: Option<String>,
    /// Validation errors.
    pub errors: FieldErrors,
}

impl ProjectTokenPage {
    /// The overlaps to choose from: `(seconds, label, selected)`.
    pub fn overlaps(&self) -> [(&'static str, String, bool); 5] {
        overlaps(&self.page, &self.overlap)
    }
}

/// The overlaps to choose from: `(seconds, label, selected)`.
pub(super) fn overlaps(page: &Layout, chosen: &str) -> [(&'static str, String, bool); 5] {
    [
        ("0", "overlap-none"),
        ("3600", "overlap-hour"),
        ("86400", "overlap-day"),
        ("604800", "overlap-week"),
        ("2592000", "overlap-month"),
    ]
    .map(|(seconds, key)| (seconds, page.t(key), chosen == seconds))
}
