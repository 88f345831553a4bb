//! The verbs: what people, clients and owners do.
//!
//! Each file is an `impl Usher { … }` that reads like the section it serves. No HTTP here: a verb takes values and
//! answers values, or an error that the door turns into a status. Every write goes with its event in one transaction.

pub mod api;
mod credentials;
mod door;
mod end;
mod error;
mod letters;
mod manage;
mod notices;
mod oauth;
mod packed;
pub mod policy;
mod projects;
mod rooms;
pub mod upstream;
mod usher;
pub mod webhooks;

use credentials::{passkeys, standing, totp};
pub use credentials::{password_pool, password_rules};
pub use door::mailed::MailedProof;
use door::{accounts, arrive, open_session, recover, return_to, second_factor, sign_in, sign_out, sign_up};
use oauth::{authenticate_client, authorize, introspect, issue, origins, refusals};
use rooms::{applications, receipts};

pub use accounts::{Account, Browser};
pub use api::{Right, TokenSession};
pub use applications::Application;
pub use arrive::SignedIn;
pub use authorize::{AuthorizeFault, Outcome};
pub use end::Ended;
pub use error::{Broken, CodeKind, FlowError, Refused};
pub use introspect::Introspection;
pub use manage::clients::{MAX_CLIENT_NAME, NewClient, RegisteredClient};
pub use manage::keys::MASTER_KEY_FACT;
pub use manage::projects::RegisteredProject;
pub use manage::statistics::Statistics;
pub use manage::users::NewUser;
pub use passkeys::{Ceremony, PasskeyAnswer};
pub use policy::{Answer, Asked, Bundle, Drafted, Held, NewAssignment, Simulated, SimulatedRoute, Subject};
pub use projects::{HistoryPage, HistorySearch, MAX_OVERLAP, Person, PersonSession, Rotation, USUAL_OVERLAP};
pub use receipts::{LOOK_EVERY as RECEIPT_LOOK_EVERY, LOOKS as RECEIPT_LOOKS, Told};
pub use recover::{LIFETIME as RECOVERY_LIFETIME, Recovered, RecoveryDone};
pub use refusals::log_refusal;
pub use return_to::{Continued, ReturnTo, WaitingRecovery};
pub use second_factor::SecondStep;
pub use sign_in::Attempt;
pub use sign_out::{LogoutRequest, SignOut};
pub use sign_up::{AsksPassword, LIFETIME as SIGN_UP_LIFETIME, SignUpForm, Verified};
pub use totp::TotpOffer;
pub use usher::{Device, Parts, Usher};
