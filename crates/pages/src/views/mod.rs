//! Views: one struct for each page, with plain data, rendered to HTML.
//!
//! A view depends on its template and texts only: no handler, no domain type, and no URL that it does not contain.
//! Tests render every page in every language, with the values of `samples.rs`.

mod account;
mod client;
mod dev;
mod document;
mod error;
mod login;
mod problem;
#[cfg(test)]
mod samples;

pub use account::activity::{AccountActivity, EventView, HeadingLink, reason_words};
pub use account::apps::{AccountApps, AppView, ClaimView};
pub use account::claims::claim_words;
pub use account::data::{AccountData, AccountGone};
pub use account::email::{ChangeEmail, ChangeEmailCode, ChangeEmailLink, SuggestedEmailView};
pub use account::factors::{
    Enrol, FactorsView, NewPasskey, PasskeyAsk, PasskeyView, RecoveryCodesPage, RememberedView, SecondFactor, TotpSetup,
};
pub use account::not_me::{NotMe, NotMeDone, NotMeExpired};
pub use account::overview::{AccountOverview, Advice, Protection, SignInRequestView};
pub use account::profile::{AccountProfile, AccountSecurity, ProfileValues};
pub use account::question::AccountQuestion;
pub use account::receipt::ReceiptLine;
pub use account::sessions::{AccountSessions, SessionItem, means_words};
pub use client::RequestingClient;
pub use dev::{DevComponents, DevEmail, DevMail, EmailListItem};
pub use document::DocumentPage;
pub use error::{ErrorPage, ErrorPageLink, Starting, WrongHost};
pub use login::ciba::{CibaAnswer, CibaDone, CibaOrigin};
pub use login::consent::{Consent, ConsentApi, ScopeView};
pub use login::device::{DeviceCode, DeviceDone, DeviceOrigin};
pub use login::form_post::FormPost;
pub use login::invitation::ProjectInvitationPage;
pub use login::leave_question::LeaveQuestion;
pub use login::logout::{LogoutConfirm, SignedOut};
pub use login::recover::{RecoverDone, RecoverExpired, RecoverPassword, RecoverRequest, RecoverSent, WaitPoll};
pub use login::setup::{Setup, SetupExpired, SetupValues};
pub use login::sign_in::{
    AccountChooser, AccountView, AlreadySignedIn, NoSignUp, ProviderButton, Register, RegisterValues, SignIn,
    SignedInAs, VerifiedElsewhere, VerifyEmail, VerifyLink,
};
pub use login::upstream::{
    AccountIdentities, AskAddress, ConfirmLink, DataDeletion, IdentityView, MergeView, OtherAccount, UpstreamTrouble,
    UpstreamTroubleKind,
};
pub use problem::PageProblem;
