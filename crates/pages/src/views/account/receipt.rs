//! The receipt for signing out everywhere.

/// What becomes of one application.
#[derive(Clone, Debug, Default)]
pub struct ReceiptLine {
    /// The application.
    pub name: String,
    /// What becomes of it, in words.
    pub what: String,
    /// Is it over already?
    pub done: bool,
    /// What is known of each local module of its project, in words.
    pub modules: Vec<String>,
}
