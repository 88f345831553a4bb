//! Password recovery: requesting an email, then choosing a new password.

use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use usher_page_kit::kit::html;

use super::mailed::{sent_notice, waiting_url};
use super::registered;
use crate::login::kit::LoginPage;
use crate::show;
use crate::views::{RecoverDone, RecoverExpired, RecoverPassword, RecoverRequest, RecoverSent, WaitPoll};
use usher_accounts::{FlowError, Rejected, ReturnTo, WaitingRecovery};
use usher_domain::email::Email;
use usher_domain::id::ProofId;
use usher_domain::secret::Secret;
use usher_domain::urls;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult, PageStop};
use usher_page_kit::views::{FieldErrors, Form};
use usher_page_kit::visitor_pages::VisitorPages as _;

/// Minutes until a recovery link expires.
const MINUTES: u32 = 30;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RecoverForm {
    email: String,
    interaction: Option<String>,
    next: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResetForm {
    token: String,
    password: Option<Secret<String>>,
}

/// GET /recover
pub async fn get(mut page: LoginPage) -> PageResult {
    if let Some(to) = registered::sign_in_left(&page, urls::RECOVER).await? {
        return page.redirect(&to);
    }
    let return_to = return_to(page.sealed.clone(), page.param("next"));
    let view = request_view(&mut page, &return_to);
    page.show(&view)
}

/// POST /recover
pub async fn request(mut page: LoginPage, PageForm(form): PageForm<RecoverForm>) -> PageResult {
    page.show_brand_of_request(form.interaction.as_deref()).await;
    let return_to = return_to(form.interaction, form.next.as_deref());
    let (recovery, visitor) = (&page.app.usher.recovery, &page.visitor);
    let requested = recovery.request_recovery(&form.email, return_to.clone(), &visitor.browser, &visitor.device).await;
    match page.check(requested)? {
        Ok(mailed) => page.redirect(&waiting_url(urls::RECOVER_SENT, mailed)),
        Err(errors) => {
            let view = RecoverRequest { errors, email: form.email, ..request_view(&mut page, &return_to) };
            page.show_again(&view)
        }
    }
}

/// GET /recover/sent: the page that waits for the email, in the browser that requested it.
pub async fn sent(mut page: LoginPage) -> PageResult {
    let Some(proof) = page.param("proof").and_then(|id| id.parse().ok()) else {
        return page.redirect(urls::RECOVER);
    };
    let waiting = page.app.usher.registration.waiting_recovery(proof, &page.visitor.browser).await?;
    let Some(waiting) = waiting else { return page.redirect(urls::RECOVER) };
    page.show_brand_of_request(waiting.return_to.interaction.as_deref()).await;
    let sign_in_url = show::sign_in_url(&page.app, &page.visitor, &waiting.return_to, Some(waiting.email.as_str()))?;
    let then_url = urls::with(&sign_in_url, urls::DONE, urls::DONE_PASSWORD);
    if waiting.done {
        return page.redirect(&then_url);
    }
    let view = sent_view(&page, proof, &waiting, sign_in_url, then_url);
    page.show(&view)
}

fn sent_view(
    page: &LoginPage,
    proof: ProofId,
    waiting: &WaitingRecovery,
    sign_in_url: String,
    then_url: String,
) -> RecoverSent {
    let head = page.head(&urls::with(urls::RECOVER_SENT, "proof", &proof.to_string()));
    let ReturnTo { interaction, next } = &waiting.return_to;
    RecoverSent {
        notice: sent_notice(&page.query).map(|notice| notice.text(head.lang)),
        page: head,
        email: waiting.email.readable(),
        minutes: MINUTES,
        again_url: urls::on_the_way(urls::RECOVER, interaction.as_deref(), next.as_deref()),
        sign_in_url,
        wait: WaitPoll { url: urls::waiting(proof), then_url },
    }
}

/// GET /login/waiting: was the proof that a page of this browser waits for used in another browser?
pub async fn waiting(page: LoginPage) -> PageResult {
    let done = match page.param("proof").and_then(|id| id.parse().ok()) {
        Some(proof) => page.app.usher.registration.is_done_elsewhere(proof, &page.visitor.browser).await?,
        None => false,
    };
    Ok(Json(serde_json::json!({ "done": done })).into_response())
}

/// GET /recover/reset
pub async fn reset(mut page: LoginPage) -> PageResult {
    let token = page.param("token").unwrap_or_default().to_owned();
    match password_view(&mut page, &token).await? {
        Some(view) => page.show(&view),
        None => expired(page, &token).await,
    }
}

/// POST /recover/reset
pub async fn set_password(mut page: LoginPage, PageForm(form): PageForm<ResetForm>) -> PageResult {
    let (recovery, password) = (&page.app.usher.recovery, form.password.unwrap_or_else(|| Secret::from("")));
    let recovered = match recovery.recover(&form.token, &password, &page.visitor.browser).await {
        Err(FlowError::Rejected(Rejected::ProofOver)) => return expired(page, &form.token).await,
        other => other,
    };
    match page.check(recovered)? {
        Ok(recovered) => {
            let sealed = page.app.usher.recovery.seal_recovered(recovered, &page.visitor.browser)?;
            Ok(page.visitor.redirect_to_page(&urls::with(urls::RECOVER_DONE, "q", &sealed)))
        }
        Err(errors) => match password_view(&mut page, &form.token).await? {
            Some(view) => page.show_again(&RecoverPassword { errors, ..view }),
            None => expired(page, &form.token).await,
        },
    }
}

/// GET /recover/done: the new password is set, in the browser that set it.
pub async fn done(page: LoginPage) -> PageResult {
    let sealed = page.param("q").unwrap_or_default();
    let Some(done) = page.app.usher.recovery.open_recovered(sealed, &page.visitor.browser) else {
        return page.redirect(urls::LOGIN);
    };
    let email = done.email.as_ref().map(Email::as_str);
    let view = RecoverDone {
        page: page.head(&urls::with(urls::RECOVER_DONE, "q", sealed)),
        sessions: u32::try_from(done.sessions).unwrap_or(u32::MAX),
        elsewhere: done.elsewhere,
        sign_in_url: show::sign_in_url(&page.app, &page.visitor, &done.return_to, email)?,
    };
    page.show(&view)
}

async fn expired(page: LoginPage, token: &str) -> PageResult {
    let return_to = page.app.usher.recovery.recovery_of_link(token, &page.visitor.browser).await?.unwrap_or_default();
    let view = RecoverExpired {
        page: page.head(""),
        again_url: urls::on_the_way(urls::RECOVER, return_to.interaction.as_deref(), return_to.next.as_deref()),
        sign_in_url: show::sign_in_url(&page.app, &page.visitor, &return_to, None)?,
    };
    let body = html(&view)?;
    page.reply((StatusCode::GONE, body).into_response())
}

/// The continuation, from a URL or a form.
fn return_to(interaction: Option<String>, next: Option<&str>) -> ReturnTo {
    ReturnTo { interaction, next: next.map(|next| urls::after_login(Some(next))) }
}

fn request_view(page: &mut LoginPage, return_to: &ReturnTo) -> RecoverRequest {
    let ReturnTo { interaction, next } = return_to;
    let here = |path| urls::on_the_way(path, interaction.as_deref(), next.as_deref());
    RecoverRequest {
        page: page.head(&here(urls::RECOVER)),
        form: Form { interaction: interaction.clone(), ..page.form(urls::RECOVER) },
        next: next.clone(),
        sign_in_url: here(urls::LOGIN),
        ..RecoverRequest::default()
    }
}

async fn password_view(page: &mut LoginPage, token: &str) -> Result<Option<RecoverPassword>, PageStop> {
    let Some((user, sessions)) = page.app.usher.recovery.open_recovery(token).await? else { return Ok(None) };
    let here = urls::with(urls::RECOVER_RESET, "token", token);
    Ok(Some(RecoverPassword {
        page: page.head_for(None, user.locale.as_deref(), &here),
        form: page.form(urls::RECOVER_RESET),
        token: token.to_owned(),
        email: user.readable_email(),
        sessions: u32::try_from(sessions).unwrap_or(u32::MAX),
        min_password: page.app.min_password(),
        errors: FieldErrors::default(),
    }))
}
