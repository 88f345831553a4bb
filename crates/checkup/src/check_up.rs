//! A check-up: of which client, with which test issuer, and how far it is.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use super::browser::Territory;
use super::case::CheckCase;
use super::issuer::TestIssuer;
use super::keys::TestKeys;
use super::request::RequestFault;
use super::verdict::{CaseFinding, Grade, Tally, grade};
use usher_domain::id::{ClientId, ProjectId};
use usher_domain::time::Timestamp;
use usher_domain::urls::CheckUpUrls;
use usher_http_client::OutboundError;
use usher_protocol::authorize::redirect_uri;

/// How long a test issuer exists after it was prepared.
pub const ISSUER_LIFETIME: Duration = Duration::from_hours(1);
/// Longest URL of an application's page.
const LONGEST_URL: usize = 2_000;

/// What the developer says of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationUrls {
    /// Starts a sign-in.
    pub sign_in: Url,
    /// A page that tells whether somebody is signed in; where a sign-in ends, if absent.
    pub protected: Option<Url>,
}

/// Why a URL of the application cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlFault {
    /// Not an http or https URL.
    Malformed,
    /// At no origin of the client's redirect URIs.
    Elsewhere,
}

impl ApplicationUrls {
    /// Reads what was typed. The pages must be at the origins of the redirect URIs.
    ///
    /// # Errors
    /// The fault of each of the two.
    pub fn read(sign_in: &str, protected: &str, origins: &[String]) -> Result<Self, [Option<UrlFault>; 2]> {
        let first = read_url(sign_in, origins);
        let second = (!protected.trim().is_empty()).then(|| read_url(protected, origins)).transpose();
        match (first, second) {
            (Ok(sign_in), Ok(protected)) => Ok(Self { sign_in, protected }),
            (first, second) => Err([first.err(), second.err()]),
        }
    }
}

fn read_url(typed: &str, origins: &[String]) -> Result<Url, UrlFault> {
    let typed = typed.trim();
    let url = Url::parse(typed).ok().filter(|_| typed.len() <= LONGEST_URL).ok_or(UrlFault::Malformed)?;
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
        return Err(UrlFault::Malformed);
    }
    let own = redirect_uri::origin(url.as_str()).is_some_and(|origin| origins.contains(&origin));
    if own { Ok(url) } else { Err(UrlFault::Elsewhere) }
}

/// Why no grade is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// The server cannot call the application.
    Outbound(OutboundError),
    /// The sign-in URL leads to another site, not to the test issuer.
    Left(String),
    /// The sign-in URL ends on a page of the application, with this status.
    NoRequest { url: String, status: u16 },
    /// Redirects without an end.
    Lost,
    /// The authorization request cannot be answered.
    Request(RequestFault),
    /// The token endpoint refused the application.
    Token(String),
    /// The application never called the token endpoint.
    NeverRedeemed { status: u16 },
    /// It got good tokens, and the page does not say that the person is signed in.
    NotSignedIn { url: String, status: u16 },
    /// The page looks the same to everybody.
    NoDifference { url: String },
}

/// How far a check-up is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// The application is being configured.
    Prepared,
    Running,
    /// Over, with a grade.
    Graded(Tally, Grade),
    /// Over, without a grade.
    Stopped(Obstacle),
}

/// The result of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseResult {
    pub case: CheckCase,
    pub finding: CaseFinding,
    /// What the application was asked and answered: a line for each request.
    pub steps: Vec<String>,
}

/// The present state of a check-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    pub phase: Phase,
    /// In the order in which they were tried.
    pub results: Vec<CaseResult>,
    /// The steps of a sign-in that met an obstacle.
    pub steps: Vec<String>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Who and what a check-up is about.
pub struct CheckUp {
    /// Part of the issuer's URL: nobody can guess it.
    pub run: String,
    pub client_id: ClientId,
    pub project_id: ProjectId,
    pub urls: ApplicationUrls,
    pub territory: Territory,
    /// Where logout tokens go, if the client has registered that.
    pub logout_uri: Option<Url>,
    pub issuer: TestIssuer,
    pub prepared_at: Timestamp,
    progress: Mutex<Progress>,
}

impl CheckUp {
    /// A check-up that waits for the application. A `logout_uri` at another origin than the application's is ignored.
    pub fn new(
        (client_id, project_id): (ClientId, ProjectId),
        (run, issuer): (String, TestIssuer),
        (urls, origins): (ApplicationUrls, Vec<String>),
        logout_uri: Option<&str>,
        now: Timestamp,
    ) -> Self {
        let authorize = CheckUpUrls::AUTHORIZE.strip_prefix(CheckUpUrls::ISSUER).unwrap_or_default();
        let authorize = format!("{}{authorize}", issuer.issuer);
        let logout_uri = logout_uri.and_then(|uri| read_url(uri, &origins).ok());
        let progress = Progress { phase: Phase::Prepared, results: Vec::new(), steps: Vec::new(), ended_at: None };
        Self {
            run,
            client_id,
            project_id,
            urls,
            territory: Territory { origins, authorize },
            logout_uri,
            issuer,
            prepared_at: now,
            progress: Mutex::new(progress),
        }
    }

    /// Until when its issuer answers.
    pub fn valid_until(&self) -> Timestamp {
        self.prepared_at + ISSUER_LIFETIME
    }

    /// Does its issuer answer?
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.prepared_at <= now && now < self.valid_until()
    }

    /// A copy of the present state.
    pub fn progress(&self) -> Progress {
        self.lock().clone()
    }

    pub fn is_running(&self) -> bool {
        self.lock().phase == Phase::Running
    }

    /// Begins with these keys, unless it runs already.
    pub fn begin(&self, keys: TestKeys) -> bool {
        let mut progress = self.lock();
        if progress.phase == Phase::Running {
            return false;
        }
        self.issuer.begin(keys);
        *progress = Progress { phase: Phase::Running, results: Vec::new(), steps: Vec::new(), ended_at: None };
        true
    }

    pub(crate) fn add(&self, result: CaseResult) {
        self.lock().results.push(result);
    }

    /// Ends it without a grade.
    pub(crate) fn stop(&self, obstacle: Obstacle, steps: Vec<String>, now: Timestamp) {
        let mut progress = self.lock();
        progress.phase = Phase::Stopped(obstacle);
        progress.steps = steps;
        progress.ended_at = Some(now);
    }

    /// Ends it. Cases that were not tried count as such.
    pub(crate) fn finish(&self, now: Timestamp) {
        let mut progress = self.lock();
        let tried = |case: &CheckCase| progress.results.iter().any(|result| result.case == *case);
        let left: Vec<_> = CheckCase::ALL.iter().copied().filter(|case| !tried(case)).collect();
        let untried = |case| CaseResult { case, finding: CaseFinding::TimeOver, steps: Vec::new() };
        progress.results.extend(left.into_iter().map(untried));
        let (tally, graded) = grade(progress.results.iter().map(|result| (result.case, result.finding)));
        progress.phase = Phase::Graded(tally, graded);
        progress.ended_at = Some(now);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_other_sites_are_not_opened() {
        let origins = ["https://rp.test".to_owned()];
        let read = |sign_in, protected| ApplicationUrls::read(sign_in, protected, &origins);
        let urls = read(" https://rp.test/login ", "").unwrap();
        assert_eq!((urls.sign_in.as_str(), urls.protected), ("https://rp.test/login", None));
        assert!(read("https://rp.test/login", "https://rp.test/me").unwrap().protected.is_some());
        for (typed, fault) in [
            ("https://evil.test/login", UrlFault::Elsewhere),
            ("http://rp.test/login", UrlFault::Elsewhere),
            ("https://rp.test:8443/", UrlFault::Elsewhere),
            ("https://a:b@rp.test/", UrlFault::Malformed),
            ("file:///etc/passwd", UrlFault::Malformed),
            ("/login", UrlFault::Malformed),
            ("", UrlFault::Malformed),
        ] {
            assert_eq!(read(typed, "https://rp.test/"), Err([Some(fault), None]), "{typed}");
            assert_eq!(read("https://rp.test/", typed).is_err(), !typed.is_empty(), "{typed}");
        }
    }
}
