//! What a client would learn of a person.

use askama::Template;

use super::client_head::ClientHead;
use usher_page_kit::views::{Layout, ProjectHead};

/// The preview of claims.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/claims.html")]
pub struct ClaimsPage {
    /// The layout.
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// The tabs of the client.
    pub client: ClientHead,
    /// Whose claims are shown.
    pub person: String,
    /// The address that was searched for, which found nobody.
    pub unknown: Option<String>,
    /// May the reader choose another person?
    pub may_choose: bool,
    /// The claims.
    pub claims: Vec<ClaimPreviewItem>,
}

/// One claim.
#[derive(Clone, Debug, Default)]
pub struct ClaimPreviewItem {
    pub name: String,
    pub value: String,
    /// The scope that releases it.
    pub scope: String,
    /// Do ID tokens contain it?
    pub in_id_token: bool,
}
