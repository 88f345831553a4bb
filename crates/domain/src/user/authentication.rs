//! How a person authenticated: the methods, and the resulting assurance level.
//!
//! These values go into tokens as `amr` (RFC 8176) and `acr`.

use serde::{Deserialize, Serialize};

use crate::id::{IdentityId, PasskeyId};
use usher_protocol::acr::ACR_VALUES;

/// One factor (NIST SP 800-63B-4 §2.1).
pub const AAL1: &str = "aal1";
/// Two different factors (NIST SP 800-63B-4 §2.2).
pub const AAL2: &str = "aal2";
/// Whether `held` is at least `asked`. An unknown value is satisfied only by itself.
pub fn acr_meets(held: &str, asked: &str) -> bool {
    let rank = |acr: &str| ACR_VALUES.iter().position(|known| *known == acr);
    match (rank(held), rank(asked)) {
        (Some(held), Some(asked)) => held >= asked,
        _ => held == asked,
    }
}

/// One authentication method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMeans {
    /// A password: something known.
    Password,
    /// A code of an authenticator app: something held.
    Totp,
    /// A recovery code: something held, single-use.
    RecoveryCode,
    /// A passkey: something held, and with user verification also something known or biometric.
    Passkey {
        /// Whether the authenticator verified the person, by PIN or biometry.
        user_verified: bool,
    },
    /// A sign-in at another provider.
    Upstream {
        /// The id of the provider.
        provider: String,
        /// The `amr` that it sent (RFC 8176); empty if none.
        amr: Vec<String>,
        /// The `acr` that it sent.
        acr: Option<String>,
        /// Whether the settings trust its `amr`.
        trusted: bool,
    },
    /// A code or link sent to the person's email address. It is not a factor (NIST SP 800-63B-4 §3.1.3.1).
    MailCode,
    /// A one-time link from an administrator.
    Setup,
}

/// Values of an upstream `amr` that mean two factors.
const UPSTREAM_MFA: [&str; 2] = ["mfa", "mca"];

impl AuthMeans {
    /// Its values of RFC 8176; `pop` is in the IANA registry, `fed` is specific to Usher.
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

    /// Whether it is two factors by itself.
    fn is_two_factors(&self) -> bool {
        match self {
            Self::Passkey { user_verified } => *user_verified,
            Self::Upstream { trusted: true, amr, .. } => amr.iter().any(|word| UPSTREAM_MFA.contains(&word.as_str())),
            _ => false,
        }
    }

    /// Whether it counts as a first factor, such as a password.
    const fn is_first(&self) -> bool {
        matches!(self, Self::Password | Self::Upstream { .. })
    }

    /// Whether it counts as something held, in addition to a password.
    const fn is_held(&self) -> bool {
        matches!(self, Self::Totp | Self::RecoveryCode | Self::Passkey { .. })
    }
}

/// A sign-in method as a person chooses it on the sign-in page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The form with email address and password.
    Password,
    /// The passkey button, or autofill.
    Passkey,
    /// The button of a provider, with its id.
    Provider(String),
}

/// All methods used in one sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    means: Vec<AuthMeans>,
}

impl Authentication {
    /// An authentication by one method.
    pub fn by(means: AuthMeans) -> Self {
        Self { means: vec![means] }
    }

    /// The authentication with one more method.
    #[must_use]
    pub fn and(mut self, means: AuthMeans) -> Self {
        self.means.push(means);
        self
    }

    /// Whether the person used two different factors.
    pub fn is_two_factors(&self) -> bool {
        self.means.iter().any(AuthMeans::is_two_factors)
            || (self.means.iter().any(AuthMeans::is_first) && self.means.iter().any(AuthMeans::is_held))
    }

    /// The sign-in method that the person chose, if it has a button or form.
    pub fn method(&self) -> Option<Method> {
        match self.means.first()? {
            AuthMeans::Password => Some(Method::Password),
            AuthMeans::Passkey { .. } => Some(Method::Passkey),
            AuthMeans::Upstream { provider, .. } => Some(Method::Provider(provider.clone())),
            AuthMeans::Totp | AuthMeans::RecoveryCode | AuthMeans::MailCode | AuthMeans::Setup => None,
        }
    }

    /// The authentication context.
    pub fn acr(&self) -> &'static str {
        if self.is_two_factors() { AAL2 } else { AAL1 }
    }

    /// The methods (RFC 8176): each value once, and `mfa` only with two factors.
    pub fn amr(&self) -> Vec<String> {
        let mut amr: Vec<String> = Vec::new();
        for word in self.means.iter().flat_map(AuthMeans::words) {
            if !amr.contains(&word) && word != "mfa" {
                amr.push(word);
            }
        }
        if self.is_two_factors() {
            amr.push("mfa".to_owned());
        }
        amr
    }

    /// The authentication of an existing session, from its `amr`: further factors are added to it.
    pub fn of_session(amr: &[String]) -> Self {
        let has = |word: &str| amr.iter().any(|held| held == word);
        let mut means = Vec::new();
        if has("fed") {
            let rest = amr.iter().filter(|word| *word != "fed").cloned().collect();
            means.push(AuthMeans::Upstream { provider: String::new(), amr: rest, acr: None, trusted: has("mfa") });
        }
        if has("pwd") {
            means.push(AuthMeans::Password);
        }
        if has("pop") {
            means.push(AuthMeans::Passkey { user_verified: has("mfa") && !has("pwd") && !has("fed") });
        }
        if has("otp") {
            means.push(AuthMeans::Totp);
        }
        Self { means }
    }
}

/// What must still exist when the session is opened, checked in the same transaction: a credential that was just
/// removed does not sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInGuard {
    /// This password, by a hash of its hash.
    Password(String),
    /// This passkey.
    Passkey(PasskeyId),
    /// This identity.
    Identity {
        /// Its id.
        id: IdentityId,
        /// The provider's session id.
        sid: Option<String>,
    },
    /// Only the user: the credential was single-use and is spent.
    User,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upstream(amr: &[&str], trusted: bool) -> AuthMeans {
        let amr = amr.iter().map(|word| (*word).to_owned()).collect();
        AuthMeans::Upstream { provider: "google".into(), amr, acr: None, trusted }
    }

    #[test]
    fn what_is_said_is_what_happened() {
        let passkey = |user_verified| AuthMeans::Passkey { user_verified };
        for (means, acr, amr) in [
            (vec![AuthMeans::Password], AAL1, "pwd"),
            (vec![AuthMeans::Password, AuthMeans::Totp], AAL2, "pwd otp mfa"),
            (vec![AuthMeans::Password, AuthMeans::RecoveryCode], AAL2, "pwd otp mfa"),
            (vec![AuthMeans::Password, passkey(false)], AAL2, "pwd pop user mfa"),
            (vec![passkey(true)], AAL2, "pop user mfa"),
            (vec![passkey(false)], AAL1, "pop user"),
            (vec![passkey(false), AuthMeans::Totp], AAL1, "pop user otp"),
            (vec![AuthMeans::MailCode], AAL1, "otp"),
            (vec![AuthMeans::Password, AuthMeans::MailCode], AAL1, "pwd otp"),
            (vec![AuthMeans::Setup], AAL1, "otp"),
            (vec![upstream(&[], false)], AAL1, "fed"),
            (vec![upstream(&["pwd", "mfa"], false)], AAL1, "fed"),
            (vec![upstream(&["pwd", "mfa"], true)], AAL2, "fed pwd mfa"),
            (vec![upstream(&["pwd"], true)], AAL1, "fed pwd"),
            (vec![upstream(&[], false), AuthMeans::Totp], AAL2, "fed otp mfa"),
        ] {
            let authentication = Authentication { means };
            assert_eq!((authentication.acr(), authentication.amr().join(" ").as_str()), (acr, amr));
        }
    }

    #[test]
    fn a_session_can_be_stepped_up_by_what_it_lacked() {
        for (begun, added, acr) in [
            (Authentication::by(AuthMeans::Password), AuthMeans::Totp, AAL2),
            (Authentication::by(upstream(&[], false)), AuthMeans::Totp, AAL2),
            (Authentication::by(AuthMeans::Password), AuthMeans::MailCode, AAL1),
            (Authentication::by(AuthMeans::Passkey { user_verified: false }), AuthMeans::Totp, AAL1),
        ] {
            let resumed = Authentication::of_session(&begun.amr());
            assert_eq!((resumed.acr(), resumed.amr()), (begun.acr(), begun.amr()));
            assert_eq!(resumed.and(added).acr(), acr);
        }
        let passkey = Authentication::by(AuthMeans::Passkey { user_verified: true });
        assert_eq!(Authentication::of_session(&passkey.amr()), passkey);
    }

    #[test]
    fn a_stronger_context_meets_a_weaker_one_and_an_unknown_one_only_itself() {
        assert!(acr_meets(AAL2, AAL1) && acr_meets(AAL1, AAL1) && acr_meets("x", "x"));
        assert!(!acr_meets(AAL1, AAL2) && !acr_meets(AAL2, "x"));
    }
}
