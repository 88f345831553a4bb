//! Signing in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::of_refused;
use crate::login::registered;
use crate::show;
use crate::views::{Form, Message, PasskeyAsk, ProviderButton, SignIn, SignedInAs};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::email::Email;
use usher_domain::oauth::interaction::{Interaction, InteractionStep};
use usher_domain::secret::Secret;
use usher_domain::urls::{self, UpstreamUrls};
use usher_domain::user::authentication::Method;
use usher_flows::{Account, Attempt, FlowError, Outcome, Rejected};
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
    if let Some(to) = registered::sign_in_left(&app, &visitor, &query, urls::LOGIN).await? {
        return Ok(visitor.redirect(&to));
    }
    let sealed = query.get("interaction").ok().flatten();
    let interaction = show::interaction(&app, sealed, &visitor)?;
    let again = asks_again(&query);
    if let Some(one) = interaction.as_ref().filter(|_| !again) {
        // The user went back, reloaded or opened a second tab after signing in: continue to the application.
        let resumes = matches!(query.get(urls::RESUME), Ok(Some(_)));
        match app.usher.authorizations.go_on(one.clone(), &visitor.browser, &visitor.device).await? {
            on @ Outcome::Show { step: InteractionStep::SignIn { again: true }, .. }
                if !resumes && visitor.answered().holds(&app, one) =>
            {
                return show::elsewhere(&app, visitor, one, on).await;
            }
            Outcome::Show { step: InteractionStep::SignIn { .. } | InteractionStep::SignUp, .. } => {}
            on if resumes => return show::outcome(&app, visitor, one, on),
            on => return show::elsewhere(&app, visitor, one, on).await,
        }
    }
    let mut page = view(&app, &mut visitor, interaction.as_ref(), sealed).await?;
    if let Some(one) = interaction.as_ref().filter(|_| again)
        && let Some(account) = app.usher.authorizations.account_for(one, &visitor.browser).await?
    {
        known(&app, &mut page, &account).await?;
    }
    page.notice = news(&query).map(|message| message.text(page.page.lang)).or(page.notice);
    lead_on(&app, &visitor, &mut page, &query).await?;
    let body = show::html(&page)?;
    Ok(visitor.reply(body))
}

/// Does a page require the signed-in user to authenticate again?
fn asks_again(query: &Params) -> bool {
    matches!(query.get("again"), Ok(Some(_)))
}

/// POST
pub async fn post(
    State(app): State<App>,
    mut visitor: Visitor,
    QueryParams(query): QueryParams,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let sealed = form.get("interaction").ok().flatten();
    if let Some(again) = show::begun_anew(&app, &visitor, sealed, urls::LOGIN, Some(text(&form, "email")))? {
        return Ok(visitor.redirect(&again));
    }
    let interaction = show::interaction(&app, sealed, &visitor)?;
    let attempt = Attempt { email: text(&form, "email"), password: Secret::new(text(&form, "password")) };
    match app.usher.password_sign_in.sign_in(attempt, &mut visitor.browser, &visitor.device).await {
        Ok(signed_in) => {
            let next = urls::after_login(query.get("next").ok().flatten());
            show::arrived(&app, visitor, signed_in, interaction, &next).await
        }
        Err(error) => refused(&app, visitor, interaction, &query, &form, error).await,
    }
}

pub(super) async fn refused(
    app: &App,
    mut visitor: Visitor,
    interaction: Option<Interaction>,
    query: &Params,
    form: &Params,
    error: FlowError,
) -> Result<Response, HttpProblem> {
    let mut page = view(app, &mut visitor, interaction.as_ref(), form.get("interaction").ok().flatten()).await?;
    lead_on(app, &visitor, &mut page, query).await?;
    let words = match &error {
        FlowError::Rejected(refused) => of_refused(refused, page.page.lang),
        _ => None,
    };
    let Some(words) = words else { return Err(error.into()) };
    page.error = words.iter().next().map(|(_, message)| message.to_owned());
    if matches!(error, FlowError::Rejected(Rejected::PasskeyUnknown)) {
        page.unknown_passkey = unknown_passkey(app, &text(form, "credential"));
    }
    if !page.email_fixed && form.get("email").is_ok_and(|email| email.is_some()) {
        page.email = text(form, "email");
    }
    let problem = HttpProblem::from(error);
    let body = show::html(&page)?;
    Ok(visitor.reply(with_status(&problem, body)))
}

/// The message about a completed action, from the URL.
fn news(query: &Params) -> Option<Message> {
    match query.get("done").ok().flatten()? {
        urls::DONE_PASSWORD => Some(Message::PasswordRenewed),
        urls::DONE_EMAIL => Some(Message::EmailVerified),
        urls::DONE_RESTARTED => Some(Message::SignInRestarted),
        _ => None,
    }
}

/// The argument of `signalUnknownCredential` (WebAuthn Level 3 §5.1.10.2).
fn unknown_passkey(app: &App, credential: &str) -> Option<String> {
    let sent: serde_json::Value = serde_json::from_str(credential).ok()?;
    let (id, domain) = (sent.get("id")?.as_str()?, app.usher.core.config.server.issuer.url().domain()?);
    let fits = id.len() <= 1_400 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    fits.then(|| serde_json::json!({ "rpId": domain, "credentialId": id }).to_string())
}

/// Keeps in the form which page was requested, and whether the signed-in user must authenticate again.
async fn lead_on(app: &App, visitor: &Visitor, page: &mut SignIn, query: &Params) -> Result<(), HttpProblem> {
    if page.form.interaction.is_some() {
        return Ok(());
    }
    let next = query.get("next").ok().flatten();
    if let Some(next) = next {
        page.recover_url = urls::on_the_way(urls::RECOVER, None, Some(next));
        for provider in &mut page.providers {
            provider.url = urls::with(&provider.url, "next", &urls::after_login(Some(next)));
        }
    }
    if let Some(hint) =
        query.get("login_hint").ok().flatten().filter(|hint| hint.contains('@') && page.email.is_empty())
    {
        page.email = readable(hint);
    }
    let to = urls::after_login(next);
    let current = app.usher.accounts.current(&visitor.browser).await?;
    match current {
        Some(account) if asks_again(query) => {
            known(app, page, &account).await?;
            page.form.action = urls::login_again(&to);
        }
        current => {
            if next.is_some() {
                page.form.action = urls::login_then(&to);
            }
            let nobody_expected = page.email.is_empty();
            page.signed_in = current.filter(|_| nobody_expected).map(|account| signed_in_as(&account, to));
        }
    }
    page.page.language_url_base.clone_from(&page.form.action);
    page.passkey_form.action = page.form.action.replacen(urls::LOGIN, urls::PASSKEY_SIGN_IN, 1);
    Ok(())
}

/// The signed-in user, who continues to that page.
fn signed_in_as(account: &Account, continue_url: String) -> SignedInAs {
    SignedInAs { name: account.user.label(), continue_url }
}

/// The page with the status and the `Retry-After` of its problem.
pub(crate) fn with_status(problem: &HttpProblem, body: Response) -> Response {
    let status = match problem.status {
        // Browsers expect a challenge with 401, and 409 concerns the state of a resource: here the submitted values
        // are invalid.
        StatusCode::UNAUTHORIZED | StatusCode::CONFLICT => StatusCode::UNPROCESSABLE_ENTITY,
        status => status,
    };
    match problem.retry_after {
        Some(seconds) => (status, [("retry-after", seconds.to_string())], body).into_response(),
        None => (status, body).into_response(),
    }
}

async fn view(
    app: &App,
    visitor: &mut Visitor,
    interaction: Option<&Interaction>,
    sealed: Option<&str>,
) -> Result<SignIn, HttpProblem> {
    let asked = interaction.and_then(|one| one.request.ui_locales.clone());
    let mut page = visitor.page(visitor.lang(asked.as_deref(), None));
    let with_interaction =
        |path: &str| sealed.map_or_else(|| path.to_owned(), |sealed| urls::with(path, "interaction", sealed));
    page.language_url_base = with_interaction(urls::LOGIN);
    let form =
        Form { action: urls::LOGIN.to_owned(), csrf: visitor.form_token(), interaction: sealed.map(str::to_owned) };
    let accounts = app.usher.accounts.accounts(&visitor.browser).await?;
    let again = match interaction {
        Some(one) => app.usher.authorizations.asked_again(one, &visitor.browser, &visitor.device).await?,
        None => None,
    };
    let client = match interaction {
        Some(one) => Some(show::client_view(&*app.usher.authorizations.client_of(one).await?, &one.redirect_uri)),
        None => None,
    };
    let hint = interaction.and_then(|one| one.request.login_hint.clone()).filter(|hint| hint.contains('@'));
    let offered = app.usher.providers.offered_providers().await?;
    let providers = offered.into_iter().map(|one| ProviderButton {
        url: with_interaction(&UpstreamUrls::of(&one.id).start()),
        last_used: visitor.last_used().is_some_and(|last| last.method == Method::Provider(one.id.to_string())),
        id: one.id.to_string(),
        name: one.name,
    });
    let providers = providers.collect();
    let mut page = SignIn {
        email: hint.as_deref().map(readable).unwrap_or_default(),
        email_fixed: false,
        notice: None,
        error: None,
        without_password: false,
        register_url: app.usher.core.config.sign_up.enabled.then(|| with_interaction(urls::REGISTER)),
        recover_url: with_interaction(urls::RECOVER),
        passkey: app
            .usher
            .passkeys
            .ask_for_passkey(&mut visitor.browser)
            .ok()
            .map(|ceremony| PasskeyAsk { options: ceremony.options, state: ceremony.state }),
        passkey_form: Form { action: urls::PASSKEY_SIGN_IN.to_owned(), ..form.clone() },
        unknown_passkey: None,
        accounts_url: (!accounts.is_empty()).then(|| with_interaction(urls::ACCOUNTS)),
        providers,
        last_used: last_hint(visitor, &Method::Password),
        passkey_last_used: last_hint(visitor, &Method::Passkey),
        signed_in: None,
        page,
        form,
        client,
    };
    if let Some(account) = again {
        known(app, &mut page, &account).await?;
    }
    Ok(page)
}

/// Fixes the page to one user, who must authenticate again: by password only if there is one.
async fn known(app: &App, page: &mut SignIn, account: &Account) -> Result<(), FlowError> {
    page.email_fixed = true;
    page.without_password = !app.usher.passwords.has_password(account).await?;
    page.email = if page.without_password { account.user.label() } else { account.user.readable_email() };
    let asked = if page.without_password { Message::ShowItIsYou } else { Message::ProveItIsYou };
    page.notice = Some(asked.text(page.page.lang));
    Ok(())
}

/// The readable form of an address in a request; other hints are unchanged.
fn readable(hint: &str) -> String {
    Email::parse(hint).map_or_else(|_| hint.to_owned(), |email| email.readable())
}

/// The abbreviated address of the last sign-in with this browser, if it was by this method.
fn last_hint(visitor: &Visitor, method: &Method) -> Option<String> {
    visitor.last_used().filter(|last| last.method == *method).map(|last| last.hint.clone())
}

/// A field of a form; empty if it is missing or repeated.
pub(crate) fn text(form: &Params, name: &str) -> String {
    form.get(name).ok().flatten().unwrap_or_default().to_owned()
}
