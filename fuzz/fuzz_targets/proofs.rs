//! DPoP proofs (RFC 9449): header and claims of a compact JWS.

#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use usher_protocol::dpop::{DpopProof, NonceState, ProofRules};

fuzz_target!(|parts: (&str, &str)| {
    let (header, claims) = parts;
    let token = format!("{}.{}.AAA", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let Ok(proof) = DpopProof::parse(&token) else { return };
    let rules = ProofRules {
        method: "POST",
        url: "https://id.test/oauth2/token",
        access_token: Some("token"),
        nonce: NonceState::Absent,
        nonce_required: false,
        now: 1_800_000_000,
    };
    if let Ok(jti) = proof.check(&rules) {
        assert!(!jti.is_empty() && jti.len() <= 255);
    }
});
