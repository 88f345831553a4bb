//! Who sent a request, as the access token says.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::policy::Attributes;
use crate::token::Claims;

/// A person with their roles in the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// The `sub`: the same in every application of the issuer. For a token that a client got for itself, the client's id.
    pub id: String,
    /// The roles in the project.
    pub roles: Vec<String>,
}

/// Who sent a request.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The person.
    pub user: User,
    /// A client got the token for itself (RFC 6749 §4.4).
    pub is_machine: bool,
    /// The session at Usher (`sid`).
    pub session_id: Option<String>,
    /// The client that the token was issued to.
    pub client_id: String,
    /// The scope of the token.
    pub scope: Vec<String>,
    /// How the person signed in.
    pub acr: Option<String>,
    /// When the person signed in.
    pub auth_time: Option<SystemTime>,
    /// When the token expires.
    pub expires: SystemTime,
    /// Every claim of the token; `scope` is a list.
    pub claims: Attributes,
}

impl Identity {
    pub(crate) fn of(claims: Claims) -> Self {
        Self {
            is_machine: claims.is_machine(),
            user: User { id: claims.subject, roles: claims.roles },
            session_id: claims.session_id,
            client_id: claims.client_id,
            scope: claims.scope,
            acr: claims.acr,
            auth_time: claims.auth_time.map(time_of),
            expires: time_of(claims.expires),
            claims: claims.all,
        }
    }

    /// Whether the token has all of these scopes.
    pub fn has_scope<T: AsRef<str>>(&self, scopes: impl IntoIterator<Item = T>) -> bool {
        scopes.into_iter().all(|scope| self.scope.iter().any(|held| held == scope.as_ref()))
    }

    /// Whether the person has one of these roles.
    pub fn has_role<T: AsRef<str>>(&self, roles: impl IntoIterator<Item = T>) -> bool {
        roles.into_iter().any(|role| self.user.roles.iter().any(|held| held == role.as_ref()))
    }

    /// The attributes `user.id` and `user.roles` of conditions.
    pub(crate) fn attributes(&self) -> Attributes {
        let known = json!({ "id": self.user.id, "roles": self.user.roles });
        if let Json::Object(known) = known { known } else { Attributes::new() }
    }
}

/// A time of a claim, in seconds since the epoch.
fn time_of(seconds: i64) -> SystemTime {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let time = if seconds < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
    time.unwrap_or(UNIX_EPOCH)
}
