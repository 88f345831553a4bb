//! Views: one struct for each page, with plain data, rendered to HTML.
//!
//! A view depends on its template and texts only: no handler, no domain type, and no URL that it does not contain.
//! Every page is rendered in every language in `rendered.rs`, with the values of `samples.rs`.

mod account;
mod console;
#[cfg(test)]
mod contrast;
mod dev;
mod document;
mod error;
mod form;
mod layout;
mod login;
mod markup;
mod message;
mod problem;
#[cfg(test)]
mod rendered;
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
pub use account::profile::{AccountProfile, AccountSecurity, ProfileValues, profile_fields};
pub use account::receipt::ReceiptLine;
pub use account::sessions::{AccountSessions, SessionItem, means_words};
pub use console::apis::{AllowedClientItem, AllowedClientValues, ApiListItem, ApiPage, ApiValues, ApisPage};
pub use console::client::RequestingClient;
pub use console::client_form::{ClientForm, ClientValues};
pub use console::initial_tokens::{InitialTokenItem, InitialTokenValues, InitialTokensPage};
pub use console::modules::{ModuleListItem, ModulesPage};
pub use console::overview::{
    ClientListItem, ClientPage, ConsoleHome, EndpointItem, ProjectClients, ProjectListItem, SecretListItem,
};
pub use console::project::{MemberListItem, MembersPage, ProjectHead, ProjectTab, ProjectTokenPage, ShownSecret};
pub use console::providers::{
    ConsoleProviders, ProviderKindLink, ProviderListItem, ProviderPage, ProviderValues, StepView,
};
pub use console::quick_start::{Snippet, snippets};
pub use console::webhooks::{AttemptItem, DeliveryItem, WebhookListItem, WebhookPage, WebhookValues, WebhooksPage};
pub use dev::{DevComponents, DevEmail, DevMail, EmailListItem};
pub use document::DocumentPage;
pub use error::{ErrorPage, ErrorPageLink, Kept, Starting, WrongHost};
pub use form::{FieldErrors, Form};
pub use layout::{AccountChip, AssetUrls, LanguageLink, Layout, NavLink, ProjectLink, Tab, initials, tone};
pub use login::ciba::{CibaAnswer, CibaDone, CibaOrigin};
pub use login::consent::{Consent, ConsentApi, ScopeView};
pub use login::device::{DeviceCode, DeviceDone, DeviceOrigin};
pub use login::logout::{LogoutConfirm, SignedOut};
pub use login::mismatch::{Mismatch, UriSegment};
pub use login::onward::{FormPost, Onward};
pub use login::recover::{RecoverDone, RecoverExpired, RecoverPassword, RecoverRequest, RecoverSent, WaitPoll};
pub use login::setup::{Setup, SetupExpired, SetupValues};
pub use login::sign_in::{
    AccountChooser, AccountView, AlreadySignedIn, ProviderButton, Register, RegisterValues, SignIn, SignedInAs,
    VerifiedElsewhere, VerifyEmail, VerifyLink,
};
pub use login::upstream::{
    AccountIdentities, AskAddress, ConfirmLink, DataDeletion, IdentityView, MergeView, OtherAccount, UpstreamTrouble,
    UpstreamTroubleKind,
};
pub use markup::{Moment, SpriteUrl};
pub use message::Message;
pub use problem::PageProblem;
