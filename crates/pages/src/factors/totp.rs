//! Setting up an authenticator app.

use axum::extract::State;
use axum::response::Response;

use super::{ContinueTarget, Enroller, codes, is_stale, qr, sentence};
use crate::login::sign_in::{text, with_status};
use crate::show;
use crate::views::{Form, TotpSetup};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::urls;
use usher_flows::{Account, FlowError, TotpOffer};
use usher_http_server::extract::params::FormParams;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// GET
pub async fn get(
    State(app): State<App>,
    Enroller { mut visitor, account, target }: Enroller,
) -> Result<Response, HttpProblem> {
    match app.usher.authenticator_apps.offer_totp(&account).await {
        Ok(offer) => {
            let page = view(&mut visitor, &account, &target, offer);
            let body = show::html(&page)?;
            Ok(visitor.reply(body))
        }
        Err(error) if is_stale(&error) => Ok(visitor.redirect(&target.again(urls::TOTP))),
        Err(error) => Err(error.into()),
    }
}

/// POST
pub async fn post(
    State(app): State<App>,
    Enroller { mut visitor, account, target }: Enroller,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let (offer, code) = (text(&form, "offer"), text(&form, "code"));
    match app.usher.authenticator_apps.confirm_totp(&account, &offer, &code, &mut visitor.browser).await {
        Ok(Some(codes)) => codes::lead_to(&app, visitor, &account, &target, &codes),
        Ok(None) => Ok(visitor.redirect(&target.on())),
        Err(error) if is_stale(&error) => Ok(visitor.redirect(&target.again(urls::TOTP))),
        Err(error) => refused(&app, visitor, &account, &target, &offer, error),
    }
}

fn refused(
    app: &App,
    mut visitor: Visitor,
    account: &Account,
    target: &ContinueTarget,
    offer: &str,
    error: FlowError,
) -> Result<Response, HttpProblem> {
    let again = app.usher.authenticator_apps.reoffer_totp(account, offer)?;
    let mut page = view(&mut visitor, account, target, again);
    let problem = match &error {
        FlowError::Rejected(refused) => HttpProblem::from(FlowError::from(refused.clone())),
        _ => return Err(error.into()),
    };
    page.error = Some(sentence(error, page.page.lang)?);
    let body = show::html(&page)?;
    Ok(visitor.reply(with_status(&problem, body)))
}

fn view(visitor: &mut Visitor, account: &Account, target: &ContinueTarget, offer: TotpOffer) -> TotpSetup {
    let here = target.here(urls::TOTP);
    TotpSetup {
        page: visitor.page_of(account, &here),
        form: Form::new(here, visitor.form_token()),
        qr: qr::svg(&offer.url),
        typed: offer.typed,
        url: offer.url,
        offer: offer.sealed,
        cancel_url: target.back(),
        error: None,
    }
}
