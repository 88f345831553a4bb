//! The pages of one user.

use askama::Template;

use crate::views::{UserLabel, UserState};
use usher_domain::urls::UserUrls;
use usher_page_kit::views::{FieldErrors, Form, Layout, Moment};

/// The head of a user's pages.
#[derive(Clone, Debug, Default)]
pub struct UserHead {
    /// Repeats or withdraws an invitation.
    pub form: Form,
    pub person: UserLabel,
    pub sub: String,
    pub state: UserState,
    pub admin: bool,
    pub has_email: bool,
    /// Whether it is the reader.
    pub is_self: bool,
    pub urls: UserUrls,
    pub tabs: Vec<UserTabLink>,
    pub actions: Vec<UserAction>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserTab {
    Profile,
    SignIn,
    Sessions,
    Applications,
    Roles,
    Activity,
}

#[derive(Clone, Debug, Default)]
pub struct UserTabLink {
    pub label: String,
    pub url: String,
    pub current: bool,
    /// Shown beside the label, unless 0.
    pub count: u32,
}

/// A change that can be made, on a page that asks first.
#[derive(Clone, Debug, Default)]
pub struct UserAction {
    /// The key of its label.
    pub label: &'static str,
    pub icon: &'static str,
    pub danger: bool,
    pub url: String,
}

/// The profile.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/user_profile.html")]
pub struct UserProfilePage {
    pub page: Layout,
    /// Undoes a merge: buttons `merge` = id.
    pub form: Form,
    pub user: UserHead,
    pub notice: Option<String>,
    pub values: Vec<ProfileValueView>,
    pub last_seen: Option<Moment>,
    pub joined: Moment,
    /// Accounts that were merged into this one, and can be separated still.
    pub merged: Vec<MergedUserView>,
}

/// A claim with its source.
#[derive(Clone, Debug, Default)]
pub struct ProfileValueView {
    pub label: String,
    pub value: String,
    pub source: Option<String>,
    pub since: Option<Moment>,
    pub verified: bool,
}

#[derive(Clone, Debug, Default)]
pub struct MergedUserView {
    pub id: String,
    pub person: UserLabel,
    pub undo_until: Moment,
}

/// How the user can sign in.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/user_sign_in.html")]
pub struct UserSignInPage {
    pub page: Layout,
    pub user: UserHead,
    pub methods: Vec<MethodView>,
    /// Recovery codes that are left.
    pub recovery_codes: u32,
}

#[derive(Clone, Debug, Default)]
pub struct MethodView {
    pub icon: &'static str,
    /// The provider whose mark is shown instead of the icon.
    pub mark: String,
    pub title: String,
    pub detail: String,
    pub since: Option<Moment>,
    pub used: Option<Moment>,
}

/// Where the user is signed in.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/user_sessions.html")]
pub struct UserSessionsPage {
    pub page: Layout,
    pub user: UserHead,
    pub sessions: Vec<UserSessionView>,
}

/// A live session.
#[derive(Clone, Debug, Default)]
pub struct UserSessionView {
    pub id: String,
    /// Whether it is the reader's own.
    pub own: bool,
    pub portable: bool,
    pub device: String,
    pub place: String,
    /// The authentication methods.
    pub means: String,
    pub created: Moment,
    pub last_seen: Moment,
    /// The page that asks before it ends.
    pub end_url: String,
}

impl UserSessionView {
    pub const fn icon(&self) -> &'static str {
        if self.portable { "smartphone" } else { "laptop" }
    }
}

/// The applications of the user, and the claims that one of them would get.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/user_applications.html")]
pub struct UserApplicationsPage {
    pub page: Layout,
    pub user: UserHead,
    pub applications: Vec<UserApplicationView>,
    /// The client whose claims are shown.
    pub client: String,
    /// There is no such client.
    pub unknown: bool,
    pub preview: Option<ClaimsView>,
    pub here: String,
}

#[derive(Clone, Debug, Default)]
pub struct UserApplicationView {
    pub name: String,
    pub url: String,
    pub scope: String,
    /// The claims that were released, and when last.
    pub claims: Vec<(String, Moment)>,
    pub allowed: Option<Moment>,
    pub last_used: Option<Moment>,
    /// Shows the claims that it would get now.
    pub preview_url: String,
}

/// The claims that a client would get.
#[derive(Clone, Debug, Default)]
pub struct ClaimsView {
    pub name: String,
    pub scope: String,
    pub id_token: String,
    pub userinfo: String,
}

/// The roles of the user.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/user_roles.html")]
pub struct UserRolesPage {
    pub page: Layout,
    pub user: UserHead,
    pub roles: Vec<RoleView>,
    pub add_url: String,
    pub remove_url: String,
}

impl UserRolesPage {
    pub fn is_member(&self) -> bool {
        self.roles.iter().any(|one| one.member.is_some())
    }
}

/// The roles in one project.
#[derive(Clone, Debug, Default)]
pub struct RoleView {
    pub project: String,
    pub url: String,
    /// The role as a member.
    pub member: Option<String>,
    /// Roles by access rules.
    pub roles: Vec<String>,
}

/// What happened to the user.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/user_activity.html")]
pub struct UserActivityPage {
    pub page: Layout,
    pub user: UserHead,
    pub events: Vec<UserEventView>,
    pub newest_url: Option<String>,
    pub older_url: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct UserEventView {
    pub icon: &'static str,
    pub what: String,
    pub kind: String,
    pub client: String,
    pub at: Moment,
    /// The event as JSON.
    pub raw: String,
}

/// Changes the profile.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/user_edit.html")]
pub struct UserEditPage {
    pub page: Layout,
    pub form: Form,
    pub person: UserLabel,
    pub fields: Vec<ProfileInput>,
    /// The values that the form was loaded with.
    pub loaded: String,
    pub errors: FieldErrors,
}

#[derive(Clone, Debug, Default)]
pub struct ProfileInput {
    pub name: &'static str,
    /// The `type` of the input.
    pub input: &'static str,
    pub label: String,
    pub value: String,
}

/// Invites somebody.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/invite_user.html")]
pub struct InviteUserPage {
    pub page: Layout,
    pub form: Form,
    pub email: String,
    pub given_name: String,
    pub family_name: String,
    /// Language tags with names.
    pub locales: Vec<(&'static str, &'static str, bool)>,
    pub errors: FieldErrors,
}

/// Joins another account to this one.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/user_merge.html")]
pub struct UserMergePage {
    pub page: Layout,
    pub form: Form,
    /// The account that stays.
    pub person: UserLabel,
    /// What was typed.
    pub other: String,
    /// The account that is joined to it, once it is found.
    pub found: Option<UserLabel>,
    pub found_sub: String,
    pub sub: String,
    pub here: String,
    pub errors: FieldErrors,
}
