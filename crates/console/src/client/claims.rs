//! What a client would learn of a person: of the reader, or, for administrators, of anybody.

use super::attempts::client_of;
use crate::views::{ClaimPreviewItem, ClaimsPage, ClientHead, ClientTab};
use usher_accounts::{FlowError, Rejected};
use usher_domain::urls::ProjectClientUrls;
use usher_domain::user::User;
use usher_flows::PreviewedClaim;
use usher_page_kit::kit::{InPath, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::views::ProjectTab;

/// GET /console/projects/{project}/clients/{client}/claims
pub async fn get(page: ProjectPage, InPath((_, id)): InPath<(String, String)>) -> PageResult {
    let client = client_of(&page, &id).await?;
    let may_choose = page.account.user.admin;
    let asked = page.param("email").filter(|_| may_choose).map(str::to_owned);
    let (user, unknown) = match &asked {
        Some(email) => match named(&page, email).await? {
            Some(user) => (user, None),
            None => (page.account.user.clone(), asked),
        },
        None => (page.account.user.clone(), None),
    };
    let claims = page.app.usher.claim_previews.preview_claims(&client, &user, &client.metadata.scope).await?;
    let head = page.head(&ProjectClientUrls::of(&client.project_id, &client.id).claims());
    let view = ClaimsPage {
        project: page.project_head(&head, ProjectTab::Clients),
        client: ClientHead::of(&client, ClientTab::Claims),
        person: user.email.as_ref().map_or_else(|| user.sub.0.clone(), |email| email.as_str().to_owned()),
        unknown,
        may_choose,
        claims: claims.into_iter().map(claim_item).collect(),
        page: head,
    };
    page.show(&view)
}

async fn named(page: &ProjectPage, email: &str) -> Result<Option<User>, FlowError> {
    match page.app.usher.users.load_user(email).await {
        Ok(user) => Ok(Some(user)),
        Err(FlowError::Rejected(Rejected::NotFound(_) | Rejected::Email(_))) => Ok(None),
        Err(other) => Err(other),
    }
}

fn claim_item(claim: PreviewedClaim) -> ClaimPreviewItem {
    let value = claim.value.as_str().map_or_else(|| claim.value.to_string(), str::to_owned);
    ClaimPreviewItem { name: claim.name, value, scope: claim.scope, in_id_token: claim.in_id_token }
}
