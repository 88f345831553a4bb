//! Paged lists.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::ApiResult;
use usher_domain::id::ClientId;
use usher_domain::page::{Cursor, MAX_PAGE, Page};
use usher_domain::user::search::UserPosition;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_protocol::params::Params;

/// The default number of items on a page.
const USUAL: u32 = 50;

/// Paging parameters.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; `PageRequest` reads them")]
pub struct ListParams {
    /// The `next_cursor` of the page before.
    #[param(example = "AZPfTpQAcACAAAAAAAAAAA")]
    cursor: Option<String>,
    /// The largest number of items on the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
}

/// The key of a list, as its cursors hold it.
pub trait ListKey: Sized {
    fn read(cursor: &str) -> Option<Self>;
    fn write(&self) -> String;
}

impl ListKey for Cursor {
    fn read(cursor: &str) -> Option<Self> {
        Self::decode(cursor).ok()
    }

    fn write(&self) -> String {
        self.encode()
    }
}

/// The ids of clients are text.
impl ListKey for ClientId {
    fn read(cursor: &str) -> Option<Self> {
        String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?.parse().ok()
    }

    fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }
}

/// Lists of users have several orders.
impl ListKey for UserPosition {
    fn read(cursor: &str) -> Option<Self> {
        Self::decode(cursor)
    }

    fn write(&self) -> String {
        self.encode()
    }
}

/// Validated paging parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest<K = Cursor> {
    /// The page starts after the item with this key; `None` for the first page.
    pub after: Option<K>,
    /// The largest number of items.
    pub size: u32,
}

impl PageRequest<ClientId> {
    /// The client after which the page starts; empty for the first page.
    pub fn after_client(&self) -> &str {
        self.after.as_ref().map_or("", |id| id.0.as_str())
    }
}

impl<K: ListKey> PageRequest<K> {
    /// Parses `cursor` and `limit`; 400 that names the parameter.
    pub fn read(QueryParams(params): &QueryParams) -> ApiResult<Self> {
        let one = |name| params.get(name).map_err(|_| HttpProblem::parameter(name, "it was sent more than once"));
        let unread = || HttpProblem::parameter("cursor", "it was not issued by this server");
        let after = one("cursor")?.map(|cursor| K::read(cursor).ok_or_else(unread)).transpose()?;
        Ok(Self { after, size: read_limit(params)? })
    }
}

fn read_limit(params: &Params) -> ApiResult<u32> {
    let limit = params.get("limit").map_err(|_| HttpProblem::parameter("limit", "it was sent more than once"))?;
    let size = limit.map_or(Ok(USUAL), str::parse::<u32>).ok().filter(|size| (1..=MAX_PAGE).contains(size));
    size.ok_or_else(|| HttpProblem::parameter("limit", "it is a number from 1 to 100"))
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct List<T> {
    /// The items.
    pub data: Vec<T>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "AZPfTpQAcACAAAAAAAAAAA")]
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// One page out of one item more than requested: the extra one shows that there is another page.
    pub fn cut<U, K: ListKey>(wanted: &PageRequest<K>, mut items: Vec<U>, key: fn(&U) -> &K) -> Self
    where
        T: for<'u> From<&'u U>,
    {
        let size = usize::try_from(wanted.size).unwrap_or(usize::MAX);
        let more = items.len() > size;
        items.truncate(size);
        let next_cursor = items.last().filter(|_| more).map(|last| key(last).write());
        Self { data: items.iter().map(T::from).collect(), next_cursor }
    }

    /// Converts a page to its wire form.
    pub fn of<U>(page: Page<U>, write: impl FnMut(U) -> T) -> Self {
        Self { data: page.items.into_iter().map(write).collect(), next_cursor: page.next.map(Cursor::encode) }
    }
}
