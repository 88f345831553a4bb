//! Paged lists.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::ApiResult;
use usher_domain::page::{Cursor, MAX_PAGE, Page};
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

/// Validated paging parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// The page starts after the item with this id; `None` for the first page.
    pub after: Option<Cursor>,
    /// The largest number of items.
    pub size: u32,
}

impl PageRequest {
    /// Parses `cursor` and `limit`.
    ///
    /// # Errors
    /// 400 that names the parameter.
    pub fn read(QueryParams(params): &QueryParams) -> ApiResult<Self> {
        let one = |name| params.get(name).map_err(|_| HttpProblem::parameter(name, "it was sent more than once"));
        let after = one("cursor")?.map(Cursor::decode).transpose();
        let after = after.map_err(|_| HttpProblem::parameter("cursor", "it was not issued by this server"))?;
        Ok(Self { after, size: read_limit(params)? })
    }
}

pub(super) fn read_limit(params: &Params) -> ApiResult<u32> {
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
    /// Converts a page to its wire form.
    pub fn of<U>(page: Page<U>, write: impl FnMut(U) -> T) -> Self {
        Self { data: page.items.into_iter().map(write).collect(), next_cursor: page.next.map(Cursor::encode) }
    }
}
