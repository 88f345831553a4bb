//! An identity: an account at an upstream provider, linked to one user.
//!
//! Its key is (issuer, subject). An email address or a handle is never part of it, since both can change owners.

use serde::{Deserialize, Serialize};

use crate::email::Email;
use crate::email::trust::EmailTrust;
use crate::id::{IdentityId, UserId};
use crate::provider::ProviderId;
use crate::time::Timestamp;
use crate::user::profile::Profile;
use crate::wire_names::wire_names;

/// An email address sent by an upstream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VouchedEmail {
    /// The address.
    pub email: Email,
    /// How far it is trusted.
    pub trust: EmailTrust,
    /// A forwarding address for this application only: mail arrives, but it cannot match other accounts.
    pub relay: bool,
}

impl VouchedEmail {
    /// Whether it may be compared with the addresses of other accounts.
    ///
    /// Only if the upstream verified it and it is no relay address, which cannot belong to another account.
    pub fn may_match(&self) -> bool {
        !self.relay && self.trust >= EmailTrust::Verified
    }
}

/// The checked data that an upstream provider sent about a person.
///
/// `{:?}` prints no email address; `profile` contains names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vouched {
    /// The configured provider.
    pub provider: ProviderId,
    /// The issuer URL. For Facebook it includes the app, since its ids are specific to the app.
    pub issuer: String,
    /// The person's stable id at this issuer, 1 to 255 characters.
    pub subject: String,
    /// The email address, if one was sent and is valid.
    pub email: Option<VouchedEmail>,
    /// Names, picture, locale and preferred user name; all other fields are empty.
    pub profile: Profile,
    /// The name to display with the provider: `@anna`. Never a key.
    pub handle: Option<String>,
    /// The upstream `amr` (RFC 8176).
    pub amr: Vec<String>,
    /// The upstream `acr`.
    pub acr: Option<String>,
    /// The upstream `auth_time`.
    pub auth_time: Option<Timestamp>,
    /// The upstream session id, for its logout notifications.
    pub sid: Option<String>,
}

impl Vouched {
    /// Data that say no more than who the person is.
    pub fn new(provider: ProviderId, issuer: String, subject: String) -> Self {
        Self {
            provider,
            issuer,
            subject,
            email: None,
            profile: Profile::default(),
            handle: None,
            amr: Vec::new(),
            acr: None,
            auth_time: None,
            sid: None,
        }
    }

    /// An address to suggest to the user: verified by the provider, no relay, and not their own.
    pub fn suggestion(&self, own: Option<&Email>) -> Option<&Email> {
        self.email
            .as_ref()
            .filter(|vouched| vouched.may_match())
            .map(|vouched| &vouched.email)
            .filter(|email| own != Some(*email))
    }

    /// The state of the address, as it is stored with the identity.
    pub fn email_state(&self) -> EmailState {
        match &self.email {
            None => EmailState::Absent,
            Some(vouched) if vouched.relay => EmailState::Relay,
            Some(vouched) => match vouched.trust {
                EmailTrust::Unverified => EmailState::Unverified,
                EmailTrust::Verified => EmailState::Verified,
                EmailTrust::Authoritative => EmailState::Authoritative,
            },
        }
    }
}

wire_names! {
    /// The state of the upstream address when the identity was linked.
    EmailState, UnknownEmailState, "state of an address":
    /// No address was sent.
    Absent = "absent";
    /// Not verified.
    Unverified = "unverified";
    /// Verified at some time.
    Verified = "verified";
    /// Issued by the upstream.
    Authoritative = "authoritative";
    /// A forwarding address for us.
    Relay = "relay";
}

wire_names! {
    /// How the identity was linked.
    LinkedHow, UnknownLinkedHow, "way of linking":
    /// The user was created from this identity.
    SignUp = "sign_up";
    /// The person signed in to the existing account when asked.
    Confirmed = "confirmed";
    /// The person entered the code sent to the existing account.
    MailCode = "mail_code";
    /// Automatically: the upstream issues the address, and the operator allows it.
    Auto = "auto";
    /// The person linked it on the account page.
    Account = "account";
    /// An administrator linked it.
    Admin = "admin";
}

/// A suggested email address, sent by a provider. The user must verify it before it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestedEmail {
    /// The address.
    pub email: Email,
    /// The provider that sent it.
    pub provider: ProviderId,
}

/// A stored identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// The user.
    pub user_id: UserId,
    /// The provider through which it was linked.
    pub provider: ProviderId,
    /// The issuer. Unique together with `subject`.
    pub issuer: String,
    /// The person's id at the issuer.
    pub subject: String,
    /// The address at the time of linking. It never changes the user's own address.
    pub email_at_link: Option<Email>,
    /// The state of that address.
    pub email_state: EmailState,
    /// The latest profile from the upstream.
    pub profile: Profile,
    /// The name to display with the provider.
    pub handle: Option<String>,
    /// When it was linked.
    pub linked_at: Timestamp,
    /// How it was linked.
    pub linked_how: LinkedHow,
    /// When it last signed its user in.
    pub last_used_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_that_somebody_checked_is_compared_and_a_relay_never() {
        let vouched = |trust, relay| VouchedEmail { email: Email::parse("a@x.test").unwrap(), trust, relay };
        assert!(!vouched(EmailTrust::Unverified, false).may_match());
        assert!(vouched(EmailTrust::Verified, false).may_match());
        assert!(vouched(EmailTrust::Authoritative, false).may_match());
        assert!(!vouched(EmailTrust::Authoritative, true).may_match());
    }

    #[test]
    fn an_address_is_suggested_if_it_was_checked_and_is_another() {
        let vouched = |email: &str, trust, relay| Vouched {
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
        assert_eq!(suggests(vouched(other, checked, false), Some(&own)).as_deref(), Some(other));
        assert_eq!(suggests(vouched(other, checked, false), None).as_deref(), Some(other));
        assert_eq!(suggests(vouched("Ana@X.test", checked, false), Some(&own)), None, "it is the same one");
        assert_eq!(suggests(vouched(other, EmailTrust::Unverified, false), Some(&own)), None);
        assert_eq!(suggests(vouched(other, EmailTrust::Authoritative, true), Some(&own)), None);
        assert_eq!(suggests(Vouched { email: None, ..vouched(other, checked, false) }, Some(&own)), None);
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
        let vouched =
            VouchedEmail { email: Email::parse("ana@x.test").unwrap(), trust: EmailTrust::Verified, relay: false };
        assert!(!format!("{vouched:?}").contains("ana"));
    }
}
