//! The list of users, and the pages that confirm and report changes of several.

use askama::Template;

use usher_page_kit::views::{FieldErrors, Form, Layout, Moment};

/// The list of users.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/users.html")]
pub struct UsersPage {
    pub page: Layout,
    pub notice: Option<String>,
    /// The words that are searched for.
    pub text: String,
    /// The export of these users.
    pub export_url: String,
    pub fields: Vec<FilterField>,
    /// The filters that are set.
    pub chosen: Vec<ChosenFilter>,
    pub users: Vec<UserListItem>,
    pub next_url: Option<String>,
    pub previous_url: Option<String>,
    /// The first page, unless this is it.
    pub first_url: Option<String>,
    /// How many users were examined, if the page stopped because of it.
    pub examined: Option<u32>,
}

impl UsersPage {
    pub fn is_filtered(&self) -> bool {
        !self.text.is_empty() || !self.chosen.is_empty()
    }

    /// What can be done to several users: word and key of the label.
    pub const fn bulk_actions() -> [(&'static str, &'static str); 6] {
        [
            ("end-sessions", "user-end-sessions"),
            ("disable", "user-disable"),
            ("enable", "user-enable"),
            ("add-member", "users-add-member"),
            ("remove-member", "users-remove-member"),
            ("delete", "user-delete"),
        ]
    }
}

/// The export of users.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/export_users.html")]
pub struct ExportUsersPage {
    pub page: Layout,
    /// The words that are searched for.
    pub text: String,
    /// The filters that are set, each with the page without it.
    pub chosen: Vec<ChosenFilter>,
    pub csv_url: String,
    pub json_lines_url: String,
    /// The list of these users.
    pub list_url: String,
}

/// A filter of the search form.
#[derive(Clone, Debug, Default)]
pub struct FilterField {
    pub name: &'static str,
    pub label: String,
    /// The label of the choice that filters nothing.
    pub any: String,
    pub choices: Vec<FilterChoice>,
}

#[derive(Clone, Debug, Default)]
pub struct FilterChoice {
    pub value: String,
    pub label: String,
    pub selected: bool,
}

/// A filter that is set.
#[derive(Clone, Debug, Default)]
pub struct ChosenFilter {
    pub label: String,
    pub value: String,
    /// The list without it.
    pub remove_url: String,
}

/// A person in a list.
#[derive(Clone, Debug, Default)]
pub struct UserLabel {
    pub id: String,
    pub url: String,
    pub label: String,
    /// The email address, if the label is another text.
    pub detail: String,
    pub initials: String,
    pub tone: usize,
}

/// The state of a user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserState {
    #[default]
    Active,
    /// Created, and without a way in yet.
    Invited,
    Disabled,
    Merged,
}

impl UserState {
    /// The key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Active => "users-active",
            Self::Invited => "users-invited",
            Self::Disabled => "users-disabled",
            Self::Merged => "users-merged",
        }
    }

    /// The classes of its badge.
    pub const fn badge(self) -> &'static str {
        match self {
            Self::Active => "badge good",
            Self::Invited => "badge note",
            Self::Disabled => "badge bad",
            Self::Merged => "badge",
        }
    }

    pub fn is_invited(self) -> bool {
        self == Self::Invited
    }
}

/// A row of the list.
#[derive(Clone, Debug, Default)]
pub struct UserListItem {
    pub person: UserLabel,
    pub state: UserState,
    pub admin: bool,
    /// The ways in, as text.
    pub methods: String,
    /// Live sessions.
    pub sessions: u32,
    pub last_seen: Option<Moment>,
    pub joined: Moment,
}

/// Asks before a change of users.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/change_users.html")]
pub struct ChangeUsersPage {
    pub page: Layout,
    pub form: Form,
    pub change: ChangeWords,
    /// The ids, separated by commas.
    pub ids: String,
    pub users: Vec<UserListItem>,
    /// What the change needs to know: projects for a membership, and roles for a new one.
    pub projects: Vec<FilterChoice>,
    pub roles: Vec<FilterChoice>,
    /// What must be typed, if nothing undoes the change.
    pub confirmation: String,
    pub errors: FieldErrors,
    pub cancel_url: String,
}

impl ChangeUsersPage {
    pub fn count(&self) -> u32 {
        u32::try_from(self.users.len()).unwrap_or(u32::MAX)
    }

    /// Live sessions of all of them.
    pub fn sessions(&self) -> u32 {
        self.users.iter().map(|user| user.sessions).sum()
    }
}

/// A change: its word in URLs and the keys of its texts.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChangeWords {
    pub word: &'static str,
    /// The question, with `$count`.
    pub question: &'static str,
    /// What will happen.
    pub meaning: &'static str,
    pub button: &'static str,
    /// Whether the number of live sessions that end is shown.
    pub ends_sessions: bool,
    pub danger: bool,
}

/// What became of each user.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/changed_users.html")]
pub struct ChangedUsersPage {
    pub page: Layout,
    /// Undoes the change.
    pub form: Form,
    pub change: ChangeWords,
    /// The number of users that changed.
    pub changed: u32,
    pub outcomes: Vec<OutcomeItem>,
    /// The hidden values of the form that undoes it, if it can be undone.
    pub undo: Vec<(&'static str, String)>,
    pub users_url: String,
}

/// What became of one user.
#[derive(Clone, Debug, Default)]
pub struct OutcomeItem {
    pub person: UserLabel,
    /// Whether there is a page of the user still.
    pub exists: bool,
    /// Why nothing changed.
    pub refused: Option<String>,
    /// What ended: the state of each application.
    pub receipt: Vec<String>,
}
