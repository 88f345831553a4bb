//! The questions during a sign-in with a provider.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

use super::{arrived, trouble};
use crate::login::of_refused;
use crate::login::sign_in::{text, with_status};
use crate::show;
use crate::views::{AskAddress, ConfirmLink, Form};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::email::{Email, typo};
use usher_domain::id::ProofId;
use usher_domain::urls;
use usher_flows::upstream::{CallbackOutcome, PendingQuestion, Question, UpstreamFault, UpstreamIntent};
use usher_flows::{Account, FlowError};
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
    let id = question_of(&query)?;
    let asked = match app.usher.upstream_sign_in.asked(id, &visitor.browser).await {
        Ok(asked) => asked,
        Err(fault) => return over(&app, visitor, id, fault).await,
    };
    let body = view(&app, &mut visitor, &asked, None).await?;
    Ok(visitor.reply(body))
}

/// POST: `mail` sends a code, `code` checks it, `confirm` answers by a sign-in to the account, `skip` continues
/// without an address.
pub async fn post(
    State(app): State<App>,
    mut visitor: Visitor,
    QueryParams(query): QueryParams,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let id = question_of(&query)?;
    let asked = match app.usher.upstream_sign_in.asked(id, &visitor.browser).await {
        Ok(asked) => asked,
        Err(fault) => return over(&app, visitor, id, fault).await,
    };
    match answer(&app, &mut visitor, &asked, &form).await {
        Ok(came) => arrived(&app, visitor, came).await,
        Err(UpstreamFault::Flow(FlowError::Rejected(refused))) => {
            let words = of_refused(&refused, visitor.lang(None, None));
            let problem = HttpProblem::from(FlowError::from(refused));
            let Some(words) = words else { return Err(problem) };
            let error = words.iter().next().map(|(_, message)| message.to_owned());
            let body = view(&app, &mut visitor, &asked, error).await?;
            Ok(visitor.reply(with_status(&problem, body)))
        }
        Err(fault) => over(&app, visitor, id, fault).await,
    }
}

/// The question has expired: the user continues with the intent, by this provider or another method.
async fn over(app: &App, visitor: Visitor, id: ProofId, fault: UpstreamFault) -> Result<Response, HttpProblem> {
    match app.usher.upstream_sign_in.intent_of_question(id, &visitor.browser).await? {
        Some((provider, intent)) => trouble(app, visitor, &provider, fault, Some(intent)).await,
        None => Err(fault.into()),
    }
}

async fn answer(
    app: &App,
    visitor: &mut Visitor,
    asked: &PendingQuestion,
    form: &Params,
) -> Result<CallbackOutcome, UpstreamFault> {
    let lang = visitor.lang(None, None);
    if !text(form, "mail").is_empty() {
        let address = text(form, "email");
        let next = app
            .usher
            .upstream_sign_in
            .mail_link_code(asked.id, &address, lang, &visitor.browser, &visitor.device)
            .await?;
        return Ok(CallbackOutcome::Ask(next));
    }
    if !text(form, "skip").is_empty() {
        return app
            .usher
            .upstream_sign_in
            .answer_without_address(asked.id, &mut visitor.browser, &visitor.device)
            .await;
    }
    if !text(form, "confirm").is_empty()
        && let Some(account) = owner_here(app, visitor, asked).await?
    {
        return app.usher.upstream_sign_in.answer_by_sign_in(asked.id, &account, &mut visitor.browser).await;
    }
    app.usher
        .upstream_sign_in
        .answer_by_code(asked.id, &text(form, "code"), &mut visitor.browser, &visitor.device)
        .await
}

/// The account in question, if the user is signed in to it here, recently and with all its factors.
async fn owner_here(app: &App, visitor: &Visitor, asked: &PendingQuestion) -> Result<Option<Account>, FlowError> {
    let Question::Confirm { owner, .. } = asked.question else { return Ok(None) };
    let accounts = app.usher.accounts.accounts(&visitor.browser).await?;
    match accounts.into_iter().find(|account| account.live && account.user.id == owner) {
        Some(account) if app.usher.factor_rules.is_well_shown(&account).await? => Ok(Some(account)),
        _ => Ok(None),
    }
}

fn question_of(query: &Params) -> Result<ProofId, HttpProblem> {
    let given = query.get("q").ok().flatten().and_then(|text| text.parse().ok());
    given.ok_or_else(HttpProblem::not_found)
}

async fn view(
    app: &App,
    visitor: &mut Visitor,
    asked: &PendingQuestion,
    error: Option<String>,
) -> Result<Response, HttpProblem> {
    let page = visitor.page(visitor.lang(None, None));
    let here = urls::upstream_ask(asked.id);
    let form = Form::new(here.clone(), visitor.form_token());
    let (provider, handle) = (asked.provider.clone(), asked.handle.clone());
    let body = match &asked.question {
        Question::Address { suggested, sent_to } => {
            let shown = sent_to.as_ref().or(suggested.as_ref()).map(Email::readable).unwrap_or_default();
            let meant = sent_to.as_ref().and_then(typo::probably_meant).map(|meant| meant.readable());
            let sent = sent_to.is_some();
            let view = AskAddress { page, form, provider, handle, email: shown, sent, meant, error };
            show::html(&view)?
        }
        Question::Confirm { email, by_mail, sent, .. } => {
            let signed_in = owner_here(app, visitor, asked).await?.is_some();
            let hinted = urls::with(urls::LOGIN, "login_hint", email.as_str());
            let sign_in_url = urls::with(&hinted, "next", &here);
            let email = email.masked();
            let view = ConfirmLink {
                page,
                form,
                provider,
                handle,
                email,
                signed_in,
                sign_in_url,
                other_url: elsewhere(&asked.intent),
                by_mail: *by_mail,
                sent: *sent,
                error,
            };
            show::html(&view)?
        }
    };
    Ok(body.into_response())
}

/// Where a user continues whose account it is not: with other sign-in methods, or in their own account.
fn elsewhere(intent: &UpstreamIntent) -> String {
    match intent {
        UpstreamIntent::SignIn { interaction, next } => {
            urls::on_the_way(urls::LOGIN, interaction.as_deref(), Some(next))
        }
        UpstreamIntent::Link { .. } => urls::IDENTITIES.to_owned(),
    }
}
