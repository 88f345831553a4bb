//! Request objects (RFC 9101): header and claims of a compact JWS.

#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use usher_protocol::authorize::request_object::{RequestObjectRules, parameters};
use usher_protocol::jose::foreign_jws::ForeignJws;
use usher_protocol::params::Params;

fuzz_target!(|parts: (&str, &str, bool)| {
    let (header, claims, fapi) = parts;
    let token = format!("{}.{}.AAA", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let Ok(jws) = ForeignJws::parse(&token) else { return };
    let rules = RequestObjectRules { client_id: "web", issuer: "https://id.test", now: 1_800_000_000, fapi };
    if let Ok(read) = parameters(&jws, &Params::default(), &rules) {
        assert_eq!(read.get("client_id").ok().flatten(), Some("web"));
        assert!(read.iter().all(|(name, _)| !["request", "request_uri", "sub"].contains(&name)));
    }
});
