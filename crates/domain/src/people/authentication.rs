//! How a person showed who they are: by which means, and how much that is worth.
//!
//! What is said here goes into tokens as `amr` (RFC 8176) and `acr`, so it says what happened and nothing more.

use serde::{Deserialize, Serialize};

use crate::id::{IdentityId, PasskeyId};
use usher_protocol::acr::ACR_VALUES;

/// One factor (NIST SP 800-63B-4 §2.1).
pub const AAL1: &str = "aal1";
/// Two different factors (NIST SP 800-63B-4 §2.2).
pub const AAL2: &str = "aal2";
/// Is `held` at least `asked`? A value that is not ours is met by itself alone.
pub fn acr_meets(held: &str, asked: &str) -> bool {
    let rank = |acr: &str| ACR_VALUES.iter().position(|known| *known == acr);
    match (rank(held), rank(asked)) {
        (Some(held), Some(asked)) => held >= asked,
        _ => held == asked,
    }
}

/// One means by which a person showed who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Something known.
    Password,
    /// A code of an authenticator app: something held.
    Totp,
    /// One of the codes kept for the day the app is lost: something held, spent by using it.
    RecoveryCode,
    /// A passkey: something held, and with user verification something known or the person themselves as well.
    Passkey {
        /// Did the authenticator verify the person, by PIN or biometry?
        user_verified: bool,
    },
    /// Another provider says who it is.
    Upstream {
        /// Our name for the provider.
        provider: String,
        /// What it said of its own means (RFC 8176); empty if it said nothing.
        amr: Vec<String>,
        /// What it said of their worth.
        acr: Option<String>,
        /// Do the settings take its word for two factors?
        trusted: bool,
    },
    /// A code or link that went to the person's address. Worth no factor of its own (NIST SP 800-63B-4 §3.1.3.1).
    MailCode,
    /// The one-use link that an administrator handed over.
    Setup,
}

/// The words for two factors in what an upstream says.
const UPSTREAM_MFA: [&str; 2] = ["mfa", "mca"];

impl Means {
    /// The words of RFC 8176 for it; `pop` and `fed` are those of the IANA registry and of our manual.
    fn words(&self) -> Vec<String> {
        let fixed: &[&str] = match self {
            Self::Password => &["pwd"],
            Self::Totp | Self::RecoveryCode | Self::MailCode | Self::Setup => &["otp"],
            Self::Passkey { user_verified: true } => &["pop", "user", "mfa"],
            Self::Passkey { user_verified: false } => &["pop", "user"],
            Self::Upstream { .. } => &["fed"],
        };
        let mut words: Vec<String> = fixed.iter().map(|word| (*word).to_owned()).collect();
        if let Self::Upstream { amr, trusted: true, .. } = self {
            words.extend(amr.iter().cloned());
        }
        words
    }

    /// Is it two factors by itself?
    fn is_two_factors(&self) -> bool {
        match self {
            Self::Passkey { user_verified } => *user_verified,
            Self::Upstream { trusted: true, amr, .. } => amr.iter().any(|word| UPSTREAM_MFA.contains(&word.as_str())),
            _ => false,
        }
    }

    /// Does it count as the first of two, such as a password does?
    const fn is_first(&self) -> bool {
        matches!(self, Self::Password | Self::Upstream { .. })
    }

    /// Does it count as something held, beside a password?
    const fn is_held(&self) -> bool {
        matches!(self, Self::Totp | Self::RecoveryCode | Self::Passkey { .. })
    }
}

/// A way in as a person chooses it on the sign-in page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The form of address and password.
    Password,
    /// The button of the passkey, or the field's autofill.
    Passkey,
    /// The button of a provider, by our name for it.
    Provider(String),
}

/// Everything by which a person showed who they are, at one sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    means: Vec<Means>,
}

impl Authentication {
    /// By one means.
    pub fn by(means: Means) -> Self {
        Self { means: vec![means] }
    }

    /// …and by one more.
    #[must_use]
    pub fn and(mut self, means: Means) -> Self {
        self.means.push(means);
        self
    }

    /// Did the person show two different factors?
    pub fn is_two_factors(&self) -> bool {
        self.means.iter().any(Means::is_two_factors)
            || (self.means.iter().any(Means::is_first) && self.means.iter().any(Means::is_held))
    }

    /// The way in that the person chose, where it has a button or a form of its own.
    pub fn method(&self) -> Option<Method> {
        match self.means.first()? {
            Means::Password => Some(Method::Password),
            Means::Passkey { .. } => Some(Method::Passkey),
            Means::Upstream { provider, .. } => Some(Method::Provider(provider.clone())),
            Means::Totp | Means::RecoveryCode | Means::MailCode | Means::Setup => None,
        }
    }

    /// How well the person authenticated.
    pub fn acr(&self) -> &'static str {
        if self.is_two_factors() { AAL2 } else { AAL1 }
    }

    /// By which means (RFC 8176): each word once, `mfa` where there were two factors and nowhere else.
    pub fn amr(&self) -> Vec<String> {
        let mut amr: Vec<String> = Vec::new();
        for word in self.means.iter().flat_map(Means::words) {
            if !amr.contains(&word) && word != "mfa" {
                amr.push(word);
            }
        }
        if self.is_two_factors() {
            amr.push("mfa".to_owned());
        }
        amr
    }

    /// What a session was opened by, as far as its `amr` tells: a further factor is added to it.
    pub fn of_session(amr: &[String]) -> Self {
        let has = |word: &str| amr.iter().any(|held| held == word);
        let mut means = Vec::new();
        if has("fed") {
            let rest = amr.iter().filter(|word| *word != "fed").cloned().collect();
            means.push(Means::Upstream { provider: String::new(), amr: rest, acr: None, trusted: has("mfa") });
        }
        if has("pwd") {
            means.push(Means::Password);
        }
        if has("pop") {
            means.push(Means::Passkey { user_verified: has("mfa") && !has("pwd") && !has("fed") });
        }
        if has("otp") {
            means.push(Means::Totp);
        }
        Self { means }
    }
}

/// What has to stand still when the session is opened, in the same transaction: somebody whose credential was taken away a
/// moment ago does not get in by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// This password: a hash of its hash.
    Password(String),
    /// This passkey.
    Passkey(PasskeyId),
    /// This identity; `sid` is the provider's name for its own session.
    Identity {
        /// Which.
        id: IdentityId,
        /// The session there.
        sid: Option<String>,
    },
    /// The user, and nothing else: what let the person in has been used up.
    User,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upstream(amr: &[&str], trusted: bool) -> Means {
        let amr = amr.iter().map(|word| (*word).to_owned()).collect();
        Means::Upstream { provider: "google".into(), amr, acr: None, trusted }
    }

    #[test]
    fn what_is_said_is_what_happened() {
        let passkey = |user_verified| Means::Passkey { user_verified };
        for (means, acr, amr) in [
            (vec![Means::Password], AAL1, "pwd"),
            (vec![Means::Password, Means::Totp], AAL2, "pwd otp mfa"),
            (vec![Means::Password, Means::RecoveryCode], AAL2, "pwd otp mfa"),
            (vec![Means::Password, passkey(false)], AAL2, "pwd pop user mfa"),
            (vec![passkey(true)], AAL2, "pop user mfa"),
            (vec![passkey(false)], AAL1, "pop user"),
            (vec![passkey(false), Means::Totp], AAL1, "pop user otp"),
            (vec![Means::MailCode], AAL1, "otp"),
            (vec![Means::Password, Means::MailCode], AAL1, "pwd otp"),
            (vec![Means::Setup], AAL1, "otp"),
            (vec![upstream(&[], false)], AAL1, "fed"),
            (vec![upstream(&["pwd", "mfa"], false)], AAL1, "fed"),
            (vec![upstream(&["pwd", "mfa"], true)], AAL2, "fed pwd mfa"),
            (vec![upstream(&["pwd"], true)], AAL1, "fed pwd"),
            (vec![upstream(&[], false), Means::Totp], AAL2, "fed otp mfa"),
        ] {
            let authentication = Authentication { means };
            assert_eq!((authentication.acr(), authentication.amr().join(" ").as_str()), (acr, amr));
        }
    }

    #[test]
    fn a_session_can_be_stepped_up_by_what_it_lacked() {
        for (begun, added, acr) in [
            (Authentication::by(Means::Password), Means::Totp, AAL2),
            (Authentication::by(upstream(&[], false)), Means::Totp, AAL2),
            (Authentication::by(Means::Password), Means::MailCode, AAL1),
            (Authentication::by(Means::Passkey { user_verified: false }), Means::Totp, AAL1),
        ] {
            let resumed = Authentication::of_session(&begun.amr());
            assert_eq!((resumed.acr(), resumed.amr()), (begun.acr(), begun.amr()));
            assert_eq!(resumed.and(added).acr(), acr);
        }
        let passkey = Authentication::by(Means::Passkey { user_verified: true });
        assert_eq!(Authentication::of_session(&passkey.amr()), passkey);
    }

    #[test]
    fn a_stronger_context_meets_a_weaker_one_and_an_unknown_one_only_itself() {
        assert!(acr_meets(AAL2, AAL1) && acr_meets(AAL1, AAL1) && acr_meets("x", "x"));
        assert!(!acr_meets(AAL1, AAL2) && !acr_meets(AAL2, "x"));
    }
}
