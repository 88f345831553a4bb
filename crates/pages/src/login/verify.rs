//! Verifying an address, by the mailed code or by the link.

use axum::extract::State;
use axum::response::Response;

use super::of_refused;
use super::sign_in::{text, with_status};
use crate::login::mailed::{sent_notice, sent_url};
use crate::show;
use crate::views::{Form, Message, VerifiedElsewhere, VerifyEmail, VerifyLink};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::email::typo;
use usher_domain::id::ProofId;
use usher_domain::secret::Secret;
use usher_domain::urls;
use usher_flows::{AsksPassword, Continued, FlowError, Rejected, SignedIn, Verified};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// GET shows the form for the code. The page of a link only has a button: mail programs open links by themselves.
pub async fn get(
    State(app): State<App>,
    mut visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let lang = visitor.lang(None, None);
    if let Some(token) = query.get("token").ok().flatten() {
        let page = link_view(&app, &mut visitor, token).await?;
        let body = show::html(&page)?;
        return Ok(visitor.reply(body));
    }
    let proof = proof_of(&query)?;
    let Some(mut page) = view(&app, &mut visitor, proof).await? else { return go_on(&app, visitor, proof).await };
    page.notice = sent_notice(&query).map(|notice| notice.text(lang));
    let body = show::html(&page)?;
    Ok(visitor.reply(body))
}

/// POST
pub async fn post(
    State(app): State<App>,
    mut visitor: Visitor,
    QueryParams(query): QueryParams,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    if let Some(token) = query.get("token").ok().flatten() {
        let password = Secret::new(text(&form, "password"));
        return match app
            .usher
            .registration
            .verify_by_link(token, &password, &mut visitor.browser, &visitor.device)
            .await
        {
            Ok(verified) => done(&app, visitor, verified).await,
            Err(error) => link_refused(&app, visitor, token, error).await,
        };
    }
    let proof = proof_of(&query)?;
    if !text(&form, "resend").is_empty() {
        let mailed = app.usher.registration.resend_sign_up(proof, visitor.lang(None, None), &visitor.device).await?;
        return Ok(visitor.redirect(&sent_url(urls::VERIFY, mailed)));
    }
    if !text(&form, "continue").is_empty() {
        return go_on(&app, visitor, proof).await;
    }
    if let Some(address) = form.get("email").ok().flatten() {
        return change_address(&app, visitor, proof, address).await;
    }
    match app
        .usher
        .registration
        .verify_by_code(proof, &text(&form, "code"), &mut visitor.browser, &visitor.device)
        .await
    {
        Ok(verified) => done(&app, visitor, verified).await,
        Err(error) => refused(&app, visitor, proof, error).await,
    }
}

/// GET: the address was verified in a browser other than the one that registered, and its owner is signed in here too.
pub async fn elsewhere(State(app): State<App>, visitor: Visitor) -> Result<Response, HttpProblem> {
    if app.usher.accounts.current(&visitor.browser).await?.is_none() {
        return Ok(visitor.redirect(urls::LOGIN));
    }
    let mut page = visitor.page(visitor.lang(None, None));
    page.language_url_base = urls::VERIFIED_ELSEWHERE.to_owned();
    let body = show::html(&VerifiedElsewhere { page, account_url: urls::PROFILE.to_owned() })?;
    Ok(visitor.reply(body))
}

/// Corrects a mistyped address: the code is sent to another one.
async fn change_address(app: &App, mut visitor: Visitor, proof: ProofId, typed: &str) -> Result<Response, HttpProblem> {
    let lang = visitor.lang(None, None);
    let error = match app
        .usher
        .registration
        .change_sign_up_address(proof, typed, lang, &visitor.browser, &visitor.device)
        .await
    {
        Ok(mailed) => return Ok(visitor.redirect(&sent_url(urls::VERIFY, mailed))),
        Err(error) => error,
    };
    let Some(mut page) = view(app, &mut visitor, proof).await? else { return Err(error.into()) };
    let words = match &error {
        FlowError::Rejected(refused) => of_refused(refused, page.page.lang),
        _ => None,
    };
    let Some(words) = words else { return Err(error.into()) };
    (page.other, page.other_error) = (typed.to_owned(), words.iter().next().map(|(_, message)| message.to_owned()));
    let body = show::html(&page)?;
    Ok(visitor.reply(with_status(&HttpProblem::from(error), body)))
}

/// Continues the sign-in that the registration belonged to, if this browser began it; otherwise the account.
async fn done(app: &App, mut visitor: Visitor, verified: Verified) -> Result<Response, HttpProblem> {
    if verified.elsewhere && verified.interaction.is_some() && !verified.makes_passkey {
        if let SignedIn::As { user, method: Some(method), .. } = &verified.signed_in {
            visitor.remember_method(method, user);
        }
        return Ok(visitor.redirect_to_page(urls::VERIFIED_ELSEWHERE));
    }
    let interaction = show::interaction(app, verified.interaction.as_deref(), &visitor).ok().flatten();
    if verified.makes_passkey
        && let SignedIn::As { session, .. } = verified.signed_in
    {
        let sealed = match interaction {
            None => None,
            Some(mut interaction) => {
                interaction.signed_in = Some(session);
                Some(app.usher.authorizations.seal_interaction(&interaction)?)
            }
        };
        return Ok(visitor.redirect(&urls::first_passkey(sealed.as_deref())));
    }
    show::arrived(app, visitor, verified.signed_in, interaction, urls::PROFILE).await
}

async fn refused(app: &App, mut visitor: Visitor, proof: ProofId, error: FlowError) -> Result<Response, HttpProblem> {
    let Some(mut page) = view(app, &mut visitor, proof).await? else { return Err(error.into()) };
    let words = match &error {
        FlowError::Rejected(refused) => of_refused(refused, page.page.lang),
        _ => None,
    };
    let Some(words) = words else { return Err(error.into()) };
    page.error = words.iter().next().map(|(_, message)| message.to_owned());
    let body = show::html(&page)?;
    Ok(visitor.reply(with_status(&HttpProblem::from(error), body)))
}

async fn link_refused(app: &App, mut visitor: Visitor, token: &str, error: FlowError) -> Result<Response, HttpProblem> {
    let mut page = link_view(app, &mut visitor, token).await?;
    let words = match &error {
        FlowError::Rejected(Rejected::WrongPassword) => of_refused(&Rejected::WrongCredentials, page.page.lang),
        FlowError::Rejected(refused) => of_refused(refused, page.page.lang),
        _ => None,
    };
    let Some(words) = words else { return Err(error.into()) };
    page.error = words.iter().next().map(|(_, message)| message.to_owned());
    let body = show::html(&page)?;
    Ok(visitor.reply(with_status(&HttpProblem::from(error), body)))
}

async fn link_view(app: &App, visitor: &mut Visitor, token: &str) -> Result<VerifyLink, HttpProblem> {
    let waiting = app.usher.registration.waiting_link(token, &visitor.browser).await?;
    let AsksPassword(asks_password) = waiting.ok_or(FlowError::from(Rejected::ProofOver))?;
    let here = urls::with(urls::VERIFY, "token", token);
    let mut page = visitor.page(visitor.lang(None, None));
    page.language_url_base.clone_from(&here);
    Ok(VerifyLink { page, form: Form::new(here, visitor.form_token()), asks_password, ..VerifyLink::default() })
}

/// The page that waits for the code or the link; `None` if nothing is pending.
async fn view(app: &App, visitor: &mut Visitor, proof: ProofId) -> Result<Option<VerifyEmail>, HttpProblem> {
    let email = match app.usher.registration.waiting_address(proof).await? {
        Some(email) => email,
        // It was verified in another browser: the waiting page has a button to continue.
        None if app.usher.registration.is_done_elsewhere(proof, &visitor.browser).await? => {
            app.usher.registration.waited_address(proof).await?.ok_or(FlowError::from(Rejected::ProofOver))?
        }
        None => return Ok(None),
    };
    let here = urls::with(urls::VERIFY, "proof", &proof.to_string());
    let interaction = app.usher.registration.waiting_sign_in(proof).await?;
    let mut page = visitor.page(visitor.lang(None, None));
    page.language_url_base.clone_from(&here);
    let own = show::interaction(app, interaction.as_deref(), visitor).ok().flatten().and(interaction);
    Ok(Some(VerifyEmail {
        page,
        form: Form::new(here, visitor.form_token()),
        email: email.readable(),
        meant: typo::probably_meant(&email).map(|meant| meant.readable()),
        wait_url: urls::waiting(proof),
        sign_in_url: urls::on_the_way(urls::LOGIN, own.as_deref(), None),
        ..VerifyEmail::default()
    }))
}

/// Continues in the browser that registered, once the address is verified: by the button, or by its script.
async fn go_on(app: &App, mut visitor: Visitor, proof: ProofId) -> Result<Response, HttpProblem> {
    match app.usher.registration.continue_sign_up(proof, &mut visitor.browser, &visitor.device).await? {
        Continued::Waiting => {
            let Some(mut page) = view(app, &mut visitor, proof).await? else {
                return Err(FlowError::from(Rejected::ProofOver).into());
            };
            page.notice = Some(Message::NotProvenYet.text(page.page.lang));
            let body = show::html(&page)?;
            Ok(visitor.reply(body))
        }
        Continued::SignedIn(signed_in, return_to) => {
            let interaction = show::interaction(app, return_to.interaction.as_deref(), &visitor).ok().flatten();
            show::arrived(app, visitor, signed_in, interaction, urls::PROFILE).await
        }
        Continued::SignIn { email, return_to, proven } => {
            let to = show::sign_in_url(app, &visitor, &return_to, Some(email.as_str()))?;
            let to = if proven { urls::with(&to, "done", urls::DONE_EMAIL) } else { to };
            Ok(visitor.redirect(&to))
        }
    }
}

fn proof_of(query: &Params) -> Result<ProofId, FlowError> {
    query.get("proof").ok().flatten().and_then(|id| id.parse().ok()).ok_or_else(|| Rejected::ProofOver.into())
}
