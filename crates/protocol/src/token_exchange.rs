//! Token exchange (RFC 8693): the parameters of a request, and who acts for whom.

use serde::{Deserialize, Serialize};

use crate::error::OAuthError;
use crate::error_code::ErrorCode;
use crate::resource::canonical;
use crate::scope::Scope;
use crate::token::TokenForm;

/// The grant type (RFC 8693 §2.1).
pub const TOKEN_EXCHANGE_GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// The type of an access token, the usual one that is exchanged and issued (RFC 8693 §3).
pub const ACCESS_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";
/// How many parties may have acted for a user one after the other, so that no token grows without limit.
const MOST_ACTORS: usize = 8;

/// The request.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenExchangeRequest {
    /// The token that says on whose behalf.
    pub subject_token: String,
    /// The token of the party that acts; absent if the client impersonates the user.
    pub actor_token: Option<String>,
    /// The canonical identifiers of the requested APIs: `audience` and `resource` together. Empty if none was requested.
    pub resources: Vec<String>,
    pub scope: Option<Scope>,
}

/// The claim `act` (RFC 8693 §4.1): the party that acts, and the one that it acts for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub sub: String,
    pub client_id: String,
    /// The party that acted before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Actor>>,
}

impl Actor {
    /// How many parties acted.
    fn length(&self) -> usize {
        std::iter::successors(Some(self), |actor| actor.act.as_deref()).count()
    }

    /// This actor, after those who acted before.
    ///
    /// # Errors
    /// `invalid_request` if there were too many.
    pub fn after(self, earlier: Option<&Self>) -> Result<Self, OAuthError> {
        if earlier.is_some_and(|earlier| earlier.length() >= MOST_ACTORS) {
            return Err(OAuthError::invalid_request("the subject token was passed on too often"));
        }
        Ok(Self { act: earlier.cloned().map(Box::new), ..self })
    }
}

impl TokenExchangeRequest {
    /// Reads the parameters (RFC 8693 §2.1).
    ///
    /// # Errors
    /// `invalid_request` for a missing or repeated parameter, or another type of token; `invalid_scope`;
    /// `invalid_target` for a resource that cannot identify an API.
    pub fn read(form: &TokenForm<'_>) -> Result<Self, OAuthError> {
        let subject_token = form.require("subject_token")?.to_owned();
        must_be_access_token("subject_token_type", Some(form.require("subject_token_type")?))?;
        must_be_access_token("requested_token_type", form.get("requested_token_type")?)?;
        let actor_token = form.get("actor_token")?.map(str::to_owned);
        match (&actor_token, form.get("actor_token_type")?) {
            (Some(_), None) => return Err(OAuthError::invalid_request("actor_token_type is missing")),
            (None, Some(_)) => return Err(OAuthError::invalid_request("actor_token is missing")),
            (_, of_type) => must_be_access_token("actor_token_type", of_type)?,
        }
        // An audience is a logical name, so it may be one that is no URI.
        let named = form.0.all("audience").filter(|name| !name.is_empty());
        let named = named.map(|name| canonical(name).unwrap_or_else(|_| name.to_owned()));
        let resources = named.chain(form.resources()?).collect();
        Ok(Self { subject_token, actor_token, resources, scope: form.scope()? })
    }

    /// Which part of the subject token's audience the new token is for: what was requested, or all of it. It never widens.
    ///
    /// # Errors
    /// `invalid_target` (RFC 8693 §2.2.2) for an audience that the subject token does not have.
    pub fn narrow_audience(&self, of_subject: &[String]) -> Result<Vec<String>, OAuthError> {
        let of_subject: Vec<String> =
            of_subject.iter().map(|name| canonical(name).unwrap_or_else(|_| name.clone())).collect();
        if !self.resources.iter().all(|asked| of_subject.contains(asked)) {
            return Err(OAuthError::new(
                ErrorCode::InvalidTarget,
                "the subject token was not issued for a requested audience",
            ));
        }
        let kept = |name: &String| self.resources.is_empty() || self.resources.contains(name);
        Ok(of_subject.into_iter().filter(kept).collect())
    }

    /// The scope of the new token: what was requested, or that of the subject token. It never widens.
    ///
    /// # Errors
    /// `invalid_scope` for a scope that the subject token does not have.
    pub fn narrow_scope(&self, of_subject: &Scope) -> Result<Scope, OAuthError> {
        let asked = self.scope.as_ref().unwrap_or(of_subject);
        if asked.is_subset_of(of_subject) {
            return Ok(asked.clone());
        }
        Err(OAuthError::new(ErrorCode::InvalidScope, "scope goes beyond that of the subject token"))
    }
}

fn must_be_access_token(name: &'static str, value: Option<&str>) -> Result<(), OAuthError> {
    only_type(name, value, ACCESS_TOKEN_TYPE)
}

/// Refuses any other type of token.
pub(crate) fn only_type(name: &'static str, value: Option<&str>, accepted: &str) -> Result<(), OAuthError> {
    if value.is_none_or(|value| value == accepted) {
        return Ok(());
    }
    Err(OAuthError::invalid_request(format!("{name} must be {accepted}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Params;

    fn read(changes: &[(&'static str, &'static str)]) -> Result<TokenExchangeRequest, OAuthError> {
        let usual = [("subject_token", "s"), ("subject_token_type", ACCESS_TOKEN_TYPE)];
        let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        TokenExchangeRequest::read(&TokenForm(&Params::from_pairs(kept.chain(changes).copied())))
    }

    fn audience(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn only_access_tokens_are_exchanged() {
        const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
        const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";
        for (changes, code) in [
            (&[][..], "accepted"),
            (&[("requested_token_type", ACCESS_TOKEN_TYPE)], "accepted"),
            (&[("actor_token", "a"), ("actor_token_type", ACCESS_TOKEN_TYPE)], "accepted"),
            (&[("subject_token", "")], "invalid_request"),
            (&[("subject_token_type", "")], "invalid_request"),
            (&[("subject_token_type", ID_TOKEN)], "invalid_request"),
            (&[("requested_token_type", REFRESH_TOKEN)], "invalid_request"),
            (&[("actor_token", "a")], "invalid_request"),
            (&[("actor_token_type", ACCESS_TOKEN_TYPE)], "invalid_request"),
            (&[("actor_token", "a"), ("actor_token_type", ID_TOKEN)], "invalid_request"),
            (&[("scope", "a\"b")], "invalid_scope"),
        ] {
            assert_eq!(read(changes).map_or_else(|error| error.code.as_str(), |_| "accepted"), code, "{changes:?}");
        }
    }

    #[test]
    fn an_audience_narrows_and_never_widens() {
        let subject = audience(&["https://a.test", "https://b.test", "orders"]);
        let narrowed = |changes: &[(&'static str, &'static str)]| read(changes)?.narrow_audience(&subject);
        assert_eq!(narrowed(&[]), Ok(audience(&["https://a.test/", "https://b.test/", "orders"])));
        assert_eq!(narrowed(&[("audience", "")]).map(|all| all.len()), Ok(3), "an empty parameter is none");
        assert_eq!(narrowed(&[("audience", "https://b.test/")]), Ok(audience(&["https://b.test/"])));
        assert_eq!(narrowed(&[("audience", "orders")]), Ok(audience(&["orders"])));
        let both = [("audience", "https://b.test"), ("resource", "https://A.test")];
        assert_eq!(narrowed(&both), Ok(audience(&["https://a.test/", "https://b.test/"])));
        for beyond in [
            &[("resource", "https://c.test")][..],
            &[("audience", "https://c.test")],
            &[("audience", "https://a.test"), ("audience", "https://c.test")],
            &[("resource", "orders")],
            &[("audience", "https://a.test/x")],
        ] {
            assert_eq!(narrowed(beyond).unwrap_err().code, ErrorCode::InvalidTarget, "{beyond:?}");
        }
    }

    #[test]
    fn a_scope_narrows_and_never_widens() {
        let subject = Scope::of(["openid", "email"]);
        assert_eq!(read(&[]).unwrap().narrow_scope(&subject), Ok(subject.clone()));
        assert_eq!(read(&[("scope", "email")]).unwrap().narrow_scope(&subject), Ok(Scope::of(["email"])));
        let beyond = read(&[("scope", "email profile")]).unwrap().narrow_scope(&subject).unwrap_err();
        assert_eq!(beyond.code.as_str(), "invalid_scope");
    }

    #[test]
    fn the_parties_that_acted_form_a_chain_that_ends() {
        let actor = |sub: &str| Actor { sub: sub.to_owned(), client_id: sub.to_owned(), act: None };
        let mut chain = actor("0");
        for n in 1..MOST_ACTORS {
            chain = actor(&n.to_string()).after(Some(&chain)).unwrap();
        }
        assert_eq!(chain.act.as_deref().unwrap().sub, "6");
        assert!(actor("9").after(Some(&chain)).is_err());
    }
}
