//! Receipts: after sessions and grants ended, what happens to the tokens of each application.

use crate::admin::clients::Clients;
use crate::core::{Core, LOOK_EVERY, LOOKS};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::end::Ended;
use crate::error::FlowError;
use crate::login::accounts::Account;
use usher_domain::event::logout_notice::{LogoutNotice, NoticeStatus};
use usher_domain::event::receipt::{AccessEnd, ReceiptApplication, until_tokens_expire};
use usher_domain::id::{ClientId, ProjectId};
use usher_domain::oauth::client::Client;
use usher_domain::oauth::first_party_client::is_first_party_client;
use usher_domain::time::Timestamp;

/// How long the account shows which applications were notified.
const SHOWN: Duration = Duration::from_hours(24);

/// An application that receives a logout token for an ended session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptEntry {
    /// The line of the receipt.
    pub line: ReceiptApplication,
    /// When the session ended.
    pub at: Timestamp,
}

/// The receipts of sign-outs: which applications have been notified.
pub struct Receipts {
    pub core: Arc<Core>,
    pub clients: Arc<Clients>,
}

impl Receipts {
    /// One line for each application that lost its access, by name. Waits a moment for pending back-channel logouts.
    pub async fn receipt(&self, ended: &Ended) -> Result<Vec<ReceiptApplication>, FlowError> {
        let mut clients = Vec::new();
        for id in ended.clients.iter().filter(|client| !is_first_party_client(client)) {
            clients.push((id, self.clients.find_client(id).await?));
        }
        let listens = |client: &Client| client.metadata.backchannel_logout_uri.is_some();
        let listening: BTreeSet<&ClientId> = clients
            .iter()
            .filter(|(_, client)| client.as_ref().is_some_and(|client| listens(client)))
            .map(|(id, _)| *id)
            .collect();
        let notices = self.notices_of(ended, &listening).await?;
        let mut lines = Vec::new();
        for (id, client) in &clients {
            // Without rotation the row does not hold when the last token was issued: it may have been just now.
            let rotates = client.as_ref().is_some_and(|client| client.metadata.rotates_refresh_tokens());
            let until_expiry = self.until_expiry(ended.issued_at(id).filter(|_| rotates));
            let access_end =
                if listening.contains(id) { access_end_of(id, &notices, until_expiry) } else { until_expiry };
            let name = client.as_ref().map_or_else(|| id.0.clone(), |client| client.metadata.client_name.clone());
            let project_id = client.as_ref().map(|client| client.project_id);
            lines.push(ReceiptApplication {
                client_id: (*id).clone(),
                name,
                project_id,
                access_end,
                modules: Vec::new(),
            });
        }
        lines.sort_by_key(|line| line.name.to_lowercase());
        Ok(lines)
    }

    /// Waits a moment until the events of what ended were dispatched; then returns the position of the project's feed.
    pub async fn feed_position_after(&self, ended: &Ended, project: ProjectId) -> Result<Option<i64>, FlowError> {
        let Some(user) = ended.user else { return Ok(None) };
        if !self.core.events_are_dispatched(user).await? {
            return Ok(None);
        }
        Ok(self.core.store.feed_place(project).await?.map(|place| place.position))
    }

    /// The applications that received, or will receive, a logout token for this user's sessions, newest first.
    pub async fn notified_of_logout(&self, account: &Account) -> Result<Vec<ReceiptEntry>, FlowError> {
        let mut notified = Vec::new();
        for notice in self.core.store.list_logout_notices(account.user.id, self.core.now() - SHOWN).await? {
            let Some(client) = self.clients.find_client(&notice.client_id).await? else { continue };
            let access_end = match notice.status {
                NoticeStatus::Delivered => AccessEnd::Notified,
                NoticeStatus::Waiting => AccessEnd::Retrying,
                NoticeStatus::Rejected | NoticeStatus::GivenUp => self.until_expiry(Some(notice.at)),
            };
            let name = client.metadata.client_name.clone();
            let project_id = Some(client.project_id);
            let line =
                ReceiptApplication { client_id: notice.client_id, name, project_id, access_end, modules: Vec::new() };
            notified.push(ReceiptEntry { line, at: notice.at });
        }
        Ok(notified)
    }

    /// The logout deliveries of what ended, once all are finished or a moment has passed.
    async fn notices_of(&self, ended: &Ended, listening: &BTreeSet<&ClientId>) -> Result<Vec<LogoutNotice>, FlowError> {
        let (Some(user), Some(at)) = (ended.user, ended.at) else { return Ok(Vec::new()) };
        if listening.is_empty() {
            return Ok(Vec::new());
        }
        for _ in 0..LOOKS {
            let notices = self.core.store.list_logout_notices(user, at).await?;
            let done = |id: &ClientId| {
                let mut of_it = notices.iter().filter(|notice| notice.client_id == *id).peekable();
                of_it.peek().is_some() && of_it.all(|notice| notice.status != NoticeStatus::Waiting)
            };
            if listening.iter().all(|id| done(id)) {
                return Ok(notices);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(self.core.store.list_logout_notices(user, at).await?)
    }

    /// The remaining lifetime of the tokens that an application got then, or now if that is unknown.
    fn until_expiry(&self, issued_at: Option<Timestamp>) -> AccessEnd {
        let now = self.core.now();
        until_tokens_expire(
            issued_at.map_or(now, |at| now.min(at)),
            self.core.config.tokens.longest_access_lifetime(),
            now,
        )
    }
}

/// The state of an application with back-channel logout: that of its worst delivery.
fn access_end_of(id: &ClientId, notices: &[LogoutNotice], until_expiry: AccessEnd) -> AccessEnd {
    let mut of_it = notices.iter().filter(|notice| notice.client_id == *id).map(|notice| notice.status).peekable();
    if of_it.peek().is_none() {
        return AccessEnd::Retrying;
    }
    of_it.fold(AccessEnd::Notified, |worst, status| match (worst, status) {
        (AccessEnd::Notified, NoticeStatus::Delivered) => AccessEnd::Notified,
        (AccessEnd::Notified | AccessEnd::Retrying, NoticeStatus::Waiting | NoticeStatus::Delivered) => {
            AccessEnd::Retrying
        }
        _ => until_expiry,
    })
}
