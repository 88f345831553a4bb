//! Signing in with an asserted identity: look up, decide, apply; again if the data changed in between.

use crate::upstream::callback::UpstreamSignIn;
use std::time::Duration;

use super::{CallbackOutcome, Refusal, UpstreamFault, UpstreamIntent};
use crate::core::Device;
use crate::credentials::standing::check_standing;
use crate::error::FlowError;
use crate::login::accounts::{Account, Browser};
use usher_domain::email::Email;
use usher_domain::event::EventKind;
use usher_domain::id::{IdentityId, SessionId, UserId};
use usher_domain::provider::ProviderSettings;
use usher_domain::user::authentication::{AuthMeans, Authentication, SignInGuard};
use usher_domain::user::identity::{Identity, LinkedHow, Vouched};
use usher_domain::user::linking::{
    AddressOwner, EmailEvidence, IdentityOwner, Intent, LinkDecision, Situation, decide,
};
use usher_domain::user::proof::ProofKind;
use usher_domain::user::source::AttributeOrigin;
use usher_domain::user::{User, UserStatus};
use usher_mail::emails;
use usher_storage::{Result as Stored, StorageError, Tx};

/// How long an unlinked identity cannot create an account.
const QUARANTINE: Duration = Duration::from_hours(24);
/// How often the data may change under a decision.
const TRIES: usize = 3;

/// What is stored about an asserted identity.
pub(super) struct IdentityLookup {
    situation: Situation,
    /// The identity and its user.
    holder: Option<(Identity, User)>,
    /// The user who has verified the address.
    pub owner: Option<User>,
    /// The account that requests linking.
    asker: Option<Account>,
    /// Why no account is created.
    closed: Option<Refusal>,
}

/// The address with which an account would be created.
#[derive(Clone, Copy)]
pub(super) enum AddressForSignUp<'a> {
    /// It is asked for later.
    Later,
    /// This one, or none.
    Now(Option<&'a Email>),
}

impl UpstreamSignIn {
    /// Decides about an asserted identity, and applies the decision.
    pub(super) async fn decide_and_apply(
        &self,
        settings: &ProviderSettings,
        vouched: Vouched,
        intent: UpstreamIntent,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<CallbackOutcome, UpstreamFault> {
        for _ in 0..TRIES {
            let found = self.look_up(settings, &vouched, &intent, browser).await?;
            match Box::pin(self.carry_out(settings, &vouched, &intent, found, browser, device)).await {
                Err(UpstreamFault::Flow(FlowError::Internal(broken))) if broken.is_conflict() => {}
                Ok(None) => {}
                Ok(Some(arrived)) => return Ok(arrived),
                Err(fault) => return Err(fault),
            }
        }
        Err(UpstreamFault::Rejected(Refusal::Over))
    }

    async fn look_up(
        &self,
        settings: &ProviderSettings,
        vouched: &Vouched,
        intent: &UpstreamIntent,
        browser: &Browser,
    ) -> Result<IdentityLookup, FlowError> {
        let identity = self.core.store.find_identity(&vouched.issuer, &vouched.subject).await?;
        let holder = match identity {
            Some(identity) => self.core.store.find_user(identity.user_id).await?.map(|user| (identity, user)),
            None => None,
        };
        let asker = match intent {
            UpstreamIntent::Link { user, session } => {
                self.accounts.account_of(browser, *session).await?.filter(|account| account.user.id == *user)
            }
            UpstreamIntent::SignIn { .. } => None,
        };
        let well_shown = match &asker {
            Some(account) => self.factor_rules.is_well_shown(account).await?,
            None => false,
        };
        let (address, owner, user) = self.owner_of(vouched).await?;
        let claimed = vouched.email.as_ref().map(|claimed| &claimed.email);
        let for_sign_up = match address {
            EmailEvidence::Unproven => AddressForSignUp::Later,
            EmailEvidence::Relay => AddressForSignUp::Now(None),
            EmailEvidence::Verified | EmailEvidence::Authoritative => AddressForSignUp::Now(claimed),
        };
        let closed = self.why_closed(settings, intent, for_sign_up).await?;
        let situation = Situation {
            intent: match (intent, &asker) {
                (UpstreamIntent::SignIn { .. }, _) => Intent::SignIn,
                (UpstreamIntent::Link { .. }, None) => Intent::LinkElsewhere,
                (UpstreamIntent::Link { .. }, Some(_)) if !well_shown => Intent::LinkStale,
                (UpstreamIntent::Link { .. }, Some(_)) => Intent::Link,
            },
            holder: match (&holder, &asker) {
                (None, None) if user.as_ref().is_some_and(|owner| owner.status != UserStatus::Active) => {
                    IdentityOwner::Disabled
                }
                (None, _) if self.is_quarantined(vouched).await? => IdentityOwner::NobodySinceLately,
                (None, _) => IdentityOwner::Nobody,
                (Some((_, user)), _) if user.status != UserStatus::Active => IdentityOwner::Disabled,
                (Some((_, user)), Some(asker)) if user.id != asker.user.id => IdentityOwner::SomebodyElse,
                (Some(_), _) => IdentityOwner::User,
            },
            address,
            owner,
            policy: settings.link_policy,
            sign_up: closed.is_none(),
        };
        Ok(IdentityLookup { situation, holder, owner: user, asker, closed })
    }

    /// Why the provider may create no account on the way to the client: by its settings, or by those of the project. An
    /// address that is not trusted is asked for and proven later.
    pub(super) async fn why_closed(
        &self,
        settings: &ProviderSettings,
        intent: &UpstreamIntent,
        address: AddressForSignUp<'_>,
    ) -> Result<Option<Refusal>, FlowError> {
        if !(settings.sign_up && self.core.config.sign_up.enabled) {
            return Ok(Some(Refusal::Closed));
        }
        let rules = self.project_sign_ins.of_request(intent.interaction()).await?;
        let checked = rules.check_provider(&settings.id).and_then(|()| match address {
            AddressForSignUp::Later => Ok(()),
            AddressForSignUp::Now(email) => rules.check_address(email),
        });
        Ok(checked.err().map(Refusal::from))
    }

    /// How far the provider's address is trusted, and which user it belongs to.
    async fn owner_of(&self, vouched: &Vouched) -> Result<(EmailEvidence, AddressOwner, Option<User>), FlowError> {
        use usher_domain::email::trust::EmailTrust;
        let Some(claimed) = &vouched.email else { return Ok((EmailEvidence::Unproven, AddressOwner::Nobody, None)) };
        let address = match claimed.trust {
            // An unverified address is not trusted, not even one of a relay service.
            EmailTrust::Unverified => return Ok((EmailEvidence::Unproven, AddressOwner::Nobody, None)),
            _ if claimed.relay => EmailEvidence::Relay,
            EmailTrust::Verified => EmailEvidence::Verified,
            EmailTrust::Authoritative => EmailEvidence::Authoritative,
        };
        if let Some(user) = self.user_of_address(&claimed.email).await? {
            let guarded = self.core.store.find_factors(user.id).await?.ask_second_step();
            return Ok((address, if guarded { AddressOwner::Guarded } else { AddressOwner::User }, Some(user)));
        }
        let waiting = self.core.store.find_open_proof(&claimed.email, ProofKind::SignUp, self.core.now()).await?;
        Ok((address, if waiting.is_some() { AddressOwner::Waiting } else { AddressOwner::Nobody }, None))
    }

    /// The user who has verified an address; for a merged user, the kept one.
    pub(super) async fn user_of_address(&self, email: &Email) -> Result<Option<User>, FlowError> {
        let Some(user) = self.core.store.find_user_by_email(email).await? else { return Ok(None) };
        match user.status {
            UserStatus::Merged => Ok(Some(self.core.store.find_user_by_former_sub(&user.sub).await?.unwrap_or(user))),
            UserStatus::Active | UserStatus::Disabled => Ok(Some(user)),
        }
    }

    async fn is_quarantined(&self, vouched: &Vouched) -> Result<bool, FlowError> {
        let at = self.core.store.find_unlinked(&vouched.issuer, &vouched.subject).await?;
        Ok(at.is_some_and(|at| self.core.now() < at + QUARANTINE))
    }

    /// Applies a decision. `None` if the data changed meanwhile.
    async fn carry_out(
        &self,
        settings: &ProviderSettings,
        vouched: &Vouched,
        intent: &UpstreamIntent,
        found: IdentityLookup,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<Option<CallbackOutcome>, UpstreamFault> {
        let refuse = |refusal| Err(UpstreamFault::Rejected(refusal));
        match decide(found.situation) {
            LinkDecision::RefuseTaken => refuse(Refusal::Taken),
            LinkDecision::RefuseDisabled => refuse(Refusal::Disabled),
            LinkDecision::RefuseSession => refuse(Refusal::Over),
            LinkDecision::RefuseLately => refuse(Refusal::Lately),
            LinkDecision::RefuseClosed => {
                let why = found.closed.unwrap_or(Refusal::Closed);
                tracing::info!(upstream.provider = %settings.id, "refused: {why}");
                refuse(why)
            }
            LinkDecision::Reauthenticate => Ok(Some(CallbackOutcome::Reauthenticate)),
            LinkDecision::AlreadyLinked => Ok(Some(CallbackOutcome::Linked)),
            LinkDecision::Link => {
                let Some(asker) = found.asker else { return refuse(Refusal::Over) };
                self.link(settings, vouched, &asker.user, Some(asker.session.id), LinkedHow::Account).await?;
                self.factor_rules.renew_session(&asker, browser).await?;
                Ok(Some(CallbackOutcome::Linked))
            }
            LinkDecision::AskAddress => {
                Ok(Some(CallbackOutcome::Ask(self.ask_address(vouched, intent, browser).await?)))
            }
            LinkDecision::ConfirmBySignIn | LinkDecision::ConfirmByMail => {
                let Some(owner) = found.owner else { return Ok(None) };
                Ok(Some(CallbackOutcome::Ask(self.ask_confirmation(settings, vouched, intent, &owner, browser).await?)))
            }
            decision => Box::pin(self.enter_by(decision, settings, vouched, intent, found, browser, device)).await,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one decision, and all it stands on")]
    async fn enter_by(
        &self,
        decision: LinkDecision,
        settings: &ProviderSettings,
        vouched: &Vouched,
        intent: &UpstreamIntent,
        found: IdentityLookup,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<Option<CallbackOutcome>, UpstreamFault> {
        let (user, identity) = match (decision, found.holder, found.owner) {
            (LinkDecision::SignIn, Some((identity, user)), _) => (user, identity.id),
            (LinkDecision::LinkToOwner, _, Some(owner)) => {
                let identity = self.link(settings, vouched, &owner, None, LinkedHow::Auto).await?;
                (owner, identity)
            }
            (LinkDecision::SignUp | LinkDecision::SignUpAndPurge | LinkDecision::SignUpWithoutAddress, ..) => {
                let with_address = decision != LinkDecision::SignUpWithoutAddress;
                self.sign_up_vouched(vouched, with_address).await?
            }
            _ => return Ok(None),
        };
        let signed_in = self.enter(settings, vouched, user, identity, browser, device).await?;
        Ok(Some(CallbackOutcome::SignedIn { signed_in, intent: intent.clone() }))
    }

    /// Signs a user in by an identity, like every sign-in method.
    pub(super) async fn enter(
        &self,
        settings: &ProviderSettings,
        vouched: &Vouched,
        user: User,
        identity: IdentityId,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<super::SignedIn, FlowError> {
        self.record_assertion(vouched, &user, identity).await?;
        let means = AuthMeans::Upstream {
            provider: vouched.provider.to_string(),
            amr: vouched.amr.clone(),
            acr: vouched.acr.clone(),
            trusted: settings.trust_factors,
        };
        let guard = SignInGuard::Identity { id: identity, sid: vouched.sid.clone() };
        self.session_opening.finish_sign_in(user, Authentication::by(means), guard, browser, device).await
    }

    /// Stores the claims of this sign-in. The user's own address and profile do not change: another address is
    /// suggested to the user.
    async fn record_assertion(&self, vouched: &Vouched, user: &User, identity: IdentityId) -> Stored<()> {
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        tx.note_identity_used(identity, &vouched.profile, vouched.handle.as_deref(), now).await?;
        tx.note_suggestion(user.id, identity, vouched.suggestion(user.email.as_ref()), now).await?;
        tx.commit().await
    }

    /// Links an identity to a user who is known to own both. `asked_in` is the session of a signed-in user: it must be
    /// valid when the identity is written.
    pub(super) async fn link(
        &self,
        settings: &ProviderSettings,
        vouched: &Vouched,
        user: &User,
        asked_in: Option<SessionId>,
        how: LinkedHow,
    ) -> Result<IdentityId, UpstreamFault> {
        if user.factors_are_frozen(self.core.now()) {
            return Err(super::Rejected::Frozen.into());
        }
        let id = IdentityId::new(self.core.now(), &*self.core.random);
        let identity = self.identity(id, vouched, user.id, how);
        let provider = self.providers.kinds().button(settings);
        let notice = self.security_emails.notice(user, &emails::identity_linked(provider)).await?;
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        if let Some(session) = asked_in {
            check_standing(&mut tx, (user.id, session), now).await?;
        } else if !tx.hold_user(user.id).await? {
            return Err(StorageError::Conflict.into());
        }
        let held = tx.find_user(user.id).await?.filter(|held| held.email == user.email);
        if held.ok_or(StorageError::Conflict)?.factors_are_frozen(now) {
            return Err(super::Rejected::Frozen.into());
        }
        self.put_identity(&mut tx, &identity).await?;
        notice.post(&mut tx).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(id)
    }

    /// Creates a user for an asserted identity. A pending registration of a verified address is deleted, because
    /// somebody else may have begun it.
    pub(super) async fn sign_up_vouched(
        &self,
        vouched: &Vouched,
        with_address: bool,
    ) -> Result<(User, IdentityId), UpstreamFault> {
        let origin = AttributeOrigin::Provider(vouched.provider.to_string());
        let email = vouched.email.as_ref().filter(|_| with_address).map(|claimed| claimed.email.clone());
        let profile = vouched.profile.clone().checked().unwrap_or_default();
        let locale = profile.locale.clone();
        let user = self.registration.new_user(email, profile, locale, &origin);
        self.insert_vouched(user, vouched).await
    }

    pub(super) async fn insert_vouched(
        &self,
        user: User,
        vouched: &Vouched,
    ) -> Result<(User, IdentityId), UpstreamFault> {
        let id = IdentityId::new(self.core.now(), &*self.core.random);
        let identity = self.identity(id, vouched, user.id, LinkedHow::SignUp);
        let by = identity.provider.to_string();
        let created = self.core.event(EventKind::USER_CREATED).with_user(user.id).with("by", by);
        let mut tx = self.core.store.begin().await?;
        if let Some(email) = &user.email {
            tx.close_proofs_of_email(email, ProofKind::SignUp, self.core.now()).await?;
        }
        tx.insert_user(&user).await?;
        tx.append(&created).await?;
        self.put_identity(&mut tx, &identity).await?;
        tx.commit().await?;
        Ok((user, id))
    }

    async fn put_identity(&self, tx: &mut Tx, identity: &Identity) -> Stored<()> {
        tx.insert_identity(identity).await?;
        let event = self
            .core
            .event(EventKind::IDENTITY_LINKED)
            .with_user(identity.user_id)
            .with("provider", identity.provider.as_str())
            .with("identity", identity.id.to_string())
            .with("how", identity.linked_how.as_str());
        tx.append(&event).await
    }

    fn identity(&self, id: IdentityId, vouched: &Vouched, user: UserId, how: LinkedHow) -> Identity {
        Identity {
            id,
            user_id: user,
            provider: vouched.provider.clone(),
            issuer: vouched.issuer.clone(),
            subject: vouched.subject.clone(),
            email_at_link: vouched.email.as_ref().map(|claimed| claimed.email.clone()),
            email_state: vouched.email_state(),
            profile: vouched.profile.clone(),
            handle: vouched.handle.clone(),
            linked_at: self.core.now(),
            linked_how: how,
            last_used_at: None,
        }
    }
}
