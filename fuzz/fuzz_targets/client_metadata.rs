//! Metadata that clients register (RFC 7591).

#![no_main]

use libfuzzer_sys::fuzz_target;
use usher_protocol::client::metadata::ClientMetadata;
use usher_protocol::grant_type::GrantType;

const GRANTS: [GrantType; 1] = [GrantType { name: "authorization_code", confidential: false }];

fuzz_target!(|bytes: &[u8]| {
    let Ok(metadata) = serde_json::from_slice::<ClientMetadata>(bytes) else { return };
    if metadata.check(&GRANTS).is_ok() {
        assert!(metadata.redirect_uris.iter().all(|uri| !uri.contains('#')));
    }
});
