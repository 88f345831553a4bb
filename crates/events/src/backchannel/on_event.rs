//! Logout notifications as a reader of the event log: the end of a grant creates one notification for its client and
//! session, and the end of a client one for each of its sessions.

use std::time::Duration;

use crate::DispatchedEvent;
use usher_domain::event::Event;
use usher_domain::event::kind::LogoutScope;
use usher_domain::event::logout_notice::{LogoutEndpoint, LogoutNotice, NoticeStatus, give_up_at};
use usher_domain::id::{ClientId, EventId, SessionId, UserId};
use usher_domain::oauth::client::Client;
use usher_domain::user::session::EndReason;
use usher_keys::pairwise;
use usher_keys::seal::Sealer;
use usher_storage::{Result, Tx};

/// Creates the notifications for an event. Every end of a session ends its grants, each with its own event, which
/// determine the clients.
pub(crate) async fn on_event(
    tx: &mut Tx,
    dispatched: &DispatchedEvent<'_>,
    access_ttl: Duration,
    sealer: &Sealer,
) -> Result<()> {
    match dispatched.event.kind.row().logout {
        Some(LogoutScope::Grant) => grant_revoked(tx, dispatched.event, access_ttl, sealer).await,
        Some(LogoutScope::Client) => client_over(tx, dispatched.event, access_ttl, sealer).await,
        None => Ok(()),
    }
}

/// A client that revoked its own token knows, and does not sign its user out.
async fn grant_revoked(tx: &mut Tx, event: &Event, access_ttl: Duration, sealer: &Sealer) -> Result<()> {
    if event.member("reason") == Some(EndReason::RevokedByClient.as_str()) {
        return Ok(());
    }
    let (Some(client), Some(user), Some(session)) = (&event.client_id, event.user_id, event.session_id) else {
        return Ok(());
    };
    let Some(listener) = tx.find_client(client).await?.filter(listens) else { return Ok(()) };
    let known_by = |public: &str| pairwise::subject(sealer, listener.metadata.sector().as_deref(), user, public).0;
    let sub = event.member("sub").map(known_by);
    tx.insert_logout_notice(&notice(event, event.id, (client, user, session), sub, access_ttl)).await
}

/// A disabled or deleted client signs out everybody that it had signed in with Usher.
async fn client_over(tx: &mut Tx, event: &Event, access_ttl: Duration, sealer: &Sealer) -> Result<()> {
    let Some(client) = &event.client_id else { return Ok(()) };
    let address = address_in(event);
    if let Some(address) = &address {
        tx.let_logout_notices_outlive(client, address).await?;
    }
    let found = tx.find_client(client).await?;
    if address.is_none() && !found.as_ref().is_some_and(listens) {
        return Ok(());
    }
    // A deleted client: from its event.
    let deleted = || event.member(Event::LOGOUT_SECTOR).map(str::to_owned);
    let sector = found.as_ref().map_or_else(deleted, |client| client.metadata.sector());
    for one in tx.sessions_at(client, event.at).await? {
        let whose = (client, one.user_id, one.session_id);
        let id = event.id.about(one.session_id);
        let sub = pairwise::subject(sealer, sector.as_deref(), one.user_id, &one.sub.0);
        let notice = notice(event, id, whose, Some(sub.0), access_ttl);
        tx.insert_logout_notice(&LogoutNotice { address: address.clone(), ..notice }).await?;
    }
    Ok(())
}

const fn listens(client: &Client) -> bool {
    client.metadata.backchannel_logout_uri.is_some()
}

/// The logout URI of a deleted client, from its event.
fn address_in(event: &Event) -> Option<LogoutEndpoint> {
    let text = |name| event.member(name).map(str::to_owned);
    Some(LogoutEndpoint { uri: text(Event::LOGOUT_URI)?, alg: text(Event::LOGOUT_ALG)? })
}

fn notice(
    event: &Event,
    id: EventId,
    (client, user_id, session_id): (&ClientId, UserId, SessionId),
    sub: Option<String>,
    access_ttl: Duration,
) -> LogoutNotice {
    LogoutNotice {
        id,
        client_id: client.clone(),
        user_id,
        session_id,
        sub,
        at: event.at,
        status: NoticeStatus::Waiting,
        tries: 0,
        send_after: event.at,
        give_up_at: give_up_at(event.at, access_ttl),
        last_status: None,
        last_error: None,
        ended_at: None,
        address: None,
    }
}
