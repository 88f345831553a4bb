//! Webhooks as a reader of the log: a fact becomes one message for each webhook that wants it.

use crate::domain::event::Event;
use crate::domain::webhook::catalogue::{self, MessageType, subject_of};
use crate::events::Heard;
use crate::storage::outgoing::deliveries::NewDelivery;
use crate::storage::outgoing::webhooks::Listening;
use crate::storage::{Result, Tx};

/// Writes down what is to be sent because of a fact.
pub(in crate::events) async fn hear(tx: &mut Tx<'_>, heard: &Heard<'_>) -> Result<()> {
    let event = heard.event;
    let Some(message) = catalogue::of_kind(event.kind) else { return Ok(()) };
    let listening =
        if message.is_for_all() { tx.listening_anywhere().await? } else { tx.listening_in(&heard.projects).await? };
    let wanting: Vec<Listening> = listening.into_iter().filter(|webhook| webhook.wants(message.name())).collect();
    if wanting.is_empty() {
        return Ok(());
    }
    let sub = sub_of(tx, event, message).await?;
    for webhook in wanting {
        let new = NewDelivery {
            webhook: webhook.id,
            message: event.id,
            kind: message.name().to_owned(),
            subject: subject_of(event),
            body: message.message(event, webhook.project_id, sub.as_deref()).to_string(),
        };
        tx.insert_delivery(&new, event.at).await?;
    }
    Ok(())
}

async fn sub_of(tx: &mut Tx<'_>, event: &Event, message: &MessageType) -> Result<Option<String>> {
    match event.user_id.filter(|_| message.names_a_user()) {
        Some(user) => Ok(tx.find_sub(user).await?.map(|sub| sub.0)),
        None => Ok(None),
    }
}
