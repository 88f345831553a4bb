//! Whose business a fact is. What projects learn, by feed, webhook and history, is decided here and nowhere else.
//!
//! The rule: a project is told of what concerns its own clients, its members and the users of its clients, and of nothing
//! else. Where and when somebody signs in elsewhere is none of its business, even if it knows them.

use super::event::EventKind;

/// Whose business a kind of fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// The house's own; no project is told.
    House,
    /// That of the project it names, by itself or by its client.
    Project,
    /// That of the projects whose clients were given something in its session.
    Session,
    /// That of every project of whose clients the person is a user.
    Person,
    /// Nobody's yet. A project is told once the session, or the user, comes to one of its clients: when the first grant is made.
    Arrival,
    /// Every project's.
    Everybody,
}

impl Concern {
    /// In words, for whoever reads the documentation.
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
    /// Whose business facts of this kind are.
    pub const fn concern(self) -> Concern {
        match self {
            Self::RecoveryRequested
            | Self::SignInFailed
            | Self::SessionSteppedUp
            | Self::SecondFactorFailed
            // It says when somebody signed in, wherever that was.
            | Self::RecoveryCodeUsed
            | Self::BrowserRemembered
            | Self::BrowserForgotten
            | Self::KeyCreated
            | Self::KeyRetired
            | Self::KeyPruned
            | Self::SetupLinkCreated
            | Self::ProviderChanged
            | Self::ProviderDeleted
            | Self::ProviderNotice => Concern::House,
            // Of a merge only those are told who know the user that is over: what is theirs moves.
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
            | Self::WebhookDisabled => Concern::Project,
            Self::SessionReauthenticated | Self::SessionRevoked => Concern::Session,
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
            | Self::PasskeyCloneSuspected => Concern::Person,
            Self::UserCreated | Self::SessionCreated => Concern::Arrival,
            Self::KeyActivated | Self::KeyRevoked => Concern::Everybody,
        }
    }
}
