//! Which projects may see an event. Feed, webhooks and histories all use this table.
//!
//! The rule: a project sees events about its own clients, its members and the users of its clients, and no others. It
//! does not learn where and when a user signs in elsewhere.

use super::EventKind;

/// The audience of a kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// No project.
    House,
    /// The project that the event names, directly or by its client.
    Project,
    /// The projects whose clients received grants in its session.
    Session,
    /// Every project whose clients the user uses.
    Person,
    /// No project yet. A project sees the session, or the user, with the first grant of one of its clients.
    Arrival,
    /// Every project.
    Everybody,
}

impl Visibility {
    /// In words, for the documentation.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::House => "nobody",
            Self::Project => "the project it is about",
            Self::Session => "projects whose clients received grants in the session",
            Self::Person => "projects whose clients the user uses",
            Self::Arrival => "the project whose client received the grant",
            Self::Everybody => "every project",
        }
    }
}

impl EventKind {
    /// The audience of events of this kind.
    pub const fn visibility(self) -> Visibility {
        match self {
            Self::RecoveryRequested
            | Self::SignInFailed
            | Self::SessionSteppedUp
            | Self::SecondFactorFailed
            // It reveals when the user signed in, wherever that was.
            | Self::RecoveryCodeUsed
            | Self::BrowserRemembered
            | Self::BrowserForgotten
            | Self::KeyCreated
            | Self::KeyRetired
            | Self::KeyPruned
            | Self::SetupLinkCreated
            | Self::ProviderChanged
            | Self::ProviderDeleted
            | Self::ProviderNotice => Visibility::House,
            // Only projects that know the merged user see a merge: they have to move data.
            Self::UsersMerged
            | Self::MergeUndone
            | Self::ConsentGranted
            | Self::ConsentDenied
            | Self::ConsentWithdrawn
            | Self::GrantCreated
            | Self::GrantRevoked
            | Self::TokenRevoked
            | Self::AccessUsed
            | Self::TokenReuseDetected
            | Self::CodeReuseDetected
            | Self::ProjectCreated
            | Self::ProjectUpdated
            | Self::ProjectDeleted
            | Self::ProjectTokenRotated
            | Self::FormerTokensEnded
            | Self::MemberAdded
            | Self::MemberChanged
            | Self::MemberRemoved
            | Self::ClientCreated
            | Self::ClientUpdated
            | Self::ClientDisabled
            | Self::ClientEnabled
            | Self::ClientDeleted
            | Self::ClientSecretRotated
            | Self::RedirectRejected
            | Self::PolicyPublished
            | Self::RoleAssigned
            | Self::RoleUnassigned
            | Self::WebhookCreated
            | Self::WebhookUpdated
            | Self::WebhookDeleted
            | Self::WebhookSecretRotated
            | Self::WebhookDisabled => Visibility::Project,
            Self::SessionReauthenticated | Self::SessionRevoked => Visibility::Session,
            Self::UserUpdated
            | Self::UserDisabled
            | Self::UserEnabled
            | Self::UserDeleted
            | Self::EmailChanged
            | Self::PasswordChanged
            | Self::PasswordRecovered
            | Self::Disowned
            | Self::IdentityLinked
            | Self::IdentityUnlinked
            | Self::FactorAdded
            | Self::FactorRemoved
            | Self::FactorsReset
            | Self::SecondStepChanged
            | Self::RecoveryCodesRenewed
            | Self::PasskeyCloneSuspected => Visibility::Person,
            Self::UserCreated | Self::SessionCreated => Visibility::Arrival,
            Self::KeyActivated | Self::KeyRevoked => Visibility::Everybody,
        }
    }
}
