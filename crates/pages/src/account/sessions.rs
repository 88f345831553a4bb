//! The user's sessions, and ending them.

use axum::extract::State;
use axum::response::Response;

use crate::login::logout;
use crate::login::sign_in::text;
use crate::owner::AccountOwner;
use crate::receipt;
use crate::show;
use crate::views::{AccountSessions, Form, Message, SessionItem, means_words};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::id::SessionId;
use usher_domain::urls;
use usher_domain::user::device::DeviceName;
use usher_domain::user::session::Session;
use usher_flows::{Account, Ended};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;

/// GET
pub async fn get(
    State(app): State<App>,
    AccountOwner { mut visitor, account }: AccountOwner,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let mut page = view(&app, &mut visitor, &account).await?;
    page.notice = match query.get("done").ok().flatten() {
        Some("session") => Some(Message::SessionEnded.text(page.page.lang)),
        Some(urls::DONE_REPEAT) => Some(Message::RepeatChange.text(page.page.lang)),
        Some("others") => Some(Message::OtherSessionsEnded.text(page.page.lang)),
        _ => None,
    };
    let body = show::html(&page)?;
    Ok(visitor.reply(body))
}

/// POST: ends one session, all others, or all.
pub async fn post(
    State(app): State<App>,
    AccountOwner { visitor, account }: AccountOwner,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    if !text(&form, "everywhere").is_empty() {
        let ended = app.usher.sign_outs.sign_out_everywhere(&account).await?;
        return with_receipt(&app, visitor, &ended).await;
    }
    if !text(&form, "others").is_empty() {
        app.usher.sign_outs.end_other_sessions(&account).await?;
        return Ok(visitor.redirect(&urls::with(urls::SESSIONS, "done", "others")));
    }
    let session: SessionId =
        text(&form, "session").parse().map_err(|_| HttpProblem::bad_request("session must be the id of a session"))?;
    let ended = app.usher.sign_outs.end_own_session(&account, session).await?;
    if session == account.session.id {
        return with_receipt(&app, visitor, &ended).await;
    }
    Ok(visitor.redirect(&urls::with(urls::SESSIONS, "done", "session")))
}

/// The signed-out page, with what happens to each application.
async fn with_receipt(app: &App, visitor: Visitor, ended: &Ended) -> Result<Response, HttpProblem> {
    let lines = receipt::of(app, ended).await?;
    logout::signed_out(visitor, None, &usher_protocol::params::Params::default(), lines)
}

async fn view(app: &App, visitor: &mut Visitor, account: &Account) -> Result<AccountSessions, HttpProblem> {
    let page = visitor.page_of(account, urls::SESSIONS);
    let mut sessions = app.usher.profiles.sessions_of(account).await?;
    sessions.sort_by_key(|session| (session.id != account.session.id, std::cmp::Reverse(session.last_seen_at)));
    let notified = app.usher.receipts.notified_of_logout(account).await?.into_iter().map(|entry| entry.line).collect();
    Ok(AccountSessions {
        notified: receipt::words(page.lang, notified),
        form: Form::new(urls::SESSIONS, visitor.form_token()),
        sessions: sessions.iter().map(|session| session_view(page.lang, session, account.session.id)).collect(),
        not_me_url: urls::NOT_ME.to_owned(),
        page,
        notice: None,
    })
}

fn session_view(lang: Lang, session: &Session, this: SessionId) -> SessionItem {
    SessionItem {
        id: session.id.to_string(),
        this: session.id == this,
        device: device_words(lang, session.user_agent.as_deref()),
        place: lang.network(session.source.as_deref().unwrap_or_default()),
        means: means_words(lang, &session.amr),
        created: lang.date_time(session.created_at.0),
        last_seen: lang.date_time(session.last_seen_at.0),
    }
}

/// Browser and system by name. The raw `User-Agent` is never shown.
pub(crate) fn device_words(lang: Lang, user_agent: Option<&str>) -> String {
    let name = DeviceName::from_user_agent(user_agent);
    lang.device(name.browser.as_deref(), name.system.as_deref())
}
