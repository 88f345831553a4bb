//! Events of the log as rows of a list.

use serde_json::{Value, json};

use crate::views::installation::{AuditRow, event_texts};
use usher_accounts::EventNames;
use usher_domain::event::EventKind;
use usher_domain::event::actor::EventActor;
use usher_domain::id::EventId;
use usher_domain::time::Timestamp;
use usher_domain::urls::EventUrls;
use usher_page_kit::views::{Layout, Moment};
use usher_storage::events::log::AuditEvent;

/// Kinds that mean that something was refused, or looks like an attack.
const BAD: &[EventKind] = &[
    EventKind::SIGN_IN_FAILED,
    EventKind::SECOND_FACTOR_FAILED,
    EventKind::COMPROMISE_REPORTED,
    EventKind::PASSKEY_CLONE_SUSPECTED,
    EventKind::TOKEN_REUSE_DETECTED,
    EventKind::CODE_REUSE_DETECTED,
    EventKind::CIBA_REPORTED,
    EventKind::REDIRECT_REJECTED,
    EventKind::KEY_REVOKED,
    EventKind::WEBHOOK_DISABLED,
];

/// An event as a row.
pub fn row(page: &Layout, event: &AuditEvent, names: &EventNames) -> AuditRow {
    let text = event_texts::text_key(&event.kind).map_or_else(|| event.kind.clone(), |key| page.t(key));
    AuditRow {
        day: day(page, event.at),
        text,
        kind: event.kind.clone(),
        is_bad: BAD.iter().any(|kind| kind.as_str() == event.kind),
        by: by(page, event, names),
        about: about(event, names),
        project: event.project_id.and_then(|id| names.projects.get(&id).cloned()).unwrap_or_default(),
        source: event.source.as_deref().map(|source| page.lang.network(source)).unwrap_or_default(),
        at: page.ago(event.at.0),
        clock: Moment::clock(page.lang, event.at.0),
        url: EventUrls::of(&EventId(event.id)).page(),
    }
}

/// The heading of a day (UTC).
fn day(page: &Layout, at: Timestamp) -> String {
    match Timestamp(page.now).day() - at.day() {
        0 => page.t("audit-today"),
        1 => page.t("audit-yesterday"),
        _ => page.lang.date(at.0),
    }
}

/// Who caused an event.
fn by(page: &Layout, event: &AuditEvent, names: &EventNames) -> String {
    let gone = || page.t("actor-gone");
    let client = |id: &str| names.clients.get(id).cloned().unwrap_or_else(|| id.to_owned());
    match (&event.actor, event.user_id.as_ref()) {
        (Some(EventActor::User(id)), _) | (None, Some(id)) => names.users.get(id).cloned().unwrap_or_else(gone),
        (Some(EventActor::Client(id)), _) => client(&id.0),
        (Some(EventActor::ProjectToken(id)), _) => {
            let name = names.projects.get(id).cloned().unwrap_or_else(gone);
            page.tp("actor-project", "name", &name)
        }
        (Some(EventActor::CommandLine), _) => page.t("actor-command"),
        (None, None) => page.t("actor-usher"),
    }
}

/// Whom or what an event concerns, besides who caused it.
fn about(event: &AuditEvent, names: &EventNames) -> String {
    let user = event.user_id.filter(|_| event.actor.is_some()).and_then(|id| names.users.get(&id).cloned());
    let client = event.client_id.as_ref().map(|id| names.clients.get(&id.0).cloned().unwrap_or_else(|| id.0.clone()));
    let parts: Vec<String> = user.into_iter().chain(client).collect();
    parts.join(", ")
}

/// An event as the API returns it.
pub fn as_json(event: &AuditEvent) -> Value {
    json!({
        "id": event.id.to_string(),
        "at": event.at.0,
        "kind": event.kind,
        "user_id": event.user_id.map(|id| id.to_string()),
        "session_id": event.session_id.map(|id| id.to_string()),
        "client_id": event.client_id.as_ref().map(|id| &id.0),
        "grant_id": event.grant_id.map(|id| id.to_string()),
        "project_id": event.project_id.map(|id| id.to_string()),
        "actor": event.actor.as_ref().map(ToString::to_string),
        "address": event.source,
        "trace_id": event.trace_id.map(|id| id.simple().to_string()),
        "data": event.data,
    })
}
