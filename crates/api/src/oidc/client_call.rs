//! Requests that clients authenticate, at the token, introspection and revocation endpoints.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::header::{ACCEPT, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};

use super::authorization;
use crate::proof;
use crate::refusal::OAuthReply;
use usher_accounts::{Device, FlowError};
use usher_domain::oauth::attempt::AttemptKind;
use usher_domain::time::Timestamp;
use usher_flows::{AttemptDraft, AttemptRecorder, ProofRequest, PushedResponse};
use usher_http_server::extract::client_ip::ClientIp;
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::state::App;
use usher_protocol::ciba::CibaResponse;
use usher_protocol::client::auth::ClientCredentials;
use usher_protocol::device::DeviceAuthorizationResponse;
use usher_protocol::endpoints;
use usher_protocol::error::OAuthError;
use usher_protocol::params::Params;
use usher_protocol::token::TokenResponse;

/// Parameters that must not be in the URL (RFC 6749 §2.3.1).
const MISPLACED: [&str; 11] = [
    "client_secret",
    "client_assertion",
    "code",
    "device_code",
    "auth_req_id",
    "id_token_hint",
    "client_notification_token",
    "refresh_token",
    "token",
    "access_token",
    "grant_type",
];

/// The form of a request, and the client's credentials.
pub struct ClientCall {
    /// The form.
    pub form: Params,
    /// The credentials, not verified yet.
    pub credentials: ClientCredentials,
    /// The source network, for rate limits.
    pub source: String,
    /// The `User-Agent`, for the person who is asked about a device.
    pub user_agent: Option<String>,
    headers: HeaderMap,
    recorder: Arc<AttemptRecorder>,
    now: Timestamp,
}

/// What the flight recorder keeps of a successful call besides its parameters.
pub trait GrantedScope {
    /// The granted scope and the ID token, if there are any.
    fn granted(&self) -> (Option<String>, Option<String>) {
        (None, None)
    }
}

impl GrantedScope for (StatusCode, Json<PushedResponse>) {}
impl GrantedScope for Json<DeviceAuthorizationResponse> {}
impl GrantedScope for Json<CibaResponse> {}

impl GrantedScope for Json<TokenResponse> {
    fn granted(&self) -> (Option<String>, Option<String>) {
        (self.0.scope.clone(), self.0.id_token.clone())
    }
}

/// The endpoint of a request, if the flight recorder keeps it.
fn kind_of(path: &str) -> Option<AttemptKind> {
    Some(match path {
        endpoints::TOKEN => AttemptKind::Token,
        endpoints::PAR => AttemptKind::PushedRequest,
        endpoints::DEVICE_AUTHORIZATION => AttemptKind::Device,
        endpoints::CIBA => AttemptKind::Ciba,
        _ => return None,
    })
}

impl FromRequest<App> for ClientCall {
    type Rejection = OAuthReply;

    async fn from_request(request: Request, app: &App) -> Result<Self, OAuthReply> {
        let (mut parts, body) = request.into_parts();
        let source = ClientIp::from_request_parts(&mut parts, app).await?.source().to_string();
        let QueryParams(query) = QueryParams::from_request_parts(&mut parts, app).await?;
        let (headers, certificate) = (parts.headers.clone(), parts.extensions.get().cloned());
        let (kind, now) = (kind_of(parts.uri.path()), app.usher.core.now());
        let FormParams(form) = FormParams::from_request(Request::from_parts(parts, body), app).await?;
        match read(&headers, &query, &form) {
            Ok(credentials) => {
                let credentials = credentials.with_certificate(certificate);
                let user_agent = user_agent(&headers);
                let recorder = app.usher.attempts.clone();
                Ok(Self { form, credentials, source, user_agent, headers, recorder, now })
            }
            Err(error) => {
                let named = form.get("client_id").ok().flatten();
                if let (Some(kind), Some(named)) = (kind, named) {
                    let error = FlowError::from(error.clone());
                    let draft = AttemptDraft::of_failed_call(kind, named, None, (&form, None), &error, now);
                    if let Some(draft) = draft {
                        app.usher.attempts.record(draft);
                    }
                }
                Err(OAuthReply::from(match named {
                    Some(named) => error.by(named),
                    None => error,
                }))
            }
        }
    }
}

fn user_agent(headers: &HeaderMap) -> Option<String> {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn read(headers: &HeaderMap, query: &Params, form: &Params) -> Result<ClientCredentials, OAuthError> {
    if MISPLACED.iter().any(|name| !matches!(query.get(name), Ok(None))) {
        return Err(OAuthError::invalid_request("parameters belong into the body, not into the address"));
    }
    ClientCredentials::read(authorization(headers)?, form)
}

impl ClientCall {
    /// The token that the call is about (RFC 7009 §2.1, RFC 7662 §2.1).
    ///
    /// # Errors
    /// `invalid_request` if it is missing, or if it or its hint is repeated.
    pub fn token(&self) -> Result<&str, OAuthError> {
        self.form.get("token_type_hint").map_err(|_| OAuthError::repeated("token_type_hint"))?;
        let token = self.form.get("token").map_err(|_| OAuthError::repeated("token"))?;
        token.ok_or_else(|| OAuthError::invalid_request("token is missing"))
    }

    /// The program that calls, as far as it is known.
    pub fn device(&self) -> Device {
        Device { source: self.source.clone(), user_agent: self.user_agent.clone() }
    }

    /// Whether a value of the header `Accept` satisfies this.
    pub fn accepts(&self, wanted: impl Fn(&str) -> bool) -> bool {
        self.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(wanted)
    }

    /// The proof of possession that came with a POST to this path.
    pub fn proof<'c>(&'c self, path: &'c str) -> Option<ProofRequest<'c>> {
        proof::proof(&self.headers, "POST", path)
    }

    /// The result of a call that the flight recorder keeps; an error names the client.
    ///
    /// # Errors
    /// The error of `work`.
    pub async fn recorded<T: GrantedScope>(
        &self,
        kind: AttemptKind,
        work: impl Future<Output = Result<T, FlowError>>,
    ) -> Result<T, OAuthReply> {
        let result = work.await;
        if self.recorder.is_on() {
            match &result {
                Ok(answer) => self.recorder.record(AttemptDraft::of_call(
                    kind,
                    &self.credentials,
                    &self.form,
                    answer.granted(),
                    self.now,
                )),
                Err(error) => {
                    let proof = self.headers.get("dpop").and_then(|value| value.to_str().ok());
                    let (named, sent) = (self.credentials.client_id(), (&self.form, proof));
                    let credentials = Some(&self.credentials);
                    let draft = AttemptDraft::of_failed_call(kind, named, credentials, sent, error, self.now);
                    if let Some(draft) = draft {
                        self.recorder.record(draft);
                    }
                }
            }
        }
        self.answer(async { result }).await
    }

    /// The result of the call; an error names the client.
    ///
    /// # Errors
    /// The error of `work`.
    pub async fn answer<T>(&self, work: impl Future<Output = Result<T, FlowError>>) -> Result<T, OAuthReply> {
        work.await.map_err(|error| OAuthReply::from(error).by(self.credentials.client_id()))
    }
}
