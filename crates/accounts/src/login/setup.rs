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
use crate::error::{FlowError, Rejected, on_conflict};
use crate::login::accounts::{Browser, secret_hash};
use crate::login::finish_sign_in::SignedIn;
use crate::login::open_session::password_guard;
use usher_domain::email::Email;
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{ProofId, UserId};
use usher_domain::urls;
use usher_domain::user::authentication::{AuthMeans, Authentication};
use usher_domain::user::proof::{Proof, ProofKind};
use usher_domain::user::{User, UserStatus};

/// How long a setup link is valid.
const LIFETIME: Duration = Duration::from_mins(30);

/// Links with which invited users and the first administrator set up their account.
pub struct SetupLinks {
    pub core: Arc<Core>,
    pub session_opening: Arc<SessionOpening>,
    pub throttles: Arc<Throttles>,
    pub users: Arc<Users>,
}

impl SetupLinks {
    /// Creates a setup link. Older ones stay valid until they are used or expire.
    pub async fn create_setup_link(&self) -> Result<String, FlowError> {
        let (now, code) = (self.core.now(), self.core.random.token());
        let proof = Proof::new(ProofId::new(now, &*self.core.random), ProofKind::Setup, now, LIFETIME);
        let mut tx = self.core.store.begin().await?;
        tx.insert_proof(&proof, &secret_hash(&code), None).await?;
        tx.append(&self.core.event(EventKind::SETUP_LINK_CREATED)).await?;
        tx.commit().await?;
        Ok(self.core.config.server.issuer.at(&urls::setup(&code)))
    }

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
        let mut tx = self.core.store.begin().await?;
        if !tx.take_proof(proof, ProofKind::Setup, self.core.now()).await? {
            return Err(Rejected::ProofOver.into());
        }
        prepared.insert(&self.core, &mut tx).await.map_err(on_conflict(Rejected::EmailTaken))?;
        tx.append(&self.made_administrator(prepared.user.id)).await?;
        tx.commit().await?;
        Ok(prepared.user)
    }

    async fn promote(&self, user: User, proof: ProofId) -> Result<User, FlowError> {
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        let active = tx.lock_user(user.id).await?.is_some_and(|user| user.status == UserStatus::Active);
        if !active || !tx.take_proof(proof, ProofKind::Setup, now).await? {
            return Err(Rejected::ProofOver.into());
        }
        tx.set_user_admin(user.id, true, now).await?;
        tx.append(&self.made_administrator(user.id)).await?;
        tx.commit().await?;
        Ok(User { admin: true, ..user })
    }

    fn made_administrator(&self, user: UserId) -> Event {
        self.core.event(EventKind::USER_UPDATED).with_user(user).with("admin", true)
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
