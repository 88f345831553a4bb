//! The one-time setup link for the first administrator.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::login::of_refused;
use super::login::sign_in::{text, with_status};
use super::show;
use super::visitor_pages::VisitorPages as _;
use crate::views::{Form, Setup, SetupExpired, SetupValues};
use usher_domain::secret::Secret;
use usher_domain::urls;
use usher_domain::user::Profile;
use usher_flows::{FlowError, NewUser, Rejected};
use usher_http_server::extract::params::FormParams;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// GET
pub async fn get(
    State(app): State<App>,
    mut visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, HttpProblem> {
    if !app.usher.setup_links.is_setup_open(&code).await? {
        return expired(visitor);
    }
    let body = show::html(&view(&app, &mut visitor, &code))?;
    Ok(visitor.reply(body))
}

/// POST
pub async fn post(
    State(app): State<App>,
    mut visitor: Visitor,
    Path(code): Path<String>,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let some = |name| Some(text(&form, name)).filter(|value| !value.trim().is_empty());
    let admin = NewUser {
        email: text(&form, "email"),
        password: Some(Secret::new(text(&form, "password"))),
        admin: true,
        profile: Profile { given_name: some("given_name"), family_name: some("family_name"), ..Profile::default() },
        locale: Some(visitor.lang(None, None).tag().to_owned()),
    };
    match app.usher.setup_links.set_up(&code, admin, &mut visitor.browser, &visitor.device).await {
        Ok(signed_in) => show::arrived(&app, visitor, signed_in, None, urls::CONSOLE).await,
        Err(FlowError::Rejected(Rejected::ProofOver)) => expired(visitor),
        Err(FlowError::Rejected(refused)) => {
            let mut page = view(&app, &mut visitor, &code);
            // For an existing user the password of the form must be the account's.
            let refused = if refused == Rejected::WrongPassword { Rejected::EmailTaken } else { refused };
            let found = of_refused(&refused, page.page.lang);
            let problem = HttpProblem::from(FlowError::from(refused));
            let Some(found) = found else { return Err(problem) };
            page.errors = found;
            page.values = SetupValues {
                given_name: text(&form, "given_name"),
                family_name: text(&form, "family_name"),
                email: text(&form, "email"),
            };
            let body = show::html(&page)?;
            Ok(visitor.reply(with_status(&problem, body)))
        }
        Err(other) => Err(other.into()),
    }
}

fn view(app: &App, visitor: &mut Visitor, code: &str) -> Setup {
    let here = urls::setup(code);
    let mut page = visitor.page(visitor.lang(None, None));
    page.language_url_base.clone_from(&here);
    let min_password = u32::try_from(app.usher.core.config.passwords.min_length).unwrap_or(u32::MAX);
    Setup { page, form: Form::new(here, visitor.form_token()), min_password, ..Setup::default() }
}

fn expired(visitor: Visitor) -> Result<Response, HttpProblem> {
    let page = visitor.page(visitor.lang(None, None));
    let body = show::html(&SetupExpired { page, sign_in_url: urls::LOGIN.to_owned() })?;
    Ok(visitor.reply((StatusCode::GONE, body).into_response()))
}
