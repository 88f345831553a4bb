//! The console: projects and their clients.

use askama::Template;

use super::client_head::ClientHead;
use super::project::overlaps;
use crate::views::{Snippet, snippets};
use usher_domain::urls::ClientUrls;
use usher_page_kit::views::{FieldErrors, Form, Layout, Moment, ProjectHead, ShownSecret};

/// The list of projects.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/home.html")]
pub struct ConsoleHome {
    /// The layout.
    pub page: Layout,
    /// Field `name`: creates a project.
    pub form: Form,
    /// The submitted values.
    pub name: String,
    /// Validation errors.
    pub errors: FieldErrors,
    /// Success message.
    pub notice: Option<String>,
    /// Whether the reader may create projects.
    pub may_create: bool,
    /// The projects, by name.
    pub projects: Vec<ProjectListItem>,
}

/// One project in the list.
#[derive(Clone, Debug, Default)]
pub struct ProjectListItem {
    /// Its name.
    pub name: String,
    /// Its URL.
    pub url: String,
    /// The number of clients.
    pub clients: u32,
    /// When it was created, in the reader's language.
    pub created: Moment,
}

/// A project and its clients.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/project.html")]
pub struct ProjectClients {
    /// The layout.
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Its id.
    pub id: String,
    /// The clients, by name.
    pub clients: Vec<ClientListItem>,
    /// The page of a new client.
    pub new_client_url: String,
}

/// One client in the list.
#[derive(Clone, Debug, Default)]
pub struct ClientListItem {
    /// Its name.
    pub name: String,
    /// Its `client_id`.
    pub client_id: String,
    /// The type: `web`, `spa`, `native`, `machine` or `device`.
    pub kind: String,
    /// Its URL.
    pub url: String,
    /// Is it disabled?
    pub disabled: bool,
}

impl ClientListItem {
    /// The message key of the type's name.
    pub fn kind_key(&self) -> &'static str {
        client_kind_key(&self.kind)
    }
}

pub(crate) fn client_kind_key(kind: &str) -> &'static str {
    match kind {
        "spa" => "client-kind-spa",
        "native" => "client-kind-native",
        "machine" => "client-kind-machine",
        "device" => "client-kind-device",
        _ => "client-kind-web",
    }
}

/// The page of a client: its credentials, its endpoints, and code samples.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/client.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch on the page")]
pub struct ClientPage {
    /// The layout.
    pub page: Layout,
    pub form: Form,
    /// Its pages and actions.
    pub urls: ClientUrls,
    /// Its name.
    pub name: String,
    /// Its `client_id`.
    pub client_id: String,
    /// The type: `web`, `spa`, `native`, `machine` or `device`.
    pub kind: String,
    /// Does it have a secret?
    pub has_secret: bool,
    /// Its secrets without their values, newest first.
    pub secrets: Vec<SecretListItem>,
    /// Do users sign in to it?
    pub signs_people_in: bool,
    /// The algorithm of its ID tokens.
    pub id_token_alg: String,
    /// The algorithm of its access tokens.
    pub access_token_alg: String,
    /// The APIs that they are for if a request names none.
    pub audience: Vec<String>,
    /// The algorithm of its userinfo responses, if they are signed.
    pub userinfo_alg: Option<String>,
    /// The host that its pairwise identifiers are for, if they are pairwise.
    pub sector: Option<String>,
    /// The URL that starts a sign-in to it.
    pub initiate_login_uri: Option<String>,
    /// Do its ID tokens contain the claims of the granted scopes?
    pub claims_in_id_token: bool,
    /// The name of the roles claim.
    pub roles_claim: String,
    /// Is PKCE required?
    pub requires_pkce: bool,
    /// How it authenticates: the message key.
    pub auth_key: &'static str,
    /// Is it held to FAPI 2.0?
    pub is_fapi: bool,
    /// The URL of its public keys.
    pub jwks_uri: Option<String>,
    /// The scope that it may request.
    pub scope: String,
    /// Further origins that may call the client endpoints.
    pub web_origins: Vec<String>,
    /// The back-channel logout URI.
    pub backchannel_logout_uri: Option<String>,
    /// The new secret.
    pub secret: Option<ShownSecret>,
    /// Is it disabled?
    pub disabled: bool,
    /// Does it need no consent?
    pub first_party: bool,
    /// Did it register itself?
    pub self_registered: bool,
    /// Is its metadata the document at its `client_id`?
    pub is_document: bool,
    /// Does an administrator vouch for it?
    pub trusted: bool,
    /// This server's issuer.
    pub issuer: String,
    /// Its redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Its post-logout redirect URIs.
    pub post_logout_redirect_uris: Vec<String>,
    /// The tabs of the client.
    pub client: ClientHead,
    /// Success message.
    pub notice: Option<String>,
    /// The header of the project's pages.
    pub project: ProjectHead,
}

/// A client secret, without its value.
#[derive(Clone, Debug, Default)]
pub struct SecretListItem {
    /// Its id.
    pub id: String,
    /// When it was created, in the reader's language.
    pub created: Moment,
    /// When it was last used, rounded to an hour.
    pub last_used: Option<Moment>,
    /// When it expires.
    pub ends: Option<Moment>,
    /// Has it expired?
    pub ended: bool,
    /// Ends it, if it is an older one that is still valid.
    pub end_url: Option<String>,
}

/// One endpoint of this server.
#[derive(Clone, Debug, Default)]
pub struct EndpointItem {
    /// Its name in the discovery document, such as `token_endpoint`.
    pub name: String,
    /// Its URL.
    pub url: String,
}

impl ClientPage {
    /// The overlaps to choose from: `(seconds, label, selected)`.
    pub fn overlaps(&self) -> [(&'static str, String, bool); 5] {
        overlaps(&self.page, "86400")
    }

    /// Code samples with this client's values; the secret only when the page shows it.
    pub fn snippets(&self) -> Vec<Snippet> {
        let redirect_uri = self.redirect_uris.first().map(String::as_str);
        let all = snippets(
            &self.issuer,
            &self.client_id,
            self.secret.as_ref().and_then(ShownSecret::now),
            redirect_uri,
            &self.kind,
        );
        all.into_iter().take(2).collect()
    }
}
