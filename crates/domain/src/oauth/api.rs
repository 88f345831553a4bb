//! An API (resource server) of a project: what access tokens are issued for (RFC 8707), and what they hold.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::{ApiId, ClientId, ProjectId};
use crate::text::{check_line, check_name};
use crate::time::Timestamp;
use crate::wire_names::wire_names;
use usher_protocol::client::metadata::SIGNING_ALGS;
use usher_protocol::scope::{Scope, is_of_usher};

/// Maximum number of APIs of a project.
pub const MAX_APIS: usize = 50;
/// Maximum number of clients of other projects that may ask for one API.
pub const MAX_ALLOWED_CLIENTS: usize = 100;
/// Maximum length of the name, in characters.
pub const MAX_API_NAME: u32 = 100;
/// Maximum number of scopes.
const MAX_SCOPES: usize = 100;
/// Maximum length of a scope, in bytes.
const MAX_SCOPE: usize = 100;
/// Maximum length of the description of a scope, in characters.
const MAX_DESCRIPTION: u32 = 200;
/// Maximum number of roles, and of permissions, that are listed.
const MAX_LISTED: usize = 100;
/// In a list of roles or permissions: all of them.
pub const EVERY: &str = "*";

wire_names! {
    /// What the access tokens of an API look like.
    TokenFormat, UnknownTokenFormat, "token format":
    /// Signed, so that the API checks it by itself (RFC 9068).
    Jwt = "jwt";
    /// Only Usher can read it: the API introspects it (RFC 7662).
    Opaque = "opaque";
}

/// An API of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Api {
    pub id: ApiId,
    /// The project that owns it.
    pub project_id: ProjectId,
    /// The value of `aud`, as the owner wrote it. It never changes.
    pub identifier: String,
    /// The form in which requests name it; unique in the installation.
    pub canonical: String,
    pub settings: ApiSettings,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What the owner of an API decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiSettings {
    /// The name that people read on the consent page.
    pub name: String,
    /// Its scopes.
    #[serde(default)]
    pub scopes: Vec<ApiScope>,
    /// The roles of the project that its tokens carry; `*` for all.
    #[serde(default = "every")]
    pub roles: Vec<String>,
    /// The permissions that its tokens carry: `Order:read`, `Order:*` or `*`.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// The lifetime of its access tokens in seconds; the setting of the installation if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_seconds: Option<u32>,
    /// The algorithm of its access tokens; that of the client if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_alg: Option<String>,
    /// The format of its access tokens.
    #[serde(default = "jwt")]
    pub token_format: TokenFormat,
    /// Clients that register themselves may ask for it, with the consent of the person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub self_registered_clients: bool,
}

/// A scope of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiScope {
    /// The scope token (RFC 6749 §3.3).
    pub name: String,
    /// What it permits, in words for the consent page.
    #[serde(default)]
    pub description: String,
}

/// A client of another project that may ask for tokens for an API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedClient {
    pub client_id: ClientId,
    /// The scopes of the API that it may ask for; all if absent.
    pub scope: Option<Scope>,
    pub since: Timestamp,
}

/// Why the settings of an API are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {why}")]
pub struct ApiFault {
    pub field: &'static str,
    pub why: String,
}

impl ApiFault {
    pub fn new(field: &'static str, why: impl Into<String>) -> Self {
        Self { field, why: why.into() }
    }
}

fn every() -> Vec<String> {
    vec![EVERY.to_owned()]
}

const fn jwt() -> TokenFormat {
    TokenFormat::Jwt
}

impl ApiSettings {
    /// The defaults of an API with this name.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            scopes: Vec::new(),
            roles: every(),
            permissions: Vec::new(),
            access_token_seconds: None,
            signing_alg: None,
            token_format: TokenFormat::Jwt,
            self_registered_clients: false,
        }
    }

    /// Every scope.
    pub fn scope(&self) -> Scope {
        self.scopes.iter().map(|scope| scope.name.clone()).collect()
    }

    /// Whether its tokens carry this role.
    pub fn carries_role(&self, role: &str) -> bool {
        self.roles.iter().any(|listed| listed == EVERY || listed == role)
    }

    /// Whether its tokens carry this permission.
    pub fn carries_permission(&self, permission: &str) -> bool {
        let entity = permission.split_once(':').map(|(entity, _)| entity);
        self.permissions.iter().any(|listed| {
            let all_of = listed.strip_suffix(":*");
            listed == EVERY || listed == permission || all_of.is_some() && all_of == entity
        })
    }

    /// The settings as they are stored. `longest` is the longest lifetime of an access token, in seconds.
    ///
    /// # Errors
    /// All faults.
    pub fn checked(self, longest: u64) -> Result<Self, Vec<ApiFault>> {
        let mut faults = Vec::new();
        let name = check_name(&self.name, MAX_API_NAME).unwrap_or_else(|rule| {
            faults.push(ApiFault::new("name", rule.to_string()));
            String::new()
        });
        let scopes = checked_scopes(self.scopes, &mut faults);
        let listed = |list: &[String], is_name: fn(&str) -> bool| {
            list.len() <= MAX_LISTED && list.iter().all(|item| item == EVERY || is_name(item))
        };
        if !listed(&self.roles, is_word) {
            faults.push(ApiFault::new("roles", "must list at most 100 names of roles, or *"));
        }
        if !listed(&self.permissions, is_permission) {
            faults.push(ApiFault::new(
                "permissions",
                "must list at most 100 permissions such as Order:read or Order:*, or *",
            ));
        }
        if self.access_token_seconds.is_some_and(|seconds| seconds == 0 || u64::from(seconds) > longest) {
            let why = format!("must be between 1 and {longest}, the setting tokens.longest_access_ttl");
            faults.push(ApiFault::new("access_token_seconds", why));
        }
        if self.signing_alg.as_ref().is_some_and(|alg| !SIGNING_ALGS.contains(&alg.as_str())) {
            faults.push(ApiFault::new("signing_alg", format!("must be one of {}", SIGNING_ALGS.join(", "))));
        }
        if faults.is_empty() { Ok(Self { name, scopes, ..self }) } else { Err(faults) }
    }
}

fn checked_scopes(scopes: Vec<ApiScope>, faults: &mut Vec<ApiFault>) -> Vec<ApiScope> {
    let mut fault = |why: String| faults.push(ApiFault::new("scopes", why));
    if scopes.len() > MAX_SCOPES {
        fault("must not hold more than 100".into());
        return Vec::new();
    }
    let mut names = BTreeSet::new();
    let mut checked = Vec::with_capacity(scopes.len());
    for ApiScope { name, description } in scopes {
        if name.is_empty() || name.len() > MAX_SCOPE || name.contains(' ') || Scope::parse(&name).is_err() {
            fault(format!("holds {name:?}, which is no scope (RFC 6749 section 3.3)"));
        } else if is_of_usher(&name) {
            fault(format!("holds {name:?}, which is a scope of Usher"));
        } else if !names.insert(name.clone()) {
            fault(format!("holds {name:?} twice"));
        }
        match check_line(&description, MAX_DESCRIPTION) {
            Ok(description) => checked.push(ApiScope { name, description }),
            Err(rule) => fault(format!("describes {name:?} with a text that {rule}")),
        }
    }
    checked
}

fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_permission(text: &str) -> bool {
    text.split_once(':').is_some_and(|(entity, action)| is_word(entity) && is_word(action))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(name: &str, description: &str) -> ApiScope {
        ApiScope { name: name.into(), description: description.into() }
    }

    fn faults(settings: ApiSettings) -> Vec<&'static str> {
        settings.checked(600).err().unwrap_or_default().into_iter().map(|fault| fault.field).collect()
    }

    #[test]
    fn defaults_carry_every_role_and_no_permission() {
        let settings = ApiSettings::named("Orders").checked(600).unwrap();
        assert!(settings.carries_role("clerk") && !settings.carries_permission("Order:read"));
        assert_eq!((settings.token_format, settings.scope()), (TokenFormat::Jwt, Scope::default()));
    }

    #[test]
    fn roles_and_permissions_are_carried_as_listed() {
        let listed = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let settings = ApiSettings {
            roles: listed(&["clerk"]),
            permissions: listed(&["Order:*", "Invoice:read"]),
            ..ApiSettings::named("Orders")
        };
        assert!(settings.carries_role("clerk") && !settings.carries_role("admin"));
        for (permission, carried) in [
            ("Order:read", true),
            ("Orders:read", false),
            ("Invoice:read", true),
            ("Invoice:pay", false),
            ("Order", false),
        ] {
            assert_eq!(settings.carries_permission(permission), carried, "{permission}");
        }
    }

    #[test]
    fn every_fault_is_named_with_its_field() {
        let good = ApiSettings::named("Orders");
        for (settings, field) in [
            (ApiSettings::named(" "), "name"),
            (ApiSettings { scopes: vec![scope("openid", "")], ..good.clone() }, "scopes"),
            (ApiSettings { scopes: vec![scope("usher:project", "")], ..good.clone() }, "scopes"),
            (ApiSettings { scopes: vec![scope("a b", "")], ..good.clone() }, "scopes"),
            (ApiSettings { scopes: vec![scope("", "")], ..good.clone() }, "scopes"),
            (ApiSettings { scopes: vec![scope("a", "line\nbreak")], ..good.clone() }, "scopes"),
            (ApiSettings { scopes: vec![scope("a", ""), scope("a", "")], ..good.clone() }, "scopes"),
            (ApiSettings { roles: vec![String::new()], ..good.clone() }, "roles"),
            (ApiSettings { permissions: vec!["read".into()], ..good.clone() }, "permissions"),
            (ApiSettings { access_token_seconds: Some(0), ..good.clone() }, "access_token_seconds"),
            (ApiSettings { access_token_seconds: Some(601), ..good.clone() }, "access_token_seconds"),
            (ApiSettings { signing_alg: Some("none".into()), ..good.clone() }, "signing_alg"),
        ] {
            assert_eq!(faults(settings), [field]);
        }
        assert!(faults(ApiSettings { access_token_seconds: Some(600), ..good }).is_empty());
    }
}
