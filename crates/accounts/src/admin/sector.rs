//! The document at `sector_identifier_uri` (OpenID Connect Dynamic Registration §5): it names every redirect URI, and the
//! keys of a client that gets tokens without a redirect, so that no client takes the sector of somebody else.

use crate::error::Rejected;
use usher_domain::oauth::client::Client;
use usher_http_client::Outbound;
use usher_protocol::client::metadata::{ClientMetadata, MetadataFault};
use usher_protocol::strict_json;

/// The largest document that is read, in bytes.
const LARGEST: usize = 64 * 1_024;
/// Maximum nesting of its JSON.
const MAX_DEPTH: u8 = 4;

/// The members that were compared with the document.
#[derive(Debug, PartialEq, Eq)]
pub struct ProvenSector {
    uri: String,
    named: Vec<String>,
}

impl ProvenSector {
    fn of(metadata: &ClientMetadata) -> Option<Self> {
        let uri = metadata.sector_identifier_uri.clone()?;
        Some(Self { uri, named: metadata.uris_of_sector() })
    }
}

/// Fetches the document, unless the members are those of the stored client. Not within a transaction, which would wait for
/// another server.
pub async fn prove(
    outbound: &Outbound,
    stored: Option<&Client>,
    metadata: &ClientMetadata,
) -> Result<Option<ProvenSector>, Rejected> {
    let wanted = ProvenSector::of(metadata);
    let Some(sector) = &wanted else { return Ok(None) };
    if stored.is_some_and(|client| ProvenSector::of(&client.metadata) == wanted) {
        return Ok(wanted);
    }
    match fetch(outbound, &sector.uri).await {
        Some(document) if metadata.is_in_sector(&document) => Ok(wanted),
        Some(_) => Err(fault(
            "does not name every redirect URI: it is a JSON array of them, and of the jwks_uri if the client gets tokens without a redirect",
        )),
        None => Err(fault("cannot be fetched, or is no JSON")),
    }
}

async fn fetch(outbound: &Outbound, uri: &str) -> Option<serde_json::Value> {
    match outbound.get(uri, "application/json", LARGEST).await {
        Ok(answer) if answer.status.as_u16() == 200 => strict_json::value(&answer.body, MAX_DEPTH).ok(),
        Ok(answer) => {
            tracing::info!(status = answer.status.as_u16(), "refused: a sector document cannot be fetched");
            None
        }
        Err(error) => {
            tracing::info!("refused: a sector document cannot be fetched: {error}");
            None
        }
    }
}

/// Whether the metadata to be stored has the sector that was proven. It is computed again from the locked client, which may
/// have changed meanwhile.
pub fn is_proven(proven: Option<&ProvenSector>, metadata: &ClientMetadata) -> bool {
    ProvenSector::of(metadata).as_ref() == proven
}

/// What is wrong with a change of the identifiers: users would lose their accounts at the client.
pub(super) fn change_fault(stored: &ClientMetadata, metadata: &ClientMetadata) -> Option<MetadataFault> {
    let fault = "cannot change, nor can the host that pairwise identifiers are for: every user would be somebody else \
                 at this client. Make another client";
    (stored.sector() != metadata.sector()).then(|| MetadataFault::new("subject_type", fault))
}

fn fault(why: &str) -> Rejected {
    Rejected::Metadata(vec![MetadataFault::new("sector_identifier_uri", why)])
}
