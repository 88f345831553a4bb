//! Client metadata (RFC 7591 §2, OpenID Connect Dynamic Registration §2) and its rules.

mod keys;
mod profile;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::authorize::redirect_uri::{self, UriFault};
use crate::device::DEVICE_CODE_GRANT;
use crate::grant_type::GrantType;
use crate::scope::Scope;
use crate::user_claims::ROLES_CLAIM;

/// Signature algorithms that a client may choose.
pub const SIGNING_ALGS: [&str; 4] = ["RS256", "ES256", "PS256", "EdDSA"];

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
            Self::None => "none",
        }
    }

    /// Whether clients with this method have a secret.
    pub const fn has_secret(self) -> bool {
        !matches!(self, Self::PrivateKeyJwt | Self::None)
    }

    /// Whether a client with this method may authenticate by `sent`.
    pub fn allows(self, sent: &str) -> bool {
        match self {
            Self::ClientSecret => matches!(sent, "client_secret_basic" | "client_secret_post"),
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
    /// FAPI 2.0 Security Profile: `private_key_jwt`, pushed requests, PKCE, tokens bound to a key by DPoP.
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

/// The algorithm of access tokens, unless the client chose another.
pub const ACCESS_TOKEN_ALG: &str = "ES256";

/// The algorithm of signed responses, unless the client chose another (JARM §3, RFC 9701 §6).
const RESPONSE_ALG: &str = "RS256";

/// The metadata of a client. Unknown members are refused, so that typos are noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a member of the document, by the name the standards give it"
)]
pub struct ClientMetadata {
    /// The display name.
    pub client_name: String,
    /// Redirect URIs, compared character by character.
    pub redirect_uris: Vec<String>,
    /// Redirect URIs after sign-out.
    pub post_logout_redirect_uris: Vec<String>,
    /// The origins whose pages may call the endpoints for clients, in addition to those of the redirect URIs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub web_origins: Vec<String>,
    /// The URL for logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether logout tokens must name the session. They always do.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub backchannel_logout_session_required: bool,
    /// The grant types that it may use.
    pub grant_types: Vec<String>,
    /// Only `code`; empty for a machine.
    pub response_types: Vec<String>,
    /// How it authenticates.
    pub token_endpoint_auth_method: AuthMethod,
    /// The algorithm of its assertions; any that its method supports if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// Its public keys, as a JWK set (RFC 7517 §5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// The URL of its public keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Every authorization request must be pushed (RFC 9126 §6).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub require_pushed_authorization_requests: bool,
    /// Every authorization request must be a signed request object (RFC 9101 §10.5).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub require_signed_request_object: bool,
    /// The algorithm of its request objects; any that is supported if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<String>,
    /// URLs of request objects, compared character by character.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// Its access tokens are bound to a key (RFC 9449 §5.2).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dpop_bound_access_tokens: bool,
    /// The set of requirements that it is held to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_profile: Option<SecurityProfile>,
    /// The scopes that it may request.
    pub scope: Scope,
    /// The algorithm of its ID tokens.
    pub id_token_signed_response_alg: String,
    /// Which claims of the user its ID tokens have.
    pub id_token_claims: IdTokenContent,
    /// The name of the claim for the scope `roles`: `roles`, `groups` or an absolute URL.
    pub roles_claim: String,
    /// Every authorization request must use PKCE. A public client always must (RFC 9700 §2.1.1).
    pub require_pkce: bool,
    /// The algorithm of its access tokens; [`ACCESS_TOKEN_ALG`] if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_signed_response_alg: Option<String>,
    /// The algorithm of its signed authorization responses (JARM §3); RS256 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_signed_response_alg: Option<String>,
    /// The algorithm of its signed introspection responses (RFC 9701 §6); RS256 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_signed_response_alg: Option<String>,
    /// The APIs that its access tokens are for if a request names no resource; the issuer is one, too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<String>,
    /// Its home page, shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its logo, shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Its privacy policy, shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of service, shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Contact addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// `max_age` if the request has none, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u64>,
    /// The preferred authentication contexts if the request names none, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// Whether sign-in requires two factors.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub require_second_factor: bool,
    /// A client of the operator: people are not asked for consent.
    pub first_party: bool,
    /// It may exchange a user's token for one that does not name it as the actor (RFC 8693 §1.1).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub may_impersonate: bool,
    /// Whether each refresh replaces the refresh token.
    pub refresh_rotation: RefreshRotation,
    /// Idle lifetime of its refresh tokens in seconds; the setting of the installation if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_idle_seconds: Option<u64>,
    /// Absolute lifetime of its grants in seconds (0 = unlimited); the setting of the installation if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_absolute_seconds: Option<u64>,
    /// Every redirect URI on `http://localhost` is accepted. Only `usher dev` sets it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub any_localhost_redirect: bool,
}

impl Default for ClientMetadata {
    fn default() -> Self {
        Self {
            client_name: String::new(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            web_origins: Vec::new(),
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            grant_types: vec!["authorization_code".to_owned()],
            response_types: vec!["code".to_owned()],
            token_endpoint_auth_method: AuthMethod::ClientSecretBasic,
            token_endpoint_auth_signing_alg: None,
            jwks: None,
            jwks_uri: None,
            require_pushed_authorization_requests: false,
            require_signed_request_object: false,
            request_object_signing_alg: None,
            request_uris: Vec::new(),
            dpop_bound_access_tokens: false,
            security_profile: None,
            scope: standard_scope(),
            id_token_signed_response_alg: "RS256".to_owned(),
            // For stored documents without these members, and for dynamic registration.
            id_token_claims: IdTokenContent::Minimal,
            roles_claim: ROLES_CLAIM.to_owned(),
            require_pkce: false,
            access_token_signed_response_alg: None,
            authorization_signed_response_alg: None,
            introspection_signed_response_alg: None,
            audience: Vec::new(),
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            contacts: Vec::new(),
            default_max_age: None,
            default_acr_values: Vec::new(),
            require_second_factor: false,
            first_party: false,
            may_impersonate: false,
            refresh_rotation: RefreshRotation::Rotate,
            refresh_idle_seconds: None,
            refresh_absolute_seconds: None,
            any_localhost_redirect: false,
        }
    }
}

/// The default scopes that a client may request.
pub fn standard_scope() -> Scope {
    Scope::of(["openid", "profile", "email", "address", "phone", "roles", "offline_access"])
}

/// Why metadata is refused (RFC 7591 §3.2.2): the member, and its fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{member} {fault}")]
pub struct MetadataFault {
    /// The invalid member.
    pub member: &'static str,
    /// The invalid value, if the member is a list.
    pub value: Option<String>,
    /// What is wrong with it.
    pub fault: String,
}

impl MetadataFault {
    pub fn new(member: &'static str, fault: impl Into<String>) -> Self {
        Self { member, value: None, fault: fault.into() }
    }

    /// A list holds a value that is invalid for this reason.
    pub fn of_value(member: &'static str, value: &str, why: impl fmt::Display) -> Self {
        Self { member, value: Some(value.to_owned()), fault: format!("holds {value:?}, which {why}") }
    }

    /// The error code of RFC 7591 §3.2.2.
    pub fn code(&self) -> &'static str {
        if self.member == "redirect_uris" { "invalid_redirect_uri" } else { "invalid_client_metadata" }
    }
}

impl ClientMetadata {
    /// Whether it is a public client, which cannot authenticate.
    pub fn is_public(&self) -> bool {
        self.token_endpoint_auth_method == AuthMethod::None
    }

    /// Whether it may use this grant type.
    pub fn may_use(&self, grant_type: &str) -> bool {
        self.grant_types.iter().any(|held| held == grant_type)
    }

    /// Whether people sign in to it, in a browser or for a device.
    pub fn signs_people_in(&self) -> bool {
        self.may_use("authorization_code") || self.may_use(DEVICE_CODE_GRANT)
    }

    /// Whether its authorization requests must use PKCE (RFC 9700 §2.1.1).
    pub fn must_use_pkce(&self) -> bool {
        self.may_use("authorization_code") && (self.is_public() || self.require_pkce || self.is_fapi())
    }

    /// The algorithm of its access tokens.
    pub fn access_token_alg(&self) -> &str {
        self.access_token_signed_response_alg.as_deref().unwrap_or(ACCESS_TOKEN_ALG)
    }

    /// The algorithm of its signed authorization responses.
    pub fn authorization_response_alg(&self) -> &str {
        self.authorization_signed_response_alg.as_deref().unwrap_or(self.usual_response_alg())
    }

    /// The algorithm of its signed introspection responses.
    pub fn introspection_response_alg(&self) -> &str {
        self.introspection_signed_response_alg.as_deref().unwrap_or(self.usual_response_alg())
    }

    /// FAPI 2.0 forbids the default of the specifications.
    fn usual_response_alg(&self) -> &str {
        if self.is_fapi() { &self.id_token_signed_response_alg } else { RESPONSE_ALG }
    }

    /// Checks the whole document except the name, which is checked like other names. `supported` are the grant types of
    /// this server.
    ///
    /// # Errors
    /// All faults.
    pub fn check(&self, supported: &[GrantType]) -> Result<(), Vec<MetadataFault>> {
        let faults: Vec<_> = [
            self.grant_faults(supported),
            self.uri_faults(),
            self.link_faults(),
            self.token_faults(),
            self.key_faults(),
            self.profile_faults(),
        ]
        .concat();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn grant_faults(&self, supported: &[GrantType]) -> Vec<MetadataFault> {
        let mut faults = Vec::new();
        for grant in &self.grant_types {
            match supported.iter().find(|known| known.name == grant) {
                None => faults.push(MetadataFault::of_value("grant_types", grant, "is not supported")),
                Some(known) if known.confidential && self.is_public() => {
                    let fault = format!("holds {grant}, which needs a client that keeps a secret");
                    faults.push(MetadataFault::new("grant_types", fault));
                }
                Some(_) => {}
            }
        }
        if self.grant_types.is_empty() {
            faults.push(MetadataFault::new("grant_types", "must not be empty"));
        }
        for acr in &self.default_acr_values {
            if !crate::acr::ACR_VALUES.contains(&acr.as_str()) {
                faults.push(MetadataFault::of_value("default_acr_values", acr, "is not supported"));
            }
        }
        if self.response_types.iter().any(|kind| kind != "code") {
            faults.push(MetadataFault::new("response_types", "may only hold code"));
        }
        faults
    }

    fn uri_faults(&self) -> Vec<MetadataFault> {
        let mut faults = Vec::new();
        let lists =
            [("redirect_uris", &self.redirect_uris), ("post_logout_redirect_uris", &self.post_logout_redirect_uris)];
        for (member, uris) in lists {
            for uri in uris {
                match redirect_uri::check(uri) {
                    // The redirect after sign-out has only `state`.
                    Err(UriFault::Reserved) if member == "post_logout_redirect_uris" => {}
                    Err(why) => faults.push(MetadataFault::of_value(member, uri, why)),
                    Ok(()) => {}
                }
            }
            if uris.len() > 100 {
                faults.push(MetadataFault::new(member, "must not hold more than 100"));
            }
        }
        for origin in &self.web_origins {
            if let Err(why) = redirect_uri::check_origin(origin) {
                faults.push(MetadataFault::of_value("web_origins", origin, why));
            }
        }
        if self.web_origins.len() > 100 {
            faults.push(MetadataFault::new("web_origins", "must not hold more than 100"));
        }
        if self.may_use("authorization_code") && self.redirect_uris.is_empty() && !self.any_localhost_redirect {
            faults.push(MetadataFault::new("redirect_uris", "must not be empty for the authorization code grant"));
        }
        faults
    }

    fn link_faults(&self) -> Vec<MetadataFault> {
        let links = [
            ("client_uri", &self.client_uri),
            ("logo_uri", &self.logo_uri),
            ("policy_uri", &self.policy_uri),
            ("tos_uri", &self.tos_uri),
        ];
        let shown = links
            .into_iter()
            .filter_map(|(member, link)| Some((member, redirect_uri::check_link(link.as_deref()?).err()?)));
        let called = self.called_uris();
        let called = called.filter_map(|(member, uri)| Some((member, redirect_uri::check_called(uri).err()?)));
        shown.chain(called).map(|(member, why)| MetadataFault::new(member, why.to_string())).collect()
    }

    /// The URLs that this server calls.
    pub fn called_uris(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let called = [("backchannel_logout_uri", &self.backchannel_logout_uri), ("jwks_uri", &self.jwks_uri)];
        let called = called.into_iter().filter_map(|(member, uri)| Some((member, uri.as_deref()?)));
        called.chain(self.request_uris.iter().map(|uri| ("request_uris", without_fragment(uri))))
    }

    fn token_faults(&self) -> Vec<MetadataFault> {
        let algs = [
            ("id_token_signed_response_alg", Some(&self.id_token_signed_response_alg)),
            ("access_token_signed_response_alg", self.access_token_signed_response_alg.as_ref()),
            ("authorization_signed_response_alg", self.authorization_signed_response_alg.as_ref()),
            ("introspection_signed_response_alg", self.introspection_signed_response_alg.as_ref()),
        ];
        let unknown = algs
            .into_iter()
            .filter(|(_, alg)| alg.is_some_and(|alg| !SIGNING_ALGS.contains(&alg.as_str())))
            .map(|(member, _)| MetadataFault::new(member, format!("must be one of {}", SIGNING_ALGS.join(", "))));
        let contacts = self.contacts.len() > 20 || self.contacts.iter().any(|contact| !is_contact(contact));
        let contacts = contacts.then(|| {
            MetadataFault::new(
                "contacts",
                "must hold at most 20 texts of 1 to 200 characters without control characters",
            )
        });
        let roles = (!is_roles_claim(&self.roles_claim))
            .then(|| MetadataFault::new("roles_claim", "must be roles, groups or an absolute https URL"));
        unknown.chain(contacts).chain(roles).collect()
    }
}

/// The fragment of a `request_uri` only tells its versions apart (OpenID Connect Core §6.2).
fn without_fragment(uri: &str) -> &str {
    uri.split_once('#').map_or(uri, |(uri, _)| uri)
}

/// Whether the text is an acceptable contact address.
fn is_contact(text: &str) -> bool {
    let control = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    (1..=200).contains(&text.chars().count()) && !text.chars().any(control)
}

/// Whether the claim for roles may have this name. A collision with another claim is impossible (RFC 7519 §4.2).
fn is_roles_claim(name: &str) -> bool {
    matches!(name, ROLES_CLAIM | "groups") || name.len() <= 200 && redirect_uri::check_link(name).is_ok()
}
