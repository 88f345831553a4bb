//! An identity: one way in that an upstream provider vouches for, linked to one user.
//!
//! Its key is (issuer, subject). An e-mail address or a handle is never part of it: both change hands.

use serde::{Deserialize, Serialize};

use crate::email::Email;
use crate::id::{IdentityId, UserId};
use crate::provider::ProviderId;
use crate::time::Timestamp;
use crate::user::Profile;
use crate::words::words;

/// How far an upstream's word about an address goes. Ordered: each is worth more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailTrust {
    /// The person typed it there; nobody checked.
    Unverified,
    /// The upstream checked it once. Somebody else may own it today.
    Verified,
    /// The upstream hands out the addresses of this domain itself, so whoever signs in there owns it now.
    Authoritative,
}

/// An address as an upstream told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VouchedEmail {
    /// The address.
    pub email: Email,
    /// How far the upstream's word goes.
    pub trust: EmailTrust,
    /// A forwarding address made for this application alone: mail arrives, but it says nothing about other accounts.
    pub relay: bool,
}

impl VouchedEmail {
    /// May it be compared with the addresses of other accounts?
    ///
    /// Only where the upstream checked it, and never a relay address: no other account can rightly have that one.
    pub fn may_match(&self) -> bool {
        !self.relay && self.trust >= EmailTrust::Verified
    }
}

/// What an upstream provider said about the person who has just come back from it, checked and cut to measure.
///
/// Printing it with `{:?}` shows no e-mail address; `profile` does hold names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vouched {
    /// The provider, as configured here.
    pub provider: ProviderId,
    /// Who vouches: an issuer URL. For Facebook it holds the app as well, since its ids are the app's own.
    pub issuer: String,
    /// Whom it vouches for: stable at this issuer, 1 to 255 characters.
    pub subject: String,
    /// The address, where one was told and could be read.
    pub email: Option<VouchedEmail>,
    /// Names, picture, locale and preferred user name; nothing else is ever filled in.
    pub profile: Profile,
    /// What to show beside the provider's name: `@anna`. Never a key.
    pub handle: Option<String>,
    /// How the person proved themselves there (RFC 8176), as told.
    pub amr: Vec<String>,
    /// The authentication context there, as told.
    pub acr: Option<String>,
    /// When the person last proved themselves there, as told.
    pub auth_time: Option<Timestamp>,
    /// The session there, for its logout notices.
    pub sid: Option<String>,
}

impl Vouched {
    /// An address that its user may want to have here: one that the provider checked, that is made for no one application,
    /// and that is not their own.
    pub fn suggestion(&self, own: Option<&Email>) -> Option<&Email> {
        self.email.as_ref().filter(|told| told.may_match()).map(|told| &told.email).filter(|email| own != Some(*email))
    }

    /// The state of the address, as it is kept with the identity.
    pub fn email_state(&self) -> EmailState {
        match &self.email {
            None => EmailState::Absent,
            Some(told) if told.relay => EmailState::Relay,
            Some(told) => match told.trust {
                EmailTrust::Unverified => EmailState::Unverified,
                EmailTrust::Verified => EmailState::Verified,
                EmailTrust::Authoritative => EmailState::Authoritative,
            },
        }
    }
}

words! {
    /// What was known about the upstream's address when the identity was linked.
    EmailState, UnknownEmailState, "state of an address":
    /// None was told.
    Absent = "absent";
    /// Told, not checked.
    Unverified = "unverified";
    /// Checked once.
    Verified = "verified";
    /// The upstream is the authority for it.
    Authoritative = "authoritative";
    /// A forwarding address made for us.
    Relay = "relay";
}

words! {
    /// What made the link.
    LinkedHow, UnknownLinkedHow, "way of linking":
    /// The user was made from this identity.
    SignUp = "sign_up";
    /// The person signed in to the existing account, when asked to.
    Confirmed = "confirmed";
    /// The person typed the code that was mailed to the existing account.
    MailCode = "mail_code";
    /// The upstream is the authority for the address, and the operator allows it.
    Auto = "auto";
    /// The person asked for it on their account page.
    Account = "account";
    /// An administrator did it.
    Admin = "admin";
}

/// An address that a provider tells of a user beside the one they have here. Theirs it becomes only by their own proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestedEmail {
    /// The address.
    pub email: Email,
    /// Who told it.
    pub provider: ProviderId,
}

/// An identity as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Our own name for it.
    pub id: IdentityId,
    /// Whose way in it is.
    pub user_id: UserId,
    /// The provider it was linked through.
    pub provider: ProviderId,
    /// Who vouches. Unique together with `subject`.
    pub issuer: String,
    /// Whom it vouches for.
    pub subject: String,
    /// The address told when it was linked. The user's own address is never changed by it.
    pub email_at_link: Option<Email>,
    /// What was known about that address.
    pub email_state: EmailState,
    /// What the upstream last said about the person.
    pub profile: Profile,
    /// What to show beside the provider's name.
    pub handle: Option<String>,
    /// Since when.
    pub linked_at: Timestamp,
    /// By what.
    pub linked_how: LinkedHow,
    /// When it last signed its user in.
    pub last_used_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_that_somebody_checked_is_compared_and_a_relay_never() {
        let told = |trust, relay| VouchedEmail { email: Email::parse("a@x.test").unwrap(), trust, relay };
        assert!(!told(EmailTrust::Unverified, false).may_match());
        assert!(told(EmailTrust::Verified, false).may_match());
        assert!(told(EmailTrust::Authoritative, false).may_match());
        assert!(!told(EmailTrust::Authoritative, true).may_match());
    }

    #[test]
    fn an_address_is_suggested_if_it_was_checked_and_is_another() {
        let told = |email: &str, trust, relay| Vouched {
            provider: "google".parse().unwrap(),
            issuer: "i".into(),
            subject: "s".into(),
            email: Some(VouchedEmail { email: Email::parse(email).unwrap(), trust, relay }),
            profile: Profile::default(),
            handle: None,
            amr: Vec::new(),
            acr: None,
            auth_time: None,
            sid: None,
        };
        let own = Email::parse("ana@x.test").unwrap();
        let suggests = |vouched: Vouched, own| vouched.suggestion(own).map(ToString::to_string);
        let (other, checked) = ("ana@y.test", EmailTrust::Verified);
        assert_eq!(suggests(told(other, checked, false), Some(&own)).as_deref(), Some(other));
        assert_eq!(suggests(told(other, checked, false), None).as_deref(), Some(other));
        assert_eq!(suggests(told("Ana@X.test", checked, false), Some(&own)), None, "it is the same one");
        assert_eq!(suggests(told(other, EmailTrust::Unverified, false), Some(&own)), None);
        assert_eq!(suggests(told(other, EmailTrust::Authoritative, true), Some(&own)), None);
        assert_eq!(suggests(Vouched { email: None, ..told(other, checked, false) }, Some(&own)), None);
    }

    #[test]
    fn every_word_reads_back_as_what_it_was_written_for() {
        for state in EmailState::ALL {
            assert_eq!(state.as_str().parse(), Ok(*state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        for how in LinkedHow::ALL {
            assert_eq!(how.as_str().parse(), Ok(*how));
        }
        assert!("Verified".parse::<EmailState>().is_err());
        assert!("".parse::<LinkedHow>().is_err());
    }

    #[test]
    fn printing_what_an_upstream_said_shows_no_address() {
        let told =
            VouchedEmail { email: Email::parse("ana@x.test").unwrap(), trust: EmailTrust::Verified, relay: false };
        assert!(!format!("{told:?}").contains("ana"));
    }
}
