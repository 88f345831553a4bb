//! Creating a passkey.

use axum::extract::State;
use axum::response::Response;

use super::{ContinueTarget, Enroller, is_stale, sentence};
use crate::login::sign_in::{text, with_status};
use crate::show;
use crate::views::{Form, NewPasskey, PasskeyAsk};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::urls;
use usher_flows::{Account, FlowError, PasskeyAnswer};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// GET
pub async fn get(
    State(app): State<App>,
    Enroller { mut visitor, account, target }: Enroller,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    match view(&app, &mut visitor, &account, &target, is_first(&query)).await {
        Ok(page) => {
            let body = show::html(&page)?;
            Ok(visitor.reply(body))
        }
        Err(error) if is_stale(&error) => Ok(visitor.redirect(&target.again(urls::NEW_PASSKEY))),
        Err(error) => Err(error.into()),
    }
}

/// POST
pub async fn post(
    State(app): State<App>,
    Enroller { mut visitor, account, target }: Enroller,
    QueryParams(query): QueryParams,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let answer = PasskeyAnswer { state: &text(&form, "state"), credential: &text(&form, "credential") };
    match app.usher.passkeys.register_passkey(&account, answer, &mut visitor.browser).await {
        Ok(_) if target.sealed.is_none() => Ok(visitor.redirect(&urls::with(urls::SECURITY, "done", "passkey"))),
        Ok(_) => Ok(visitor.redirect(&target.on())),
        Err(error) if is_stale(&error) => Ok(visitor.redirect(&target.again(urls::NEW_PASSKEY))),
        Err(FlowError::Rejected(refused)) => {
            let mut page = view(&app, &mut visitor, &account, &target, is_first(&query)).await?;
            let problem = HttpProblem::from(FlowError::from(refused.clone()));
            page.error = Some(sentence(refused.into(), page.page.lang)?);
            let body = show::html(&page)?;
            Ok(visitor.reply(with_status(&problem, body)))
        }
        Err(other) => Err(other.into()),
    }
}

fn is_first(query: &Params) -> bool {
    matches!(query.get("first"), Ok(Some(_)))
}

async fn view(
    app: &App,
    visitor: &mut Visitor,
    account: &Account,
    target: &ContinueTarget,
    first: bool,
) -> Result<NewPasskey, FlowError> {
    let ceremony = app.usher.passkeys.begin_passkey(account, &mut visitor.browser).await?;
    let here = target.here(urls::NEW_PASSKEY);
    Ok(NewPasskey {
        page: visitor.page_of(account, &here),
        form: Form::new(here, visitor.form_token()),
        passkey: PasskeyAsk { options: ceremony.options, state: ceremony.state },
        first,
        cancel_url: if first { target.on() } else { target.back() },
        error: None,
    })
}
