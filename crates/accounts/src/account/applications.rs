//! The applications that have access to an account, and withdrawing it.

use crate::admin::clients::Clients;
use crate::core::Core;
use crate::end::Endings;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::end::Ended;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::Account;
use usher_domain::event::EventKind;
use usher_domain::id::{ClientId, UserId};
use usher_domain::oauth::claim_release::ClaimRelease;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::first_party_client::is_first_party_client;
use usher_domain::oauth::grant::Grant;
use usher_domain::time::Timestamp;
use usher_domain::user::session::EndReason;
use usher_protocol::scope::Scope;

#[derive(Debug, Clone)]
pub struct Application {
    pub client: Arc<Client>,
    /// Everything that it may access.
    pub scope: Scope,
    /// The claims that were released to it, and when last.
    pub claims: BTreeMap<String, Timestamp>,
    /// When the user consented; `None` for first-party applications, which need no consent.
    pub allowed_at: Option<Timestamp>,
    pub first_used_at: Option<Timestamp>,
    /// Last use, rounded to an hour.
    pub last_used_at: Option<Timestamp>,
}

/// The data of one client before the client itself is loaded.
#[derive(Default)]
struct Gathered {
    scope: Scope,
    claims: BTreeMap<String, Timestamp>,
    allowed_at: Option<Timestamp>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Gathered {
    fn used(&mut self, first: Timestamp, last: Timestamp) {
        self.first = Some(self.first.map_or(first, |known| known.min(first)));
        self.last = Some(self.last.map_or(last, |known| known.max(last)));
    }

    fn grant(&mut self, grant: &Grant) {
        self.scope = self.scope.union(&grant.scope);
        self.used(grant.created_at, grant.refresh.map_or(grant.created_at, |family| family.rotated_at));
    }

    fn access(&mut self, access: ClaimRelease) {
        self.used(access.first_used_at, access.last_used_at);
        self.claims = access.claims;
    }
}

/// The applications of an account, and the consent that they hold.
pub struct Applications {
    pub core: Arc<Core>,
    pub clients: Arc<Clients>,
    pub endings: Arc<Endings>,
}

impl Applications {
    /// Every application with a consent or a valid grant, most recently used first.
    pub async fn applications(&self, account: &Account) -> Result<Vec<Application>, FlowError> {
        self.applications_of(account.user.id).await
    }

    /// As [`Self::applications`], for an administrator.
    pub async fn applications_of(&self, user: UserId) -> Result<Vec<Application>, FlowError> {
        let mut found: BTreeMap<ClientId, Gathered> = BTreeMap::new();
        for consent in self.core.store.list_consents(user).await? {
            let one = found.entry(consent.client_id).or_default();
            (one.scope, one.allowed_at) = (consent.scope, Some(consent.granted_at));
        }
        let standing = self.standing_grants(user).await?;
        // A session in token mode holds a grant of Usher's own client, which is no application.
        let others = standing.iter().filter(|grant| !is_first_party_client(&grant.client_id));
        for grant in others {
            found.entry(grant.client_id.clone()).or_default().grant(grant);
        }
        for access in self.core.store.list_accesses(user).await? {
            if let Some(one) = found.get_mut(&access.client_id) {
                one.access(access);
            }
        }
        let mut applications = Vec::new();
        for (id, one) in found {
            let Some(client) = self.clients.find_client(&id).await? else { continue };
            let Gathered { scope, claims, allowed_at, first, last } = one;
            applications.push(Application {
                client,
                scope,
                claims,
                allowed_at,
                first_used_at: first,
                last_used_at: last,
            });
        }
        applications.sort_by_key(|one| std::cmp::Reverse((one.last_used_at, one.allowed_at)));
        Ok(applications)
    }

    /// The valid grants of a user: those with a refresh token, or with an access token that has not expired.
    pub async fn standing_grants(&self, user: UserId) -> Result<Vec<Grant>, FlowError> {
        let now = self.core.now();
        Ok(self
            .core
            .store
            .list_standing_grants(user, now, now - self.core.config.tokens.longest_access_lifetime())
            .await?)
    }

    /// Withdraws the access of a client: deletes the consent and revokes every grant.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if there is nothing to withdraw.
    pub async fn withdraw_consent(&self, account: &Account, client: ClientId) -> Result<Ended, FlowError> {
        let user = account.user.id;
        let mut tx = self.core.store.begin().await?;
        let allowed = tx.delete_consent(user, &client).await?;
        let ended = self.endings.end_grants_at(&mut tx, user, &client, EndReason::ConsentWithdrawn).await?;
        tx.delete_access(user, &client).await?;
        if !allowed && ended.clients.is_empty() {
            // The record of released claims is deleted all the same.
            tx.commit().await?;
            return Err(Rejected::NotFound("application").into());
        }
        let event = self.core.event(EventKind::CONSENT_WITHDRAWN).with_user(user).with_session(account.session.id);
        tx.append(&event.with_client(&client)).await?;
        tx.commit().await?;
        Ok(ended)
    }
}
