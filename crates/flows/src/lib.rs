//! The use cases that build on accounts: OAuth, callers of the API, projects, access rules, webhooks.
//!
//! Each service has one subject and holds what it uses; [`Usher`] has all of them, also those of accounts. No HTTP here:
//! a use case takes values and returns values, or an error that the HTTP layer maps to a status. Every write is one
//! transaction with its event.

pub mod api;
pub mod attempts;
pub mod check_ups;
mod oauth;
pub mod policy;
mod projects;
mod search;
mod users;
mod usher;
pub mod webhooks;

pub use api::{Right, TokenSession};
pub use attempts::draft::AttemptDraft;
pub use attempts::queue::AttemptRecorder;
pub use oauth::authorize::{AuthorizeFault, Leaving, Outcome};
pub use oauth::ciba::open::OpenCibaRequest;
pub use oauth::claim_preview::PreviewedClaim;
pub use oauth::client::register::ClientRegistration;
pub use oauth::consent::RequestedApi;
pub use oauth::dpop::ProofRequest;
pub use oauth::grants::GRANTS;
pub use oauth::grants::handler::{GrantDeps, GrantHandler, GrantRequest, GrantTypeRow};
pub use oauth::introspect::Introspection;
pub use oauth::presented_token::PresentedToken;
pub use oauth::pushed_requests::PushedResponse;
pub use oauth::refusals::log_refusal;
pub use oauth::token_call::TokenCall;
pub use oauth::userinfo::Userinfo;
pub use policy::{
    Bundle, DecisionAnswer, DecisionRequest, Drafted, HeldRoles, NewAssignment, RulesVersion, Simulated,
    SimulatedRoute, Subject, Trial, TrialRequest, TrialTarget, TriedRoute,
};
pub use projects::invitations::{JoinedByRegistration, OpenInvitation};
pub use projects::register::RegisteredProject;
pub use projects::{
    HistoryPage, HistorySearch, MAX_OVERLAP, NewestState, Person, PersonSession, Rotation, USUAL_OVERLAP,
};
pub use search::{ConsoleSearch, FoundObject, ReaderRights};
pub use users::changes::{AdminChange, ChangedUser, MOST_CHANGED};
pub use users::details::{ClaimsPreview, RolesInProject, SignInMethods};
pub use users::directory::{MOST_EXAMINED, PageStart, UserDirectory, UserPage};
pub use users::export::{UserExport, UserExports};
pub use users::live_sessions::LiveSessionPage;
pub use usher::{Services, Usher};
