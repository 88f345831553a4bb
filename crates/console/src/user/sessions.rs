//! Who is signed in now, and ending sessions.

use serde::Deserialize;

use super::tabs::session_view;
use super::words;
use crate::views::{EndSessionsPage, LiveSessionItem, LiveSessionsPage};
use usher_accounts::{FlowError, Rejected};
use usher_domain::id::SessionId;
use usher_domain::page::MAX_PAGE;
use usher_domain::urls;
use usher_domain::user::User;
use usher_domain::user::search::UserPosition;
use usher_domain::user::session::Session;
use usher_http_server::problem::HttpProblem;
use usher_page_kit::kit::{AdminPage, Notice, PageForm, PageKit as _, PageResult, PageStop};
use usher_page_kit::views::Layout;

/// Sessions on one page.
const PAGE: u32 = 25;
const ENDED: Notice = Notice::new("ended", "live-sessions-ended");

#[derive(Debug, Deserialize)]
pub struct EndSessionsForm {
    /// Ids, separated by commas.
    sessions: String,
}

/// GET /console/sessions?q=&network=&after=
pub async fn get(page: AdminPage) -> PageResult {
    let live = &page.app.usher.live_sessions;
    let no_page = || HttpProblem::bad_request("This is not a page of this list.");
    let after = page.param("after").map(|text| UserPosition::decode(text).ok_or_else(no_page)).transpose()?;
    let found = match (page.param("q"), page.param("network")) {
        (Some(words), _) => live.list_of(words).await,
        (None, Some(network)) => live.list_from(network.trim(), MAX_PAGE).await,
        (None, None) => live.list(after.as_ref(), PAGE).await,
    };
    let found = match found {
        Err(FlowError::Rejected(Rejected::NotFound("page"))) => return Err(no_page().into()),
        found => found?,
    };
    let head = page.head(urls::LIVE_SESSIONS);
    let own = page.account.session.id;
    let view = LiveSessionsPage {
        notice: page.notice(&[ENDED]),
        text: page.param("q").unwrap_or_default().to_owned(),
        network: page.param("network").unwrap_or_default().to_owned(),
        sessions: found.sessions.iter().map(|(session, user)| item(&head, session, user, own)).collect(),
        next_url: found.next.map(|next| urls::with(urls::LIVE_SESSIONS, "after", &next.encode())),
        first_url: after.map(|_| urls::LIVE_SESSIONS.to_owned()),
        page: head,
    };
    page.show(&view)
}

/// GET /console/end-sessions?session=…
pub async fn ask(mut page: AdminPage) -> PageResult {
    let ids = read_ids(page.query.all("session"))?;
    let found = page.app.usher.live_sessions.load_all(&ids).await?;
    if found.is_empty() {
        return page.redirect(urls::LIVE_SESSIONS);
    }
    let here =
        ids.iter().fold(urls::END_LIVE_SESSIONS.to_owned(), |url, id| urls::with(&url, "session", &id.to_string()));
    let head = page.head(&here);
    let own = page.account.session.id;
    let view = EndSessionsPage {
        form: page.form(urls::END_LIVE_SESSIONS),
        ids: found.iter().map(|(session, _)| session.id.to_string()).collect::<Vec<_>>().join(","),
        sessions: found.iter().map(|(session, user)| item(&head, session, user, own)).collect(),
        cancel_url: urls::LIVE_SESSIONS.to_owned(),
        page: head,
    };
    page.show(&view)
}

/// POST /console/end-sessions
pub async fn end(page: AdminPage, PageForm(form): PageForm<EndSessionsForm>) -> PageResult {
    for id in read_ids(form.sessions.split(','))? {
        match page.app.usher.users.end_session_by(id).await {
            Ok(_) | Err(FlowError::Rejected(Rejected::NotFound(_))) => {}
            Err(other) => return Err(other.into()),
        }
    }
    page.done(urls::LIVE_SESSIONS, ENDED)
}

fn read_ids<'t>(texts: impl Iterator<Item = &'t str>) -> Result<Vec<SessionId>, PageStop> {
    let mut ids: Vec<SessionId> = Vec::new();
    for text in texts.filter(|text| !text.is_empty()) {
        let id = text.parse().map_err(|_| HttpProblem::bad_request("A session is named by an id."))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.len() > MAX_PAGE as usize {
        return Err(HttpProblem::bad_request("These are too many sessions at once.").into());
    }
    Ok(ids)
}

fn item(head: &Layout, session: &Session, user: &User, own: SessionId) -> LiveSessionItem {
    LiveSessionItem { person: words::person(user), session: session_view(head, session, own) }
}
