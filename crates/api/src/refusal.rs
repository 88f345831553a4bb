//! OAuth error responses (RFC 6749 §5.2, RFC 6750 §3) with their status and challenge.
//!
//! A handler returns [`OAuthReply`], which stays in the response's extensions until [`wrap`] gives it a body: so trace
//! id, log line and the choice between public description and cause are in one place.

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::json;

use usher_accounts::{FlowError, Rejected};
use usher_flows::log_refusal;
use usher_http_server::error::{PASSING, of_broken};
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_http_server::trace_id::TraceId;
use usher_protocol::client::metadata::MetadataFault;
use usher_protocol::dpop::PROOF_ALGS;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;

/// The `WWW-Authenticate` challenge (RFC 9110 §11.6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AuthenticateChallenge {
    /// Client authentication with a secret.
    Basic,
    /// The access token is invalid.
    Bearer,
    /// The access token or its proof is invalid, and it needs a proof (RFC 9449 §7.1).
    Dpop,
    /// No access token was sent: the challenge has no error code (RFC 6750 §3.1).
    BareBearer,
}

/// An OAuth error response.
#[derive(Debug, Clone)]
pub struct OAuthReply {
    error: OAuthError,
    status: StatusCode,
    challenge: Option<AuthenticateChallenge>,
    retry_after: Option<u32>,
}

impl OAuthReply {
    /// For the userinfo endpoint, a protected resource (RFC 6750 §3.1).
    pub fn of_resource(error: FlowError) -> Self {
        let reply = Self::of(error);
        let status = match reply.error.code {
            ErrorCode::InvalidToken | ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce => StatusCode::UNAUTHORIZED,
            ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
            _ => reply.status,
        };
        let challenged = [ErrorCode::InvalidToken, ErrorCode::InsufficientScope, ErrorCode::InvalidRequest];
        let bound = reply.error.is_about_proof();
        let challenge = match reply.error.code {
            _ if bound => Some(AuthenticateChallenge::Dpop),
            code => challenged.contains(&code).then_some(AuthenticateChallenge::Bearer),
        };
        Self { status, challenge, ..reply }
    }

    /// For the registration endpoints (RFC 7591 §3.2.2, RFC 7592 §2).
    pub fn of_registration(error: FlowError) -> Self {
        let error = match error {
            FlowError::Rejected(Rejected::Metadata(faults)) => metadata_error(&faults).into(),
            other => other,
        };
        let reply = Self::of(error);
        match reply.error.code {
            ErrorCode::InvalidToken => {
                Self { status: StatusCode::UNAUTHORIZED, challenge: Some(AuthenticateChallenge::Bearer), ..reply }
            }
            ErrorCode::AccessDenied => Self { status: StatusCode::FORBIDDEN, ..reply },
            _ => reply,
        }
    }

    /// For a registration whose body cannot be read.
    pub fn of_document(problem: &HttpProblem) -> Self {
        let error = OAuthError::new(ErrorCode::InvalidClientMetadata, "the body must be a JSON object");
        Self { status: problem.status, retry_after: problem.retry_after, ..Self::plain(error) }
    }

    /// No access token came with the request.
    pub fn no_token() -> Self {
        let error = OAuthError::invalid_request("the request carries no access token");
        Self {
            status: StatusCode::UNAUTHORIZED,
            challenge: Some(AuthenticateChallenge::BareBearer),
            ..Self::plain(error)
        }
    }

    /// For endpoints that clients authenticate at: 401 with a challenge for `invalid_client`, 400 otherwise.
    fn of_client_endpoint(error: FlowError) -> Self {
        let reply = Self::of(error);
        match reply.error.code {
            ErrorCode::InvalidClient => {
                Self { status: StatusCode::UNAUTHORIZED, challenge: Some(AuthenticateChallenge::Basic), ..reply }
            }
            _ => reply,
        }
    }

    /// Adds the client to the log line, unless the error names it.
    #[must_use]
    pub fn by(self, client_id: &str) -> Self {
        Self { error: self.error.by(client_id), ..self }
    }

    const fn plain(error: OAuthError) -> Self {
        Self { error, status: StatusCode::BAD_REQUEST, challenge: None, retry_after: None }
    }

    /// Status and error without challenge: 400, or 429, 503 or 500.
    fn of(error: FlowError) -> Self {
        let later = |status, description, seconds| Self {
            status,
            retry_after: Some(seconds),
            ..Self::plain(OAuthError::new(ErrorCode::TemporarilyUnavailable, description))
        };
        let busy = |seconds| later(StatusCode::SERVICE_UNAVAILABLE, "the server is busy; try again", seconds);
        match error {
            FlowError::OAuth(error) if error.code == ErrorCode::TemporarilyUnavailable => Self { error, ..busy(1) },
            FlowError::OAuth(error) => Self::plain(error),
            FlowError::Rejected(Rejected::TooMany { seconds }) => {
                later(StatusCode::TOO_MANY_REQUESTS, "too many attempts; try again later", seconds)
            }
            FlowError::Rejected(Rejected::Busy { seconds }) => busy(seconds),
            FlowError::Rejected(refused) => Self::plain(OAuthError::invalid_request(refused.to_string())),
            FlowError::Internal(broken) => {
                let problem = of_broken(&broken);
                if broken.is_passing() {
                    return busy(PASSING);
                }
                if broken.is_gone() {
                    return Self::plain(OAuthError::new(
                        ErrorCode::InvalidGrant,
                        "what this grant is about does not exist any more",
                    ));
                }
                let error = if broken.is_unstorable() {
                    OAuthError::invalid_request("the request holds a character that is not stored")
                } else {
                    OAuthError::new(ErrorCode::ServerError, "something went wrong on our side")
                };
                Self { status: problem.status, ..Self::plain(error) }
            }
        }
    }

    /// The complete response.
    fn render(&self, description: &str, trace: Option<TraceId>) -> Response {
        let (code, trace) = (self.error.code.as_str(), trace.map(|id| id.to_string()));
        let body = json!({ "error": code, "error_description": description, "traceId": trace });
        let mut response = match self.challenge {
            Some(AuthenticateChallenge::BareBearer) => self.status.into_response(),
            _ => (self.status, Json(body)).into_response(),
        };
        let challenge = self.challenge.map(|challenge| match challenge {
            AuthenticateChallenge::Basic => "Basic realm=\"usher\"".to_owned(),
            AuthenticateChallenge::Dpop => {
                let algs = PROOF_ALGS.join(" ");
                format!("DPoP realm=\"usher\", error=\"{code}\", error_description=\"{description}\", algs=\"{algs}\"")
            }
            AuthenticateChallenge::BareBearer => "Bearer realm=\"usher\"".to_owned(),
            AuthenticateChallenge::Bearer => {
                format!("Bearer realm=\"usher\", error=\"{code}\", error_description=\"{description}\"")
            }
        });
        if let Some(challenge) = challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The faults of a registration in the characters of a description (RFC 6749 §5.2).
fn metadata_error(faults: &[MetadataFault]) -> OAuthError {
    let of_redirect = faults.iter().any(|fault| fault.code() == ErrorCode::InvalidRedirectUri.as_str());
    let code = if of_redirect { ErrorCode::InvalidRedirectUri } else { ErrorCode::InvalidClientMetadata };
    let all = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let plain = |c: char| match c {
        '"' | '\\' => '\'',
        c if c.is_ascii_graphic() || c == ' ' => c,
        _ => '?',
    };
    OAuthError::new(code, all.chars().take(500).map(plain).collect::<String>())
}

impl From<OAuthError> for OAuthReply {
    fn from(error: OAuthError) -> Self {
        Self::of_client_endpoint(FlowError::OAuth(error))
    }
}

impl From<FlowError> for OAuthReply {
    fn from(error: FlowError) -> Self {
        Self::of_client_endpoint(error)
    }
}

/// A request that cannot be read keeps its status (413, 415) in the OAuth format.
impl From<HttpProblem> for OAuthReply {
    fn from(problem: HttpProblem) -> Self {
        let error = OAuthError::invalid_request("the request cannot be read as a form");
        Self { status: problem.status, retry_after: problem.retry_after, ..Self::plain(error) }
    }
}

impl IntoResponse for OAuthReply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every error response of these routes its body and log line.
pub fn wrap(router: Router<App>, app: &App) -> Router<App> {
    router.layer(from_fn_with_state(app.is_dev(), render))
}

async fn render(State(dev): State<bool>, request: Request, next: Next) -> Response {
    let trace = request.extensions().get::<TraceId>().copied();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    let Some(reply) = response.extensions_mut().remove::<OAuthReply>() else { return response };
    log_refusal(route.as_ref().map_or("(none)", MatchedPath::as_str), &reply.error);
    // The precise cause is for development only: it would help an attacker.
    let description = if dev { reply.error.precise() } else { &reply.error.description };
    let mut rendered = reply.render(description, trace);
    for (name, value) in response.headers() {
        if *name != CONTENT_TYPE {
            rendered.headers_mut().append(name, value.clone());
        }
    }
    rendered
}
