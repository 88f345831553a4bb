//! What is known about a client, in the words of RFC 7591 §2 and OpenID Connect Dynamic Registration §2, and the rules it keeps.

use serde::{Deserialize, Serialize};

use super::claims::ROLES_CLAIM;
use super::redirect_uri::{self, UriFault};
use super::scope::Scope;

/// Signature algorithms that a client may ask for.
pub const SIGNING_ALGS: [&str; 4] = ["RS256", "ES256", "PS256", "EdDSA"];

/// How a client authenticates at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Secret in the Authorization header or in the form, whichever the client's library does. Not of RFC 7591.
    ClientSecret,
    /// Secret in the Authorization header.
    ClientSecretBasic,
    /// Secret in the form.
    ClientSecretPost,
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
            Self::None => "none",
        }
    }

    /// May a client of this method authenticate by that one?
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
    /// A new token each time; an old one presented again is theft (RFC 9700 §4.14.2).
    Rotate,
    /// The same token each time, for clients whose tokens are bound to a key (FAPI 2.0 §5.3.2.1).
    Reuse,
}

/// Which claims about a person an ID token carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdTokenClaims {
    /// The claims of the granted scopes, as at the userinfo endpoint: what most libraries read.
    Scopes,
    /// Only claims requested by name with the `claims` parameter (OpenID Connect Core §5.4 and §5.5).
    Minimal,
}

impl IdTokenClaims {
    /// The name in the metadata document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scopes => "scopes",
            Self::Minimal => "minimal",
        }
    }
}

/// How access tokens are signed unless a client chose otherwise.
pub const ACCESS_TOKEN_ALG: &str = "ES256";

/// The metadata document of a client. Unknown members are refused, so that a misspelt one is noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a member of the document, by the name the standards give it"
)]
pub struct ClientMetadata {
    /// The name that people read.
    pub client_name: String,
    /// Where answers may go, compared character by character.
    pub redirect_uris: Vec<String>,
    /// Where people may be sent after signing out.
    pub post_logout_redirect_uris: Vec<String>,
    /// The origins whose pages may call the endpoints for clients, beside those of the redirect URIs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub web_origins: Vec<String>,
    /// Where it is told that a session is over (OpenID Connect Back-Channel Logout 1.0 §2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// It wants to be told which session that is. It always is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub backchannel_logout_session_required: bool,
    /// How it gets tokens.
    pub grant_types: Vec<String>,
    /// Only `code`, or nothing for a machine.
    pub response_types: Vec<String>,
    /// How it authenticates.
    pub token_endpoint_auth_method: AuthMethod,
    /// The most it may ask for.
    pub scope: Scope,
    /// How its ID tokens are signed.
    pub id_token_signed_response_alg: String,
    /// Which claims about a person its ID tokens carry.
    pub id_token_claims: IdTokenClaims,
    /// The name of the claim that the scope `roles` gives: `roles`, `groups` or an absolute URL.
    pub roles_claim: String,
    /// Every authorization request must carry a PKCE challenge. A public client always must (RFC 9700 §2.1.1).
    pub require_pkce: bool,
    /// How its access tokens are signed; [`ACCESS_TOKEN_ALG`] if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_signed_response_alg: Option<String>,
    /// What else its access tokens are for, beside Usher itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<String>,
    /// Its home page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Its privacy policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// How to reach its people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// `max_age` where the request has none, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u64>,
    /// The authentication contexts it prefers where the request names none, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// Nobody signs in to it without two factors.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub require_second_factor: bool,
    /// It belongs to whoever runs Usher: people are not asked for consent.
    pub first_party: bool,
    /// Whether each refresh replaces the refresh token.
    pub refresh_rotation: RefreshRotation,
    /// A refresh token unused for this many seconds is dead; the house's own limit if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_idle_seconds: Option<u64>,
    /// A refresh family ends after this many seconds (0 = never); the house's own limit if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_absolute_seconds: Option<u64>,
    /// Any redirect URI on `http://localhost` will do. Only `usher dev` sets it.
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
            scope: standard_scope(),
            id_token_signed_response_alg: "RS256".to_owned(),
            // What a stored document without these members means, and what dynamic registration gives.
            id_token_claims: IdTokenClaims::Minimal,
            roles_claim: ROLES_CLAIM.to_owned(),
            require_pkce: false,
            access_token_signed_response_alg: None,
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
            refresh_rotation: RefreshRotation::Rotate,
            refresh_idle_seconds: None,
            refresh_absolute_seconds: None,
            any_localhost_redirect: false,
        }
    }
}

/// What a client may ask for unless it was registered for something else.
pub fn standard_scope() -> Scope {
    Scope::of(["openid", "profile", "email", "address", "phone", "roles", "offline_access"])
}

/// Why a metadata document is refused (RFC 7591 §3.2.2): the member, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{member} {fault}")]
pub struct MetadataFault {
    /// The member at fault.
    pub member: &'static str,
    /// What is wrong with it.
    pub fault: String,
}

impl MetadataFault {
    /// The error code of RFC 7591 §3.2.2.
    pub fn code(&self) -> &'static str {
        if self.member == "redirect_uris" { "invalid_redirect_uri" } else { "invalid_client_metadata" }
    }
}

fn fault(member: &'static str, fault: impl Into<String>) -> MetadataFault {
    MetadataFault { member, fault: fault.into() }
}

impl ClientMetadata {
    /// Cannot keep a secret.
    pub fn is_public(&self) -> bool {
        self.token_endpoint_auth_method == AuthMethod::None
    }

    /// May it use this grant type?
    pub fn may_use(&self, grant_type: &str) -> bool {
        self.grant_types.iter().any(|held| held == grant_type)
    }

    /// The algorithm of its access tokens.
    pub fn access_token_alg(&self) -> &str {
        self.access_token_signed_response_alg.as_deref().unwrap_or(ACCESS_TOKEN_ALG)
    }

    /// Checks the whole document but for the name: what people read is checked as the other names are.
    ///
    /// # Errors
    /// Every fault found, so that they can be mended in one go.
    pub fn check(&self) -> Result<(), Vec<MetadataFault>> {
        let faults: Vec<_> = [self.grant_faults(), self.uri_faults(), self.link_faults(), self.token_faults()].concat();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn grant_faults(&self) -> Vec<MetadataFault> {
        let mut faults = Vec::new();
        for grant in &self.grant_types {
            if !super::token::TokenRequest::GRANT_TYPES.contains(&grant.as_str()) {
                faults.push(fault("grant_types", format!("holds {grant:?}, which is not supported")));
            }
        }
        if self.grant_types.is_empty() {
            faults.push(fault("grant_types", "must not be empty"));
        }
        if self.is_public() && self.may_use("client_credentials") {
            faults.push(fault("grant_types", "holds client_credentials, which needs a client that keeps a secret"));
        }
        for acr in &self.default_acr_values {
            if !crate::acr::ACR_VALUES.contains(&acr.as_str()) {
                faults.push(fault("default_acr_values", format!("holds {acr:?}, which is not supported")));
            }
        }
        if self.response_types.iter().any(|kind| kind != "code") {
            faults.push(fault("response_types", "may only hold code"));
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
                    // The responses of a sign-out carry `state` alone.
                    Err(UriFault::Reserved) if member == "post_logout_redirect_uris" => {}
                    Err(why) => faults.push(fault(member, format!("holds {uri:?}, which {why}"))),
                    Ok(()) => {}
                }
            }
            if uris.len() > 100 {
                faults.push(fault(member, "must not hold more than 100"));
            }
        }
        for origin in &self.web_origins {
            if let Err(why) = redirect_uri::check_origin(origin) {
                faults.push(fault("web_origins", format!("holds {origin:?}, which {why}")));
            }
        }
        if self.web_origins.len() > 100 {
            faults.push(fault("web_origins", "must not hold more than 100"));
        }
        if self.may_use("authorization_code") && self.redirect_uris.is_empty() && !self.any_localhost_redirect {
            faults.push(fault("redirect_uris", "must not be empty for the authorization code grant"));
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
        let called = self.backchannel_logout_uri.as_deref().and_then(|uri| redirect_uri::check_called(uri).err());
        shown
            .chain(called.map(|why| ("backchannel_logout_uri", why)))
            .map(|(member, why)| fault(member, why.to_string()))
            .collect()
    }

    fn token_faults(&self) -> Vec<MetadataFault> {
        let algs = [
            ("id_token_signed_response_alg", Some(&self.id_token_signed_response_alg)),
            ("access_token_signed_response_alg", self.access_token_signed_response_alg.as_ref()),
        ];
        let unknown = algs
            .into_iter()
            .filter(|(_, alg)| alg.is_some_and(|alg| !SIGNING_ALGS.contains(&alg.as_str())))
            .map(|(member, _)| fault(member, format!("must be one of {}", SIGNING_ALGS.join(", "))));
        let contacts = self.contacts.len() > 20 || self.contacts.iter().any(|contact| !is_contact(contact));
        let contacts = contacts
            .then(|| fault("contacts", "must hold at most 20 texts of 1 to 200 characters without control characters"));
        let roles = (!is_roles_claim(&self.roles_claim))
            .then(|| fault("roles_claim", "must be roles, groups or an absolute https URL"));
        unknown.chain(contacts).chain(roles).collect()
    }
}

/// May this be one of the ways to reach a client's people?
fn is_contact(text: &str) -> bool {
    let control = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    (1..=200).contains(&text.chars().count()) && !text.chars().any(control)
}

/// May this name the claim that carries roles? A collision with another claim is impossible (RFC 7519 §4.2).
fn is_roles_claim(name: &str) -> bool {
    matches!(name, ROLES_CLAIM | "groups") || name.len() <= 200 && redirect_uri::check_link(name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> ClientMetadata {
        ClientMetadata {
            client_name: "Shop".into(),
            redirect_uris: vec!["https://rp.test/cb".into()],
            ..ClientMetadata::default()
        }
    }

    #[test]
    fn a_sound_document_passes_and_survives_json() {
        let metadata = sound();
        assert_eq!(metadata.check(), Ok(()));
        let json = serde_json::to_string(&metadata).unwrap();
        assert_eq!(serde_json::from_str::<ClientMetadata>(&json).unwrap(), metadata);
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let metadata = ClientMetadata {
            redirect_uris: vec!["https://rp.test/cb#x".into(), "https://*.rp.test".into()],
            grant_types: vec!["implicit".into()],
            response_types: vec!["token".into()],
            logo_uri: Some("javascript:alert(1)".into()),
            id_token_signed_response_alg: "none".into(),
            ..ClientMetadata::default()
        };
        let faults = metadata.check().unwrap_err();
        let members: Vec<_> = faults.iter().map(|fault| fault.member).collect();
        assert_eq!(
            members,
            [
                "grant_types",
                "response_types",
                "redirect_uris",
                "redirect_uris",
                "logo_uri",
                "id_token_signed_response_alg"
            ]
        );
        assert_eq!(faults[2].code(), "invalid_redirect_uri");
    }

    #[test]
    fn contacts_are_a_few_short_texts_of_one_line() {
        let with = |contacts: Vec<String>| ClientMetadata { contacts, ..sound() }.check();
        assert_eq!(with(vec!["ops@shop.example".into(), "+55 11 5550 0143".into()]), Ok(()));
        for bad in [String::new(), "a\nb".into(), "a\u{2028}b".into(), "a".repeat(201)] {
            assert_eq!(with(vec![bad]).unwrap_err()[0].member, "contacts");
        }
        assert!(with(vec!["ops@shop.example".into(); 21]).is_err());
    }

    #[test]
    fn a_stored_document_without_the_newer_members_keeps_its_behaviour() {
        let stored: ClientMetadata = serde_json::from_str(r#"{"client_name":"Shop","scope":"openid"}"#).unwrap();
        assert_eq!((stored.id_token_claims, stored.require_pkce), (IdTokenClaims::Minimal, false));
        assert_eq!((stored.roles_claim.as_str(), stored.scope.to_string().as_str()), ("roles", "openid"));
    }

    #[test]
    fn the_roles_claim_is_roles_groups_or_an_absolute_url() {
        let with = |name: &str| ClientMetadata { roles_claim: name.into(), ..sound() }.check();
        for good in ["roles", "groups", "https://shop.example/claims/roles"] {
            assert_eq!(with(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "sub",
            "email",
            "Roles",
            "urn:roles",
            "https://",
            "javascript:x",
            &format!("https://{}", "a".repeat(200)),
        ] {
            assert_eq!(with(bad).unwrap_err()[0].member, "roles_claim", "{bad}");
        }
    }

    #[test]
    fn a_misspelt_member_is_noticed() {
        assert!(serde_json::from_str::<ClientMetadata>(r#"{"client_nmae":"x"}"#).is_err());
        assert!(serde_json::from_str::<ClientMetadata>(r#"{"token_endpoint_auth_method":"private_key_jwt"}"#).is_err());
        assert!(serde_json::from_str::<ClientMetadata>("7").is_err());
    }

    #[test]
    fn the_address_for_logout_is_https_or_loopback_without_a_fragment_or_placeholders() {
        let with = |uri: &str| ClientMetadata { backchannel_logout_uri: Some(uri.into()), ..sound() }.check();
        for good in ["https://rp.test/logout?x=1", "http://localhost:9/logout", "http://127.0.0.1/l"] {
            assert_eq!(with(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "http://rp.test/l",
            "https://rp.test/#l",
            "ftp://rp.test",
            "com.example.app:/l",
            "https://u:p@rp.test/l",
            "https://rp.test/{sid}",
            "https://rp.test/${client_session_host}",
            "//rp.test/l",
            "/logout",
        ] {
            let faults = with(bad).unwrap_err();
            assert_eq!(faults[0].member, "backchannel_logout_uri", "{bad}");
        }
    }

    #[test]
    fn a_machine_must_keep_a_secret() {
        let machine = ClientMetadata {
            grant_types: vec!["client_credentials".into()],
            response_types: vec![],
            redirect_uris: vec![],
            token_endpoint_auth_method: AuthMethod::None,
            ..sound()
        };
        assert_eq!(machine.check().unwrap_err().len(), 1);
    }
}
