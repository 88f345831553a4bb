//! The users: a dozen predefined ones, and any other name.
//!
//! `persona:NAME` selects one; `persona:NAME:EMAIL` gives them another address. The subject is derived from provider
//! and name.

use super::digest::{hex, number, sha256};
use super::provider::SimProvider;

/// Microsoft's tenant of personal accounts.
pub const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
/// The tenant of ordinary users.
pub const HOME_TENANT: &str = "5a1b7c3e-0000-4000-8000-00000000cafe";
/// The tenant of the attacker.
pub const ATTACKER_TENANT: &str = "bad0bad0-0000-4000-8000-00000000dead";

/// The predefined users: name, and description.
pub const LISTED: &[(&str, &str)] = &[
    ("ana", "Somebody ordinary with a verified address"),
    ("verified", "Verified wherever the provider can say so"),
    ("unverified", "Has an address that was never verified"),
    ("no_email", "Has no address, or shares none"),
    ("third_party_google", "A Google account with an address of another provider"),
    ("workspace_hd", "A member of a Google Workspace (hd)"),
    ("changed_email_same_sub", "Comes with another address every second time"),
    ("same_email_other_sub", "Comes as somebody new with the same address every time"),
    ("denied", "Says no"),
    ("partial_scopes", "Unticks the e-mail permission"),
    ("apple_first", "Signs in with Apple for the first time, every time"),
    ("apple_again", "Has signed in with Apple before"),
    ("ms_noauth_attacker", "Claims an address in a tenant of their own (nOAuth)"),
    ("relay", "Hides the address behind a relay"),
];

/// A requested user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginHint {
    /// The persona's name.
    pub name: String,
    /// Another address.
    pub email: Option<String>,
}

impl LoginHint {
    /// Reads `persona:NAME` or `persona:NAME:EMAIL`.
    pub fn parse(hint: &str) -> Option<Self> {
        let rest = hint.strip_prefix("persona:")?;
        let (name, email) = rest.split_once(':').map_or((rest, None), |(name, email)| (name, Some(email)));
        let letter = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if name.is_empty() || name.len() > 64 || !name.chars().all(letter) {
            return None;
        }
        let email = email.filter(|email| !email.is_empty());
        if email.is_some_and(|email| email.len() > 254 || !email.contains('@') || email.contains(char::is_whitespace)) {
            return None;
        }
        Some(Self { name: name.to_owned(), email: email.map(str::to_owned) })
    }
}

/// A user at one provider, in this sign-in.
#[derive(Clone, Debug)]
pub struct SimUser {
    /// The persona's name.
    pub name: String,
    /// The provider's subject.
    pub subject: String,
    /// The address, if they have one and share it.
    pub email: Option<String>,
    /// Has the provider verified the address?
    pub verified: bool,
    /// Google's `hd`.
    pub hosted_domain: Option<String>,
    /// Their first name.
    pub given_name: String,
    /// Their last name.
    pub family_name: String,
    /// Does the user deny the request?
    pub denies: bool,
    /// Does the user grant everything but the email permission?
    pub partial: bool,
    /// Microsoft's `tid`.
    pub tenant: String,
}

impl SimUser {
    /// The user of that name; `visit` is the number of earlier sign-ins.
    pub fn come(provider: SimProvider, hint: &LoginHint, visit: u64) -> Self {
        let name = hint.name.as_str();
        let seed = match name {
            "same_email_other_sub" => format!("{name}#{visit}"),
            _ => name.to_owned(),
        };
        let subject = subject(provider, &seed);
        let address = hint.email.clone().unwrap_or_else(|| address(name, visit, &subject));
        let domain = address.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
        let tenant = match (name, domain.as_str()) {
            ("ms_noauth_attacker", _) => ATTACKER_TENANT,
            (_, "outlook.com" | "hotmail.com" | "live.com") => CONSUMERS,
            _ => HOME_TENANT,
        };
        Self {
            subject,
            email: (name != "no_email").then_some(address),
            verified: !matches!(name, "unverified" | "no_email" | "ms_noauth_attacker"),
            hosted_domain: (name == "workspace_hd").then_some(domain),
            given_name: capital(name),
            family_name: "Example".to_owned(),
            denies: name == "denied",
            partial: name == "partial_scopes",
            tenant: tenant.to_owned(),
            name: name.to_owned(),
        }
    }

    /// First and last name.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// Is the address one of Apple's relay service?
    pub fn is_relayed(&self) -> bool {
        self.email.as_deref().is_some_and(|email| email.ends_with("@privaterelay.appleid.com"))
    }
}

fn address(name: &str, visit: u64, subject: &str) -> String {
    match name {
        "changed_email_same_sub" if visit % 2 == 1 => format!("{name}.new@example.test"),
        "relay" => format!("{}@privaterelay.appleid.com", &hex(&sha256(subject))[..10]),
        _ => format!("{name}@example.test"),
    }
}

/// Capitalizes a name: `ana_maria` becomes Ana maria.
fn capital(name: &str) -> String {
    let words = name.replace(['_', '-', '.'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// A subject in the provider's format.
fn subject(provider: SimProvider, seed: &str) -> String {
    let hash = sha256(&format!("{}|{seed}", provider.segment()));
    provider.subject(number(&hash), &hex(&hash))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{facebook, google, x};

    fn come(provider: SimProvider, hint: &str, visit: u64) -> SimUser {
        SimUser::come(provider, &LoginHint::parse(hint).unwrap(), visit)
    }

    #[test]
    fn a_subject_follows_from_the_name_alone_except_where_the_story_says_otherwise() {
        let [first, second] = [0, 1].map(|visit| come(x::PROVIDER, "persona:changed_email_same_sub", visit));
        assert_eq!(first.subject, second.subject);
        assert_ne!(first.email, second.email);
        let [first, second] = [0, 1].map(|visit| come(x::PROVIDER, "persona:same_email_other_sub", visit));
        assert_ne!(first.subject, second.subject);
        assert_eq!(first.email, second.email);
        let other = come(x::PROVIDER, "persona:ana:elsewhere@example.org", 7);
        assert_eq!(other.subject, come(x::PROVIDER, "persona:ana", 0).subject);
        assert_eq!(other.email.as_deref(), Some("elsewhere@example.org"));
        assert_ne!(other.subject, come(facebook::PROVIDER, "persona:ana", 0).subject);
    }

    #[test]
    fn everybody_ordinary_has_a_verified_address_of_their_name() {
        let ana = come(google::PROVIDER, "persona:ana_maria", 0);
        assert_eq!((ana.email.as_deref(), ana.verified), (Some("ana_maria@example.test"), true));
        assert_eq!((ana.full_name().as_str(), ana.hosted_domain), ("Ana maria Example", None));
        assert_eq!(ana.subject.len(), 21);
    }

    #[test]
    fn garbage_is_nobody() {
        for hint in ["", "ana", "persona:", "persona:a b", "persona:ana:nobody", "persona:ana:a b@c", "persona:\u{e9}"]
        {
            assert_eq!(LoginHint::parse(hint), None, "{hint}");
        }
        assert!(LoginHint::parse(&format!("persona:{}", "a".repeat(65))).is_none());
    }
}
