//! The second factor: a code, a recovery code or a passkey; or setting one up if the user has none.

use axum::extract::State;
use axum::response::Response;

use super::of_refused;
use super::sign_in::{text, with_status};
use crate::show;
use crate::views::{Enrol, Form, PasskeyAsk, SecondFactor};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::id::SessionId;
use usher_domain::oauth::interaction::{Interaction, InteractionStep};
use usher_domain::urls;
use usher_flows::{CodeKind, FlowError, Outcome, PasskeyAnswer, Rejected};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::params::Params;

/// The state in the URL: the pending sign-in, the request it belongs to, and where it continues without one.
struct SecondFactorState {
    pending: String,
    sealed: Option<String>,
    next: String,
    recovery: bool,
}

impl SecondFactorState {
    fn read(query: &Params) -> Self {
        let value = |name| query.get(name).ok().flatten().map(str::to_owned);
        Self {
            pending: value("pending").unwrap_or_default(),
            sealed: value("interaction"),
            next: urls::after_login(value("next").as_deref()),
            recovery: value("with").as_deref() == Some("recovery"),
        }
    }

    fn url(&self, recovery: bool) -> String {
        let url = urls::second_factor(&self.pending, self.sealed.as_deref(), &self.next);
        if recovery { format!("{url}&with=recovery") } else { url }
    }
}

/// GET. Without a pending sign-in, the user of the interaction is asked for one more factor.
pub async fn get(
    State(app): State<App>,
    mut visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let place = SecondFactorState::read(&query);
    let interaction = show::interaction(&app, place.sealed.as_deref(), &visitor)?;
    if place.pending.is_empty() {
        let interaction = interaction.ok_or(FlowError::from(Rejected::InteractionOver))?;
        return step_up(&app, visitor, interaction).await;
    }
    if let Some(session) = app.usher.second_factors.second_step_taken(&place.pending, &visitor.browser).await? {
        return on(&app, visitor, session, interaction, &place).await;
    }
    let page = view(&app, &mut visitor, &place, interaction.as_ref()).await?;
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
    let place = SecondFactorState::read(&query);
    let interaction = show::interaction(&app, place.sealed.as_deref(), &visitor)?;
    let remember = !text(&form, "remember").is_empty();
    let credential = text(&form, "credential");
    let given = if credential.is_empty() {
        let code = text(&form, "code");
        app.usher.second_factors.give_code(&place.pending, &code, remember, &mut visitor.browser, &visitor.device).await
    } else {
        let answer = PasskeyAnswer { state: &text(&form, "state"), credential: &credential };
        app.usher.passkeys.give_passkey(&place.pending, answer, remember, &mut visitor.browser, &visitor.device).await
    };
    match given {
        Ok(signed_in) => show::arrived(&app, visitor, signed_in, interaction, &place.next).await,
        Err(error) => refused(&app, visitor, &place, interaction.as_ref(), error).await,
    }
}

async fn refused(
    app: &App,
    mut visitor: Visitor,
    place: &SecondFactorState,
    interaction: Option<&Interaction>,
    error: FlowError,
) -> Result<Response, HttpProblem> {
    let words = match &error {
        FlowError::Rejected(Rejected::InteractionOver) => None,
        // The message names the kind of code that this page asks for.
        FlowError::Rejected(Rejected::WrongCode(_)) => {
            let kind = if place.recovery { CodeKind::Recovery } else { CodeKind::Authenticator };
            of_refused(&Rejected::WrongCode(kind), visitor.lang(None, None))
        }
        FlowError::Rejected(refused) => of_refused(refused, visitor.lang(None, None)),
        _ => None,
    };
    let Some(words) = words else { return Err(error.into()) };
    let mut page = view(app, &mut visitor, place, interaction).await?;
    page.error = words.iter().next().map(|(_, message)| message.to_owned());
    let body = show::html(&page)?;
    Ok(visitor.reply(with_status(&HttpProblem::from(error), body)))
}

/// Continues: the second factor was completed already, in another tab or before going back.
async fn on(
    app: &App,
    visitor: Visitor,
    session: SessionId,
    interaction: Option<Interaction>,
    place: &SecondFactorState,
) -> Result<Response, HttpProblem> {
    let Some(mut interaction) = interaction else { return Ok(visitor.redirect(&place.next)) };
    interaction.choose(session);
    let on = app.usher.authorizations.go_on(interaction.clone(), &visitor.browser, &visitor.device).await?;
    show::elsewhere(app, visitor, &interaction, on).await
}

/// Continues a request that may have needed one more factor.
async fn step_up(app: &App, mut visitor: Visitor, request: Interaction) -> Result<Response, HttpProblem> {
    match app.usher.authorizations.go_on(request.clone(), &visitor.browser, &visitor.device).await? {
        Outcome::Show { step: InteractionStep::StepUp, interaction } => {
            let account = app.usher.authorizations.account_for(&interaction, &visitor.browser).await?;
            let account = account.ok_or(FlowError::from(Rejected::NotSignedIn))?;
            let pending = app.usher.second_factors.begin_step_up(&account, &mut visitor.browser)?;
            let sealed = app.usher.authorizations.seal_interaction(&interaction)?;
            Ok(visitor.redirect(&urls::second_factor(&pending, Some(&sealed), urls::PROFILE)))
        }
        on => show::elsewhere(app, visitor, &request, on).await,
    }
}

async fn view(
    app: &App,
    visitor: &mut Visitor,
    place: &SecondFactorState,
    interaction: Option<&Interaction>,
) -> Result<SecondFactor, HttpProblem> {
    let step = app.usher.second_factors.second_step(&place.pending, &visitor.browser).await?;
    let asked = interaction.and_then(|one| one.request.ui_locales.as_deref());
    let mut page = visitor.page(visitor.lang(asked, step.user.locale.as_deref()));
    page.language_url_base = place.url(place.recovery);
    let (totp, codes) = (step.factors.totp, step.factors.recovery_codes > 0);
    let passkey = if step.factors.passkeys > 0 && !place.recovery && app.usher.passkeys.offers_passkeys() {
        let ceremony = app.usher.passkeys.ask_for_second_passkey(&place.pending, &mut visitor.browser).await?;
        Some(PasskeyAsk { options: ceremony.options, state: ceremony.state })
    } else {
        None
    };
    let back = match place.sealed.as_deref() {
        // The signed-in user would be redirected here again: another account is chosen from the list.
        Some(sealed) if app.usher.accounts.current(&visitor.browser).await?.is_some() => {
            urls::with(urls::ACCOUNTS, "interaction", sealed)
        }
        sealed => urls::on_the_way(urls::LOGIN, sealed, Some(&place.next)),
    };
    Ok(SecondFactor {
        form: Form { action: place.url(place.recovery), csrf: visitor.form_token(), interaction: place.sealed.clone() },
        account: step.user.label(),
        totp,
        recovery: place.recovery,
        passkey,
        may_remember: true,
        other_url: (codes || place.recovery).then(|| place.url(!place.recovery)),
        cancel_url: back,
        error: None,
        page,
    })
}

/// The page for a user without a second factor when one is required.
pub async fn get_enrol(
    State(app): State<App>,
    mut visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let sealed = query.get("interaction").ok().flatten().unwrap_or_default().to_owned();
    let interaction = show::needed_interaction(&app, &sealed, &visitor)?;
    let client = app.usher.authorizations.client_of(&interaction).await?;
    let account = app.usher.authorizations.account_for(&interaction, &visitor.browser).await?;
    let account = account.ok_or(FlowError::from(Rejected::NotSignedIn))?;
    let lang = visitor.lang(interaction.request.ui_locales.as_deref(), account.user.locale.as_deref());
    let mut page = visitor.page(lang);
    page.language_url_base = urls::with(urls::ENROL, "interaction", &sealed);
    let view = Enrol {
        page,
        form: Form::of_sign_in(urls::ENROL, sealed.clone(), visitor.form_token()),
        client: show::client_view(&client, &interaction.redirect_uri),
        totp_url: urls::with(urls::TOTP, "interaction", &sealed),
        passkey_url: app
            .usher
            .passkeys
            .offers_passkeys()
            .then(|| urls::with(urls::NEW_PASSKEY, "interaction", &sealed)),
    };
    let body = show::html(&view)?;
    Ok(visitor.reply(body))
}

/// Cancels: redirects to the client with the error.
pub async fn post_enrol(
    State(app): State<App>,
    visitor: Visitor,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let interaction = show::needed_interaction(&app, &text(&form, "interaction"), &visitor)?;
    let why = "the person set up no second factor";
    let error = OAuthError::new(ErrorCode::UnmetAuthenticationRequirements, why);
    let account = app.usher.authorizations.account_for(&interaction, &visitor.browser).await?;
    let refused = app.usher.authorizations.refuse_interaction(interaction.clone(), account.as_ref(), error).await?;
    show::outcome(&app, visitor, &interaction, refused)
}
