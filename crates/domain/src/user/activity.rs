//! The activity page of an account: its headings, and how it shows an event. Which events it shows is in their rows
//! ([`crate::event::kinds`]).

/// A heading of the activity page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityHeading {
    /// Sign-ins and sign-outs.
    SignIns,
    /// Passwords, factors and identities.
    Security,
    /// Applications and their access.
    Applications,
    /// The account itself.
    Account,
}

impl ActivityHeading {
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

/// How the activity page shows an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    pub heading: ActivityHeading,
    /// The key of its text in `account.ftl`.
    pub text: &'static str,
    /// Whether the person may report it as a compromise of the account.
    pub reportable: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventCatalogue;

    #[test]
    fn every_heading_has_a_word_of_its_own_and_something_under_it() {
        for heading in ActivityHeading::ALL {
            assert_eq!(ActivityHeading::from_word(heading.as_str()), Some(heading));
            assert!(EventCatalogue::STANDARD.shown_under(Some(heading)).count() > 1);
        }
        assert_eq!(ActivityHeading::from_word("everything"), None);
    }
}
