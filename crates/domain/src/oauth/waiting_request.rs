//! What requests have in common whose client asks the token endpoint again and again until a person has answered elsewhere:
//! those of devices (RFC 8628) and those of CIBA.
//!
//! The id of a request becomes the id of its grant, so that it is redeemed once, as an authorization code is.

use crate::id::{SessionId, UserId};
use crate::time::Timestamp;

/// Seconds between two token requests.
pub const INTERVAL: u32 = 5;
/// By how many seconds the interval grows when a client asks too often (RFC 8628 §3.5, CIBA Core §11).
pub const SLOW_DOWN: u32 = 5;

/// What a person answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestAnswer {
    Denied,
    /// Denied by a person who did not start it: somebody else did.
    Reported,
    Allowed(Approval),
}

/// An answer without who gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    Denied,
    Reported,
    Allowed,
}

impl RequestAnswer {
    pub const fn kind(&self) -> AnswerKind {
        match self {
            Self::Denied => AnswerKind::Denied,
            Self::Reported => AnswerKind::Reported,
            Self::Allowed(_) => AnswerKind::Allowed,
        }
    }
}

/// Who allowed a request, and how they had authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    pub user_id: UserId,
    /// The session in the browser of the answer.
    pub session_id: SessionId,
    pub auth_time: Timestamp,
    pub acr: String,
    pub amr: Vec<String>,
}

/// What a token request means now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Poll<'a> {
    Pending,
    Denied,
    Expired,
    Allowed(&'a Approval),
}

/// Decides what a token request means. A denial is told even after the end.
pub fn poll(answer: Option<&RequestAnswer>, expires_at: Timestamp, now: Timestamp) -> Poll<'_> {
    match answer {
        Some(RequestAnswer::Denied | RequestAnswer::Reported) => Poll::Denied,
        _ if now >= expires_at => Poll::Expired,
        Some(RequestAnswer::Allowed(approval)) => Poll::Allowed(approval),
        None => Poll::Pending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn a_client_waits_until_it_is_answered_or_its_time_is_over() {
        let (random, end) = (SeededRandom::new(2), Timestamp(1_700_000_600));
        let last = Timestamp(end.0 - 1);
        let approval = Approval {
            user_id: UserId::new(last, &random),
            session_id: SessionId::new(last, &random),
            auth_time: last,
            acr: "aal1".into(),
            amr: vec!["pwd".into()],
        };
        assert_eq!((poll(None, end, last), poll(None, end, end)), (Poll::Pending, Poll::Expired));
        let allowed = RequestAnswer::Allowed(approval.clone());
        assert_eq!(poll(Some(&allowed), end, last), Poll::Allowed(&approval));
        assert_eq!(poll(Some(&allowed), end, end), Poll::Expired);
        for denied in [RequestAnswer::Denied, RequestAnswer::Reported] {
            assert_eq!((poll(Some(&denied), end, last), poll(Some(&denied), end, end)), (Poll::Denied, Poll::Denied));
        }
    }
}
