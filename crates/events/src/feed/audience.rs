//! The listeners at every instance: each instance regularly stores its own for the others to read.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::hub::Hub;
use super::listener::{Listener, ModuleIdentity, Transport};
use usher_domain::id::ProjectId;
use usher_domain::time::Timestamp;
use usher_storage::Result;
use usher_storage::events::feed::Audience;

/// Maximum number of listeners of one instance that are stored individually; beyond that only their number.
const MOST: usize = 1_000;
/// Older data of an instance is ignored: it has stopped, or lost its database.
const BELIEVED: Duration = Duration::from_secs(30);

/// The listeners of a project's feed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeedListeners {
    /// Their number.
    pub number: usize,
    /// The listeners, those of the asked instance first, each instance's longest connected first.
    pub listeners: Vec<Listener>,
}

/// The progress of a module that follows a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    pub module: ModuleIdentity,
    /// Does it poll without waiting? Then its acknowledgement may come a minute later.
    pub is_slow: bool,
    /// When the last of its connections acknowledged the position; `None` while one has not.
    pub at: Option<Timestamp>,
}

impl Hub {
    /// The listeners of a project: those of this instance now, and those of others as last stored.
    pub async fn audience(&self, project: ProjectId) -> Result<FeedListeners> {
        let mut everywhere = vec![self.connected(project)];
        let since = self.now() - BELIEVED;
        for audience in self.store().list_audience(project, since).await? {
            if audience.instance != self.instance() {
                everywhere.push(read(&audience.subscribers));
            }
        }
        Ok(together(everywhere))
    }

    /// Each module that follows a project, and when the last of its connections acknowledged this position.
    pub async fn acknowledgements(&self, project: ProjectId, position: i64) -> Result<Vec<Acknowledgement>> {
        Ok(by_module(self.audience(project).await?.listeners, position))
    }

    fn connected(&self, project: ProjectId) -> FeedListeners {
        let mut listeners = self.listeners(project);
        let number = listeners.len();
        listeners.truncate(MOST);
        FeedListeners { number, listeners }
    }

    /// Stores the listeners of this instance, if there may be other instances.
    pub(super) async fn write_down(&self) -> Result<()> {
        let (store, projects) = (self.store(), self.projects());
        if store.kind() == "sqlite" || projects.is_empty() {
            return Ok(());
        }
        let (at, instance) = (self.now(), self.instance());
        let mut tx = store.begin().await?;
        // All instances write in the same order, so that they cannot deadlock.
        for project in projects {
            let FeedListeners { number, listeners } = self.connected(project);
            let subscribers = json!({ "number": number, "listeners": listeners });
            tx.put_audience(project, &Audience { instance: instance.to_owned(), at, subscribers }).await?;
        }
        tx.commit().await
    }
}

/// What another instance stored. A listener that cannot be read is left out, as another version may have written it.
fn read(subscribers: &Value) -> FeedListeners {
    let number = subscribers["number"].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
    let listeners = subscribers["listeners"].as_array().into_iter().flatten();
    let listeners = listeners.filter_map(|listener| serde_json::from_value(listener.clone()).ok()).collect();
    FeedListeners { number, listeners }
}

/// The listeners of all instances. A module that polls through a load balancer is known to several of them, and counts
/// once, as it was seen last.
fn together(everywhere: Vec<FeedListeners>) -> FeedListeners {
    let mut all = FeedListeners::default();
    let mut polling: BTreeMap<ModuleIdentity, usize> = BTreeMap::new();
    for FeedListeners { number, listeners } in everywhere {
        all.number += number;
        for listener in listeners {
            let known = polling.get(&listener.module).filter(|_| listener.transport != Transport::Socket);
            if let Some(&index) = known {
                all.number = all.number.saturating_sub(1);
                let known: &mut Listener = &mut all.listeners[index];
                if known.acknowledged_at < listener.acknowledged_at {
                    *known = Listener { since: known.since.min(listener.since), ..listener };
                }
                continue;
            }
            if listener.transport != Transport::Socket {
                polling.insert(listener.module.clone(), all.listeners.len());
            }
            all.listeners.push(listener);
        }
    }
    all
}

fn by_module(listeners: Vec<Listener>, position: i64) -> Vec<Acknowledgement> {
    let mut modules: BTreeMap<ModuleIdentity, Acknowledgement> = BTreeMap::new();
    for listener in listeners {
        // A connection that started at the position or later has nothing to acknowledge.
        let at = listener.acknowledged_at.unwrap_or(listener.since);
        let at = (listener.acknowledged >= position).then_some(at);
        let is_slow = listener.transport == Transport::Poll;
        let module = listener.module.clone();
        let all = modules.entry(module.clone()).or_insert(Acknowledgement { module, is_slow, at });
        all.at = all.at.zip(at).map(|(one, other)| one.max(other));
        all.is_slow &= is_slow;
    }
    modules.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::id::ClientId;

    fn listener(client: Option<&str>, acknowledged: i64, at: Option<i64>) -> Listener {
        let client_id = client.map(|id| ClientId(id.to_owned()));
        Listener {
            module: ModuleIdentity { client_id, ..ModuleIdentity::default() },
            transport: Transport::Socket,
            since: Timestamp(100),
            acknowledged,
            acknowledged_at: at.map(Timestamp),
            policy_revision: None,
        }
    }

    #[test]
    fn a_module_has_acknowledged_once_all_its_connections_have() {
        let at = |listeners: &[Listener]| -> Vec<_> {
            by_module(listeners.to_vec(), 7).into_iter().map(|acknowledgement| acknowledgement.at).collect()
        };
        assert_eq!(at(&[listener(Some("a"), 7, Some(120)), listener(Some("a"), 9, Some(130))]), [Some(Timestamp(130))]);
        assert_eq!(at(&[listener(Some("a"), 7, Some(120)), listener(Some("a"), 6, Some(130))]), [None]);
        assert_eq!(at(&[listener(Some("a"), 6, None), listener(Some("a"), 7, Some(120))]), [None]);
        assert_eq!(at(&[listener(None, 7, None), listener(Some("a"), 6, None)]), [Some(Timestamp(100)), None]);
        assert_eq!(at(&[]), []);
    }

    #[test]
    fn one_client_on_two_hosts_is_two_modules() {
        let on = |host: &str, acknowledged| {
            let known = listener(Some("a"), acknowledged, Some(120));
            Listener { module: ModuleIdentity { host: Some(host.into()), ..known.module.clone() }, ..known }
        };
        let modules = by_module(vec![on("web-1", 7), on("web-2", 6)], 7);
        let told: Vec<_> =
            modules.iter().map(|each| (each.module.host.as_deref().unwrap(), each.at.is_some())).collect();
        assert_eq!(told, [("web-1", true), ("web-2", false)]);
    }

    #[test]
    fn a_module_that_polls_several_instances_counts_once_as_it_was_seen_last() {
        let polling =
            |acknowledged, at| Listener { transport: Transport::Poll, ..listener(Some("a"), acknowledged, Some(at)) };
        let at = |listeners: Vec<Listener>| FeedListeners { number: listeners.len(), listeners };
        let all = together(vec![at(vec![polling(7, 120), listener(Some("a"), 9, None)]), at(vec![polling(8, 180)])]);
        assert_eq!(all.number, 2);
        assert_eq!(all.listeners, [polling(8, 180), listener(Some("a"), 9, None)]);
    }

    #[test]
    fn what_another_instance_wrote_wrongly_is_nobody() {
        for garbage in [json!(null), json!(7), json!({"acknowledged": "9"}), json!({"acknowledged": 9.5, "since": 1})] {
            assert_eq!(read(&json!({ "number": 1, "listeners": [garbage] })).listeners, []);
        }
        let earlier = json!({"client_id": "a", "transport": "socket", "since": 100, "acknowledged": 7,
            "acknowledged_at": null, "policy_revision": null});
        assert_eq!(read(&json!({ "number": 1, "listeners": [earlier] })).listeners, [listener(Some("a"), 7, None)]);
    }
}
