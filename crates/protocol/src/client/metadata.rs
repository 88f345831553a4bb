//! Client metadata (RFC 7591 §2, OpenID Connect Dynamic Registration §2) and its rules.

mod certificate;
mod choices;
mod ciba;
mod cross_app_access;
mod federated;
mod keys;
mod profile;
mod subject;
#[cfg(test)]
mod tests;
mod uris;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::authorize::redirect_uri;
use crate::ciba::CIBA_GRANT;
use crate::device::DEVICE_CODE_GRANT;
use crate::grant_type::GrantType;
use crate::scope::Scope;
use crate::user_claims::ROLES_CLAIM;

pub use certificate::{BindingRule, CertificateSubject};
pub use choices::{AuthMethod, IdTokenContent, RefreshRotation, SecurityProfile, SubjectType, TokenDeliveryMode};
pub use cross_app_access::CrossAppAccess;
pub use federated::FederatedCredential;
pub(crate) use federated::SPIFFE;

/// Signature algorithms that a client may choose.
pub const SIGNING_ALGS: [&str; 4] = ["RS256", "ES256", "PS256", "EdDSA"];

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
    /// The URL at which a third party starts a sign-in to it (OpenID Connect Core §4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// By which identifier it knows a person.
    #[serde(skip_serializing_if = "SubjectType::is_public")]
    pub subject_type: SubjectType,
    /// The URL of a JSON array of redirect URIs, whose host is the sector of pairwise identifiers (OpenID Connect Dynamic
    /// Registration §5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
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
    /// The tokens of other issuers that prove it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub federated_credentials: Vec<FederatedCredential>,
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
    /// How it learns that a person has answered its CIBA request (CIBA §4); it polls if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_token_delivery_mode: Option<TokenDeliveryMode>,
    /// The URL that is called when a person has answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_client_notification_endpoint: Option<String>,
    /// The algorithm of its CIBA requests, which are then all signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_authentication_request_signing_alg: Option<String>,
    /// Its access tokens are bound to a key (RFC 9449 §5.2).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dpop_bound_access_tokens: bool,
    /// Its access tokens are bound to its certificate (RFC 8705 §3.4).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// The subject of its certificate (RFC 8705 §2.1.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// A DNS name in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// A URI in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// An IP address in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    /// An email address in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
    /// The set of requirements that it is held to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_profile: Option<SecurityProfile>,
    /// The scopes that it may request.
    pub scope: Scope,
    /// The algorithm of its ID tokens.
    pub id_token_signed_response_alg: String,
    /// Which claims of the user its ID tokens have.
    pub id_token_claims: IdTokenContent,
    /// The algorithm of its userinfo responses; they are plain JSON if absent (OpenID Connect Core §5.3.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<String>,
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
    /// The servers at which it may act for users by an ID-JAG of this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cross_app_access: Vec<CrossAppAccess>,
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
            initiate_login_uri: None,
            subject_type: SubjectType::Public,
            sector_identifier_uri: None,
            web_origins: Vec::new(),
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            grant_types: vec!["authorization_code".to_owned()],
            response_types: vec!["code".to_owned()],
            token_endpoint_auth_method: AuthMethod::ClientSecretBasic,
            token_endpoint_auth_signing_alg: None,
            jwks: None,
            jwks_uri: None,
            federated_credentials: Vec::new(),
            require_pushed_authorization_requests: false,
            require_signed_request_object: false,
            request_object_signing_alg: None,
            request_uris: Vec::new(),
            backchannel_token_delivery_mode: None,
            backchannel_client_notification_endpoint: None,
            backchannel_authentication_request_signing_alg: None,
            dpop_bound_access_tokens: false,
            tls_client_certificate_bound_access_tokens: false,
            tls_client_auth_subject_dn: None,
            tls_client_auth_san_dns: None,
            tls_client_auth_san_uri: None,
            tls_client_auth_san_ip: None,
            tls_client_auth_san_email: None,
            security_profile: None,
            scope: standard_scope(),
            id_token_signed_response_alg: "RS256".to_owned(),
            // For stored documents without these members, and for dynamic registration.
            id_token_claims: IdTokenContent::Minimal,
            userinfo_signed_response_alg: None,
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
            cross_app_access: Vec::new(),
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
    /// The members that only administrators of the installation set.
    pub const ADMIN_ONLY: [&str; 4] = ["first_party", "any_localhost_redirect", "may_impersonate", "cross_app_access"];

    /// Whether [`Self::ADMIN_ONLY`] have the same values in both.
    pub fn has_admin_only_members_of(&self, other: &Self) -> bool {
        self.first_party == other.first_party
            && self.any_localhost_redirect == other.any_localhost_redirect
            && self.may_impersonate == other.may_impersonate
            && self.cross_app_access == other.cross_app_access
    }

    /// Whether it is a public client, which cannot authenticate.
    pub fn is_public(&self) -> bool {
        self.token_endpoint_auth_method == AuthMethod::None
    }

    /// Whether it may use this grant type.
    pub fn may_use(&self, grant_type: &str) -> bool {
        self.grant_types.iter().any(|held| held == grant_type)
    }

    /// Whether people sign in to it: in a browser, for a device, or asked through the back channel.
    pub fn signs_people_in(&self) -> bool {
        ["authorization_code", DEVICE_CODE_GRANT, CIBA_GRANT].into_iter().any(|grant| self.may_use(grant))
    }

    /// Whether it gets tokens that name a person, by any grant type.
    pub fn knows_people(&self) -> bool {
        self.grant_types.iter().any(|grant| grant != "client_credentials")
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
            // Before the links, which say less of an issuer.
            self.federated_faults(),
            self.link_faults(),
            self.subject_faults(),
            self.token_faults(),
            self.key_faults(),
            self.ciba_faults(),
            self.certificate_faults(),
            self.profile_faults(),
            self.cross_app_faults(),
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

    fn token_faults(&self) -> Vec<MetadataFault> {
        let algs = [
            ("id_token_signed_response_alg", Some(&self.id_token_signed_response_alg)),
            ("userinfo_signed_response_alg", self.userinfo_signed_response_alg.as_ref()),
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

/// Whether the text is an acceptable contact address.
fn is_contact(text: &str) -> bool {
    let control = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    (1..=200).contains(&text.chars().count()) && !text.chars().any(control)
}

/// Whether the claim for roles may have this name. A collision with another claim is impossible (RFC 7519 §4.2).
fn is_roles_claim(name: &str) -> bool {
    matches!(name, ROLES_CLAIM | "groups") || name.len() <= 200 && redirect_uri::check_link(name).is_ok()
}
