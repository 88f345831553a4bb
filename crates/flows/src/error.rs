//! What can come of a verb instead of its answer: it is refused, it is an OAuth error, or the house is broken.

use crate::credentials::password_pool::Busy;
use crate::credentials::password_rules::PasswordFault;
use usher_domain::email::EmailFault;
use usher_domain::event::webhook::WebhookFault;
use usher_domain::oauth::client::RotationFault;
use usher_domain::provider::ProviderFault;
use usher_domain::text::NameFault;
use usher_domain::user::ProfileFault;
use usher_keys::keyring::SignError;
use usher_policy::Fault;
use usher_protocol::cause::Cause;
use usher_protocol::client_metadata::MetadataFault;
use usher_protocol::error::OAuthError;
use usher_storage::StorageError;

/// Why a verb did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// For the person or owner who asked: say it.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// For the client that asked: put it on the wire.
    #[error(transparent)]
    OAuth(#[from] OAuthError),
    /// For nobody: log it.
    #[error(transparent)]
    Internal(#[from] Internal),
}

/// Something that was refused. The door finds the words in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Address and password do not belong together; the same whatever the reason.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// A password needs an address to sign in with, and the account has none.
    #[error("a password needs an e-mail address: add one first")]
    PasswordWithoutAddress,
    /// The current password is wrong.
    #[error("the current password is wrong")]
    WrongPassword,
    /// Too many tries; again after so many seconds.
    #[error("too many tries: wait {seconds} s")]
    TooMany {
        /// Seconds to wait.
        seconds: u32,
    },
    /// Too much to do at once; again after so many seconds.
    #[error("busy: wait {seconds} s")]
    Busy {
        /// Seconds to wait.
        seconds: u32,
    },
    /// Not an e-mail address, or not one that may be used here.
    #[error(transparent)]
    Email(#[from] EmailFault),
    /// The address belongs to somebody already. Only told to administrators.
    #[error("the address belongs to a user already")]
    EmailTaken,
    /// A required name is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The password will not do.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// Something in the profile will not do.
    #[error(transparent)]
    Profile(#[from] ProfileFault),
    /// The owner found a stranger in the account: for a while nobody changes how it is protected.
    #[error("for a day after \"this wasn't me\" nobody changes how the account is protected")]
    Frozen,
    /// What was typed to confirm it is not what it should be.
    #[error("what was typed does not confirm it")]
    NotConfirmed,
    /// The code is wrong.
    #[error("{}", .0.is_wrong())]
    WrongCode(CodeKind),
    /// The code of the authenticator app was used already.
    #[error("this code was used already: wait for the next one")]
    CodeUsed,
    /// The code or link was used, is too old, or was tried too often.
    #[error("the code or link is no longer good")]
    ProofOver,
    /// Nobody may register.
    #[error("registration is closed")]
    SignUpClosed,
    /// The sign-in was begun too long ago or in another browser.
    #[error("this sign-in is too old or was begun in another browser")]
    InteractionOver,
    /// The client of the sign-in was deleted or disabled, or is no longer answered at the address it named.
    #[error("the application was disabled or changed meanwhile: begin again there")]
    ClientGone,
    /// What the person came in by was taken away, or changed, before they were in.
    #[error("the credential has changed meanwhile: sign in again")]
    CredentialGone,
    /// The passkey is not known here.
    #[error("this passkey is not known here")]
    PasskeyUnknown,
    /// The passkey did not prove anything: too late, of another site, or not what was asked for.
    #[error("the passkey was not accepted")]
    PasskeyRefused,
    /// The passkey may have been copied: its counter went backwards.
    #[error("this passkey may have been copied and is not accepted")]
    PasskeyCopied,
    /// The passkey is known already.
    #[error("this passkey is registered already")]
    PasskeyTaken,
    /// Passkeys belong to a domain, and this house has none.
    #[error("passkeys need a domain name")]
    PasskeysNotOffered,
    /// Nobody is signed in, or not the right person.
    #[error("nobody who may do this is signed in")]
    NotSignedIn,
    /// The caller may see it, and not do this to it.
    #[error("this is not allowed to this caller")]
    NotAllowed,
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The metadata of a client will not do.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Metadata(Vec<MetadataFault>),
    /// The name of a project or passkey will not do.
    #[error(transparent)]
    Name(#[from] NameFault),
    /// The person has to show themselves again first.
    #[error("this needs a sign-in of the last five minutes")]
    NotFresh,
    /// The settings of a provider will not do.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Provider(Vec<ProviderFault>),
    /// The settings of a webhook will not do.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Webhook(Vec<WebhookFault>),
    /// The project has as many webhooks as it may have.
    #[error("a project has 20 webhooks at most")]
    TooManyWebhooks,
    /// The webhook is out of use.
    #[error("this webhook is out of use: put it back into use first")]
    WebhookDisabled,
    /// The provider is written in the configuration file.
    #[error("this provider is written in the configuration file: change it there")]
    ManagedByFile,
    /// The last owner cannot go.
    #[error("a project keeps at least one owner: make somebody else an owner first")]
    LastOwner,
    /// The person works on the project already.
    #[error("this person is a member already")]
    MemberAlready,
    /// Only the newest token of the project does this.
    #[error("only the project's newest token does this: call with it")]
    ProjectTokenRequired,
    /// A new token would lock the history up for ever.
    #[error(
        "without the present token everything in the project's history becomes unreadable for ever, and is deleted: \
         send current_token, or say discard_history"
    )]
    HistoryWouldBeLost,
    /// The old token was to be good for too long.
    #[error("the old token stays good for at most 30 days")]
    Overlap,
    /// The user was found to be another one.
    #[error("this user was merged into another")]
    UserMerged,
    /// Somebody else changed it meanwhile.
    #[error("it has changed meanwhile: read it again")]
    Superseded,
    /// Nobody could sign in to the account any more.
    #[error("this is the last way into the account")]
    LastWayIn,
    /// The access rules will not do.
    #[error("the access rules cannot be published as they are")]
    Policy(Vec<Fault>),
    /// They have it already.
    #[error("they have this role there already")]
    RoleHeld,
    /// They have as many roles as fit into a token.
    #[error("nobody has more than 32 roles in a project")]
    TooManyRoles,
    /// Nothing to publish.
    #[error("the draft says what is published already")]
    NothingToPublish,
    /// Something about an assignment or a note will not do.
    #[error("{0}")]
    BadAssignment(&'static str),
    /// The secret of the client is not replaced.
    #[error(transparent)]
    Rotation(#[from] RotationFault),
    /// The client keeps no secret.
    #[error("this client keeps no secret")]
    NoSecret,
}

/// Which code was asked for.
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
    /// Did something else get in between?
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Conflict))
    }
}

/// The house could not do it.
#[derive(Debug, thiserror::Error)]
pub enum Internal {
    /// Memory failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// No token could be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// A letter could not be written.
    #[error(transparent)]
    EmailMessage(#[from] usher_mail::messages::WriteError),
    /// A key could not be made.
    #[error(transparent)]
    Generate(#[from] usher_keys::generate::GenerateError),
    /// Something sealed to a project could not be sealed or opened.
    #[error(transparent)]
    History(#[from] usher_keys::project_key::NotOpened),
    /// A value of ours did not serialise, or did not read back.
    #[error("a value of ours does not read: {0}")]
    Value(#[from] serde_json::Error),
}

impl Internal {
    /// Was something deleted while this was going on?
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Gone))
    }

    /// Was it the caller's text that the database does not store?
    pub const fn is_unstorable(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Unstorable))
    }

    /// Is it a trouble that passes?
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
    usher_keys::project_key::NotOpened,
    serde_json::Error
);

impl From<Cause> for FlowError {
    fn from(cause: Cause) -> Self {
        Self::OAuth(cause.into())
    }
}

impl From<Busy> for FlowError {
    fn from(_: Busy) -> Self {
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
