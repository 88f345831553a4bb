//! JWK sets that clients register, or that are fetched from their `jwks_uri`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use usher_protocol::jose::public_jwk::PublicJwkSet;

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = serde_json::from_slice(bytes) else { return };
    for set in [PublicJwkSet::registered(&document), PublicJwkSet::fetched(&document)].into_iter().flatten() {
        for alg in ["RS256", "PS256", "ES256", "EdDSA"] {
            assert!(set.candidates(None, alg).all(|key| key.thumbprint().len() == 43));
        }
        assert!(["none", "HS256"].iter().all(|alg| set.candidates(None, alg).next().is_none()));
    }
});
