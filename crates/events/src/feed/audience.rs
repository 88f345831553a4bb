//! The listeners at every instance: each instance regularly stores its connections for the others to read.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::hub::Hub;
use usher_domain::id::{ClientId, ProjectId};
use usher_domain::time::Timestamp;
use usher_storage::events::feed::Audience;
use usher_storage::{Result, Store};

/// Maximum number of listeners that are stored individually; beyond that only their number.
const MOST: usize = 1_000;
/// Older data of an instance is ignored: it has stopped, or lost its database.
const BELIEVED: Duration = Duration::from_secs(30);

/// The connections of one instance.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectedSubscriber {
    /// Their number.
    pub number: usize,
    /// The listeners, longest connected first, each serialized like [`super::Listener`].
    pub listeners: Vec<Value>,
}

/// The progress of a client that follows a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The client; `None` for connections with the project's token.
    pub client_id: Option<ClientId>,
    /// When the last of its connections acknowledged the position; `None` while one has not.
    pub at: Option<Timestamp>,
}

impl Hub {
    /// The listeners of a project: those of this instance now, and those of others as last stored.
    pub async fn audience(&self, project: ProjectId) -> Result<Vec<ConnectedSubscriber>> {
        let mut everywhere = vec![self.connected(project)];
        let since = self.now() - BELIEVED;
        for audience in self.store().list_audience(project, since).await? {
            if audience.instance != self.instance() {
                everywhere.push(read(&audience.subscribers));
            }
        }
        Ok(everywhere)
    }

    /// Each client that follows a project, and when the last of its connections acknowledged this position.
    pub async fn acknowledgements(&self, project: ProjectId, position: i64) -> Result<Vec<Acknowledgement>> {
        let audience = self.audience(project).await?;
        Ok(by_client(audience.iter().flat_map(|connected| &connected.listeners), position))
    }

    fn connected(&self, project: ProjectId) -> ConnectedSubscriber {
        let listeners = self.listeners(project);
        let number = listeners.len();
        let listeners =
            listeners.iter().take(MOST).filter_map(|listener| serde_json::to_value(listener).ok()).collect();
        ConnectedSubscriber { number, listeners }
    }

    /// Stores the connections of this instance, if there may be other instances.
    pub(super) async fn write_down(&self, store: &Store) -> Result<()> {
        if store.kind() == "sqlite" {
            return Ok(());
        }
        let projects = self.projects();
        if projects.is_empty() {
            return Ok(());
        }
        let (at, instance) = (self.now(), self.instance().to_owned());
        let mut audiences = Vec::with_capacity(projects.len());
        for project in projects {
            let ConnectedSubscriber { number, listeners } = self.connected(project);
            let subscribers = json!({ "number": number, "listeners": listeners });
            audiences.push((project, Audience { instance: instance.clone(), at, subscribers }));
        }
        // All instances write in the same order, so that they cannot deadlock.
        audiences.sort_by_key(|(project, _)| *project);
        let mut tx = store.begin().await?;
        for (project, audience) in &audiences {
            tx.put_audience(*project, audience).await?;
        }
        tx.commit().await
    }
}

fn read(subscribers: &Value) -> ConnectedSubscriber {
    let number = subscribers["number"].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
    ConnectedSubscriber { number, listeners: subscribers["listeners"].as_array().cloned().unwrap_or_default() }
}

fn by_client<'a>(listeners: impl Iterator<Item = &'a Value>, position: i64) -> Vec<Acknowledgement> {
    let mut clients: BTreeMap<Option<&str>, Option<i64>> = BTreeMap::new();
    for listener in listeners {
        let reached = listener["acknowledged"].as_i64().is_some_and(|acknowledged| acknowledged >= position);
        // A connection that started at the position or later has nothing to acknowledge.
        let at = listener["acknowledged_at"].as_i64().or_else(|| listener["since"].as_i64()).filter(|_| reached);
        let all = clients.entry(listener["client_id"].as_str()).or_insert(at);
        *all = all.zip(at).map(|(one, other)| one.max(other));
    }
    let read = |(client, at): (Option<&str>, Option<i64>)| Acknowledgement {
        client_id: client.map(|id| ClientId(id.to_owned())),
        at: at.map(Timestamp),
    };
    clients.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listener(client: Option<&str>, acknowledged: i64, at: Option<i64>) -> Value {
        json!({ "client_id": client, "acknowledged": acknowledged, "acknowledged_at": at, "since": 100 })
    }

    #[test]
    fn a_client_has_acknowledged_once_all_its_connections_have() {
        let at = |listeners: &[Value]| by_client(listeners.iter(), 7).into_iter().map(|ack| ack.at).collect::<Vec<_>>();
        assert_eq!(at(&[listener(Some("a"), 7, Some(120)), listener(Some("a"), 9, Some(130))]), [Some(Timestamp(130))]);
        assert_eq!(at(&[listener(Some("a"), 7, Some(120)), listener(Some("a"), 6, Some(130))]), [None]);
        assert_eq!(at(&[listener(Some("a"), 6, None), listener(Some("a"), 7, Some(120))]), [None]);
        assert_eq!(at(&[listener(None, 7, None), listener(Some("a"), 6, None)]), [Some(Timestamp(100)), None]);
        assert_eq!(at(&[]), []);
    }

    #[test]
    fn what_another_instance_wrote_wrongly_acknowledges_nothing() {
        for garbage in [json!(null), json!(7), json!({"acknowledged": "9"}), json!({"acknowledged": 9.5, "since": 1})] {
            assert!(by_client([garbage].iter(), 7).iter().all(|ack| ack.at.is_none()));
        }
    }
}
