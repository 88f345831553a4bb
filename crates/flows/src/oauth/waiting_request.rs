//! The request that an interaction answers whose client asks for the answer itself.

use usher_accounts::error::{FlowError, Rejected};
use usher_domain::event::EventKind;
use usher_domain::id::UserId;
use usher_domain::oauth::ciba_request::CibaRequest;
use usher_domain::oauth::device_authorization::DeviceAuthorization;
use usher_domain::oauth::waiting_request::{AnswerKind, RequestAnswer};
use usher_domain::time::Timestamp;
use usher_protocol::scope::Scope;
use usher_storage::Tx;

/// The request that an interaction answers.
pub(super) enum WaitingRequest {
    Device(DeviceAuthorization),
    Ciba(CibaRequest),
}

impl WaitingRequest {
    pub(super) const fn answer(&self) -> Option<&RequestAnswer> {
        match self {
            Self::Device(device) => device.answer.as_ref(),
            Self::Ciba(ciba) => ciba.answer.as_ref(),
        }
    }

    pub(super) const fn scope(&self) -> &Scope {
        match self {
            Self::Device(device) => &device.scope,
            Self::Ciba(ciba) => &ciba.scope,
        }
    }

    /// The kind of event for an answer.
    pub(super) const fn event_kind(&self, answer: AnswerKind) -> EventKind {
        match (self, answer) {
            (Self::Device(_), AnswerKind::Allowed) => EventKind::DEVICE_ALLOWED,
            (Self::Device(_), AnswerKind::Denied | AnswerKind::Reported) => EventKind::DEVICE_DENIED,
            (Self::Ciba(_), AnswerKind::Allowed) => EventKind::CIBA_ALLOWED,
            (Self::Ciba(_), AnswerKind::Denied) => EventKind::CIBA_DENIED,
            (Self::Ciba(_), AnswerKind::Reported) => EventKind::CIBA_REPORTED,
        }
    }

    /// Writes the answer.
    ///
    /// # Errors
    /// That the request is over, if it was answered meanwhile, has expired, or is for somebody else.
    pub(super) async fn write(
        &self,
        tx: &mut Tx,
        by: Option<UserId>,
        answer: &RequestAnswer,
        now: Timestamp,
    ) -> Result<(), FlowError> {
        let (written, over) = match (self, by) {
            (Self::Device(device), _) => {
                (tx.answer_device_code(device.id, answer, now).await?, Rejected::UserCodeInvalid)
            }
            (Self::Ciba(ciba), Some(user)) => {
                (tx.answer_ciba_request(ciba.id, user, answer, now).await?, Rejected::CibaRequestOver)
            }
            (Self::Ciba(_), None) => (false, Rejected::NotSignedIn),
        };
        if written { Ok(()) } else { Err(over.into()) }
    }
}
