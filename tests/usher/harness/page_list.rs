//! Every page and every action of a server, from its own list of routes.

use std::sync::Arc;

use usher_http_server::state::App;
use usher_page_kit::page_routes::PageRoute;

use super::server::TestServer;

/// The pages of the console begin with this.
const CONSOLE: &str = "/console";
/// An id of nothing.
const NOTHING: &str = "01936d2e-3c00-7000-8000-000000000007";

/// A page or action with its parameters filled in.
#[derive(Debug, Clone)]
pub struct ListedPage {
    pub path: String,
    pub route: PageRoute,
}

impl ListedPage {
    pub fn is_of_console(&self) -> bool {
        self.route.path.starts_with(CONSOLE)
    }
}

impl TestServer {
    /// The list of routes.
    pub fn page_routes(&self) -> Vec<PageRoute> {
        let app = App::new(self.usher.clone(), Some(Arc::clone(&self.caught)));
        let console = usher_console::routes::pages(&app);
        [usher_pages::routes::pages(&app).listed(), console.listed()].concat()
    }

    /// Every page, with the project of the test clients, this client, and ids of nothing.
    pub fn listed_pages(&self, client: &str) -> Vec<ListedPage> {
        let project = self.project.to_string();
        let value = |name: &str| match name {
            "project" => project.clone(),
            "client" => client.to_owned(),
            "provider" => "google".to_owned(),
            "number" | "revision" => "1".to_owned(),
            _ => NOTHING.to_owned(),
        };
        self.page_routes().into_iter().map(|route| ListedPage { path: filled(route.path, value), route }).collect()
    }
}

/// The pattern with a value for each parameter.
pub fn filled(pattern: &str, value: impl Fn(&str) -> String) -> String {
    let name = |segment: &str| segment.strip_prefix('{')?.strip_suffix('}').map(str::to_owned);
    let segments = pattern.split('/').map(|segment| name(segment).map_or(segment.to_owned(), |name| value(&name)));
    segments.collect::<Vec<_>>().join("/")
}
