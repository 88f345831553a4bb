//! Maps errors of use cases to HTTP statuses, for pages and the API; `refusal.rs` does it for the OAuth endpoints.

use axum::http::StatusCode;
use serde_json::json;

use super::problem::HttpProblem;
use usher_domain::oauth::client::RotationFault;
use usher_flows::upstream::{Refusal, UpstreamError, UpstreamFault};
use usher_flows::{FlowError, Internal, Rejected};

/// Seconds after which a request that failed for a transient reason may be retried.
pub const PASSING: u32 = 2;

impl From<FlowError> for HttpProblem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Rejected(refused) => of_refused(&refused),
            FlowError::OAuth(error) => Self::new(StatusCode::BAD_REQUEST, "REQUEST_INVALID", error.description),
            FlowError::Internal(broken) => of_broken(&broken),
        }
    }
}

/// The problem for an internal error; the cause goes to the log only.
pub fn of_broken(broken: &Internal) -> HttpProblem {
    if broken.is_passing() {
        tracing::warn!("not available: {broken}");
        return HttpProblem::unavailable("UNAVAILABLE", "The service is not available at the moment.", PASSING);
    }
    if broken.is_gone() {
        tracing::info!("refused: something was deleted meanwhile");
        return HttpProblem::new(StatusCode::NOT_FOUND, "NOT_FOUND", "What this is about does not exist any more.");
    }
    if broken.is_unstorable() {
        tracing::warn!("refused: {broken}");
        return HttpProblem::bad_request("A text of this request holds a character that is not stored.");
    }
    tracing::error!("broken: {broken}");
    HttpProblem::internal()
}

fn of_refused(refused: &Rejected) -> HttpProblem {
    let (status, code) = match refused {
        Rejected::WrongCredentials | Rejected::WrongPassword | Rejected::CredentialGone => {
            (StatusCode::UNAUTHORIZED, "AUTH_INVALID")
        }
        Rejected::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS"),
        Rejected::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, "BUSY"),
        Rejected::NotSignedIn => (StatusCode::UNAUTHORIZED, "AUTH_REQUIRED"),
        Rejected::NotAllowed => (StatusCode::FORBIDDEN, "NOT_ALLOWED"),
        Rejected::NotFound(_) => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        Rejected::ClientGone => (StatusCode::BAD_REQUEST, "CLIENT_UNAVAILABLE"),
        Rejected::InteractionOver => (StatusCode::BAD_REQUEST, "SIGN_IN_EXPIRED"),
        Rejected::ProofOver => (StatusCode::GONE, "LINK_EXPIRED"),
        Rejected::SignUpClosed => (StatusCode::FORBIDDEN, "REGISTRATION_CLOSED"),
        Rejected::Frozen => (StatusCode::FORBIDDEN, "ACCOUNT_FROZEN"),
        Rejected::NotFresh => (StatusCode::FORBIDDEN, "REAUTHENTICATION_REQUIRED"),
        Rejected::ManagedByFile => (StatusCode::CONFLICT, "MANAGED_BY_FILE"),
        Rejected::LastWayIn => (StatusCode::CONFLICT, "LAST_WAY_IN"),
        Rejected::LastOwner => (StatusCode::CONFLICT, "LAST_OWNER"),
        Rejected::UserMerged => (StatusCode::CONFLICT, "USER_MERGED"),
        Rejected::MemberAlready => (StatusCode::CONFLICT, "MEMBER_ALREADY"),
        Rejected::ProjectTokenRequired => (StatusCode::FORBIDDEN, "PROJECT_TOKEN_REQUIRED"),
        Rejected::HistoryWouldBeLost => (StatusCode::CONFLICT, "HISTORY_WOULD_BE_LOST"),
        Rejected::Superseded => (StatusCode::PRECONDITION_FAILED, "SUPERSEDED"),
        Rejected::Rotation(RotationFault::JustRotated) => (StatusCode::CONFLICT, "SECRET_JUST_MADE"),
        Rejected::RoleHeld => (StatusCode::CONFLICT, "ROLE_HELD"),
        Rejected::TooManyRoles => (StatusCode::CONFLICT, "TOO_MANY_ROLES"),
        Rejected::NothingToPublish => (StatusCode::CONFLICT, "NOTHING_TO_PUBLISH"),
        Rejected::Policy(_) => (StatusCode::UNPROCESSABLE_ENTITY, "POLICY_INVALID"),
        Rejected::TooManyWebhooks => (StatusCode::CONFLICT, "TOO_MANY_WEBHOOKS"),
        Rejected::WebhookDisabled => (StatusCode::CONFLICT, "WEBHOOK_DISABLED"),
        Rejected::EmailTaken => (StatusCode::CONFLICT, "EMAIL_TAKEN"),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_FAILED"),
    };
    let mut problem = HttpProblem::new(status, code, refused.to_string());
    if let Rejected::TooMany { seconds } | Rejected::Busy { seconds } = refused {
        problem.retry_after = Some(*seconds);
    }
    if let Rejected::Policy(faults) = refused {
        return problem.with_details(serde_json::json!({ "faults": faults }));
    }
    if let Rejected::Webhook(faults) = refused {
        let fields: serde_json::Map<_, _> =
            faults.iter().map(|fault| (fault.field.to_owned(), fault.why.into())).collect();
        problem = problem.with_details(json!({ "fields": fields }));
    }
    problem
}

impl From<UpstreamFault> for HttpProblem {
    fn from(fault: UpstreamFault) -> Self {
        match fault {
            UpstreamFault::UnknownProvider => FlowError::from(Rejected::NotFound("provider")).into(),
            UpstreamFault::Flow(error) => error.into(),
            fault @ (UpstreamFault::Upstream(_) | UpstreamFault::Rejected(_)) => of_upstream(&fault),
        }
    }
}

/// The problem for a failed upstream sign-in, where the client does not accept pages.
pub fn of_upstream(fault: &UpstreamFault) -> HttpProblem {
    let (status, code) = match fault {
        UpstreamFault::Upstream(UpstreamError::Unavailable(_)) => {
            (StatusCode::SERVICE_UNAVAILABLE, "PROVIDER_UNAVAILABLE")
        }
        UpstreamFault::Upstream(UpstreamError::Denied) => (StatusCode::FORBIDDEN, "PROVIDER_DENIED"),
        UpstreamFault::Upstream(UpstreamError::NotAllowed(_)) => (StatusCode::FORBIDDEN, "PROVIDER_NOT_ALLOWED"),
        UpstreamFault::Upstream(UpstreamError::Replayed | UpstreamError::StateMismatch)
        | UpstreamFault::Rejected(Refusal::Over) => (StatusCode::BAD_REQUEST, "SIGN_IN_EXPIRED"),
        UpstreamFault::Upstream(UpstreamError::Malformed(_)) => (StatusCode::BAD_REQUEST, "REQUEST_INVALID"),
        UpstreamFault::Upstream(_) => (StatusCode::BAD_GATEWAY, "PROVIDER_MISBEHAVED"),
        UpstreamFault::Rejected(Refusal::Taken | Refusal::Lately) => (StatusCode::CONFLICT, "IDENTITY_TAKEN"),
        UpstreamFault::Rejected(_) => (StatusCode::FORBIDDEN, "IDENTITY_REFUSED"),
        UpstreamFault::UnknownProvider => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        UpstreamFault::Flow(_) => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
    };
    HttpProblem::new(status, code, fault.to_string())
}
