//! What a module says of itself: its host, its library, and the revision of the access rules that it applies.

use axum::extract::FromRequestParts;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;

use crate::ApiResult;
use usher_domain::id::ClientId;
use usher_events::feed::ModuleIdentity;
use usher_http_server::extract::client_ip::ClientIp;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;

/// Longest `host` and longest version.
const LONGEST: usize = 64;

/// A module, as its request describes it.
pub(super) struct ReportedModule {
    host: Option<String>,
    address: Option<String>,
    version: Option<String>,
    /// The revision of the rules that it applies.
    pub revision: Option<u64>,
}

impl ReportedModule {
    /// The identity of the module with this client.
    pub(super) fn of(&self, client_id: Option<ClientId>) -> ModuleIdentity {
        let Self { host, address, version, .. } = self;
        ModuleIdentity { client_id, host: host.clone(), address: address.clone(), version: version.clone() }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ReportedModule {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let query = QueryParams::from_request_parts(parts, state).await?;
        let address = parts.extensions.get::<ClientIp>().map(|ip| ip.0.to_string());
        let agent = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        Ok(Self {
            host: host(&query)?,
            address,
            version: agent.and_then(version).map(str::to_owned),
            revision: revision(&query)?,
        })
    }
}

fn one<'q>(query: &'q QueryParams, name: &'static str) -> ApiResult<Option<&'q str>> {
    query.0.get(name).map_err(|_| HttpProblem::parameter(name, "it was sent more than once"))
}

fn host(query: &QueryParams) -> ApiResult<Option<String>> {
    let is_host = |text: &&str| {
        (1..=LONGEST).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:/".contains(&byte))
    };
    let Some(host) = one(query, "host")? else { return Ok(None) };
    let host = Some(host).filter(is_host);
    host.map(|host| Some(host.to_owned())).ok_or_else(|| {
        HttpProblem::parameter("host", "it is 1 to 64 letters, digits, hyphens, dots, underscores, colons or slashes")
    })
}

fn revision(query: &QueryParams) -> ApiResult<Option<u64>> {
    let revision = one(query, "rev")?.map(str::parse::<u64>).transpose();
    revision.map_err(|_| HttpProblem::parameter("rev", "it is the number of a revision"))
}

/// The first product of a `User-Agent` (RFC 9110 §10.1.5), such as `usher-sdk-node/0.1.0`.
fn version(agent: &str) -> Option<&str> {
    let is_product = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/+".contains(&byte);
    let product = agent.split(' ').next()?;
    Some(product).filter(|text| (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_product))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_first_product_of_the_user_agent() {
        assert_eq!(version("usher-sdk-node/0.1.0"), Some("usher-sdk-node/0.1.0"));
        assert_eq!(version("Mozilla/5.0 (X11; Linux)"), Some("Mozilla/5.0"));
        for garbage in ["", " x", "<b>/1", &"x".repeat(65)] {
            assert_eq!(version(garbage), None, "{garbage}");
        }
    }
}
