//! Facts worth telling: audit, webhooks, the live feed and logout notices all read the same log.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::id::{ClientId, EventId, GrantId, ProjectId, SessionId, UserId};
use crate::time::Timestamp;

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
    AccessUsed,
    TokenReuseDetected,
    CodeReuseDetected,
    ProjectCreated,
    ProjectUpdated,
    ProjectDeleted,
    ProjectTokenRotated,
    FormerTokensEnded,
    MemberAdded,
    MemberChanged,
    MemberRemoved,
    ClientCreated,
    ClientUpdated,
    ClientDisabled,
    ClientEnabled,
    ClientDeleted,
    ClientSecretRotated,
    RedirectRejected,
    KeyCreated,
    KeyActivated,
    KeyRetired,
    KeyPruned,
    KeyRevoked,
    SetupLinkCreated,
    IdentityLinked,
    IdentityUnlinked,
    UsersMerged,
    MergeUndone,
    ProviderChanged,
    ProviderDeleted,
    ProviderNotice,
    PolicyPublished,
    RoleAssigned,
    RoleUnassigned,
    WebhookCreated,
    WebhookUpdated,
    WebhookDeleted,
    WebhookSecretRotated,
    WebhookDisabled,
}

impl EventKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::UserCreated,
        Self::UserUpdated,
        Self::UserDisabled,
        Self::UserEnabled,
        Self::PasswordChanged,
        Self::PasswordRecovered,
        Self::RecoveryRequested,
        Self::Disowned,
        Self::EmailChanged,
        Self::UserDeleted,
        Self::SessionCreated,
        Self::SessionReauthenticated,
        Self::SessionRevoked,
        Self::SignInFailed,
        Self::SessionSteppedUp,
        Self::SecondFactorFailed,
        Self::FactorAdded,
        Self::FactorRemoved,
        Self::FactorsReset,
        Self::SecondStepChanged,
        Self::RecoveryCodesRenewed,
        Self::RecoveryCodeUsed,
        Self::PasskeyCloneSuspected,
        Self::BrowserRemembered,
        Self::BrowserForgotten,
        Self::ConsentGranted,
        Self::ConsentDenied,
        Self::ConsentWithdrawn,
        Self::GrantCreated,
        Self::GrantRevoked,
        Self::TokenRevoked,
        Self::AccessUsed,
        Self::TokenReuseDetected,
        Self::CodeReuseDetected,
        Self::ProjectCreated,
        Self::ProjectUpdated,
        Self::ProjectDeleted,
        Self::ProjectTokenRotated,
        Self::FormerTokensEnded,
        Self::MemberAdded,
        Self::MemberChanged,
        Self::MemberRemoved,
        Self::ClientCreated,
        Self::ClientUpdated,
        Self::ClientDisabled,
        Self::ClientEnabled,
        Self::ClientDeleted,
        Self::ClientSecretRotated,
        Self::RedirectRejected,
        Self::KeyCreated,
        Self::KeyActivated,
        Self::KeyRetired,
        Self::KeyPruned,
        Self::KeyRevoked,
        Self::SetupLinkCreated,
        Self::IdentityLinked,
        Self::IdentityUnlinked,
        Self::UsersMerged,
        Self::MergeUndone,
        Self::ProviderChanged,
        Self::ProviderDeleted,
        Self::ProviderNotice,
        Self::PolicyPublished,
        Self::RoleAssigned,
        Self::RoleUnassigned,
        Self::WebhookCreated,
        Self::WebhookUpdated,
        Self::WebhookDeleted,
        Self::WebhookSecretRotated,
        Self::WebhookDisabled,
    ];

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

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
            Self::AccessUsed => "access.used",
            Self::TokenReuseDetected => "token.reuse_detected",
            Self::CodeReuseDetected => "code.reuse_detected",
            Self::ProjectUpdated => "project.updated",
            Self::ProjectDeleted => "project.deleted",
            Self::ProjectTokenRotated => "project.token_rotated",
            Self::FormerTokensEnded => "project.former_tokens_ended",
            Self::MemberAdded => "member.added",
            Self::MemberChanged => "member.changed",
            Self::MemberRemoved => "member.removed",
            Self::ProjectCreated => "project.created",
            Self::ClientCreated => "client.created",
            Self::ClientUpdated => "client.updated",
            Self::ClientDisabled => "client.disabled",
            Self::ClientEnabled => "client.enabled",
            Self::ClientDeleted => "client.deleted",
            Self::ClientSecretRotated => "client.secret_rotated",
            Self::RedirectRejected => "client.redirect_rejected",
            Self::KeyCreated => "key.created",
            Self::KeyActivated => "key.activated",
            Self::KeyRetired => "key.retired",
            Self::KeyPruned => "key.pruned",
            Self::KeyRevoked => "key.revoked",
            Self::SetupLinkCreated => "setup.link_created",
            Self::IdentityLinked => "identity.linked",
            Self::IdentityUnlinked => "identity.unlinked",
            Self::UsersMerged => "user.merged",
            Self::MergeUndone => "user.merge_undone",
            Self::ProviderChanged => "provider.changed",
            Self::ProviderDeleted => "provider.deleted",
            Self::ProviderNotice => "provider.notice",
            Self::PolicyPublished => "policy.published",
            Self::RoleAssigned => "role.assigned",
            Self::RoleUnassigned => "role.unassigned",
            Self::WebhookCreated => "webhook.created",
            Self::WebhookUpdated => "webhook.updated",
            Self::WebhookDeleted => "webhook.deleted",
            Self::WebhookSecretRotated => "webhook.secret_rotated",
            Self::WebhookDisabled => "webhook.disabled",
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
    /// The member that names the projects of a fact that concerns several.
    pub const PROJECTS: &'static str = "projects";
    /// The member that a grant's end carries if its whole session ended with it.
    pub const WITH_SESSION: &'static str = "with_session";

    /// The member that says where a client that was deleted is told that its sessions are over.
    pub const LOGOUT_URI: &'static str = "logout_uri";
    /// The member that says with which algorithm that is signed.
    pub const LOGOUT_ALG: &'static str = "logout_alg";

    /// Members that stand in the log only until the fact was told: they are for the sealed histories of projects.
    const UNTIL_TOLD: [&'static str; 2] = ["scope", "claims"];

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

    /// …in each of these projects.
    #[must_use]
    pub fn with_projects(self, projects: &[ProjectId]) -> Self {
        let names: Vec<String> = projects.iter().map(ToString::to_string).collect();
        self.with(Self::PROJECTS, names)
    }

    /// A member that is text.
    pub fn member(&self, name: &str) -> Option<&str> {
        self.data.get(name).and_then(Value::as_str)
    }

    /// What stays in the log once the fact was told; `None` if all of it does.
    pub fn kept_data(&self) -> Option<Map<String, Value>> {
        let passing = matches!(self.kind, EventKind::GrantCreated | EventKind::ConsentGranted | EventKind::AccessUsed);
        let passing = passing && Self::UNTIL_TOLD.iter().any(|name| self.data.contains_key(*name));
        passing.then(|| {
            let stays = |name: &String| !Self::UNTIL_TOLD.contains(&name.as_str());
            self.data
                .iter()
                .filter(|(name, _)| stays(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        })
    }

    /// Every project that this names; it may concern more, which only memory knows ([`super::concern`]).
    pub fn projects(&self) -> BTreeSet<ProjectId> {
        let named = self.data.get(Self::PROJECTS).and_then(Value::as_array).into_iter().flatten();
        let named = named.filter_map(|name| name.as_str().and_then(|text| text.parse().ok()));
        self.project_id.into_iter().chain(named).collect()
    }

    /// …and this, which is not secret.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.data.insert(name.to_owned(), value.into());
        self
    }
}
