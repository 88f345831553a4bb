//! The check-up of a client's application.

use askama::Template;
use serde::Deserialize;

use super::client_head::ClientHead;
use usher_page_kit::views::{FieldErrors, Form, Layout, Moment, ProjectHead};

/// The fields of the form, as they are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CheckUpValues {
    pub sign_in_url: String,
    pub protected_url: String,
}

/// How far a check-up is, for the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CheckUpStage {
    /// The application runs where the server cannot drive it.
    Impossible,
    /// There is none.
    #[default]
    None,
    Prepared,
    Running,
    /// There is a report.
    Over,
}

/// The check-up of a client's application.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/check_up.html")]
pub struct CheckUpPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// The tabs of the client.
    pub client: ClientHead,
    pub stage: CheckUpStage,
    /// The fields of [`CheckUpValues`]: prepares a check-up.
    pub form: Form,
    /// Starts it.
    pub start: Form,
    /// Forgets it.
    pub end: Form,
    pub values: CheckUpValues,
    /// The origins at which the application's pages must be.
    pub origins: Vec<String>,
    /// Settings of the application, a line each; empty if the reader may not see them.
    pub settings: String,
    /// When the test issuer was made; `None` if it answers no more.
    pub prepared: Option<Moment>,
    /// How many cases were tried.
    pub tried: usize,
    pub report: Option<CheckUpReport>,
    /// Success message.
    pub notice: Option<String>,
    pub errors: FieldErrors,
}

/// What a check-up found.
#[derive(Clone, Debug, Default)]
pub struct CheckUpReport {
    /// `ok`, `warn` or `bad`.
    pub tone: &'static str,
    /// The grade.
    pub title: String,
    pub text: String,
    /// What to do if there is no grade.
    pub advice: String,
    /// The requests of a sign-in that met an obstacle.
    pub steps: Vec<String>,
    /// Word, message key and count of each verdict.
    pub tally: Vec<(&'static str, &'static str, u32)>,
    pub groups: Vec<CheckedGroup>,
    /// When it ended.
    pub ended: Option<Moment>,
}

/// The cases about one part of the protocol.
#[derive(Clone, Debug, Default)]
pub struct CheckedGroup {
    pub title: String,
    pub cases: Vec<CheckedCase>,
}

/// One case in the report.
#[derive(Clone, Debug, Default)]
pub struct CheckedCase {
    pub name: &'static str,
    /// `passed`, `failed`, `unknown` or `unused`.
    pub verdict: &'static str,
    /// The message key of the verdict.
    pub verdict_key: &'static str,
    /// What was sent.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// What the application did.
    pub finding: String,
    pub spec: &'static str,
    pub spec_url: String,
    /// The requests, a line each.
    pub steps: Vec<String>,
}

impl CheckUpReport {
    /// The class of the badge.
    pub fn badge(&self) -> &'static str {
        match self.tone {
            "ok" => "good",
            other => other,
        }
    }

    /// What the badge says.
    pub fn badge_key(&self) -> &'static str {
        match self.tone {
            "ok" => "check-up-badge-ok",
            "warn" => "check-up-badge-warn",
            _ => "check-up-badge-bad",
        }
    }
}

impl CheckUpPage {
    /// As a number for texts.
    pub fn tried_count(&self) -> u32 {
        u32::try_from(self.tried).unwrap_or(u32::MAX)
    }

    pub fn is_impossible(&self) -> bool {
        self.stage == CheckUpStage::Impossible
    }

    pub fn is_new(&self) -> bool {
        self.stage == CheckUpStage::None
    }

    pub fn is_running(&self) -> bool {
        self.stage == CheckUpStage::Running
    }

    pub fn is_over(&self) -> bool {
        self.stage == CheckUpStage::Over
    }
}

impl CheckedCase {
    /// Its icon.
    pub fn icon(&self) -> &'static str {
        match self.verdict {
            "passed" => "circle-check",
            "failed" => "circle-x",
            _ => "circle-dashed",
        }
    }
}
