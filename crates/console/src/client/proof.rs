//! The fields about how a client proves itself (method, public keys, what its requests and tokens must be), and whether it
//! exchanges tokens.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::views::ClientValues;
use usher_page_kit::loaded::LoadedValues;
use usher_page_kit::typed_text::flag;
use usher_protocol::client::metadata::{
    AuthMethod, CertificateSubject, ClientMetadata, CrossAppAccess, FederatedCredential, SecurityProfile,
};
use usher_protocol::id_jag::JWT_BEARER_GRANT;
use usher_protocol::token_exchange::TOKEN_EXCHANGE_GRANT;

/// These fields with the settings of a client, beside others.
pub(super) fn settings(metadata: &ClientMetadata, others: ClientValues) -> ClientValues {
    ClientValues {
        auth_method: metadata.token_endpoint_auth_method.as_str().to_owned(),
        jwks: metadata.jwks.as_ref().map(|jwks| format!("{jwks:#}")).unwrap_or_default(),
        jwks_uri: metadata.jwks_uri.clone().unwrap_or_default(),
        federated_credentials: array_text(&metadata.federated_credentials),
        require_par: metadata.require_pushed_authorization_requests,
        require_signed: metadata.require_signed_request_object,
        dpop: metadata.dpop_bound_access_tokens,
        tls_bound: metadata.tls_client_certificate_bound_access_tokens,
        certificate_name: certificate_name(metadata).0.to_owned(),
        certificate_subject: certificate_name(metadata).1.to_owned(),
        fapi: metadata.is_fapi(),
        exchange: metadata.may_use(TOKEN_EXCHANGE_GRANT),
        may_impersonate: metadata.may_impersonate,
        cross_app_access: array_text(&metadata.cross_app_access),
        jwt_bearer: metadata.may_use(JWT_BEARER_GRANT),
        ..others
    }
}

/// The names of these fields with their values.
pub(super) fn loaded(values: &ClientValues) -> [(&'static str, &str); 15] {
    [
        ("auth_method", &values.auth_method),
        ("jwks", &values.jwks),
        ("jwks_uri", &values.jwks_uri),
        ("federated_credentials", &values.federated_credentials),
        ("require_par", flag(values.require_par)),
        ("require_signed", flag(values.require_signed)),
        ("dpop", flag(values.dpop)),
        ("tls_bound", flag(values.tls_bound)),
        ("certificate_name", &values.certificate_name),
        ("certificate_subject", &values.certificate_subject),
        ("fapi", flag(values.fapi)),
        ("exchange", flag(values.exchange)),
        ("may_impersonate", flag(values.may_impersonate)),
        ("cross_app_access", &values.cross_app_access),
        ("jwt_bearer", flag(values.jwt_bearer)),
    ]
}

/// The metadata with the fields that were edited.
pub(super) fn filled(mut metadata: ClientMetadata, typed: &ClientValues, loaded: &LoadedValues) -> ClientMetadata {
    let edited = |name: &str, value: bool| loaded.is_edited(name, flag(value));
    if edited("require_par", typed.require_par) {
        metadata.require_pushed_authorization_requests = typed.require_par;
    }
    if edited("require_signed", typed.require_signed) {
        metadata.require_signed_request_object = typed.require_signed;
    }
    if edited("dpop", typed.dpop) {
        metadata.dpop_bound_access_tokens = typed.dpop;
    }
    if edited("tls_bound", typed.tls_bound) {
        metadata.tls_client_certificate_bound_access_tokens = typed.tls_bound;
    }
    if edited("fapi", typed.fapi) {
        metadata.security_profile = typed.fapi.then_some(SecurityProfile::Fapi2);
    }
    if metadata.is_public() {
        return metadata;
    }
    for (name, grant, on) in
        [("exchange", TOKEN_EXCHANGE_GRANT, typed.exchange), ("jwt_bearer", JWT_BEARER_GRANT, typed.jwt_bearer)]
    {
        if edited(name, on) && on != metadata.may_use(grant) {
            metadata.grant_types.retain(|held| held != grant);
            metadata.grant_types.extend(on.then(|| grant.to_owned()));
        }
    }
    if edited("may_impersonate", typed.may_impersonate) {
        metadata.may_impersonate = typed.may_impersonate;
    }
    if loaded.is_edited("cross_app_access", &typed.cross_app_access) {
        metadata.cross_app_access = array(&typed.cross_app_access, CrossAppAccess::default);
    }
    filled_with_keys(metadata, typed, loaded)
}

/// Method and keys, which a public client does not have.
fn filled_with_keys(mut metadata: ClientMetadata, typed: &ClientValues, loaded: &LoadedValues) -> ClientMetadata {
    if loaded.is_edited("auth_method", &typed.auth_method)
        && let Ok(method) = serde_json::from_value(typed.auth_method.trim().into())
        && method != AuthMethod::None
    {
        metadata.token_endpoint_auth_method = method;
    }
    if loaded.is_edited("jwks", &typed.jwks) {
        let jwks = typed.jwks.trim();
        // What is no JSON is kept as a text, which the check of the metadata refuses at this field.
        let read = || serde_json::from_str(jwks).unwrap_or_else(|_| jwks.into());
        metadata.jwks = (!jwks.is_empty()).then(read);
    }
    let subject = [("certificate_name", &typed.certificate_name), ("certificate_subject", &typed.certificate_subject)];
    if subject.into_iter().any(|(name, value)| loaded.is_edited(name, value)) {
        set_certificate_subject(&mut metadata, typed);
    }
    if loaded.is_edited("federated_credentials", &typed.federated_credentials) {
        metadata.federated_credentials = array(&typed.federated_credentials, FederatedCredential::default);
    }
    if loaded.is_edited("jwks_uri", &typed.jwks_uri) {
        metadata.jwks_uri = Some(typed.jwks_uri.trim().to_owned()).filter(|uri| !uri.is_empty());
    }
    metadata
}

/// A JSON array; nothing if it is empty.
fn array_text<T: Serialize>(all: &[T]) -> String {
    if all.is_empty() {
        return String::new();
    }
    serde_json::to_string_pretty(all).unwrap_or_default()
}

/// What is no JSON array of such objects becomes one empty object, which the check of the metadata refuses at this field.
fn array<T: DeserializeOwned>(typed: &str, empty: fn() -> T) -> Vec<T> {
    if typed.trim().is_empty() {
        return Vec::new();
    }
    serde_json::from_str(typed).unwrap_or_else(|_| vec![empty()])
}

/// What the certificate of a client must say: which name, and its value.
fn certificate_name(metadata: &ClientMetadata) -> (&'static str, &str) {
    match metadata.certificate_subject() {
        None => ("dn", ""),
        Some(CertificateSubject::Dn(value)) => ("dn", value),
        Some(CertificateSubject::Dns(value)) => ("dns", value),
        Some(CertificateSubject::Uri(value)) => ("uri", value),
        Some(CertificateSubject::Ip(value)) => ("ip", value),
        Some(CertificateSubject::Email(value)) => ("email", value),
    }
}

fn set_certificate_subject(metadata: &mut ClientMetadata, typed: &ClientValues) {
    let value = typed.certificate_subject.trim();
    let named = |name: &str| (typed.certificate_name == name && !value.is_empty()).then(|| value.to_owned());
    metadata.tls_client_auth_subject_dn = named("dn");
    metadata.tls_client_auth_san_dns = named("dns");
    metadata.tls_client_auth_san_uri = named("uri");
    metadata.tls_client_auth_san_ip = named("ip");
    metadata.tls_client_auth_san_email = named("email");
}
