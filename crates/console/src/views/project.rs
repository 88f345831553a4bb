//! The pages of a project: members, token.

use askama::Template;

use usher_domain::urls::{MemberUrls, ProjectInvitationUrls};
use usher_page_kit::views::{FieldErrors, Form, Layout, Moment, ProjectHead, ShownSecret, initials, tone};

/// The members of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/members.html")]
pub struct MembersPage {
    /// The layout.
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Fields `email`, `role`: invites somebody.
    pub form: Form,
    /// The members, oldest account first.
    pub members: Vec<MemberListItem>,
    /// The invitations that were neither accepted nor withdrawn, oldest first.
    pub invitations: Vec<InvitationItem>,
    /// The submitted address.
    pub email: String,
    /// The selected role.
    pub role: String,
    /// Success message.
    pub notice: Option<String>,
    /// Validation errors.
    pub errors: FieldErrors,
}

/// One member.
#[derive(Clone, Debug, Default)]
pub struct MemberListItem {
    pub urls: MemberUrls,
    /// Whether it is the reader.
    pub is_reader: bool,
    /// The email address or the `sub`.
    pub label: String,
    /// `viewer`, `developer` or `owner`.
    pub role: String,
    pub since: Moment,
}

/// An invitation.
#[derive(Clone, Debug, Default)]
pub struct InvitationItem {
    pub urls: ProjectInvitationUrls,
    /// Whether it can still be accepted.
    pub is_open: bool,
    pub email: String,
    /// `viewer`, `developer` or `owner`.
    pub role: String,
    pub sent: Moment,
    /// When it expires, or when it expired.
    pub until: Moment,
}

impl InvitationItem {
    /// The message key of the role.
    pub fn role_key(&self) -> &'static str {
        role_key(&self.role)
    }
}

fn role_key(role: &str) -> &'static str {
    match role {
        "owner" => "role-owner",
        "developer" => "role-developer",
        _ => "role-viewer",
    }
}

impl MemberListItem {
    /// The message key of the role.
    pub fn role_key(&self) -> &'static str {
        role_key(&self.role)
    }

    pub fn initials(&self) -> String {
        initials(&self.label)
    }

    pub fn tone(&self) -> usize {
        tone(&self.label)
    }
}

impl MembersPage {
    /// The roles: `(value, name, explanation)`.
    pub fn roles(&self) -> [(&'static str, String, String); 3] {
        [
            ("viewer", "role-viewer", "role-viewer-text"),
            ("developer", "role-developer", "role-developer-text"),
            ("owner", "role-owner", "role-owner-text"),
        ]
        .map(|(value, name, text)| (value, self.page.t(name), self.page.t(text)))
    }
}

/// The token of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/token.html")]
pub struct ProjectTokenPage {
    /// The layout.
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Fields `current_token`, `overlap`, `discard_history`.
    pub form: Form,
    /// The new token.
    pub token: Option<ShownSecret>,
    /// The submitted current token.
    pub current_token: String,
    /// How long the old token stays valid, in seconds.
    pub overlap: String,
    /// Delete the history if necessary?
    pub discard_history: bool,
    /// Success message.
    pub notice: Option<String>,
    /// Validation errors.
    pub errors: FieldErrors,
}

impl ProjectTokenPage {
    /// The overlaps to choose from: `(seconds, label, selected)`.
    pub fn overlaps(&self) -> [(&'static str, String, bool); 5] {
        overlaps(&self.page, &self.overlap)
    }
}

/// The overlaps to choose from: `(seconds, label, selected)`.
pub(super) fn overlaps(page: &Layout, chosen: &str) -> [(&'static str, String, bool); 5] {
    [
        ("0", "overlap-none"),
        ("3600", "overlap-hour"),
        ("86400", "overlap-day"),
        ("604800", "overlap-week"),
        ("2592000", "overlap-month"),
    ]
    .map(|(seconds, key)| (seconds, page.t(key), chosen == seconds))
}
