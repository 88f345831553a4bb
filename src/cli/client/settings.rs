//! The settings of a client as options of `usher client create` and `usher client update`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;
use serde_json::{Map, Value};

use crate::app::ClientMetadata;
use crate::cli::stdin;
use usher_domain::oauth::client::ClientType;

/// One option for each member of the metadata that may change. Absent members stay unchanged.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct MetadataArgs {
    /// Redirect URI; repeatable
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Redirect URI after sign-out; repeatable
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Vec<String>,
    /// URL that starts a sign-in to it, which people open from their account page
    #[arg(long, value_name = "URI")]
    initiate_login_uri: Option<String>,
    /// By which identifiers it knows people: the same at every client, or others for each host; it cannot change
    #[arg(long, value_name = "TYPE", value_parser = ["public", "pairwise"])]
    subject_type: Option<String>,
    /// URL of a JSON array with its redirect URIs: the host is the sector of pairwise identifiers
    #[arg(long, value_name = "URI")]
    sector_identifier_uri: Option<String>,
    /// Origin whose pages may call the endpoints for clients, in addition to the redirect URIs; repeatable
    #[arg(long, value_name = "ORIGIN")]
    web_origin: Vec<String>,
    /// URL that is notified when a session has ended (OpenID Connect Back-Channel Logout)
    #[arg(long, value_name = "URI")]
    backchannel_logout_uri: Option<String>,
    /// How it authenticates
    #[arg(long, value_name = "METHOD", value_parser = ["client_secret", "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth", "federated_jwt", "none"])]
    auth: Option<String>,
    /// Its public keys: a file with a JWK set; `-` reads standard input
    #[arg(long, value_name = "FILE", value_parser = read_jwks)]
    jwks: Option<Value>,
    /// URL of its public keys
    #[arg(long, value_name = "URI", conflicts_with = "jwks")]
    jwks_uri: Option<String>,
    /// Algorithm of its client assertions [default: any that its method supports]
    #[arg(long, value_name = "ALG")]
    auth_alg: Option<String>,
    /// Tokens of another issuer that prove it: `issuer=URL,subject=SUB[,audience=AUD][,jwks_uri=URL]`; repeatable
    #[arg(long, value_name = "NAMES", value_parser = read_credential)]
    federated_credential: Vec<Value>,
    /// Subject of its certificate for `tls_client_auth`, such as `CN=shop,O=Example,C=PT`
    #[arg(long, value_name = "DN")]
    tls_subject_dn: Option<String>,
    /// DNS name in its certificate, instead of the subject
    #[arg(long, value_name = "NAME")]
    tls_san_dns: Option<String>,
    /// URI in its certificate, instead of the subject
    #[arg(long, value_name = "URI")]
    tls_san_uri: Option<String>,
    /// IP address in its certificate, instead of the subject
    #[arg(long, value_name = "IP")]
    tls_san_ip: Option<String>,
    /// Email address in its certificate, instead of the subject
    #[arg(long, value_name = "EMAIL")]
    tls_san_email: Option<String>,
    /// Bind its access tokens to its certificate (RFC 8705)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    tls_bound: Option<bool>,
    /// Scopes that it may request, separated by spaces
    #[arg(long)]
    scope: Option<String>,
    /// Grant type; repeatable
    #[arg(long, value_name = "GRANT")]
    grant_type: Vec<String>,
    /// Algorithm of its ID tokens: RS256, ES256, PS256 or EdDSA
    #[arg(long, value_name = "ALG", alias = "alg")]
    id_token_alg: Option<String>,
    /// Algorithm of its access tokens: RS256, ES256, PS256 or EdDSA [default: ES256]
    #[arg(long, value_name = "ALG")]
    access_token_alg: Option<String>,
    /// Claims of its ID tokens: those of the granted scopes, or only those requested by name
    #[arg(long, value_name = "RULE", value_parser = ["scopes", "minimal"])]
    id_token_claims: Option<String>,
    /// Algorithm of its userinfo responses [default: they are plain JSON]
    #[arg(long, value_name = "ALG")]
    userinfo_alg: Option<String>,
    /// Name of the claim for the scope `roles`: roles, groups or an https URL
    #[arg(long, value_name = "NAME")]
    roles_claim: Option<String>,
    /// Refuse authorization requests without PKCE (public clients: always)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    require_pkce: Option<bool>,
    /// Refuse authorization requests that were not pushed (RFC 9126)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    require_par: Option<bool>,
    /// Refuse authorization requests that are not signed (RFC 9101)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    require_signed_request: Option<bool>,
    /// Algorithm of its signed authorization requests [default: any that is supported]
    #[arg(long, value_name = "ALG")]
    request_alg: Option<String>,
    /// URL of a signed authorization request; repeatable
    #[arg(long, value_name = "URI")]
    request_uri: Vec<String>,
    /// How it learns that a person has answered its CIBA request: it asks, or it is called
    #[arg(long, value_name = "MODE", value_parser = ["poll", "ping"])]
    ciba_delivery: Option<String>,
    /// URL that is called when a person has answered its CIBA request
    #[arg(long, value_name = "URI")]
    ciba_notification_endpoint: Option<String>,
    /// Algorithm of its signed CIBA requests; those that are not signed are then refused
    #[arg(long, value_name = "ALG")]
    ciba_request_alg: Option<String>,
    /// Bind its access tokens to a key (DPoP, RFC 9449)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    dpop: Option<bool>,
    /// Algorithm of its signed authorization responses (JARM) [default: RS256]
    #[arg(long, value_name = "ALG")]
    response_alg: Option<String>,
    /// Algorithm of its signed introspection responses (RFC 9701) [default: RS256]
    #[arg(long, value_name = "ALG")]
    introspection_alg: Option<String>,
    /// Hold it to FAPI 2.0: pushed requests, PKCE, bound tokens, `private_key_jwt` or a certificate, no RS256
    #[arg(long, value_name = "PROFILE", value_parser = ["fapi2", "none"])]
    security_profile: Option<String>,
    /// Require two factors for sign-in to it
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    require_second_factor: Option<bool>,
    /// First-party client of the operator: people are not asked for consent
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    first_party: Option<bool>,
    /// It may exchange users' tokens for ones that do not name it (RFC 8693)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    may_impersonate: Option<bool>,
    /// Server at which it may act for users by an ID-JAG: `audience=ISSUER,client_id=ID,relying_party=ID[,scope=SCOPES][,resource=URI]…`; repeatable
    #[arg(long, value_name = "NAMES", value_parser = read_cross_app_access)]
    cross_app_access: Vec<Value>,
    /// Whether each refresh replaces the refresh token
    #[arg(long, value_name = "RULE", value_parser = ["rotate", "reuse"])]
    refresh_rotation: Option<String>,
    /// Idle lifetime of a refresh token
    #[arg(long, value_name = "SECONDS")]
    refresh_idle_seconds: Option<u64>,
    /// Absolute lifetime of a grant; 0 = unlimited
    #[arg(long, value_name = "SECONDS")]
    refresh_absolute_seconds: Option<u64>,
    /// `max_age` for requests that have none
    #[arg(long, value_name = "SECONDS")]
    default_max_age: Option<u64>,
    /// Preferred authentication context, best first; repeatable
    #[arg(long, value_name = "ACR")]
    default_acr_value: Vec<String>,
    /// API that its access tokens are for unless a request names resources; repeatable
    #[arg(long, value_name = "URI")]
    audience: Vec<String>,
    /// Its home page
    #[arg(long, value_name = "URI")]
    client_uri: Option<String>,
    /// Its logo
    #[arg(long, value_name = "URI")]
    logo_uri: Option<String>,
    /// Its privacy policy
    #[arg(long, value_name = "URI")]
    policy_uri: Option<String>,
    /// Its terms of service
    #[arg(long, value_name = "URI")]
    tos_uri: Option<String>,
    /// Contact address; repeatable
    #[arg(long, value_name = "CONTACT")]
    contact: Vec<String>,
}

impl MetadataArgs {
    /// The members given as options, by the names of the metadata document. An empty text means `null`.
    pub(super) fn members(self, name: Option<String>) -> Map<String, Value> {
        let lists = [
            ("redirect_uris", self.redirect_uri),
            ("post_logout_redirect_uris", self.post_logout_redirect_uri),
            ("web_origins", self.web_origin),
            ("request_uris", self.request_uri),
            ("grant_types", self.grant_type),
            ("default_acr_values", self.default_acr_value),
            ("audience", self.audience),
            ("contacts", self.contact),
        ];
        let texts = [
            ("client_name", name),
            ("backchannel_logout_uri", self.backchannel_logout_uri),
            ("token_endpoint_auth_method", self.auth),
            ("token_endpoint_auth_signing_alg", self.auth_alg),
            ("tls_client_auth_subject_dn", self.tls_subject_dn),
            ("tls_client_auth_san_dns", self.tls_san_dns),
            ("tls_client_auth_san_uri", self.tls_san_uri),
            ("tls_client_auth_san_ip", self.tls_san_ip),
            ("tls_client_auth_san_email", self.tls_san_email),
            ("request_object_signing_alg", self.request_alg),
            ("backchannel_token_delivery_mode", self.ciba_delivery),
            ("backchannel_client_notification_endpoint", self.ciba_notification_endpoint),
            ("backchannel_authentication_request_signing_alg", self.ciba_request_alg),
            ("security_profile", self.security_profile.map(|name| if name == "none" { String::new() } else { name })),
            ("scope", self.scope),
            ("id_token_signed_response_alg", self.id_token_alg),
            ("access_token_signed_response_alg", self.access_token_alg),
            ("authorization_signed_response_alg", self.response_alg),
            ("introspection_signed_response_alg", self.introspection_alg),
            ("id_token_claims", self.id_token_claims),
            ("userinfo_signed_response_alg", self.userinfo_alg),
            ("roles_claim", self.roles_claim),
            ("subject_type", self.subject_type),
            ("sector_identifier_uri", self.sector_identifier_uri),
            ("initiate_login_uri", self.initiate_login_uri),
            ("refresh_rotation", self.refresh_rotation),
            ("client_uri", self.client_uri),
            ("logo_uri", self.logo_uri),
            ("policy_uri", self.policy_uri),
            ("tos_uri", self.tos_uri),
        ];
        let flags = [
            ("require_pkce", self.require_pkce),
            ("require_pushed_authorization_requests", self.require_par),
            ("require_signed_request_object", self.require_signed_request),
            ("dpop_bound_access_tokens", self.dpop),
            ("tls_client_certificate_bound_access_tokens", self.tls_bound),
            ("require_second_factor", self.require_second_factor),
            ("first_party", self.first_party),
            ("may_impersonate", self.may_impersonate),
        ];
        let numbers = [
            ("refresh_idle_seconds", self.refresh_idle_seconds),
            ("refresh_absolute_seconds", self.refresh_absolute_seconds),
            ("default_max_age", self.default_max_age),
        ];
        let keys = keys(self.jwks, self.jwks_uri);
        let credentials = self.federated_credential;
        let credentials = (!credentials.is_empty()).then(|| Value::from(credentials));
        let servers = self.cross_app_access;
        // One empty text empties the list.
        let servers = (!servers.is_empty()).then(|| servers.into_iter().filter(|one| !one.is_null()).collect());
        let lists = lists.into_iter().map(|(member, all)| (member, given(all).map(Value::from)));
        let texts = texts.into_iter().map(|(member, text)| (member, text.map(text_or_null)));
        let flags = flags.into_iter().map(|(member, flag)| (member, flag.map(Value::from)));
        let numbers = numbers.into_iter().map(|(member, number)| (member, number.map(Value::from)));
        let all = lists.chain(texts).chain(flags).chain(numbers).chain(keys);
        let all = all.chain([("federated_credentials", credentials), ("cross_app_access", servers)]);
        all.filter_map(|(member, value)| Some((member.to_owned(), value?))).collect()
    }
}

/// The keys of a client are in one place: naming one removes the other.
fn keys(jwks: Option<Value>, jwks_uri: Option<String>) -> [(&'static str, Option<Value>); 2] {
    match (jwks, jwks_uri) {
        (Some(jwks), _) => [("jwks", Some(jwks)), ("jwks_uri", Some(Value::Null))],
        (None, Some(uri)) => [("jwks", Some(Value::Null)), ("jwks_uri", Some(text_or_null(uri)))],
        (None, None) => [("jwks", None), ("jwks_uri", None)],
    }
}

/// The JSON in the file of `--jwks`. Its keys are checked with the rest of the metadata.
fn read_jwks(path: &str) -> Result<Value, String> {
    let text = stdin::read(Path::new(path)).map_err(|error| format!("{error:#}"))?;
    serde_json::from_str(&text).map_err(|error| format!("not JSON: {error}"))
}

/// The members of one federated credential: `name=value`, separated by commas.
fn read_credential(text: &str) -> Result<Value, String> {
    let mut members = Map::new();
    for pair in text.split(',') {
        let (name, value) = pair.split_once('=').ok_or_else(|| format!("expected NAME=VALUE instead of {pair:?}"))?;
        if !["issuer", "subject", "audience", "jwks_uri"].contains(&name) {
            return Err(format!("expected issuer, subject, audience or jwks_uri instead of {name:?}"));
        }
        members.insert(name.to_owned(), value.into());
    }
    Ok(Value::Object(members))
}

/// The members of one server of `--cross-app-access`: `name=value`, separated by commas; `resource` may be repeated.
fn read_cross_app_access(text: &str) -> Result<Value, String> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let (mut members, mut resources) = (Map::new(), Vec::new());
    for pair in text.split(',') {
        match pair.split_once('=') {
            Some(("resource", value)) => resources.push(Value::from(value)),
            Some((name @ ("audience" | "client_id" | "relying_party" | "scope"), value)) => {
                members.insert(name.to_owned(), value.into());
            }
            _ => {
                let expected = "audience=, client_id=, relying_party=, scope= or resource=";
                return Err(format!("expected {expected} instead of {pair:?}"));
            }
        }
    }
    if let Some(missing) = ["audience", "client_id", "relying_party"].iter().find(|name| !members.contains_key(**name))
    {
        return Err(format!("{missing}= is missing"));
    }
    if !resources.is_empty() {
        members.insert("resources".to_owned(), resources.into());
    }
    Ok(Value::Object(members))
}

/// A list is set when the option was used; one empty text empties it.
fn given(list: Vec<String>) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.into_iter().filter(|item| !item.is_empty()).collect())
}

fn text_or_null(text: String) -> Value {
    if text.is_empty() { Value::Null } else { text.into() }
}

/// The metadata document in a file; nothing if no file is named.
///
/// # Errors
/// If the file cannot be read or holds no JSON object.
pub(super) fn read_file(path: Option<&PathBuf>) -> anyhow::Result<Map<String, Value>> {
    let Some(path) = path else { return Ok(Map::new()) };
    let of_file = |path: &Path| format!("the metadata in {}", path.display());
    let value: Value = serde_json::from_str(&stdin::read(path)?).with_context(|| of_file(path))?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(anyhow!("expected a JSON object").context(of_file(path))),
    }
}

/// `changes` in their order over `current`. A member that is `null` is reset to the default of the type.
///
/// # Errors
/// If a member is unknown or has the wrong type.
pub(super) fn merge<const N: usize>(
    kind: ClientType,
    current: &ClientMetadata,
    changes: [Map<String, Value>; N],
) -> serde_json::Result<ClientMetadata> {
    let (mut members, defaults) = (object(current)?, object(&kind.defaults())?);
    for (member, value) in changes.into_iter().flatten() {
        match value {
            // An unknown member is refused also where it is null.
            Value::Null if defaults.get(&member).is_none() && members.remove(&member).is_some() => {}
            Value::Null => {
                let default = defaults.get(&member).cloned().unwrap_or_default();
                members.insert(member, default);
            }
            value => {
                members.insert(member, value);
            }
        }
    }
    serde_json::from_value(Value::Object(members))
}

fn object(metadata: &ClientMetadata) -> serde_json::Result<Map<String, Value>> {
    match serde_json::to_value(metadata)? {
        Value::Object(members) => Ok(members),
        _ => Ok(Map::new()),
    }
}

#[cfg(test)]
mod tests;
