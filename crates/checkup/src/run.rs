//! Runs a check-up: a good sign-in first, then each fault.

use std::time::Duration;

use http::Request;
use http::header::CONTENT_TYPE;
use url::Url;

use super::browser::{Arrival, CheckUpBrowser, SeenPage, WalkFault};
use super::case::{CaseGroup, CheckCase};
use super::check_up::{CaseResult, CheckUp, Obstacle};
use super::request::TestRequest;
use super::telltale::{Telltale, opened};
use super::verdict::{CaseFinding, SignInSeen, judge, judge_logout};
use usher_domain::time::Clock;
use usher_http_client::{Outbound, OutboundError};
use usher_protocol::params::Params;

/// The longest check-up. What was not tried by then is reported so.
const PATIENCE: Duration = Duration::from_mins(5);
/// Most bytes that are read of the answer to a logout token.
const MOST_BYTES: usize = 16 * 1024;

/// Runs a check-up that has begun, to its end.
pub async fn run(check_up: &CheckUp, outbound: &Outbound, clock: &dyn Clock) {
    let run = Run { check_up, outbound, clock };
    match tokio::time::timeout(PATIENCE, Box::pin(run.all())).await {
        Ok(Err((obstacle, steps))) => check_up.stop(obstacle, steps, clock.now()),
        Ok(Ok(())) | Err(_) => check_up.finish(clock.now()),
    }
}

/// An obstacle, and the steps that led to it.
type Stopped = (Obstacle, Vec<String>);

#[derive(Clone, Copy)]
struct Run<'a> {
    check_up: &'a CheckUp,
    outbound: &'a Outbound,
    clock: &'a dyn Clock,
}

/// The page that tells whether somebody is signed in.
struct Probe {
    url: Url,
    telltale: Telltale,
}

/// A sign-in whose response was delivered.
struct Delivered<'a> {
    browser: CheckUpBrowser<'a>,
    request: TestRequest,
    code: String,
    arrival: Result<Arrival, WalkFault>,
}

impl<'a> Run<'a> {
    async fn all(self) -> Result<(), Stopped> {
        let probe = self.good_sign_in().await?;
        for case in CheckCase::ALL.iter().copied().filter(|case| case.is_faulty_sign_in()) {
            if case != CheckCase::RotatedKey {
                self.faulty_sign_in(case, &probe).await;
            }
        }
        self.logout(&probe).await;
        // Last: an application that does not fetch the new key may not accept the old one any more.
        self.check_up.issuer.rotate();
        self.faulty_sign_in(CheckCase::RotatedKey, &probe).await;
        Ok(())
    }

    fn browser(self) -> CheckUpBrowser<'a> {
        CheckUpBrowser::new(self.outbound, &self.check_up.territory, self.clock)
    }

    fn report(self, case: CheckCase, finding: CaseFinding, steps: Vec<String>) {
        self.check_up.add(CaseResult { case, finding, steps });
    }

    /// Signs in as it should be, and finds out how the application shows that.
    async fn good_sign_in(self) -> Result<Probe, Stopped> {
        let issuer = &self.check_up.issuer;
        let mut signed = self.sign_in(CheckCase::GoodSignIn).await?;
        let seen = issuer.seen(&signed.code);
        let landed = match signed.arrival.clone() {
            Ok(Arrival::Page(page)) => page,
            Ok(Arrival::AtIssuer(_)) => return Err((Obstacle::Lost, signed.browser.steps)),
            Err(fault) => return Err((obstacle(fault), signed.browser.steps)),
        };
        if let Some(why) = issuer.refusal(&signed.code) {
            return Err((Obstacle::Token(why), signed.browser.steps));
        }
        if seen.redeemed == 0 {
            return Err((Obstacle::NeverRedeemed { status: landed.status }, signed.browser.steps));
        }
        let url = self.check_up.urls.protected.clone();
        let url = url.or_else(|| landed.url.parse().ok()).ok_or((Obstacle::Lost, Vec::new()))?;
        let bare = bare(&url);
        let after = signed.browser.open(&url).await;
        let mut stranger = self.browser();
        let before = stranger.open(&url).await;
        let (after, before) = (opened(&bare, &after), opened(&bare, &before));
        let steps = [signed.browser.steps, vec!["—".to_owned()], stranger.steps].concat();
        let Some(telltale) = Telltale::find(before, after, &issuer.person) else {
            let obstacle = match after {
                None => Obstacle::NotSignedIn { url: bare, status: landed.status },
                Some(_) => Obstacle::NoDifference { url: bare },
            };
            return Err((obstacle, steps));
        };
        self.report(CheckCase::GoodSignIn, CaseFinding::SignedIn, steps);
        let pkce = if seen.has_challenge { CaseFinding::UsesPkce } else { CaseFinding::NoPkce };
        self.report(CheckCase::Pkce, pkce, Vec::new());
        Ok(Probe { url, telltale })
    }

    /// Signs in with the fault of this case, in a browser of its own.
    async fn sign_in(self, case: CheckCase) -> Result<Delivered<'a>, Stopped> {
        let mut browser = self.browser();
        let asked = match browser.open(&self.check_up.urls.sign_in).await {
            Ok(Arrival::AtIssuer(url)) => url,
            Ok(Arrival::Page(SeenPage { url, status, .. })) => {
                return Err((Obstacle::NoRequest { url, status }, browser.steps));
            }
            Err(fault) => return Err((obstacle(fault), browser.steps)),
        };
        let (client, origins) = (&self.check_up.issuer.client_id, &self.check_up.territory.origins);
        let request = match TestRequest::read(&asked, client, origins) {
            Ok(request) => request,
            Err(fault) => return Err((Obstacle::Request(fault), browser.steps)),
        };
        if case == CheckCase::OtherBrowser {
            let steps = std::mem::take(&mut browser.steps);
            browser = self.browser();
            browser.steps = steps;
        }
        Ok(self.deliver(browser, request, case).await)
    }

    async fn deliver(self, mut browser: CheckUpBrowser<'a>, request: TestRequest, case: CheckCase) -> Delivered<'a> {
        let response = self.check_up.issuer.respond(&request, case);
        let arrival = browser.deliver(&request, &response.params).await;
        Delivered { browser, request, code: response.code, arrival }
    }

    async fn faulty_sign_in(self, case: CheckCase, probe: &Probe) {
        let first = if case == CheckCase::ReplayedState { CheckCase::GoodSignIn } else { case };
        let mut signed = match self.sign_in(first).await {
            Ok(signed) => signed,
            Err((obstacle, steps)) => return self.report(case, unreached(&obstacle), steps),
        };
        if case == CheckCase::ReplayedState {
            signed = self.deliver(signed.browser, signed.request, case).await;
        }
        let (page, fault) = self.look(&mut signed.browser, probe).await;
        let issuer = &self.check_up.issuer;
        let throttled = matches!(&signed.arrival, Ok(Arrival::Page(page)) if page.throttled);
        let seen = SignInSeen {
            signed_in: probe.telltale.says(page.as_ref(), [&issuer.person, &issuer.other]),
            shows_other: page.as_ref().is_some_and(|page| issuer.other.is_on(&page.body)),
            throttled: throttled || page.as_ref().is_some_and(|page| page.throttled),
            at_issuer: issuer.seen(&signed.code),
        };
        // A page that cannot be fetched says nothing; a callback that breaks the connection refuses.
        let finding = fault.map_or_else(|| judge(case, seen), CaseFinding::Unreachable);
        let mut steps = signed.browser.steps;
        steps.push(format!("token endpoint: {} · userinfo: {}", seen.at_issuer.redeemed, seen.at_issuer.userinfo));
        self.report(case, finding, steps);
    }

    /// What the page for signed-in people shows to this browser.
    async fn look(self, browser: &mut CheckUpBrowser<'a>, probe: &Probe) -> (Option<SeenPage>, Option<OutboundError>) {
        let walked = browser.open(&probe.url).await;
        let fault = match &walked {
            Err(WalkFault::Outbound(error)) => Some(*error),
            _ => None,
        };
        (opened(&bare(&probe.url), &walked).cloned(), fault)
    }

    async fn logout(self, probe: &Probe) {
        let cases = CheckCase::ALL.iter().copied().filter(|case| case.group() == CaseGroup::Logout);
        let Some(uri) = &self.check_up.logout_uri else {
            return cases.for_each(|case| self.report(case, CaseFinding::NoLogoutUri, Vec::new()));
        };
        let mut ends = false;
        let mut session: Option<Delivered<'a>> = None;
        for case in cases {
            let good = case == CheckCase::GoodLogout;
            if !good && !ends {
                self.report(case, CaseFinding::LogoutUnused, Vec::new());
                continue;
            }
            // A session that is still open serves the next token, too.
            let signed = match session.take() {
                Some(signed) => signed,
                None => match self.sign_in(CheckCase::GoodSignIn).await {
                    Ok(signed) => signed,
                    Err((obstacle, steps)) => {
                        self.report(case, unreached(&obstacle), steps);
                        continue;
                    }
                },
            };
            let (finding, kept) = self.send_logout(case, (uri, probe), signed).await;
            ends |= good && finding == CaseFinding::SessionEnded;
            session = kept;
        }
    }

    /// Sends a logout token and looks at the page. The session, if it is still open.
    async fn send_logout(
        self,
        case: CheckCase,
        (uri, probe): (&Url, &Probe),
        mut signed: Delivered<'a>,
    ) -> (CaseFinding, Option<Delivered<'a>>) {
        let token = self.check_up.issuer.logout_token(&signed.code, case).ok().flatten().unwrap_or_default();
        let form = Params::from_pairs([("logout_token", token)]).encode().into_bytes();
        let request = Request::post(uri.as_str()).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        let sent = match request {
            Ok(request) => self.outbound.send_cut(request, MOST_BYTES).await,
            Err(_) => Err(OutboundError::Rejected),
        };
        let said = sent.as_ref().map_or_else(ToString::to_string, |answer| answer.status.as_u16().to_string());
        signed.browser.steps.push(format!("POST {} → {said}", uri.path()));
        let (page, fault) = self.look(&mut signed.browser, probe).await;
        let issuer = &self.check_up.issuer;
        let open = probe.telltale.says(page.as_ref(), [&issuer.person, &issuer.other]);
        let finding = match (sent, fault) {
            (Err(error), _) | (_, Some(error)) => CaseFinding::Unreachable(error),
            (Ok(_), None) => judge_logout(case == CheckCase::GoodLogout, open),
        };
        self.report(case, finding, std::mem::take(&mut signed.browser.steps));
        (finding, open.then_some(signed))
    }
}

/// The URL without its query, as pages are compared.
fn bare(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.into()
}

fn obstacle(fault: WalkFault) -> Obstacle {
    match fault {
        WalkFault::Outbound(error) => Obstacle::Outbound(error),
        WalkFault::Left(origin) => Obstacle::Left(origin),
        WalkFault::Lost => Obstacle::Lost,
    }
}

/// The finding of a case whose sign-in could not begin.
const fn unreached(obstacle: &Obstacle) -> CaseFinding {
    match obstacle {
        Obstacle::Outbound(error) => CaseFinding::Unreachable(*error),
        Obstacle::NoRequest { status: 429, .. } => CaseFinding::TooMany,
        _ => CaseFinding::NeverAsked,
    }
}
