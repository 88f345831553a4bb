//! The one-time link that makes the first administrator: there is no default password, and none in a log.

use crate::admin::users::Users;
use crate::core::Core;
use crate::login::finish_sign_in::SessionOpening;
use crate::login::throttle::Throttles;
use std::sync::Arc;
use std::time::Duration;

use crate::admin::users::NewUser;
use crate::core::Device;
use crate::credentials::password_rules::normalise;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::{Browser, secret_hash};
use crate::login::finish_sign_in::SignedIn;
use crate::login::open_session::password_guard;
use usher_domain::email::Email;
use usher_domain::event::EventKind;
use usher_domain::id::ProofId;
use usher_domain::user::authentication::{AuthMeans, Authentication};
use usher_domain::user::proof::{Proof, ProofKind};
use usher_domain::user::{User, UserStatus};
use usher_storage::StorageError;

/// How long a setup link is valid.
const LIFETIME: Duration = Duration::from_mins(30);

/// Links with which invited users and the first administrator set up their account.
#[derive(Clone)]
pub struct SetupLinks {
    pub(crate) core: Arc<Core>,
    pub(crate) session_opening: Arc<SessionOpening>,
    pub(crate) throttles: Arc<Throttles>,
    pub(crate) users: Arc<Users>,
}

impl SetupLinks {
    /// Creates a setup link. Older ones stay valid until they are used or expire.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn create_setup_link(&self) -> Result<String, FlowError> {
        let (now, code) = (self.core.now(), self.core.random.token());
        let proof = Proof {
            id: ProofId::new(now, &*self.core.random),
            kind: ProofKind::Setup,
            email: None,
            user_id: None,
            sealed: None,
            attempts: 0,
            created_at: now,
            expires_at: now + LIFETIME,
            used_at: None,
        };
        let (event, hash) = (self.core.event(EventKind::SetupLinkCreated), secret_hash(&code));
        let put = self.core.store.write(move |mut tx| {
            Box::pin(async move {
                tx.insert_proof(&proof, &hash, None).await?;
                tx.append(&event).await
            })
        });
        put.await?;
        Ok(self.core.config.server.issuer.at(&format!("/setup/{code}")))
    }

    /// Is this setup link valid?
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_setup_open(&self, code: &str) -> Result<bool, FlowError> {
        let proof = self.core.store.find_proof_by_token(&secret_hash(code), ProofKind::Setup).await?;
        Ok(proof.is_some_and(|proof| proof.is_open(self.core.now())))
    }

    /// Uses a setup link: creates an administrator, or makes an existing user one who knows their password.
    ///
    /// # Errors
    /// [`Rejected::ProofOver`], or the faults of the fields; only success uses up the link.
    pub async fn set_up(
        &self,
        code: &str,
        admin: NewUser,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<SignedIn, FlowError> {
        let found = self.core.store.find_proof_by_token(&secret_hash(code), ProofKind::Setup).await?;
        let proof = found.filter(|proof| proof.is_open(self.core.now())).ok_or(Rejected::ProofOver)?;
        let email = Email::parse(&admin.email)?;
        let user = match self.core.store.find_user_by_email(&email).await? {
            Some(user) => {
                self.check_password_of(&user, &admin, device).await?;
                self.promote(user, proof.id).await?
            }
            None => self.create_first(admin, proof.id).await?,
        };
        let phc = self.core.store.find_password(user.id).await?.unwrap_or_default();
        self.session_opening
            .finish_sign_in(user, Authentication::by(AuthMeans::Password), password_guard(&phc), browser, device)
            .await
    }

    /// Creates the user and spends the link in one transaction: the loser of a race creates no user.
    async fn create_first(&self, admin: NewUser, proof: ProofId) -> Result<User, FlowError> {
        let prepared = self.users.prepare_user(NewUser { admin: true, ..admin }).await?;
        let (usher, now, made) = (self.clone(), self.core.now(), prepared.user.clone());
        let create = self.core.store.write(move |mut tx| {
            Box::pin(async move {
                if !tx.take_proof(proof, ProofKind::Setup, now).await? {
                    return Ok(false);
                }
                prepared.insert(&usher.core, &mut tx).await?;
                tx.append(&usher.core.event(EventKind::UserUpdated).with_user(prepared.user.id).with("admin", true))
                    .await?;
                Ok(true)
            })
        });
        match create.await {
            Ok(true) => Ok(made),
            Ok(false) => Err(Rejected::ProofOver.into()),
            Err(StorageError::Conflict) => Err(Rejected::EmailTaken.into()),
            Err(other) => Err(other.into()),
        }
    }

    async fn promote(&self, user: User, proof: ProofId) -> Result<User, FlowError> {
        let (usher, now, id) = (self.clone(), self.core.now(), user.id);
        let promote = self.core.store.write(move |mut tx| {
            Box::pin(async move {
                let active = tx.lock_user(id).await?.is_some_and(|user| user.status == UserStatus::Active);
                if !active || !tx.take_proof(proof, ProofKind::Setup, now).await? {
                    return Ok(false);
                }
                tx.set_user_admin(id, true, now).await?;
                tx.append(&usher.core.event(EventKind::UserUpdated).with_user(id).with("admin", true)).await?;
                Ok(true)
            })
        });
        if promote.await? { Ok(User { admin: true, ..user }) } else { Err(Rejected::ProofOver.into()) }
    }

    async fn check_password_of(&self, user: &User, given: &NewUser, device: &Device) -> Result<(), FlowError> {
        self.throttles.count_sign_in(user.account_name(), &device.source, None).await?;
        let password = given
            .password
            .as_ref()
            .map(|password| normalise(password.expose()))
            .transpose()?
            .ok_or(Rejected::WrongPassword)?;
        let phc = self.core.store.find_password(user.id).await?;
        let fits = self.core.password_pool.verify(password, phc).await?.ok;
        // A disabled user cannot come back by a setup link.
        if fits && user.status == UserStatus::Active { Ok(()) } else { Err(Rejected::WrongPassword.into()) }
    }
}
