//! The head of all pages of a client: its name, and the tabs between them.

use usher_domain::oauth::client::Client;
use usher_domain::urls::{ClientUrls, ProjectClientUrls};

use super::client_kind_key;

/// A page of a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientTab {
    Attempts,
    QuickStart,
    Claims,
    CheckUp,
    #[default]
    Settings,
}

/// The head of a client's pages.
#[derive(Clone, Debug, Default)]
pub struct ClientHead {
    /// Its name.
    pub name: String,
    /// Its `client_id`.
    pub client_id: String,
    /// The message key of its type.
    pub kind_key: &'static str,
    /// Is it disabled?
    pub disabled: bool,
    /// Do people sign in to it?
    pub signs_people_in: bool,
    /// The page with its settings.
    pub url: String,
    /// Its other pages.
    pub urls: ProjectClientUrls,
    /// The page that is shown.
    pub tab: ClientTab,
}

impl ClientHead {
    /// The head of this page of a client.
    pub fn of(client: &Client, tab: ClientTab) -> Self {
        Self {
            name: client.metadata.client_name.clone(),
            client_id: client.id.0.clone(),
            kind_key: client_kind_key(client.kind.as_str()),
            disabled: !client.is_active(),
            signs_people_in: client.metadata.signs_people_in(),
            url: ClientUrls::of(&client.id).page(),
            urls: ProjectClientUrls::of(&client.project_id, &client.id),
            tab,
        }
    }

    /// The tabs: URL, message key, whether it is the page that is shown.
    pub fn tabs(&self) -> Vec<(String, &'static str, bool)> {
        let at = |tab| self.tab == tab;
        let mut tabs = vec![
            (self.urls.attempts(), "attempts", at(ClientTab::Attempts)),
            (self.urls.quick_start(), "client-quick-start", at(ClientTab::QuickStart)),
        ];
        if self.signs_people_in {
            tabs.push((self.urls.claims(), "claims-preview", at(ClientTab::Claims)));
            tabs.push((self.urls.check_up(), "check-up", at(ClientTab::CheckUp)));
        }
        tabs.push((self.url.clone(), "client-facts", at(ClientTab::Settings)));
        tabs
    }
}
