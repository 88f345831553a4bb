//! What all pages of a project share: the header with its tabs, and a secret that is shown once.

use super::layout::{Layout, NavLink, initials, tone};
use usher_domain::urls::ProjectUrls;

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
