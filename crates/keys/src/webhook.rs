//! Signing secrets of webhooks and their signatures (Standard Webhooks 1.0): HMAC-SHA256 over `id.timestamp.body`.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use usher_domain::random::Random;
use usher_domain::time::Timestamp;

/// The prefix of every secret.
const PREFIX: &str = "whsec_";
/// Length of our secrets in bytes; others may have 24 to 64.
const LENGTH: usize = 32;

/// A signing secret.
pub struct WebhookSecret(Zeroizing<Vec<u8>>);

/// The text or the bytes are no valid secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is whsec_ and 24 to 64 bytes in base64")]
pub struct NotASecret;

impl WebhookSecret {
    /// A new secret.
    pub fn generate(random: &dyn Random) -> Self {
        Self(Zeroizing::new(random.bytes::<LENGTH>().to_vec()))
    }

    /// A secret from its bytes.
    ///
    /// # Errors
    /// [`NotASecret`] if the length is not allowed.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, NotASecret> {
        if (24..=64).contains(&bytes.len()) { Ok(Self(Zeroizing::new(bytes))) } else { Err(NotASecret) }
    }

    /// A secret from its text.
    ///
    /// # Errors
    /// [`NotASecret`].
    pub fn from_text(text: &str) -> Result<Self, NotASecret> {
        let bytes = text.strip_prefix(PREFIX).and_then(|rest| STANDARD.decode(rest).ok()).ok_or(NotASecret)?;
        Self::from_bytes(bytes)
    }

    /// Its bytes, for sealing.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Its text, which is shown once.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&*self.0))
    }

    /// One signature of the header `webhook-signature`.
    pub fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut signing = hmac::Context::with_key(&key);
        signing.update(format!("{id}.{}.", at.0).as_bytes());
        signing.update(body);
        format!("v1,{}", STANDARD.encode(signing.sign()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::random::SeededRandom;

    #[test]
    fn a_signature_is_that_of_the_specification() {
        let secret = WebhookSecret::from_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature =
            secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp(1_614_265_330), br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_survives_its_text_and_garbage_does_not_become_one() {
        let secret = WebhookSecret::generate(&SeededRandom::new(1));
        let again = WebhookSecret::from_text(&secret.text()).unwrap();
        assert_eq!(again.expose(), secret.expose());
        let short = format!("whsec_{}", STANDARD.encode([0; 23]));
        let long = format!("whsec_{}", STANDARD.encode([0; 65]));
        for bad in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%%", &short, &long] {
            assert!(WebhookSecret::from_text(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_part_of_a_message_is_signed() {
        let secret = WebhookSecret::generate(&SeededRandom::new(1));
        let signed = secret.sign("a", Timestamp(1), b"{}");
        assert_ne!(signed, secret.sign("b", Timestamp(1), b"{}"));
        assert_ne!(signed, secret.sign("a", Timestamp(2), b"{}"));
        assert_ne!(signed, secret.sign("a", Timestamp(1), b"{ }"));
        assert_ne!(signed, WebhookSecret::generate(&SeededRandom::new(2)).sign("a", Timestamp(1), b"{}"));
    }
}
