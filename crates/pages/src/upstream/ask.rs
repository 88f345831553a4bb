//! The questions during a sign-in with a provider.

use axum::response::Response;
use serde::Deserialize;
use usher_page_kit::kit::html;

use super::{continue_after, trouble};
use crate::login::kit::LoginPage;
use crate::views::{AskAddress, ConfirmLink};
use usher_accounts::upstream::{CallbackOutcome, PendingQuestion, Question, UpstreamFault, UpstreamIntent};
use usher_accounts::{Account, FlowError};
use usher_domain::email::{Email, typo};
use usher_domain::id::ProofId;
use usher_domain::urls;
use usher_http_server::problem::HttpProblem;
use usher_page_kit::kit::{ButtonForm, PageForm, PageKit as _, PageResult, PageStop};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AnswerCodeForm {
    code: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MailCodeForm {
    email: String,
}

/// GET
pub async fn get(page: LoginPage) -> PageResult {
    let (mut page, question) = open(page).await?;
    let body = view(&mut page, &question, None).await?;
    page.reply(body)
}

/// POST: the mailed code.
pub async fn by_code(page: LoginPage, PageForm(form): PageForm<AnswerCodeForm>) -> PageResult {
    let (mut page, question) = open(page).await?;
    let LoginPage { app, visitor, .. } = &mut page;
    let sign_in = &app.usher.upstream_sign_in;
    let answered = sign_in.answer_by_code(question.id, &form.code, &mut visitor.browser, &visitor.device).await;
    answer(page, &question, answered).await
}

/// POST …/mail sends a code.
pub async fn mail(page: LoginPage, PageForm(form): PageForm<MailCodeForm>) -> PageResult {
    let (page, question) = open(page).await?;
    let (sign_in, visitor) = (&page.app.usher.upstream_sign_in, &page.visitor);
    let lang = visitor.lang(None, None);
    let mailed = sign_in.mail_link_code(question.id, &form.email, lang, &visitor.browser, &visitor.device).await;
    answer(page, &question, mailed.map(CallbackOutcome::Ask)).await
}

/// POST …/skip continues without an address.
pub async fn skip(page: LoginPage, _: ButtonForm) -> PageResult {
    let (mut page, question) = open(page).await?;
    let LoginPage { app, visitor, .. } = &mut page;
    let sign_in = &app.usher.upstream_sign_in;
    let answered = sign_in.answer_without_address(question.id, &mut visitor.browser, &visitor.device).await;
    answer(page, &question, answered).await
}

/// POST …/confirm answers by the sign-in to the account in this browser. Without one it counts as a wrong code.
pub async fn confirm(page: LoginPage, _: ButtonForm) -> PageResult {
    let (mut page, question) = open(page).await?;
    let owner = owner_here(&page, &question).await?;
    let LoginPage { app, visitor, .. } = &mut page;
    let sign_in = &app.usher.upstream_sign_in;
    let answered = match owner {
        Some(account) => sign_in.answer_by_sign_in(question.id, &account, &mut visitor.browser).await,
        None => sign_in.answer_by_code(question.id, "", &mut visitor.browser, &visitor.device).await,
    };
    answer(page, &question, answered).await
}

async fn answer(
    mut page: LoginPage,
    question: &PendingQuestion,
    answered: Result<CallbackOutcome, UpstreamFault>,
) -> PageResult {
    let answered = match answered {
        Ok(came) => Ok(came),
        Err(UpstreamFault::Flow(error @ FlowError::Rejected(_))) => Err(error),
        Err(fault) => return over(page, question.id, fault).await,
    };
    match page.check(answered)? {
        Ok(came) => Ok(continue_after(&page.app, page.visitor, came).await?),
        Err(errors) => {
            let body = view(&mut page, question, errors.first()).await?;
            page.reply_again(body)
        }
    }
}

/// The question in the URL; if it is not open any more, the handler ends with a way on.
async fn open(page: LoginPage) -> Result<(LoginPage, PendingQuestion), PageStop> {
    let id = page.param("q").and_then(|text| text.parse().ok()).ok_or_else(HttpProblem::not_found)?;
    match page.app.usher.upstream_sign_in.asked(id, &page.visitor.browser).await {
        Ok(question) => Ok((page, question)),
        Err(fault) => Err(PageStop::answer(over(page, id, fault).await?)),
    }
}

/// The question has expired: the user continues with the intent, by this provider or another method.
async fn over(page: LoginPage, id: ProofId, fault: UpstreamFault) -> PageResult {
    match page.app.usher.upstream_sign_in.intent_of_question(id, &page.visitor.browser).await? {
        Some((provider, intent)) => Ok(trouble(&page.app, page.visitor, &provider, fault, Some(intent)).await?),
        None => Err(fault.into()),
    }
}

/// The account in question, if the user is signed in to it here, recently and with all its factors.
async fn owner_here(page: &LoginPage, question: &PendingQuestion) -> Result<Option<Account>, FlowError> {
    let Question::Confirm { owner, .. } = question.question else { return Ok(None) };
    let accounts = page.app.usher.accounts.accounts(&page.visitor.browser).await?;
    match accounts.into_iter().find(|account| account.live && account.user.id == owner) {
        Some(account) if page.app.usher.factor_rules.is_well_shown(&account).await? => Ok(Some(account)),
        _ => Ok(None),
    }
}

async fn view(page: &mut LoginPage, asked: &PendingQuestion, error: Option<String>) -> Result<Response, PageStop> {
    let (head, form) = (page.head(""), page.form(urls::upstream_ask(asked.id)));
    let (provider, handle) = (asked.provider.clone(), asked.handle.clone());
    let mail_url = at(urls::UPSTREAM_ASK_MAIL, asked.id);
    Ok(match &asked.question {
        Question::Address { suggested, sent_to } => html(&AskAddress {
            page: head,
            form,
            mail_url,
            skip_url: (!asked.needs_address).then(|| at(urls::UPSTREAM_ASK_SKIP, asked.id)),
            provider,
            handle,
            email: sent_to.as_ref().or(suggested.as_ref()).map(Email::readable).unwrap_or_default(),
            sent: sent_to.is_some(),
            meant: sent_to.as_ref().and_then(typo::probably_meant).map(|meant| meant.readable()),
            error,
        })?,
        Question::Confirm { email, by_mail, sent, .. } => html(&ConfirmLink {
            page: head,
            form,
            mail_url,
            confirm_url: at(urls::UPSTREAM_ASK_CONFIRM, asked.id),
            provider,
            handle,
            email: email.masked(),
            signed_in: owner_here(page, asked).await?.is_some(),
            sign_in_url: sign_in_url(email, asked.id),
            other_url: elsewhere(&asked.intent),
            by_mail: *by_mail,
            sent: *sent,
            error,
        })?,
    })
}

fn at(action: &str, question: ProofId) -> String {
    urls::with(action, "q", &question.to_string())
}

fn sign_in_url(email: &Email, question: ProofId) -> String {
    urls::with(&urls::with(urls::LOGIN, "login_hint", email.as_str()), "next", &urls::upstream_ask(question))
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
