//! The change of a client's registration that would let a failed attempt pass its failing step.

use super::{AttemptKind, AttemptStep, ClientAttempt};
use crate::oauth::client::Client;
use usher_protocol::ciba::CIBA_GRANT;
use usher_protocol::client::metadata::{AuthMethod, ClientMetadata};
use usher_protocol::device::DEVICE_CODE_GRANT;
use usher_protocol::scope::Scope;

/// A change that mends an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptFix {
    /// Register this redirect URI.
    RegisterRedirectUri(String),
    /// Register this URI for redirects after sign-out.
    RegisterPostLogoutUri(String),
    /// Allow this grant type.
    AllowGrant(String),
    /// Allow these values of scope.
    AddScope(String),
    /// Accept the secret in the header and in the form.
    AllowEitherSecretMethod,
    /// Enable the client.
    EnableClient,
}

impl AttemptFix {
    /// The name on the wire.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::RegisterRedirectUri(_) => "register_redirect_uri",
            Self::RegisterPostLogoutUri(_) => "register_post_logout_redirect_uri",
            Self::AllowGrant(_) => "allow_grant_type",
            Self::AddScope(_) => "add_scope",
            Self::AllowEitherSecretMethod => "allow_auth_method",
            Self::EnableClient => "enable_client",
        }
    }

    /// What is registered or allowed.
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::RegisterRedirectUri(value)
            | Self::RegisterPostLogoutUri(value)
            | Self::AllowGrant(value)
            | Self::AddScope(value) => Some(value),
            Self::AllowEitherSecretMethod => Some(AuthMethod::ClientSecret.as_str()),
            Self::EnableClient => None,
        }
    }

    /// The metadata with the change.
    #[must_use]
    pub fn applied(&self, mut metadata: ClientMetadata) -> ClientMetadata {
        let add = |list: &mut Vec<String>, value: &String| {
            if !list.contains(value) {
                list.push(value.clone());
            }
        };
        match self {
            Self::RegisterRedirectUri(uri) => add(&mut metadata.redirect_uris, uri),
            Self::RegisterPostLogoutUri(uri) => add(&mut metadata.post_logout_redirect_uris, uri),
            Self::AllowGrant(grant) => {
                add(&mut metadata.grant_types, grant);
                if grant == "authorization_code" {
                    add(&mut metadata.response_types, &"code".to_owned());
                }
            }
            Self::AddScope(more) => {
                let all = metadata.scope.iter().chain(more.split(' ')).map(str::to_owned);
                metadata.scope = all.collect();
            }
            Self::AllowEitherSecretMethod => metadata.token_endpoint_auth_method = AuthMethod::ClientSecret,
            Self::EnableClient => {}
        }
        metadata
    }
}

/// The change that mends this attempt of the client as it is registered now. `None` if no single change does, or it was
/// made already.
pub fn fix_of(attempt: &ClientAttempt, client: &Client) -> Option<AttemptFix> {
    let sent = |name: &str| attempt.detail.sent.get(name).cloned();
    let metadata = &client.metadata;
    match attempt.failed_step? {
        AttemptStep::Client if !client.is_active() => Some(AttemptFix::EnableClient),
        AttemptStep::Client => {
            let by_secret = |method: &str| matches!(method, "client_secret_basic" | "client_secret_post");
            let method = sent("token_endpoint_auth_method").filter(|method| by_secret(method))?;
            let own = metadata.token_endpoint_auth_method;
            let one = matches!(own, AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost);
            (one && !own.allows(&method)).then_some(AttemptFix::AllowEitherSecretMethod)
        }
        AttemptStep::RedirectUri => match attempt.kind {
            AttemptKind::Authorize | AttemptKind::PushedRequest => {
                sent("redirect_uri").filter(|uri| !client.allows_redirect(uri)).map(AttemptFix::RegisterRedirectUri)
            }
            AttemptKind::Logout => sent("post_logout_redirect_uri")
                .filter(|uri| !client.allows_post_logout(uri))
                .map(AttemptFix::RegisterPostLogoutUri),
            _ => None,
        },
        AttemptStep::GrantType => {
            let grant = match attempt.kind {
                AttemptKind::Token => sent("grant_type")?,
                AttemptKind::Device => DEVICE_CODE_GRANT.to_owned(),
                AttemptKind::Ciba => CIBA_GRANT.to_owned(),
                _ => "authorization_code".to_owned(),
            };
            let known = attempt.error.as_deref() == Some("unauthorized_client");
            (known && !metadata.may_use(&grant)).then_some(AttemptFix::AllowGrant(grant))
        }
        AttemptStep::Scope => {
            let asked = Scope::parse(&sent("scope")?).ok()?;
            let missing: Scope =
                asked.iter().filter(|word| !metadata.scope.contains(word)).map(str::to_owned).collect();
            (!missing.is_empty()).then(|| AttemptFix::AddScope(missing.to_string()))
        }
        _ => None,
    }
}
