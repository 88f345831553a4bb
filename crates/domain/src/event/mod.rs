//! Events: audit, webhooks, the live feed and logout notifications all read the same event log.

pub mod feed;
pub mod logout_notice;
pub mod queued_email;
pub mod receipt;
pub mod security_email;
pub mod visibility;
pub mod webhook;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::id::{ClientId, EventId, GrantId, ProjectId, SessionId, UserId};
use crate::time::Timestamp;

/// The kind of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// The name in the log and in webhooks.
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

/// An event: written in the same transaction as its cause, never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id; sorts by time.
    pub id: EventId,
    /// Its kind.
    pub kind: EventKind,
    /// When it happened.
    pub at: Timestamp,
    /// The user.
    pub user_id: Option<UserId>,
    /// The session.
    pub session_id: Option<SessionId>,
    /// The client.
    pub client_id: Option<ClientId>,
    /// The grant.
    pub grant_id: Option<GrantId>,
    /// The project.
    pub project_id: Option<ProjectId>,
    /// Further data. Never secrets.
    pub data: Map<String, Value>,
}

impl Event {
    /// The member with the projects of an event about several.
    pub const PROJECTS: &'static str = "projects";
    /// The member of a grant's end that says that its session ended with it.
    pub const WITH_SESSION: &'static str = "with_session";

    /// The member with the logout URI of a deleted client.
    pub const LOGOUT_URI: &'static str = "logout_uri";
    /// The member with the algorithm of its logout tokens.
    pub const LOGOUT_ALG: &'static str = "logout_alg";

    /// Members that are removed once the event was dispatched: they are for the sealed histories of projects.
    const UNTIL_TOLD: [&'static str; 2] = ["scope", "claims"];

    /// An event without data; the `with_` methods add to it.
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

    /// Sets the user.
    #[must_use]
    pub fn with_user(mut self, user: UserId) -> Self {
        self.user_id = Some(user);
        self
    }

    /// Sets the session.
    #[must_use]
    pub fn with_session(mut self, session: SessionId) -> Self {
        self.session_id = Some(session);
        self
    }

    /// Sets the client.
    #[must_use]
    pub fn with_client(mut self, client: &ClientId) -> Self {
        self.client_id = Some(client.clone());
        self
    }

    /// Sets the grant.
    #[must_use]
    pub fn with_grant(mut self, grant: GrantId) -> Self {
        self.grant_id = Some(grant);
        self
    }

    /// Sets the project.
    #[must_use]
    pub fn with_project(mut self, project: ProjectId) -> Self {
        self.project_id = Some(project);
        self
    }

    /// Sets several projects.
    #[must_use]
    pub fn with_projects(self, projects: &[ProjectId]) -> Self {
        let names: Vec<String> = projects.iter().map(ToString::to_string).collect();
        self.with(Self::PROJECTS, names)
    }

    /// A text member.
    pub fn member(&self, name: &str) -> Option<&str> {
        self.data.get(name).and_then(Value::as_str)
    }

    /// The data that stays once the event was dispatched; `None` if all of it does.
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

    /// Every project that the event names; others may be concerned as well, which only the database knows
    /// ([`super::visibility`]).
    pub fn projects(&self) -> BTreeSet<ProjectId> {
        let named = self.data.get(Self::PROJECTS).and_then(Value::as_array).into_iter().flatten();
        let named = named.filter_map(|name| name.as_str().and_then(|text| text.parse().ok()));
        self.project_id.into_iter().chain(named).collect()
    }

    /// Adds a member, which must not be secret.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.data.insert(name.to_owned(), value.into());
        self
    }
}
