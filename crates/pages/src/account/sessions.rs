//! The user's sessions, and ending them.

use serde::Deserialize;

use crate::login::logout;
use crate::receipt;
use crate::views::{AccountSessions, SessionItem, means_words};
use usher_accounts::{Ended, FlowError};
use usher_domain::id::SessionId;
use usher_domain::urls;
use usher_domain::user::device::DeviceName;
use usher_domain::user::session::Session;
use usher_i18n::Lang;
use usher_page_kit::kit::{AccountPage, ButtonForm, Notice, PageForm, PageKit as _, PageResult};
use usher_page_kit::views::Layout;

const ENDED: Notice = Notice::new("session", "message-session-ended");
const OTHERS_ENDED: Notice = Notice::new("others", "message-other-sessions-ended");

#[derive(Debug, Deserialize)]
pub struct EndSessionForm {
    session: SessionId,
}

/// GET
pub async fn get(mut page: AccountPage) -> PageResult {
    let view = AccountSessions { notice: page.notice(&[ENDED, OTHERS_ENDED]), ..view(&mut page).await? };
    page.show(&view)
}

/// POST …/end
pub async fn end(page: AccountPage, PageForm(form): PageForm<EndSessionForm>) -> PageResult {
    let ended = page.app.usher.sign_outs.end_own_session(&page.account, form.session).await?;
    if form.session == page.account.session.id {
        return signed_out(page, &ended).await;
    }
    page.done(urls::SESSIONS, ENDED)
}

/// POST …/end-others
pub async fn end_others(page: AccountPage, _: ButtonForm) -> PageResult {
    page.app.usher.sign_outs.end_other_sessions(&page.account).await?;
    page.done(urls::SESSIONS, OTHERS_ENDED)
}

/// POST …/end-all
pub async fn end_all(page: AccountPage, _: ButtonForm) -> PageResult {
    let ended = page.app.usher.sign_outs.sign_out_everywhere(&page.account).await?;
    signed_out(page, &ended).await
}

/// The signed-out page, with what happens to each application.
async fn signed_out(page: AccountPage, ended: &Ended) -> PageResult {
    let lines = receipt::of(&page.app, ended).await?;
    logout::signed_out(page.into(), None, lines)
}

async fn view(page: &mut AccountPage) -> Result<AccountSessions, FlowError> {
    let (head, usher, this) = (page.head(urls::SESSIONS), &page.app.usher, page.account.session.id);
    let mut sessions = usher.profiles.sessions_of(&page.account).await?;
    sessions.sort_by_key(|session| (session.id != this, std::cmp::Reverse(session.last_seen_at)));
    let notified = usher.receipts.notified_of_logout(&page.account).await?.into_iter().map(|entry| entry.line);
    Ok(AccountSessions {
        notified: receipt::words(head.lang, notified.collect()),
        form: page.form(urls::END_SESSION),
        sessions: sessions.iter().map(|session| session_view(&head, session, this)).collect(),
        not_me_url: urls::NOT_ME.to_owned(),
        page: head,
        notice: None,
    })
}

pub(super) fn session_view(page: &Layout, session: &Session, this: SessionId) -> SessionItem {
    let user_agent = session.user_agent.as_deref();
    SessionItem {
        id: session.id.to_string(),
        this: session.id == this,
        device: device_words(page.lang, user_agent),
        portable: DeviceName::from_user_agent(user_agent).is_portable(),
        place: page.lang.network(session.source.as_deref().unwrap_or_default()),
        means: means_words(page.lang, &session.amr),
        created: page.ago(session.created_at.0),
        last_seen: page.ago(session.last_seen_at.0),
    }
}

/// Browser and system by name. The raw `User-Agent` is never shown.
pub(crate) fn device_words(lang: Lang, user_agent: Option<&str>) -> String {
    let name = DeviceName::from_user_agent(user_agent);
    lang.device(name.browser.as_deref(), name.system.as_deref())
}
