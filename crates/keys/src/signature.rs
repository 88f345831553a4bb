//! Signatures and their verification (RFC 7518 §3, RFC 8037 §3.1) by aws-lc, with keys that are parsed once.
//!
//! A P-256 signature costs two thirds of what OpenSSL takes, an Ed25519 signature a quarter.

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaEncoding,
    RsaPublicKeyComponents, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jws::PS256;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::damaged_key::KeyFault;
use usher_domain::key::SigningAlg;

/// The first byte of an uncompressed point (SEC 1 §2.3.3); 32 bytes of `x` and 32 of `y` follow.
const UNCOMPRESSED: u8 = 4;

/// A private key.
pub(super) enum Signer {
    Rsa { pair: rsa::KeyPair, encoding: &'static dyn RsaEncoding },
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    /// From the DER of a PKCS#8 document (RFC 5208).
    pub(super) fn from_pkcs8(alg: SigningAlg, pkcs8: &[u8]) -> Result<Self, KeyFault> {
        Ok(match alg {
            SigningAlg::Rs256 => Self::Rsa { pair: rsa::KeyPair::from_pkcs8(pkcs8)?, encoding: &RSA_PKCS1_SHA256 },
            SigningAlg::Ps256 => {
                // aws-lc does not read the identifier id-RSASSA-PSS (RFC 8017 §A.2.3), which josekit writes.
                let pkcs1 = Zeroizing::new(PS256.key_pair_from_der(pkcs8)?.to_raw_private_key());
                Self::Rsa { pair: rsa::KeyPair::from_der(&pkcs1)?, encoding: &RSA_PSS_SHA256 }
            }
            SigningAlg::Es256 => Self::P256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)?),
            // Stored keys have no public half: RFC 8410 §7 makes it optional.
            SigningAlg::EdDsa => Self::Ed25519(Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8)?),
        })
    }

    /// Whether `public` verifies what this key signs.
    pub(super) fn belongs_to(&self, public: &ParsedPublicKey) -> bool {
        let message = b"a message to compare a private with a public key";
        self.sign(message).is_ok_and(|signature| public.verify_sig(message, &signature).is_ok())
    }

    /// The signature as JWS spells it: `r` and `s` of 32 bytes each for ES256.
    #[expect(clippy::disallowed_methods, reason = "aws-lc ignores the source of randomness that it is given")]
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        match self {
            Self::Rsa { pair, encoding } => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &SystemRandom::new(), message, &mut signature)?;
                Ok(signature)
            }
            Self::P256(pair) => Ok(pair.sign(&SystemRandom::new(), message)?.as_ref().to_vec()),
            Self::Ed25519(pair) => Ok(pair.try_sign(message)?.as_ref().to_vec()),
        }
    }
}

/// The public key of a JWK, parsed. `None` if a member is missing, not base64url, or no key of `alg`.
pub(super) fn verifier(alg: SigningAlg, jwk: &Map<String, Value>) -> Option<ParsedPublicKey> {
    let member = |name: &str| URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok();
    let rsa = |verification: &'static aws_lc_rs::signature::RsaParameters| {
        let components = RsaPublicKeyComponents { n: member("n")?, e: member("e")? };
        components.to_parsed_public_key(verification).ok()
    };
    let parsed =
        |verification: &'static dyn VerificationAlgorithm, bytes: &[u8]| ParsedPublicKey::new(verification, bytes).ok();
    match alg {
        SigningAlg::Rs256 => rsa(&RSA_PKCS1_2048_8192_SHA256),
        SigningAlg::Ps256 => rsa(&RSA_PSS_2048_8192_SHA256),
        SigningAlg::Es256 => {
            let point = [vec![UNCOMPRESSED], member("x")?, member("y")?].concat();
            parsed(&ECDSA_P256_SHA256_FIXED, &point)
        }
        SigningAlg::EdDsa => parsed(&ED25519, &member("x")?),
    }
}
