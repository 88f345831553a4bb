//! Client ID metadata documents: what is fetched from the URL that a client has as its id.

#![no_main]

use libfuzzer_sys::fuzz_target;
use usher_protocol::client::metadata_document::{DocumentUrl, read};

fuzz_target!(|parts: (&str, &[u8])| {
    let (client_id, body) = parts;
    if DocumentUrl::parse(client_id, false).is_ok() {
        assert!(client_id.starts_with("https://") && !client_id.contains('#'));
    }
    if let Ok(client) = read(client_id, body) {
        assert!(client.metadata.require_pkce && !client.metadata.first_party && !client.metadata.may_impersonate);
    }
});
