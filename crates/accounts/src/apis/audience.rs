//! The default APIs of a client: its metadata `audience`.

use super::Apis;
use crate::error::{FlowError, Rejected};
use usher_domain::id::ProjectId;
use usher_domain::oauth::client::Client;
use usher_protocol::client::metadata::MetadataFault;
use usher_protocol::resource;
use usher_storage::Tx;

impl Apis {
    /// Checks that each audience of a client is an API that it may use, or Usher itself, and that all are of one project.
    /// Those in `known` were registered before and stay, so that other settings can be changed.
    ///
    /// # Errors
    /// [`Rejected::Metadata`] that names the first fault.
    pub async fn check_audience(&self, tx: &mut Tx, client: &Client, known: &[String]) -> Result<(), FlowError> {
        let mut project: Option<ProjectId> = None;
        // Those that stay come first, so that a new one is compared with them.
        let (stay, new): (Vec<_>, Vec<_>) = client.metadata.audience.iter().partition(|name| known.contains(name));
        for name in stay.into_iter().chain(new) {
            let is_new = !known.contains(name);
            let canonical = resource::canonical(name).unwrap_or_else(|_| name.clone());
            if self.is_usher(&canonical) {
                continue;
            }
            match self.owner_for(tx, client, &canonical).await? {
                Some(owner) if is_new && project.is_some_and(|other| other != owner) => {
                    let why = "belongs to another project than the others: a token is for the APIs of one";
                    return Err(fault(name, why));
                }
                Some(owner) => project = Some(owner),
                None if is_new => {
                    return Err(fault(name, "is no API of the client's project, nor one that allows the client"));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// The project of an API that the client may use.
    async fn owner_for(&self, tx: &mut Tx, client: &Client, canonical: &str) -> Result<Option<ProjectId>, FlowError> {
        let Some(api) = tx.find_api_named(canonical).await? else { return Ok(None) };
        let may = api.project_id == client.project_id || tx.find_allowed_client(api.id, &client.id).await?.is_some();
        Ok(may.then_some(api.project_id))
    }
}

fn fault(name: &str, why: &str) -> FlowError {
    Rejected::Metadata(vec![MetadataFault::of_value("audience", name, why)]).into()
}
