//! A request for a person's sign-in through the back channel (CIBA): whom it is for, what it asks for, and what they
//! answered.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::target::GrantTargets;
use super::waiting_request::{Poll, RequestAnswer, poll};
use crate::event::webhook::schedule::jittered;
use crate::id::{ClientId, GrantId, UserId};
use crate::random::Random;
use crate::time::Timestamp;
use usher_protocol::cause::RejectionCause;
use usher_protocol::scope::Scope;

/// For how long a client may not ask a person again who reported a request of it.
pub const MUTED_FOR: Duration = Duration::from_hours(24);
/// Delays after each failed call of a client, in seconds; the last one repeats.
const WAITS: [u64; 5] = [1, 3, 10, 30, 60];

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CibaRequest {
    pub id: GrantId,
    pub client_id: ClientId,
    /// `None` if nobody is asked: the hint names nobody, or the person does not want to be asked by this client. The client
    /// cannot tell such a request from one that is not answered.
    pub user_id: Option<UserId>,
    pub scope: Scope,
    pub targets: GrantTargets,
    /// Authentication contexts, best first.
    pub acr_values: Vec<String>,
    /// A text that both devices show.
    pub binding_message: Option<String>,
    /// The network that the client asked from.
    pub source: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub answer: Option<RequestAnswer>,
}

impl CibaRequest {
    /// Checks whether this client may ask for the tokens.
    ///
    /// # Errors
    /// It is the request of another client.
    pub fn check(&self, client: &ClientId) -> Result<(), RejectionCause> {
        if self.client_id == *client { Ok(()) } else { Err(RejectionCause::AuthReqIdOfOtherClient) }
    }

    /// Decides what a token request means.
    pub fn poll(&self, now: Timestamp) -> Poll<'_> {
        poll(self.answer.as_ref(), self.expires_at, now)
    }

    /// Whether the person may still answer.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.user_id.is_some() && self.poll(now) == Poll::Pending
    }
}

/// What a client is called with.
#[derive(Serialize, Deserialize)]
pub struct CibaPingContent {
    pub auth_req_id: String,
    /// The client's bearer token.
    pub token: String,
}

/// The call that tells a client that a person has answered (CIBA Core §10.2). It is worth something until the request
/// expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CibaPing {
    pub id: GrantId,
    pub client_id: ClientId,
    /// The `auth_req_id` and the client's notification token, sealed.
    pub sealed: Vec<u8>,
    /// Number of attempts, with this one.
    pub tries: u32,
    pub expires_at: Timestamp,
}

/// What follows an attempt to call a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PingOutcome {
    Delivered,
    /// It will not accept it: it is called no more (CIBA Core §10.2).
    Refused,
    /// It is called again at this moment.
    Again(Timestamp),
    /// No time is left for another call.
    GivenUp,
}

impl CibaPing {
    /// Decides what follows. `status` is that of the answer, `None` if there was none. Redirects are not followed.
    pub fn outcome(&self, status: Option<u16>, now: Timestamp, random: &dyn Random) -> PingOutcome {
        match status {
            Some(200..=299) => PingOutcome::Delivered,
            Some(408 | 429 | 500..) | None => {
                let place = usize::try_from(self.tries.saturating_sub(1)).unwrap_or(usize::MAX).min(WAITS.len() - 1);
                let again = now + jittered(Duration::from_secs(WAITS[place]), random).max(Duration::from_secs(1));
                if again < self.expires_at { PingOutcome::Again(again) } else { PingOutcome::GivenUp }
            }
            Some(_) => PingOutcome::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    const START: Timestamp = Timestamp(1_700_000_000);

    fn request(user_id: Option<UserId>, answer: Option<RequestAnswer>) -> CibaRequest {
        CibaRequest {
            id: GrantId::new(START, &SeededRandom::new(1)),
            client_id: ClientId("bank".into()),
            user_id,
            scope: Scope::of(["openid"]),
            targets: GrantTargets::default(),
            acr_values: Vec::new(),
            binding_message: None,
            source: "203.0.113.7/32".into(),
            created_at: START,
            expires_at: START + Duration::from_mins(10),
            answer,
        }
    }

    #[test]
    fn only_a_person_who_is_asked_may_answer_and_once() {
        let ana = Some(UserId::new(START, &SeededRandom::new(2)));
        assert!(request(ana, None).is_open(START));
        assert!(!request(None, None).is_open(START));
        assert!(!request(ana, Some(RequestAnswer::Reported)).is_open(START));
        assert!(!request(ana, None).is_open(START + Duration::from_mins(10)));
        assert_eq!(request(None, None).poll(START), Poll::Pending, "the client cannot tell");
        assert_eq!(request(ana, None).check(&ClientId("shop".into())), Err(RejectionCause::AuthReqIdOfOtherClient));
    }

    #[test]
    fn a_client_is_called_again_only_if_that_may_help() {
        let random = SeededRandom::new(3);
        let ping = |tries| CibaPing {
            id: GrantId::new(START, &random),
            client_id: ClientId("bank".into()),
            sealed: Vec::new(),
            tries,
            expires_at: START + Duration::from_mins(5),
        };
        for (status, outcome) in [
            (Some(204), PingOutcome::Delivered),
            (Some(200), PingOutcome::Delivered),
            (Some(302), PingOutcome::Refused),
            (Some(400), PingOutcome::Refused),
            (Some(401), PingOutcome::Refused),
            (Some(403), PingOutcome::Refused),
        ] {
            assert_eq!(ping(1).outcome(status, START, &random), outcome, "{status:?}");
        }
        for status in [None, Some(408), Some(429), Some(500), Some(503)] {
            assert!(matches!(ping(1).outcome(status, START, &random), PingOutcome::Again(_)), "{status:?}");
        }
        let late = START + Duration::from_secs(299);
        assert_eq!(ping(9).outcome(None, late, &random), PingOutcome::GivenUp);
        let (mut now, mut calls) = (START, 0);
        while let PingOutcome::Again(at) = ping(calls + 1).outcome(None, now, &random) {
            assert!(at > now);
            (now, calls) = (at, calls + 1);
        }
        assert!((5..20).contains(&calls), "{calls}");
    }
}
