//! The feed by WebSocket (RFC 6455), subprotocol `usher.sync.v1`.
//!
//! A subscriber that does not read is disconnected and continues from its cursor when it reconnects: the server keeps
//! nothing for it but a position in one channel.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, State};
use axum::http::header::ORIGIN;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, sleep_until, timeout};
use utoipa::IntoParams;

use super::events::{EntriesAfter, news};
use super::follower::{admitted, no_token, place};
use super::module::ReportedModule;
use crate::ApiResult;
use crate::caller::presented;
use crate::openapi::Problem;
use usher_accounts::FlowError;
use usher_domain::event::feed::{EntryKind, FeedCursor};
use usher_domain::time::Timestamp;
use usher_events::feed::frame::Frame;
use usher_events::feed::{FeedSubscription, FeedUpdate, Listener, ListenerSlot, Transport};
use usher_flows::api::{Credential, Follower};
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::server::Stopping;
use usher_http_server::state::App;
use usher_protocol::client::certificate::ClientCertificate;

/// The subprotocol.
const PROTOCOL: &str = "usher.sync.v1";
/// Seconds between two pings. A subscriber that answers neither of two is disconnected.
const HEARTBEAT: u64 = 25;
/// A subscriber that reads nothing for so long is disconnected.
const SEND: Duration = Duration::from_secs(10);
/// The timeout of the closing handshake.
const PARTING: Duration = Duration::from_secs(2);
/// The longest message of a subscriber; acknowledgements are much shorter.
const LONGEST_MESSAGE: usize = 4 * 1024;
/// The read buffer of each subscriber, sufficient for most messages.
const READ_BUFFER: usize = 256;
/// Most messages of a subscriber between two pings.
const MOST_MESSAGES: u32 = 200;

/// Close codes of this protocol.
mod close {
    /// The subscriber closed the connection.
    pub const NORMAL: u16 = 1000;
    /// The credential has ended.
    pub const UNAUTHORIZED: u16 = 4401;
    /// Too many or malformed messages.
    pub const MISBEHAVED: u16 = 1008;
    /// No response to pings.
    pub const SILENT: u16 = 4408;
    /// The server is shutting down: reconnect.
    pub const GOING_AWAY: u16 = 1012;
    /// The database cannot be read.
    pub const BROKEN: u16 = 1011;
}

/// Parameters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; `get` reads them")]
pub struct SocketParams {
    /// The last position of the subscriber; without it, only new entries are sent.
    #[param(example = "e1.18234")]
    cursor: Option<String>,
    /// A ticket, for clients that cannot set headers.
    ticket: Option<String>,
    /// The module's host and process, to be shown to the project.
    #[param(example = "web-1/4711", max_length = 64)]
    host: Option<String>,
}

/// What is known of the connection of a request.
pub struct ConnectionParts {
    certificate: Option<ClientCertificate>,
    stopping: Option<Stopping>,
}

impl FromRequestParts<App> for ConnectionParts {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self { certificate: parts.extensions.get().cloned(), stopping: parts.extensions.get().cloned() })
    }
}

/// Subscribe to the feed by WebSocket.
///
/// `hello`, the entries since the cursor, then every new entry within moments.
#[utoipa::path(
    get, path = "/api/v1/sync", tag = "sync", operation_id = "follow_sync", params(SocketParams),
    responses(
        (status = 101, description = "The socket is open; see docs/sync.md for the messages"),
        (status = 400, description = "Not a WebSocket handshake, or the cursor cannot be read", body = Problem),
        (status = 403, description = "The token does not reach the feed, or the page is nobody's", body = Problem),
        (status = 426, description = "A WebSocket is needed here", body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn get(
    state: State<App>,
    query: QueryParams,
    module: ReportedModule,
    headers: HeaderMap,
    uri: Uri,
    connection: ConnectionParts,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> ApiResult<Response> {
    let one = |name| query.0.get(name).map_err(|_| HttpProblem::parameter(name, "it was sent more than once"));
    let cursor = one("cursor")?.map(str::parse::<FeedCursor>).transpose();
    let cursor = cursor.map_err(|_| HttpProblem::parameter("cursor", "it looks like e1.42"))?;
    check_origin(&state, &headers).await?;
    let upgrade = upgrade.map_err(|_| {
        HttpProblem::new(StatusCode::UPGRADE_REQUIRED, "UPGRADE_REQUIRED", "This address speaks WebSocket.")
    })?;
    let follower = match (presented(&headers, "GET", uri.path())?, one("ticket")?) {
        (Some(presented), _) => {
            let presented = presented.over(connection.certificate.as_ref());
            admitted(state.usher.feed_access.follower(&presented).await)?
        }
        (None, Some(ticket)) => admitted(state.usher.feed_access.redeem_ticket(ticket).await)?,
        (None, None) => return Err(no_token()),
    };
    let app = state.0;
    let place = place(&app)?;
    let upgrade = upgrade.protocols([PROTOCOL]).read_buffer_size(READ_BUFFER).write_buffer_size(0);
    let upgrade =
        upgrade.max_write_buffer_size(256 * 1024).max_message_size(LONGEST_MESSAGE).max_frame_size(LONGEST_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let stopping = connection.stopping;
        let seat = FeedSocket { app, follower, module, stopping, reached: 0, epoch: 0, said: 0 };
        // Boxed, because accepting a connection needs a much larger future than serving it.
        Box::pin(seat.attend(place, socket, cursor)).await;
    }))
}

/// A web page may subscribe only from this server's origin or a registered one (RFC 6455 §10.2); programs send no
/// origin.
async fn check_origin(app: &App, headers: &HeaderMap) -> ApiResult<()> {
    let mut origins = headers.get_all(ORIGIN).iter();
    let allowed = match (origins.next().map(|origin| origin.to_str()), origins.next()) {
        (None, _) => true,
        (Some(Ok(origin)), None) => {
            let ours = app.usher.core.config.server.issuer.url().origin().ascii_serialization();
            origin == ours || app.usher.client_origins.is_client_origin(origin).await?
        }
        _ => false,
    };
    let refused = || HttpProblem::new(StatusCode::FORBIDDEN, "CROSS_SITE", "This page may not follow the feed.");
    if allowed { Ok(()) } else { Err(refused()) }
}

/// The reason for closing a socket: a code and a word.
type CloseReason = (u16, &'static str);

/// A subscriber and its socket.
struct FeedSocket {
    app: App,
    follower: Follower,
    module: ReportedModule,
    stopping: Option<Stopping>,
    /// The last position that was sent.
    reached: i64,
    epoch: u64,
    /// Messages of the subscriber since the last ping.
    said: u32,
}

/// A message of a subscriber.
#[derive(Deserialize)]
struct SubscriberMessage {
    t: String,
    #[serde(default)]
    c: i64,
    #[serde(default)]
    rev: Option<u64>,
}

impl FeedSocket {
    async fn attend(mut self, place: ListenerSlot, mut socket: WebSocket, cursor: Option<FeedCursor>) {
        let Err((code, reason)) = self.follow(place, &mut socket, cursor).await;
        let parting = async {
            // The reading below answers a close frame (RFC 6455 §5.5.1).
            if code != close::NORMAL {
                let reason = Utf8Bytes::from_static(reason);
                let _ = socket.send(Message::Close(Some(CloseFrame { code, reason }))).await;
            }
            while let Some(Ok(_)) = socket.recv().await {}
        };
        let _ = timeout(PARTING, parting).await;
    }

    /// Begins, catches up, and continues until the connection ends.
    ///
    /// Database reads are boxed here and below: they are rare, and would enlarge the future for as long as the
    /// subscriber stays.
    async fn follow(
        &mut self,
        place: ListenerSlot,
        socket: &mut WebSocket,
        cursor: Option<FeedCursor>,
    ) -> Result<std::convert::Infallible, CloseReason> {
        let mut listening = Box::pin(self.listen(place, cursor)).await?;
        self.greet(socket).await?;
        if let Some(cursor) = cursor {
            Box::pin(self.catch_up(socket, cursor)).await?;
        }
        let mut beat = Instant::now() + self.first_beat();
        let mut silent = 0;
        loop {
            tokio::select! {
                next = listening.next() => self.pass_on(socket, next).await?,
                said = socket.recv() => {
                    silent = 0;
                    self.receive(said, &listening)?;
                }
                () = sleep_until(beat) => {
                    silent += 1;
                    self.beat(socket, silent).await?;
                    beat = Instant::now() + Duration::from_secs(HEARTBEAT);
                }
                () = ended(&self.follower.credential, self.app.usher.core.now()) => return Err((close::UNAUTHORIZED, "credential is over")),
                () = shutting(self.stopping.as_ref()) => {
                    let after = 1 + u64::from(self.app.usher.core.random.bytes::<1>()[0]) % 15;
                    let _ = self.send(socket, json!({ "t": "retry", "after": after }).to_string().into()).await;
                    return Err((close::GOING_AWAY, "come back"));
                }
            }
        }
    }

    /// Subscribes to the channel before it reads, so that no entry in between is missed.
    async fn listen(
        &mut self,
        place: ListenerSlot,
        cursor: Option<FeedCursor>,
    ) -> Result<FeedSubscription, CloseReason> {
        let now = self.app.usher.core.now();
        let who = Listener {
            module: self.module.of(self.follower.client.clone()),
            transport: Transport::Socket,
            since: now,
            acknowledged: 0,
            acknowledged_at: None,
            policy_revision: None,
        };
        let project = self.follower.project;
        let _turn = self.app.hub.turn().await;
        let listening = self.app.hub.listen(place, project, who).await.map_err(|_| broken())?;
        let place = self.app.usher.core.store.feed_place(project).await.map_err(|_| broken())?.ok_or_else(broken)?;
        (self.epoch, self.reached) = (place.epoch, place.position);
        // A cursor of another epoch has acknowledged nothing of this one.
        listening.begin_at(match cursor {
            None => place.position,
            Some(cursor) if cursor.epoch == place.epoch => cursor.position.min(place.position),
            Some(_) => 0,
        });
        Ok(listening)
    }

    async fn greet(&self, socket: &mut WebSocket) -> Result<(), CloseReason> {
        let hello =
            json!({ "t": "hello", "epoch": format!("e{}", self.epoch), "cursor": self.reached, "hb": HEARTBEAT });
        self.send(socket, hello.to_string().into()).await
    }

    /// Sends the entries after `from`, page by page; fails if some of them are deleted already.
    async fn catch_up(&mut self, socket: &mut WebSocket, from: FeedCursor) -> Result<(), CloseReason> {
        let mut from = from;
        loop {
            let turn = self.app.hub.turn().await;
            let found = news(&self.app, self.follower.project, from).await.map_err(|_| broken())?;
            drop(turn);
            let Some(EntriesAfter { entries, more, .. }) = found else {
                let place = self.app.usher.core.store.feed_place(self.follower.project).await.map_err(|_| broken())?;
                let place = place.ok_or_else(broken)?;
                (self.epoch, self.reached) = (place.epoch, place.position);
                let resync = json!({ "t": "resync", "epoch": format!("e{}", place.epoch), "cursor": place.position });
                return self.send(socket, resync.to_string().into()).await;
            };
            for entry in entries {
                from.position = entry.position;
                let Frame::Entry { text, .. } = Frame::of(entry) else { continue };
                self.send(socket, words(text)).await?;
            }
            self.reached = from.position;
            if !more {
                return Ok(());
            }
        }
    }

    async fn pass_on(&mut self, socket: &mut WebSocket, next: FeedUpdate) -> Result<(), CloseReason> {
        match next {
            FeedUpdate::Frame(Frame::Entry { entry, .. }) if entry.position <= self.reached => Ok(()),
            FeedUpdate::Frame(Frame::Entry { entry, text }) if entry.position == self.reached + 1 => {
                self.reached = entry.position;
                self.send(socket, words(text)).await?;
                if self.was_signed_by(entry.notice.kind, &entry.notice.value) {
                    return Err((close::UNAUTHORIZED, "credential is over"));
                }
                if self.concerns_itself(entry.notice.kind, &entry.notice.value) {
                    Box::pin(self.look_again()).await
                } else {
                    Ok(())
                }
            }
            FeedUpdate::Frame(Frame::Entry { .. }) | FeedUpdate::Missed => {
                let from = FeedCursor { epoch: self.epoch, position: self.reached };
                Box::pin(self.catch_up(socket, from)).await?;
                Box::pin(self.look_again()).await
            }
            FeedUpdate::Frame(Frame::Keys) => self.send(socket, Utf8Bytes::from_static(r#"{"t":"jwks"}"#)).await,
            FeedUpdate::Frame(Frame::Credentials) => Box::pin(self.look_again()).await,
            FeedUpdate::Over => Err((close::GOING_AWAY, "come back")),
        }
    }

    /// Does the entry revoke the subscriber's own credential?
    fn concerns_itself(&self, kind: EntryKind, value: &str) -> bool {
        match (kind, &self.follower.credential) {
            (EntryKind::Token, Credential::AccessToken { jti, .. }) => jti == value,
            (EntryKind::Client, _) => self.follower.client.as_ref().is_some_and(|client| client.0 == value),
            (EntryKind::Project, _) => true,
            _ => false,
        }
    }

    /// Was the subscriber's own token signed by this revoked key? This instance may not have reloaded its keys yet.
    fn was_signed_by(&self, entry: EntryKind, value: &str) -> bool {
        let key = match &self.follower.credential {
            Credential::AccessToken { kid, .. } => Some(kid.as_str()),
            Credential::ProjectToken(_) => None,
        };
        entry == EntryKind::Key && key == Some(value)
    }

    async fn look_again(&self) -> Result<(), CloseReason> {
        let _turn = self.app.hub.turn().await;
        match self.app.usher.feed_access.may_still_follow(&self.follower).await {
            Ok(true) => Ok(()),
            Ok(false) => Err((close::UNAUTHORIZED, "credential is over")),
            Err(FlowError::Rejected(_) | FlowError::OAuth(_) | FlowError::Internal(_)) => Err(broken()),
        }
    }

    fn receive(
        &mut self,
        said: Option<Result<Message, axum::Error>>,
        listening: &FeedSubscription,
    ) -> Result<(), CloseReason> {
        self.said += 1;
        if self.said > MOST_MESSAGES {
            return Err((close::MISBEHAVED, "too many messages"));
        }
        match said {
            None | Some(Ok(Message::Close(_))) => Err((close::NORMAL, "")),
            // The message is too long or violates RFC 6455, or the connection is lost, and then the close frame is not
            // sent.
            Some(Err(_)) => Err((close::MISBEHAVED, "not a message of this protocol")),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Binary(_))) => Err((close::MISBEHAVED, "text is spoken here")),
            Some(Ok(Message::Text(text))) => {
                let said: SubscriberMessage =
                    serde_json::from_str(&text).map_err(|_| (close::MISBEHAVED, "not a message of this protocol"))?;
                if said.t == "ack" && (0..=self.reached).contains(&said.c) {
                    listening.acknowledge(said.c, said.rev, self.app.usher.core.now());
                }
                // Messages of a later protocol version are ignored.
                Ok(())
            }
        }
    }

    /// A random part of a heartbeat, so that subscribers that connected together do not ping together.
    fn first_beat(&self) -> Duration {
        let share = u32::from(u16::from_le_bytes(self.app.usher.core.random.bytes()));
        Duration::from_secs(HEARTBEAT) * share / u32::from(u16::MAX)
    }

    async fn beat(&mut self, socket: &mut WebSocket, silent: u32) -> Result<(), CloseReason> {
        if silent > 2 {
            return Err((close::SILENT, "no sign of life"));
        }
        self.said = 0;
        Box::pin(self.look_again()).await?;
        self.deliver(socket, Message::Ping(bytes::Bytes::new())).await
    }

    async fn send(&self, socket: &mut WebSocket, text: Utf8Bytes) -> Result<(), CloseReason> {
        self.deliver(socket, Message::Text(text)).await
    }

    async fn deliver(&self, socket: &mut WebSocket, message: Message) -> Result<(), CloseReason> {
        match timeout(SEND, socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err((close::NORMAL, "")),
            Err(_) => Err((close::MISBEHAVED, "does not read")),
        }
    }
}

const fn broken() -> CloseReason {
    (close::BROKEN, "not available")
}

/// The server's own messages are UTF-8.
fn words(text: bytes::Bytes) -> Utf8Bytes {
    Utf8Bytes::try_from(text).unwrap_or_default()
}

/// Resolves when the credential expires.
async fn ended(credential: &Credential, now: Timestamp) {
    match credential {
        Credential::ProjectToken(_) => std::future::pending().await,
        Credential::AccessToken { expires_at, .. } => {
            tokio::time::sleep(Duration::from_secs(expires_at.seconds_since(now))).await;
        }
    }
}

/// Resolves when the server shuts down.
async fn shutting(stopping: Option<&Stopping>) {
    match stopping {
        Some(Stopping(stopping)) => stopping.cancelled().await,
        None => std::future::pending().await,
    }
}
