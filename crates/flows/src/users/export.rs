//! The export of users, page by page, so that memory stays bounded.

use std::collections::HashMap;
use std::sync::Arc;

use crate::users::directory::{PageStart, UserDirectory};
use usher_accounts::core::Core;
use usher_accounts::error::FlowError;
use usher_domain::event::EventKind;
use usher_domain::id::UserId;
use usher_domain::page::MAX_PAGE;
use usher_domain::user::UserStatus;
use usher_domain::user::identity::Identity;
use usher_domain::user::search::UserQuery;
use usher_transfer::export::ExportFormat;

/// Exports users.
pub struct UserExports {
    pub(crate) core: Arc<Core>,
    pub(crate) user_directory: Arc<UserDirectory>,
}

/// An export that is under way.
pub struct UserExport {
    query: UserQuery,
    format: ExportFormat,
    /// The filter as it is recorded.
    filter: String,
    next: Option<PageStart>,
    count: u64,
}

impl UserExports {
    /// Begins an export and records it: what is sent cannot be called back.
    pub async fn start(&self, query: UserQuery, format: ExportFormat, filter: &str) -> Result<UserExport, FlowError> {
        let export = UserExport { query, format, filter: filter.to_owned(), next: Some(PageStart::First), count: 0 };
        self.record(EventKind::USERS_EXPORT_STARTED, &export).await?;
        Ok(export)
    }

    /// The next part of the file. `None` at the end, which is recorded with the number of users.
    pub async fn next_part(&self, export: &mut UserExport) -> Result<Option<String>, FlowError> {
        let Some(start) = export.next.take() else { return Ok(None) };
        let page = self.user_directory.find_users(&export.query, &start, MAX_PAGE).await?;
        // A merged user's data belong to another one.
        let users: Vec<_> = page.users.iter().filter(|one| one.user.status != UserStatus::Merged).collect();
        let identities = self.identities_of(users.iter().map(|one| one.user.id)).await?;
        let mut text = if start == PageStart::First { export.format.head() } else { String::new() };
        for one in &users {
            let own = identities.get(&one.user.id).map(Vec::as_slice).unwrap_or_default();
            text.push_str(&export.format.row(one, own));
        }
        export.count += u64::try_from(users.len()).unwrap_or(0);
        export.next = page.next.map(PageStart::After);
        if export.next.is_none() {
            self.record(EventKind::USERS_EXPORTED, export).await?;
        }
        Ok(Some(text))
    }

    async fn identities_of(
        &self,
        users: impl Iterator<Item = UserId>,
    ) -> Result<HashMap<UserId, Vec<Identity>>, FlowError> {
        let mut found: HashMap<UserId, Vec<Identity>> = HashMap::new();
        for identity in self.core.store.list_identities_of(users).await? {
            found.entry(identity.user_id).or_default().push(identity);
        }
        Ok(found)
    }

    async fn record(&self, kind: EventKind, export: &UserExport) -> Result<(), FlowError> {
        let event = self.core.event(kind).with("format", export.format.as_str()).with("filter", export.filter.as_str());
        let event = if kind == EventKind::USERS_EXPORTED { event.with("count", export.count) } else { event };
        let mut tx = self.core.store.begin_single().await?;
        tx.append(&event).await?;
        tx.commit().await?;
        Ok(())
    }
}
