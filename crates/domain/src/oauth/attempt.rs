//! What one request of a client did, step by step, for the developer of that client: the flight recorder.
//!
//! An attempt holds nothing that could be used: of secrets, codes and tokens only that they were sent.

pub mod diagnosis;
pub mod fix;
pub mod redacted;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{AttemptId, ClientId};
use crate::time::Timestamp;
use crate::wire_names::wire_names;

wire_names! {
    /// The endpoint that was asked.
    AttemptKind, UnknownAttemptKind, "kind of attempt":
        /// The authorization endpoint.
        Authorize = "authorize";
        /// The token endpoint.
        Token = "token";
        /// The pushed authorization request endpoint.
        PushedRequest = "par";
        /// The device authorization endpoint.
        Device = "device";
        /// The CIBA endpoint.
        Ciba = "ciba";
        /// The end session endpoint.
        Logout = "logout";
}

wire_names! {
    /// A step of an attempt.
    AttemptStep, UnknownAttemptStep, "step of an attempt":
        /// The request is read: parameters, headers, limits.
        Request = "request";
        /// The client is found, is enabled, and authenticates.
        Client = "client";
        /// The request object, or the pushed request.
        RequestObject = "request_object";
        /// The redirect URI is compared with those that are registered.
        RedirectUri = "redirect_uri";
        /// The client may use the grant type.
        GrantType = "grant_type";
        /// The proof of possession, or the certificate.
        Proof = "proof";
        /// The code, refresh token, device code or `auth_req_id` is read.
        Credential = "credential";
        /// Scope and resources.
        Scope = "scope";
        /// PKCE.
        Pkce = "pkce";
        /// The session of the person.
        Session = "session";
        /// The required authentication.
        Policy = "policy";
        /// The consent of the person.
        Consent = "consent";
        /// The code is redeemed, which happens once.
        Redemption = "redemption";
        /// The response: a code, tokens, or a redirect.
        Response = "response";
}

wire_names! {
    /// Who could have caused an attempt, which decides what it may displace.
    AttemptLane, UnknownAttemptLane, "lane of attempts":
        /// It succeeded.
        Succeeded = "succeeded";
        /// It failed after the client had authenticated.
        Proven = "proven";
        /// It failed, and anybody could have sent it.
        Open = "open";
}

impl AttemptLane {
    /// How many attempts of one client are kept in this lane: 200 together.
    pub const fn most(self) -> u32 {
        match self {
            Self::Succeeded => 80,
            Self::Proven | Self::Open => 60,
        }
    }

    /// How many of them may come from one network. An authenticated client displaces only its own.
    pub const fn most_of_one_network(self) -> u32 {
        match self {
            Self::Open => 20,
            Self::Succeeded | Self::Proven => self.most(),
        }
    }
}

/// What was sent and what is registered, as far as a developer may see it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptDetail {
    /// The parameters, by name; secrets as a description.
    pub sent: BTreeMap<String, String>,
    /// What the failing step compared with, by the name of the parameter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub registered: BTreeMap<String, Vec<String>>,
    /// The granted scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The names of the claims in the ID token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// By how many seconds the clock of the client is ahead of ours, if it stated a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ahead: Option<i64>,
}

/// A recorded attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAttempt {
    /// Its id.
    pub id: AttemptId,
    /// The client.
    pub client_id: ClientId,
    /// When it was made.
    pub at: Timestamp,
    /// The endpoint.
    pub kind: AttemptKind,
    /// Who could have caused it.
    pub lane: AttemptLane,
    /// The W3C trace id of the request, in hexadecimal.
    pub trace_id: Option<String>,
    /// The code of the error.
    pub error: Option<String>,
    /// The exact reason, for developers.
    pub reason: Option<String>,
    /// The step that failed.
    pub failed_step: Option<AttemptStep>,
    /// The section of the specification that the step follows.
    pub spec: Option<String>,
    /// What was sent, and what is registered.
    pub detail: AttemptDetail,
}

/// The result of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepResult {
    Passed,
    Failed,
    NotReached,
}

impl StepResult {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotReached => "not_reached",
        }
    }
}

impl ClientAttempt {
    /// Whether it succeeded.
    pub fn is_success(&self) -> bool {
        self.lane == AttemptLane::Succeeded
    }

    /// Its steps in the order in which the server takes them, with their results.
    pub fn steps(&self) -> Vec<(AttemptStep, StepResult)> {
        let all = steps_of(self.kind, self.detail.sent.get("grant_type").map(String::as_str));
        let steps: Vec<_> = all.iter().filter(|step| self.took(**step)).collect();
        let failed = self.failed_step.and_then(|step| steps.iter().position(|other| **other == step));
        let failed = if self.is_success() { None } else { Some(failed.unwrap_or(0)) };
        let result = |place: usize| match failed {
            Some(failed) if place == failed => StepResult::Failed,
            Some(failed) if place > failed => StepResult::NotReached,
            _ => StepResult::Passed,
        };
        steps.iter().enumerate().map(|(place, step)| (**step, result(place))).collect()
    }

    /// Whether the request had this step: few have a request object or a proof of possession.
    fn took(&self, step: AttemptStep) -> bool {
        let sent = |names: &[&str]| names.iter().any(|name| self.detail.sent.contains_key(*name));
        let optional = match step {
            AttemptStep::RequestObject => sent(&["request", "request_uri"]),
            AttemptStep::Proof => sent(&["dpop_jkt"]),
            _ => true,
        };
        optional || self.failed_step == Some(step)
    }
}

/// The steps of an endpoint, in order.
pub fn steps_of(kind: AttemptKind, grant_type: Option<&str>) -> &'static [AttemptStep] {
    use AttemptStep::{
        Client, Consent, Credential, GrantType, Pkce, Policy, Proof, Redemption, RedirectUri, Request, RequestObject,
        Response, Scope, Session,
    };
    match (kind, grant_type) {
        (AttemptKind::Authorize, _) => {
            &[Client, RequestObject, RedirectUri, Request, GrantType, Scope, Pkce, Session, Policy, Consent, Response]
        }
        (AttemptKind::Token, Some("authorization_code") | None) => &[
            Request,
            Client,
            GrantType,
            Proof,
            Credential,
            RedirectUri,
            Pkce,
            Scope,
            Session,
            Consent,
            Redemption,
            Response,
        ],
        (AttemptKind::Token, Some("client_credentials")) => &[Request, Client, GrantType, Proof, Scope, Response],
        (AttemptKind::Token, Some(_)) => {
            &[Request, Client, GrantType, Proof, Credential, Pkce, Scope, Session, Consent, Redemption, Response]
        }
        (AttemptKind::PushedRequest, _) => {
            &[Request, Client, RequestObject, Proof, RedirectUri, GrantType, Scope, Pkce, Response]
        }
        (AttemptKind::Device, _) => &[Request, Client, GrantType, Scope, Response],
        (AttemptKind::Ciba, _) => &[Request, Client, GrantType, RequestObject, Scope, Session, Response],
        (AttemptKind::Logout, _) => &[Request, Client, RedirectUri, Session, Response],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: AttemptKind, step: AttemptStep) -> ClientAttempt {
        ClientAttempt {
            id: AttemptId(uuid::Uuid::nil()),
            client_id: ClientId("web".into()),
            at: Timestamp(0),
            kind,
            lane: AttemptLane::Open,
            trace_id: None,
            error: Some("invalid_request".into()),
            reason: None,
            failed_step: Some(step),
            spec: None,
            detail: AttemptDetail::default(),
        }
    }

    #[test]
    fn a_client_keeps_two_hundred_attempts() {
        assert_eq!(AttemptLane::ALL.iter().map(|lane| lane.most()).sum::<u32>(), 200);
    }

    #[test]
    fn every_failure_has_one_failed_step_and_nothing_passes_after_it() {
        for (kind, step) in AttemptKind::ALL.iter().flat_map(|kind| AttemptStep::ALL.iter().map(|step| (*kind, *step)))
        {
            let results: Vec<_> = failed(kind, step).steps().into_iter().map(|(_, result)| result).collect();
            let at = results.iter().position(|result| *result == StepResult::Failed).unwrap();
            assert!(results[..at].iter().all(|result| *result == StepResult::Passed));
            assert!(results[at + 1..].iter().all(|result| *result == StepResult::NotReached));
        }
    }

    #[test]
    fn a_success_passes_every_step() {
        let won = ClientAttempt { lane: AttemptLane::Succeeded, ..failed(AttemptKind::Token, AttemptStep::Request) };
        assert!(won.steps().iter().all(|(_, result)| *result == StepResult::Passed));
    }
}
