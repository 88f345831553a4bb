//! The browser of a check-up: it follows redirects within the application's own sites and keeps cookies. It runs no
//! scripts and fills in no forms.

use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION};
use http::{Method, Request};
use url::Url;

use super::jar::CheckUpJar;
use super::request::{ReturnMode, TestRequest};
use usher_domain::time::{Clock, Timestamp};
use usher_http_client::{Outbound, OutboundError};
use usher_protocol::authorize::redirect_uri;
use usher_protocol::params::Params;

/// Most redirects in a row.
const MOST_HOPS: usize = 12;
/// Most bytes that are read of a page.
const MOST_BYTES: usize = 256 * 1024;

/// Where the browser may go.
#[derive(Debug, Clone)]
pub struct Territory {
    /// The origins of the application.
    pub origins: Vec<String>,
    /// The authorization endpoint of the test issuer: the browser stops there and requests nothing.
    pub authorize: String,
}

impl Territory {
    fn is_own(&self, url: &Url) -> bool {
        redirect_uri::origin(url.as_str()).is_some_and(|origin| self.origins.contains(&origin))
    }

    fn is_issuer(&self, url: &Url) -> bool {
        let mut bare = url.clone();
        bare.set_query(None);
        bare.set_fragment(None);
        bare.as_str() == self.authorize
    }
}

/// Where a walk of the browser ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// At the authorization endpoint of the test issuer.
    AtIssuer(Url),
    /// On a page of the application.
    Page(SeenPage),
}

/// A page of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenPage {
    /// Without query.
    pub url: String,
    pub status: u16,
    /// Its beginning.
    pub body: String,
    /// Did any answer on the way say 429?
    pub throttled: bool,
}

/// Why a walk did not end on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalkFault {
    /// The server cannot call the application.
    Outbound(OutboundError),
    /// A redirect leads to another site.
    Left(String),
    /// Too many redirects, or one without a target.
    Lost,
}

/// A browser with its own cookies.
pub struct CheckUpBrowser<'a> {
    outbound: &'a Outbound,
    territory: &'a Territory,
    clock: &'a dyn Clock,
    jar: CheckUpJar,
    /// What it did: a line for each request.
    pub steps: Vec<String>,
}

impl<'a> CheckUpBrowser<'a> {
    pub fn new(outbound: &'a Outbound, territory: &'a Territory, clock: &'a dyn Clock) -> Self {
        Self { outbound, territory, clock, jar: CheckUpJar::default(), steps: Vec::new() }
    }

    /// Opens a page.
    ///
    /// # Errors
    /// See [`WalkFault`].
    pub async fn open(&mut self, url: &Url) -> Result<Arrival, WalkFault> {
        self.walk(Method::GET, url.clone(), None).await
    }

    /// Brings an authorization response to the application.
    ///
    /// # Errors
    /// See [`WalkFault`].
    pub async fn deliver(
        &mut self,
        request: &TestRequest,
        params: &[(&'static str, String)],
    ) -> Result<Arrival, WalkFault> {
        let mut url = request.redirect_uri.clone();
        match request.mode {
            ReturnMode::Query => {
                url.query_pairs_mut().extend_pairs(params);
                self.walk(Method::GET, url, None).await
            }
            ReturnMode::FormPost => {
                let form = Params::from_pairs(params.iter().map(|(name, value)| (*name, value.as_str()))).encode();
                self.walk(Method::POST, url, Some(form)).await
            }
        }
    }

    async fn walk(&mut self, mut method: Method, mut url: Url, mut form: Option<String>) -> Result<Arrival, WalkFault> {
        let mut throttled = false;
        for _ in 0..MOST_HOPS {
            if self.territory.is_issuer(&url) {
                return Ok(Arrival::AtIssuer(url));
            }
            if !self.territory.is_own(&url) {
                return Err(WalkFault::Left(redirect_uri::origin(url.as_str()).unwrap_or_default()));
            }
            let answer = self.fetch(&method, &url, form.as_deref()).await?;
            throttled |= answer.status == 429;
            let Some(next) = answer.location else {
                url.set_query(None);
                let page = SeenPage { url: url.into(), status: answer.status, body: answer.body, throttled };
                return Ok(Arrival::Page(page));
            };
            // 307 and 308 repeat the request (RFC 9110 §15.4).
            if !matches!(answer.status, 307 | 308) {
                (method, form) = (Method::GET, None);
            }
            url = url.join(&next).map_err(|_| WalkFault::Lost)?;
        }
        Err(WalkFault::Lost)
    }

    async fn fetch(&mut self, method: &Method, url: &Url, form: Option<&str>) -> Result<Fetched, WalkFault> {
        let mut place = url.clone();
        place.set_fragment(None);
        let mut request = Request::builder().method(method).uri(place.as_str()).header(ACCEPT, "text/html,*/*;q=0.8");
        if let Some(cookies) = self.jar.header(&place) {
            request = request.header(COOKIE, cookies);
        }
        if form.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let body = form.unwrap_or_default().as_bytes().to_vec();
        let request = request.body(body).map_err(|_| WalkFault::Lost)?;
        let answer = self.outbound.send_cut(request, MOST_BYTES).await;
        let said = answer.as_ref().map_or_else(ToString::to_string, |answer| answer.status.as_u16().to_string());
        self.steps.push(format!("{method} {} → {said}", place.path()));
        let answer = answer.map_err(WalkFault::Outbound)?;
        self.jar.keep(&place, &answer.headers, self.now());
        let location = answer.headers.get(LOCATION).filter(|_| answer.status.is_redirection());
        Ok(Fetched {
            status: answer.status.as_u16(),
            location: location.and_then(|to| to.to_str().ok()).map(str::to_owned),
            body: String::from_utf8_lossy(&answer.body).into_owned(),
        })
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

struct Fetched {
    status: u16,
    location: Option<String>,
    body: String,
}
