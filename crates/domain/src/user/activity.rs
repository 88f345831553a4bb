//! Which events a person sees on the activity page, and under which heading.

use crate::event::EventKind;

/// A heading of the activity page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// Sign-ins and sign-outs.
    SignIns,
    /// Passwords, factors and identities.
    Security,
    /// Applications and their access.
    Applications,
    /// The account itself.
    Account,
}

impl Heading {
    /// Every heading, in the order they are shown.
    pub const ALL: [Self; 4] = [Self::SignIns, Self::Security, Self::Applications, Self::Account];

    /// The name in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIns => "sign-ins",
            Self::Security => "security",
            Self::Applications => "applications",
            Self::Account => "account",
        }
    }

    /// The heading with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|heading| heading.as_str() == word)
    }
}

/// The events that a person sees, each with its heading. Others are not shown.
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

/// The names of the events of a heading, or of all.
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
