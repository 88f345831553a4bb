//! The page that asks before an error is sent to a client that nobody here knows.

use askama::Template;

use crate::views::RequestingClient;
use usher_page_kit::views::Layout;

/// Names the client, why its request was refused, and where the person would go.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "onward/question.html")]
pub struct LeaveQuestion {
    /// The layout.
    pub page: Layout,
    pub client: RequestingClient,
    /// Why, in English: it is the text that the client gets.
    pub reason: String,
    /// Where the response leads; `None` if it is a form.
    pub url: Option<String>,
    /// Where that form is sent.
    pub action: String,
    /// Names and values of that form.
    pub fields: Vec<(&'static str, String)>,
}
