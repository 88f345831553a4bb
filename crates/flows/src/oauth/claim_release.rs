//! Records the claims that are released to clients: once an hour for each grant, or when a claim is new.

use crate::oauth::issue::TokenIssuer;
use std::collections::BTreeSet;

use usher_accounts::error::FlowError;
use usher_domain::event::EventKind;
use usher_domain::id::{ClientId, GrantId, UserId};

impl TokenIssuer {
    /// Records that claims of a user, including `sub`, are released to a client by this grant.
    ///
    /// Most requests find in the cache that it is recorded already. A grant after a withdrawal is a new one, which no
    /// instance has cached. A failure is logged and does not reject the request.
    pub(crate) async fn note_release(
        &self,
        grant: GrantId,
        (user, client): (UserId, &ClientId),
        claims: BTreeSet<String>,
    ) {
        let noted = self.releases.get(&grant).unwrap_or_default();
        if claims.is_subset(&noted) {
            return;
        }
        let all: BTreeSet<String> = noted.union(&claims).cloned().collect();
        match self.write_release(user, client, &all).await {
            Ok(()) => self.releases.insert(grant, all),
            Err(error) => tracing::warn!(client.id = %client, "what was released could not be written down: {error}"),
        }
    }

    async fn write_release(&self, user: UserId, client: &ClientId, claims: &BTreeSet<String>) -> Result<(), FlowError> {
        let now = self.core.now();
        let event = self.core.event(EventKind::ACCESS_USED).with_user(user).with_client(client);
        let event = event.with("claims", claims.iter().cloned().collect::<Vec<_>>());
        let mut tx = self.core.store.begin().await?;
        tx.release_claims(user, client, claims, now).await?;
        tx.append(&event).await?;
        Ok(tx.commit().await?)
    }
}
