//! What can be made to go wrong, and how a provider can be set otherwise: `POST`, `GET` and `DELETE /_sim/faults`.

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
use super::provider::{Endpoint, Provider};

/// So many letters are long.
const LONG: usize = 1_000_000;
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
    /// ID tokens are for another client as well, and do not say which one asked.
    ExtraAud,
    /// ID tokens are by another issuer.
    WrongIss,
    /// ID tokens carry no nonce.
    NoNonce,
    /// ID tokens are those of the person's sign-in before this one.
    OldToken,
    /// ID tokens are unsigned.
    AlgNone,
    /// ID tokens are signed with the client secret (`hs256`).
    Hs256,
    /// The signature of ID tokens is of another text.
    BadSignature,
    /// ID tokens expired an hour ago.
    Expired,
    /// ID tokens name a key that is not published.
    UnknownKid,
    /// ID tokens carry the hash of another access token.
    WrongAtHash,
    /// Userinfo is about another person.
    UserinfoSub,
    /// ID tokens, userinfo and the metadata of the plain provider say `claims` instead of what is so, and nothing of what
    /// `without` names.
    Claims,
    /// The callback names another's issuer.
    OtherIss,
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
    /// A page of HTML with status 200 (`html_200`).
    #[serde(rename = "html_200")]
    Html200,
    /// Status 500, and an error in the body (`error_500`).
    #[serde(rename = "error_500")]
    Error500,
    /// Fifty mebibytes of JSON.
    HugeBody,
    /// JSON that is nested a hundred thousand times.
    DeepBody,
    /// A redirect to another address with status 307, which repeats the request.
    Redirect,
    /// The same with status 302 (`redirect_302`).
    #[serde(rename = "redirect_302")]
    Redirect302,
    /// The connection is closed without an answer.
    Down,
    /// Ten thousand keys are published.
    ManyKeys,
    /// The keys that are published have one name.
    TwinKeys,
    /// What is published is the client secret, as a symmetric key.
    OctKeys,
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
    /// What is said instead (`claims`).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    claims: Map<String, Value>,
    /// What is a million letters long (`claims`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    long: Vec<String>,
    /// What is not said (`claims`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    without: Vec<String>,
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
pub struct Faults {
    switches: Mutex<Vec<Switch>>,
    /// Rings when all are put back.
    mended: Notify,
}

impl Faults {
    fn held(&self) -> MutexGuard<'_, Vec<Switch>> {
        self.switches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, wanted: impl Fn(&Switch) -> bool) -> Option<Switch> {
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

    /// Waits so many seconds, or until all switches are put back.
    pub async fn dawdle(&self, seconds: u64) {
        // Whichever comes first.
        let _ = tokio::time::timeout(Duration::from_secs(seconds), self.mended.notified()).await;
    }

    /// Says of a person what the switch `claims` has, instead of what is so. Uses up one of its times.
    pub fn retell(&self, provider: Provider, told: &mut Map<String, Value>) {
        let wanted = |switch: &Switch| switch.fault == Fault::Claims && switch.concerns(provider);
        if let Some(switch) = self.take(wanted) {
            told.extend(switch.claims);
            told.extend(switch.long.into_iter().map(|name| (name, Value::String("x".repeat(LONG)))));
            told.retain(|name, _| !switch.without.contains(name));
        }
    }
}

/// `POST /_sim/faults`
pub async fn post(State(sim): State<Arc<Simulator>>, body: Bytes) -> Response {
    let switch: Switch = match serde_json::from_slice(&body) {
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

/// `DELETE /_sim/faults`: puts all back. Whoever waits for a slow answer has it now.
pub async fn delete(State(sim): State<Arc<Simulator>>) -> StatusCode {
    sim.faults.held().clear();
    sim.faults.mended.notify_waiters();
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thrown(text: &str) -> Faults {
        Faults { switches: Mutex::new(vec![serde_json::from_str(text).unwrap()]), ..Faults::default() }
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

    #[test]
    fn what_is_said_of_a_person_is_what_the_switch_has() {
        let faults = thrown(r#"{"fault":"claims","provider":"x","claims":{"id":null},"without":["name"]}"#);
        let person = || Map::from_iter([("id".to_owned(), json!("1")), ("name".to_owned(), json!("Ana"))]);
        let mut told = person();
        faults.retell(Provider::Google, &mut told);
        assert_eq!(told, person());
        faults.retell(Provider::X, &mut told);
        assert_eq!(Value::Object(told), json!({"id": null}));
    }
}
