//! Who is signed in now.

use askama::Template;

use crate::views::{UserLabel, UserSessionView};
use usher_page_kit::views::{Form, Layout};

/// The live sessions of everybody.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/live_sessions.html")]
pub struct LiveSessionsPage {
    pub page: Layout,
    pub notice: Option<String>,
    /// Words that name users.
    pub text: String,
    /// The beginning of a network address.
    pub network: String,
    pub sessions: Vec<LiveSessionItem>,
    pub next_url: Option<String>,
    pub first_url: Option<String>,
}

impl LiveSessionsPage {
    pub fn is_filtered(&self) -> bool {
        !self.text.is_empty() || !self.network.is_empty()
    }
}

/// A session and its user.
#[derive(Clone, Debug, Default)]
pub struct LiveSessionItem {
    pub person: UserLabel,
    pub session: UserSessionView,
}

/// Asks before sessions end.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/end_sessions.html")]
pub struct EndSessionsPage {
    pub page: Layout,
    pub form: Form,
    /// The ids, separated by commas.
    pub ids: String,
    pub sessions: Vec<LiveSessionItem>,
    pub cancel_url: String,
}

impl EndSessionsPage {
    pub fn count(&self) -> u32 {
        u32::try_from(self.sessions.len()).unwrap_or(u32::MAX)
    }
}
