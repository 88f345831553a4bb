//! The verbs: what people, clients and owners do.
//!
//! Each file is an `impl Usher { … }` that reads like the section it serves. No HTTP here: a verb takes values and
//! answers values, or an error that the door turns into a status. Every write goes with its event in one transaction.

mod accounts;
mod activity;
mod applications;
mod arrive;
mod authenticate_client;
mod authorize;
mod change_email;
mod client_credentials;
mod consent;
mod delete_account;
mod devices;
mod disown;
mod end;
mod error;
mod exchange_code;
mod introspect;
mod issue;
mod letters;
mod manage_clients;
mod manage_keys;
mod manage_projects;
mod manage_users;
mod notices;
mod open_session;
mod origins;
pub mod password_pool;
pub mod password_rules;
mod passwords;
mod profile;
mod receipts;
mod recover;
mod refresh;
mod releases;
mod revoke;
mod setup;
mod sign_in;
mod sign_out;
mod sign_up;
mod throttle;
mod token;
pub mod upstream;
mod userinfo;
mod usher;

pub use accounts::{Account, Browser};
pub use applications::Application;
pub use arrive::SignedIn;
pub use authorize::{AuthorizeFault, Outcome};
pub use end::Ended;
pub use error::{Broken, FlowError, Refused};
pub use introspect::Introspection;
pub use manage_clients::{NewClient, RegisteredClient};
pub use manage_keys::MASTER_KEY_FACT;
pub use manage_projects::RegisteredProject;
pub use manage_users::NewUser;
pub use sign_in::Attempt;
pub use sign_out::{LogoutRequest, SignOut};
pub use sign_up::{BegunHere, SignUpForm, Verified};
pub use usher::{Device, Parts, Usher};
