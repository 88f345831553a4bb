//! The forms of the security page that remove or rename a factor, or make new recovery codes.

use axum::extract::State;
use axum::response::Response;

use super::{ContinueTarget, codes, is_stale, sentence};
use crate::account::security;
use crate::login::sign_in::{text, with_status};
use crate::owner::AccountOwner;
use crate::show;
use crate::visitor_pages::VisitorPages as _;
use usher_domain::id::{PasskeyId, RememberedId};
use usher_domain::urls;
use usher_flows::{Account, FlowError, Rejected};
use usher_http_server::extract::params::FormParams;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// POST
pub async fn post(
    State(app): State<App>,
    AccountOwner { visitor, account }: AccountOwner,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    match act(&app, &account, &form).await {
        Ok(FactorChangeOutcome::Codes(new)) => {
            codes::lead_to(&app, visitor, &account, &ContinueTarget { sealed: None }, &new)
        }
        Ok(FactorChangeOutcome::Changed(what)) => Ok(visitor.redirect(&urls::with(urls::SECURITY, "done", what))),
        Err(error) if is_stale(&error) => Ok(visitor.redirect(&urls::login_to_repeat(urls::SECURITY))),
        Err(error) => refused(&app, visitor, &account, error).await,
    }
}

/// The result of an action.
enum FactorChangeOutcome {
    Codes(Vec<String>),
    Changed(&'static str),
}

async fn act(app: &App, account: &Account, form: &Params) -> Result<FactorChangeOutcome, FlowError> {
    let usher = &app.usher;
    let passkey = || text(form, "passkey").parse::<PasskeyId>().map_err(|_| Rejected::NotFound("passkey"));
    if let Ok(id) = text(form, "forget").parse::<RememberedId>() {
        usher.factor_rules.forget_browser(account, Some(id)).await?;
        return Ok(FactorChangeOutcome::Changed("browser"));
    }
    let done = match text(form, "action").as_str() {
        "codes" => return Ok(FactorChangeOutcome::Codes(usher.recovery_codes.renew_recovery_codes(account).await?)),
        "remove-totp" => usher.authenticator_apps.remove_totp(account).await.map(|()| "factor"),
        "remove-passkey" => usher.passkeys.remove_passkey(account, passkey()?).await.map(|()| "factor"),
        "rename" => usher.passkeys.rename_passkey(account, passkey()?, &text(form, "name")).await.map(|()| "name"),
        "always" => usher.factor_rules.want_second_step(account, true).await.map(|()| "factor"),
        "sometimes" => usher.factor_rules.want_second_step(account, false).await.map(|()| "factor"),
        "forget-all" => usher.factor_rules.forget_browser(account, None).await.map(|()| "browser"),
        _ => Err(Rejected::NotFound("action").into()),
    };
    done.map(FactorChangeOutcome::Changed)
}

async fn refused(
    app: &App,
    mut visitor: Visitor,
    account: &Account,
    error: FlowError,
) -> Result<Response, HttpProblem> {
    let FlowError::Rejected(refused) = error else { return Err(error.into()) };
    let mut page = security::view(app, &mut visitor, account).await?;
    let problem = HttpProblem::from(FlowError::from(refused.clone()));
    page.errors.add("", sentence(refused.into(), page.page.lang)?);
    let body = show::html(&page)?;
    Ok(visitor.reply(with_status(&problem, body)))
}
