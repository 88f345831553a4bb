//! The page for a user without a second factor when a client requires one.

use serde::Deserialize;

use crate::login::kit::LoginPage;
use crate::show;
use crate::views::Enrol;
use usher_accounts::{FlowError, Rejected};
use usher_domain::urls;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult};
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CancelForm {
    interaction: Option<String>,
}

/// GET
pub async fn get(mut page: LoginPage) -> PageResult {
    let interaction = page.needed_interaction()?;
    let authorizations = &page.app.usher.authorizations;
    let client = authorizations.client_of(&interaction).await?;
    let account = authorizations.account_for(&interaction, &page.visitor.browser).await?;
    let account = account.ok_or(FlowError::from(Rejected::NotSignedIn))?;
    let (ui_locales, locale) = (interaction.request.ui_locales.as_deref(), account.user.locale.as_deref());
    let offers_passkeys = page.app.usher.passkeys.offers_passkeys();
    let view = Enrol {
        page: page.head_for(ui_locales, locale, &page.with_request(urls::ENROL)),
        form: page.form_of_request(urls::ENROL),
        client: show::client_view(&client, &interaction.redirect_uri),
        totp_url: page.with_request(urls::TOTP),
        passkey_url: offers_passkeys.then(|| page.with_request(urls::NEW_PASSKEY)),
    };
    page.show(&view)
}

/// POST cancels: redirects to the client with the error.
pub async fn cancel(mut page: LoginPage, PageForm(form): PageForm<CancelForm>) -> PageResult {
    page.belongs_to(form.interaction).await;
    let interaction = page.needed_interaction()?;
    let why = "the person set up no second factor";
    let error = OAuthError::new(ErrorCode::UnmetAuthenticationRequirements, why);
    let authorizations = &page.app.usher.authorizations;
    let account = authorizations.account_for(&interaction, &page.visitor.browser).await?;
    let refused = authorizations.refuse_interaction(interaction.clone(), account.as_ref(), error).await?;
    Ok(show::outcome(&page.app, page.visitor, &interaction, refused)?)
}
