//! Start-up, the only module that depends on all crates: from the configuration to a running server.

mod bootstrap;
mod configured;
mod data;
mod database_owner;
mod dev;
mod doctor;
mod features;
mod healthcheck;
mod instance_lock;
mod listen;
mod mailer;
mod open_files;
pub mod router;
mod run;
mod serve;
mod shutdown;
#[cfg(feature = "sim")]
mod simulate;
mod source;
mod startup_gate;

pub use bootstrap::{BootstrapError, Extensions, assemble, assemble_with, bootstrap, open_store};
pub use data::{Migrated, migrate, open_for_commands, pending_migrations};
pub use dev::dev;
pub use doctor::{Finding, FindingLevel, examine, of_config_fault, of_server};
pub use features::FEATURES;
pub use healthcheck::check_health;
pub use run::{prepare_command, prepare_process, prepare_tls};
pub use serve::serve;
#[cfg(feature = "sim")]
pub use simulate::{simulate, start_simulator};
pub use source::{OsRandom, SystemClock};

// The command line reaches the use cases through this module only.
pub use usher_accounts::upstream::NewProvider;
pub use usher_accounts::{Ended, FlowError, NewClient, NewUser, RegisteredClient, Rejected};
pub use usher_flows::{RegisteredProject, Usher};
pub use usher_policy::PolicyDocument;
pub use usher_policy::fault::DocumentFault;
pub use usher_policy::validate::validate as review_policy;
pub use usher_protocol::client::metadata::ClientMetadata;
pub use usher_protocol::scope::Scope;
pub use usher_storage::providers::StoredProvider;
pub use usher_upstream::CheckedStep;
