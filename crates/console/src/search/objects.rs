//! Results that are objects: projects, clients, APIs, webhooks, users, settings, requests.

use uuid::Uuid;

use crate::installation::settings;
use crate::user::words;
use crate::views::{SearchGroup, SearchResult};
use usher_accounts::FlowError;
use usher_config::ExplainedSetting;
use usher_domain::email::Email;
use usher_domain::id::EventId;
use usher_domain::object_search::{ObjectKind, ObjectQuery};
use usher_domain::project::Project;
use usher_domain::urls::{
    self, ApiUrls, AttemptUrls, ClientUrls, EventUrls, ProjectClientUrls, ProjectUrls, UserUrls, WebhookUrls,
};
use usher_flows::{FoundObject, ReaderRights, Right, Usher};
use usher_page_kit::page_routes::ListedRoutes;
use usher_page_kit::views::Layout;
use usher_storage::users::search::UserSummary;

/// Results of one kind.
const MOST: usize = 6;
const MOST_USERS: u32 = 6;
/// The kinds of objects: the key of the group, and the page that shows one.
const KINDS: [(ObjectKind, &str, &str); 4] = [
    (ObjectKind::Project, "projects", ProjectUrls::PAGE),
    (ObjectKind::Client, "clients", ClientUrls::PAGE),
    (ObjectKind::Api, "apis", ApiUrls::PAGE),
    (ObjectKind::Webhook, "webhooks", WebhookUrls::PAGE),
];

/// Who searches for what.
pub struct ObjectReader<'r> {
    pub usher: &'r Usher,
    pub routes: &'r ListedRoutes,
    pub rights: &'r ReaderRights,
    pub page: &'r Layout,
    /// What was typed.
    pub text: &'r str,
}

impl ObjectReader<'_> {
    /// The groups of results that are not empty.
    pub async fn find(&self, query: &ObjectQuery) -> Result<Vec<SearchGroup>, FlowError> {
        let mut groups = Vec::new();
        for (kind, key, path) in KINDS {
            let reader = (self.rights, self.opens(path));
            let found = self.usher.console_search.find_objects(kind, query, reader, MOST).await?;
            let results = found.iter().map(|(object, project)| self.object(object, project)).collect();
            groups.push(SearchGroup { key, results, more_url: None });
        }
        groups.push(self.users().await?);
        groups.push(self.settings());
        groups.push(self.requests().await?);
        groups.retain(|group| !group.results.is_empty());
        Ok(groups)
    }

    /// The right that a page requires.
    fn opens(&self, path: &str) -> Option<Right> {
        self.routes.rights(path).open
    }

    /// Whether the reader may open a page that belongs to no project.
    fn may_open(&self, path: &str) -> bool {
        self.rights.is_administrator() || self.opens(path).is_some()
    }

    fn is_exact(&self, id: &str) -> bool {
        self.text.eq_ignore_ascii_case(id)
    }

    fn object(&self, object: &FoundObject, project: &Project) -> SearchResult {
        let id = project.id.to_string();
        match object {
            FoundObject::Project => SearchResult {
                icon: "folder",
                label: project.name.clone(),
                detail: String::new(),
                url: ProjectUrls::of(&project.id).page(),
                exact: self.is_exact(&id),
            },
            FoundObject::Client(client) => SearchResult {
                icon: "app-window",
                label: client.metadata.client_name.clone(),
                detail: beside(&project.name, &client.id.0),
                url: ClientUrls::of(&client.id).page(),
                // Ids of clients differ by case.
                exact: self.text == client.id.0,
            },
            FoundObject::Api(api) => SearchResult {
                icon: "plug",
                label: api.settings.name.clone(),
                detail: beside(&project.name, &api.identifier),
                url: ApiUrls::of(&project.id, &api.id).page(),
                exact: self.is_exact(&api.id.to_string()) || self.text == api.identifier,
            },
            FoundObject::Webhook(webhook) => SearchResult {
                icon: "webhook",
                label: webhook.url.clone(),
                detail: project.name.clone(),
                url: WebhookUrls::of(&project.id, &webhook.id).page(),
                exact: self.is_exact(&webhook.id.to_string()),
            },
        }
    }

    async fn users(&self) -> Result<SearchGroup, FlowError> {
        let mut group = SearchGroup { key: "users", ..SearchGroup::default() };
        if !self.may_open(UserUrls::PAGE) {
            return Ok(group);
        }
        let found = self.usher.console_search.find_users(self.text, MOST_USERS).await?;
        if found.len() == MOST {
            group.more_url = Some(urls::with(urls::USERS, "q", self.text));
        }
        group.results = found.iter().map(|one| self.user(one)).collect();
        Ok(group)
    }

    fn user(&self, one: &UserSummary) -> SearchResult {
        let person = words::person(&one.user);
        let names = [Some(one.user.sub.0.as_str()), one.user.email.as_ref().map(Email::as_str)];
        let exact = names.into_iter().flatten().any(|name| self.is_exact(name)) || self.is_exact(&person.id);
        SearchResult { icon: "user-round", label: person.label, detail: person.detail, url: person.url, exact }
    }

    fn settings(&self) -> SearchGroup {
        let mut group = SearchGroup { key: "tab-settings", ..SearchGroup::default() };
        let words: Vec<String> = self.text.split_whitespace().map(str::to_lowercase).collect();
        if !self.may_open(urls::SETTINGS) || words.is_empty() {
            return group;
        }
        let mut found = self.usher.core.config.explain();
        found.retain(|setting| words.iter().all(|word| settings::fits(setting, word, false)));
        if found.len() > MOST {
            group.more_url = Some(urls::with(urls::SETTINGS, "q", self.text));
        }
        let result = |setting: &ExplainedSetting| SearchResult {
            icon: "settings",
            label: setting.key.to_string(),
            detail: setting.variable(),
            url: urls::with(urls::SETTINGS, "q", &setting.key),
            exact: self.is_exact(&setting.key) || self.is_exact(&setting.variable()),
        };
        group.results = found.iter().take(MOST).map(result).collect();
        group
    }

    /// A trace id finds what the request left: recorded attempts of clients, and events.
    async fn requests(&self) -> Result<SearchGroup, FlowError> {
        let mut group = SearchGroup { key: "search-requests", ..SearchGroup::default() };
        let Ok(id) = Uuid::try_parse(self.text) else { return Ok(group) };
        let search = &self.usher.console_search;
        let reader = (self.rights, self.opens(ProjectClientUrls::ATTEMPTS));
        for (attempt, client) in search.find_attempts(id, reader, MOST).await? {
            group.results.push(SearchResult {
                icon: "history",
                label: self.page.tp("search-attempt", "client", &client.metadata.client_name),
                detail: attempt.trace_id.clone().unwrap_or_default(),
                url: AttemptUrls::of(&client.project_id, &client.id, &attempt.id).page(),
                exact: true,
            });
        }
        if self.may_open(urls::AUDIT) {
            let trace = id.simple().to_string();
            if search.find_request(id).await?.is_some() {
                group.results.push(SearchResult {
                    icon: "scroll-text",
                    label: self.page.t("search-events"),
                    url: urls::with(urls::AUDIT, "trace", &trace),
                    detail: trace,
                    exact: true,
                });
            }
            if let Ok(event) = self.usher.installation.find_event(&id.to_string()).await {
                group.results.push(SearchResult {
                    icon: "scroll-text",
                    label: event.kind.clone(),
                    detail: event.id.to_string(),
                    url: EventUrls::of(&EventId(event.id)).page(),
                    exact: true,
                });
            }
        }
        Ok(group)
    }
}

/// The project, and the id by which its object is known.
fn beside(project: &str, id: &str) -> String {
    format!("{project} · {id}")
}
