//! What people see: one view struct a page, plain data in, HTML out.
//!
//! A view knows its template, its words and nothing else: no handler, no domain type, no URL it was not given.
//! Every page renders in every language in `rendered.rs`, from the values in `samples.rs`.

mod desk;
mod dev;
mod document;
mod door;
mod error;
mod form;
mod layout;
mod message;
mod problem;
#[cfg(test)]
mod rendered;
mod rooms;
#[cfg(test)]
mod samples;

use desk::{client, console, project, providers, quick_start, webhooks};
use door::{consent, login, logout, mismatch, onward, recover, setup, upstream};
use rooms::{account, activity, apps, claims, data, email, factors, not_me, receipt, sessions};

pub use account::{AccountProfile, AccountSecurity, ProfileValues};
pub use activity::{AccountActivity, EventView, HeadingLink, event_words, reason_words};
pub use apps::{AccountApps, AppView, ClaimView};
pub use claims::claim_words;
pub use client::ClientView;
pub use consent::{Consent, ScopeView};
pub use console::{ClientForm, ClientPage, ClientRow, ConsoleHome, Endpoint, ProjectPage, ProjectRow, SecretRow};
pub use data::{AccountData, AccountGone};
pub use dev::{DevLetter, DevMail, LetterRow};
pub use document::DocumentPage;
pub use email::{ChangeEmail, ChangeEmailCode, ChangeEmailLink, SuggestedEmailView};
pub use error::{ErrorPage, Kept, Starting, Way, WrongHost};
pub use factors::{
    Enrol, FactorsView, NewPasskey, PasskeyAsk, PasskeyView, RecoveryCodes, RememberedView, SecondFactor, TotpSetup,
};
pub use form::{FieldErrors, Form};
pub use layout::{AccountChip, Assets, LanguageLink, NavLink, Page, Tab};
pub use login::{
    AccountChooser, AccountView, AlreadySignedIn, ProviderButton, Register, RegisterValues, SignIn, SignedInAs,
    VerifiedElsewhere, VerifyEmail, VerifyLink,
};
pub use logout::{LogoutConfirm, SignedOut};
pub use message::Message;
pub use mismatch::{Mismatch, Segment};
pub use not_me::{NotMe, NotMeDone, NotMeExpired};
pub use onward::{FormPost, Onward};
pub use problem::Problem;
pub use project::{MemberRow, MembersPage, ProjectHead, ProjectTab, ProjectTokenPage, ShownSecret};
pub use providers::{ConsoleProviders, ProviderKindLink, ProviderPage, ProviderRow, ProviderValues, StepView};
pub use quick_start::{Snippet, snippets};
pub use receipt::ReceiptLine;
pub use recover::{RecoverDone, RecoverExpired, RecoverPassword, RecoverRequest, RecoverSent, Wait};
pub use sessions::{AccountSessions, SessionView, means_words};
pub use setup::{Setup, SetupExpired, SetupValues};
pub use upstream::{
    AccountIdentities, AskAddress, ConfirmLink, DataDeletion, IdentityView, MergeView, OtherAccount, Trouble,
    UpstreamTrouble,
};
pub use webhooks::{AttemptView, DeliveryView, WebhookPage, WebhookRow, WebhookValues, WebhooksPage};
