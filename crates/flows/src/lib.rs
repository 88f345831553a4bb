//! The use cases: what users, clients and owners do.
//!
//! Each service has one subject and holds what it uses; [`Usher`] has all of them. No HTTP here: a use case takes values
//! and returns values, or an error that the HTTP layer maps to a status. Every write is one transaction with its event.

mod account;
mod admin;
pub mod api;
pub mod apis;
mod core;
pub mod credentials;
mod emails;
mod end;
mod error;
mod form_faults;
mod login;
mod oauth;
mod packed;
pub mod policy;
mod projects;
mod refusal;
mod rejected;
mod sealed_value;
mod security_emails;
pub mod upstream;
mod usher;
pub mod webhooks;

pub use login::mailed::MailedProof;

pub use crate::core::{Core, Device, LOOK_EVERY as RECEIPT_LOOK_EVERY, LOOKS as RECEIPT_LOOKS};
pub use account::applications::Application;
pub use account::receipts::ReceiptEntry;
pub use admin::clients::{MAX_CLIENT_NAME, NewClient, RegisteredClient};
pub use admin::keys::MASTER_KEY_NAME;
pub use admin::projects::RegisteredProject;
pub use admin::statistics::Statistics;
pub use admin::users::NewUser;
pub use api::{Right, TokenSession};
pub use credentials::passkeys::{Ceremony, PasskeyAnswer};
pub use credentials::totp::TotpOffer;
pub use end::Ended;
pub use error::{FlowError, Internal};
pub use login::accounts::{Account, Browser};
pub use login::finish_sign_in::SignedIn;
pub use login::recover::{LIFETIME as RECOVERY_LIFETIME, Recovered, RecoveryDone};
pub use login::return_to::{Continued, ReturnTo, WaitingRecovery};
pub use login::second_factor::SecondStep;
pub use login::sign_in::Attempt;
pub use login::sign_out::{LogoutRequest, SignOut};
pub use login::sign_up::{AsksPassword, LIFETIME as SIGN_UP_LIFETIME, SignUpForm, Verified};
pub use oauth::authorize::{AuthorizeFault, Outcome};
pub use oauth::consent::RequestedApi;
pub use oauth::dpop::ProofRequest;
pub use oauth::grants::GRANTS;
pub use oauth::grants::handler::{GrantDeps, GrantHandler, GrantRequest, GrantTypeRow};
pub use oauth::introspect::Introspection;
pub use oauth::presented_token::PresentedToken;
pub use oauth::pushed_requests::PushedResponse;
pub use oauth::refusals::log_refusal;
pub use oauth::token_call::TokenCall;
pub use policy::{
    Bundle, DecisionAnswer, DecisionRequest, Drafted, HeldRoles, NewAssignment, Simulated, SimulatedRoute, Subject,
};
pub use projects::{
    HistoryPage, HistorySearch, MAX_OVERLAP, NewestState, Person, PersonSession, Rotation, USUAL_OVERLAP,
};
pub use refusal::{ApiErrorCode, ErrorClass, FormFault, RefusalRow};
pub use rejected::{CodeKind, Rejected};
pub use usher::{Services, Usher};
