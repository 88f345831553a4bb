//! Notices of logout as a reader of the log: the end of a grant becomes one notice for its client and session.

use std::time::Duration;

use crate::domain::event::{Event, EventKind};
use crate::domain::logout_notice::{LogoutNotice, NoticeStatus, give_up_at};
use crate::domain::session::EndReason;
use crate::events::Heard;
use crate::storage::{Result, Tx};

/// Writes down whom to tell because of a fact. Every end of a session ends its grants, each with a fact of its own: these
/// say which clients to tell.
pub(in crate::events) async fn hear(tx: &mut Tx<'_>, heard: &Heard<'_>, access_ttl: Duration) -> Result<()> {
    let Some(notice) = notice_of(heard.event, access_ttl) else { return Ok(()) };
    let client = tx.find_client(&notice.client_id).await?;
    if client.is_some_and(|client| client.metadata.backchannel_logout_uri.is_some()) {
        tx.insert_logout_notice(&notice).await?;
    }
    Ok(())
}

/// A client that gave its own token back knows, and its user is not signed out by it.
fn notice_of(event: &Event, access_ttl: Duration) -> Option<LogoutNotice> {
    let text = |name: &str| event.data.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    let by_client = text("reason").as_deref() == Some(EndReason::RevokedByClient.as_str());
    if event.kind != EventKind::GrantRevoked || by_client {
        return None;
    }
    Some(LogoutNotice {
        id: event.id,
        client_id: event.client_id.clone()?,
        user_id: event.user_id?,
        session_id: event.session_id?,
        sub: text("sub"),
        at: event.at,
        status: NoticeStatus::Waiting,
        tries: 0,
        send_after: event.at,
        give_up_at: give_up_at(event.at, access_ttl),
        last_status: None,
        last_error: None,
        ended_at: None,
    })
}
