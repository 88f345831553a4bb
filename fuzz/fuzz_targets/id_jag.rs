//! Identity assertions (ID-JAG): header and claims of a JWS with a valid signature of another issuer.

#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use usher_protocol::id_jag::{IdJagRules, check};
use usher_protocol::jose::foreign_jws::ForeignJws;

const ISSUER: &str = "https://id.test";
const NOW: i64 = 1_800_000_000;

fuzz_target!(|parts: (&str, &str)| {
    let (header, claims) = parts;
    let token = format!("{}.{}.AAA", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let Ok(jws) = ForeignJws::parse(&token) else { return };
    let rules = IdJagRules { client_id: "wiki", issuer: ISSUER, now: NOW };
    if let Ok(received) = check(jws.typ.as_deref(), &jws.claims, &rules) {
        assert!(!received.jti.is_empty() && !received.subject.is_empty());
        assert!(received.expires_at > NOW && received.auth_time <= NOW);
        assert!(jws.claims["client_id"] == "wiki" && jws.claims["iss"] != ISSUER);
    }
});
