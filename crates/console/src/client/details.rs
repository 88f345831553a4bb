//! The fields about what a client learns of people, which APIs its tokens are for, and what people see of it.

use crate::views::ClientValues;
use usher_page_kit::loaded::LoadedValues;
use usher_page_kit::typed_text::{lines, some};
use usher_protocol::client::metadata::{ClientMetadata, SubjectType};

/// These fields with the settings of a client.
pub(super) fn settings(metadata: &ClientMetadata) -> ClientValues {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    ClientValues {
        subject_type: metadata.subject_type.as_str().to_owned(),
        sector_identifier_uri: text(&metadata.sector_identifier_uri),
        userinfo_alg: text(&metadata.userinfo_signed_response_alg),
        audience: metadata.audience.join("\n"),
        initiate_login_uri: text(&metadata.initiate_login_uri),
        client_uri: text(&metadata.client_uri),
        logo_uri: text(&metadata.logo_uri),
        policy_uri: text(&metadata.policy_uri),
        tos_uri: text(&metadata.tos_uri),
        ..ClientValues::default()
    }
}

/// The names of these fields with their values.
pub(super) fn loaded(values: &ClientValues) -> [(&'static str, &str); 9] {
    [
        ("subject_type", &values.subject_type),
        ("sector_identifier_uri", &values.sector_identifier_uri),
        ("userinfo_alg", &values.userinfo_alg),
        ("audience", &values.audience),
        ("initiate_login_uri", &values.initiate_login_uri),
        ("client_uri", &values.client_uri),
        ("logo_uri", &values.logo_uri),
        ("policy_uri", &values.policy_uri),
        ("tos_uri", &values.tos_uri),
    ]
}

/// The metadata with the fields that were edited.
pub(super) fn filled(mut metadata: ClientMetadata, typed: &ClientValues, loaded: &LoadedValues) -> ClientMetadata {
    if loaded.is_edited("subject_type", &typed.subject_type) {
        let pairwise = typed.subject_type == SubjectType::Pairwise.as_str();
        metadata.subject_type = if pairwise { SubjectType::Pairwise } else { SubjectType::Public };
    }
    if loaded.is_edited("audience", &typed.audience) {
        metadata.audience = lines(&typed.audience);
    }
    let texts = [
        (&mut metadata.sector_identifier_uri, "sector_identifier_uri", &typed.sector_identifier_uri),
        (&mut metadata.userinfo_signed_response_alg, "userinfo_alg", &typed.userinfo_alg),
        (&mut metadata.initiate_login_uri, "initiate_login_uri", &typed.initiate_login_uri),
        (&mut metadata.client_uri, "client_uri", &typed.client_uri),
        (&mut metadata.logo_uri, "logo_uri", &typed.logo_uri),
        (&mut metadata.policy_uri, "policy_uri", &typed.policy_uri),
        (&mut metadata.tos_uri, "tos_uri", &typed.tos_uri),
    ];
    for (member, name, text) in texts {
        if loaded.is_edited(name, text) {
            *member = some(text);
        }
    }
    metadata
}
