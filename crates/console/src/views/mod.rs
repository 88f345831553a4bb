//! Views of the console: one struct for each page, with plain data, rendered to HTML.
//!
//! A view depends on its template and texts only. Tests render every page in every language, with the values of
//! `samples.rs`.

mod apis;
mod attempts;
mod branding;
mod check_up;
mod claims;
mod client_form;
mod client_head;
mod confirm;
mod event_picker;
mod first_run;
mod initial_tokens;
pub mod installation;
mod json_text;
mod latency_chart;
mod live_sessions;
mod modules;
mod overview;
mod project;
mod project_history;
mod project_settings;
mod project_sign_in;
mod providers;
mod quick_start;
mod quick_start_page;
#[cfg(test)]
mod samples;
mod search;
mod user;
mod users;
mod webhooks;

pub use apis::{AllowedClientItem, AllowedClientValues, ApiListItem, ApiPage, ApiValues, ApisPage};
pub use attempts::{AttemptEntry, AttemptsPage, ComparedValue, FixItem, StepItem};
pub use branding::{BrandingForms, BrandingPreview, BrandingValues, InstallationBranding, ProjectBranding};
pub use check_up::{CheckUpPage, CheckUpReport, CheckUpStage, CheckUpValues, CheckedCase, CheckedGroup};
pub use claims::{ClaimPreviewItem, ClaimsPage};
pub use client_form::{ClientForm, ClientValues};
pub use client_head::{ClientHead, ClientTab};
pub use confirm::ConfirmDeletion;
pub use event_picker::{EVENT_FIELD, EventGroup, event_groups};
pub use first_run::FirstRun;
pub use initial_tokens::{InitialTokenItem, InitialTokenValues, InitialTokensPage};
pub use json_text::{JsonPart, pretty};
pub use latency_chart::{LatencyChart, TimedAttempt};
pub use live_sessions::{EndSessionsPage, LiveSessionItem, LiveSessionsPage};
pub use modules::{ModuleListItem, ModulesPage};
pub(crate) use overview::client_kind_key;
pub use overview::{
    ClientListItem, ClientPage, ConsoleHome, EndpointItem, ProjectClients, ProjectListItem, SecretListItem,
};
pub use project::{InvitationItem, MemberListItem, MembersPage, ProjectTokenPage};
pub use project_history::{HistoryEntryItem, ProjectHistoryPage, ProjectHistoryValues};
pub use project_settings::{ProjectSettingsPage, ProjectSettingsValues};
pub use project_sign_in::{OfferedProvider, ProjectSignInPage, ProjectSignInValues};
pub use providers::{
    ConsoleProviders, MappedClaims, ProviderKindLink, ProviderListItem, ProviderPage, ProviderValues, StepView,
};
pub use quick_start::{Snippet, snippets};
pub use quick_start_page::{QuickStartPage, WireStep};
pub use search::{SearchGroup, SearchOptions, SearchPage, SearchResult};
pub use user::{
    ClaimsView, InviteUserPage, MergedUserView, MethodView, ProfileInput, ProfileValueView, RoleView, UserAction,
    UserActivityPage, UserApplicationView, UserApplicationsPage, UserEditPage, UserEventView, UserHead, UserMergePage,
    UserProfilePage, UserRolesPage, UserSessionView, UserSessionsPage, UserSignInPage, UserTab, UserTabLink,
};
pub use users::{
    ChangeUsersPage, ChangeWords, ChangedUsersPage, ChosenFilter, ExportUsersPage, FilterChoice, FilterField,
    OutcomeItem, UserLabel, UserListItem, UserState, UsersPage,
};
pub use webhooks::{AttemptItem, DeliveryItem, WebhookListItem, WebhookPage, WebhookValues, WebhooksPage};
