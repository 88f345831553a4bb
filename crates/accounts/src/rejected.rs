//! The table of refusals: one row for each. A new refusal is a row here, and its text in `common.ftl` if a form shows it;
//! `docs/errors.md` is generated from the rows.

use std::fmt;

use crate::credentials::password_rules::PasswordFault;
use crate::refusal::{ApiErrorCode, ErrorClass, RefusalRow};
use usher_domain::branding::BrandFault;
use usher_domain::email::EmailFault;
use usher_domain::event::webhook::WebhookFault;
use usher_domain::oauth::api::ApiFault;
use usher_domain::oauth::client::RotationFault;
use usher_domain::project::sign_in::ProjectSignInFault;
use usher_domain::provider::ProviderFault;
use usher_domain::text::TextFault;
use usher_domain::user::ProfileFault;
use usher_policy::DocumentFault;
use usher_protocol::client::metadata::MetadataFault;

/// Each row becomes a variant of [`Rejected`].
macro_rules! refusals {
    ($(
        $(#[$doc:meta])*
        $name:ident $({ $($field:tt)* })? $(( $($value:tt)* ))? = $row:expr;
    )*) => {
        /// A rejected request. The HTTP layer translates it into the reader's language.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Rejected {
            $($(#[$doc])* $name $({ $($field)* })? $(( $($value)* ))?,)*
        }

        impl Rejected {
            /// The rows of all refusals.
            pub const ROWS: &'static [RefusalRow] = &[$($row),*];

            pub const fn row(&self) -> &'static RefusalRow {
                match self {
                    $(Self::$name { .. } => const { &$row },)*
                }
            }
        }
    };
}

const fn invalid(sentence: &'static str) -> RefusalRow {
    VALIDATION_FAILED.says(sentence)
}

const fn code(code: &'static str, class: ErrorClass, meaning: &'static str) -> ApiErrorCode {
    ApiErrorCode::new(code, class, meaning)
}

/// The sentence depends on a value.
const BY_VALUE: &str = "";

const AUTH_INVALID: ApiErrorCode = code(
    "AUTH_INVALID",
    ErrorClass::Unauthenticated,
    "The credentials are invalid: email address and password, the current password, or a token that is wrong, expired or \
     revoked.",
);
const VALIDATION_FAILED: ApiErrorCode = code(
    "VALIDATION_FAILED",
    ErrorClass::Invalid,
    "The input is invalid. If fields are at fault, `details.fields` says for each, by its name, what is wrong.",
);

refusals! {
    /// Address and password do not match; the same for every cause.
    WrongCredentials = AUTH_INVALID
        .says("the e-mail address or the password is wrong")
        .at("", "message-wrong-credentials");
    /// A password needs an address to sign in with, and the account has none.
    PasswordWithoutAddress = invalid("a password needs an e-mail address: add one first")
        .at("password", "message-password-without-address");
    WrongPassword = AUTH_INVALID
        .says("the current password is wrong")
        .at("current_password", "message-current-password-wrong");
    /// Too many attempts; allowed again after so many seconds.
    TooMany { seconds: u32 } =
        code("TOO_MANY_REQUESTS", ErrorClass::TooMany, "Too many attempts. Try again after `Retry-After` seconds.")
            .says(BY_VALUE);
    /// The server is busy; retry after so many seconds.
    Busy { seconds: u32 } =
        code("BUSY", ErrorClass::Busy, "The server is overloaded. Try again after `Retry-After` seconds.")
            .says(BY_VALUE);
    /// Not an email address, or not one that is accepted.
    Email(EmailFault) = invalid(BY_VALUE).of_member("email");
    /// The address belongs to another user. For administrators only.
    EmailTaken = code(
        "EMAIL_TAKEN",
        ErrorClass::Conflict,
        "The email address belongs to another user. Only administrators receive this code.",
    )
    .says("the address belongs to a user already")
    .at("email", "message-email-taken");
    /// A required member is missing.
    Missing(&'static str) = invalid(BY_VALUE);
    Password(PasswordFault) = invalid(BY_VALUE).of_member("password");
    Profile(ProfileFault) = invalid(BY_VALUE);
    /// The owner reported a compromise: the factors are frozen for a while.
    Frozen = code(
        "ACCOUNT_FROZEN",
        ErrorClass::Forbidden,
        "The owner reported that somebody else used the account: its sign-in methods cannot be changed for a day.",
    )
    .says("for a day after \"this wasn't me\" nobody changes how the account is protected")
    .at("", "message-frozen");
    /// The typed confirmation does not match.
    NotConfirmed = invalid("what was typed does not confirm it").at("confirmation", "message-not-confirmed");
    WrongCode(CodeKind) = invalid(BY_VALUE).of_member("code");
    /// The code of the authenticator app was used before.
    CodeUsed = invalid("this code was used already: wait for the next one")
        .of_member("code")
        .at("code", "message-code-used");
    /// The code or link was used, has expired, or was tried too often.
    ProofOver = code(
        "LINK_EXPIRED",
        ErrorClass::Gone,
        "The code or link was used, has expired, or had too many attempts. Request a new one.",
    )
    .says("the code or link is no longer good")
    .at("code", "message-code-expired");
    /// The code of a device is unknown, was answered or has expired; the same for each.
    UserCodeInvalid = code(
        "USER_CODE_INVALID",
        ErrorClass::BadRequest,
        "The code of a device is wrong, was answered or has expired: the device shows a new one when it starts again.",
    )
    .says("the code of the device is wrong, was answered or has expired")
    .at("user_code", "message-user-code-invalid");
    /// A CIBA request is unknown, was answered or has expired; the same for each.
    CibaRequestOver = code(
        "SIGN_IN_REQUEST_OVER",
        ErrorClass::Gone,
        "The request of an application for a sign-in was answered or has expired, or none waits for an answer.",
    )
    .says("the request for a sign-in was answered or has expired");
    SignUpClosed = code("REGISTRATION_CLOSED", ErrorClass::Forbidden, "Registration is disabled.")
        .says("registration is closed");
    /// The project takes new accounts with an address of its domains only.
    SignUpDomain = invalid("new accounts for this application need an email address of its domains")
        .at("email", "message-sign-up-domain");
    /// The project takes new accounts without a password only.
    SignUpWithoutPassword = invalid("new accounts for this application have no password")
        .at("password", "message-sign-up-password");
    /// The sign-in has expired or was begun in another browser.
    InteractionOver = code(
        "SIGN_IN_EXPIRED",
        ErrorClass::BadRequest,
        "The sign-in was started too long ago, or in another browser.",
    )
    .says("this sign-in is too old or was begun in another browser");
    /// The client of the sign-in was deleted or disabled, or the redirect URI was removed.
    ClientGone = code(
        "CLIENT_UNAVAILABLE",
        ErrorClass::BadRequest,
        "The application was disabled, deleted or changed during the sign-in.",
    )
    .says("the application was disabled or changed meanwhile: begin again there");
    /// The credential of the sign-in was removed or changed before it was complete.
    CredentialGone = AUTH_INVALID
        .says("the credential has changed meanwhile: sign in again")
        .at("", "message-wrong-credentials");
    PasskeyUnknown = invalid("this passkey is not known here").at("", "message-passkey-unknown");
    /// The passkey's response is invalid: expired, for another site, or for another request.
    PasskeyRefused = invalid("the passkey was not accepted").at("", "message-passkey-refused");
    /// The passkey may have been copied: its counter went backwards.
    PasskeyCopied = invalid("this passkey may have been copied and is not accepted").at("", "message-passkey-copied");
    PasskeyTaken = invalid("this passkey is registered already").at("", "message-passkey-taken");
    /// Passkeys need a domain name, and this server has none.
    PasskeysNotOffered = invalid("passkeys need a domain name");
    /// No user is signed in, or not the right one.
    NotSignedIn =
        code("AUTH_REQUIRED", ErrorClass::Unauthenticated, "The operation requires a token or a signed-in person.")
            .says("nobody who may do this is signed in");
    /// The caller may see the object but not do this to it.
    NotAllowed = code("NOT_ALLOWED", ErrorClass::Forbidden, "The caller may see this, but may not do it.")
        .says("this is not allowed to this caller");
    /// There is no such object.
    NotFound(&'static str) = code(
        "NOT_FOUND",
        ErrorClass::NotFound,
        "It does not exist, or the caller may not know that it exists: the answer is the same.",
    )
    .says(BY_VALUE);
    /// The metadata of a client is invalid.
    Metadata(Vec<MetadataFault>) = invalid(BY_VALUE);
    /// A text that a person typed is invalid, such as the name of a project or passkey.
    Text(TextFault) = invalid(BY_VALUE);
    /// The user must authenticate again first.
    NotFresh = code(
        "REAUTHENTICATION_REQUIRED",
        ErrorClass::Forbidden,
        "The operation requires a sign-in in the last five minutes: sign in again, then repeat it.",
    )
    .says("this needs a sign-in of the last five minutes");
    /// The settings of a provider are invalid.
    Provider(Vec<ProviderFault>) = invalid(BY_VALUE);
    /// Neither a JSON object nor a JWT.
    ClaimsUnreadable = invalid("the claims must be a JSON object, or an ID token").at("claims", "provider-claims-bad");
    /// The settings of a webhook are invalid.
    Webhook(Vec<WebhookFault>) = invalid(BY_VALUE);
    TooManyWebhooks = code("TOO_MANY_WEBHOOKS", ErrorClass::Conflict, "A project can have at most 20 webhooks.")
        .says("a project has 20 webhooks at most")
        .at("", "webhooks-too-many");
    WebhookDisabled = code("WEBHOOK_DISABLED", ErrorClass::Conflict, "This webhook is disabled: enable it first.")
        .says("this webhook is out of use: put it back into use first")
        .at("", "webhook-not-in-use");
    /// The settings of an API, or of a client that may ask for it, are invalid.
    Api(Vec<ApiFault>) = invalid(BY_VALUE);
    /// The branding is invalid.
    Branding(Vec<BrandFault>) = invalid(BY_VALUE);
    /// What a project decides about sign-in is invalid.
    ProjectSignIn(Vec<ProjectSignInFault>) = invalid(BY_VALUE);
    ApiExists = code("API_EXISTS", ErrorClass::Conflict, "The identifier belongs to an API already.")
        .says("the identifier belongs to an API already")
        .at("identifier", "api-exists");
    TooManyApis = code("TOO_MANY_APIS", ErrorClass::Conflict, "A project can have at most 50 APIs.")
        .says("a project has 50 APIs at most")
        .at("", "apis-too-many");
    TooManyApiClients = code(
        "TOO_MANY_API_CLIENTS",
        ErrorClass::Conflict,
        "At most 100 clients of other projects can be allowed at an API.",
    )
    .says("an API allows 100 clients of other projects at most")
    .at("client_id", "api-clients-too-many");
    DescribedElsewhere = code(
        "CLIENT_DESCRIBES_ITSELF",
        ErrorClass::Conflict,
        "The metadata of this client is read from the document at its `client_id`.",
    )
    .says("the client's metadata is that of the document at its client_id");
    TooManyInitialTokens = code(
        "TOO_MANY_INITIAL_TOKENS",
        ErrorClass::Conflict,
        "A project can have at most 50 initial access tokens.",
    )
    .says("a project has 50 initial access tokens at most")
    .at("", "initial-tokens-too-many");
    InitialTokenLimits = invalid("max_clients must be 1 to 100000, and the lifetime a minute to 365 days")
        .at("", "initial-token-limits");
    NotSelfRegistered = code(
        "CLIENT_NOT_SELF_REGISTERED",
        ErrorClass::Conflict,
        "Only clients that registered themselves are trusted or not. This one was created by somebody.",
    )
    .says("the client did not register itself");
    HostTaken = code(
        "HOST_TAKEN",
        ErrorClass::Conflict,
        "The host of the identifier belongs to another project, which has proved it.",
    )
    .says("the host of the identifier belongs to another project")
    .at("identifier", "api-host-taken");
    /// The file that proves the host is not there.
    HostUnproven { url: String, line: String } = code(
        "HOST_UNPROVEN",
        ErrorClass::Conflict,
        "Anybody may create projects here, so a project proves that the host of an identifier is its own: publish the \
         line `details.line` at `details.url`, then repeat the request.",
    )
    .says(BY_VALUE);
    /// The provider is defined in the configuration file.
    ManagedByFile = code(
        "MANAGED_BY_FILE",
        ErrorClass::Conflict,
        "This is defined in the configuration file: change it there.",
    )
    .says("this provider is written in the configuration file: change it there");
    LastOwner = code(
        "LAST_OWNER",
        ErrorClass::Conflict,
        "A project needs at least one owner: make somebody else an owner first.",
    )
    .says("a project keeps at least one owner: make somebody else an owner first")
    .at("", "member-last-owner");
    MemberAlready =
        code("MEMBER_ALREADY", ErrorClass::Conflict, "This person is already a member of the project.")
            .says("this person is a member already")
            .at("email", "member-already");
    TooManyInvitations =
        code("TOO_MANY_INVITATIONS", ErrorClass::Conflict, "At most 100 invitations of a project can wait.")
            .says("100 invitations of the project wait already: withdraw some first")
            .at("email", "invitations-too-many");
    ProjectTokenRequired =
        code("PROJECT_TOKEN_REQUIRED", ErrorClass::Forbidden, "Only the project's newest token may do this.")
            .says("only the project's newest token does this: call with it");
    HistoryWouldBeLost = code(
        "HISTORY_WOULD_BE_LOST",
        ErrorClass::Conflict,
        "The token would be replaced without proof of the old one, which makes older history unreadable. Send the old \
         token, or `discard_history`.",
    )
    .says(
        "without the present token everything in the project's history becomes unreadable for ever, and is deleted: \
         send current_token, or say discard_history",
    )
    .at("current_token", "token-history-lost");
    /// The overlap of the old token is too long.
    Overlap = invalid("the old token stays good for at most 30 days").at("overlap", "token-overlap-bad");
    UserMerged = code("USER_MERGED", ErrorClass::Conflict, "This user was merged into another user.")
        .says("this user was merged into another");
    /// Another request changed it meanwhile.
    Superseded =
        code("SUPERSEDED", ErrorClass::Outdated, "It was changed meanwhile: read it again, and decide again.")
            .says("it has changed meanwhile: read it again");
    LastWayIn = code("LAST_WAY_IN", ErrorClass::Conflict, "This is the last sign-in method of the account.")
        .says("this is the last way into the account")
        .at("", "identities-last-way");
    /// The access rules are invalid.
    Policy(Vec<DocumentFault>) = code(
        "POLICY_INVALID",
        ErrorClass::Invalid,
        "The access rules cannot be published: `details` lists each error with its place.",
    )
    .says("the access rules cannot be published as they are");
    RoleHeld = code("ROLE_HELD", ErrorClass::Conflict, "The subject already has this role.")
        .says("they have this role there already");
    /// The subject has as many roles as fit into a token.
    TooManyRoles = code("TOO_MANY_ROLES", ErrorClass::Conflict, "A user can have at most 32 roles in a project.")
        .says("nobody has more than 32 roles in a project");
    NothingToPublish =
        code("NOTHING_TO_PUBLISH", ErrorClass::Conflict, "The draft is the same as the published rules.")
            .says("the draft says what is published already");
    /// An assignment or a note is invalid.
    BadAssignment(&'static str) = invalid(BY_VALUE);
    /// The overlap of the old secret is longer than the longest.
    SecretOverlap = invalid("the overlap must not be longer than 30 days");
    /// A secret that would end was just created, probably by another rotation.
    SecretJustMade = code(
        "SECRET_JUST_MADE",
        ErrorClass::Conflict,
        "This would end a secret that was created within the last 10 seconds, probably by another rotation. Wait, and \
         decide again.",
    )
    .says("a secret that would end was made within the last 10 seconds");
    /// The client is public and has no secret.
    NoSecret = invalid("this client keeps no secret");
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

impl Rejected {
    /// The scope of a client that may ask for an API is invalid.
    pub fn bad_api_scope() -> Self {
        Self::Api(vec![ApiFault::new("scope", "is no list of scopes (RFC 6749 section 3.3)")])
    }

    /// The member of a JSON body that is at fault.
    pub const fn member(&self) -> Option<&'static str> {
        match self {
            Self::Missing(name) => Some(name),
            Self::Profile(fault) => Some(fault.claim),
            Self::Text(fault) => Some(fault.field),
            _ => self.row().member,
        }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany { seconds } => write!(f, "too many tries: wait {seconds} s"),
            Self::Busy { seconds } => write!(f, "busy: wait {seconds} s"),
            Self::Missing(name) => write!(f, "{name} is missing"),
            Self::NotFound(what) => write!(f, "there is no such {what}"),
            Self::Email(fault) => fault.fmt(f),
            Self::Password(fault) => fault.fmt(f),
            Self::Profile(fault) => fault.fmt(f),
            Self::Text(fault) => fault.fmt(f),
            Self::BadAssignment(why) => f.write_str(why),
            Self::WrongCode(kind) => f.write_str(wrong_code(*kind)),
            Self::Metadata(faults) => joined(f, faults),
            Self::Api(faults) => joined(f, faults),
            Self::Branding(faults) => joined(f, faults),
            Self::ProjectSignIn(faults) => joined(f, faults),
            Self::HostUnproven { url, line } => {
                write!(f, "publish the line {line} at {url}, to prove that the host is yours, then try again")
            }
            Self::Provider(faults) => joined(f, faults),
            Self::Webhook(faults) => joined(f, faults),
            plain => f.write_str(plain.row().sentence),
        }
    }
}

impl std::error::Error for Rejected {}

fn joined(f: &mut fmt::Formatter<'_>, faults: &[impl fmt::Display]) -> fmt::Result {
    f.write_str(&faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

const fn wrong_code(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Mailed => "this is not the code from the newest email",
        CodeKind::Authenticator => "this is not the code that the authenticator app shows now",
        CodeKind::Recovery => "this is not one of the unused recovery codes",
    }
}

macro_rules! from_fault {
    ($($fault:ty => $variant:ident),*) => {$(
        impl From<$fault> for Rejected {
            fn from(fault: $fault) -> Self {
                Self::$variant(fault)
            }
        }
    )*};
}

from_fault!(EmailFault => Email, PasswordFault => Password, ProfileFault => Profile, TextFault => Text);

impl From<RotationFault> for Rejected {
    fn from(fault: RotationFault) -> Self {
        match fault {
            RotationFault::Overlap => Self::SecretOverlap,
            RotationFault::JustRotated => Self::SecretJustMade,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::branding::BrandRule;
    use usher_domain::project::sign_in::ProjectSignInRule;
    use usher_domain::text::TextRule;
    use usher_domain::user::ProfileRule;

    /// Codes are compared by name, so two rows with the same name must say the same.
    #[test]
    fn a_code_has_one_class_and_one_meaning() {
        for one in Rejected::ROWS {
            for other in Rejected::ROWS.iter().filter(|other| other.code.code == one.code.code) {
                assert_eq!(one.code, other.code);
            }
        }
    }

    #[test]
    fn every_refusal_has_a_sentence() {
        let by_value = [
            Rejected::TooMany { seconds: 3 },
            Rejected::Busy { seconds: 3 },
            Rejected::Missing("name"),
            Rejected::NotFound("user"),
            Rejected::Email(EmailFault::AtSign),
            Rejected::Password(PasswordFault::TooLong),
            Rejected::Profile(ProfileFault { claim: "website", rule: ProfileRule::WebAddress }),
            Rejected::Text(TextRule::Empty.broken_by("name")),
            Rejected::BadAssignment("the note is too long"),
            Rejected::WrongCode(CodeKind::Mailed),
            Rejected::Metadata(vec![MetadataFault::new("scope", "is empty")]),
            Rejected::Api(vec![ApiFault::new("name", "is missing")]),
            Rejected::Branding(vec![BrandFault { field: "name", why: BrandRule::Brackets }]),
            Rejected::ProjectSignIn(vec![ProjectSignInFault { field: "domains", why: ProjectSignInRule::NoDomain }]),
            Rejected::HostUnproven { url: "https://api.example".into(), line: "a=b".into() },
            Rejected::Provider(vec![ProviderFault::new("issuer", "is missing")]),
            Rejected::Webhook(vec![WebhookFault { field: "url", why: "is missing" }]),
        ];
        assert!(by_value.iter().all(|refused| refused.row().sentence.is_empty() && !refused.to_string().is_empty()));
        let silent = Rejected::ROWS.iter().filter(|row| row.sentence.is_empty()).count();
        assert_eq!(silent, by_value.len(), "a row without a sentence needs one in `Display`");
    }
}
