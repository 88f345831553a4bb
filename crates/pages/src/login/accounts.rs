//! Choosing an account among those in the browser.

use axum::extract::State;
use axum::response::Response;

use super::sign_in::text;
use crate::show;
use crate::views::{AccountChooser, AccountView, Form};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::oauth::interaction::InteractionStep;
use usher_domain::urls;
use usher_flows::Account;
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// GET
pub async fn get(
    State(app): State<App>,
    mut visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let sealed = query.get("interaction").ok().flatten();
    let interaction = show::interaction(&app, sealed, &visitor)?;
    let client = match &interaction {
        Some(one) => Some(show::client_view(&*app.usher.authorizations.client_of(one).await?, &one.redirect_uri)),
        None => None,
    };
    let asked = interaction.as_ref().and_then(|one| one.request.ui_locales.clone());
    let mut page = visitor.page(visitor.lang(asked.as_deref(), None));
    page.language_url_base =
        sealed.map_or_else(|| urls::ACCOUNTS.to_owned(), |sealed| urls::with(urls::ACCOUNTS, "interaction", sealed));
    let form =
        Form { action: urls::ACCOUNTS.to_owned(), csrf: visitor.form_token(), interaction: sealed.map(str::to_owned) };
    let accounts = app.usher.accounts.accounts(&visitor.browser).await?.iter().map(account_view).collect();
    let body = show::html(&AccountChooser { page, form, client, accounts })?;
    Ok(visitor.reply(body))
}

/// POST
pub async fn post(
    State(app): State<App>,
    mut visitor: Visitor,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let sealed = form.get("interaction").ok().flatten();
    let interaction = show::interaction(&app, sealed, &visitor)?;
    let accounts = app.usher.accounts.accounts(&visitor.browser).await?;
    let named = |handle: &str| accounts.iter().find(|account| account.session.id.to_string() == handle);
    if let Some(account) = named(&text(&form, "remove")) {
        if account.live {
            app.usher.sign_outs.sign_out(account).await?;
        }
        visitor.browser.forget(account);
        let to = sealed
            .map_or_else(|| urls::ACCOUNTS.to_owned(), |sealed| urls::with(urls::ACCOUNTS, "interaction", sealed));
        return Ok(visitor.redirect_to_page(&to));
    }
    let chosen = named(&text(&form, "account"));
    if let Some(account) = chosen.filter(|account| account.live) {
        visitor.browser.prefer(account);
    }
    match (interaction, chosen) {
        (None, Some(account)) if account.live => Ok(visitor.redirect(urls::PROFILE)),
        (None, _) => Ok(visitor.redirect(urls::LOGIN)),
        (Some(mut interaction), Some(account)) if account.live => {
            interaction.choose(account.session.id);
            let outcome =
                app.usher.authorizations.go_on(interaction.clone(), &visitor.browser, &visitor.device).await?;
            show::outcome(&app, visitor, &interaction, outcome)
        }
        (Some(mut interaction), known) => {
            if let Some(known) = known {
                interaction.request.login_hint = known.user.email.as_ref().map(ToString::to_string);
            }
            interaction.choose(known.map_or(nobody(), |account| account.session.id));
            show::show_step(&app, visitor, &InteractionStep::SignIn { again: false }, &interaction)
        }
    }
}

/// "Another account": a session id that no account of this browser has.
const fn nobody() -> usher_domain::id::SessionId {
    usher_domain::id::SessionId(uuid::Uuid::nil())
}

fn account_view(account: &Account) -> AccountView {
    AccountView {
        handle: account.session.id.to_string(),
        name: account.user.profile.display_name().unwrap_or_default(),
        email: account.user.readable_email(),
        signed_in: account.live,
    }
}
