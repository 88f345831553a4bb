//! Claims of a user that a request names (OpenID Connect Core §5.5). The claims are in [`super::user_claims`].

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::OAuthError;
use crate::scope::Scope;
use crate::strict_json;
use crate::user_claims::UserClaims;

/// A `claims` parameter is three levels deep, arrays of values included.
const MAX_DEPTH: u8 = 8;

/// Every claim that may be requested, for the metadata.
pub fn supported() -> Vec<&'static str> {
    let of_tokens = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid"];
    of_tokens.into_iter().chain(UserClaims::STANDARD.claims().map(|row| row.name)).collect()
}

/// The `claims` parameter: names of claims, for userinfo and for the ID token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// To be returned by the userinfo endpoint.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub userinfo: BTreeSet<String>,
    /// To be included in the ID token.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub id_token: BTreeSet<String>,
    /// The ID token must have one of these as its `sub`, if the request names any (§5.5.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subs: Vec<String>,
    /// An essential `acr`: the accepted values, or any if empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub essential_acr: Option<Vec<String>>,
}

impl ClaimsRequest {
    /// Parses the JSON of the parameter. Unknown claims are ignored, as §5.5 requires.
    ///
    /// # Errors
    /// `invalid_request` when it is not a JSON object of objects.
    pub fn parse(json: &str) -> Result<Self, OAuthError> {
        let fault =
            || OAuthError::invalid_request("claims must be a JSON object as in OpenID Connect Core section 5.5");
        let document: Map<String, Value> = strict_json::object(json.as_bytes(), MAX_DEPTH).map_err(|_| fault())?;
        let section = |name: &str| match document.get(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(claims)) => Ok(claims.clone()),
            Some(_) => Err(fault()),
        };
        let (userinfo, id_token) = (section("userinfo")?, section("id_token")?);
        for wish in userinfo.values().chain(id_token.values()) {
            if !wish.is_null() && !wish.is_object() {
                return Err(fault());
            }
        }
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let named = |wish: &Value| -> Vec<String> {
            let listed = wish.get("values").and_then(Value::as_array);
            let listed = listed.map(|all| all.iter().filter_map(text).collect());
            listed.or_else(|| wish.get("value").and_then(text).map(|one| vec![one])).unwrap_or_default()
        };
        let of_sub = |claims: &Map<String, Value>| claims.get("sub").map(named).filter(|subs| !subs.is_empty());
        let subs = [&id_token, &userinfo].into_iter().find_map(of_sub).unwrap_or_default();
        let essential = |acr: &&Value| acr.get("essential") == Some(&Value::Bool(true));
        let essential_acr = id_token.get("acr").filter(essential).map(named);
        let known = |claims: &Map<String, Value>| {
            claims.keys().filter(|name| UserClaims::STANDARD.contains(name)).cloned().collect()
        };
        Ok(Self { userinfo: known(&userinfo), id_token: known(&id_token), subs, essential_acr })
    }
}

impl ClaimsRequest {
    /// The scopes that request the same claims (§5.4): a person consents to a claim by its scope, however it is requested.
    pub fn scope(&self) -> Scope {
        let rows = self.userinfo.iter().chain(&self.id_token).filter_map(|name| UserClaims::STANDARD.find(name));
        rows.map(|row| row.scope.to_owned()).collect()
    }

    /// Drops the claims whose scopes are not among these.
    pub fn limit(&mut self, scope: &Scope) {
        let may = |name: &String| UserClaims::STANDARD.find(name).is_some_and(|row| scope.contains(row.scope));
        self.userinfo.retain(may);
        self.id_token.retain(may);
    }

    /// Only the names: what is needed after sign-in.
    #[must_use]
    pub fn names(&self) -> Self {
        Self { userinfo: self.userinfo.clone(), id_token: self.id_token.clone(), subs: Vec::new(), essential_acr: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_claims_are_read_by_name() {
        let asked = r#"{"userinfo":{"name":{"essential":true},"unknown":null},
            "id_token":{"sub":{"value":"s1"},"acr":{"essential":true,"values":["mfa"]},"email":null}}"#;
        let request = ClaimsRequest::parse(asked).unwrap();
        assert_eq!(request.userinfo, BTreeSet::from(["name".to_owned()]));
        assert_eq!(request.id_token, BTreeSet::from(["email".to_owned()]));
        assert_eq!(request.subs, ["s1"]);
        let values = r#"{"id_token":{"sub":{"values":["s1","s2"]}}}"#;
        assert_eq!(ClaimsRequest::parse(values).unwrap().subs, ["s1", "s2"]);
        assert_eq!(request.essential_acr, Some(vec!["mfa".to_owned()]));
    }

    #[test]
    fn a_claim_needs_its_scope() {
        let asked = r#"{"userinfo":{"phone_number":null},"id_token":{"email":null,"name":null,"roles":null}}"#;
        let mut request = ClaimsRequest::parse(asked).unwrap();
        assert_eq!(request.scope(), Scope::of(["email", "phone", "profile", "roles"]));
        request.limit(&Scope::of(["openid", "profile"]));
        assert_eq!(request.scope(), Scope::of(["profile"]));
        assert_eq!(request.id_token, BTreeSet::from(["name".to_owned()]));
    }

    #[test]
    fn garbage_is_refused() {
        for bad in ["", "[]", "null", "7", r#"{"userinfo":7}"#, r#"{"userinfo":{"name":7}}"#, &"[".repeat(100_000)] {
            assert!(ClaimsRequest::parse(bad).is_err());
        }
    }
}
