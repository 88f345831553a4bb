//! A token exchange that asks for an assertion.

use super::{ID_JAG_TOKEN_TYPE, ID_TOKEN_TYPE, MAX_RESOURCES};
use crate::client::metadata::CrossAppAccess;
use crate::error::OAuthError;
use crate::error_code::ErrorCode;
use crate::resource::canonical;
use crate::scope::Scope;
use crate::token::TokenForm;
use crate::token_exchange::only_type;

/// A token exchange that asks for an assertion (§4.3).
#[derive(Clone, PartialEq, Eq)]
pub struct IdJagRequest {
    /// The ID token of the user.
    pub id_token: String,
    /// The issuer identifier of the authorization server that the assertion is for.
    pub audience: String,
    /// The resources there, as sent.
    pub resources: Vec<String>,
    pub scope: Option<Scope>,
}

impl IdJagRequest {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `invalid_request` for a missing or repeated parameter, another type of token, or one that is not supported;
    /// `invalid_target` for a resource that is no absolute URI; `invalid_scope`.
    pub fn read(form: &TokenForm<'_>) -> Result<Self, OAuthError> {
        let id_token = form.require("subject_token")?.to_owned();
        only_type("subject_token_type", Some(form.require("subject_token_type")?), ID_TOKEN_TYPE)?;
        for unsupported in ["actor_token", "authorization_details"] {
            if form.get(unsupported)?.is_some() {
                let why = format!("{unsupported} is not supported for an ID-JAG");
                return Err(OAuthError::invalid_request(why));
            }
        }
        let resources: Vec<_> = form.0.all("resource").filter(|name| !name.is_empty()).map(str::to_owned).collect();
        if resources.len() > MAX_RESOURCES || resources.iter().any(|name| canonical(name).is_err()) {
            let why = format!("resource must be absolute URIs without a fragment, {MAX_RESOURCES} at most");
            return Err(OAuthError::new(ErrorCode::InvalidTarget, why));
        }
        Ok(Self { id_token, audience: form.require("audience")?.to_owned(), resources, scope: form.scope()? })
    }

    /// The scope of the assertion: what was requested of what the administrator allows there; all of that if the request
    /// names none. `None` if neither says anything: the other server decides.
    ///
    /// # Errors
    /// `invalid_scope` if nothing of what was requested is allowed.
    pub fn scope_under(&self, rule: &CrossAppAccess) -> Result<Option<Scope>, OAuthError> {
        let allowed = match (&self.scope, &rule.scope) {
            (Some(asked), Some(allowed)) => asked.intersection(allowed),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => return Ok(None),
        };
        if allowed.is_empty() {
            let why = "scope names nothing that this client may ask for at this audience";
            return Err(OAuthError::new(ErrorCode::InvalidScope, why));
        }
        Ok(Some(allowed))
    }

    /// The resources of the assertion, likewise.
    ///
    /// # Errors
    /// `invalid_target` for a resource that is not allowed there.
    pub fn resources_under(&self, rule: &CrossAppAccess) -> Result<Vec<String>, OAuthError> {
        if rule.resources.is_empty() {
            return Ok(self.resources.clone());
        }
        if self.resources.is_empty() {
            return Ok(rule.resources.clone());
        }
        let allowed = |asked: &String| rule.resources.iter().any(|one| canonical(one) == canonical(asked));
        if self.resources.iter().all(allowed) {
            return Ok(self.resources.clone());
        }
        let why = "a resource is none that this client may ask for at this audience";
        Err(OAuthError::new(ErrorCode::InvalidTarget, why))
    }
}

/// Whether a token exchange asks for an assertion.
///
/// # Errors
/// `invalid_request` if the type is repeated.
pub fn is_requested(form: &TokenForm<'_>) -> Result<bool, OAuthError> {
    Ok(form.get("requested_token_type")? == Some(ID_JAG_TOKEN_TYPE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Params;
    use crate::token_exchange::ACCESS_TOKEN_TYPE;

    fn asked(changes: &[(&'static str, &'static str)]) -> Result<IdJagRequest, OAuthError> {
        let usual = [
            ("subject_token", "t"),
            ("subject_token_type", ID_TOKEN_TYPE),
            ("requested_token_type", ID_JAG_TOKEN_TYPE),
            ("audience", "https://chat.test"),
        ];
        let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        IdJagRequest::read(&TokenForm(&Params::from_pairs(kept.chain(changes).copied())))
    }

    fn rule(scope: Option<&str>, resources: &[&str]) -> CrossAppAccess {
        CrossAppAccess {
            scope: scope.map(|scope| Scope::parse(scope).unwrap()),
            resources: resources.iter().map(|name| (*name).to_owned()).collect(),
            ..CrossAppAccess::default()
        }
    }

    #[test]
    fn a_request_names_an_id_token_and_one_audience() {
        for (changes, code) in [
            (&[][..], "accepted"),
            (&[("resource", "https://api.chat.test"), ("resource", "urn:chat"), ("scope", "chat.read")], "accepted"),
            (&[("audience", "")], "invalid_request"),
            (&[("audience", "https://a.test"), ("audience", "https://b.test")], "invalid_request"),
            (&[("subject_token", "")], "invalid_request"),
            (&[("subject_token_type", ACCESS_TOKEN_TYPE)], "invalid_request"),
            (&[("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token")], "invalid_request"),
            (&[("actor_token", "a")], "invalid_request"),
            (&[("authorization_details", "[]")], "invalid_request"),
            (&[("resource", "chat")], "invalid_target"),
            (&[("resource", "https://api.chat.test#a")], "invalid_target"),
            (&[("scope", "a\"b")], "invalid_scope"),
        ] {
            assert_eq!(asked(changes).map_or_else(|error| error.code.as_str(), |_| "accepted"), code, "{changes:?}");
        }
    }

    #[test]
    fn what_the_administrator_allows_limits_scope_and_resources() {
        let scope = |asked_for: &'static str, allowed: Option<&str>| {
            let scope = asked(&[("scope", asked_for)]).unwrap().scope_under(&rule(allowed, &[]));
            scope.map(|scope| scope.map(|scope| scope.to_string())).map_err(|error| error.code.as_str())
        };
        assert_eq!(scope("chat.read chat.write", Some("chat.read")), Ok(Some("chat.read".into())));
        assert_eq!(scope("", Some("chat.read")), Ok(Some("chat.read".into())));
        assert_eq!(scope("chat.read", None), Ok(Some("chat.read".into())));
        assert_eq!(scope("", None), Ok(None));
        assert_eq!(scope("chat.write", Some("chat.read")), Err("invalid_scope"));

        let resources = |asked_for: &'static str, allowed: &[&str]| {
            let resources = asked(&[("resource", asked_for)]).unwrap().resources_under(&rule(None, allowed));
            resources.map(|all| all.join(" ")).map_err(|error| error.code.as_str())
        };
        assert_eq!(resources("https://a.test", &[]), Ok("https://a.test".into()));
        assert_eq!(resources("https://a.test/", &["https://a.test"]), Ok("https://a.test/".into()));
        assert_eq!(resources("", &["https://a.test"]), Ok("https://a.test".into()));
        assert_eq!(resources("https://b.test", &["https://a.test"]), Err("invalid_target"));
    }
}
