//! Verifies signatures of other parties: client assertions, request objects, DPoP proofs.
//!
//! The key comes from the client's metadata or, for a proof of possession, from the token; the algorithm must be one that
//! the caller allows and that fits the key. Such a key is used too rarely to be worth parsing it ahead.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey,
};

use usher_protocol::jose::foreign_jws::{ForeignJws, HMAC_ALG};
use usher_protocol::jose::public_jwk::{JwkMaterial, PublicJwk};

/// Whether the signature is one of this key, with the algorithm of the header.
pub fn is_signed_by(jws: &ForeignJws<'_>, key: &PublicJwk) -> bool {
    if !key.fits(&jws.alg) {
        return false;
    }
    let (message, signature) = (jws.message.as_bytes(), jws.signature.as_slice());
    match &key.material {
        JwkMaterial::Rsa { n, e } => {
            let padding: &RsaParameters =
                if jws.alg == "PS256" { &RSA_PSS_2048_8192_SHA256 } else { &RSA_PKCS1_2048_8192_SHA256 };
            RsaPublicKeyComponents { n, e }.verify(padding, message, signature).is_ok()
        }
        JwkMaterial::P256 { x, y } => {
            // An uncompressed point (SEC 1 §2.3.3). aws-lc refuses one that is not on the curve.
            let point = [&[4], x.as_slice(), y.as_slice()].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
        }
        JwkMaterial::Ed25519 { x } => UnparsedPublicKey::new(&ED25519, x).verify(message, signature).is_ok(),
    }
}

/// Whether the signature is an HMAC with this secret (RFC 7518 §3.2).
pub fn is_signed_with_secret(jws: &ForeignJws<'_>, secret: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    jws.alg == HMAC_ALG && hmac::verify(&key, jws.message.as_bytes(), &jws.signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use josekit::jwk::KeyPair;
    use josekit::jwk::alg::ed::EdCurve;
    use josekit::jws::{ES256, EdDSA, JwsSigner, PS256, RS256};
    use serde_json::json;

    struct Pair {
        alg: &'static str,
        public: PublicJwk,
        signer: Box<dyn JwsSigner>,
    }

    fn pair(alg: &'static str, key: &dyn KeyPair, signer: Box<dyn JwsSigner>) -> Pair {
        Pair { alg, public: PublicJwk::parse(key.to_jwk_public_key().as_ref()).unwrap(), signer }
    }

    fn pairs() -> Vec<Pair> {
        let rsa = RS256.generate_key_pair(2_048).unwrap();
        let pss = PS256.generate_key_pair(2_048).unwrap();
        let ec = ES256.generate_key_pair().unwrap();
        let ed = EdDSA.generate_key_pair(EdCurve::Ed25519).unwrap();
        vec![
            pair("RS256", &rsa, Box::new(RS256.signer_from_jwk(&rsa.to_jwk_private_key()).unwrap())),
            pair("PS256", &pss, Box::new(PS256.signer_from_jwk(&pss.to_jwk_private_key()).unwrap())),
            pair("ES256", &ec, Box::new(ES256.signer_from_jwk(&ec.to_jwk_private_key()).unwrap())),
            pair("EdDSA", &ed, Box::new(EdDSA.signer_from_jwk(&ed.to_jwk_private_key()).unwrap())),
        ]
    }

    fn signed(alg: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(json!({ "alg": alg })), part(json!({"sub": "web"})));
        let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// CA-01, JW-04
    #[test]
    fn only_the_key_and_the_algorithm_that_signed_verify() {
        let pairs = pairs();
        for (n, pair) in pairs.iter().enumerate() {
            let token = signed(pair.alg, |message| pair.signer.sign(message).unwrap());
            let jws = ForeignJws::parse(&token).unwrap();
            for (m, other) in pairs.iter().enumerate() {
                assert_eq!(is_signed_by(&jws, &other.public), n == m, "{} by the key of {}", pair.alg, other.alg);
            }
            for wrong in ["none", "None", "", "HS256", "es256", "RS512"] {
                assert!(!is_signed_by(&ForeignJws { alg: wrong.into(), ..jws.clone() }, &pair.public), "{wrong}");
            }
            for signature in [Vec::new(), vec![0; jws.signature.len()], vec![0xff; jws.signature.len()]] {
                assert!(!is_signed_by(&ForeignJws { signature, ..jws.clone() }, &pair.public), "{}", pair.alg);
            }
            let short = jws.signature[1..].to_vec();
            assert!(!is_signed_by(&ForeignJws { signature: short, ..jws.clone() }, &pair.public));
            assert!(!is_signed_by(&ForeignJws { message: "a.b", ..jws.clone() }, &pair.public));
        }
    }

    #[test]
    fn a_point_off_the_curve_verifies_nothing() {
        let ec = pairs().remove(2);
        let token = signed("ES256", |message| ec.signer.sign(message).unwrap());
        let off = PublicJwk { material: JwkMaterial::P256 { x: [1; 32], y: [1; 32] }, ..ec.public };
        assert!(!is_signed_by(&ForeignJws::parse(&token).unwrap(), &off));
    }

    #[test]
    fn a_secret_verifies_what_it_signed_and_a_public_key_is_no_secret() {
        let mac = |secret: &[u8], message: &[u8]| {
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec()
        };
        let token = signed("HS256", |message| mac(b"a secret", message));
        let jws = ForeignJws::parse(&token).unwrap();
        assert!(is_signed_with_secret(&jws, b"a secret"));
        assert!(!is_signed_with_secret(&jws, b"another"));
        assert!(!is_signed_with_secret(&ForeignJws { alg: "HS512".into(), ..jws }, b"a secret"));
        let ec = pairs().remove(2).public;
        let JwkMaterial::P256 { x, .. } = &ec.material else { panic!("a P-256 key") };
        let forged = signed("HS256", |message| mac(x, message));
        assert!(!is_signed_by(&ForeignJws::parse(&forged).unwrap(), &ec));
    }
}
