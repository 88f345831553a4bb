//! Maps errors of use cases to HTTP statuses, for pages and the API; `refusal.rs` does it for the OAuth endpoints.

use axum::http::StatusCode;
use serde_json::json;

use super::problem::HttpProblem;
use usher_accounts::upstream::{Refusal, UpstreamError, UpstreamFault};
use usher_accounts::{ErrorClass, FlowError, Internal, RefusalRow, Rejected};

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
    let problem = of_row(refused.row(), refused.to_string());
    match refused {
        Rejected::TooMany { seconds } | Rejected::Busy { seconds } => {
            HttpProblem { retry_after: Some(*seconds), ..problem }
        }
        Rejected::Policy(faults) => problem.with_details(json!({ "faults": faults })),
        Rejected::Api(faults) => {
            let fields: serde_json::Map<_, _> =
                faults.iter().map(|fault| (fault.field.to_owned(), fault.why.as_str().into())).collect();
            problem.with_details(json!({ "fields": fields }))
        }
        Rejected::Branding(faults) => {
            let fields: serde_json::Map<_, _> =
                faults.iter().map(|fault| (fault.field.to_owned(), fault.why.to_string().into())).collect();
            problem.with_details(json!({ "fields": fields }))
        }
        Rejected::ProjectSignIn(faults) => {
            let fields: serde_json::Map<_, _> =
                faults.iter().map(|fault| (fault.field.to_owned(), fault.why.to_string().into())).collect();
            problem.with_details(json!({ "fields": fields }))
        }
        Rejected::HostUnproven { url, line } => problem.with_details(json!({ "url": url, "line": line })),
        Rejected::Webhook(faults) => {
            let fields: serde_json::Map<_, _> =
                faults.iter().map(|fault| (fault.field.to_owned(), fault.why.into())).collect();
            problem.with_details(json!({ "fields": fields }))
        }
        _ => problem,
    }
}

/// The problem for a refusal with this row.
pub fn of_row(row: &RefusalRow, message: String) -> HttpProblem {
    HttpProblem::new(status_of(row.code.class), row.code.code, message)
}

/// The status that error codes of this kind are sent with.
pub const fn status_of(class: ErrorClass) -> StatusCode {
    match class {
        ErrorClass::BadRequest => StatusCode::BAD_REQUEST,
        ErrorClass::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorClass::Forbidden => StatusCode::FORBIDDEN,
        ErrorClass::NotFound => StatusCode::NOT_FOUND,
        ErrorClass::Conflict => StatusCode::CONFLICT,
        ErrorClass::Gone => StatusCode::GONE,
        ErrorClass::Outdated => StatusCode::PRECONDITION_FAILED,
        ErrorClass::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorClass::TooMany => StatusCode::TOO_MANY_REQUESTS,
        ErrorClass::Busy => StatusCode::SERVICE_UNAVAILABLE,
    }
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
