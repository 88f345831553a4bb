//! Password and sessions.

use axum::extract::State;
use axum::response::Response;

use crate::domain::id::SessionId;
use crate::domain::secret::Secret;
use crate::domain::session::Session;
use crate::flows::{Account, FlowError};
use crate::i18n::Lang;
use crate::web::extract::owner::Owner;
use crate::web::extract::params::{FormParams, QueryParams};
use crate::web::extract::visitor::Visitor;
use crate::web::login::of_refused;
use crate::web::login::sign_in::{text, with_status};
use crate::web::pages::{AccountSecurity, Form, Message, SessionView};
use crate::web::problem::HttpProblem;
use crate::web::show;
use crate::web::state::App;
use crate::web::urls;

/// GET
pub async fn get(
    State(app): State<App>,
    Owner { mut visitor, account }: Owner,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let mut page = view(&app, &mut visitor, &account).await?;
    page.notice = match query.get("done").ok().flatten() {
        Some("password") => Some(Message::PasswordChanged.text(page.page.lang)),
        Some("session") => Some(Message::SessionEnded.text(page.page.lang)),
        _ => None,
    };
    let body = show::html(&page)?;
    Ok(visitor.reply(body))
}

/// POST: one form changes the password, the other ends sessions.
pub async fn post(
    State(app): State<App>,
    Owner { mut visitor, account }: Owner,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    if !text(&form, "everywhere").is_empty() {
        app.usher.sign_out_everywhere(&account).await?;
        return Ok(visitor.redirect(urls::LOGOUT));
    }
    if let Ok(session) = text(&form, "session").parse::<SessionId>() {
        app.usher.end_own_session(&account, session).await?;
        let to = if session == account.session.id {
            urls::LOGOUT.to_owned()
        } else {
            urls::with(urls::SECURITY, "done", "session")
        };
        return Ok(visitor.redirect(&to));
    }
    let (current, new) = (Secret::new(text(&form, "current_password")), Secret::new(text(&form, "password")));
    match app.usher.change_password(&account, &current, &new, &mut visitor.browser, &visitor.device).await {
        Ok(_) => Ok(visitor.redirect(&urls::with(urls::SECURITY, "done", "password"))),
        Err(FlowError::Refused(refused)) => {
            let mut page = view(&app, &mut visitor, &account).await?;
            let found = of_refused(&refused, page.page.lang);
            let problem = HttpProblem::from(FlowError::from(refused));
            let Some(found) = found else { return Err(problem) };
            page.errors = found;
            let body = show::html(&page)?;
            Ok(visitor.reply(with_status(&problem, body)))
        }
        Err(other) => Err(other.into()),
    }
}

/// Where password managers send people (a well-known URL of the W3C).
pub async fn change_password(visitor: Visitor) -> Response {
    visitor.redirect(urls::SECURITY)
}

async fn view(app: &App, visitor: &mut Visitor, account: &Account) -> Result<AccountSecurity, HttpProblem> {
    let page = visitor.page_of(account, urls::SECURITY);
    let sessions = app.usher.sessions_of(account).await?;
    Ok(AccountSecurity {
        password_form: Form::new(urls::SECURITY, visitor.form_token()),
        has_password: true,
        sessions_form: Form::new(urls::SECURITY, visitor.form_token()),
        email: account.user.email_text().to_owned(),
        min_password: u32::try_from(app.usher.config.passwords.min_length).unwrap_or(u32::MAX),
        sessions: sessions.iter().map(|session| session_view(page.lang, session, account.session.id)).collect(),
        page,
        ..AccountSecurity::default()
    })
}

fn session_view(lang: Lang, session: &Session, this: SessionId) -> SessionView {
    SessionView {
        id: session.id.to_string(),
        this: session.id == this,
        user_agent: session.user_agent.clone().unwrap_or_default(),
        ip: session.source.as_deref().map(address_of).unwrap_or_default(),
        created: lang.date_time(session.created_at.0),
        last_seen: lang.date_time(session.last_seen_at.0),
    }
}

/// One address is shown as an address; a network keeps its length.
fn address_of(source: &str) -> String {
    source.strip_suffix("/32").unwrap_or(source).to_owned()
}
