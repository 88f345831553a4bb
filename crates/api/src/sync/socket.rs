//! The feed by WebSocket (RFC 6455), subprotocol `usher.sync.v1`.
//!
//! Whoever does not read is dropped, and finds the rest by its cursor when it comes back: nothing is kept for anybody here
//! but a place in one channel.

use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, sleep_until, timeout};
use utoipa::IntoParams;

use super::events::{News, news};
use super::follower::{admitted, no_token, place};
use crate::ApiResult;
use crate::caller::bearer;
use crate::openapi::Problem;
use usher_domain::event::feed::{EntryKind, FeedCursor};
use usher_domain::time::Timestamp;
use usher_events::feed::frame::Frame;
use usher_events::feed::{Listener, Listening, Next, Place, Transport};
use usher_flows::FlowError;
use usher_flows::api::{Credential, Follower};
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::server::Stopping;
use usher_http_server::state::App;

/// The name of what is spoken.
const PROTOCOL: &str = "usher.sync.v1";
/// Seconds between two pings. Whoever answers neither of two is gone.
const HEARTBEAT: u64 = 25;
/// Whoever takes nothing for so long is dropped.
const SEND: Duration = Duration::from_secs(10);
/// The farewell of both sides takes no longer.
const PARTING: Duration = Duration::from_secs(2);
/// Followers say little: an acknowledgement fits many times over.
const LONGEST_MESSAGE: usize = 4 * 1024;
/// Most messages fit, and there is one such buffer for each follower.
const READ_BUFFER: usize = 256;
/// Messages of a follower between two pings of ours.
const MOST_MESSAGES: u32 = 200;

/// Close codes of this protocol.
mod close {
    /// The other side closes, or is gone.
    pub const NORMAL: u16 = 1000;
    /// The credential is over.
    pub const UNAUTHORIZED: u16 = 4401;
    /// Too many messages, or none that can be read.
    pub const MISBEHAVED: u16 = 1008;
    /// No sign of life.
    pub const SILENT: u16 = 4408;
    /// The house shuts: come back.
    pub const GOING_AWAY: u16 = 1012;
    /// The database cannot be read.
    pub const BROKEN: u16 = 1011;
}

/// Where to begin, and by which right.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; `get` reads them")]
pub struct SocketParams {
    /// How far the follower has come; without it, it hears what comes from now on.
    #[param(example = "e1.18234")]
    cursor: Option<String>,
    /// A ticket, for whoever can set no header.
    ticket: Option<String>,
}

/// Follow the feed by WebSocket.
///
/// `hello`, what was missed since the cursor, then every entry within a moment.
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
    headers: HeaderMap,
    stopping: Option<Extension<Stopping>>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> ApiResult<Response> {
    let one = |name| query.0.get(name).map_err(|_| HttpProblem::parameter(name, "it is there twice"));
    let cursor = one("cursor")?.map(str::parse::<FeedCursor>).transpose();
    let cursor = cursor.map_err(|_| HttpProblem::parameter("cursor", "it looks like e1.42"))?;
    check_origin(&state, &headers).await?;
    let upgrade = upgrade.map_err(|_| {
        HttpProblem::new(StatusCode::UPGRADE_REQUIRED, "UPGRADE_REQUIRED", "This address speaks WebSocket.")
    })?;
    let follower = match (bearer(&headers)?, one("ticket")?) {
        (Some(token), _) => admitted(state.usher.follower(token).await)?,
        (None, Some(ticket)) => admitted(state.usher.redeem_ticket(ticket).await)?,
        (None, None) => return Err(no_token()),
    };
    let app = state.0;
    let place = place(&app)?;
    let upgrade = upgrade.protocols([PROTOCOL]).read_buffer_size(READ_BUFFER).write_buffer_size(0);
    let upgrade =
        upgrade.max_write_buffer_size(256 * 1024).max_message_size(LONGEST_MESSAGE).max_frame_size(LONGEST_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let seat = Seat { app, follower, stopping: stopping.map(|stopping| stopping.0), reached: 0, epoch: 0, said: 0 };
        // What it needs while it stands is far less than what it needs to come in.
        Box::pin(seat.attend(place, socket, cursor)).await;
    }))
}

/// A page may follow only if it is ours or its origin is registered (RFC 6455 §10.2); programs send no origin.
async fn check_origin(app: &App, headers: &HeaderMap) -> ApiResult<()> {
    let mut origins = headers.get_all(ORIGIN).iter();
    let allowed = match (origins.next().map(|origin| origin.to_str()), origins.next()) {
        (None, _) => true,
        (Some(Ok(origin)), None) => {
            let ours = app.usher.config.server.issuer.url().origin().ascii_serialization();
            origin == ours || app.usher.is_client_origin(origin).await?
        }
        _ => false,
    };
    let refused = || HttpProblem::new(StatusCode::FORBIDDEN, "CROSS_SITE", "This page may not follow the feed.");
    if allowed { Ok(()) } else { Err(refused()) }
}

/// Why a socket closes: a code and a word.
type Closing = (u16, &'static str);

/// One follower on its socket.
struct Seat {
    app: App,
    follower: Follower,
    stopping: Option<Stopping>,
    /// Everything up to here was sent.
    reached: i64,
    epoch: u64,
    /// Messages since the last ping.
    said: u32,
}

/// What a follower says.
#[derive(Deserialize)]
struct Said {
    t: String,
    #[serde(default)]
    c: i64,
    #[serde(default)]
    rev: Option<u64>,
}

impl Seat {
    async fn attend(mut self, place: Place, mut socket: WebSocket, cursor: Option<FeedCursor>) {
        let Err((code, reason)) = self.follow(place, &mut socket, cursor).await;
        let parting = async {
            // Who has said farewell is answered by the reading below (RFC 6455 §5.5.1), and who is gone hears nothing.
            if code != close::NORMAL {
                let reason = Utf8Bytes::from_static(reason);
                let _ = socket.send(Message::Close(Some(CloseFrame { code, reason }))).await;
            }
            while let Some(Ok(_)) = socket.recv().await {}
        };
        let _ = timeout(PARTING, parting).await;
    }

    /// Begins, catches up, and goes on until something ends it.
    ///
    /// What asks the database is boxed here and below: it is rare, and its room would be kept for as long as the follower
    /// stays.
    async fn follow(
        &mut self,
        place: Place,
        socket: &mut WebSocket,
        cursor: Option<FeedCursor>,
    ) -> Result<std::convert::Infallible, Closing> {
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
                    self.hear(said, &listening)?;
                }
                () = sleep_until(beat) => {
                    silent += 1;
                    self.beat(socket, silent).await?;
                    beat = Instant::now() + Duration::from_secs(HEARTBEAT);
                }
                () = ended(&self.follower.credential, self.app.usher.now()) => return Err((close::UNAUTHORIZED, "credential is over")),
                () = shutting(&mut self.stopping) => {
                    let after = 1 + u64::from(self.app.usher.random.bytes::<1>()[0]) % 15;
                    let _ = self.send(socket, json!({ "t": "retry", "after": after }).to_string().into()).await;
                    return Err((close::GOING_AWAY, "come back"));
                }
            }
        }
    }

    /// Takes a place in the channel first, so that nothing between reading and hearing is missed.
    async fn listen(&mut self, place: Place, cursor: Option<FeedCursor>) -> Result<Listening, Closing> {
        let now = self.app.usher.now();
        let who = Listener {
            client_id: self.follower.client.clone(),
            transport: Transport::Socket,
            since: now,
            acknowledged: cursor.map_or(0, |cursor| cursor.position),
            acknowledged_at: None,
            policy_revision: None,
        };
        let project = self.follower.project;
        let _turn = self.app.hub.turn().await;
        let listening = self.app.hub.listen(place, project, who).await.map_err(|_| broken())?;
        let place = self.app.usher.store.feed_place(project).await.map_err(|_| broken())?.ok_or_else(broken)?;
        (self.epoch, self.reached) = (place.epoch, place.position);
        Ok(listening)
    }

    async fn greet(&self, socket: &mut WebSocket) -> Result<(), Closing> {
        let hello =
            json!({ "t": "hello", "epoch": format!("e{}", self.epoch), "cursor": self.reached, "hb": HEARTBEAT });
        self.send(socket, hello.to_string().into()).await
    }

    /// Sends what came since `from`, page by page; or says that this cannot be told any more.
    async fn catch_up(&mut self, socket: &mut WebSocket, from: FeedCursor) -> Result<(), Closing> {
        let mut from = from;
        loop {
            let turn = self.app.hub.turn().await;
            let found = news(&self.app, self.follower.project, from).await.map_err(|_| broken())?;
            drop(turn);
            let Some(News { entries, more, .. }) = found else {
                let place = self.app.usher.store.feed_place(self.follower.project).await.map_err(|_| broken())?;
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

    async fn pass_on(&mut self, socket: &mut WebSocket, next: Next) -> Result<(), Closing> {
        match next {
            Next::Frame(Frame::Entry { entry, .. }) if entry.position <= self.reached => Ok(()),
            Next::Frame(Frame::Entry { entry, text }) if entry.position == self.reached + 1 => {
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
            Next::Frame(Frame::Entry { .. }) | Next::Missed => {
                let from = FeedCursor { epoch: self.epoch, position: self.reached };
                Box::pin(self.catch_up(socket, from)).await?;
                Box::pin(self.look_again()).await
            }
            Next::Frame(Frame::Keys) => self.send(socket, Utf8Bytes::from_static(r#"{"t":"jwks"}"#)).await,
            Next::Frame(Frame::Credentials) => Box::pin(self.look_again()).await,
            Next::Over => Err((close::GOING_AWAY, "come back")),
        }
    }

    /// Is it the follower's own credential that was revoked?
    fn concerns_itself(&self, kind: EntryKind, value: &str) -> bool {
        match (kind, &self.follower.credential) {
            (EntryKind::Token, Credential::AccessToken { jti, .. }) => jti == value,
            (EntryKind::Client, _) => self.follower.client.as_ref().is_some_and(|client| client.0 == value),
            (EntryKind::Project, _) => true,
            _ => false,
        }
    }

    /// Was the follower's own token signed by a key that somebody else may sign with? This instance may learn of it later.
    fn was_signed_by(&self, entry: EntryKind, value: &str) -> bool {
        let key = match &self.follower.credential {
            Credential::AccessToken { kid, .. } => Some(kid.as_str()),
            Credential::ProjectToken(_) => None,
        };
        entry == EntryKind::Key && key == Some(value)
    }

    async fn look_again(&self) -> Result<(), Closing> {
        let _turn = self.app.hub.turn().await;
        match self.app.usher.may_still_follow(&self.follower).await {
            Ok(true) => Ok(()),
            Ok(false) => Err((close::UNAUTHORIZED, "credential is over")),
            Err(FlowError::Rejected(_) | FlowError::OAuth(_) | FlowError::Internal(_)) => Err(broken()),
        }
    }

    fn hear(&mut self, said: Option<Result<Message, axum::Error>>, listening: &Listening) -> Result<(), Closing> {
        self.said += 1;
        if self.said > MOST_MESSAGES {
            return Err((close::MISBEHAVED, "too many messages"));
        }
        match said {
            None | Some(Ok(Message::Close(_))) => Err((close::NORMAL, "")),
            // Too long, or not spoken as RFC 6455 has it; or the line is dead, and then nobody hears this.
            Some(Err(_)) => Err((close::MISBEHAVED, "not a message of this protocol")),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Binary(_))) => Err((close::MISBEHAVED, "text is spoken here")),
            Some(Ok(Message::Text(text))) => {
                let said: Said =
                    serde_json::from_str(&text).map_err(|_| (close::MISBEHAVED, "not a message of this protocol"))?;
                if said.t == "ack" && (0..=self.reached).contains(&said.c) {
                    listening.acknowledge(said.c, said.rev, self.app.usher.now());
                }
                // What a later version may say is no fault.
                Ok(())
            }
        }
    }

    /// Somewhere within a heartbeat, so that those who came together do not go on together.
    fn first_beat(&self) -> Duration {
        let share = u32::from(u16::from_le_bytes(self.app.usher.random.bytes()));
        Duration::from_secs(HEARTBEAT) * share / u32::from(u16::MAX)
    }

    async fn beat(&mut self, socket: &mut WebSocket, silent: u32) -> Result<(), Closing> {
        if silent > 2 {
            return Err((close::SILENT, "no sign of life"));
        }
        self.said = 0;
        Box::pin(self.look_again()).await?;
        self.deliver(socket, Message::Ping(bytes::Bytes::new())).await
    }

    async fn send(&self, socket: &mut WebSocket, text: Utf8Bytes) -> Result<(), Closing> {
        self.deliver(socket, Message::Text(text)).await
    }

    async fn deliver(&self, socket: &mut WebSocket, message: Message) -> Result<(), Closing> {
        match timeout(SEND, socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err((close::NORMAL, "")),
            Err(_) => Err((close::MISBEHAVED, "does not read")),
        }
    }
}

const fn broken() -> Closing {
    (close::BROKEN, "not available")
}

/// What we wrote ourselves is text.
fn words(text: bytes::Bytes) -> Utf8Bytes {
    Utf8Bytes::try_from(text).unwrap_or_default()
}

/// Resolves when the credential is over by itself.
async fn ended(credential: &Credential, now: Timestamp) {
    match credential {
        Credential::ProjectToken(_) => std::future::pending().await,
        Credential::AccessToken { expires_at, .. } => {
            tokio::time::sleep(Duration::from_secs(expires_at.seconds_since(now))).await;
        }
    }
}

/// Resolves when the house shuts.
async fn shutting(stopping: &mut Option<Stopping>) {
    match stopping {
        Some(Stopping(stopping)) => {
            // An error means that the house is gone, and that is the end as well.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
        None => std::future::pending().await,
    }
}
