//! Members of the metadata with a fixed set of values.

use serde::{Deserialize, Serialize};

/// How a client authenticates at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Secret in the Authorization header or in the form, whichever the client's library uses. Not in RFC 7591.
    ClientSecret,
    /// Secret in the Authorization header.
    ClientSecretBasic,
    /// Secret in the form.
    ClientSecretPost,
    /// A JWT signed with the secret (OpenID Connect Core §9).
    ClientSecretJwt,
    /// A JWT signed with a private key (OpenID Connect Core §9).
    PrivateKeyJwt,
    /// A certificate that an authority has issued for its subject (RFC 8705 §2.1).
    TlsClientAuth,
    /// A certificate that is registered itself (RFC 8705 §2.2).
    SelfSignedTlsClientAuth,
    /// A JWT of another issuer (RFC 7523 §3). Not in the registry of OAuth.
    FederatedJwt,
    /// A public client.
    None,
}

impl AuthMethod {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecret => "client_secret",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
            Self::FederatedJwt => "federated_jwt",
            Self::None => "none",
        }
    }

    /// Whether clients with this method have a secret.
    pub const fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecret | Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt)
    }

    /// Whether clients with this method prove themselves by the certificate of their connection.
    pub const fn has_certificate(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
    }

    /// Whether a client with this method may authenticate by `sent`.
    pub fn allows(self, sent: &str) -> bool {
        match self {
            Self::ClientSecret => matches!(sent, "client_secret_basic" | "client_secret_post"),
            Self::FederatedJwt => sent == Self::PrivateKeyJwt.as_str(),
            _ => self.as_str() == sent,
        }
    }
}

/// Whether each refresh replaces the refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshRotation {
    /// A new token each time; reuse of an old one ends the grant (RFC 9700 §4.14.2).
    Rotate,
    /// The same token each time, for clients whose tokens are bound to a key (FAPI 2.0 §5.3.2.1).
    Reuse,
}

/// Which claims of the user an ID token has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdTokenContent {
    /// The claims of the granted scopes, as at the userinfo endpoint: most libraries read them there.
    Scopes,
    /// Only claims requested by name with the `claims` parameter (OpenID Connect Core §5.4 and §5.5).
    Minimal,
}

impl IdTokenContent {
    /// The name in the metadata document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scopes => "scopes",
            Self::Minimal => "minimal",
        }
    }
}

/// `security_profile`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityProfile {
    /// FAPI 2.0 Security Profile: `private_key_jwt` or a certificate, pushed requests, PKCE, tokens bound to a key.
    Fapi2,
}

impl SecurityProfile {
    /// The name in the metadata document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fapi2 => "fapi2",
        }
    }
}

/// By which identifier a client knows a person (OpenID Connect Core §8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// The same at every client with this type.
    #[default]
    Public,
    /// Another one for each sector, so that clients of different sectors cannot compare their users.
    Pairwise,
}

impl SubjectType {
    /// The names in the metadata documents.
    pub const VALUES: [&'static str; 2] = ["public", "pairwise"];

    /// The name in the metadata document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Pairwise => "pairwise",
        }
    }

    pub const fn is_public(&self) -> bool {
        matches!(self, Self::Public)
    }
}

/// How a client learns that a person has answered its CIBA request (CIBA §5). Tokens are never pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenDeliveryMode {
    /// It asks the token endpoint again and again.
    Poll,
    /// Its notification endpoint is called, then it asks the token endpoint.
    Ping,
}

impl TokenDeliveryMode {
    /// The names in the metadata documents.
    pub const VALUES: [&'static str; 2] = ["poll", "ping"];
}
