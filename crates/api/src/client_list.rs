//! Paging through lists of clients, whose ids are text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::list::{List, read_limit};
use super::projects::ClientView;
use crate::ApiResult;
use usher_domain::id::ClientId;
use usher_domain::oauth::client::Client;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;

/// A requested page of a list of clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientPageRequest {
    /// The page starts after the client with this id; empty for the first page.
    pub after: String,
    /// The largest number of clients.
    pub size: u32,
}

/// One page of clients.
pub type ClientList = List<ClientView>;

impl ClientPageRequest {
    /// Parses `cursor` and `limit`.
    ///
    /// # Errors
    /// 400 that names the parameter.
    pub fn read(QueryParams(params): &QueryParams) -> ApiResult<Self> {
        let unread = || HttpProblem::parameter("cursor", "it was not issued by this server");
        let cursor =
            params.get("cursor").map_err(|_| HttpProblem::parameter("cursor", "it was sent more than once"))?;
        let after = cursor.map(|cursor| read_client(cursor).ok_or_else(unread)).transpose()?;
        Ok(Self { after: after.map(|id| id.0).unwrap_or_default(), size: read_limit(params)? })
    }

    /// Builds a page from one client more than requested: the extra one shows that there is another page.
    pub fn cut(&self, mut clients: Vec<Client>) -> ClientList {
        let size = self.size as usize;
        let more = clients.len() > size;
        clients.truncate(size);
        let next = clients.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(&last.id.0));
        List { data: clients.iter().map(ClientView::from).collect(), next_cursor: next }
    }
}

/// The client id in a cursor.
fn read_client(cursor: &str) -> Option<ClientId> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?.parse().ok()
}
