//! Signing in.

use serde::Deserialize;

use super::provider_buttons::provider_buttons;
use super::registered;
use crate::login::kit::LoginPage;
use crate::show;
use crate::views::{PasskeyAsk, SignIn, SignedInAs};
use usher_accounts::upstream::SignInProvider;
use usher_accounts::{Account, Attempt, FlowError};
use usher_domain::email::Email;
use usher_domain::oauth::interaction::{Interaction, InteractionStep};
use usher_domain::provider::ProviderId;
use usher_domain::secret::Secret;
use usher_domain::urls;
use usher_domain::user::authentication::Method;
use usher_flows::Outcome;
use usher_http_server::extract::visitor::Visitor;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult, PageStop};
use usher_page_kit::views::{FieldErrors, Form, Message};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    interaction: Option<String>,
    email: String,
    password: Option<Secret<String>>,
}

/// GET
pub async fn get(mut page: LoginPage) -> PageResult {
    if let Some(to) = registered::sign_in_left(&page, urls::LOGIN).await? {
        return page.redirect(&to);
    }
    let interaction = page.interaction()?;
    if let Some(one) = interaction.as_ref().filter(|_| !asks_again(&page))
        && let Some(on) = signed_in_already(&mut page, one).await?
    {
        return continue_with(page, one, on).await;
    }
    let mut view = Box::pin(view(&mut page, interaction.as_ref())).await?;
    fix_to_user_of(&page, &mut view, interaction.as_ref()).await?;
    view.notice = news(&page).map(|message| message.text(view.page.lang)).or(view.notice);
    lead_on(&page, &mut view).await?;
    page.show(&view)
}

/// Must the signed-in user authenticate again?
fn asks_again(page: &LoginPage) -> bool {
    page.param("again").is_some()
}

/// Does the page repeat the response to a request that was answered before?
fn resumes(page: &LoginPage) -> bool {
    page.param(urls::RESUME).is_some()
}

/// How the request continues if nobody has to sign in: the user went back, reloaded or opened a second tab.
async fn signed_in_already(page: &mut LoginPage, request: &Interaction) -> Result<Option<Outcome>, FlowError> {
    let on = page.go_on(request).await?;
    let resumes = resumes(page);
    Ok(match on {
        Outcome::Show { step: InteractionStep::SignIn { again: true }, .. }
            if !resumes && page.visitor.answered().holds(&page.app, request) =>
        {
            Some(on)
        }
        Outcome::Show { step: InteractionStep::SignIn { .. } | InteractionStep::SignUp, .. } => None,
        _ => Some(on),
    })
}

async fn continue_with(page: LoginPage, request: &Interaction, on: Outcome) -> PageResult {
    if resumes(&page) {
        return Ok(show::outcome(&page.app, page.visitor, request, on)?);
    }
    Ok(show::elsewhere(&page.app, page.visitor, request, on).await?)
}

/// POST
pub async fn sign_in(mut page: LoginPage, PageForm(form): PageForm<SignInForm>) -> PageResult {
    page.belongs_to(form.interaction).await;
    if let Some(again) = page.begun_anew(urls::LOGIN, Some(form.email.clone()))? {
        return page.redirect(&again);
    }
    let interaction = page.interaction()?;
    let password = form.password.unwrap_or_else(|| Secret::from(""));
    let attempt = Attempt { email: form.email.clone(), password };
    let LoginPage { app, visitor, .. } = &mut page;
    let signed_in = app.usher.password_sign_in.sign_in(attempt, &mut visitor.browser, &visitor.device).await;
    match page.check(signed_in)? {
        Ok(signed_in) => page.arrive(signed_in, interaction).await,
        Err(errors) => refused(page, interaction.as_ref(), &errors, Some(form.email), None).await,
    }
}

/// The page again, with the typed address and the passkey that is not known here.
pub(super) async fn refused(
    mut page: LoginPage,
    interaction: Option<&Interaction>,
    errors: &FieldErrors,
    email: Option<String>,
    unknown_passkey: Option<String>,
) -> PageResult {
    let mut view = Box::pin(view(&mut page, interaction)).await?;
    lead_on(&page, &mut view).await?;
    if let Some(email) = email.filter(|email| !view.email_fixed && !email.is_empty()) {
        view.email = email;
    }
    page.show_again(&SignIn { error: errors.first(), unknown_passkey, ..view })
}

/// The message about a completed action, from the URL.
fn news(page: &LoginPage) -> Option<Message> {
    match page.param(urls::DONE)? {
        urls::DONE_PASSWORD => Some(Message::PasswordRenewed),
        urls::DONE_EMAIL => Some(Message::EmailVerified),
        urls::DONE_RESTARTED => Some(Message::SignInRestarted),
        _ => None,
    }
}

/// Keeps in the form which page was requested, and whether the signed-in user must authenticate again.
async fn lead_on(page: &LoginPage, view: &mut SignIn) -> Result<(), FlowError> {
    if view.form.interaction.is_some() {
        return Ok(());
    }
    let next = page.param("next");
    if let Some(next) = next {
        view.recover_url = urls::on_the_way(urls::RECOVER, None, Some(next));
        for provider in &mut view.providers {
            provider.url = urls::with(&provider.url, "next", &urls::after_login(Some(next)));
        }
    }
    if let Some(hint) = page.param("login_hint").filter(|hint| hint.contains('@') && view.email.is_empty()) {
        view.email = readable(hint);
    }
    name_account(page, view, next).await?;
    view.page.language_url_base.clone_from(&view.form.action);
    view.passkey_form.action = view.form.action.replacen(urls::LOGIN, urls::PASSKEY_SIGN_IN, 1);
    Ok(())
}

/// The signed-in user, who may continue, or must authenticate again.
async fn name_account(page: &LoginPage, view: &mut SignIn, next: Option<&str>) -> Result<(), FlowError> {
    let to = urls::after_login(next);
    let current = page.app.usher.accounts.current(&page.visitor.browser).await?;
    if let Some(account) = current.as_ref().filter(|_| asks_again(page)) {
        fix_to(page, view, account).await?;
        view.form.action = urls::login_again(&to);
        return Ok(());
    }
    if next.is_some() {
        view.form.action = urls::login_then(&to);
    }
    let nobody_expected = view.email.is_empty();
    let signed_in = current.filter(|_| nobody_expected);
    view.signed_in = signed_in.map(|account| SignedInAs { name: account.user.label(), continue_url: to });
    Ok(())
}

async fn view(page: &mut LoginPage, interaction: Option<&Interaction>) -> Result<SignIn, PageStop> {
    let usher = page.app.usher.clone();
    let asked = interaction.and_then(|one| one.request.ui_locales.as_deref());
    let head = page.head_for(asked, None, &page.with_request(urls::LOGIN));
    let accounts = usher.accounts.accounts(&page.visitor.browser).await?;
    let again = match interaction {
        Some(one) => usher.authorizations.asked_again(one, &page.visitor.browser, &page.visitor.device).await?,
        None => None,
    };
    let hint = interaction.and_then(|one| one.request.login_hint.clone()).filter(|hint| hint.contains('@'));
    let form = page.form_of_request(urls::LOGIN);
    let ceremony = usher.passkeys.ask_for_passkey(&mut page.visitor.browser).ok();
    let rules = page.rules().await?;
    let may_register = usher.core.config.sign_up.enabled && rules.check_open().is_ok();
    let mut view = SignIn {
        page: head,
        client: page.client(interaction).await?,
        email: hint.as_deref().map(readable).unwrap_or_default(),
        register_url: may_register.then(|| page.with_request(urls::REGISTER)),
        recover_url: page.with_request(urls::RECOVER),
        passkey: ceremony.map(|ceremony| PasskeyAsk { options: ceremony.options, state: ceremony.state }),
        passkey_form: Form { action: urls::PASSKEY_SIGN_IN.to_owned(), ..form.clone() },
        accounts_url: (!accounts.is_empty()).then(|| page.with_request(urls::ACCOUNTS)),
        providers: provider_buttons(page, |one| rules.place_of(&one.id)).await?,
        last_used: last_hint(&page.visitor, &Method::Password),
        passkey_last_used: last_hint(&page.visitor, &Method::Passkey),
        form,
        ..SignIn::default()
    };
    if let Some(account) = again {
        fix_to(page, &mut view, &account).await?;
    }
    Ok(view)
}

/// Fixes the page to one user, who must authenticate again: by password only if there is one.
async fn fix_to(page: &LoginPage, view: &mut SignIn, account: &Account) -> Result<(), FlowError> {
    view.email_fixed = true;
    view.without_password = !page.app.usher.passwords.has_password(account).await?;
    view.email = if view.without_password { account.user.label() } else { account.user.readable_email() };
    let asked = if view.without_password { Message::ShowItIsYou } else { Message::ProveItIsYou };
    view.notice = Some(asked.text(view.page.lang));
    offer_own_providers(page, view, account).await
}

/// Whoever must authenticate again also finds the providers of the account that the project does not offer: one of them
/// may be the only way in.
async fn offer_own_providers(page: &LoginPage, view: &mut SignIn, account: &Account) -> Result<(), FlowError> {
    let rules = page.rules().await?;
    if rules.providers.is_none() {
        return Ok(());
    }
    let own = page.app.usher.identities.identities_of(account).await?;
    let is_own = |id: &ProviderId| own.iter().any(|(identity, _)| identity.provider == *id);
    let place = |one: &SignInProvider| rules.place_of(&one.id).or_else(|| is_own(&one.id).then_some(usize::MAX));
    view.providers = provider_buttons(page, place).await?;
    Ok(())
}

/// Fixes the page to the user of the client's request, if the URL says that they must authenticate again.
async fn fix_to_user_of(page: &LoginPage, view: &mut SignIn, request: Option<&Interaction>) -> Result<(), FlowError> {
    let Some(request) = request.filter(|_| asks_again(page)) else { return Ok(()) };
    let account = page.app.usher.authorizations.account_for(request, &page.visitor.browser).await?;
    match account {
        Some(account) => fix_to(page, view, &account).await,
        None => Ok(()),
    }
}

/// The readable form of an address in a request; other hints are unchanged.
fn readable(hint: &str) -> String {
    Email::parse(hint).map_or_else(|_| hint.to_owned(), |email| email.readable())
}

/// The abbreviated address of the last sign-in with this browser, if it was by this method.
fn last_hint(visitor: &Visitor, method: &Method) -> Option<String> {
    visitor.last_used().filter(|last| last.method == *method).map(|last| last.hint.clone())
}
