//! Conversion between the metadata of a client and the fields of its form.

use super::{ciba, details, proof};
use crate::views::ClientValues;
use usher_accounts::{MAX_CLIENT_NAME, Rejected};
use usher_domain::oauth::client::Client;
use usher_domain::text::check_name;
use usher_i18n::{Arg, Lang};
use usher_page_kit::field_errors;
use usher_page_kit::loaded::LoadedValues;
use usher_page_kit::typed_text::{flag, lines, some};
use usher_page_kit::views::{FieldErrors, Message};
use usher_protocol::client::metadata::{ClientMetadata, IdTokenContent, MetadataFault};
use usher_protocol::scope::Scope;
use usher_protocol::user_claims::ROLES_CLAIM;

/// The fields of the second part of the form.
pub(super) fn settings(metadata: &ClientMetadata) -> ClientValues {
    ClientValues {
        first_party: metadata.first_party,
        id_token_alg: metadata.id_token_signed_response_alg.clone(),
        access_token_alg: metadata.access_token_alg().to_owned(),
        id_token_claims: metadata.id_token_claims.as_str().to_owned(),
        roles_claim: metadata.roles_claim.clone(),
        require_pkce: metadata.require_pkce,
        scope: metadata.scope.to_string(),
        web_origins: metadata.web_origins.join("\n"),
        backchannel_logout_uri: metadata.backchannel_logout_uri.clone().unwrap_or_default(),
        ..ciba::settings(metadata, proof::settings(metadata, details::settings(metadata)))
    }
}

/// All fields of a client, with the values that the form is loaded with.
pub(super) fn values_of(client: &Client) -> ClientValues {
    let metadata = &client.metadata;
    let values = ClientValues {
        name: metadata.client_name.clone(),
        kind: client.kind.as_str().to_owned(),
        redirect_uris: metadata.redirect_uris.join("\n"),
        post_logout_redirect_uris: metadata.post_logout_redirect_uris.join("\n"),
        ..settings(metadata)
    };
    ClientValues { loaded: loaded(&values).encode(), ..values }
}

fn loaded(values: &ClientValues) -> LoadedValues {
    let fields = [
        ("name", values.name.as_str()),
        ("redirect_uris", &values.redirect_uris),
        ("post_logout_redirect_uris", &values.post_logout_redirect_uris),
        ("first_party", flag(values.first_party)),
        ("id_token_alg", &values.id_token_alg),
        ("access_token_alg", &values.access_token_alg),
        ("id_token_claims", &values.id_token_claims),
        ("roles_claim", &values.roles_claim),
        ("require_pkce", flag(values.require_pkce)),
        ("scope", &values.scope),
        ("web_origins", &values.web_origins),
        ("backchannel_logout_uri", &values.backchannel_logout_uri),
    ];
    let others = proof::loaded(values).into_iter().chain(details::loaded(values));
    LoadedValues::of(&fields.into_iter().chain(others).chain(ciba::loaded(values)).collect::<Vec<_>>())
}

/// The metadata with the fields that were edited. A field that was not edited stays as it is stored.
pub(super) fn filled(metadata: ClientMetadata, typed: &ClientValues, loaded: &LoadedValues) -> ClientMetadata {
    let mut changed = metadata;
    if loaded.is_edited("name", &typed.name) {
        changed.client_name = typed.name.trim().to_owned();
    }
    if loaded.is_edited("redirect_uris", &typed.redirect_uris) {
        changed.redirect_uris = lines(&typed.redirect_uris);
    }
    if loaded.is_edited("post_logout_redirect_uris", &typed.post_logout_redirect_uris) {
        changed.post_logout_redirect_uris = lines(&typed.post_logout_redirect_uris);
    }
    if loaded.is_edited("first_party", flag(typed.first_party)) {
        changed.first_party = typed.first_party;
    }
    // The fields of the second part of the form are sent together, or not at all.
    let Some(alg) = some(&typed.id_token_alg) else { return changed };
    if loaded.is_edited("id_token_alg", &typed.id_token_alg) {
        changed.id_token_signed_response_alg = alg;
    }
    if loaded.is_edited("access_token_alg", &typed.access_token_alg) {
        changed.access_token_signed_response_alg = some(&typed.access_token_alg);
    }
    let changed = details::filled(proof::filled(changed, typed, loaded), typed, loaded);
    let changed = ciba::filled(changed, typed, loaded);
    filled_with_second_part(changed, typed, loaded)
}

fn filled_with_second_part(mut changed: ClientMetadata, typed: &ClientValues, loaded: &LoadedValues) -> ClientMetadata {
    if loaded.is_edited("id_token_claims", &typed.id_token_claims) {
        changed.id_token_claims = match typed.id_token_claims.as_str() {
            "minimal" => IdTokenContent::Minimal,
            _ => IdTokenContent::Scopes,
        };
    }
    if loaded.is_edited("roles_claim", &typed.roles_claim) {
        changed.roles_claim = some(&typed.roles_claim).unwrap_or_else(|| ROLES_CLAIM.to_owned());
    }
    if !changed.is_public() && loaded.is_edited("require_pkce", flag(typed.require_pkce)) {
        changed.require_pkce = typed.require_pkce;
    }
    if changed.signs_people_in() && loaded.is_edited("scope", &typed.scope) {
        changed.scope = Scope::parse(&typed.scope).unwrap_or_default();
    }
    if loaded.is_edited("web_origins", &typed.web_origins) {
        changed.web_origins = lines(&typed.web_origins);
    }
    if loaded.is_edited("backchannel_logout_uri", &typed.backchannel_logout_uri) {
        changed.backchannel_logout_uri = some(&typed.backchannel_logout_uri);
    }
    changed
}

/// Each fault at its field; those without a field at the form as a whole.
pub(super) fn faults_at_fields(faults: &[MetadataFault], name: &str, lang: Lang) -> FieldErrors {
    let at_field = |fault: &MetadataFault| match fault.member {
        "client_name" => ("name", name_error(name, lang)),
        _ => at_field(fault, lang),
    };
    let mut all: Vec<_> = faults.iter().map(at_field).collect();
    // One sentence names all that a security profile needs.
    all.dedup();
    all.into_iter().collect()
}

fn name_error(name: &str, lang: Lang) -> String {
    let refused = check_name(name, MAX_CLIENT_NAME).err().map(|rule| Rejected::Text(rule.broken_by("name")));
    let errors = refused.and_then(|refused| field_errors::of_refused(&refused, lang)).unwrap_or_default();
    errors.of("name").unwrap_or_default().to_owned()
}

fn at_field(fault: &MetadataFault, lang: Lang) -> (&'static str, String) {
    let value = fault.value.as_deref().unwrap_or_default();
    match fault.member {
        "redirect_uris" if value.is_empty() => ("redirect_uris", Message::RedirectUriMissing.text(lang)),
        member @ ("redirect_uris" | "post_logout_redirect_uris") if !value.is_empty() => {
            (member, Message::RedirectUriInvalid { uri: value.to_owned() }.text(lang))
        }
        "web_origins" if !value.is_empty() => {
            ("web_origins", lang.text_with("message-web-origin-invalid", &[("origin", Arg::Text(value))]))
        }
        "roles_claim" => ("roles_claim", lang.text("message-roles-claim-invalid")),
        "token_endpoint_auth_method" => ("auth_method", lang.text("message-auth-method-fixed")),
        member if member.starts_with("tls_client_auth_") => {
            ("certificate_subject", lang.text("message-certificate-subject-invalid"))
        }
        "security_profile" => ("fapi", lang.text("message-fapi-invalid")),
        "backchannel_client_notification_endpoint" => ("ciba_endpoint", lang.text("message-ciba-invalid")),
        "backchannel_authentication_request_signing_alg" => ("ciba_alg", lang.text("message-ciba-invalid")),
        "federated_credentials" => ("federated_credentials", lang.text("message-federated-invalid")),
        "cross_app_access" => ("cross_app_access", lang.text("message-cross-app-invalid")),
        "jwks" => ("jwks", lang.text("message-jwks-invalid")),
        "jwks_uri" => ("jwks_uri", lang.text("message-jwks-uri-invalid")),
        member @ ("backchannel_logout_uri" | "initiate_login_uri") => {
            (member, lang.text("message-backchannel-uri-invalid"))
        }
        member @ ("client_uri" | "logo_uri" | "policy_uri" | "tos_uri") => (member, lang.text("message-link-invalid")),
        "sector_identifier_uri" => ("sector_identifier_uri", lang.text("message-sector-invalid")),
        "subject_type" => ("subject_type", lang.text("message-subject-type-fixed")),
        "audience" => ("audience", lang.text_with("message-audience-invalid", &[("api", Arg::Text(value))])),
        "grant_types" => ("type", fault.to_string()),
        _ => ("", fault.to_string()),
    }
}
