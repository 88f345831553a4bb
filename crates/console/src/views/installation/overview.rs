//! The home of the console: what happens, what fails, and what is left to set up.

use askama::Template;

use super::audit::AuditRow;
use super::charts::{SignInChart, Sparkline};
use usher_page_kit::views::{Form, Layout, Moment};

/// The overview of the installation.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/overview.html")]
pub struct OverviewPage {
    pub page: Layout,
    /// The form of the actions.
    pub form: Form,
    /// Success message.
    pub notice: Option<String>,
    /// The host of the issuer.
    pub host: String,
    /// The most urgent problem.
    pub alarm: Option<Alarm>,
    /// The periods to choose from.
    pub periods: Vec<PeriodLink>,
    /// The days of the period.
    pub days: u32,
    pub figures: Vec<FigureItem>,
    pub chart: SignInChart,
    pub clients: Vec<ShareItem>,
    pub ways: Vec<ShareItem>,
    pub checklist: Checklist,
    pub webhooks: Vec<FailingItem>,
    pub modules: Vec<ModulesItem>,
    pub events: Vec<AuditRow>,
}

/// A problem, with the page that shows more.
#[derive(Clone, Debug, Default)]
pub struct Alarm {
    pub title: String,
    pub text: String,
    pub button: String,
    pub url: String,
}

/// A period to choose.
#[derive(Clone, Debug, Default)]
pub struct PeriodLink {
    pub label: String,
    pub url: String,
    pub current: bool,
}

/// A figure with a line about it.
#[derive(Clone, Debug, Default)]
pub struct FigureItem {
    pub label: String,
    pub figure: String,
    pub more: String,
    pub line: Option<Sparkline>,
    /// Is more of it worse?
    pub is_bad: bool,
}

/// A part of a whole, in a list.
#[derive(Clone, Debug, Default)]
pub struct ShareItem {
    pub name: String,
    pub url: Option<String>,
    pub number: String,
    /// In percent of the largest.
    pub share: String,
}

/// What is set up.
#[derive(Clone, Debug, Default)]
pub struct Checklist {
    pub to_do: Vec<CheckItem>,
    pub done: Vec<CheckItem>,
}

/// A step of the setup.
#[derive(Clone, Debug, Default)]
pub struct CheckItem {
    pub title: String,
    pub text: String,
    /// What the button says, and where it leads.
    pub button: Option<(String, String)>,
    /// Does the button post the form instead?
    pub is_action: bool,
}

impl Checklist {
    pub fn all(&self) -> usize {
        self.to_do.len() + self.done.len()
    }

    /// How many steps are done.
    pub fn progress(&self, page: &Layout) -> String {
        let (done, all) = (self.done.len().to_string(), self.all().to_string());
        page.lang.text_with("checklist-done", &[("done", (&done).into()), ("all", (&all).into())])
    }

    pub fn done_count(&self) -> u32 {
        u32::try_from(self.done.len()).unwrap_or(u32::MAX)
    }
}

/// A webhook whose deliveries all fail.
#[derive(Clone, Debug, Default)]
pub struct FailingItem {
    pub project: String,
    pub host: String,
    pub url: String,
    pub since: Moment,
    pub waiting: u32,
}

/// The modules that are connected to a project.
#[derive(Clone, Debug, Default)]
pub struct ModulesItem {
    pub project: String,
    pub url: String,
    pub connected: u32,
    /// How many entries the slowest one is behind.
    pub behind: i64,
}
