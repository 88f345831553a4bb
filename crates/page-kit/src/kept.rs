//! Submitted texts survive a session that ended meanwhile: an error page contains them, and submits them again.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::kit::html;
use crate::views::{Form, Kept};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::urls;
use usher_http_server::extract::params::longest_value;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::extract::{body, form_token};
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// Fields that are never sent back to the browser.
const SECRETS: [&str; 4] = ["client_secret", "private_key", "current_token", "csrf"];

/// Responds to a form whose sender is no longer signed in with a page that contains the submitted values.
pub async fn layer(
    State(app): State<App>,
    visitor: Visitor,
    request: Request,
    next: Next,
) -> Result<Response, HttpProblem> {
    let is_form = request.method() == Method::POST;
    if !is_form || app.usher.accounts.current(&visitor.browser).await?.is_some() {
        return Ok(next.run(request).await);
    }
    body::require_media_type(request.headers(), "application/x-www-form-urlencoded")?;
    let (parts, sent) = request.into_parts();
    let again = Request::from_parts(parts.clone(), Body::empty());
    let sent = body::read(Request::from_parts(parts, sent)).await?;
    match Params::decode_up_to(&sent, longest_value(again.extensions())) {
        Ok(form) if is_typed(again.uri().path(), &form) => {
            form_token::check(&app, again.headers(), &form)?;
            kept(visitor, again.uri().path(), &form)
        }
        _ => Ok(next.run(again.map(|_| Body::from(Bytes::clone(&sent)))).await),
    }
}

/// Whether somebody typed into the form. If they only pressed a button, they sign in and press it again.
fn is_typed(path: &str, form: &Params) -> bool {
    let has = |name| form.get(name).ok().flatten().is_some_and(|value| !value.is_empty());
    path != urls::EMAIL || has("email")
}

fn kept(mut visitor: Visitor, path: &str, form: &Params) -> Result<Response, HttpProblem> {
    let fields = form.iter().filter(|(name, _)| !SECRETS.contains(name));
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let back = [urls::PROFILE, urls::EMAIL].into_iter().find(|own| *own == path).unwrap_or(urls::CONSOLE);
    let page = Kept {
        page: visitor.page(visitor.lang(None, None)),
        form: Form::new(path, visitor.form_token()),
        fields,
        sign_in_url: urls::login_then(back),
    };
    let body = html(&page)?;
    Ok(visitor.reply((StatusCode::UNPROCESSABLE_ENTITY, body).into_response()))
}
