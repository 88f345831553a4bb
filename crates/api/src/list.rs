//! Lists, page by page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::projects::ClientView;
use crate::ApiResult;
use usher_domain::client::Client;
use usher_domain::id::ClientId;
use usher_domain::page::{Cursor, MAX_PAGE, Page};
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_protocol::params::Params;

/// Items on a page, where nobody says how many.
const USUAL: u32 = 50;

/// Which page is wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; `Wanted` reads them")]
pub struct ListParams {
    /// Where the page starts: the `next_cursor` of the page before.
    #[param(example = "AZPfTpQAcACAAAAAAAAAAA")]
    cursor: Option<String>,
    /// Items on the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
}

/// The page that is wanted, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// It starts after the item with this id; `None` at the start of the list.
    pub after: Option<Cursor>,
    /// So many items at most.
    pub size: u32,
}

impl Wanted {
    /// Reads `cursor` and `limit`.
    ///
    /// # Errors
    /// 400 that names the parameter.
    pub fn read(QueryParams(params): &QueryParams) -> ApiResult<Self> {
        let one = |name| params.get(name).map_err(|_| HttpProblem::parameter(name, "it is there twice"));
        let after = one("cursor")?.map(Cursor::decode).transpose();
        let after = after.map_err(|_| HttpProblem::parameter("cursor", "it is none of ours"))?;
        Ok(Self { after, size: read_limit(params)? })
    }
}

fn read_limit(params: &Params) -> ApiResult<u32> {
    let limit = params.get("limit").map_err(|_| HttpProblem::parameter("limit", "it is there twice"))?;
    let size = limit.map_or(Ok(USUAL), str::parse::<u32>).ok().filter(|size| (1..=MAX_PAGE).contains(size));
    size.ok_or_else(|| HttpProblem::parameter("limit", "it is a number from 1 to 100"))
}

/// The client that a cursor names.
fn read_client(cursor: &str) -> Option<ClientId> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?.parse().ok()
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct List<T> {
    /// The items.
    pub data: Vec<T>,
    /// Where the next page starts; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "AZPfTpQAcACAAAAAAAAAAA")]
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// A page as it goes out.
    pub fn of<U>(page: Page<U>, write: impl FnMut(U) -> T) -> Self {
        Self { data: page.items.into_iter().map(write).collect(), next_cursor: page.next.map(Cursor::encode) }
    }
}

/// Which page of a list of clients is wanted: they are named by text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientPage {
    /// It starts after the client with this id; empty at the start of the list.
    pub after: String,
    /// So many clients at most.
    pub size: u32,
}

/// One page of clients.
pub type ClientList = List<ClientView>;

impl ClientPage {
    /// Reads `cursor` and `limit`.
    ///
    /// # Errors
    /// 400 that names the parameter.
    pub fn read(QueryParams(params): &QueryParams) -> ApiResult<Self> {
        let unread = || HttpProblem::parameter("cursor", "it is none of ours");
        let cursor = params.get("cursor").map_err(|_| HttpProblem::parameter("cursor", "it is there twice"))?;
        let after = cursor.map(|cursor| read_client(cursor).ok_or_else(unread)).transpose()?;
        Ok(Self { after: after.map(|id| id.0).unwrap_or_default(), size: read_limit(params)? })
    }

    /// A page of one more than were wanted: the extra one says that there is more.
    pub fn cut(&self, mut clients: Vec<Client>) -> ClientList {
        let size = self.size as usize;
        let more = clients.len() > size;
        clients.truncate(size);
        let next = clients.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(&last.id.0));
        List { data: clients.iter().map(ClientView::from).collect(), next_cursor: next }
    }
}
