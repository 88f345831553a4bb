//! Which facts of the log are a person's own to read, and under which heading.

use crate::event::EventKind;

/// A heading of the activity page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// Signing in and out.
    SignIns,
    /// Passwords and other ways to prove oneself.
    Security,
    /// Applications and what they may do.
    Applications,
    /// The account itself.
    Account,
}

impl Heading {
    /// Every heading, in the order they are shown.
    pub const ALL: [Self; 4] = [Self::SignIns, Self::Security, Self::Applications, Self::Account];

    /// The word for it in an address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIns => "sign-ins",
            Self::Security => "security",
            Self::Applications => "applications",
            Self::Account => "account",
        }
    }

    /// The heading of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|heading| heading.as_str() == word)
    }
}

/// The facts that a person is shown, each under its heading. What is not here is the house's own business.
pub const SHOWN: &[(EventKind, Heading)] = &[
    (EventKind::SessionCreated, Heading::SignIns),
    (EventKind::SessionReauthenticated, Heading::SignIns),
    (EventKind::SessionRevoked, Heading::SignIns),
    (EventKind::SignInFailed, Heading::SignIns),
    (EventKind::PasswordChanged, Heading::Security),
    (EventKind::PasswordRecovered, Heading::Security),
    (EventKind::RecoveryRequested, Heading::Security),
    (EventKind::Disowned, Heading::Security),
    (EventKind::IdentityLinked, Heading::Security),
    (EventKind::IdentityUnlinked, Heading::Security),
    (EventKind::UsersMerged, Heading::Security),
    (EventKind::MergeUndone, Heading::Security),
    (EventKind::TokenReuseDetected, Heading::Security),
    (EventKind::CodeReuseDetected, Heading::Security),
    (EventKind::ConsentGranted, Heading::Applications),
    (EventKind::ConsentDenied, Heading::Applications),
    (EventKind::ConsentWithdrawn, Heading::Applications),
    (EventKind::GrantCreated, Heading::Applications),
    (EventKind::GrantRevoked, Heading::Applications),
    (EventKind::UserCreated, Heading::Account),
    (EventKind::UserUpdated, Heading::Account),
    (EventKind::EmailChanged, Heading::Account),
    (EventKind::UserDisabled, Heading::Account),
    (EventKind::UserEnabled, Heading::Account),
];

/// The names of the facts under a heading, or under any.
pub fn kinds(heading: Option<Heading>) -> impl Iterator<Item = &'static str> {
    SHOWN.iter().filter(move |(_, under)| heading.is_none_or(|asked| asked == *under)).map(|(kind, _)| kind.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_heading_has_a_word_of_its_own_and_something_under_it() {
        for heading in Heading::ALL {
            assert_eq!(Heading::from_word(heading.as_str()), Some(heading));
            assert!(kinds(Some(heading)).count() > 1);
        }
        assert_eq!(Heading::from_word("everything"), None);
        assert_eq!(kinds(None).count(), SHOWN.len());
    }
}
