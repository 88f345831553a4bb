//! The flight recorder of a client.

use askama::Template;

use super::client_head::ClientHead;
use usher_page_kit::views::{Form, Layout, Mismatch, Moment, ProjectHead};

/// What the last requests of a client did.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/attempts.html")]
pub struct AttemptsPage {
    /// The layout.
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// The tabs of the client.
    pub client: ClientHead,
    /// Mends an attempt.
    pub form: Form,
    /// The attempts, newest first.
    pub attempts: Vec<AttemptEntry>,
    /// Is this the page of one attempt?
    pub single: bool,
    /// Are only failures listed?
    pub failed_only: bool,
    /// The trace id that was searched for.
    pub trace_id: String,
    /// The page with older attempts.
    pub older_url: Option<String>,
    /// How many attempts of all clients were not recorded, because the server was busy.
    pub lost: u64,
    /// How long attempts are kept, in days.
    pub days: u64,
    /// Are attempts recorded at all?
    pub recording: bool,
    /// Success message.
    pub notice: Option<String>,
}

/// One attempt.
#[derive(Clone, Debug, Default)]
pub struct AttemptEntry {
    /// A number on this page, for the ids of elements.
    pub number: usize,
    /// Did it fail?
    pub failed: bool,
    /// Is it shown open?
    pub open: bool,
    /// What happened, in a few words.
    pub title: String,
    /// The endpoint, and what was asked of it.
    pub place: String,
    /// When.
    pub at: Moment,
    /// What it means and what to do.
    pub advice: String,
    /// The exact reason, in English as in the log.
    pub reason: Option<String>,
    /// The code of the error.
    pub error: Option<String>,
    /// The sent and the registered URIs, character by character.
    pub mismatch: Option<Mismatch>,
    /// Where they differ, in a sentence.
    pub difference: Option<String>,
    /// Other values that were compared.
    pub compared: Vec<ComparedValue>,
    /// How far the clock of the client is off, in a sentence.
    pub clock: Option<String>,
    /// The change that mends it.
    pub fix: Option<FixItem>,
    /// The steps in order.
    pub steps: Vec<StepItem>,
    /// The parameters as they were read.
    pub sent: Vec<(String, String)>,
    /// The granted scope.
    pub scope: Option<String>,
    /// The names of the claims in the ID token.
    pub claims: String,
    /// The section of the specification, and where it is published.
    pub spec: Option<(String, Option<String>)>,
    /// The trace id.
    pub trace_id: Option<String>,
    /// Its own page.
    pub url: String,
}

/// A value that was sent and those that are registered.
#[derive(Clone, Debug, Default)]
pub struct ComparedValue {
    /// The name of the parameter.
    pub name: String,
    /// What was sent.
    pub sent: String,
    /// What is registered.
    pub registered: Vec<String>,
}

/// A change that mends an attempt.
#[derive(Clone, Debug, Default)]
pub struct FixItem {
    /// What the button says.
    pub label: String,
    /// What will happen.
    pub text: String,
    /// What is registered or allowed.
    pub value: Option<String>,
    /// What to think of before.
    pub warning: Option<String>,
    /// Where the form posts to.
    pub url: String,
}

/// One step.
#[derive(Clone, Debug, Default)]
pub struct StepItem {
    /// What is done in it.
    pub label: String,
    /// `passed`, `failed` or `not_reached`.
    pub result: &'static str,
}

impl AttemptsPage {
    /// As a number for texts.
    pub fn lost_count(&self) -> u32 {
        u32::try_from(self.lost).unwrap_or(u32::MAX)
    }

    /// As a number for texts.
    pub fn days_kept(&self) -> u32 {
        u32::try_from(self.days).unwrap_or(u32::MAX)
    }
}

impl AttemptEntry {
    /// The id of the element that holds the trace id.
    pub fn trace_place(&self) -> String {
        format!("trace-{}", self.number)
    }
}

impl StepItem {
    /// The message key of the result.
    pub fn result_key(&self) -> &'static str {
        match self.result {
            "passed" => "attempt-result-passed",
            "failed" => "attempt-result-failed",
            _ => "attempt-result-not-reached",
        }
    }
}
