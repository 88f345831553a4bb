//! The only place where an error of a verb becomes a status: for pages and the API here, for OAuth endpoints in
//! `refusal.rs`.

use axum::http::StatusCode;
use serde_json::json;

use super::problem::HttpProblem;
use usher_domain::oauth::client::RotationFault;
use usher_flows::upstream::{Refusal, UpstreamError, UpstreamFault};
use usher_flows::{Broken, FlowError, Refused};

/// Seconds after which a passing trouble is worth another try.
pub const PASSING: u32 = 2;

impl From<FlowError> for HttpProblem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Refused(refused) => of_refused(&refused),
            FlowError::OAuth(error) => Self::new(StatusCode::BAD_REQUEST, "REQUEST_INVALID", error.description),
            FlowError::Broken(broken) => of_broken(&broken),
        }
    }
}

/// What the caller is told when something of ours fails; the cause goes to the log.
pub fn of_broken(broken: &Broken) -> HttpProblem {
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

fn of_refused(refused: &Refused) -> HttpProblem {
    let (status, code) = match refused {
        Refused::WrongCredentials | Refused::WrongPassword | Refused::CredentialGone => {
            (StatusCode::UNAUTHORIZED, "AUTH_INVALID")
        }
        Refused::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS"),
        Refused::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, "BUSY"),
        Refused::NotSignedIn => (StatusCode::UNAUTHORIZED, "AUTH_REQUIRED"),
        Refused::NotAllowed => (StatusCode::FORBIDDEN, "NOT_ALLOWED"),
        Refused::NotFound(_) => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        Refused::ClientGone => (StatusCode::BAD_REQUEST, "CLIENT_UNAVAILABLE"),
        Refused::InteractionOver => (StatusCode::BAD_REQUEST, "SIGN_IN_EXPIRED"),
        Refused::ProofOver => (StatusCode::GONE, "LINK_EXPIRED"),
        Refused::SignUpClosed => (StatusCode::FORBIDDEN, "REGISTRATION_CLOSED"),
        Refused::Frozen => (StatusCode::FORBIDDEN, "ACCOUNT_FROZEN"),
        Refused::NotFresh => (StatusCode::FORBIDDEN, "REAUTHENTICATION_REQUIRED"),
        Refused::ManagedByFile => (StatusCode::CONFLICT, "MANAGED_BY_FILE"),
        Refused::LastWayIn => (StatusCode::CONFLICT, "LAST_WAY_IN"),
        Refused::LastOwner => (StatusCode::CONFLICT, "LAST_OWNER"),
        Refused::UserMerged => (StatusCode::CONFLICT, "USER_MERGED"),
        Refused::MemberAlready => (StatusCode::CONFLICT, "MEMBER_ALREADY"),
        Refused::ProjectTokenRequired => (StatusCode::FORBIDDEN, "PROJECT_TOKEN_REQUIRED"),
        Refused::HistoryWouldBeLost => (StatusCode::CONFLICT, "HISTORY_WOULD_BE_LOST"),
        Refused::Superseded => (StatusCode::PRECONDITION_FAILED, "SUPERSEDED"),
        Refused::Rotation(RotationFault::JustRotated) => (StatusCode::CONFLICT, "SECRET_JUST_MADE"),
        Refused::RoleHeld => (StatusCode::CONFLICT, "ROLE_HELD"),
        Refused::TooManyRoles => (StatusCode::CONFLICT, "TOO_MANY_ROLES"),
        Refused::NothingToPublish => (StatusCode::CONFLICT, "NOTHING_TO_PUBLISH"),
        Refused::Policy(_) => (StatusCode::UNPROCESSABLE_ENTITY, "POLICY_INVALID"),
        Refused::TooManyWebhooks => (StatusCode::CONFLICT, "TOO_MANY_WEBHOOKS"),
        Refused::WebhookDisabled => (StatusCode::CONFLICT, "WEBHOOK_DISABLED"),
        Refused::EmailTaken => (StatusCode::CONFLICT, "EMAIL_TAKEN"),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_FAILED"),
    };
    let mut problem = HttpProblem::new(status, code, refused.to_string());
    if let Refused::TooMany { seconds } | Refused::Busy { seconds } = refused {
        problem.retry_after = Some(*seconds);
    }
    if let Refused::Policy(faults) = refused {
        return problem.with_details(serde_json::json!({ "faults": faults }));
    }
    if let Refused::Webhook(faults) = refused {
        let fields: serde_json::Map<_, _> =
            faults.iter().map(|fault| (fault.field.to_owned(), fault.why.into())).collect();
        problem = problem.with_details(json!({ "fields": fields }));
    }
    problem
}

impl From<UpstreamFault> for HttpProblem {
    fn from(fault: UpstreamFault) -> Self {
        match fault {
            UpstreamFault::UnknownProvider => FlowError::from(Refused::NotFound("provider")).into(),
            UpstreamFault::Flow(error) => error.into(),
            fault @ (UpstreamFault::Upstream(_) | UpstreamFault::Refused(_)) => of_upstream(&fault),
        }
    }
}

/// Status and code of a fault, for whoever asked for no page.
pub fn of_upstream(fault: &UpstreamFault) -> HttpProblem {
    let (status, code) = match fault {
        UpstreamFault::Upstream(UpstreamError::Unavailable(_)) => {
            (StatusCode::SERVICE_UNAVAILABLE, "PROVIDER_UNAVAILABLE")
        }
        UpstreamFault::Upstream(UpstreamError::Denied) => (StatusCode::FORBIDDEN, "PROVIDER_DENIED"),
        UpstreamFault::Upstream(UpstreamError::NotAllowed(_)) => (StatusCode::FORBIDDEN, "PROVIDER_NOT_ALLOWED"),
        UpstreamFault::Upstream(UpstreamError::Replayed | UpstreamError::StateMismatch)
        | UpstreamFault::Refused(Refusal::Over) => (StatusCode::BAD_REQUEST, "SIGN_IN_EXPIRED"),
        UpstreamFault::Upstream(UpstreamError::Malformed(_)) => (StatusCode::BAD_REQUEST, "REQUEST_INVALID"),
        UpstreamFault::Upstream(_) => (StatusCode::BAD_GATEWAY, "PROVIDER_MISBEHAVED"),
        UpstreamFault::Refused(Refusal::Taken | Refusal::Lately) => (StatusCode::CONFLICT, "IDENTITY_TAKEN"),
        UpstreamFault::Refused(_) => (StatusCode::FORBIDDEN, "IDENTITY_REFUSED"),
        UpstreamFault::UnknownProvider => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        UpstreamFault::Flow(_) => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
    };
    HttpProblem::new(status, code, fault.to_string())
}
