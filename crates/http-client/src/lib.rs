//! The one door out: every call that Usher makes to somebody else's server passes here.
//!
//! A call goes to a public address, or to one that the operator allowed; the address is judged when the connection is
//! made, so that a name cannot point elsewhere between check and call. Redirects are not followed, proxies of the
//! environment are not used, cookies are not kept, and every call ends in time and within a size.

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
pub use names::{Found, Names, SystemNames};

/// How long a call may take, from looking the name up to the last byte of the answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many bytes an answer may hold, unless the caller wants fewer.
const LARGEST: usize = 1024 * 1024;
/// How many bytes of an answer's header are read.
const MOST_HEADERS: usize = 100;

/// A call: method, address, headers, body.
pub type Request = http::Request<Vec<u8>>;

/// What the door lets through.
#[derive(Debug, Clone)]
pub struct OutboundRules {
    /// Ranges that may be called although they are not public. With loopback in them, plain http to it may be, too.
    pub allow: Vec<IpNet>,
    /// Certificates of authorities trusted beside the system's, PEM.
    pub extra_roots: Option<Vec<u8>>,
    /// How long a call may take.
    pub timeout: Duration,
}

impl Default for OutboundRules {
    /// Public addresses, the system's authorities, ten seconds.
    fn default() -> Self {
        Self { allow: Vec::new(), extra_roots: None, timeout: TIMEOUT }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: http::StatusCode,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body, whole.
    pub body: Bytes,
}

impl Answer {
    /// Is the body said to be of this type? Parameters such as `charset` do not matter, nor does case.
    pub fn is_of_type(&self, wanted: &str) -> bool {
        let said = self.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        said.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case(wanted)
    }
}

/// What becomes of an answer that is longer than wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beyond {
    Refuse,
    Cut,
}

/// The door. Cheap to clone: all clones share their connections.
#[derive(Debug, Clone)]
pub struct Outbound {
    client: Client,
    addresses: Arc<Addresses>,
    timeout: Duration,
}

impl Outbound {
    /// Opens the door under these rules.
    ///
    /// # Errors
    /// [`OutboundError::Setup`] if the extra certificates cannot be read.
    pub fn new(rules: OutboundRules) -> Result<Self, OutboundError> {
        Self::with_names(rules, Arc::new(SystemNames))
    }

    /// The same, with names looked up elsewhere than at the system's resolver.
    ///
    /// # Errors
    /// As [`Outbound::new`].
    pub fn with_names(rules: OutboundRules, names: Arc<dyn Names>) -> Result<Self, OutboundError> {
        let addresses = Arc::new(Addresses::allowing(rules.allow));
        let roots = match &rules.extra_roots {
            None => Vec::new(),
            Some(pem) => Certificate::from_pem_bundle(pem).map_err(|_| OutboundError::Setup)?,
        };
        let resolver = names::Vetted::new(names, Arc::clone(&addresses));
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
            // A machine without any authorities still reaches those it was given, and http on loopback.
            tracing::warn!("the system has no certificate authorities: https to public servers will fail");
            builder().tls_certs_only(roots).build()
        });
        Ok(Self { client: client.map_err(|_| OutboundError::Setup)?, addresses, timeout: rules.timeout })
    }

    /// How long a call may take.
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// May this address be called, as far as can be said without looking its name up?
    ///
    /// For settings when they are saved. The call itself is judged again, by the address connected to.
    ///
    /// # Errors
    /// [`OutboundError::Refused`].
    pub fn may_call(&self, url: &Url) -> Result<(), OutboundError> {
        self.addresses.may_call(url)
    }

    /// Makes the call.
    ///
    /// # Errors
    /// As the variants of [`OutboundError`] say. A status other than 200 is an answer, not an error.
    pub async fn send(&self, request: Request) -> Result<Answer, OutboundError> {
        self.send_up_to(request, LARGEST).await
    }

    /// Makes the call and reads no more than `largest` bytes of the answer's body.
    ///
    /// # Errors
    /// As [`Outbound::send`].
    pub async fn send_up_to(&self, request: Request, largest: usize) -> Result<Answer, OutboundError> {
        self.pass(request, largest, Beyond::Refuse).await
    }

    /// Makes the call and reads the first `most` bytes of the answer's body, however long it is: for whoever cares for
    /// the status, and looks at the rest to show it.
    ///
    /// # Errors
    /// As [`Outbound::send`], and never that the answer is too large.
    pub async fn send_cut(&self, request: Request, most: usize) -> Result<Answer, OutboundError> {
        self.pass(request, most, Beyond::Cut).await
    }

    async fn pass(&self, request: Request, most: usize, beyond: Beyond) -> Result<Answer, OutboundError> {
        let url = Url::parse(&request.uri().to_string()).map_err(|_| OutboundError::Refused)?;
        self.may_call(&url)?;
        let request = reqwest::Request::try_from(request).map_err(|_| OutboundError::Refused)?;
        // The client's own limit starts with the connection; this one holds for everything.
        let exchange = self.exchange(request, most, beyond);
        tokio::time::timeout(self.timeout, exchange).await.unwrap_or(Err(OutboundError::TooSlow))
    }

    async fn exchange(&self, request: reqwest::Request, most: usize, beyond: Beyond) -> Result<Answer, OutboundError> {
        let mut response = self.client.execute(request).await.map_err(|error| OutboundError::of(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let refuses = beyond == Beyond::Refuse;
        if refuses && response.content_length().is_some_and(|told| told > u64::try_from(most).unwrap_or(u64::MAX)) {
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
        Ok(Answer { status, headers, body: body.freeze() })
    }
}
