//! The signed table that modules fetch.

use crate::policy::Policies;
use usher_accounts::error::FlowError;
use usher_domain::id::ProjectId;
use usher_domain::key::SigningAlg;
use usher_policy::Table;

/// The `typ` of a signed table, so that it is never accepted as a token.
const TYP: &str = "usher-policy+jws";

/// A published table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Its `ETag`, without quotes: `43-0123456789abcdef`.
    pub etag: String,
    /// The table, as JSON.
    pub table: String,
}

impl Policies {
    /// The revision and tag of the published rules, if there are any. Cheap.
    pub async fn policy_tag(&self, project: ProjectId) -> Result<Option<(i64, String)>, FlowError> {
        Ok(self.core.store.policy_mark(project).await?)
    }

    /// The published table.
    ///
    /// # Errors
    /// [`crate::Rejected::NotFound`] if nothing is published.
    pub async fn policy_bundle(&self, project: ProjectId) -> Result<Bundle, FlowError> {
        let revision = self.published_policy(project).await?;
        Ok(Bundle { etag: revision.publication.etag, table: revision.compiled })
    }

    /// The table as a compact JWS; its payload is the table, byte for byte.
    ///
    /// # Errors
    /// If there is no signing key.
    pub fn sign_policy(&self, bundle: &Bundle) -> Result<String, FlowError> {
        // A table is written as it was read, which a test ensures.
        let table = Table::read(bundle.table.as_bytes())?;
        Ok(self.signing_keys.keyring().sign(SigningAlg::Es256, TYP, &table)?)
    }
}
