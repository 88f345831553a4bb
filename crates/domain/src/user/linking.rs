//! What happens when a person returns from an upstream provider: one rule decides.
//!
//! An email address alone never signs anybody in. At most it leads to the question whether the person also owns the
//! account with that address or, if the operator allows it, to a link based on an address that the provider issues.

use crate::provider::LinkPolicy;

/// Why the person went to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// To sign in.
    SignIn,
    /// To link the identity to the account that is signed in: same session, recent authentication.
    Link,
    /// The same, but the last authentication is too long ago.
    LinkStale,
    /// The same, but the session has ended or was replaced.
    LinkElsewhere,
}

/// The present owner of the identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityOwner {
    /// Nobody.
    Nobody,
    /// Nobody, and it was unlinked less than a day ago.
    NobodySinceLately,
    /// An active user; when linking, the user who links.
    User,
    /// Another user than the one who links.
    SomebodyElse,
    /// A disabled user.
    Disabled,
}

/// What the provider says about the email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailEvidence {
    /// None, or not verified.
    Unproven,
    /// A forwarding address for us.
    Relay,
    /// Verified at some time.
    Verified,
    /// Issued by the provider.
    Authoritative,
}

/// The present owner of that address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressOwner {
    /// Nobody.
    Nobody,
    /// A pending registration, possibly of somebody who does not own the address.
    Waiting,
    /// A user who verified it.
    User,
    /// A user who verified it and has a second factor.
    Guarded,
}

/// All facts on which the decision depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// Why the person went to the provider.
    pub intent: Intent,
    /// The owner of the identity.
    pub holder: IdentityOwner,
    /// The upstream address.
    pub address: EmailEvidence,
    /// The owner of the address.
    pub owner: AddressOwner,
    /// The provider's link policy.
    pub policy: LinkPolicy,
    /// Whether the provider may create accounts.
    pub sign_up: bool,
}

/// The decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkDecision {
    /// Sign the owner of the identity in.
    SignIn,
    /// Link it to the account of the person who asks.
    Link,
    /// Already linked to that account: nothing to do.
    AlreadyLinked,
    /// Link it to the owner of the address and sign them in.
    LinkToOwner,
    /// Ask the person to sign in to the account with the address, which links it.
    ConfirmBySignIn,
    /// The same, or with a code sent to the address.
    ConfirmByMail,
    /// Ask for an address and verify it by email, or continue without one. Then a new account, or the question above.
    AskAddress,
    /// Create an account with the address.
    SignUp,
    /// The same, after deleting the pending registration.
    SignUpAndPurge,
    /// Create an account without an address.
    SignUpWithoutAddress,
    /// Require a fresh sign-in, then start again at the provider.
    Reauthenticate,
    /// Refuse: the identity belongs to another user. No details are given.
    RefuseTaken,
    /// Refuse: the account is disabled.
    RefuseDisabled,
    /// Refuse: the session that asked has ended.
    RefuseSession,
    /// Refuse: it was unlinked too recently to create an account from it.
    RefuseLately,
    /// Refuse: the provider may not create accounts.
    RefuseClosed,
}

/// Decides, from the facts alone.
pub const fn decide(s: Situation) -> LinkDecision {
    match s.intent {
        Intent::SignIn => decide_sign_in(s),
        Intent::LinkElsewhere => LinkDecision::RefuseSession,
        Intent::LinkStale => LinkDecision::Reauthenticate,
        Intent::Link => match s.holder {
            IdentityOwner::Nobody | IdentityOwner::NobodySinceLately => LinkDecision::Link,
            IdentityOwner::User => LinkDecision::AlreadyLinked,
            IdentityOwner::SomebodyElse | IdentityOwner::Disabled => LinkDecision::RefuseTaken,
        },
    }
}

const fn decide_sign_in(s: Situation) -> LinkDecision {
    match s.holder {
        IdentityOwner::User | IdentityOwner::SomebodyElse => LinkDecision::SignIn,
        IdentityOwner::Disabled => LinkDecision::RefuseDisabled,
        IdentityOwner::Nobody | IdentityOwner::NobodySinceLately => match (s.address, s.owner) {
            (EmailEvidence::Verified | EmailEvidence::Authoritative, AddressOwner::User | AddressOwner::Guarded) => {
                decide_match(s)
            }
            _ if matches!(s.holder, IdentityOwner::NobodySinceLately) => LinkDecision::RefuseLately,
            _ if !s.sign_up => LinkDecision::RefuseClosed,
            (EmailEvidence::Unproven, _) => LinkDecision::AskAddress,
            (_, AddressOwner::Nobody) => LinkDecision::SignUp,
            (EmailEvidence::Relay, AddressOwner::User | AddressOwner::Guarded) => LinkDecision::SignUpWithoutAddress,
            (_, AddressOwner::Waiting) => LinkDecision::SignUpAndPurge,
        },
    }
}

/// The provider verified the address, and a user here has the same one.
const fn decide_match(s: Situation) -> LinkDecision {
    match (s.policy, s.address, s.owner) {
        (LinkPolicy::Auto, EmailEvidence::Authoritative, AddressOwner::User) => LinkDecision::LinkToOwner,
        (LinkPolicy::VerifyMail, ..) => LinkDecision::ConfirmByMail,
        _ => LinkDecision::ConfirmBySignIn,
    }
}
