//! A client: an application that signs people in, or a machine that acts for itself.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::client_origin::{ClientOrigin, SHARED_PROJECT};
pub use super::client_secret::{ClientSecret, RotationFault, SealedClientSecret, SecretRotation, rotated};
use crate::id::{ClientId, ProjectId};
use crate::time::Timestamp;
use crate::user::authentication::{AAL2, acr_meets};
use usher_protocol::authorize;
use usher_protocol::authorize::redirect_uri;
use usher_protocol::client::metadata::{AuthMethod, ClientMetadata, IdTokenContent};
use usher_protocol::client::self_registration::is_on_device;
use usher_protocol::device::DEVICE_CODE_GRANT;
use usher_protocol::scope::{Scope, is_of_usher};

/// The type of application: decides how it authenticates and gets tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientType {
    /// An application on a server, with a secret.
    Web,
    /// A page that runs in the browser.
    Spa,
    /// An installed application.
    Native,
    /// A machine that acts for itself.
    Machine,
    /// A device without a browser of its own.
    Device,
}

/// The text names no client type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the type must be web, spa, native, machine or device")]
pub struct UnknownClientType;

impl ClientType {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Spa => "spa",
            Self::Native => "native",
            Self::Machine => "machine",
            Self::Device => "device",
        }
    }

    /// Whether clients of this type have a secret.
    pub const fn keeps_secret(self) -> bool {
        matches!(self, Self::Web | Self::Machine)
    }

    /// The type of a client that describes itself.
    pub fn of_description(metadata: &ClientMetadata, installed: bool) -> Self {
        match (metadata.may_use("authorization_code"), installed, metadata.is_public()) {
            (false, ..) => Self::Device,
            (true, true, _) => Self::Native,
            (true, false, true) => Self::Spa,
            (true, false, false) => Self::Web,
        }
    }

    /// The default metadata of the type.
    pub fn defaults(self) -> ClientMetadata {
        let grant_types: &[&str] = match self {
            Self::Machine => &["client_credentials"],
            Self::Device => &[DEVICE_CODE_GRANT, "refresh_token"],
            Self::Web | Self::Spa | Self::Native => &["authorization_code", "refresh_token"],
        };
        let machine = self == Self::Machine;
        let redirects = !matches!(self, Self::Machine | Self::Device);
        ClientMetadata {
            grant_types: grant_types.iter().map(|grant| (*grant).to_owned()).collect(),
            response_types: if redirects { vec!["code".to_owned()] } else { Vec::new() },
            token_endpoint_auth_method: if self.keeps_secret() { AuthMethod::ClientSecret } else { AuthMethod::None },
            // Stock libraries expect RS256 and read the person from the ID token.
            id_token_claims: IdTokenContent::Scopes,
            // Some libraries for servers do not support PKCE; their secret protects them. A client may still require
            // it.
            require_pkce: !self.keeps_secret(),
            scope: if machine { Scope::default() } else { usher_protocol::client::metadata::standard_scope() },
            ..ClientMetadata::default()
        }
    }
}

impl FromStr for ClientType {
    type Err = UnknownClientType;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Web, Self::Spa, Self::Native, Self::Machine, Self::Device]
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or(UnknownClientType)
    }
}

/// A registered client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its `client_id`.
    pub id: ClientId,
    /// The project that owns it.
    pub project_id: ProjectId,
    /// Its type.
    pub kind: ClientType,
    /// Its metadata (RFC 7591).
    pub metadata: ClientMetadata,
    /// Its secrets, newest first.
    pub secrets: Vec<ClientSecret>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was disabled.
    pub disabled_at: Option<Timestamp>,
    /// How it became known.
    pub origin: ClientOrigin,
    /// When an administrator vouched for a client that registered itself.
    pub trusted_at: Option<Timestamp>,
    /// The authentication context that its project requires; stored with the project.
    pub project_acr: Option<String>,
}

impl Client {
    /// The required authentication context: the stronger of the client's and its project's.
    pub fn required_acr(&self) -> Option<&str> {
        let own = self.metadata.require_second_factor.then_some(AAL2);
        match (own, self.project_acr.as_deref()) {
            (Some(own), Some(project)) => Some(if acr_meets(project, own) { project } else { own }),
            (own, project) => own.or(project),
        }
    }

    /// The secrets that it keeps under another method; `None` if they stay as they are. A client that stops signing with
    /// its secret has no use for the sealed copies, and one that proves itself by a private key for no secret.
    pub fn secrets_under(&self, method: AuthMethod) -> Option<Vec<ClientSecret>> {
        let before = self.metadata.token_endpoint_auth_method;
        if before == method {
            return None;
        }
        if !method.has_secret() {
            return Some(Vec::new());
        }
        let unsealed = |held: &ClientSecret| ClientSecret { sealed: None, ..held.clone() };
        (before == AuthMethod::ClientSecretJwt).then(|| self.secrets.iter().map(unsealed).collect())
    }

    /// Whether it registered itself and no administrator has vouched for it: pages say so, and consent is never skipped.
    pub fn is_unverified(&self) -> bool {
        self.origin.is_self_registered() && self.trusted_at.is_none()
    }

    /// Whether it registered itself without a token of a project: nobody at this server knows it.
    pub fn is_anonymous(&self) -> bool {
        self.is_unverified() && self.project_id == SHARED_PROJECT
    }

    /// Whether the person decides, before they have acted, if their browser goes to this redirect URI: a link that names an
    /// anonymous client must not redirect to any place by itself (RFC 9700 §4.11.2). A URI on the person's own device leads
    /// to nobody else.
    pub fn is_left_to_the_person(&self, redirect_uri: &str) -> bool {
        self.is_anonymous() && !is_on_device(redirect_uri)
    }

    /// Whether the owner of its project answers for it, so that it may see what is issued for the project. Nobody owns
    /// the project of clients that register themselves, and an unverified client answers for itself alone.
    pub fn represents_project(&self) -> bool {
        !self.is_unverified() && self.project_id != SHARED_PROJECT
    }

    /// Whether people are not asked for consent.
    pub fn skips_consent(&self) -> bool {
        self.metadata.first_party && !self.is_unverified()
    }

    /// Whether its registration limits the scopes that it may ask for at APIs. Software that registers itself cannot know
    /// the scopes of each API, so only those that it names limit it.
    fn may_ask_every_scope(&self) -> bool {
        self.origin.is_self_registered() && self.metadata.scope.iter().all(is_of_usher)
    }

    /// The scopes that it may ask for at an API that has these.
    pub fn scope_at(&self, api: &Scope) -> Scope {
        if self.may_ask_every_scope() { api.clone() } else { self.metadata.scope.intersection(api) }
    }

    /// Whether it is enabled.
    pub fn is_active(&self) -> bool {
        self.disabled_at.is_none()
    }

    /// Whether this redirect URI is registered.
    pub fn allows_redirect(&self, sent: &str) -> bool {
        let matches =
            if self.kind == ClientType::Native { redirect_uri::matches_installed } else { redirect_uri::matches };
        self.metadata.redirect_uris.iter().any(|registered| matches(registered, sent))
            || self.metadata.any_localhost_redirect && redirect_uri::is_localhost(sent)
    }

    /// Whether this URI is registered for redirects after sign-out.
    pub fn allows_post_logout(&self, sent: &str) -> bool {
        self.metadata.post_logout_redirect_uris.iter().any(|registered| registered == sent)
            || self.metadata.any_localhost_redirect && redirect_uri::is_localhost(sent)
    }

    /// The origins whose scripts may call the endpoints for clients: `web_origins`, and those of the redirect URIs.
    pub fn origins(&self) -> impl Iterator<Item = String> {
        let of_uri = |uri: &String| redirect_uri::origin(uri).or_else(|| redirect_uri::app_origin(uri));
        let own = self.metadata.redirect_uris.iter().filter_map(of_uri);
        self.metadata.web_origins.iter().cloned().chain(own)
    }

    /// Whether any program on the device could impersonate the client (RFC 8252 §8.6); earlier consent does not count
    /// then.
    pub fn is_unproven(&self, redirect_uri: &str) -> bool {
        self.metadata.is_public() && !redirect_uri.starts_with("https://")
    }

    /// The properties that checks of an authorization request need.
    pub fn rules(&self) -> authorize::ClientRules<'_> {
        authorize::ClientRules {
            requires_pkce: self.metadata.must_use_pkce(),
            transport: authorize::RequestTransport {
                pushed: self.metadata.must_push(),
                signed: self.metadata.require_signed_request_object,
            },
            scope: &self.metadata.scope,
            scopes_of_apis: self.may_ask_every_scope(),
            authorization_code: self.metadata.may_use("authorization_code"),
            refresh_token: self.metadata.may_use("refresh_token"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_protocol::grant_type::GrantType;

    const GRANT_TYPES: [GrantType; 4] = [
        GrantType { name: "authorization_code", confidential: false },
        GrantType { name: "refresh_token", confidential: false },
        GrantType { name: "client_credentials", confidential: true },
        GrantType { name: DEVICE_CODE_GRANT, confidential: false },
    ];

    #[test]
    fn each_type_has_defaults_that_stand_up_once_it_has_a_name_and_an_address() {
        for kind in ["web", "spa", "native", "machine", "device"] {
            let kind: ClientType = kind.parse().unwrap();
            let mut metadata = kind.defaults();
            metadata.client_name = "Shop".into();
            if !matches!(kind, ClientType::Machine | ClientType::Device) {
                metadata.redirect_uris = vec!["https://rp.test/cb".into()];
            }
            assert_eq!(metadata.check(&GRANT_TYPES), Ok(()), "{kind:?}");
            assert_eq!(metadata.is_public(), !kind.keeps_secret());
        }
        assert!("WEB".parse::<ClientType>().is_err());
    }
}
