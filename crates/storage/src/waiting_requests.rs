//! What the tables of requests share whose client asks until a person has answered: the columns of the answer, and the
//! interval.

use super::Result;
use super::row::Columns;
use usher_domain::oauth::waiting_request::{Approval, RequestAnswer};

/// Whether a client kept its interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polled {
    InTime,
    /// Its interval grew.
    TooEarly,
    /// The request was answered or expired meanwhile.
    Over,
}

impl Polled {
    /// By the interval before and after the request; `None` if it is not open any more.
    pub(super) fn by_interval(before: Option<i64>, after: Option<i64>) -> Self {
        match after {
            None => Self::Over,
            Some(_) if after == before => Self::InTime,
            Some(_) => Self::TooEarly,
        }
    }
}

/// Takes `answer`, and with `allowed` the columns `user_id`, `session_id`, `auth_time`, `acr` and `amr`.
pub(super) fn take_answer(columns: &mut Columns<'_>) -> Result<Option<RequestAnswer>> {
    Ok(match columns.take::<Option<String>>("answer")?.as_deref() {
        None => None,
        Some("denied") => Some(RequestAnswer::Denied),
        Some("reported") => Some(RequestAnswer::Reported),
        Some("allowed") => Some(RequestAnswer::Allowed(Approval {
            user_id: columns.take("user_id")?,
            session_id: columns.take("session_id")?,
            auth_time: columns.take("auth_time")?,
            acr: columns.take("acr")?,
            amr: columns.take("amr")?,
        })),
        Some(_) => return Err(columns.unreadable("answer")),
    })
}

/// The word of an answer, and who allowed it.
pub(super) const fn stored_answer(answer: &RequestAnswer) -> (&'static str, Option<&Approval>) {
    match answer {
        RequestAnswer::Denied => ("denied", None),
        RequestAnswer::Reported => ("reported", None),
        RequestAnswer::Allowed(approval) => ("allowed", Some(approval)),
    }
}
