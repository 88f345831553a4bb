//! What all pages of a project share: the header with its tabs, and a secret that is shown once.

use super::layout::{Layout, NavLink, initials, tone};
use usher_domain::urls::ProjectUrls;
use usher_flows::Right;

/// Each row is a page of a project: its tab, the key of its name, its icon, its URL, the right that
/// opens it. The order is that of the navigation.
macro_rules! project_tabs {
    ($($tab:ident, $key:literal, $icon:literal, $url:ident, $right:ident;)*) => {
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

            /// The right that opens it.
            const fn right(self) -> Right {
                match self {
                    $(Self::$tab => Right::$right),*
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
    Clients, "clients", "app-window", page, View;
    Apis, "apis", "plug", apis, View;
    InitialTokens, "initial-tokens", "key-round", initial_tokens, View;
    SignIn, "project-sign-in", "user-round", sign_in, View;
    Branding, "branding", "palette", branding, View;
    Rules, "rules", "shield-check", rules, View;
    Members, "members", "users", members, View;
    Modules, "modules", "monitor", modules, View;
    Webhooks, "webhooks", "webhook", webhooks, View;
    History, "project-history", "history", history, View;
    Token, "project-token", "key-round", token, Own;
    Settings, "project-settings", "settings", settings, View;
}

/// The header of a project's pages.
#[derive(Clone, Debug, Default)]
pub struct ProjectHead {
    /// The project's id, as its URLs contain it.
    pub id: String,
    /// The project's name.
    pub name: String,
    /// Links to the pages that the user may open.
    pub links: Vec<NavLink>,
    /// Whether the user may change clients, APIs and webhooks.
    pub may_develop: bool,
    /// Whether the user may change members and the token.
    pub may_own: bool,
}

impl ProjectHead {
    /// The header of the page `here`, for a user with this right.
    pub fn new(page: &Layout, name: String, here: ProjectTab, urls: &ProjectUrls, right: Right) -> Self {
        let link = |tab: &ProjectTab| NavLink {
            icon: tab.icon(),
            label: page.t(tab.key()),
            url: tab.url(urls),
            current: *tab == here,
        };
        let may_open = |tab: &&ProjectTab| tab.right() <= right;
        Self {
            id: urls.page().rsplit('/').next().unwrap_or_default().to_owned(),
            name,
            links: ProjectTab::ALL.iter().filter(may_open).map(link).collect(),
            may_develop: right >= Right::Develop,
            may_own: right >= Right::Own,
        }
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
