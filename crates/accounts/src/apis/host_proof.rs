//! The proof that the host of an `https` identifier is a project's: a file on it. It is required where anybody may create
//! projects; otherwise one project could claim the API of another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use usher_http_client::OutboundRequest;

use super::{ApiCreator, Apis};
use crate::error::{FlowError, Rejected};
use usher_config::ProjectCreators;
use usher_domain::id::ProjectId;
use usher_domain::urls::HOST_PROOF;
use usher_keys::seal::Purpose;

/// The beginning of the line in it.
const PREFIX: &str = "usher-verification=";
/// The largest file that is read.
const LARGEST: usize = 8 * 1_024;

impl Apis {
    /// Whether the creator of an API must prove that its host is the project's.
    pub(super) fn needs_proof(&self, by: ApiCreator) -> bool {
        by == ApiCreator::Project && self.core.config.projects.create == ProjectCreators::Anyone
    }

    /// Checks the file, unless the project has proved the host before.
    pub(super) async fn prove_host(&self, project: ProjectId, host: &str) -> Result<(), FlowError> {
        match self.core.store.find_owner_of_host(host).await? {
            Some(owner) if owner == project => return Ok(()),
            Some(_) => return Err(Rejected::HostTaken.into()),
            None => {}
        }
        let (url, line) = (format!("https://{host}{HOST_PROOF}"), self.line_of_host(project, host));
        if self.is_published(&url, &line).await {
            return Ok(());
        }
        Err(Rejected::HostUnproven { url, line }.into())
    }

    /// The line that proves a host. It is derived, so that it stays the same from one attempt to the next.
    fn line_of_host(&self, project: ProjectId, host: &str) -> String {
        let mac = self.core.sealer.mac(Purpose::HostProof, format!("{project} {host}").as_bytes());
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(mac))
    }

    async fn is_published(&self, url: &str, line: &str) -> bool {
        let Ok(uri) = url.parse() else { return false };
        let mut request = OutboundRequest::new(Vec::new());
        *request.uri_mut() = uri;
        match self.providers.outbound().send_up_to(request, LARGEST).await {
            Ok(answer) if answer.status.is_success() => {
                String::from_utf8_lossy(&answer.body).lines().any(|found| found.trim() == line)
            }
            Ok(answer) => {
                tracing::info!(status = answer.status.as_u16(), "refused: the proof of a host is not published");
                false
            }
            Err(error) => {
                tracing::info!("refused: the proof of a host cannot be fetched: {error}");
                false
            }
        }
    }
}
