//! The APIs that the metadata announces (RFC 9728 §4).

use std::sync::Arc;

use super::Apis;
use usher_config::ProjectCreators;

/// With more APIs none is announced: a list that lacks some would say that they do not belong here.
const MOST: u32 = 100;

impl Apis {
    /// The identifiers of all APIs; none where anybody may create projects, whose APIs are not the operator's to publish,
    /// nor while the database cannot be read: the metadata is served anyway.
    pub async fn announced(&self) -> Arc<[String]> {
        if self.core.config.projects.create == ProjectCreators::Anyone {
            return Arc::default();
        }
        if let Some(known) = self.announced.get(&()) {
            return known;
        }
        match self.core.store.list_api_identifiers(MOST + 1).await {
            Ok(all) => {
                let all: Arc<[String]> = if all.len() > MOST as usize { Arc::default() } else { all.into() };
                self.announced.insert((), all.clone());
                all
            }
            Err(error) => {
                tracing::warn!("the metadata names no API: {error}");
                Arc::default()
            }
        }
    }
}
