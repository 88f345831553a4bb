//! The request of a device (RFC 8628): what it asks for, and what a person answered.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::target::GrantTargets;
use super::user_code::UserCode;
use super::waiting_request::{Poll, RequestAnswer, poll};
use crate::id::{ClientId, GrantId};
use crate::time::Timestamp;
use usher_protocol::authorize::pkce::CodeChallenge;
use usher_protocol::cause::RejectionCause;
use usher_protocol::scope::Scope;

/// How long a device waits for an answer.
pub const LIFETIME: Duration = Duration::from_mins(10);

/// The request of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAuthorization {
    pub id: GrantId,
    pub client_id: ClientId,
    pub scope: Scope,
    /// What it is for; absent in requests of former versions.
    pub targets: Option<GrantTargets>,
    /// The PKCE challenge, if the device sent one.
    pub code_challenge: Option<CodeChallenge>,
    /// The `User-Agent` of the device.
    pub user_agent: Option<String>,
    /// The network of the device.
    pub source: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub answer: Option<RequestAnswer>,
}

/// The device that a person was asked about, in the browser that asks them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectingDevice {
    pub id: GrantId,
    /// The code that the person typed: the page repeats it, to be compared with the device.
    pub user_code: UserCode,
}

impl DeviceAuthorization {
    /// Checks whether this client may ask with these parameters.
    ///
    /// # Errors
    /// The first fault; `WrongVerifier` if PKCE fails (RFC 7636 §4.6).
    pub fn check(&self, client: &ClientId, verifier: Option<&str>) -> Result<(), RejectionCause> {
        if self.client_id != *client {
            return Err(RejectionCause::DeviceCodeOfOtherClient);
        }
        match (&self.code_challenge, verifier) {
            (None, None) => Ok(()),
            (Some(challenge), Some(verifier)) if challenge.is_answered_by(verifier) => Ok(()),
            _ => Err(RejectionCause::WrongVerifier),
        }
    }

    /// Decides what a token request means.
    pub fn poll(&self, now: Timestamp) -> Poll<'_> {
        poll(self.answer.as_ref(), self.expires_at, now)
    }

    /// Whether a person may still answer.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.poll(now) == Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const START: Timestamp = Timestamp(1_700_000_000);

    fn request(answer: Option<RequestAnswer>) -> DeviceAuthorization {
        DeviceAuthorization {
            id: GrantId::new(START, &SeededRandom::new(1)),
            client_id: ClientId("tv".into()),
            scope: Scope::of(["openid"]),
            targets: None,
            code_challenge: None,
            user_agent: None,
            source: "203.0.113.7/32".into(),
            created_at: START,
            expires_at: START + LIFETIME,
            answer,
        }
    }

    #[test]
    fn only_an_unanswered_request_is_open() {
        assert!(request(None).is_open(START));
        assert!(!request(None).is_open(START + LIFETIME));
        assert!(!request(Some(RequestAnswer::Denied)).is_open(START));
    }

    #[test]
    fn a_device_code_is_bound_to_its_client_and_to_its_challenge() {
        let (tv, other) = (ClientId("tv".into()), ClientId("radio".into()));
        assert_eq!(request(None).check(&tv, None), Ok(()));
        assert_eq!(request(None).check(&other, None), Err(RejectionCause::DeviceCodeOfOtherClient));
        assert_eq!(request(None).check(&tv, Some(VERIFIER)), Err(RejectionCause::WrongVerifier));
        let challenge = CodeChallenge::parse(CHALLENGE, Some("S256")).unwrap();
        let bound = DeviceAuthorization { code_challenge: Some(challenge), ..request(None) };
        assert_eq!(bound.check(&tv, Some(VERIFIER)), Ok(()));
        assert_eq!(bound.check(&tv, Some(CHALLENGE)), Err(RejectionCause::WrongVerifier));
        assert_eq!(bound.check(&tv, None), Err(RejectionCause::WrongVerifier));
    }
}
