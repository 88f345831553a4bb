//! What a kind of event is: one row says everything that the readers of the event log need to know about it.
//!
//! The rows are in [`super::kinds`]. A reader looks at the row of an event and never compares kinds, so a new row is
//! all that a new kind needs besides its texts and the use case that appends it.

use std::fmt;

use super::counter::CountedAs;
use super::feed::EntryKind;
use super::visibility::Visibility;
use super::webhook::message::{MessageType, PayloadMember};
use crate::user::activity::{Activity, ActivityHeading};

/// A kind of event. The constants are in [`super::kinds`].
#[derive(Clone, Copy)]
pub struct EventKind(&'static EventRow);

/// The row of a kind of event.
#[derive(Debug, Clone, Copy)]
pub struct EventRow {
    /// The name in the log, the API and webhooks.
    pub name: &'static str,
    pub visibility: Visibility,
    /// The message that webhooks get; `None` if none is sent.
    pub message: Option<MessageType>,
    /// What local modules must know.
    pub feed: Option<FeedRule>,
    pub history: InHistory,
    /// Members of the data that histories show; others concern the installation or other projects.
    pub history_members: &'static [&'static str],
    pub logout: Option<LogoutScope>,
    /// How the person finds it on the activity page; `None` if it is not shown there.
    pub activity: Option<Activity>,
    /// What every instance reloads when it was dispatched.
    pub reload: Option<Reload>,
    /// Members of the data that are removed once it was dispatched: only histories need them.
    pub forgotten: &'static [&'static str],
    /// What statistics count it as.
    pub counted: CountedAs,
}

/// The entry in the feeds of the projects that may see the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedRule {
    pub entry: EntryKind,
    /// There is no entry if the data has this member.
    pub unless: Option<&'static str>,
}

/// Whether an event belongs to the histories of the projects that may see it: those of users' activity with their
/// clients do, and those about the project itself (members, clients, webhooks) do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InHistory {
    No,
    Yes,
    /// The person took part with a browser, whose name and network are added.
    WithBrowser,
}

/// Which sessions of which clients end, so that the clients get a logout token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutScope {
    /// The session of the event at the client of the event.
    Grant,
    /// Every session at the client of the event.
    Client,
}

/// What instances keep in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    SigningKeys,
    /// The tokens of the projects that may see the event.
    ProjectTokens,
}

impl EventRow {
    /// A row for an event that is written to the log, and that no reader uses yet.
    pub const fn new(name: &'static str, visibility: Visibility) -> Self {
        Self {
            name,
            visibility,
            message: None,
            feed: None,
            history: InHistory::No,
            history_members: &[],
            logout: None,
            activity: None,
            reload: None,
            forgotten: &[],
            counted: CountedAs::Nothing,
        }
    }

    /// Webhooks get a message of the event's own name.
    #[must_use]
    pub const fn message(self, about: &'static str, members: &'static [PayloadMember]) -> Self {
        self.message_named(self.name, about, members)
    }

    /// Webhooks get a message of another name.
    #[must_use]
    pub const fn message_named(
        self,
        name: &'static str,
        about: &'static str,
        members: &'static [PayloadMember],
    ) -> Self {
        Self { message: Some(MessageType { name, version: 1, about, members }), ..self }
    }

    #[must_use]
    pub const fn feed(self, entry: EntryKind) -> Self {
        Self { feed: Some(FeedRule { entry, unless: None }), ..self }
    }

    #[must_use]
    pub const fn feed_unless(self, entry: EntryKind, member: &'static str) -> Self {
        Self { feed: Some(FeedRule { entry, unless: Some(member) }), ..self }
    }

    #[must_use]
    pub const fn history(self, history: InHistory, members: &'static [&'static str]) -> Self {
        Self { history, history_members: members, ..self }
    }

    #[must_use]
    pub const fn logout(self, scope: LogoutScope) -> Self {
        Self { logout: Some(scope), ..self }
    }

    /// The activity page shows it: `text` is a key of `account.ftl` and may use `$client`.
    #[must_use]
    pub const fn activity(self, heading: ActivityHeading, text: &'static str) -> Self {
        Self { activity: Some(Activity { heading, text, reportable: false }), ..self }
    }

    /// As [`Self::activity`], with a link by which the person says that it was somebody else.
    #[must_use]
    pub const fn reportable_activity(self, heading: ActivityHeading, text: &'static str) -> Self {
        Self { activity: Some(Activity { heading, text, reportable: true }), ..self }
    }

    #[must_use]
    pub const fn reload(self, what: Reload) -> Self {
        Self { reload: Some(what), ..self }
    }

    #[must_use]
    pub const fn counted(self, counted: CountedAs) -> Self {
        Self { counted, ..self }
    }

    #[must_use]
    pub const fn forgetting(self, members: &'static [&'static str]) -> Self {
        Self { forgotten: members, ..self }
    }
}

impl EventRow {
    /// Whether something else waits until the event is dispatched: modules, clients that sign a user out, instances
    /// that reload. The readers of other events can wait for a moment.
    pub const fn is_urgent(&self) -> bool {
        self.feed.is_some() || self.logout.is_some() || self.reload.is_some()
    }
}

impl EventKind {
    /// The kind that this row describes.
    pub const fn of(row: &'static EventRow) -> Self {
        Self(row)
    }

    pub const fn row(self) -> &'static EventRow {
        self.0
    }

    pub const fn as_str(self) -> &'static str {
        self.0.name
    }

    pub const fn visibility(self) -> Visibility {
        self.0.visibility
    }
}

impl PartialEq for EventKind {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for EventKind {}

impl fmt::Debug for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The kinds of events that a reader knows. Tests pass one with kinds of their own.
#[derive(Debug, Clone, Copy)]
pub struct EventCatalogue(&'static [EventKind]);

impl EventCatalogue {
    /// The kinds of events of Usher.
    pub const STANDARD: Self = Self(EventKind::ALL);

    pub const fn new(kinds: &'static [EventKind]) -> Self {
        Self(kinds)
    }

    pub fn find(self, name: &str) -> Option<EventKind> {
        self.kinds().find(|kind| kind.as_str() == name)
    }

    pub fn kinds(self) -> impl Iterator<Item = EventKind> {
        self.0.iter().copied()
    }

    /// Every kind that webhooks get a message about, in the order of the documentation.
    pub fn messages(self) -> impl Iterator<Item = (EventKind, MessageType)> {
        self.kinds().filter_map(|kind| kind.row().message.map(|message| (kind, message)))
    }

    /// The names of the kinds that the activity page shows under a heading, or under any.
    pub fn shown_under(self, heading: Option<ActivityHeading>) -> impl Iterator<Item = &'static str> {
        let under = move |activity: Activity| heading.is_none_or(|asked| asked == activity.heading);
        self.kinds().filter(move |kind| kind.row().activity.is_some_and(under)).map(EventKind::as_str)
    }

    /// What the activity page says about a kind; `None` if it is not shown.
    pub fn activity(self, name: &str) -> Option<Activity> {
        self.find(name)?.row().activity
    }
}
