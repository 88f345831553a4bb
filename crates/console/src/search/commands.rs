//! The pages of the console that a search finds by their names, and what can be done there.

use usher_domain::id::ProjectId;
use usher_domain::object_search::{ObjectQuery, object_terms};
use usher_domain::project::Project;
use usher_domain::urls::{self, ProjectUrls, RulesUrls};
use usher_flows::{ReaderRights, Right};
use usher_i18n::Lang;
use usher_page_kit::page_routes::ListedRoutes;

use crate::views::SearchResult;

/// To whom a page is offered.
#[derive(Debug, Clone, Copy)]
enum OfferedTo {
    /// Whoever may open the page.
    Readers,
    /// Whoever may submit the form at this path.
    Senders(&'static str),
    /// Whoever may create projects.
    Creators,
    /// Everybody: the page is none of the console.
    Everybody,
}

/// A page that is found by its name: the key of the name, its icon, its path with the place on the page, and who is
/// offered it.
struct Command {
    key: &'static str,
    icon: &'static str,
    path: &'static str,
    place: &'static str,
    offered: OfferedTo,
}

const fn to(key: &'static str, icon: &'static str, path: &'static str) -> Command {
    Command { key, icon, path, place: "", offered: OfferedTo::Readers }
}

const fn act(key: &'static str, icon: &'static str, path: &'static str, action: &'static str) -> Command {
    Command { key, icon, path, place: "", offered: OfferedTo::Senders(action) }
}

/// The pages of the installation, in the order in which they are offered.
const OF_INSTALLATION: &[Command] = &[
    to("tab-console", "house", urls::CONSOLE),
    to("projects", "folder", urls::PROJECTS),
    Command { place: "#new-heading", offered: OfferedTo::Creators, ..to("project-new", "plus", urls::PROJECTS) },
    to("users", "users", urls::USERS),
    act("search-invite", "plus", urls::INVITE_USER, urls::INVITE_USER),
    to("live-sessions", "laptop", urls::LIVE_SESSIONS),
    to("providers-title", "plug", urls::PROVIDERS),
    act("search-new-provider", "plus", urls::PROVIDERS, urls::NEW_PROVIDER),
    to("branding", "palette", urls::BRANDING),
    to("tab-keys", "key-round", urls::KEYS),
    act("search-rotate-keys", "refresh-cw", urls::ROTATE_KEYS, urls::ROTATE_KEYS),
    to("tab-audit", "scroll-text", urls::AUDIT),
    to("search-export-audit", "download", urls::AUDIT),
    to("tab-health", "circle-check", urls::CONSOLE_HEALTH),
    act("search-test-email", "mail", urls::CONSOLE_HEALTH, urls::HEALTH_MAIL),
    to("tab-settings", "settings", urls::SETTINGS),
    to("import-title", "folder", urls::IMPORTS),
    to("export-title", "download", urls::EXPORT_USERS),
    Command { offered: OfferedTo::Everybody, ..to("my-account", "user-round", urls::ACCOUNT) },
    Command { offered: OfferedTo::Everybody, ..to("documentation", "book-open", urls::GUIDES) },
    Command { offered: OfferedTo::Everybody, ..to("sign-out", "log-out", urls::LOGOUT) },
];

/// The pages of a project.
const OF_PROJECT: &[Command] = &[
    to("clients", "app-window", ProjectUrls::PAGE),
    act("search-new-client", "plus", ProjectUrls::NEW_CLIENT, ProjectUrls::NEW_CLIENT),
    to("apis", "plug", ProjectUrls::APIS),
    act("search-new-api", "plus", ProjectUrls::APIS, ProjectUrls::APIS),
    to("webhooks", "webhook", ProjectUrls::WEBHOOKS),
    act("search-new-webhook", "plus", ProjectUrls::WEBHOOKS, ProjectUrls::WEBHOOKS),
    to("members", "users", ProjectUrls::MEMBERS),
    act("search-new-member", "plus", ProjectUrls::MEMBERS, ProjectUrls::MEMBERS),
    to("rules", "shield-check", ProjectUrls::RULES),
    to("search-try-rule", "shield-check", RulesUrls::TRY),
    to("search-assign-roles", "shield-check", RulesUrls::ASSIGNMENTS),
    act("search-publish-rules", "shield-check", RulesUrls::PUBLISH, RulesUrls::PUBLISH),
    to("branding", "palette", ProjectUrls::BRANDING),
    to("modules", "monitor", ProjectUrls::MODULES),
    to("project-history", "history", ProjectUrls::HISTORY),
    to("initial-tokens", "key-round", ProjectUrls::INITIAL_TOKENS),
    to("project-token", "key-round", ProjectUrls::TOKEN),
    to("project-sign-in", "user-round", ProjectUrls::SIGN_IN),
    to("project-settings", "settings", ProjectUrls::SETTINGS),
    to("search-delete-project", "circle-x", ProjectUrls::DELETE),
];

/// Who looks for pages, and where.
pub struct CommandReader<'r> {
    pub lang: Lang,
    pub routes: &'r ListedRoutes,
    pub rights: &'r ReaderRights,
    pub may_create: bool,
    /// The project in which the reader is, then others that the reader may see.
    pub projects: Vec<&'r Project>,
}

impl CommandReader<'_> {
    /// The pages with these words in their names, or in those of their projects.
    pub fn find(&self, query: &ObjectQuery, most: usize) -> Vec<SearchResult> {
        let mut found: Vec<SearchResult> = Vec::new();
        for command in OF_INSTALLATION.iter().filter(|command| self.is_offered(command)) {
            found.extend(self.result(command, query, None));
        }
        for project in &self.projects {
            for command in OF_PROJECT.iter().filter(|command| self.is_offered_in(command, project.id)) {
                found.extend(self.result(command, query, Some(project)));
            }
        }
        found.truncate(most);
        found
    }

    /// What is offered before anything is typed: pages of the project in which the reader is, then of the installation.
    pub fn suggest(&self, project: Option<&Project>, most: usize) -> Vec<SearchResult> {
        let of_project = project.into_iter().flat_map(|project| {
            let offered = OF_PROJECT.iter().filter(move |command| self.is_offered_in(command, project.id));
            offered.map(move |command| self.shown(command, Some(project))).take(4)
        });
        let others = OF_INSTALLATION.iter().filter(|command| self.is_offered(command));
        of_project.chain(others.map(|command| self.shown(command, None))).take(most).collect()
    }

    fn is_offered(&self, command: &Command) -> bool {
        // The rights to a page of no project are those to any project.
        let allows = |required: Option<Right>| self.rights.is_administrator() || required.is_some();
        match command.offered {
            OfferedTo::Readers => allows(self.routes.rights(command.path).open),
            OfferedTo::Senders(action) => allows(self.routes.rights(action).submit),
            OfferedTo::Creators => self.may_create,
            OfferedTo::Everybody => true,
        }
    }

    fn is_offered_in(&self, command: &Command, project: ProjectId) -> bool {
        let allows = |required| self.rights.allow(project, required);
        let opens = allows(self.routes.rights(command.path).open);
        match command.offered {
            OfferedTo::Senders(action) => opens && allows(self.routes.rights(action).submit),
            _ => opens,
        }
    }

    /// The page, if the words name it. The name of its project alone does not.
    fn result(&self, command: &Command, query: &ObjectQuery, project: Option<&Project>) -> Option<SearchResult> {
        let names = [self.lang.text(command.key), Lang::En.text(command.key)];
        let of_page = object_terms(names.iter().map(String::as_str));
        let of_project = object_terms(project.map(|project| project.name.as_str()));
        if !query.finds_any(&of_page) {
            return None;
        }
        query.finds(&of_page.union(&of_project).cloned().collect()).then(|| self.shown(command, project))
    }

    fn shown(&self, command: &Command, project: Option<&Project>) -> SearchResult {
        let path = project.map_or_else(
            || command.path.to_owned(),
            |project| command.path.replace("{project}", &project.id.to_string()),
        );
        SearchResult {
            icon: command.icon,
            label: self.lang.text(command.key),
            detail: project.map(|project| project.name.clone()).unwrap_or_default(),
            url: format!("{path}{}", command.place),
            exact: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_a_project_names_it_in_its_path_and_no_other_page_does() {
        assert!(OF_PROJECT.iter().all(|command| command.path.contains("{project}")));
        assert!(OF_INSTALLATION.iter().all(|command| !command.path.contains('{')));
    }

    #[test]
    fn every_name_is_written_in_every_language() {
        for command in OF_INSTALLATION.iter().chain(OF_PROJECT) {
            for lang in Lang::ALL {
                assert_ne!(lang.text(command.key), command.key, "{lang:?}");
            }
        }
    }
}
