//! Which projects may see an event. Feed, webhooks and histories all use the visibility in its row.
//!
//! The rule: a project sees events about its own clients, its members and the users of its clients, and no others. It
//! does not learn where and when a user signs in elsewhere.

/// The audience of a kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    NoProject,
    /// The project that the event names, directly or by its client.
    Project,
    /// The projects whose clients received grants in its session.
    Session,
    /// Every project whose clients the user uses.
    User,
    /// No project yet. A project sees the session, or the user, with the first grant of one of its clients.
    FirstGrant,
    EveryProject,
}

impl Visibility {
    /// In words, for the documentation.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::NoProject => "nobody",
            Self::Project => "the project it is about",
            Self::Session => "projects whose clients received grants in the session",
            Self::User => "projects whose clients the user uses",
            Self::FirstGrant => "the project whose client received the grant",
            Self::EveryProject => "every project",
        }
    }
}
