//! Sign-in to the clients of a project: who may make an account on the way to them, and what their sign-in pages offer.
//!
//! The rules are about new accounts. Whoever has an account signs in with it, whichever way: the session is the same at
//! all projects. Who may do what in a project is the matter of its access rules.

use serde::{Deserialize, Serialize};

use crate::email::Email;
use crate::provider::ProviderId;
use crate::wire_names::wire_names;

/// Most domains that a project may name.
pub const MAX_DOMAINS: usize = 50;

wire_names! {
    /// Who may make an account on the way to a project's clients.
    SignUpPolicy, UnknownSignUpPolicy, "must be anyone, domains or invited":
    /// Whoever the installation lets make one.
    Anyone = "anyone";
    /// People with a verified email address of certain domains.
    Domains = "domains";
    /// Nobody: people who have an account already, among them those who were invited.
    Invited = "invited";
}

/// What a project decides about sign-in to its clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectSignIn {
    /// Who may make an account.
    pub sign_up: SignUpPolicy,
    /// The domains of [`SignUpPolicy::Domains`]; none for the other policies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// The providers that are offered, in this order. `None`: all, in the order of the installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub providers: Option<Vec<ProviderId>>,
    /// Whether new accounts may have a password.
    pub password_sign_up: bool,
}

impl Default for ProjectSignIn {
    fn default() -> Self {
        Self { sign_up: SignUpPolicy::Anyone, domains: Vec::new(), providers: None, password_sign_up: true }
    }
}

/// Why somebody may not make an account on the way to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignUpRefusal {
    /// Nobody may.
    #[error("new accounts are not made on the way to this project's clients")]
    Closed,
    /// Not with a password.
    #[error("new accounts for this project's clients have no password")]
    Password,
    /// Not by this provider.
    #[error("the project does not offer this provider")]
    Provider,
    /// Not without a verified address of one of the domains.
    #[error("new accounts for this project's clients need a verified address of its domains")]
    Domain,
}

impl ProjectSignIn {
    /// May anybody make an account?
    ///
    /// # Errors
    /// [`SignUpRefusal::Closed`].
    pub const fn check_open(&self) -> Result<(), SignUpRefusal> {
        match self.sign_up {
            SignUpPolicy::Invited => Err(SignUpRefusal::Closed),
            SignUpPolicy::Anyone | SignUpPolicy::Domains => Ok(()),
        }
    }

    /// May somebody with this verified address, or without one, make an account?
    ///
    /// # Errors
    /// [`SignUpRefusal::Closed`], [`SignUpRefusal::Domain`].
    pub fn check_address(&self, email: Option<&Email>) -> Result<(), SignUpRefusal> {
        self.check_open()?;
        let fits = |email: &Email| self.domains.iter().any(|domain| domain == email.domain());
        if self.needs_address() && !email.is_some_and(fits) { Err(SignUpRefusal::Domain) } else { Ok(()) }
    }

    /// Whether new accounts need a verified address.
    pub const fn needs_address(&self) -> bool {
        matches!(self.sign_up, SignUpPolicy::Domains)
    }

    /// May an account with a password be made?
    ///
    /// # Errors
    /// [`SignUpRefusal::Password`].
    pub const fn check_password(&self) -> Result<(), SignUpRefusal> {
        if self.password_sign_up { Ok(()) } else { Err(SignUpRefusal::Password) }
    }

    /// May this provider make accounts?
    ///
    /// # Errors
    /// [`SignUpRefusal::Closed`], [`SignUpRefusal::Provider`].
    pub fn check_provider(&self, provider: &ProviderId) -> Result<(), SignUpRefusal> {
        self.check_open()?;
        if self.place_of(provider).is_some() { Ok(()) } else { Err(SignUpRefusal::Provider) }
    }

    /// The place of a provider among those that are offered; 0 if their order is that of the installation. `None` if it
    /// is not offered.
    pub fn place_of(&self, provider: &ProviderId) -> Option<usize> {
        match &self.providers {
            None => Some(0),
            Some(offered) => offered.iter().position(|one| one == provider),
        }
    }
}

/// The settings as they were typed.
#[derive(Debug, Clone, Default)]
pub struct TypedProjectSignIn {
    pub sign_up: String,
    pub domains: Vec<String>,
    pub providers: Option<Vec<String>>,
    pub password_sign_up: bool,
}

/// Why a member is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {why}")]
pub struct ProjectSignInFault {
    pub field: &'static str,
    pub why: ProjectSignInRule,
}

/// The rule that a member breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProjectSignInRule {
    #[error(transparent)]
    Policy(#[from] UnknownSignUpPolicy),
    #[error("must name at least one domain")]
    NoDomain,
    #[error("must name at most {MAX_DOMAINS} domains")]
    TooManyDomains,
    #[error("{0} is not a domain, as in example.com")]
    NotADomain(String),
    #[error("{0} is not a provider of this installation")]
    UnknownProvider(String),
    #[error("{0} is named twice")]
    ProviderTwice(String),
}

impl TypedProjectSignIn {
    /// The settings as they are stored. `known` are the providers of the installation.
    ///
    /// # Errors
    /// All faults.
    pub fn checked(self, known: &[ProviderId]) -> Result<ProjectSignIn, Vec<ProjectSignInFault>> {
        let mut faults = Vec::new();
        let mut fault = |field, why| faults.push(ProjectSignInFault { field, why });
        let sign_up =
            self.sign_up.trim().parse().map_err(|unknown| fault("sign_up", ProjectSignInRule::Policy(unknown)));
        let mut domains: Vec<String> = Vec::new();
        for typed in self.domains.iter().map(|typed| typed.trim()).filter(|typed| !typed.is_empty()) {
            match domain(typed) {
                Some(domain) if domains.contains(&domain) => {}
                Some(domain) => domains.push(domain),
                None => fault("domains", ProjectSignInRule::NotADomain(typed.chars().take(80).collect())),
            }
        }
        if domains.len() > MAX_DOMAINS {
            fault("domains", ProjectSignInRule::TooManyDomains);
        }
        if sign_up == Ok(SignUpPolicy::Domains) && self.domains.iter().all(|typed| typed.trim().is_empty()) {
            fault("domains", ProjectSignInRule::NoDomain);
        }
        let mut providers: Option<Vec<ProviderId>> = self.providers.as_ref().map(|_| Vec::new());
        for typed in self.providers.into_iter().flatten() {
            let found = known.iter().find(|one| one.as_str() == typed);
            match (found, &mut providers) {
                (Some(id), Some(offered)) if offered.contains(id) => {
                    fault("providers", ProjectSignInRule::ProviderTwice(typed));
                }
                (Some(id), Some(offered)) => offered.push(id.clone()),
                _ => fault("providers", ProjectSignInRule::UnknownProvider(typed.chars().take(80).collect())),
            }
        }
        match sign_up {
            Ok(sign_up) if faults.is_empty() => {
                let domains = if sign_up == SignUpPolicy::Domains { domains } else { Vec::new() };
                Ok(ProjectSignIn { sign_up, domains, providers, password_sign_up: self.password_sign_up })
            }
            _ => Err(faults),
        }
    }
}

/// A domain in the form that addresses have it: lower case, in ASCII. `@example.com` is as good as `example.com`.
fn domain(typed: &str) -> Option<String> {
    let typed = typed.strip_prefix('@').unwrap_or(typed);
    let address = Email::parse(&format!("a@{typed}")).ok()?;
    address.check_public().ok()?;
    Some(address.domain().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(sign_up: &str, domains: &[&str]) -> TypedProjectSignIn {
        TypedProjectSignIn {
            sign_up: sign_up.into(),
            domains: domains.iter().map(|one| (*one).to_owned()).collect(),
            ..TypedProjectSignIn::default()
        }
    }

    fn ids(names: &[&str]) -> Vec<ProviderId> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn email(text: &str) -> Email {
        Email::parse(text).unwrap()
    }

    #[test]
    fn whoever_decides_nothing_lets_everybody_in_by_all_ways() {
        let all = ProjectSignIn::default();
        assert_eq!(all.check_address(None), Ok(()));
        assert_eq!(all.check_password(), Ok(()));
        assert_eq!(all.check_provider(&ids(&["google"])[0]), Ok(()));
    }

    #[test]
    fn only_the_exact_domain_of_a_verified_address_counts() {
        let rules = typed("domains", &["@Example.COM", "example.com", " bücher.example "]).checked(&[]).unwrap();
        assert_eq!(rules.domains, ["example.com", "xn--bcher-kva.example"]);
        assert_eq!(rules.check_address(Some(&email("Una@EXAMPLE.com"))), Ok(()));
        assert_eq!(rules.check_address(Some(&email("una@bücher.example"))), Ok(()));
        for other in ["una@mail.example.com", "una@badexample.com", "una@example.com.evil.test"] {
            assert_eq!(rules.check_address(Some(&email(other))), Err(SignUpRefusal::Domain), "{other}");
        }
        assert_eq!(rules.check_address(None), Err(SignUpRefusal::Domain));
    }

    #[test]
    fn nobody_makes_an_account_where_people_are_invited() {
        let rules = typed("invited", &["example.com"]).checked(&[]).unwrap();
        assert!(rules.domains.is_empty(), "the domains of another policy are not kept");
        assert_eq!(rules.check_address(Some(&email("una@example.com"))), Err(SignUpRefusal::Closed));
        assert_eq!(rules.check_provider(&ids(&["google"])[0]), Err(SignUpRefusal::Closed));
    }

    #[test]
    fn providers_have_the_order_in_which_they_are_named() {
        let known = ids(&["google", "github", "acme"]);
        let chosen = Some(vec!["acme".to_owned(), "google".to_owned()]);
        let rules = TypedProjectSignIn { providers: chosen, ..typed("anyone", &[]) }.checked(&known).unwrap();
        let places: Vec<_> = known.iter().map(|id| rules.place_of(id)).collect();
        assert_eq!(places, [Some(1), None, Some(0)]);
        assert_eq!(rules.check_provider(&known[1]), Err(SignUpRefusal::Provider));
        assert_eq!(rules.check_password(), Err(SignUpRefusal::Password));
        let none = TypedProjectSignIn { providers: Some(vec![]), ..typed("anyone", &[]) }.checked(&known).unwrap();
        assert_eq!(none.place_of(&known[0]), None, "an empty list offers none");
    }

    #[test]
    fn every_fault_is_reported_with_its_field() {
        let wrong = TypedProjectSignIn {
            sign_up: "everybody".into(),
            domains: vec!["no dot".into(), "localhost".into(), "127.0.0.1".into(), "a@b.example".into()],
            providers: Some(vec!["google".into(), "google".into(), "<script>".into()]),
            password_sign_up: true,
        };
        let faults = wrong.checked(&ids(&["google"])).unwrap_err();
        let fields: Vec<_> = faults.iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["sign_up", "domains", "domains", "domains", "domains", "providers", "providers"]);
        let none = typed("domains", &[" "]).checked(&[]).unwrap_err();
        assert_eq!(none[0].why, ProjectSignInRule::NoDomain);
        let many: Vec<String> = (0..=MAX_DOMAINS).map(|n| format!("d{n}.example")).collect();
        let many = TypedProjectSignIn { domains: many, ..typed("domains", &[]) }.checked(&[]).unwrap_err();
        assert_eq!(many[0].why, ProjectSignInRule::TooManyDomains);
    }
}
