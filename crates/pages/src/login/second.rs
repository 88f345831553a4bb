//! The second factor: a code, a recovery code or a passkey.

use serde::Deserialize;

use crate::login::kit::LoginPage;
use crate::show;
use crate::views::{PasskeyAsk, SecondFactor};
use usher_accounts::{CodeKind, FlowError, PasskeyAnswer, Rejected, SecondStep, SignedIn};
use usher_domain::id::SessionId;
use usher_domain::oauth::interaction::{Interaction, InteractionStep};
use usher_domain::urls;
use usher_flows::Outcome;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult, PageStop};
use usher_page_kit::views::FieldErrors;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SecondCodeForm {
    code: String,
    /// Ask this browser for no second factor any more.
    remember: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SecondPasskeyForm {
    state: String,
    credential: String,
    remember: bool,
}

/// The state in the URL: the pending sign-in, the request it belongs to, and where it continues without one.
struct SecondFactorState {
    pending: String,
    sealed: Option<String>,
    next: String,
    recovery: bool,
}

impl SecondFactorState {
    fn of(page: &LoginPage) -> Self {
        Self {
            pending: page.param("pending").unwrap_or_default().to_owned(),
            sealed: page.sealed.clone(),
            next: urls::after_login(page.param("next")),
            recovery: page.param("with") == Some("recovery"),
        }
    }

    /// The URL of a page or action with this state.
    fn url(&self, path: &str, recovery: bool) -> String {
        let url = urls::second_factor(&self.pending, self.sealed.as_deref(), &self.next);
        let url = url.replacen(urls::SECOND_FACTOR, path, 1);
        if recovery { urls::with(&url, "with", "recovery") } else { url }
    }
}

/// GET. Without a pending sign-in, the user of the interaction is asked for one more factor.
pub async fn get(mut page: LoginPage) -> PageResult {
    let (state, interaction) = (SecondFactorState::of(&page), page.interaction()?);
    if state.pending.is_empty() {
        let interaction = interaction.ok_or(FlowError::from(Rejected::InteractionOver))?;
        return step_up(page, interaction).await;
    }
    let second_factors = &page.app.usher.second_factors;
    if let Some(session) = second_factors.second_step_taken(&state.pending, &page.visitor.browser).await? {
        return on(page, session, interaction, &state).await;
    }
    let view = view(&mut page, &state, interaction.as_ref()).await?;
    page.show(&view)
}

/// POST
pub async fn by_code(mut page: LoginPage, PageForm(form): PageForm<SecondCodeForm>) -> PageResult {
    let (state, interaction) = (SecondFactorState::of(&page), page.interaction()?);
    let LoginPage { app, visitor, .. } = &mut page;
    let second_factors = &app.usher.second_factors;
    let given = second_factors
        .give_code(&state.pending, &form.code, form.remember, &mut visitor.browser, &visitor.device)
        .await;
    answer(page, given, interaction, &state).await
}

/// POST …/passkey
pub async fn by_passkey(mut page: LoginPage, PageForm(form): PageForm<SecondPasskeyForm>) -> PageResult {
    let (state, interaction) = (SecondFactorState::of(&page), page.interaction()?);
    let answer_of = PasskeyAnswer { state: &form.state, credential: &form.credential };
    let LoginPage { app, visitor, .. } = &mut page;
    let passkeys = &app.usher.passkeys;
    let given =
        passkeys.give_passkey(&state.pending, answer_of, form.remember, &mut visitor.browser, &visitor.device).await;
    answer(page, given, interaction, &state).await
}

async fn answer(
    mut page: LoginPage,
    given: Result<SignedIn, FlowError>,
    interaction: Option<Interaction>,
    state: &SecondFactorState,
) -> PageResult {
    // The message names the kind of code that this page asks for.
    let kind = if state.recovery { CodeKind::Recovery } else { CodeKind::Authenticator };
    let given = given.map_err(|error| match error {
        FlowError::Rejected(Rejected::WrongCode(_)) => Rejected::WrongCode(kind).into(),
        other => other,
    });
    match page.check(given)? {
        Ok(signed_in) => Ok(show::arrived(&page.app, page.visitor, signed_in, interaction, &state.next).await?),
        Err(errors) => refused(page, &errors, interaction.as_ref(), state).await,
    }
}

async fn refused(
    mut page: LoginPage,
    errors: &FieldErrors,
    interaction: Option<&Interaction>,
    state: &SecondFactorState,
) -> PageResult {
    let view = SecondFactor { error: errors.first(), ..view(&mut page, state, interaction).await? };
    page.show_again(&view)
}

/// Continues: the second factor was completed already, in another tab or before going back.
async fn on(
    page: LoginPage,
    session: SessionId,
    interaction: Option<Interaction>,
    state: &SecondFactorState,
) -> PageResult {
    let Some(mut interaction) = interaction else { return page.redirect(&state.next) };
    interaction.choose(session);
    let on = page.go_on(&interaction).await?;
    Ok(show::elsewhere(&page.app, page.visitor, &interaction, on).await?)
}

/// Continues a request that may have needed one more factor.
async fn step_up(mut page: LoginPage, request: Interaction) -> PageResult {
    match page.go_on(&request).await? {
        Outcome::Show { step: InteractionStep::StepUp, interaction } => {
            let LoginPage { app, visitor, .. } = &mut page;
            let account = app.usher.authorizations.account_for(&interaction, &visitor.browser).await?;
            let account = account.ok_or(FlowError::from(Rejected::NotSignedIn))?;
            let pending = app.usher.second_factors.begin_step_up(&account, &mut visitor.browser)?;
            let sealed = app.usher.authorizations.seal_interaction(&interaction)?;
            page.redirect(&urls::second_factor(&pending, Some(&sealed), urls::PROFILE))
        }
        on => Ok(show::elsewhere(&page.app, page.visitor, &request, on).await?),
    }
}

async fn view(
    page: &mut LoginPage,
    state: &SecondFactorState,
    interaction: Option<&Interaction>,
) -> Result<SecondFactor, PageStop> {
    let step = page.app.usher.second_factors.second_step(&state.pending, &page.visitor.browser).await?;
    let asked = interaction.and_then(|one| one.request.ui_locales.as_deref());
    let (here, codes) = (state.url(urls::SECOND_FACTOR, state.recovery), step.factors.recovery_codes > 0);
    Ok(SecondFactor {
        page: page.head_for(asked, step.user.locale.as_deref(), &here),
        form: page.form_of_request(here),
        passkey_url: state.url(urls::SECOND_PASSKEY, false),
        passkey: ask_for_passkey(page, state, &step).await?,
        cancel_url: cancel_url(page, state).await?,
        account: step.user.label(),
        totp: step.factors.totp,
        recovery: state.recovery,
        may_remember: true,
        other_url: (codes || state.recovery).then(|| state.url(urls::SECOND_FACTOR, !state.recovery)),
        error: None,
    })
}

async fn ask_for_passkey(
    page: &mut LoginPage,
    state: &SecondFactorState,
    step: &SecondStep,
) -> Result<Option<PasskeyAsk>, FlowError> {
    let passkeys = &page.app.usher.passkeys;
    if step.factors.passkeys == 0 || state.recovery || !passkeys.offers_passkeys() {
        return Ok(None);
    }
    let ceremony = passkeys.ask_for_second_passkey(&state.pending, &mut page.visitor.browser).await?;
    Ok(Some(PasskeyAsk { options: ceremony.options, state: ceremony.state }))
}

async fn cancel_url(page: &LoginPage, state: &SecondFactorState) -> Result<String, FlowError> {
    Ok(match state.sealed.as_deref() {
        // The signed-in user would be redirected here again: another account is chosen from the list.
        Some(sealed) if page.app.usher.accounts.current(&page.visitor.browser).await?.is_some() => {
            urls::with(urls::ACCOUNTS, "interaction", sealed)
        }
        sealed => urls::on_the_way(urls::LOGIN, sealed, Some(&state.next)),
    })
}
