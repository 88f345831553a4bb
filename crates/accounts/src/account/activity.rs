//! The activity log of an account, and the export of its data.

use crate::account::applications::Applications;
use crate::account::profile::Profiles;
use crate::admin::clients::Clients;
use crate::core::Core;
use serde_json::{Map, Value, json};
use std::sync::Arc;

use crate::error::FlowError;
use crate::login::accounts::Account;
use usher_domain::event::EventCatalogue;
use usher_domain::id::{ClientId, UserId};
use usher_domain::page::{Cursor, MAX_PAGE, Page};
use usher_domain::user::activity::ActivityHeading;
use usher_domain::user::identity::{Identity, SuggestedEmail};
use usher_domain::user::session::Session;
use usher_storage::events::ShownEvent;

/// Events on one page.
const PAGE: u32 = 25;

/// What happened to an account.
pub struct ActivityLog {
    pub core: Arc<Core>,
    pub applications: Arc<Applications>,
    pub clients: Arc<Clients>,
    pub profiles: Arc<Profiles>,
}

impl ActivityLog {
    /// A page of the events of an account, newest first.
    pub async fn activity(
        &self,
        account: &Account,
        heading: Option<ActivityHeading>,
        before: Option<Cursor>,
    ) -> Result<Page<ShownEvent>, FlowError> {
        self.activity_of(account.user.id, heading, before).await
    }

    /// As [`Self::activity`], for an administrator.
    pub async fn activity_of(
        &self,
        user: UserId,
        heading: Option<ActivityHeading>,
        before: Option<Cursor>,
    ) -> Result<Page<ShownEvent>, FlowError> {
        let kinds: Vec<&str> = EventCatalogue::STANDARD.shown_under(heading).collect();
        Ok(self.core.store.list_shown_events(user, &kinds, before, PAGE).await?)
    }

    /// The name of a client, for display; its id if it was deleted.
    pub async fn client_name(&self, id: &ClientId) -> Result<String, FlowError> {
        let client = self.clients.find_client(id).await?;
        Ok(client.map_or_else(|| id.0.clone(), |client| client.metadata.client_name.clone()))
    }

    /// All data about a user, for the user: no secrets, and nothing about others.
    pub async fn export(&self, account: &Account) -> Result<Value, FlowError> {
        let user = &account.user;
        let mut consents = Vec::new();
        for consent in self.core.store.list_consents(user.id).await? {
            consents.push(json!({ "client": self.named(&consent.client_id).await?, "scope": consent.scope.to_string(),
                "allowed_at": consent.granted_at.rfc3339() }));
        }
        let mut grants = Vec::new();
        for grant in self.applications.standing_grants(user.id).await? {
            grants.push(json!({ "client": self.named(&grant.client_id).await?, "scope": grant.scope.to_string(),
                "since": grant.created_at.rfc3339(), "session": grant.session_id, "offline": grant.refresh.is_some() }));
        }
        let mut released = Vec::new();
        for access in self.core.store.list_accesses(user.id).await? {
            let claims: Map<String, Value> =
                access.claims.iter().map(|(claim, at)| (claim.clone(), at.rfc3339().into())).collect();
            released.push(json!({ "client": self.named(&access.client_id).await?, "claims": claims,
                "first_used": access.first_used_at.rfc3339(), "last_used": access.last_used_at.rfc3339() }));
        }
        let sessions: Vec<Value> = self.profiles.sessions_of(account).await?.iter().map(session_json).collect();
        let profile = &user.profile;
        Ok(json!({
            "exported_at": self.core.now().rfc3339(),
            "user": { "id": user.id, "sub": user.sub, "email": user.email, "locale": user.locale, "admin": user.admin,
                "created_at": user.created_at.rfc3339(), "updated_at": user.updated_at.rfc3339() },
            "profile": profile,
            "sources": user.sources,
            "identities": self.export_identities(account).await?,
            "suggested_emails": self.core.store.list_suggestions(user.id).await?.iter().map(suggestion_json).collect::<Vec<_>>(),
            "former_subs": self.core.store.list_former_subs(user.id).await?,
            "sessions": sessions,
            "consents": consents,
            "grants": grants,
            "released": released,
            "factors": self.export_factors(account).await?,
            "events": self.export_events(account).await?,
        }))
    }

    /// The linked identities and the claims that their providers asserted.
    async fn export_identities(&self, account: &Account) -> Result<Vec<Value>, FlowError> {
        let identities = self.core.store.list_identities(account.user.id).await?;
        Ok(identities.iter().map(identity_json).collect())
    }

    /// The factors, with names and counts, without secrets.
    async fn export_factors(&self, account: &Account) -> Result<Value, FlowError> {
        let factors = self.core.store.find_factors(account.user.id).await?;
        Ok(json!({
            "password": self.core.store.find_password(account.user.id).await?.is_some(),
            "authenticator_app": factors.totp,
            "passkeys": factors.passkeys,
            "recovery_codes_left": factors.recovery_codes,
        }))
    }

    /// Every event, read page by page, so that no query returns more than a page.
    async fn export_events(&self, account: &Account) -> Result<Vec<Value>, FlowError> {
        let kinds: Vec<&str> = EventCatalogue::STANDARD.shown_under(None).collect();
        let (mut events, mut before) = (Vec::new(), None);
        loop {
            let page = self.core.store.list_shown_events(account.user.id, &kinds, before, MAX_PAGE).await?;
            for ShownEvent { event, session_id, user_agent, source } in page.items {
                events.push(json!({ "id": event.id, "kind": event.kind, "at": event.at.rfc3339(),
                    "client_id": event.client_id, "session": session_id, "browser": user_agent, "network": source,
                    "data": event.data }));
            }
            match page.next {
                Some(next) => before = Some(next),
                None => return Ok(events),
            }
        }
    }

    async fn named(&self, id: &ClientId) -> Result<Value, FlowError> {
        Ok(json!({ "id": id, "name": self.client_name(id).await? }))
    }
}

fn identity_json(identity: &Identity) -> Value {
    json!({ "id": identity.id, "provider": identity.provider.as_str(), "issuer": identity.issuer,
        "subject": identity.subject, "email_at_link": identity.email_at_link, "profile": identity.profile,
        "handle": identity.handle, "linked_at": identity.linked_at.rfc3339() })
}

fn suggestion_json(suggested: &SuggestedEmail) -> Value {
    json!({ "email": suggested.email, "provider": suggested.provider.as_str() })
}

fn session_json(session: &Session) -> Value {
    json!({ "id": session.id, "since": session.created_at.rfc3339(), "last_seen": session.last_seen_at.rfc3339(),
        "authenticated_at": session.auth_time.rfc3339(), "amr": session.amr, "acr": session.acr,
        "browser": session.user_agent, "network": session.source })
}
