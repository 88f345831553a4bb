//! What can be made to go wrong, and how a provider can be set otherwise: `POST`, `GET` and `DELETE /_sim/faults`.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Simulator;
use super::provider::{Endpoint, Provider};

/// So many switches can be thrown at once.
const ROOM: usize = 100;

/// Something that goes wrong, or a setting of a provider's console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// ID tokens carry another nonce.
    WrongNonce,
    /// ID tokens are for another client.
    WrongAud,
    /// ID tokens are by another issuer.
    WrongIss,
    /// ID tokens are unsigned.
    AlgNone,
    /// ID tokens expired an hour ago.
    Expired,
    /// ID tokens name a key that is not published.
    UnknownKid,
    /// ID tokens carry the hash of another access token.
    WrongAtHash,
    /// Userinfo is about another person.
    UserinfoSub,
    /// The callback carries `iss` twice, the second one being another's.
    DuplicateIss,
    /// A page of HTML with status 502 (`html_502`).
    #[serde(rename = "html_502")]
    Html502,
    /// The answer comes after `seconds` (15).
    Slow,
    /// Status 200, and an error in the body (`error_200`).
    #[serde(rename = "error_200")]
    Error200,
    /// Two mebibytes of JSON.
    HugeBody,
    /// A redirect to another address.
    Redirect,
    /// The connection is closed without an answer.
    Down,
    /// Google, GitHub: callbacks carry no `iss`.
    NoIss,
    /// Google: ID tokens name the issuer without its scheme.
    BareIssuer,
    /// Facebook: "Require App Secret" is on.
    RequireProof,
    /// Facebook: the token answer has no `expires_in`.
    NoExpiresIn,
    /// X: "Request email from users" is off in the console.
    NoEmailAccess,
    /// X: the limit of requests is reached.
    RateLimit,
}

impl Fault {
    /// It concerns the way of an answer, not its content.
    const fn is_of_the_wire(self) -> bool {
        matches!(self, Self::Html502 | Self::Slow | Self::Error200 | Self::HugeBody | Self::Redirect | Self::Down)
    }
}

/// A switch that was thrown.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// What goes wrong.
    fault: Fault,
    /// Where; at every provider if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider: Option<Provider>,
    /// At which door. A fault of the wire is at the token endpoint if not said, `down` at every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<Endpoint>,
    /// How often; for good if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    /// How slow is slow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seconds: Option<u64>,
}

impl Switch {
    fn concerns(&self, provider: Provider) -> bool {
        self.provider.is_none_or(|at| at == provider)
    }

    fn is_at(&self, endpoint: Endpoint) -> bool {
        match (self.endpoint, self.fault) {
            (Some(at), _) => at == endpoint,
            (None, Fault::Down) => true,
            (None, _) => endpoint == Endpoint::Token,
        }
    }
}

/// The switches that are thrown.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<Switch>>);

impl Faults {
    fn take(&self, wanted: impl Fn(&Switch) -> bool) -> Option<Switch> {
        let mut switches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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

    /// Is the switch thrown for this provider? Uses up one of its times.
    pub fn on(&self, fault: Fault, provider: Provider) -> bool {
        self.take(|switch| switch.fault == fault && switch.concerns(provider)).is_some()
    }

    /// What goes wrong on the way of this answer, and how many seconds it takes.
    pub fn on_the_wire(&self, provider: Provider, endpoint: Endpoint) -> Option<(Fault, u64)> {
        let found =
            self.take(|switch| switch.fault.is_of_the_wire() && switch.concerns(provider) && switch.is_at(endpoint))?;
        Some((found.fault, found.seconds.unwrap_or(15).min(120)))
    }
}

/// `POST /_sim/faults`
pub async fn post(State(sim): State<Arc<Simulator>>, body: Bytes) -> Response {
    let switch: Switch = match serde_json::from_slice(&body) {
        Ok(switch) => switch,
        Err(cause) => return (StatusCode::BAD_REQUEST, Json(json!({"error": cause.to_string()}))).into_response(),
    };
    let mut switches = sim.faults.0.lock().unwrap_or_else(PoisonError::into_inner);
    if switches.len() >= ROOM {
        return (StatusCode::CONFLICT, Json(json!({"error": "DELETE /_sim/faults first"}))).into_response();
    }
    switches.push(switch);
    StatusCode::NO_CONTENT.into_response()
}

/// `GET /_sim/faults`
pub async fn get(State(sim): State<Arc<Simulator>>) -> Response {
    Json(&*sim.faults.0.lock().unwrap_or_else(PoisonError::into_inner)).into_response()
}

/// `DELETE /_sim/faults`
pub async fn delete(State(sim): State<Arc<Simulator>>) -> StatusCode {
    sim.faults.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thrown(text: &str) -> Faults {
        Faults(Mutex::new(vec![serde_json::from_str(text).unwrap()]))
    }

    #[test]
    fn a_switch_counts_its_times_and_keeps_to_its_provider() {
        let faults = thrown(r#"{"fault":"wrong_nonce","provider":"google","times":2}"#);
        assert!(!faults.on(Fault::WrongNonce, Provider::Oidc));
        assert!(!faults.on(Fault::WrongAud, Provider::Google));
        assert!(faults.on(Fault::WrongNonce, Provider::Google));
        assert!(faults.on(Fault::WrongNonce, Provider::Google));
        assert!(!faults.on(Fault::WrongNonce, Provider::Google));
    }

    #[test]
    fn faults_of_the_wire_are_at_the_token_endpoint_unless_said() {
        let faults = thrown(r#"{"fault":"html_502"}"#);
        assert!(faults.on_the_wire(Provider::X, Endpoint::Userinfo).is_none());
        assert!(faults.on_the_wire(Provider::X, Endpoint::Token).is_some());
        let faults = thrown(r#"{"fault":"down"}"#);
        assert!(faults.on_the_wire(Provider::X, Endpoint::Userinfo).is_some());
        assert!(serde_json::from_str::<Switch>(r#"{"fault":"nonsense"}"#).is_err());
    }
}
