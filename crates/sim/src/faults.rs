//! Faults that can be injected, and settings of a provider: `POST`, `GET` and `DELETE /_sim/faults`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

use super::Simulator;
use super::provider::{Endpoint, SimProvider};

/// The length of a long text.
const LONG: usize = 1_000_000;
/// The largest number of switches.
const ROOM: usize = 100;

/// A fault, or a setting of a provider's console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimFault {
    /// ID tokens have another nonce.
    WrongNonce,
    /// ID tokens are for another client.
    WrongAud,
    /// ID tokens have another audience as well, and no `azp`.
    ExtraAud,
    /// ID tokens have another issuer.
    WrongIss,
    /// ID tokens have no nonce.
    NoNonce,
    /// ID tokens are those of the user's previous sign-in.
    OldToken,
    /// ID tokens are unsigned.
    AlgNone,
    /// ID tokens are signed with the client secret (`hs256`).
    Hs256,
    /// The signature of ID tokens is invalid.
    BadSignature,
    /// ID tokens expired an hour ago.
    Expired,
    /// ID tokens have the `kid` of an unpublished key.
    UnknownKid,
    /// ID tokens have the hash of another access token.
    WrongAtHash,
    /// Userinfo has another subject.
    UserinfoSub,
    /// ID tokens, userinfo and the metadata of the plain provider contain `claims` instead of the real values, and
    /// none of those in `without`.
    Claims,
    /// The callback has the issuer of another provider.
    OtherIss,
    /// The callback has `iss` twice, the second time with another issuer.
    DuplicateIss,
    /// A page of HTML with status 502 (`html_502`).
    #[serde(rename = "html_502")]
    Html502,
    /// The response is delayed by `seconds` (15).
    Slow,
    /// Status 200, and an error in the body (`error_200`).
    #[serde(rename = "error_200")]
    Error200,
    /// A page of HTML with status 200 (`html_200`).
    #[serde(rename = "html_200")]
    Html200,
    /// Status 500, and an error in the body (`error_500`).
    #[serde(rename = "error_500")]
    Error500,
    /// Fifty mebibytes of JSON.
    HugeBody,
    /// JSON that is nested a hundred thousand levels deep.
    DeepBody,
    /// A redirect to another address with status 307, which repeats the request.
    Redirect,
    /// The same with status 302 (`redirect_302`).
    #[serde(rename = "redirect_302")]
    Redirect302,
    /// The connection is closed without a response.
    Down,
    /// Ten thousand keys are published.
    ManyKeys,
    /// All published keys have the same `kid`.
    TwinKeys,
    /// The JWK set contains the client secret, as a symmetric key.
    OctKeys,
    /// Google, GitHub: callbacks have no `iss`.
    NoIss,
    /// Google: ID tokens have the issuer without its scheme.
    BareIssuer,
    /// Facebook: "Require App Secret" is on.
    RequireProof,
    /// Facebook: the token response has no `expires_in`.
    NoExpiresIn,
    /// X: "Request email from users" is off in the console.
    NoEmailAccess,
    /// X: the rate limit is reached.
    RateLimit,
}

impl SimFault {
    /// Does it affect the transport of a response, not its content?
    const fn is_of_the_wire(self) -> bool {
        matches!(
            self,
            Self::Html502
                | Self::Html200
                | Self::Slow
                | Self::Error200
                | Self::Error500
                | Self::HugeBody
                | Self::DeepBody
                | Self::Redirect
                | Self::Redirect302
                | Self::Down
        )
    }
}

/// A switch that is set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultSwitch {
    /// The fault.
    fault: SimFault,
    /// The provider; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider: Option<SimProvider>,
    /// The endpoint. If absent, transport faults apply to the token endpoint, and `down` to all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<Endpoint>,
    /// How many times; for ever if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    /// The delay of `slow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seconds: Option<u64>,
    /// The claims to set (`claims`).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    claims: Map<String, Value>,
    /// The claims to make a million characters long (`claims`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    long: Vec<String>,
    /// The claims to omit (`claims`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    without: Vec<String>,
}

impl FaultSwitch {
    fn concerns(&self, provider: SimProvider) -> bool {
        self.provider.is_none_or(|at| at == provider)
    }

    fn is_at(&self, endpoint: Endpoint) -> bool {
        match (self.endpoint, self.fault) {
            (Some(at), _) => at == endpoint,
            (None, SimFault::Down) => true,
            (None, _) => endpoint == Endpoint::Token,
        }
    }
}

/// All switches that are set.
#[derive(Debug, Default)]
pub struct FaultSwitches {
    switches: Mutex<Vec<FaultSwitch>>,
    /// Notified when all are reset.
    mended: Notify,
}

impl FaultSwitches {
    fn held(&self) -> MutexGuard<'_, Vec<FaultSwitch>> {
        self.switches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, wanted: impl Fn(&FaultSwitch) -> bool) -> Option<FaultSwitch> {
        let mut switches = self.held();
        let at = switches.iter().position(wanted)?;
        let found = switches[at].clone();
        match &mut switches[at].times {
            Some(times) if *times > 1 => *times -= 1,
            Some(_) => {
                switches.remove(at);
            }
            None => {}
        }
        Some(found)
    }

    /// Is the switch set for this provider? Uses up one of its times.
    pub fn on(&self, fault: SimFault, provider: SimProvider) -> bool {
        self.take(|switch| switch.fault == fault && switch.concerns(provider)).is_some()
    }

    /// The transport fault of this response, and its delay in seconds.
    pub fn on_the_wire(&self, provider: SimProvider, endpoint: Endpoint) -> Option<(SimFault, u64)> {
        let found =
            self.take(|switch| switch.fault.is_of_the_wire() && switch.concerns(provider) && switch.is_at(endpoint))?;
        Some((found.fault, found.seconds.unwrap_or(15).min(120)))
    }

    /// Waits so many seconds, or until all switches are reset.
    pub async fn dawdle(&self, seconds: u64) {
        // Whichever happens first.
        let _ = tokio::time::timeout(Duration::from_secs(seconds), self.mended.notified()).await;
    }

    /// Applies the switch `claims` to a user's claims. Uses up one of its times.
    pub fn alter_claims(&self, provider: SimProvider, claims: &mut Map<String, Value>) {
        let wanted = |switch: &FaultSwitch| switch.fault == SimFault::Claims && switch.concerns(provider);
        if let Some(switch) = self.take(wanted) {
            claims.extend(switch.claims);
            claims.extend(switch.long.into_iter().map(|name| (name, Value::String("x".repeat(LONG)))));
            claims.retain(|name, _| !switch.without.contains(name));
        }
    }
}

/// `POST /_sim/faults`
pub async fn post(State(sim): State<Arc<Simulator>>, body: Bytes) -> Response {
    let switch: FaultSwitch = match serde_json::from_slice(&body) {
        Ok(switch) => switch,
        Err(cause) => return (StatusCode::BAD_REQUEST, Json(json!({"error": cause.to_string()}))).into_response(),
    };
    let mut switches = sim.faults.held();
    if switches.len() >= ROOM {
        return (StatusCode::CONFLICT, Json(json!({"error": "DELETE /_sim/faults first"}))).into_response();
    }
    switches.push(switch);
    StatusCode::NO_CONTENT.into_response()
}

/// `GET /_sim/faults`
pub async fn get(State(sim): State<Arc<Simulator>>) -> Response {
    Json(&*sim.faults.held()).into_response()
}

/// `DELETE /_sim/faults`: resets all. Delayed responses are sent at once.
pub async fn delete(State(sim): State<Arc<Simulator>>) -> StatusCode {
    sim.faults.held().clear();
    sim.faults.mended.notify_waiters();
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{google, oidc, x};

    fn thrown(text: &str) -> FaultSwitches {
        FaultSwitches { switches: Mutex::new(vec![serde_json::from_str(text).unwrap()]), ..FaultSwitches::default() }
    }

    #[test]
    fn a_switch_counts_its_times_and_keeps_to_its_provider() {
        let faults = thrown(r#"{"fault":"wrong_nonce","provider":"google","times":2}"#);
        assert!(!faults.on(SimFault::WrongNonce, oidc::PROVIDER));
        assert!(!faults.on(SimFault::WrongAud, google::PROVIDER));
        assert!(faults.on(SimFault::WrongNonce, google::PROVIDER));
        assert!(faults.on(SimFault::WrongNonce, google::PROVIDER));
        assert!(!faults.on(SimFault::WrongNonce, google::PROVIDER));
    }

    #[test]
    fn faults_of_the_wire_are_at_the_token_endpoint_unless_said() {
        let faults = thrown(r#"{"fault":"html_502"}"#);
        assert!(faults.on_the_wire(x::PROVIDER, Endpoint::Userinfo).is_none());
        assert!(faults.on_the_wire(x::PROVIDER, Endpoint::Token).is_some());
        let faults = thrown(r#"{"fault":"down"}"#);
        assert!(faults.on_the_wire(x::PROVIDER, Endpoint::Userinfo).is_some());
        assert!(serde_json::from_str::<FaultSwitch>(r#"{"fault":"nonsense"}"#).is_err());
    }

    #[test]
    fn what_is_said_of_a_person_is_what_the_switch_has() {
        let faults = thrown(r#"{"fault":"claims","provider":"x","claims":{"id":null},"without":["name"]}"#);
        let person = || Map::from_iter([("id".to_owned(), json!("1")), ("name".to_owned(), json!("Ana"))]);
        let mut claims = person();
        faults.alter_claims(google::PROVIDER, &mut claims);
        assert_eq!(claims, person());
        faults.alter_claims(x::PROVIDER, &mut claims);
        assert_eq!(Value::Object(claims), json!({"id": null}));
    }
}
