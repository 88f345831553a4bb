//! Verifying an address, by the mailed code or by the link.

use serde::Deserialize;

use super::mailed::{sent_notice, sent_url};
use crate::login::kit::LoginPage;
use crate::show;
use crate::views::{VerifiedElsewhere, VerifyEmail, VerifyLink};
use usher_accounts::{AsksPassword, Continued, FlowError, FormFault, Rejected, SignedIn, Verified};
use usher_domain::email::{Email, typo};
use usher_domain::id::ProofId;
use usher_domain::secret::Secret;
use usher_domain::urls;
use usher_page_kit::kit::{ButtonForm, PageForm, PageKit as _, PageResult, PageStop};
use usher_page_kit::views::Message;
use usher_page_kit::visitor_pages::VisitorPages as _;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct VerifyCodeForm {
    code: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct VerifyLinkForm {
    password: Option<Secret<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct VerifyAddressForm {
    email: String,
}

/// GET shows the form for the code. The page of a link only has a button: mail programs open links by themselves.
pub async fn get(mut page: LoginPage) -> PageResult {
    if let Some(token) = page.param("token").map(str::to_owned) {
        let view = link_view(&mut page, &token).await?;
        return page.show(&view);
    }
    let proof = proof_of(&page)?;
    let Some(view) = view(&mut page, proof).await? else { return go_on(page, proof).await };
    let notice = sent_notice(&page.query).map(|notice| notice.text(view.page.lang));
    page.show(&VerifyEmail { notice, ..view })
}

/// POST
pub async fn by_code(mut page: LoginPage, PageForm(form): PageForm<VerifyCodeForm>) -> PageResult {
    let proof = proof_of(&page)?;
    let LoginPage { app, visitor, .. } = &mut page;
    let registration = &app.usher.registration;
    let verified = registration.verify_by_code(proof, &form.code, &mut visitor.browser, &visitor.device).await;
    match page.check(verified)? {
        Ok(verified) => done(page, verified).await,
        Err(errors) => {
            let view = view(&mut page, proof).await?.ok_or(FlowError::from(Rejected::ProofOver))?;
            page.show_again(&VerifyEmail { error: errors.first(), ..view })
        }
    }
}

/// POST …/link
pub async fn by_link(mut page: LoginPage, PageForm(form): PageForm<VerifyLinkForm>) -> PageResult {
    let token = page.param("token").unwrap_or_default().to_owned();
    let password = form.password.unwrap_or_else(|| Secret::from(""));
    let LoginPage { app, visitor, .. } = &mut page;
    let registration = &app.usher.registration;
    let verified = registration.verify_by_link(&token, &password, &mut visitor.browser, &visitor.device).await;
    match page.check_with(verified, link_fault)? {
        Ok(verified) => done(page, verified).await,
        Err(errors) => {
            let view = link_view(&mut page, &token).await?;
            page.show_again(&VerifyLink { error: errors.first(), ..view })
        }
    }
}

/// POST …/resend
pub async fn resend(page: LoginPage, _: ButtonForm) -> PageResult {
    let (proof, lang) = (proof_of(&page)?, page.visitor.lang(None, None));
    let mailed = page.app.usher.registration.resend_sign_up(proof, lang, &page.visitor.device).await?;
    page.redirect(&sent_url(urls::VERIFY, mailed))
}

/// POST …/continue
pub async fn continue_here(page: LoginPage, _: ButtonForm) -> PageResult {
    let proof = proof_of(&page)?;
    go_on(page, proof).await
}

/// POST …/address corrects a mistyped address: the code is sent to another one.
pub async fn change_address(mut page: LoginPage, PageForm(form): PageForm<VerifyAddressForm>) -> PageResult {
    let (proof, lang) = (proof_of(&page)?, page.visitor.lang(None, None));
    let (registration, visitor) = (&page.app.usher.registration, &page.visitor);
    let changed =
        registration.change_sign_up_address(proof, &form.email, lang, &visitor.browser, &visitor.device).await;
    match page.check(changed)? {
        Ok(mailed) => page.redirect(&sent_url(urls::VERIFY, mailed)),
        Err(errors) => {
            let view = view(&mut page, proof).await?.ok_or(FlowError::from(Rejected::ProofOver))?;
            page.show_again(&VerifyEmail { other: form.email, other_error: errors.first(), ..view })
        }
    }
}

/// GET: the address was verified in a browser other than the one that registered, and its owner is signed in here too.
pub async fn elsewhere(page: LoginPage) -> PageResult {
    if page.app.usher.accounts.current(&page.visitor.browser).await?.is_none() {
        return page.redirect(urls::LOGIN);
    }
    let view = VerifiedElsewhere { page: page.head(urls::VERIFIED_ELSEWHERE), account_url: urls::PROFILE.to_owned() };
    page.show(&view)
}

/// Continues the sign-in that the registration belonged to, if this browser began it; otherwise the account.
async fn done(mut page: LoginPage, verified: Verified) -> PageResult {
    if verified.elsewhere && verified.interaction.is_some() && !verified.makes_passkey {
        if let SignedIn::As { user, method: Some(method), .. } = &verified.signed_in {
            page.visitor.remember_method(method, user);
        }
        return Ok(page.visitor.redirect_to_page(urls::VERIFIED_ELSEWHERE));
    }
    page.sealed.clone_from(&verified.interaction);
    let interaction = page.interaction().ok().flatten();
    match verified.signed_in {
        SignedIn::As { session, .. } if verified.makes_passkey => {
            let interaction = interaction.map(|mut one| {
                one.signed_in = Some(session);
                page.app.usher.authorizations.seal_interaction(&one)
            });
            page.redirect(&urls::first_passkey(interaction.transpose()?.as_deref()))
        }
        signed_in => Ok(show::arrived(&page.app, page.visitor, signed_in, interaction, urls::PROFILE).await?),
    }
}

/// The password of the link's page is that of the registration, not of an account.
fn link_fault(refused: &Rejected) -> Option<FormFault> {
    match refused {
        Rejected::WrongPassword => Rejected::WrongCredentials.form_faults().into_iter().next(),
        _ => None,
    }
}

async fn link_view(page: &mut LoginPage, token: &str) -> Result<VerifyLink, PageStop> {
    let waiting = page.app.usher.registration.waiting_link(token, &page.visitor.browser).await?;
    let AsksPassword(asks_password) = waiting.ok_or(FlowError::from(Rejected::ProofOver))?;
    Ok(VerifyLink {
        page: page.head(&urls::with(urls::VERIFY, "token", token)),
        form: page.form(urls::with(urls::VERIFY_BY_LINK, "token", token)),
        asks_password,
        ..VerifyLink::default()
    })
}

/// The page that waits for the code or the link; `None` if nothing is pending.
async fn view(page: &mut LoginPage, proof: ProofId) -> Result<Option<VerifyEmail>, PageStop> {
    let Some(email) = waiting_address(page, proof).await? else { return Ok(None) };
    let interaction = page.app.usher.registration.waiting_sign_in(proof).await?;
    page.show_brand_of_request(interaction.as_deref()).await;
    let own = show::interaction(&page.app, interaction.as_deref(), &page.visitor).ok().flatten().and(interaction);
    let at = |path| urls::with(path, "proof", &proof.to_string());
    Ok(Some(VerifyEmail {
        page: page.head(&at(urls::VERIFY)),
        form: page.form(at(urls::VERIFY)),
        resend_url: at(urls::VERIFY_RESEND),
        continue_url: at(urls::VERIFY_CONTINUE),
        address_url: at(urls::VERIFY_ADDRESS),
        email: email.readable(),
        meant: typo::probably_meant(&email).map(|meant| meant.readable()),
        wait_url: urls::waiting(proof),
        sign_in_url: urls::on_the_way(urls::LOGIN, own.as_deref(), None),
        ..VerifyEmail::default()
    }))
}

async fn waiting_address(page: &LoginPage, proof: ProofId) -> Result<Option<Email>, FlowError> {
    let registration = &page.app.usher.registration;
    match registration.waiting_address(proof).await? {
        Some(email) => Ok(Some(email)),
        // It was verified in another browser: the waiting page has a button to continue.
        None if registration.is_done_elsewhere(proof, &page.visitor.browser).await? => {
            Ok(Some(registration.waited_address(proof).await?.ok_or(Rejected::ProofOver)?))
        }
        None => Ok(None),
    }
}

/// Continues in the browser that registered, once the address is verified: by the button, or by its script.
async fn go_on(mut page: LoginPage, proof: ProofId) -> PageResult {
    let LoginPage { app, visitor, .. } = &mut page;
    match app.usher.registration.continue_sign_up(proof, &mut visitor.browser, &visitor.device).await? {
        Continued::Waiting => {
            let view = view(&mut page, proof).await?.ok_or(FlowError::from(Rejected::ProofOver))?;
            let notice = Some(Message::NotProvenYet.text(view.page.lang));
            page.show(&VerifyEmail { notice, ..view })
        }
        Continued::SignedIn(signed_in, return_to) => {
            page.belongs_to(return_to.interaction).await;
            let interaction = page.interaction().ok().flatten();
            Ok(show::arrived(&page.app, page.visitor, signed_in, interaction, urls::PROFILE).await?)
        }
        Continued::SignIn { email, return_to, proven } => {
            let to = show::sign_in_url(&page.app, &page.visitor, &return_to, Some(email.as_str()))?;
            let to = if proven { urls::with(&to, urls::DONE, urls::DONE_EMAIL) } else { to };
            page.redirect(&to)
        }
    }
}

fn proof_of(page: &LoginPage) -> Result<ProofId, FlowError> {
    page.param("proof").and_then(|id| id.parse().ok()).ok_or_else(|| Rejected::ProofOver.into())
}
