//! Sends logout notifications to clients.

use std::sync::Arc;

use hyper::http::Request as HttpRequest;
use hyper::http::header::CONTENT_TYPE;
use tokio_util::sync::CancellationToken;

use crate::client_messages::{ClientMessages, HELD, send_due};
use usher_domain::event::logout_notice::{LogoutEndpoint, LogoutNotice, NoticeStatus, next_try};
use usher_domain::id::ClientId;
use usher_domain::key::SigningAlg;
use usher_domain::random::Random;
use usher_domain::time::{Clock, Timestamp};
use usher_http_client::{Outbound, OutboundRequest};
use usher_keys::keyring::Keyring;
use usher_protocol::logout_token::{self, LogoutTokenClaims};
use usher_storage::{Result, Store};

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
        send_due(self, stop).await
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

impl ClientMessages for LogoutSender<'_> {
    const KIND: &'static str = "logout";

    type Message = LogoutNotice;

    fn client_of(notice: &LogoutNotice) -> &ClientId {
        &notice.client_id
    }

    async fn take(&self, full: Vec<ClientId>, most: u32) -> Result<Vec<LogoutNotice>> {
        let now = self.around.clock.now();
        if !self.around.store.has_due_logout_notice(now).await? {
            return Ok(Vec::new());
        }
        let mut tx = self.around.store.begin_single().await?;
        let taken = tx.take_logout_notices(now, now + HELD, &full, most).await?;
        tx.commit().await?;
        Ok(taken)
    }

    async fn send(&self, mut notice: LogoutNotice) -> Result<()> {
        let address = self.address_of(&notice).await?;
        self.try_once(address.as_ref(), &mut notice).await;
        let mut tx = self.around.store.begin_single().await?;
        tx.record_logout_notice(&notice).await?;
        tx.commit().await
    }

    async fn woken(&self) {
        self.around.store.logouts_woken().await;
    }
}
