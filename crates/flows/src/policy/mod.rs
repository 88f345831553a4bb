//! Access rules: draft, publication, rollback, role assignments, decisions.

pub(crate) mod assign;
pub(crate) mod bundle;
pub(crate) mod decide;
pub(crate) mod draft;
pub(crate) mod history;
pub(crate) mod publish;
pub(crate) mod simulate;
pub(crate) mod trial;

use moka::sync::Cache;
use std::sync::Arc;
use usher_accounts::admin::clients::Clients;
use usher_accounts::admin::keys::SigningKeys;
use usher_accounts::core::Core;
use usher_accounts::subjects::Subjects;

use aws_lc_rs::digest::{SHA256, digest};

use usher_accounts::error::FlowError;
use usher_domain::id::ProjectId;
use usher_policy::validate::{Review, validate};
use usher_policy::{PolicyDocument, Table};

pub use assign::{NewAssignment, Subject};
pub use bundle::Bundle;
pub use decide::{DecisionAnswer, DecisionRequest, HeldRoles};
pub use draft::Drafted;
pub use simulate::{Simulated, SimulatedRoute};
pub use trial::{RulesVersion, Trial, TrialRequest, TrialTarget, TriedRoute};

/// The tag of a text: 16 hexadecimal digits of its SHA-256.
fn short_hash(text: &str) -> String {
    use std::fmt::Write as _;
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref().iter().take(8).fold(String::with_capacity(16), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Validates a document on a blocking thread.
async fn review(document: PolicyDocument) -> Review {
    match tokio::task::spawn_blocking(move || validate(&document)).await {
        Ok(review) => review,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Review { valid: false, faults: Vec::new(), cedar: None },
        },
    }
}

/// Access rules and role assignments of projects.
pub struct Policies {
    pub(crate) core: Arc<Core>,
    pub(crate) clients: Arc<Clients>,
    pub(crate) signing_keys: Arc<SigningKeys>,
    pub(crate) subjects: Arc<Subjects>,
    /// Recently used tables of access rules; a revision never changes.
    pub(crate) tables: Cache<(ProjectId, i64), Arc<Table>>,
}

impl Policies {
    /// The published table of a project, with its revision; `None` if nothing is published.
    pub(super) async fn published_table(&self, project: ProjectId) -> Result<Option<Arc<Table>>, FlowError> {
        let Some((revision, _)) = self.core.store.policy_mark(project).await? else { return Ok(None) };
        if let Some(known) = self.tables.get(&(project, revision)) {
            return Ok(Some(known));
        }
        let Some(found) = self.core.store.find_revision(project, revision).await? else { return Ok(None) };
        let table = Arc::new(Table::read(found.compiled.as_bytes())?);
        self.tables.insert((project, revision), table.clone());
        Ok(Some(table))
    }
}
