//! Registration.

use axum::extract::State;
use axum::response::Response;

use super::of_refused;
use super::sign_in::{text, with_status};
use crate::login::mailed::waiting_url;
use crate::show;
use crate::views::{Form, Register, RegisterValues, SignedInAs};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::oauth::interaction::{Interaction, InteractionStep};
use usher_domain::secret::Secret;
use usher_domain::urls;
use usher_flows::{FlowError, Outcome, Rejected, SignUpForm};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// GET
pub async fn get(
    State(app): State<App>,
    mut visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    if !app.usher.core.config.sign_up.enabled {
        return Err(FlowError::from(Rejected::SignUpClosed).into());
    }
    let sealed = query.get("interaction").ok().flatten();
    let interaction = show::interaction(&app, sealed, &visitor)?;
    if let Some(one) = &interaction {
        match app.usher.authorizations.go_on(one.clone(), &visitor.browser, &visitor.device).await? {
            Outcome::Show { step: InteractionStep::SignIn { .. } | InteractionStep::SignUp, .. } => {}
            on => return show::elsewhere(&app, visitor, one, on).await,
        }
    }
    let page = view(&app, &mut visitor, interaction.as_ref(), sealed).await?;
    let body = show::html(&page)?;
    Ok(visitor.reply(body))
}

/// POST
pub async fn post(
    State(app): State<App>,
    visitor: Visitor,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let sealed = form.get("interaction").ok().flatten();
    let interaction = show::interaction(&app, sealed, &visitor)?;
    let asked = interaction.as_ref().and_then(|one| one.request.ui_locales.clone());
    let sign_up = SignUpForm {
        email: text(&form, "email"),
        password: text(&form, "passkey").is_empty().then(|| Secret::new(text(&form, "password"))),
        given_name: text(&form, "given_name"),
        family_name: text(&form, "family_name"),
        lang: visitor.lang(asked.as_deref(), None),
        interaction: sealed.map(str::to_owned),
    };
    match app.usher.registration.sign_up(sign_up, &visitor.browser, &visitor.device).await {
        Ok(mailed) => Ok(visitor.redirect(&waiting_url(urls::VERIFY, mailed))),
        Err(error) => refused(&app, visitor, interaction.as_ref(), &form, error).await,
    }
}

async fn refused(
    app: &App,
    mut visitor: Visitor,
    interaction: Option<&Interaction>,
    form: &Params,
    error: FlowError,
) -> Result<Response, HttpProblem> {
    let mut page = view(app, &mut visitor, interaction, form.get("interaction").ok().flatten()).await?;
    let words = match &error {
        FlowError::Rejected(refused) => of_refused(refused, page.page.lang),
        _ => None,
    };
    let Some(words) = words else { return Err(error.into()) };
    page.errors = words;
    page.values = RegisterValues {
        given_name: text(form, "given_name"),
        family_name: text(form, "family_name"),
        email: text(form, "email"),
    };
    let body = show::html(&page)?;
    Ok(visitor.reply(with_status(&HttpProblem::from(error), body)))
}

async fn view(
    app: &App,
    visitor: &mut Visitor,
    interaction: Option<&Interaction>,
    sealed: Option<&str>,
) -> Result<Register, HttpProblem> {
    let asked = interaction.and_then(|one| one.request.ui_locales.clone());
    let mut page = visitor.page(visitor.lang(asked.as_deref(), None));
    let with_interaction =
        |path: &str| sealed.map_or_else(|| path.to_owned(), |sealed| urls::with(path, "interaction", sealed));
    page.language_url_base = with_interaction(urls::REGISTER);
    let client = match interaction {
        Some(one) => Some(show::client_view(&*app.usher.authorizations.client_of(one).await?, &one.redirect_uri)),
        None => None,
    };
    let current = if interaction.is_none() { app.usher.accounts.current(&visitor.browser).await? } else { None };
    let signed_in =
        current.map(|account| SignedInAs { name: account.user.label(), continue_url: urls::PROFILE.to_owned() });
    Ok(Register {
        page,
        signed_in,
        form: Form {
            action: urls::REGISTER.to_owned(),
            csrf: visitor.form_token(),
            interaction: sealed.map(str::to_owned),
        },
        client,
        min_password: u32::try_from(app.usher.core.config.passwords.min_length).unwrap_or(u32::MAX),
        sign_in_url: with_interaction(urls::LOGIN),
        offers_passkeys: app.usher.passkeys.offers_passkeys(),
        ..Register::default()
    })
}
