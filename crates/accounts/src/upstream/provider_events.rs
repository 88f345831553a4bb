//! Events that providers send: a user signed out, revoked the consent, or was deleted.

use crate::core::Core;
use crate::end::Endings;
use crate::security_emails::SecurityEmails;
use crate::upstream::identities::Identities;
use crate::upstream::providers::Providers;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::Arc;

use super::UpstreamFault;
use crate::error::Rejected;
use crate::login::accounts::secret_hash;
use crate::security_emails::PreparedNotice;
use usher_domain::event::EventKind;
use usher_domain::provider::ProviderId;
use usher_domain::user::identity::Identity;
use usher_domain::user::session::EndReason;
use usher_mail::emails;
use usher_storage::{Result as Stored, Tx};
use usher_upstream::{ProviderEvent, ProviderEventKind, ProviderEventRequest};

/// How often an identity may change its user while an event about it is processed.
const TRIES: usize = 3;

/// The result of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderEventOutcome {
    /// A code by which the user can check whether the data were deleted (required by Facebook).
    pub confirmation: Option<String>,
}

/// Events that upstream providers report.
pub struct ProviderEvents {
    pub core: Arc<Core>,
    pub endings: Arc<Endings>,
    pub identities: Arc<Identities>,
    pub providers: Arc<Providers>,
    pub security_emails: Arc<SecurityEmails>,
}

impl ProviderEvents {
    /// Verifies and processes an event of a provider, once only.
    ///
    /// # Errors
    /// [`UpstreamFault::Upstream`] if it cannot be verified.
    pub async fn receive(
        &self,
        provider: &ProviderId,
        request: &ProviderEventRequest,
    ) -> Result<ProviderEventOutcome, UpstreamFault> {
        let upstream = self.providers.provider(provider).await?;
        let mut outcome = ProviderEventOutcome { confirmation: None };
        for notice in upstream.notice(request).await? {
            let hash = secret_hash(&format!("{provider}\n{}", notice.id));
            if notice.kind == ProviderEventKind::DataDeletion {
                outcome.confirmation = Some(URL_SAFE_NO_PAD.encode(hash));
            }
            self.apply(&notice, hash, self.providers.kinds().button(upstream.settings())).await?;
        }
        Ok(outcome)
    }

    async fn apply(&self, notice: &ProviderEvent, hash: [u8; 32], name: &str) -> Result<(), UpstreamFault> {
        for _ in 0..TRIES {
            if self.act_on(notice.clone(), hash, name).await? {
                self.core.mail_wakeup.notify_one();
                return Ok(());
            }
        }
        Err(Rejected::Superseded.into())
    }

    /// Was the deletion with this confirmation code carried out?
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_deletion_done(&self, confirmation: &str) -> Result<bool, UpstreamFault> {
        match URL_SAFE_NO_PAD.decode(confirmation) {
            Ok(hash) if hash.len() == 32 => Ok(self.core.store.is_provider_event_known(&hash).await?),
            _ => Ok(false),
        }
    }

    /// `false`, and nothing changes, if the identity was moved to another user meanwhile.
    async fn act_on(&self, notice: ProviderEvent, hash: [u8; 32], name: &str) -> Result<bool, UpstreamFault> {
        let identity = match &notice.subject {
            Some(subject) => self.core.store.find_identity(&notice.issuer, subject).await?,
            None => None,
        };
        let user = match &identity {
            Some(identity) => self.core.store.find_user(identity.user_id).await?,
            None => None,
        };
        let notices = match &user {
            Some(user) => Some((
                self.security_emails.notice(user, &emails::identity_unlinked(name)).await?,
                self.security_emails.notice(user, &emails::last_identity_deleted(name)).await?,
            )),
            None => None,
        };
        let mut event = self
            .core
            .event(EventKind::PROVIDER_NOTICE)
            .with("provider", notice.provider.as_str())
            .with("kind", word(notice.kind));
        event.user_id = identity.as_ref().map(|identity| identity.user_id);
        let mut tx = self.core.store.begin().await?;
        if let Some(identity) = &identity
            && !is_still_theirs(&mut tx, identity).await?
        {
            return Ok(false);
        }
        if !tx.mark_provider_event(&hash, notice.forget_after).await? {
            return Ok(true);
        }
        tx.append(&event).await?;
        self.end_upstream_sessions(&mut tx, &notice, identity.as_ref()).await?;
        if let Some(identity) = identity.filter(|_| is_end(notice.kind)) {
            self.take_link_back(&mut tx, &identity, notices).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Unlinks an identity, unless it is the last sign-in method: that one stays, but does not work while the provider
    /// says so.
    async fn take_link_back(
        &self,
        tx: &mut Tx,
        identity: &Identity,
        notices: Option<(PreparedNotice, PreparedNotice)>,
    ) -> Stored<()> {
        let spare = tx.count_ways_in(identity.user_id).await?.can_spare_one();
        if spare {
            self.identities.remove_identity(tx, identity).await?;
        } else {
            tx.forget_vouched(identity.id).await?;
        }
        match notices {
            Some((unlinked, _)) if spare => unlinked.post(tx).await,
            Some((_, last)) => last.post(tx).await,
            None => Ok(()),
        }
    }

    /// Ends the sessions here that the event names.
    async fn end_upstream_sessions(
        &self,
        tx: &mut Tx,
        notice: &ProviderEvent,
        identity: Option<&Identity>,
    ) -> Stored<()> {
        if ends_nothing(notice.kind) {
            return Ok(());
        }
        let sessions = match (identity, &notice.sid) {
            (Some(identity), sid) => {
                let sessions = tx.sessions_of_identity(identity.id, sid.as_deref()).await?;
                sessions.into_iter().map(|session| (session, identity.user_id)).collect()
            }
            (None, Some(sid)) => tx.sessions_of_upstream(&notice.issuer, sid).await?,
            (None, None) => Vec::new(),
        };
        for (session, user) in sessions {
            self.endings.end_session(tx, user, session, EndReason::UpstreamEnded).await?;
        }
        Ok(())
    }
}

/// Whether the sessions that the identity opened continue.
const fn ends_nothing(kind: ProviderEventKind) -> bool {
    use ProviderEventKind::{EmailDisabled, EmailEnabled, Enabled, Test};
    matches!(kind, Enabled | EmailDisabled | EmailEnabled | Test)
}

/// Does the event end the identity?
const fn is_end(kind: ProviderEventKind) -> bool {
    matches!(kind, ProviderEventKind::Gone | ProviderEventKind::DataDeletion)
}

/// Does the identity still belong to its user? It stays locked until the transaction ends.
async fn is_still_theirs(tx: &mut Tx, identity: &Identity) -> Stored<bool> {
    tx.lock_user(identity.user_id).await?;
    let held = tx.find_identity(&identity.issuer, &identity.subject).await?;
    Ok(held.is_some_and(|held| held.user_id == identity.user_id))
}

const fn word(kind: ProviderEventKind) -> &'static str {
    match kind {
        ProviderEventKind::SignedOut => "signed_out",
        ProviderEventKind::Gone => "gone",
        ProviderEventKind::DataDeletion => "data_deletion",
        ProviderEventKind::Disabled => "disabled",
        ProviderEventKind::Enabled => "enabled",
        ProviderEventKind::CredentialChange => "credential_change",
        ProviderEventKind::EmailDisabled => "email_disabled",
        ProviderEventKind::EmailEnabled => "email_enabled",
        ProviderEventKind::Test => "test",
    }
}
