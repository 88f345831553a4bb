//! Webhooks as a reader of the event log: an event becomes one message for each webhook whose filter matches.

use crate::DispatchedEvent;
use crate::lookups::Lookups;
use usher_domain::event::visibility::Visibility;
use usher_domain::event::webhook::message::{EventSubjects, MessageType, subject_of};
use usher_domain::event::{Event, EventKind};
use usher_domain::id::EventId;
use usher_storage::events::outgoing::deliveries::NewDelivery;
use usher_storage::events::outgoing::webhooks::Listening;
use usher_storage::{Result, Tx};

/// Creates the deliveries for an event.
pub(crate) async fn on_event(tx: &mut Tx, dispatched: &DispatchedEvent<'_>, lookups: &mut Lookups<'_>) -> Result<()> {
    let event = dispatched.event;
    let Some(message) = event.kind.row().message else { return Ok(()) };
    let listening = match event.kind.visibility() {
        Visibility::EveryProject => tx.listening_anywhere().await?,
        _ => lookups.webhooks(tx, &dispatched.projects).await?,
    };
    if listening.is_empty() {
        return Ok(());
    }
    for arrival in arrivals(tx, event, lookups).await? {
        if let Some(message) = arrival.kind.row().message {
            put(tx, &arrival, &message, &listening, lookups).await?;
        }
    }
    put(tx, event, &message, &listening, lookups).await
}

/// With its first grant at a project, a session and possibly its user become visible to the project; earlier events are
/// not. These events are derived from the grant's, each with its own id.
async fn arrivals(tx: &mut Tx, event: &Event, lookups: &mut Lookups<'_>) -> Result<Vec<Event>> {
    let mut derived = Vec::new();
    let Some(project) = event.project_id.filter(|_| event.kind == EventKind::GRANT_CREATED) else { return Ok(derived) };
    let (Some(user), Some(session), Some(_)) = (event.user_id, event.session_id, event.grant_id) else {
        return Ok(derived);
    };
    if tx.is_first_of_user(project, user, event.at).await? {
        derived.push(Event::new(event.id.beside(1), EventKind::USER_CREATED, event.at).with_user(user));
    }
    if tx.is_first_in_session(project, user, session).await? {
        let amr = lookups.device(tx, session).await?.map(|device| device.amr).unwrap_or_default();
        let id = EventId(session.0);
        let created = Event::new(id, EventKind::SESSION_CREATED, event.at).with_user(user).with_session(session);
        derived.push(created.with("amr", amr));
    }
    Ok(derived)
}

async fn put(
    tx: &mut Tx,
    event: &Event,
    message: &MessageType,
    listening: &[Listening],
    lookups: &mut Lookups<'_>,
) -> Result<()> {
    let wanting: Vec<&Listening> = listening.iter().filter(|webhook| webhook.wants(message.name)).collect();
    if wanting.is_empty() {
        return Ok(());
    }
    for webhook in wanting {
        let subjects = if message.names_a_user() {
            lookups.subjects(tx, event, webhook.project_id).await?
        } else {
            EventSubjects::default()
        };
        let new = NewDelivery {
            webhook: webhook.id,
            message: event.id,
            kind: message.name.to_owned(),
            subject: subject_of(event),
            body: message.message(event, webhook.project_id, &subjects).to_string(),
        };
        tx.insert_delivery(&new, event.at).await?;
    }
    Ok(())
}
