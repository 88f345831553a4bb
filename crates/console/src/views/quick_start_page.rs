//! How to connect an application: code with the client's real values, and the steps that were seen.

use askama::Template;

use super::client_head::ClientHead;
use super::overview::EndpointItem;
use super::quick_start::Snippet;
use usher_page_kit::views::{Layout, ProjectHead};

/// The quick start of a client.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/quick_start.html")]
pub struct QuickStartPage {
    /// The layout.
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// The tabs of the client.
    pub client: ClientHead,
    /// This server's issuer.
    pub issuer: String,
    /// Every sample.
    pub snippets: Vec<Snippet>,
    /// The name of the one that is shown.
    pub chosen: String,
    /// The registered redirect URIs.
    pub redirect_uris: Vec<String>,
    /// A sign-in at the client, to try it.
    pub try_url: Option<String>,
    /// What was seen of this client so far.
    pub wire: Vec<WireStep>,
    /// This server's endpoints.
    pub endpoints: Vec<EndpointItem>,
}

/// A step of a first sign-in.
#[derive(Clone, Debug, Default)]
pub struct WireStep {
    /// The message key.
    pub key: &'static str,
    /// Was it seen?
    pub seen: bool,
}

impl QuickStartPage {
    /// The sample that is shown: the chosen one, else the first.
    pub fn shown(&self) -> Option<&Snippet> {
        self.snippets.iter().find(|snippet| snippet.key == self.chosen).or_else(|| self.snippets.first())
    }

    /// The end of the redirect URI that the sample needs, if none is registered that ends so.
    pub fn missing_callback(&self) -> Option<String> {
        let callback = self.shown()?.callback?;
        let registered = self.redirect_uris.iter().any(|uri| uri.ends_with(callback));
        (!registered).then(|| callback.to_owned())
    }
}
