//! Going back to the application without an account.

use serde::Deserialize;

use crate::login::kit::LoginPage;
use crate::show;
use usher_page_kit::kit::{PageForm, PageResult};
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LeaveForm {
    interaction: Option<String>,
}

/// POST redirects to the client with the error (RFC 6749 §4.1.2.1).
pub async fn leave(mut page: LoginPage, PageForm(form): PageForm<LeaveForm>) -> PageResult {
    page.belongs_to(form.interaction).await;
    let interaction = page.needed_interaction()?;
    let error = OAuthError::new(ErrorCode::AccessDenied, "the person has no account and may not make one");
    let authorizations = &page.app.usher.authorizations;
    let account = authorizations.account_for(&interaction, &page.visitor.browser).await?;
    let refused = authorizations.refuse_interaction(interaction.clone(), account.as_ref(), error).await?;
    Ok(show::outcome(&page.app, page.visitor, &interaction, refused)?)
}
