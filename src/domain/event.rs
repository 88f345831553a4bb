//! Facts worth telling: audit, webhooks, the live feed and logout notices all read the same log.

use serde_json::{Map, Value};

use super::id::{ClientId, EventId, GrantId, ProjectId, SessionId, UserId};
use super::time::Timestamp;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name says what happened")]
pub enum EventKind {
    UserCreated,
    UserUpdated,
    UserDisabled,
    UserEnabled,
    PasswordChanged,
    PasswordRecovered,
    RecoveryRequested,
    Disowned,
    EmailChanged,
    UserDeleted,
    SessionCreated,
    SessionReauthenticated,
    SessionRevoked,
    SignInFailed,
    SessionSteppedUp,
    SecondFactorFailed,
    FactorAdded,
    FactorRemoved,
    FactorsReset,
    SecondStepChanged,
    RecoveryCodesRenewed,
    RecoveryCodeUsed,
    PasskeyCloneSuspected,
    BrowserRemembered,
    BrowserForgotten,
    ConsentGranted,
    ConsentDenied,
    ConsentWithdrawn,
    GrantCreated,
    GrantRevoked,
    TokenRevoked,
    TokenReuseDetected,
    CodeReuseDetected,
    ProjectCreated,
    ProjectUpdated,
    ClientCreated,
    ClientUpdated,
    ClientDeleted,
    ClientSecretRotated,
    RedirectRejected,
    KeyCreated,
    KeyActivated,
    KeyRetired,
    KeyPruned,
    SetupLinkCreated,
    IdentityLinked,
    IdentityUnlinked,
    UsersMerged,
    MergeUndone,
    ProviderChanged,
    ProviderDeleted,
    ProviderNotice,
}

impl EventKind {
    /// The name in the log, and of the webhook.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserCreated => "user.created",
            Self::UserUpdated => "user.updated",
            Self::UserDisabled => "user.disabled",
            Self::UserEnabled => "user.enabled",
            Self::PasswordChanged => "user.password_changed",
            Self::PasswordRecovered => "user.password_recovered",
            Self::RecoveryRequested => "user.recovery_requested",
            Self::Disowned => "user.disowned",
            Self::EmailChanged => "user.email_changed",
            Self::UserDeleted => "user.deleted",
            Self::SessionCreated => "session.created",
            Self::SessionReauthenticated => "session.reauthenticated",
            Self::SessionRevoked => "session.revoked",
            Self::SignInFailed => "session.sign_in_failed",
            Self::SessionSteppedUp => "session.stepped_up",
            Self::SecondFactorFailed => "session.second_factor_failed",
            Self::FactorAdded => "factor.added",
            Self::FactorRemoved => "factor.removed",
            Self::FactorsReset => "factor.reset",
            Self::SecondStepChanged => "factor.second_step_changed",
            Self::RecoveryCodesRenewed => "factor.recovery_codes_renewed",
            Self::RecoveryCodeUsed => "factor.recovery_code_used",
            Self::PasskeyCloneSuspected => "factor.clone_suspected",
            Self::BrowserRemembered => "browser.remembered",
            Self::BrowserForgotten => "browser.forgotten",
            Self::ConsentGranted => "consent.granted",
            Self::ConsentDenied => "consent.denied",
            Self::ConsentWithdrawn => "consent.withdrawn",
            Self::GrantCreated => "grant.created",
            Self::GrantRevoked => "grant.revoked",
            Self::TokenRevoked => "token.revoked",
            Self::TokenReuseDetected => "token.reuse_detected",
            Self::CodeReuseDetected => "code.reuse_detected",
            Self::ProjectUpdated => "project.updated",
            Self::ProjectCreated => "project.created",
            Self::ClientCreated => "client.created",
            Self::ClientUpdated => "client.updated",
            Self::ClientDeleted => "client.deleted",
            Self::ClientSecretRotated => "client.secret_rotated",
            Self::RedirectRejected => "client.redirect_rejected",
            Self::KeyCreated => "key.created",
            Self::KeyActivated => "key.activated",
            Self::KeyRetired => "key.retired",
            Self::KeyPruned => "key.pruned",
            Self::SetupLinkCreated => "setup.link_created",
            Self::IdentityLinked => "identity.linked",
            Self::IdentityUnlinked => "identity.unlinked",
            Self::UsersMerged => "user.merged",
            Self::MergeUndone => "user.merge_undone",
            Self::ProviderChanged => "provider.changed",
            Self::ProviderDeleted => "provider.deleted",
            Self::ProviderNotice => "provider.notice",
        }
    }
}

/// One fact: written in the same transaction as what it tells of, never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its name; sorts by time.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
    /// To whom.
    pub user_id: Option<UserId>,
    /// In which session.
    pub session_id: Option<SessionId>,
    /// By or to which client.
    pub client_id: Option<ClientId>,
    /// To which grant.
    pub grant_id: Option<GrantId>,
    /// In which project.
    pub project_id: Option<ProjectId>,
    /// What else there is to say. Nothing secret.
    pub data: Map<String, Value>,
}

impl Event {
    /// A bare fact, to be filled in with the `with_` methods.
    pub fn new(id: EventId, kind: EventKind, at: Timestamp) -> Self {
        Self {
            id,
            kind,
            at,
            user_id: None,
            session_id: None,
            client_id: None,
            grant_id: None,
            project_id: None,
            data: Map::new(),
        }
    }

    /// …about this user.
    #[must_use]
    pub fn with_user(mut self, user: UserId) -> Self {
        self.user_id = Some(user);
        self
    }

    /// …in this session.
    #[must_use]
    pub fn with_session(mut self, session: SessionId) -> Self {
        self.session_id = Some(session);
        self
    }

    /// …by or to this client.
    #[must_use]
    pub fn with_client(mut self, client: &ClientId) -> Self {
        self.client_id = Some(client.clone());
        self
    }

    /// …to this grant.
    #[must_use]
    pub fn with_grant(mut self, grant: GrantId) -> Self {
        self.grant_id = Some(grant);
        self
    }

    /// …in this project.
    #[must_use]
    pub fn with_project(mut self, project: ProjectId) -> Self {
        self.project_id = Some(project);
        self
    }

    /// …and this, which is not secret.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.data.insert(name.to_owned(), value.into());
        self
    }
}
