//! The fields about how a client proves itself (method, public keys, what its requests and tokens must be), and whether it
//! exchanges tokens.

use crate::loaded::LoadedValues;
use crate::views::ClientValues;
use usher_protocol::client::metadata::{AuthMethod, ClientMetadata, SecurityProfile};
use usher_protocol::token_exchange::TOKEN_EXCHANGE_GRANT;

/// These fields with the settings of a client, beside others.
pub(super) fn settings(metadata: &ClientMetadata, others: ClientValues) -> ClientValues {
    ClientValues {
        auth_method: metadata.token_endpoint_auth_method.as_str().to_owned(),
        jwks: metadata.jwks.as_ref().map(|jwks| format!("{jwks:#}")).unwrap_or_default(),
        jwks_uri: metadata.jwks_uri.clone().unwrap_or_default(),
        require_par: metadata.require_pushed_authorization_requests,
        require_signed: metadata.require_signed_request_object,
        dpop: metadata.dpop_bound_access_tokens,
        fapi: metadata.is_fapi(),
        exchange: exchanges(metadata),
        may_impersonate: metadata.may_impersonate,
        ..others
    }
}

/// The names of these fields with their values.
pub(super) fn loaded(values: &ClientValues) -> [(&'static str, &str); 9] {
    [
        ("auth_method", &values.auth_method),
        ("jwks", &values.jwks),
        ("jwks_uri", &values.jwks_uri),
        ("require_par", flag(values.require_par)),
        ("require_signed", flag(values.require_signed)),
        ("dpop", flag(values.dpop)),
        ("fapi", flag(values.fapi)),
        ("exchange", flag(values.exchange)),
        ("may_impersonate", flag(values.may_impersonate)),
    ]
}

/// A checkbox as it is sent.
pub(super) const fn flag(yes: bool) -> &'static str {
    if yes { "true" } else { "" }
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
    if edited("fapi", typed.fapi) {
        metadata.security_profile = typed.fapi.then_some(SecurityProfile::Fapi2);
    }
    if metadata.is_public() {
        return metadata;
    }
    if edited("exchange", typed.exchange) && typed.exchange != exchanges(&metadata) {
        metadata.grant_types.retain(|name| name != TOKEN_EXCHANGE_GRANT);
        metadata.grant_types.extend(typed.exchange.then(|| TOKEN_EXCHANGE_GRANT.to_owned()));
    }
    if edited("may_impersonate", typed.may_impersonate) {
        metadata.may_impersonate = typed.may_impersonate;
    }
    filled_with_keys(metadata, typed, loaded)
}

fn exchanges(metadata: &ClientMetadata) -> bool {
    metadata.grant_types.iter().any(|name| name == TOKEN_EXCHANGE_GRANT)
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
    if loaded.is_edited("jwks_uri", &typed.jwks_uri) {
        metadata.jwks_uri = Some(typed.jwks_uri.trim().to_owned()).filter(|uri| !uri.is_empty());
    }
    metadata
}
