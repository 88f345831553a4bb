//! The use cases of accounts: sign-in, credentials, own account, providers; and those of administration: users, clients,
//! APIs, keys. Beside them what all use cases share: [`core::Core`], errors, sealed values, emails.
//!
//! No HTTP here: a use case takes values and returns values, or an error that the HTTP layer maps to a status. Every
//! write is one transaction with its event.

pub mod account;
pub mod admin;
pub mod apis;
pub mod core;
pub mod credentials;
pub mod emails;
pub mod end;
pub mod error;
pub mod form_faults;
pub mod login;
pub mod packed;
pub mod refusal;
pub mod rejected;
pub mod sealed_value;
pub mod security_emails;
pub mod subjects;
pub mod upstream;

pub use crate::core::{Core, Device, LOOK_EVERY as RECEIPT_LOOK_EVERY, LOOKS as RECEIPT_LOOKS};
pub use account::applications::Application;
pub use account::receipts::ReceiptEntry;
pub use admin::clients::{MAX_CLIENT_NAME, NewClient, RegisteredClient};
pub use admin::installation::{EventNames, FailingWebhook, OutgoingQueues, SetupState};
pub use admin::keys::MASTER_KEY_NAME;
pub use admin::statistics::{COUNTS_KEPT, SignInsOfDay, Statistics};
pub use admin::users::NewUser;
pub use credentials::passkeys::{Ceremony, PasskeyAnswer};
pub use credentials::totp::TotpOffer;
pub use end::Ended;
pub use error::{FlowError, Internal};
pub use login::accounts::{Account, Browser};
pub use login::finish_sign_in::SignedIn;
pub use login::mailed::MailedProof;
pub use login::recover::{LIFETIME as RECOVERY_LIFETIME, Recovered, RecoveryDone};
pub use login::return_to::{Continued, ReturnTo, WaitingRecovery};
pub use login::second_factor::SecondStep;
pub use login::sign_in::Attempt;
pub use login::sign_out::{LogoutRequest, SignOut};
pub use login::sign_up::{AsksPassword, LIFETIME as SIGN_UP_LIFETIME, SignUpForm, Verified};
pub use refusal::{ApiErrorCode, ErrorClass, FormFault, RefusalRow};
pub use rejected::{CodeKind, Rejected};
