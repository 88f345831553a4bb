//! The receipt for ended sessions and grants.

/// The line of one application.
#[derive(Clone, Debug, Default)]
pub struct ReceiptLine {
    /// The application's name.
    pub name: String,
    /// What happens to its access, as text.
    pub what: String,
    /// Has its access ended already?
    pub done: bool,
    /// The state of each local module of its project, as text.
    pub modules: Vec<String>,
}
