//! Registration.

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::mailed::waiting_url;
use super::provider_buttons::provider_buttons;
use crate::login::kit::LoginPage;
use crate::show;
use crate::views::{NoSignUp, Register, RegisterValues, SignedInAs};
use usher_accounts::{FlowError, Rejected, SignUpForm};
use usher_domain::oauth::interaction::{Interaction, InteractionStep};
use usher_domain::secret::Secret;
use usher_domain::urls;
use usher_flows::Outcome;
use usher_i18n::Lang;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult, PageStop, html};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RegisterForm {
    interaction: Option<String>,
    email: String,
    password: Option<Secret<String>>,
    given_name: String,
    family_name: String,
    /// Create a passkey once the address is verified, instead of a password.
    passkey: bool,
}

impl RegisterForm {
    fn sign_up(&self, lang: Lang) -> SignUpForm {
        let password = || self.password.clone().unwrap_or_else(|| Secret::from(""));
        SignUpForm {
            email: self.email.clone(),
            password: (!self.passkey).then(password),
            given_name: self.given_name.clone(),
            family_name: self.family_name.clone(),
            lang,
            interaction: self.interaction.clone(),
        }
    }
}

/// GET
pub async fn get(mut page: LoginPage) -> PageResult {
    if !page.app.usher.core.config.sign_up.enabled {
        return Err(FlowError::from(Rejected::SignUpClosed).into());
    }
    let interaction = page.interaction()?;
    if let Some(one) = &interaction {
        match page.go_on(one).await? {
            Outcome::Show { step: InteractionStep::SignIn { .. } | InteractionStep::SignUp, .. } => {}
            on => return Ok(show::elsewhere(&page.app, page.visitor, one, on).await?),
        }
    }
    let rules = page.rules().await?;
    if let Some(one) = interaction.as_ref().filter(|_| rules.check_open().is_err()) {
        return refused(page, one).await;
    }
    let view = view(&mut page, interaction.as_ref()).await?;
    if let Some(one) = interaction.as_ref().filter(|_| !view.offers_anything()) {
        return refused(page, one).await;
    }
    page.show(&view)
}

/// The page for people who may make no account on the way to this client.
async fn refused(mut page: LoginPage, request: &Interaction) -> PageResult {
    tracing::info!(client = %request.client_id, "refused: the project takes no new accounts");
    let client = page.app.usher.authorizations.client_of(request).await?;
    let view = NoSignUp {
        page: page.head_for(request.request.ui_locales.as_deref(), None, &page.with_request(urls::REGISTER)),
        form: page.form_of_request(urls::LEAVE_SIGN_IN),
        client: show::client_view(&client, &request.redirect_uri),
        sign_in_url: page.with_request(urls::LOGIN),
    };
    page.reply((StatusCode::FORBIDDEN, html(&view)?).into_response())
}

/// POST
pub async fn sign_up(mut page: LoginPage, PageForm(form): PageForm<RegisterForm>) -> PageResult {
    page.belongs_to(form.interaction.clone()).await;
    let interaction = page.interaction()?;
    if let Some(one) = interaction.as_ref().filter(|_| page.app.usher.core.config.sign_up.enabled)
        && page.rules().await?.check_open().is_err()
    {
        return refused(page, one).await;
    }
    let asked = interaction.as_ref().and_then(|one| one.request.ui_locales.as_deref());
    let (sign_up, visitor) = (form.sign_up(page.visitor.lang(asked, None)), &page.visitor);
    let signed_up = page.app.usher.registration.sign_up(sign_up, &visitor.browser, &visitor.device).await;
    match page.check(signed_up)? {
        Ok(mailed) => page.redirect(&waiting_url(urls::VERIFY, mailed)),
        Err(errors) => {
            let RegisterForm { email, given_name, family_name, .. } = form;
            let values = RegisterValues { given_name, family_name, email };
            let view = Register { values, errors, ..view(&mut page, interaction.as_ref()).await? };
            page.show_again(&view)
        }
    }
}

async fn view(page: &mut LoginPage, interaction: Option<&Interaction>) -> Result<Register, PageStop> {
    let asked = interaction.and_then(|one| one.request.ui_locales.as_deref());
    let head = page.head_for(asked, None, &page.with_request(urls::REGISTER));
    let rules = page.rules().await?;
    let current = match interaction {
        Some(_) => None,
        None => page.app.usher.accounts.current(&page.visitor.browser).await?,
    };
    let signed_in =
        current.map(|account| SignedInAs { name: account.user.label(), continue_url: urls::PROFILE.to_owned() });
    Ok(Register {
        page: head,
        signed_in,
        client: page.client(interaction).await?,
        form: page.form_of_request(urls::REGISTER),
        min_password: page.app.min_password(),
        sign_in_url: page.with_request(urls::LOGIN),
        providers: provider_buttons(page, |one| rules.place_of(&one.id).filter(|_| one.sign_up)).await?,
        domains: rules.domains.clone(),
        offers_passwords: rules.password_sign_up,
        offers_passkeys: page.app.usher.passkeys.offers_passkeys(),
        ..Register::default()
    })
}
