//! The requests to the simulator: `GET` and `DELETE /_sim/requests`.
//!
//! Tests read it to see what a client sent. It contains secrets as they were sent, which are worthless outside the
//! simulator.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Json,
    extract::State,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::Simulator;
use super::parameters::Parameters;
use super::provider::{Endpoint, SimProvider};
use super::request::is_form;

/// The largest number of stored requests.
const ROOM: usize = 1_000;
/// The headers that are stored.
const HEADERS: &[&str] = &["accept", "authorization", "content-type", "user-agent", "x-github-api-version", "cookie"];
/// A state shorter than this can be guessed.
const LONG_ENOUGH: usize = 16;

/// The requests so far, oldest first.
#[derive(Debug, Default)]
pub struct Journal(Mutex<VecDeque<Value>>);

impl Journal {
    /// Stores a request; without a provider it followed a redirect fault.
    pub fn write(&self, provider: Option<SimProvider>, parts: &Parts, body: &[u8], at: i64) {
        let path = parts.uri.path();
        let query = Parameters::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let form = if is_form(&parts.headers) { Parameters::parse(body) } else { Parameters::default() };
        let text = |name: &&&str| {
            let value = parts.headers.get(**name)?;
            Some(((**name).to_owned(), Value::String(String::from_utf8_lossy(value.as_bytes()).into_owned())))
        };
        let endpoint = Endpoint::of_path(path);
        let mut entry = json!({
            "at": at,
            "provider": provider,
            "endpoint": endpoint,
            "method": parts.method.as_str(),
            "path": path,
            "query": query.to_json(),
            "headers": HEADERS.iter().filter_map(|name| text(&name)).collect::<Map<_, _>>(),
            "body": form.to_json(),
        });
        if endpoint == Endpoint::Authorize {
            entry["warnings"] = json!(warnings(&query));
        }
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= ROOM {
            entries.pop_front();
        }
        entries.push_back(entry);
    }
}

/// What a provider accepts, though a client should not do it.
fn warnings(query: &Parameters) -> Vec<&'static str> {
    match query.get("state").map(str::len) {
        None => vec!["no state"],
        Some(length) if length < LONG_ENOUGH => vec!["short state"],
        Some(_) => Vec::new(),
    }
}

/// `GET /_sim/requests`
pub async fn get(State(sim): State<Arc<Simulator>>) -> Response {
    Json(&*sim.journal.0.lock().unwrap_or_else(PoisonError::into_inner)).into_response()
}

/// `DELETE /_sim/requests`
pub async fn delete(State(sim): State<Arc<Simulator>>) -> StatusCode {
    sim.journal.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    StatusCode::NO_CONTENT
}
