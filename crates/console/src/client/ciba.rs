//! The fields about CIBA, which only clients with a secret or keys have.

use crate::views::ClientValues;
use usher_page_kit::loaded::LoadedValues;
use usher_page_kit::typed_text::flag;
use usher_protocol::ciba::CIBA_GRANT;
use usher_protocol::client::metadata::{ClientMetadata, TokenDeliveryMode};

/// These fields with the settings of a client, over the others.
pub(super) fn settings(metadata: &ClientMetadata, others: ClientValues) -> ClientValues {
    ClientValues {
        ciba: metadata.may_use(CIBA_GRANT),
        ciba_endpoint: metadata.backchannel_client_notification_endpoint.clone().unwrap_or_default(),
        ciba_alg: metadata.backchannel_authentication_request_signing_alg.clone().unwrap_or_default(),
        ..others
    }
}

/// The names of these fields with their values.
pub(super) fn loaded(values: &ClientValues) -> [(&'static str, &str); 3] {
    [("ciba", flag(values.ciba)), ("ciba_endpoint", &values.ciba_endpoint), ("ciba_alg", &values.ciba_alg)]
}

/// The metadata with the fields that were edited.
pub(super) fn filled(mut metadata: ClientMetadata, typed: &ClientValues, loaded: &LoadedValues) -> ClientMetadata {
    if metadata.is_public() {
        return metadata;
    }
    if loaded.is_edited("ciba", flag(typed.ciba)) && typed.ciba != metadata.may_use(CIBA_GRANT) {
        metadata.grant_types.retain(|name| name != CIBA_GRANT);
        metadata.grant_types.extend(typed.ciba.then(|| CIBA_GRANT.to_owned()));
    }
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    if loaded.is_edited("ciba_endpoint", &typed.ciba_endpoint) {
        let endpoint = some(&typed.ciba_endpoint);
        metadata.backchannel_token_delivery_mode = endpoint.as_ref().map(|_| TokenDeliveryMode::Ping);
        metadata.backchannel_client_notification_endpoint = endpoint;
    }
    if loaded.is_edited("ciba_alg", &typed.ciba_alg) {
        metadata.backchannel_authentication_request_signing_alg = some(&typed.ciba_alg);
    }
    metadata
}
