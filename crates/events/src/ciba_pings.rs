//! Calls clients whose CIBA requests were answered (CIBA Core §10.2): they then ask the token endpoint.

use std::future::pending;

use hyper::http::Request as HttpRequest;
use hyper::http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::client_messages::{ClientMessages, HELD, send_due};
use usher_domain::id::ClientId;
use usher_domain::oauth::ciba_request::{CibaPing, CibaPingContent, PingOutcome};
use usher_domain::random::Random;
use usher_domain::time::Clock;
use usher_http_client::{Outbound, OutboundRequest};
use usher_keys::seal::{Purpose, Sealer};
use usher_storage::{Result, Store};

/// Maximum bytes read of an answer.
const READ: usize = 16 * 1024;

/// The dependencies of the sender.
#[derive(Clone, Copy)]
pub struct CibaPingContext<'a> {
    pub store: &'a Store,
    pub outbound: &'a Outbound,
    pub sealer: &'a Sealer,
    pub clock: &'a dyn Clock,
    pub random: &'a dyn Random,
}

/// Calls clients.
pub struct CibaPings<'a> {
    around: CibaPingContext<'a>,
}

impl<'a> CibaPings<'a> {
    pub const fn new(around: CibaPingContext<'a>) -> Self {
        Self { around }
    }

    /// Calls clients until no call is due, for a few minutes at most, or until the server stops.
    ///
    /// # Errors
    /// If the database is not available. What was in progress is sent again later.
    pub async fn run(&self, stop: &CancellationToken) -> Result<()> {
        send_due(self, stop).await
    }

    /// The status of the answer, or why there is none; `None` if the client is not to be called any more.
    async fn call(&self, ping: &CibaPing) -> Result<Option<std::result::Result<u16, String>>> {
        let Some(client) = self.around.store.find_client(&ping.client_id).await? else { return Ok(None) };
        let metadata = &client.metadata;
        let Some(url) = metadata.backchannel_client_notification_endpoint.as_deref().filter(|_| metadata.is_pinged())
        else {
            return Ok(None);
        };
        let Some(request) = self.request(url, ping).filter(|_| client.is_active()) else { return Ok(None) };
        let answer = self.around.outbound.send_cut(request, READ).await;
        Ok(Some(answer.map(|answer| answer.status.as_u16()).map_err(|error| error.to_string())))
    }

    fn request(&self, url: &str, ping: &CibaPing) -> Option<OutboundRequest> {
        let opened = self.around.sealer.open(Purpose::CibaPing, &ping.sealed).ok()?;
        let CibaPingContent { auth_req_id, token } = serde_json::from_slice(&opened).ok()?;
        HttpRequest::post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .body(json!({ "auth_req_id": auth_req_id }).to_string().into_bytes())
            .ok()
    }

    async fn record(&self, ping: &CibaPing, outcome: PingOutcome) -> Result<()> {
        let mut tx = self.around.store.begin_single().await?;
        match outcome {
            PingOutcome::Again(at) => tx.delay_ciba_ping(ping.id, at).await?,
            PingOutcome::Delivered | PingOutcome::Refused | PingOutcome::GivenUp => tx.end_ciba_ping(ping.id).await?,
        }
        tx.commit().await
    }
}

impl ClientMessages for CibaPings<'_> {
    const KIND: &'static str = "ciba";

    type Message = CibaPing;

    fn client_of(ping: &CibaPing) -> &ClientId {
        &ping.client_id
    }

    async fn take(&self, full: Vec<ClientId>, most: u32) -> Result<Vec<CibaPing>> {
        let now = self.around.clock.now();
        if !self.around.store.has_due_ciba_ping(now).await? {
            return Ok(Vec::new());
        }
        let mut tx = self.around.store.begin_single().await?;
        let taken = tx.take_ciba_pings(now, now + HELD, &full, most).await?;
        tx.commit().await?;
        Ok(taken)
    }

    async fn send(&self, ping: CibaPing) -> Result<()> {
        let Some(answer) = self.call(&ping).await? else { return self.record(&ping, PingOutcome::Refused).await };
        let status = answer.as_ref().ok().copied();
        let outcome = ping.outcome(status, self.around.clock.now(), self.around.random);
        if outcome != PingOutcome::Delivered {
            let why = answer.map_or_else(|error| error, |status| format!("it answered {status}"));
            tracing::info!(client.id = %ping.client_id, tries = ping.tries, ?outcome, "ciba: a client is not told: {why}");
        }
        self.record(&ping, outcome).await
    }

    /// The job looks every second.
    async fn woken(&self) {
        pending::<()>().await;
    }
}
