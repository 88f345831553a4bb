//! What happens when somebody comes back from an upstream provider: one rule, and nothing decides beside it.
//!
//! An e-mail address never opens an account by itself. It may at most lead to the question whether the person also
//! owns the account that has it, or, where the operator says so, to a link that the authority for the address vouches for.

use crate::provider::LinkPolicy;

/// Why the person went to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// To sign in.
    SignIn,
    /// To link the identity to the account they are signed in to: the same session, freshly authenticated.
    Link,
    /// The same, but their last authentication is too long ago.
    LinkStale,
    /// The same, but the session that asked is over or another one has taken its place.
    LinkElsewhere,
}

/// Whom the identity belongs to here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// Nobody.
    Nobody,
    /// Nobody, since it was unlinked less than a day ago.
    NobodySinceLately,
    /// A user who may sign in; where the intent is to link, the very user who asks.
    User,
    /// Another user than the one who asks to link it.
    SomebodyElse,
    /// A user who may not sign in.
    Disabled,
}

/// What the provider says about an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// Nothing, or nothing that it checked.
    Unproven,
    /// A forwarding address made for us.
    Relay,
    /// An address that it checked once.
    Verified,
    /// An address that it is the authority for.
    Authoritative,
}

/// Who has that address here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Nobody.
    Nobody,
    /// A registration that waits for its proof: nobody yet, and perhaps somebody who squats on it.
    Waiting,
    /// A user, who proved it.
    User,
    /// A user, who proved it and has a second factor.
    Guarded,
}

/// All there is to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// Why the person went.
    pub intent: Intent,
    /// Whose the identity is.
    pub holder: Holder,
    /// What is said about an address.
    pub address: Address,
    /// Whose the address is.
    pub owner: Owner,
    /// What the operator wants for this provider.
    pub policy: LinkPolicy,
    /// May new accounts be made this way?
    pub sign_up: bool,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Sign the holder in.
    SignIn,
    /// Link it to the account of the person who asks.
    Link,
    /// It is linked to that account already: nothing to do.
    AlreadyLinked,
    /// Link it to the owner of the address and sign them in.
    LinkToOwner,
    /// Ask the person to sign in to the account that has the address; that links it.
    ConfirmBySignIn,
    /// The same, or by a code mailed to the address.
    ConfirmByMail,
    /// Ask for an address and prove it by mail, or go on without one. Then a new account, or the question above.
    AskAddress,
    /// Make a new account with the address.
    SignUp,
    /// The same; whatever waits under the address is thrown away first.
    SignUpAndPurge,
    /// Make a new account without an address.
    SignUpWithoutAddress,
    /// Ask the person to prove themselves again, then go to the provider anew.
    Reauthenticate,
    /// Refuse: the identity is somebody else's. Nothing more is said.
    RefuseTaken,
    /// Refuse: the account may not sign in.
    RefuseDisabled,
    /// Refuse: the session that asked is gone.
    RefuseSession,
    /// Refuse: it was unlinked too lately to make a new account of it.
    RefuseLately,
    /// Refuse: no new accounts are made this way.
    RefuseClosed,
}

/// Decides.
pub const fn decide(s: Situation) -> Decision {
    match s.intent {
        Intent::SignIn => decide_sign_in(s),
        Intent::LinkElsewhere => Decision::RefuseSession,
        Intent::LinkStale => Decision::Reauthenticate,
        Intent::Link => match s.holder {
            Holder::Nobody | Holder::NobodySinceLately => Decision::Link,
            Holder::User => Decision::AlreadyLinked,
            Holder::SomebodyElse | Holder::Disabled => Decision::RefuseTaken,
        },
    }
}

const fn decide_sign_in(s: Situation) -> Decision {
    match s.holder {
        Holder::User | Holder::SomebodyElse => Decision::SignIn,
        Holder::Disabled => Decision::RefuseDisabled,
        Holder::Nobody | Holder::NobodySinceLately => match (s.address, s.owner) {
            (Address::Verified | Address::Authoritative, Owner::User | Owner::Guarded) => decide_match(s),
            _ if matches!(s.holder, Holder::NobodySinceLately) => Decision::RefuseLately,
            _ if !s.sign_up => Decision::RefuseClosed,
            (Address::Unproven, _) => Decision::AskAddress,
            (_, Owner::Nobody) => Decision::SignUp,
            (Address::Relay, Owner::User | Owner::Guarded) => Decision::SignUpWithoutAddress,
            (_, Owner::Waiting) => Decision::SignUpAndPurge,
        },
    }
}

/// The provider checked the address, and a user here has proven the same one.
const fn decide_match(s: Situation) -> Decision {
    match (s.policy, s.address, s.owner) {
        (LinkPolicy::Auto, Address::Authoritative, Owner::User) => Decision::LinkToOwner,
        (LinkPolicy::VerifyMail, ..) => Decision::ConfirmByMail,
        _ => Decision::ConfirmBySignIn,
    }
}
