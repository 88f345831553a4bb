//! Errors of use cases: a rejection, an OAuth error, or an internal error.

use crate::credentials::password_pool::PasswordQueueFull;
use crate::credentials::password_rules::PasswordFault;
use usher_domain::email::EmailFault;
use usher_domain::event::webhook::WebhookFault;
use usher_domain::oauth::client::RotationFault;
use usher_domain::provider::ProviderFault;
use usher_domain::text::NameFault;
use usher_domain::user::ProfileFault;
use usher_keys::keyring::SignError;
use usher_policy::DocumentFault;
use usher_protocol::cause::RejectionCause;
use usher_protocol::client_metadata::MetadataFault;
use usher_protocol::error::OAuthError;
use usher_storage::StorageError;

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// Shown to the user or owner who made the request.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// Sent to the client that made the request.
    #[error(transparent)]
    OAuth(#[from] OAuthError),
    /// Logged; the caller gets no detail.
    #[error(transparent)]
    Internal(#[from] Internal),
}

/// A rejected request. The HTTP layer translates it into the reader's language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Address and password do not match; the same for every cause.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// A password needs an address to sign in with, and the account has none.
    #[error("a password needs an e-mail address: add one first")]
    PasswordWithoutAddress,
    /// The current password is wrong.
    #[error("the current password is wrong")]
    WrongPassword,
    /// Too many attempts; allowed again after so many seconds.
    #[error("too many tries: wait {seconds} s")]
    TooMany {
        /// Seconds to wait.
        seconds: u32,
    },
    /// The server is busy; retry after so many seconds.
    #[error("busy: wait {seconds} s")]
    Busy {
        /// Seconds to wait.
        seconds: u32,
    },
    /// Not an email address, or not one that is accepted.
    #[error(transparent)]
    Email(#[from] EmailFault),
    /// The address belongs to another user. For administrators only.
    #[error("the address belongs to a user already")]
    EmailTaken,
    /// A required name is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The password is not acceptable.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// A profile claim is invalid.
    #[error(transparent)]
    Profile(#[from] ProfileFault),
    /// The owner reported a compromise: the factors are frozen for a while.
    #[error("for a day after \"this wasn't me\" nobody changes how the account is protected")]
    Frozen,
    /// The typed confirmation does not match.
    #[error("what was typed does not confirm it")]
    NotConfirmed,
    /// The code is wrong.
    #[error("{}", .0.is_wrong())]
    WrongCode(CodeKind),
    /// The code of the authenticator app was used before.
    #[error("this code was used already: wait for the next one")]
    CodeUsed,
    /// The code or link was used, has expired, or was tried too often.
    #[error("the code or link is no longer good")]
    ProofOver,
    /// Registration is closed.
    #[error("registration is closed")]
    SignUpClosed,
    /// The sign-in has expired or was begun in another browser.
    #[error("this sign-in is too old or was begun in another browser")]
    InteractionOver,
    /// The client of the sign-in was deleted or disabled, or the redirect URI was removed.
    #[error("the application was disabled or changed meanwhile: begin again there")]
    ClientGone,
    /// The credential of the sign-in was removed or changed before it was complete.
    #[error("the credential has changed meanwhile: sign in again")]
    CredentialGone,
    /// The passkey is unknown.
    #[error("this passkey is not known here")]
    PasskeyUnknown,
    /// The passkey's response is invalid: expired, for another site, or for another request.
    #[error("the passkey was not accepted")]
    PasskeyRefused,
    /// The passkey may have been copied: its counter went backwards.
    #[error("this passkey may have been copied and is not accepted")]
    PasskeyCopied,
    /// The passkey is registered already.
    #[error("this passkey is registered already")]
    PasskeyTaken,
    /// Passkeys need a domain name, and this server has none.
    #[error("passkeys need a domain name")]
    PasskeysNotOffered,
    /// No user is signed in, or not the right one.
    #[error("nobody who may do this is signed in")]
    NotSignedIn,
    /// The caller may see the object but not do this to it.
    #[error("this is not allowed to this caller")]
    NotAllowed,
    /// The object does not exist.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The metadata of a client is invalid.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Metadata(Vec<MetadataFault>),
    /// The name of a project or passkey is invalid.
    #[error(transparent)]
    Name(#[from] NameFault),
    /// The user must authenticate again first.
    #[error("this needs a sign-in of the last five minutes")]
    NotFresh,
    /// The settings of a provider are invalid.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Provider(Vec<ProviderFault>),
    /// The settings of a webhook are invalid.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Webhook(Vec<WebhookFault>),
    /// The project has the maximum number of webhooks.
    #[error("a project has 20 webhooks at most")]
    TooManyWebhooks,
    /// The webhook is disabled.
    #[error("this webhook is out of use: put it back into use first")]
    WebhookDisabled,
    /// The provider is defined in the configuration file.
    #[error("this provider is written in the configuration file: change it there")]
    ManagedByFile,
    /// The last owner cannot be removed.
    #[error("a project keeps at least one owner: make somebody else an owner first")]
    LastOwner,
    /// The user is a member already.
    #[error("this person is a member already")]
    MemberAlready,
    /// Requires the newest token of the project.
    #[error("only the project's newest token does this: call with it")]
    ProjectTokenRequired,
    /// A new token would make the history unreadable.
    #[error(
        "without the present token everything in the project's history becomes unreadable for ever, and is deleted: \
         send current_token, or say discard_history"
    )]
    HistoryWouldBeLost,
    /// The overlap of the old token is too long.
    #[error("the old token stays good for at most 30 days")]
    Overlap,
    /// The user was merged into another.
    #[error("this user was merged into another")]
    UserMerged,
    /// Another request changed it meanwhile.
    #[error("it has changed meanwhile: read it again")]
    Superseded,
    /// The account would have no sign-in method left.
    #[error("this is the last way into the account")]
    LastWayIn,
    /// The access rules are invalid.
    #[error("the access rules cannot be published as they are")]
    Policy(Vec<DocumentFault>),
    /// The role is assigned already.
    #[error("they have this role there already")]
    RoleHeld,
    /// The subject has as many roles as fit into a token.
    #[error("nobody has more than 32 roles in a project")]
    TooManyRoles,
    /// There is nothing to publish.
    #[error("the draft says what is published already")]
    NothingToPublish,
    /// An assignment or a note is invalid.
    #[error("{0}")]
    BadAssignment(&'static str),
    /// The secret of the client cannot be rotated.
    #[error(transparent)]
    Rotation(#[from] RotationFault),
    /// The client is public and has no secret.
    #[error("this client keeps no secret")]
    NoSecret,
}

/// The kind of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    /// The one in an email.
    Mailed,
    /// The one that the authenticator app shows.
    Authenticator,
    /// One of the recovery codes.
    Recovery,
}

impl CodeKind {
    const fn is_wrong(self) -> &'static str {
        match self {
            Self::Mailed => "this is not the code from the newest email",
            Self::Authenticator => "this is not the code that the authenticator app shows now",
            Self::Recovery => "this is not one of the unused recovery codes",
        }
    }
}

impl Internal {
    /// Did another request conflict with this one?
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Conflict))
    }
}

/// An internal error.
#[derive(Debug, thiserror::Error)]
pub enum Internal {
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A token could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// An email could not be rendered.
    #[error(transparent)]
    EmailMessage(#[from] usher_mail::messages::WriteError),
    /// A key could not be made.
    #[error(transparent)]
    Generate(#[from] usher_keys::generate::GenerateError),
    /// A value could not be sealed to a project's key or opened.
    #[error(transparent)]
    History(#[from] usher_keys::project_key::DecryptError),
    /// A stored or sealed value could not be serialized or parsed.
    #[error("a value of ours does not read: {0}")]
    Value(#[from] serde_json::Error),
}

impl Internal {
    /// Was a row deleted meanwhile?
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Gone))
    }

    /// Does the caller's text contain a character that the database cannot store?
    pub const fn is_unstorable(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Unstorable))
    }

    /// Is it transient?
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Unavailable(_)))
    }
}

macro_rules! breaks {
    ($($error:ty),*) => {$(
        impl From<$error> for FlowError {
            fn from(error: $error) -> Self {
                Self::Internal(error.into())
            }
        }
    )*};
}

breaks!(
    StorageError,
    SignError,
    usher_mail::messages::WriteError,
    usher_keys::generate::GenerateError,
    usher_keys::project_key::DecryptError,
    serde_json::Error
);

impl From<RejectionCause> for FlowError {
    fn from(cause: RejectionCause) -> Self {
        Self::OAuth(cause.into())
    }
}

impl From<PasswordQueueFull> for FlowError {
    fn from(_: PasswordQueueFull) -> Self {
        Self::Rejected(Rejected::Busy { seconds: 2 })
    }
}

impl From<PasswordFault> for FlowError {
    fn from(fault: PasswordFault) -> Self {
        Self::Rejected(fault.into())
    }
}

impl From<EmailFault> for FlowError {
    fn from(fault: EmailFault) -> Self {
        Self::Rejected(fault.into())
    }
}

impl From<ProfileFault> for FlowError {
    fn from(fault: ProfileFault) -> Self {
        Self::Rejected(fault.into())
    }
}
