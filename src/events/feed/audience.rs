//! Who listens, at every instance: each writes down now and then whom it has connected, for the others to read.

use std::time::Duration;

use serde_json::{Value, json};

use super::hub::Hub;
use crate::domain::id::ProjectId;
use crate::storage::feed::Audience;
use crate::storage::{Result, Store};

/// Listeners that are written down by name; beyond that only their number.
const MOST: usize = 1_000;
/// What an instance wrote down longer ago is not believed: it has stopped, or lost its database.
const BELIEVED: Duration = Duration::from_secs(30);

/// Whom one instance has connected.
#[derive(Debug, Clone, PartialEq)]
pub struct Connected {
    /// How many.
    pub number: usize,
    /// Who, those who have listened longest, each as [`super::Listener`] is written.
    pub listeners: Vec<Value>,
}

impl Hub {
    /// Whoever listens to a project: at this instance as it is now, at the others as they last wrote it down.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn audience(&self, project: ProjectId) -> Result<Vec<Connected>> {
        let mut everywhere = vec![self.connected(project)];
        let since = self.now() - BELIEVED;
        for audience in self.store().list_audience(project, since).await? {
            if audience.instance != self.instance() {
                everywhere.push(read(&audience.subscribers));
            }
        }
        Ok(everywhere)
    }

    fn connected(&self, project: ProjectId) -> Connected {
        let listeners = self.listeners(project);
        let number = listeners.len();
        let listeners =
            listeners.iter().take(MOST).filter_map(|listener| serde_json::to_value(listener).ok()).collect();
        Connected { number, listeners }
    }

    /// Writes down whom this instance has connected, where there may be others to read it.
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
            let Connected { number, listeners } = self.connected(project);
            let subscribers = json!({ "number": number, "listeners": listeners });
            audiences.push((project, Audience { instance: instance.clone(), at, subscribers }));
        }
        // Everybody writes in the same order, so that nobody waits for each other.
        audiences.sort_by_key(|(project, _)| *project);
        let write = store.write(move |mut tx| {
            Box::pin(async move {
                for (project, audience) in &audiences {
                    tx.put_audience(*project, audience).await?;
                }
                Ok(())
            })
        });
        write.await
    }
}

fn read(subscribers: &Value) -> Connected {
    let number = subscribers["number"].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
    Connected { number, listeners: subscribers["listeners"].as_array().cloned().unwrap_or_default() }
}
