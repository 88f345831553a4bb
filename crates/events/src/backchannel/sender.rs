//! Sends logout notifications to clients, many concurrently, a few to each client at a time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use hyper::http::Request as HttpRequest;
use hyper::http::header::CONTENT_TYPE;
use tokio_util::sync::CancellationToken;

use crate::drive_concurrently::drive_concurrently;
use usher_domain::event::logout_notice::{LogoutEndpoint, LogoutNotice, NoticeStatus, next_try};
use usher_domain::id::ClientId;
use usher_domain::key::SigningAlg;
use usher_domain::random::Random;
use usher_domain::time::{Clock, Timestamp};
use usher_http_client::{Outbound, OutboundRequest};
use usher_keys::keyring::Keyring;
use usher_protocol::logout_token::{self, LogoutTokenClaims};
use usher_storage::{Result, Store};

/// Maximum number of concurrent notifications.
const PLACES: usize = 64;
/// Maximum number of concurrent notifications to one client.
const OF_EACH: usize = 4;
/// If the sender stops, its notifications are due again after this: longer than one attempt takes.
const HELD: Duration = Duration::from_secs(45);
/// While notifications are being sent, the interval for checking for more.
const LOOK: Duration = Duration::from_millis(500);
/// After this a run starts nothing new.
const RUN: Duration = Duration::from_secs(120);
/// Maximum bytes read of an answer.
const READ: usize = 16 * 1024;

/// The dependencies of the sender.
#[derive(Clone, Copy)]
pub struct LogoutSenderContext<'a> {
    pub store: &'a Store,
    /// The HTTP client.
    pub outbound: &'a Outbound,
    /// The present keys.
    pub keyring: &'a (dyn Fn() -> Arc<Keyring> + Send + Sync),
    /// The issuer identifier.
    pub issuer: &'a str,
    pub clock: &'a dyn Clock,
    /// The source of randomness.
    pub random: &'a dyn Random,
}

/// Sends logout notifications.
pub struct LogoutSender<'a> {
    around: LogoutSenderContext<'a>,
}

/// Number of notifications in progress for each client.
#[derive(Debug, Default)]
struct NotificationsInProgress(BTreeMap<ClientId, usize>);

impl NotificationsInProgress {
    fn takes(&mut self, client: &ClientId) {
        *self.0.entry(client.clone()).or_default() += 1;
    }

    /// The clients at their maximum.
    fn full(&self) -> Vec<ClientId> {
        self.0.iter().filter(|(_, held)| **held >= OF_EACH).map(|(client, _)| client.clone()).collect()
    }

    /// Records the end of an attempt. One unreadable or unwritable row does not delay others.
    fn over(&mut self, (client, done): (ClientId, Result<()>)) {
        if let Some(held) = self.0.get_mut(&client) {
            *held = held.saturating_sub(1);
        }
        if let Err(why) = done {
            tracing::warn!("logout: what became of a notice is not written down, and it comes again: {why}");
        }
    }
}

impl<'a> LogoutSender<'a> {
    /// A sender.
    pub const fn new(around: LogoutSenderContext<'a>) -> Self {
        Self { around }
    }

    /// Sends notifications until none are due, for a few minutes at most, or until the server stops.
    ///
    /// # Errors
    /// If the database is not available. What was in progress is sent again later.
    pub async fn run(&self, stop: &CancellationToken) -> Result<()> {
        let mut under_way = FuturesUnordered::new();
        let mut busy = NotificationsInProgress::default();
        let over = tokio::time::sleep(RUN);
        tokio::pin!(over);
        loop {
            // A few at a time: a client that does not answer reaches its maximum soon, and does not delay others.
            while !stop.is_cancelled() && !over.is_elapsed() {
                let taking = self.take(PLACES.saturating_sub(under_way.len()), busy.full());
                let (taken, ended) = drive_concurrently(&mut under_way, taking).await;
                for one in ended {
                    busy.over(one);
                }
                let taken = taken?;
                if taken.is_empty() {
                    break;
                }
                for notice in taken {
                    busy.takes(&notice.client_id);
                    under_way.push(self.attempt(notice));
                }
            }
            if under_way.is_empty() {
                return Ok(());
            }
            tokio::select! {
                Some(one) = under_way.next() => busy.over(one),
                () = self.around.store.logouts_woken() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    async fn take(&self, room: usize, full: Vec<ClientId>) -> Result<Vec<LogoutNotice>> {
        let now = self.around.clock.now();
        if room == 0 || !self.around.store.has_due_logout_notice(now).await? {
            return Ok(Vec::new());
        }
        let most = u32::try_from(room.min(OF_EACH)).unwrap_or(u32::MAX);
        let mut tx = self.around.store.begin_single().await?;
        let taken = tx.take_logout_notices(now, now + HELD, &full, most).await?;
        tx.commit().await?;
        Ok(taken)
    }

    async fn attempt(&self, mut notice: LogoutNotice) -> (ClientId, Result<()>) {
        let done = self.send(&mut notice).await;
        (notice.client_id, done)
    }

    async fn send(&self, notice: &mut LogoutNotice) -> Result<()> {
        let address = self.address_of(notice).await?;
        self.try_once(address.as_ref(), notice).await;
        let mut tx = self.around.store.begin_single().await?;
        tx.record_logout_notice(notice).await?;
        tx.commit().await
    }

    /// The present destination of a client; if it was deleted, the one it had then.
    async fn address_of(&self, notice: &LogoutNotice) -> Result<Option<LogoutEndpoint>> {
        let Some(client) = self.around.store.find_client(&notice.client_id).await? else {
            return Ok(notice.address.clone());
        };
        let alg = client.metadata.id_token_signed_response_alg;
        Ok(client.metadata.backchannel_logout_uri.map(|uri| LogoutEndpoint { uri, alg }))
    }

    /// One attempt, and the resulting state of the notification.
    async fn try_once(&self, address: Option<&LogoutEndpoint>, notice: &mut LogoutNotice) {
        let request = self.request(address, notice);
        let answer = match request {
            Ok(request) => self.around.outbound.send_cut(request, READ).await.map_err(|error| error.to_string()),
            Err(why) => Err(why),
        };
        let now = self.around.clock.now();
        notice.last_status = answer.as_ref().ok().map(|answer| answer.status.as_u16());
        notice.last_error = None;
        notice.status = match answer.map(|answer| answer.status.as_u16()) {
            Ok(200 | 204) => NoticeStatus::Delivered,
            Ok(400) => {
                notice.last_error = Some("it answered 400: it does not accept the token".to_owned());
                NoticeStatus::Rejected
            }
            Ok(status) => self.later(notice, format!("it answered {status}"), now),
            Err(why) => self.later(notice, why, now),
        };
        notice.ended_at = (notice.status != NoticeStatus::Waiting).then_some(now);
    }

    fn later(&self, notice: &mut LogoutNotice, why: String, now: Timestamp) -> NoticeStatus {
        notice.last_error = Some(why);
        notice.send_after = next_try(notice.tries, now, self.around.random);
        if notice.send_after < notice.give_up_at { NoticeStatus::Waiting } else { NoticeStatus::GivenUp }
    }

    fn request(
        &self,
        address: Option<&LogoutEndpoint>,
        notice: &LogoutNotice,
    ) -> std::result::Result<OutboundRequest, String> {
        let LogoutEndpoint { uri, alg } = address.ok_or("its client no longer has a logout URI")?;
        let session = notice.session_id.to_string();
        let id = notice.id.to_string();
        let claims = LogoutTokenClaims::new(self.around.issuer, &notice.client_id.0, &id, self.around.clock.now().0);
        let claims = LogoutTokenClaims { sub: notice.sub.as_deref(), sid: Some(&session), ..claims };
        let alg = alg.parse().unwrap_or(SigningAlg::Rs256);
        let token = (self.around.keyring)().sign(alg, logout_token::TYP, &claims).map_err(|error| error.to_string())?;
        HttpRequest::post(uri)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("logout_token={token}").into_bytes())
            .map_err(|_| "its address cannot be read".to_owned())
    }
}
