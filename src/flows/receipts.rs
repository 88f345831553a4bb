//! After much has ended: a receipt that says of each application what becomes of it.

use super::api::is_house;
use super::end::Ended;
use super::error::FlowError;
use super::usher::Usher;
use crate::domain::receipt::{Line, Telling, of_untold};
use crate::domain::time::Timestamp;
use crate::protocol::client_metadata::RefreshRotation;

impl Usher {
    /// One line for each application that has lost its access, by name.
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn receipt(&self, ended: &Ended) -> Result<Vec<Line>, FlowError> {
        let mut lines = Vec::new();
        for client_id in ended.clients.iter().filter(|client| !is_house(client)) {
            let client = self.find_client(client_id).await?;
            // Where tokens are not rotated the row does not tell when the last one was issued: it may have been just now.
            let rotates =
                client.as_ref().is_some_and(|client| client.metadata.refresh_rotation == RefreshRotation::Rotate);
            let issued_at = ended.issued_at(client_id).filter(|_| rotates);
            let telling = self.telling(issued_at);
            let name = client.map_or_else(|| client_id.0.clone(), |client| client.metadata.client_name.clone());
            lines.push(Line { client_id: client_id.clone(), name, telling });
        }
        lines.sort_by_key(|line| line.name.to_lowercase());
        Ok(lines)
    }

    /// The answer to a refresh may be asked for again for a while, and comes with a new access token each time.
    fn telling(&self, issued_at: Option<Timestamp>) -> Telling {
        let (now, tokens) = (self.now(), &self.config.tokens);
        let issued_at = issued_at.map_or(now, |at| now.min(at + tokens.refresh_retry_window));
        of_untold(issued_at, tokens.access_ttl, now)
    }
}
