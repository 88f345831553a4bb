//! A new address: submitted, and verified by the code or the link of an email.

use serde::Deserialize;

use crate::login::mailed::{sent_notice, sent_url, waiting_url};
use crate::views::{ChangeEmail, ChangeEmailCode, ChangeEmailLink, SuggestedEmailView};
use usher_accounts::{FlowError, Rejected};
use usher_domain::email::{Email, typo};
use usher_domain::id::ProofId;
use usher_domain::urls;
use usher_page_kit::kit::{AccountPage, FormField, Notice, PageForm, PageKit as _, PageResult};
use usher_page_kit::views::FieldErrors;

/// Shown by the profile.
pub(super) const CHANGED: Notice = Notice::new("email", "message-email-changed");

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewEmailForm {
    email: String,
    /// An address that a provider suggests.
    take: Option<String>,
    /// Another email to the same address.
    resend: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EmailCodeForm {
    proof: FormField<ProofId>,
    code: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EmailLinkForm {
    token: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DismissForm {
    dismiss: String,
}

/// GET: the form, the page that waits for the code, or that of the emailed link.
pub async fn get(mut page: AccountPage) -> PageResult {
    if let Some(token) = page.param("token").map(str::to_owned) {
        return link(page, token).await;
    }
    if let Some(proof) = page.param("proof").and_then(|proof| proof.parse().ok()) {
        let view = code_view(&mut page, proof).await?;
        return page.show(&view);
    }
    if !page.app.usher.factor_rules.is_well_shown(&page.account).await? {
        return page.redirect(&urls::login_again(urls::EMAIL));
    }
    let view = ChangeEmail { notice: page.notice(&[]), ..view(&mut page).await? };
    page.show(&view)
}

/// POST sends a code and a link to a typed or suggested address.
pub async fn begin(mut page: AccountPage, PageForm(form): PageForm<NewEmailForm>) -> PageResult {
    let email = form.take.unwrap_or(form.email);
    let changes = &page.app.usher.email_changes;
    let begun = changes.begin_email_change(&page.account, &email, &page.visitor.device).await;
    match page.check(begun)? {
        Ok(mailed) if form.resend => page.redirect(&sent_url(urls::EMAIL, mailed)),
        Ok(mailed) => page.redirect(&waiting_url(urls::EMAIL, mailed)),
        Err(errors) => {
            let view = ChangeEmail { email, errors, ..view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

/// POST …/code
pub async fn by_code(mut page: AccountPage, PageForm(form): PageForm<EmailCodeForm>) -> PageResult {
    let proof = form.proof.value.ok_or(FlowError::from(Rejected::ProofOver))?;
    match page.app.usher.email_changes.change_email_by_code(&page.account, proof, &form.code).await {
        Err(FlowError::Rejected(refused @ Rejected::WrongCode(_))) => {
            let errors = page.check::<()>(Err(refused.into()))?.err().unwrap_or_default();
            let view = ChangeEmailCode { errors, notice: None, ..code_view(&mut page, proof).await? };
            page.show_again(&view)
        }
        changed => {
            changed?;
            page.done(urls::PROFILE, CHANGED)
        }
    }
}

/// POST …/link
pub async fn by_link(page: AccountPage, PageForm(form): PageForm<EmailLinkForm>) -> PageResult {
    page.app.usher.email_changes.change_email_by_link(&page.account, &form.token).await?;
    page.done(urls::PROFILE, CHANGED)
}

/// POST …/dismiss
pub async fn dismiss(page: AccountPage, PageForm(form): PageForm<DismissForm>) -> PageResult {
    page.app.usher.suggested_emails.dismiss_suggested_email(&page.account, &form.dismiss).await?;
    page.redirect(urls::PROFILE)
}

async fn view(page: &mut AccountPage) -> Result<ChangeEmail, FlowError> {
    Ok(ChangeEmail {
        page: page.head(urls::EMAIL),
        form: page.form(urls::EMAIL),
        current: page.account.user.readable_email(),
        suggested: suggested(page).await?,
        back_url: urls::PROFILE.to_owned(),
        ..ChangeEmail::default()
    })
}

/// The addresses that providers assert of the user.
pub(super) async fn suggested(page: &AccountPage) -> Result<Vec<SuggestedEmailView>, FlowError> {
    let all = page.app.usher.suggested_emails.suggested_emails(&page.account).await?;
    let view = |(email, provider): (Email, String)| SuggestedEmailView { email: email.readable(), provider };
    Ok(all.into_iter().map(view).collect())
}

async fn code_view(page: &mut AccountPage, proof: ProofId) -> Result<ChangeEmailCode, FlowError> {
    let waiting = page.app.usher.email_changes.awaited_email(&page.account, proof).await?;
    let email = waiting.ok_or(Rejected::ProofOver)?;
    let head = page.head(urls::EMAIL);
    let here = |path| urls::with(path, "proof", &proof.to_string());
    Ok(ChangeEmailCode {
        notice: sent_notice(&page.query).map(|notice| notice.text(head.lang)),
        page: head,
        // The URLs contain the proof, for a user who has to sign in first.
        form: page.form(here(urls::EMAIL_BY_CODE)),
        resend_url: here(urls::EMAIL),
        proof: proof.to_string(),
        email: email.readable(),
        meant: typo::probably_meant(&email).map(|meant| meant.readable()),
        errors: FieldErrors::default(),
        again_url: urls::EMAIL.to_owned(),
    })
}

async fn link(mut page: AccountPage, token: String) -> PageResult {
    let waiting = page.app.usher.email_changes.awaited_email_of_link(&page.account, &token).await?;
    let email = waiting.ok_or(FlowError::from(Rejected::ProofOver))?.readable();
    let form = page.form(urls::with(urls::EMAIL_BY_LINK, "token", &token));
    let view = ChangeEmailLink { page: page.head(urls::EMAIL), form, token, email };
    page.show(&view)
}
