//! Invitations to projects: an email with a link, by which somebody becomes a member, whether or not they have an account.
//!
//! Who invites does not learn whether the address has an account: the email and every answer are the same.

use std::sync::Arc;

use usher_accounts::admin::branding::EmailContext;
use usher_accounts::core::{Core, Device};
use usher_accounts::credentials::standing::check_standing;
use usher_accounts::emails::{EmailQueue, lang_of};
use usher_accounts::error::{FlowError, Rejected, on_conflict};
use usher_accounts::login::accounts::{Account, Browser, secret_hash};
use usher_accounts::login::finish_sign_in::SignedIn;
use usher_accounts::login::sign_up::{Registration, SignUpForm};
use usher_accounts::login::throttle::Throttles;
use usher_domain::event::EventKind;
use usher_domain::event::queued_email::QueuedEmail;
use usher_domain::id::{ProjectId, ProjectInvitationId, UserId};
use usher_domain::project::Project;
use usher_domain::project::invitation::{LIFETIME, MOST_WAITING, ProjectInvitation};
use usher_domain::project::member::{Member, Role};
use usher_domain::urls;
use usher_domain::user::UserStatus;
use usher_domain::user::proof::ProofKind;
use usher_i18n::Lang;
use usher_mail::{Recipient, emails};
use usher_storage::Tx;

/// Invitations to projects.
pub struct ProjectInvitations {
    pub(crate) core: Arc<Core>,
    pub(crate) email_queue: Arc<EmailQueue>,
    pub(crate) registration: Arc<Registration>,
    pub(crate) throttles: Arc<Throttles>,
}

/// An open invitation, for whoever has its link.
#[derive(Debug)]
pub struct OpenInvitation {
    pub invitation: ProjectInvitation,
    pub project: Project,
    /// Whether the address has an account. Only the reader of the email learns it.
    pub has_account: bool,
    /// Whether an account may be made for the address.
    pub may_register: bool,
}

/// Somebody made an account by an invitation, and is a member.
#[derive(Debug)]
pub struct JoinedByRegistration {
    pub project: ProjectId,
    pub signed_in: SignedIn,
    /// The user has no password and creates a passkey next.
    pub makes_passkey: bool,
}

impl ProjectInvitations {
    /// The invitations of a project that were neither accepted nor withdrawn, oldest first.
    pub async fn list(&self, project: ProjectId) -> Result<Vec<ProjectInvitation>, FlowError> {
        Ok(self.core.store.list_project_invitations(project).await?)
    }

    /// Invites an address; an earlier invitation of the address is replaced. `lang` is the language of the email, if the
    /// address has no account.
    ///
    /// # Errors
    /// [`Rejected::Email`], [`Rejected::MemberAlready`] (members see each other's addresses), [`Rejected::TooMany`],
    /// [`Rejected::TooManyInvitations`], [`Rejected::NotFound`] if the project was deleted.
    pub async fn invite(
        &self,
        project: &Project,
        email: &str,
        role: Role,
        lang: Lang,
    ) -> Result<ProjectInvitation, FlowError> {
        let email = self.registration.new_address(email).map_err(Rejected::Email)?;
        self.throttles.count_member_search(project.id).await?;
        if let Some(user) = self.core.store.find_user_by_email(&email).await?
            && self.core.store.find_member(project.id, user.id).await?.is_some()
        {
            return Err(Rejected::MemberAlready.into());
        }
        let now = self.core.now();
        let invitation = ProjectInvitation {
            id: ProjectInvitationId::new(now, &*self.core.random),
            project_id: project.id,
            email,
            role,
            created_at: now,
            sent_at: now,
            expires_at: now + LIFETIME,
        };
        let (message, hash) = self.email(project, &invitation, lang).await?;
        let mut tx = self.core.store.begin().await?;
        if !tx.lock_project(project.id).await? {
            return Err(Rejected::NotFound("project").into());
        }
        tx.delete_invitation_of_address(project.id, &invitation.email).await?;
        if tx.count_project_invitations(project.id).await? >= MOST_WAITING {
            return Err(Rejected::TooManyInvitations.into());
        }
        self.put(&mut tx, &invitation, &hash, &message).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(invitation)
    }

    /// Mails another link, which replaces the earlier one and is valid for as long as a first one.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if it was accepted or withdrawn, [`Rejected::TooMany`].
    pub async fn resend(
        &self,
        project: &Project,
        id: ProjectInvitationId,
        lang: Lang,
    ) -> Result<ProjectInvitation, FlowError> {
        let found = self.core.store.find_project_invitation(project.id, id).await?;
        let found = found.ok_or(Rejected::NotFound("invitation"))?;
        self.throttles.count_member_search(project.id).await?;
        let now = self.core.now();
        let invitation = ProjectInvitation { sent_at: now, expires_at: now + LIFETIME, ..found };
        let (message, hash) = self.email(project, &invitation, lang).await?;
        let mut tx = self.core.store.begin().await?;
        if !tx.lock_project(project.id).await? || !tx.delete_project_invitation(project.id, id).await? {
            return Err(Rejected::NotFound("invitation").into());
        }
        self.put(&mut tx, &invitation, &hash, &message).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(invitation)
    }

    /// Withdraws an invitation: its link becomes invalid.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if it was accepted or withdrawn.
    pub async fn withdraw(&self, project: ProjectId, id: ProjectInvitationId) -> Result<(), FlowError> {
        let event = self.core.event(EventKind::MEMBER_INVITATION_WITHDRAWN).with_project(project);
        let mut tx = self.core.store.begin().await?;
        if !tx.delete_project_invitation(project, id).await? {
            return Err(Rejected::NotFound("invitation").into());
        }
        tx.append(&event.with("invitation_id", id.to_string())).await?;
        Ok(tx.commit().await?)
    }

    /// The invitation with this link; `None` if it was accepted, withdrawn or replaced, or has expired.
    pub async fn open(&self, token: &str) -> Result<Option<OpenInvitation>, FlowError> {
        let found = self.core.store.find_invitation_by_token(&secret_hash(token)).await?;
        let Some(invitation) = found.filter(|found| found.is_open(self.core.now())) else { return Ok(None) };
        let Some(project) = self.core.store.find_project(invitation.project_id).await? else { return Ok(None) };
        let owner = self.core.store.find_user_by_email(&invitation.email).await?;
        Ok(Some(OpenInvitation {
            invitation,
            project,
            has_account: owner.is_some(),
            may_register: self.may_register(),
        }))
    }

    /// Makes a signed-in user a member. The role of somebody who is one already stays.
    ///
    /// # Errors
    /// [`Rejected::ProofOver`] if it was accepted, withdrawn or replaced, or has expired; [`Rejected::NotSignedIn`] if the
    /// session has ended, [`Rejected::Frozen`] if the user reported a compromise.
    pub async fn accept(&self, token: &str, account: &Account) -> Result<ProjectId, FlowError> {
        let user = account.user.id;
        let found = self.open(token).await?.ok_or(Rejected::ProofOver)?;
        let mut tx = self.core.store.begin().await?;
        check_standing(&mut tx, (user, account.session.id), self.core.now()).await?;
        self.join(&mut tx, token, found.project.id, user).await?;
        tx.commit().await?;
        Ok(found.project.id)
    }

    /// Makes an account for the invited address, which the link proves, and makes it a member.
    ///
    /// # Errors
    /// [`Rejected::ProofOver`] as [`Self::accept`], [`Rejected::SignUpClosed`], [`Rejected::Superseded`] if the address has
    /// an account since; the faults of the form.
    pub async fn accept_by_registration(
        &self,
        token: &str,
        form: SignUpForm,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<JoinedByRegistration, FlowError> {
        let found = self.open(token).await?.ok_or(Rejected::ProofOver)?;
        if !found.may_register {
            return Err(Rejected::SignUpClosed.into());
        }
        let form = SignUpForm { email: found.invitation.email.as_str().to_owned(), ..form };
        let (user, phc) = self.registration.proven_user(form, device).await?;
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        tx.close_proofs_of_email(&found.invitation.email, ProofKind::SignUp, now).await?;
        tx.insert_user(&user).await.map_err(on_conflict(Rejected::Superseded))?;
        if let Some(phc) = &phc {
            tx.put_password(user.id, phc, now).await?;
        }
        tx.append(&self.core.event(EventKind::USER_CREATED).with_user(user.id)).await?;
        self.join(&mut tx, token, found.project.id, user.id).await?;
        tx.commit().await?;
        let signed_in = self.registration.enter_new_user(user, phc.as_deref(), browser, device).await?;
        Ok(JoinedByRegistration { project: found.project.id, signed_in, makes_passkey: phc.is_none() })
    }

    /// Where only administrators create projects, their owners are trusted to invite people although registration is
    /// closed.
    fn may_register(&self) -> bool {
        self.core.config.sign_up.enabled || self.email_queue.brandings.trusts_projects()
    }

    /// Takes the invitation and adds the member. The project is locked first, as whoever invites does.
    async fn join(&self, tx: &mut Tx, token: &str, project_id: ProjectId, user: UserId) -> Result<(), FlowError> {
        if !tx.lock_project(project_id).await? {
            return Err(Rejected::ProofOver.into());
        }
        let (hash, now) = (secret_hash(token), self.core.now());
        let role = tx.take_project_invitation(&hash, now).await?.ok_or(Rejected::ProofOver)?.role;
        if tx.insert_member(&Member { project_id, user_id: user, role, since: now }).await? {
            let event = self.core.event(EventKind::MEMBER_ADDED).with_project(project_id).with_user(user);
            tx.append(&event.with("role", role.as_str()).with("by", "invitation")).await?;
        }
        Ok(())
    }

    /// The email with a new link, and the hash of that. Where anybody may create projects, it does not name the project: a
    /// stranger could make the server write anything to people.
    async fn email(
        &self,
        project: &Project,
        invitation: &ProjectInvitation,
        lang: Lang,
    ) -> Result<(QueuedEmail, [u8; 32]), FlowError> {
        self.throttles.count_email_to(invitation.email.as_str()).await?;
        let token = self.core.random.token();
        let owner = self.core.store.find_user_by_email(&invitation.email).await?;
        let owner = owner.filter(|owner| owner.status == UserStatus::Active);
        let to = Recipient { email: invitation.email.as_str(), name: None, lang: owner.as_ref().map_or(lang, lang_of) };
        let link = self.core.config.server.issuer.at(&urls::with(urls::INVITATION, "token", &token));
        let days = u32::try_from(LIFETIME.as_secs() / 86_400).unwrap_or(u32::MAX);
        let name = self.email_queue.brandings.trusts_projects().then_some(project.name.as_str());
        let brand = self.email_queue.brand(EmailContext::Account).await?;
        let message = emails::project_invitation(name, &link, days).write(to, self.core.now(), &brand)?;
        Ok((self.email_queue.seal_email(&message, invitation.expires_at)?, secret_hash(&token)))
    }

    async fn put(
        &self,
        tx: &mut Tx,
        invitation: &ProjectInvitation,
        hash: &[u8; 32],
        message: &QueuedEmail,
    ) -> Result<(), FlowError> {
        let event = self.core.event(EventKind::MEMBER_INVITED).with_project(invitation.project_id);
        let event = event.with("invitation_id", invitation.id.to_string()).with("role", invitation.role.as_str());
        tx.insert_project_invitation(invitation, hash).await?;
        tx.insert_email(message, invitation.sent_at).await?;
        Ok(tx.append(&event).await?)
    }
}
