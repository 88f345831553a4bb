//! The HTTP client for all calls to other servers.
//!
//! A call goes to a public address, or to one that the operator allowed; the address is checked when the connection is
//! made, so that DNS cannot change between check and call. It follows no redirects, uses no proxies of the environment,
//! keeps no cookies, and has limits of time and size.

mod address;
mod error;
mod names;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use hyper::http;
use reqwest::{Certificate, Client, redirect};
use url::Url;

pub use address::Addresses;
pub use error::OutboundError;
pub use ipnet::IpNet;
pub use names::{LookupResult, Resolver, SystemResolver};

/// Maximum duration of a call, from resolving the name to the last byte of the answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum bytes of an answer, unless the caller wants fewer.
const LARGEST: usize = 1024 * 1024;
/// Maximum number of headers of an answer.
const MOST_HEADERS: usize = 100;

/// A call: method, URL, headers, body.
pub type OutboundRequest = http::Request<Vec<u8>>;

/// The rules of the client.
#[derive(Debug, Clone)]
pub struct OutboundRules {
    /// Ranges that may be called although they are not public. If they include loopback, plain http to it is allowed,
    /// too.
    pub allow: Vec<IpNet>,
    /// Additional certificate authorities, PEM.
    pub extra_roots: Option<Vec<u8>>,
    /// Maximum duration of a call.
    pub timeout: Duration,
}

impl Default for OutboundRules {
    /// Public addresses, the system's authorities, ten seconds.
    fn default() -> Self {
        Self { allow: Vec::new(), extra_roots: None, timeout: TIMEOUT }
    }
}

/// The answer.
#[derive(Debug, Clone)]
pub struct OutboundResponse {
    /// The status.
    pub status: http::StatusCode,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body, whole.
    pub body: Bytes,
}

impl OutboundResponse {
    /// Whether the body has this content type. Parameters such as `charset`, and case, are ignored.
    pub fn is_of_type(&self, wanted: &str) -> bool {
        let said = self.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        said.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case(wanted)
    }
}

/// What to do if an answer is longer than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OverlongBody {
    Refuse,
    Cut,
}

/// The client. Cheap to clone: clones share their connections.
#[derive(Debug, Clone)]
pub struct Outbound {
    client: Client,
    addresses: Arc<Addresses>,
    timeout: Duration,
}

impl Outbound {
    /// A client with these rules.
    ///
    /// # Errors
    /// [`OutboundError::Setup`] if the additional certificates cannot be read.
    pub fn new(rules: OutboundRules) -> Result<Self, OutboundError> {
        Self::with_names(rules, Arc::new(SystemResolver))
    }

    /// The same, with another resolver than the system's.
    ///
    /// # Errors
    /// Like [`Outbound::new`].
    pub fn with_names(rules: OutboundRules, names: Arc<dyn Resolver>) -> Result<Self, OutboundError> {
        let addresses = Arc::new(Addresses::allowing(rules.allow));
        let roots = match &rules.extra_roots {
            None => Vec::new(),
            Some(pem) => Certificate::from_pem_bundle(pem).map_err(|_| OutboundError::Setup)?,
        };
        let resolver = names::PermittedResolver::new(names, Arc::clone(&addresses));
        let builder = || {
            Client::builder()
                .user_agent(concat!("usher/", env!("CARGO_PKG_VERSION")))
                .redirect(redirect::Policy::none())
                .referer(false)
                .no_proxy()
                .http1_max_headers(MOST_HEADERS)
                .connect_timeout(rules.timeout / 2)
                .timeout(rules.timeout)
                .dns_resolver(resolver.clone())
        };
        let client = builder().tls_certs_merge(roots.clone()).build().or_else(|_| {
            // A machine without certificate authorities can still call servers with the additional ones, and http on
            // loopback.
            tracing::warn!("the system has no certificate authorities: https to public servers will fail");
            builder().tls_certs_only(roots).build()
        });
        Ok(Self { client: client.map_err(|_| OutboundError::Setup)?, addresses, timeout: rules.timeout })
    }

    /// Maximum duration of a call.
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Checks whether this URL may be called, as far as possible without resolving its name.
    ///
    /// For settings that are saved. The call itself is checked again, by the address of the connection.
    ///
    /// # Errors
    /// [`OutboundError::Rejected`].
    pub fn may_call(&self, url: &Url) -> Result<(), OutboundError> {
        self.addresses.may_call(url)
    }

    /// Makes the call.
    ///
    /// # Errors
    /// See [`OutboundError`]. Any status is an answer, not an error.
    pub async fn send(&self, request: OutboundRequest) -> Result<OutboundResponse, OutboundError> {
        self.send_up_to(request, LARGEST).await
    }

    /// Fetches at most `largest` bytes of a document.
    ///
    /// # Errors
    /// Like [`Outbound::send`].
    pub async fn get(
        &self,
        url: &str,
        accept: &'static str,
        largest: usize,
    ) -> Result<OutboundResponse, OutboundError> {
        let request = http::Request::get(url).header(http::header::ACCEPT, accept).body(Vec::new());
        self.send_up_to(request.map_err(|_| OutboundError::Rejected)?, largest).await
    }

    /// Makes the call and reads at most `largest` bytes of the body; a longer one is an error.
    ///
    /// # Errors
    /// Like [`Outbound::send`].
    pub async fn send_up_to(
        &self,
        request: OutboundRequest,
        largest: usize,
    ) -> Result<OutboundResponse, OutboundError> {
        self.pass(request, largest, OverlongBody::Refuse).await
    }

    /// Makes the call and reads the first `most` bytes of the body, for callers that need the status and only show the
    /// rest.
    ///
    /// # Errors
    /// Like [`Outbound::send`], except that the answer is never too large.
    pub async fn send_cut(&self, request: OutboundRequest, most: usize) -> Result<OutboundResponse, OutboundError> {
        self.pass(request, most, OverlongBody::Cut).await
    }

    async fn pass(
        &self,
        request: OutboundRequest,
        most: usize,
        beyond: OverlongBody,
    ) -> Result<OutboundResponse, OutboundError> {
        let url = Url::parse(&request.uri().to_string()).map_err(|_| OutboundError::Rejected)?;
        self.may_call(&url)?;
        let request = reqwest::Request::try_from(request).map_err(|_| OutboundError::Rejected)?;
        // The client's own timeout starts with the connection; this one covers everything.
        let exchange = self.exchange(request, most, beyond);
        tokio::time::timeout(self.timeout, exchange).await.unwrap_or(Err(OutboundError::TooSlow))
    }

    async fn exchange(
        &self,
        request: reqwest::Request,
        most: usize,
        beyond: OverlongBody,
    ) -> Result<OutboundResponse, OutboundError> {
        let mut response = self.client.execute(request).await.map_err(|error| OutboundError::of(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let refuses = beyond == OverlongBody::Refuse;
        if refuses && response.content_length().is_some_and(|length| length > u64::try_from(most).unwrap_or(u64::MAX)) {
            return Err(OutboundError::TooLarge);
        }
        let mut body = BytesMut::new();
        while let Some(part) = response.chunk().await.map_err(|error| OutboundError::of(&error))? {
            let room = most - body.len();
            if part.len() > room && refuses {
                return Err(OutboundError::TooLarge);
            }
            body.extend_from_slice(&part[..part.len().min(room)]);
            if part.len() > room {
                break;
            }
        }
        Ok(OutboundResponse { status, headers, body: body.freeze() })
    }
}
