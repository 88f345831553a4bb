//! The console: projects and their clients.

use askama::Template;

use super::project::overlaps;
use crate::views::{FieldErrors, Form, Page, ProjectHead, ShownSecret, Snippet, snippets};

/// Every project the reader may see.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/home.html")]
pub struct ConsoleHome {
    /// The chrome.
    pub page: Page,
    /// Field `name`: make a project.
    pub form: Form,
    /// What was typed before.
    pub name: String,
    /// What was wrong with it.
    pub errors: FieldErrors,
    /// Good news.
    pub notice: Option<String>,
    /// The projects, by name.
    pub projects: Vec<ProjectRow>,
    /// The providers that people sign in with.
    pub providers_url: String,
}

/// One project in the list.
#[derive(Clone, Debug, Default)]
pub struct ProjectRow {
    /// Its name.
    pub name: String,
    /// Its page.
    pub url: String,
    /// How many clients it has.
    pub clients: u32,
    /// When it was made, in the reader's language.
    pub created: String,
}

/// One project and its clients.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/project.html")]
pub struct ProjectPage {
    /// The chrome.
    pub page: Page,
    /// The head of the project's pages.
    pub project: ProjectHead,
    /// Its id.
    pub id: String,
    /// The clients, by name.
    pub clients: Vec<ClientRow>,
    /// Make a client.
    pub new_client_url: String,
}

/// One client in the list.
#[derive(Clone, Debug, Default)]
pub struct ClientRow {
    /// Its name.
    pub name: String,
    /// Its `client_id`.
    pub client_id: String,
    /// `web`, `spa`, `native`, `machine` or `device`.
    pub kind: String,
    /// Its page.
    pub url: String,
    /// Whether it may not be used now.
    pub disabled: bool,
}

/// Make or change a client.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/client_form.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch on the page")]
pub struct ClientForm {
    /// The chrome.
    pub page: Page,
    /// Fields `name`, `type`, `redirect_uris`, `post_logout_redirect_uris`, `first_party`.
    pub form: Form,
    /// The project it belongs to.
    pub project_name: String,
    /// Back to the project.
    pub project_url: String,
    /// Whether it exists already; its type is then fixed.
    pub editing: bool,
    /// Its name.
    pub name: String,
    /// `web`, `spa`, `native`, `machine` or `device`.
    pub kind: String,
    /// One URI a line.
    pub redirect_uris: String,
    /// One URI a line.
    pub post_logout_redirect_uris: String,
    /// Whether it is the project's own, so that consent is not asked.
    pub first_party: bool,
    /// How its ID tokens are signed.
    pub id_token_alg: String,
    /// How its access tokens are signed.
    pub access_token_alg: String,
    /// Which claims its ID tokens carry: `scopes` or `minimal`.
    pub id_token_claims: String,
    /// The claim that carries roles.
    pub roles_claim: String,
    /// Whether PKCE is required.
    pub require_pkce: bool,
    /// Whether it may be left to the client: a public client always uses it.
    pub pkce_is_a_choice: bool,
    /// The most it may ask for, separated by spaces.
    pub scope: String,
    /// One origin a line.
    pub web_origins: String,
    /// Where it is told that a session is over.
    pub backchannel_logout_uri: String,
    /// What was wrong.
    pub errors: FieldErrors,
}

impl ClientForm {
    /// The types to choose from: `(value, name, explanation, chosen)`.
    pub fn kinds(&self) -> Vec<(&'static str, String, String, bool)> {
        let keys = [
            ("web", "client-kind-web", "client-kind-web-text"),
            ("spa", "client-kind-spa", "client-kind-spa-text"),
            ("native", "client-kind-native", "client-kind-native-text"),
            ("machine", "client-kind-machine", "client-kind-machine-text"),
            ("device", "client-kind-device", "client-kind-device-text"),
        ];
        keys.iter().map(|&(kind, name, text)| (kind, self.page.t(name), self.page.t(text), self.kind == kind)).collect()
    }

    /// The algorithms of ID tokens to choose from: `(name, words, chosen)`.
    pub fn id_token_algs(&self) -> [(&'static str, String, bool); 4] {
        self.algs(&self.id_token_alg, ["alg-rs256", "alg-es256", "alg-ps256", "alg-eddsa"])
    }

    /// The algorithms of access tokens to choose from.
    pub fn access_token_algs(&self) -> [(&'static str, String, bool); 4] {
        self.algs(&self.access_token_alg, ["alg-rs256-plain", "alg-es256-plain", "alg-ps256", "alg-eddsa"])
    }

    fn algs(&self, chosen: &str, words: [&str; 4]) -> [(&'static str, String, bool); 4] {
        let [rs256, es256, ps256, eddsa] = words;
        [("RS256", rs256), ("ES256", es256), ("PS256", ps256), ("EdDSA", eddsa)]
            .map(|(alg, key)| (alg, self.page.t(key), alg == chosen))
    }
}

impl ClientRow {
    /// The key of the type's name.
    pub fn kind_key(&self) -> &'static str {
        kind_key(&self.kind)
    }
}

fn kind_key(kind: &str) -> &'static str {
    match kind {
        "spa" => "client-kind-spa",
        "native" => "client-kind-native",
        "machine" => "client-kind-machine",
        "device" => "client-kind-device",
        _ => "client-kind-web",
    }
}

/// One client: its credentials, its endpoints, and how to begin.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/client.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch on the page")]
pub struct ClientPage {
    /// The chrome.
    pub page: Page,
    /// Buttons `do` = `rotate-secret`, `disable`, `enable`, `delete`.
    pub form: Form,
    /// Its name.
    pub name: String,
    /// Its `client_id`.
    pub client_id: String,
    /// `web`, `spa`, `native`, `machine` or `device`.
    pub kind: String,
    /// Whether it has a secret that can be rotated.
    pub has_secret: bool,
    /// What is known about its secrets, newest first.
    pub secrets: Vec<SecretRow>,
    /// Whether people sign in to it.
    pub signs_people_in: bool,
    /// How its ID tokens are signed.
    pub id_token_alg: String,
    /// How its access tokens are signed.
    pub access_token_alg: String,
    /// Whether its ID tokens carry the claims of the granted scopes.
    pub claims_in_id_token: bool,
    /// The claim that carries roles.
    pub roles_claim: String,
    /// Whether PKCE is required.
    pub requires_pkce: bool,
    /// The most it may ask for.
    pub scope: String,
    /// Further origins whose pages call the endpoints for clients.
    pub web_origins: Vec<String>,
    /// Where it is told that a session is over.
    pub backchannel_logout_uri: Option<String>,
    /// The secret that was just made.
    pub secret: Option<ShownSecret>,
    /// Whether it may not be used now.
    pub disabled: bool,
    /// Whether consent is not asked.
    pub first_party: bool,
    /// This server's issuer.
    pub issuer: String,
    /// Its redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Where signing out may lead.
    pub post_logout_redirect_uris: Vec<String>,
    /// This server's endpoints.
    pub endpoints: Vec<Endpoint>,
    /// Good news.
    pub notice: Option<String>,
    /// Change it.
    pub edit_url: String,
    /// The project it belongs to.
    pub project_name: String,
    /// Back to the project.
    pub project_url: String,
}

/// What is known about one secret of a client.
#[derive(Clone, Debug, Default)]
pub struct SecretRow {
    /// Its id.
    pub id: String,
    /// When it was made, in the reader's language.
    pub created: String,
    /// When it was last used, to within an hour.
    pub last_used: Option<String>,
    /// From when on it is refused.
    pub ends: Option<String>,
    /// Whether it is refused already.
    pub ended: bool,
}

/// One endpoint of this server.
#[derive(Clone, Debug, Default)]
pub struct Endpoint {
    /// Its name in the discovery document, such as `token_endpoint`.
    pub name: String,
    /// Its URL.
    pub url: String,
}

impl ClientPage {
    /// The key of the type's name.
    pub fn kind_key(&self) -> &'static str {
        kind_key(&self.kind)
    }

    /// The overlaps to choose from: `(seconds, words, chosen)`.
    pub fn overlaps(&self) -> [(&'static str, String, bool); 5] {
        overlaps(&self.page, "86400")
    }

    /// Programs to begin with, holding this client's real values; the secret only where the page shows it.
    pub fn snippets(&self) -> Vec<Snippet> {
        let redirect_uri = self.redirect_uris.first().map(String::as_str);
        snippets(
            &self.issuer,
            &self.client_id,
            self.secret.as_ref().and_then(ShownSecret::now),
            redirect_uri,
            &self.kind,
        )
    }
}
