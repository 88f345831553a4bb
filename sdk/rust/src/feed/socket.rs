use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use reqwest::{Response, StatusCode, Upgraded};
use serde_json::json;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::issuer::{CALL_TIMEOUT, IssuerError};
use crate::locks::read;
use crate::revocation::{Message, MessageKind};
use crate::state::State;

const PROTOCOL: &str = "usher.sync.v1";
const WHAT: &str = "the socket of the feed";
/// The largest message, in bytes.
const LONGEST: usize = 1 << 20;
/// Without a message or ping the connection is dead. The server pings each 25 s.
const SILENCE: Duration = Duration::from_secs(60);
/// Acknowledgements are collected, because the server limits messages.
const ACKNOWLEDGE_AFTER: Duration = Duration::from_millis(250);
/// The close code of a credential that has ended.
const CREDENTIAL_ENDED: u16 = 4401;

/// How a connection ended.
pub(super) enum SocketEnd {
    Closed {
        credential_ended: bool,
    },
    /// The server stops; connect again after this time.
    Retry(Duration),
    Failed(IssuerError),
}

/// An open connection of `usher.sync.v1` (`docs/sync.md`).
pub(super) struct Socket {
    state: Arc<State>,
    stream: WebSocketStream<Upgraded>,
    /// The position of the feed when the connection began: the list is up to date from there on.
    target: Option<i64>,
    acknowledge_at: Option<Instant>,
    retry: Option<Duration>,
}

impl Socket {
    /// Connects from the cursor of the list.
    pub(super) async fn open(state: Arc<State>) -> Result<Self, IssuerError> {
        let unreachable = |cause: String| IssuerError::Unreachable { what: WHAT, cause };
        let cursor = state.cursor().map(|cursor| cursor.to_string()).unwrap_or_default();
        let key = generate_key();
        let request = state.issuer.socket(&cursor).await?.header(CONNECTION, "Upgrade").header(UPGRADE, "websocket");
        let request = request.header(SEC_WEBSOCKET_VERSION, "13").header(SEC_WEBSOCKET_KEY, &key);
        let request = request.header(SEC_WEBSOCKET_PROTOCOL, PROTOCOL);
        let response = timeout(CALL_TIMEOUT, request.send()).await.map_err(|_| unreachable("timeout".to_owned()))?;
        let response = response.map_err(|error| unreachable(error.without_url().to_string()))?;
        check_handshake(&response, &key)?;
        let upgraded = response.upgrade().await.map_err(|error| unreachable(error.without_url().to_string()))?;
        let config = WebSocketConfig::default().max_message_size(Some(LONGEST)).max_frame_size(Some(LONGEST));
        let stream = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await;
        Ok(Self { state, stream, target: None, acknowledge_at: None, retry: None })
    }

    /// Follows until the connection ends.
    pub(super) async fn follow(mut self) -> SocketEnd {
        let mut silent_at = Instant::now() + SILENCE;
        loop {
            let acknowledge_at = self.acknowledge_at.unwrap_or_else(|| Instant::now() + SILENCE);
            let state = Arc::clone(&self.state);
            tokio::select! {
                frame = self.stream.next() => {
                    let heard = match frame {
                        Some(Ok(frame)) => self.hear(frame).await,
                        None | Some(Err(_)) => Err(SocketEnd::Closed { credential_ended: false }),
                    };
                    if let Err(end) = heard {
                        return self.retry.map_or(end, SocketEnd::Retry);
                    }
                    silent_at = Instant::now() + SILENCE;
                }
                () = state.rules_applied.notified() => self.acknowledge_soon(),
                () = sleep_until(acknowledge_at), if self.acknowledge_at.is_some() => {
                    if self.acknowledge().await.is_err() {
                        return SocketEnd::Closed { credential_ended: false };
                    }
                }
                () = sleep_until(silent_at) => return SocketEnd::Closed { credential_ended: false },
            }
        }
    }

    async fn hear(&mut self, frame: Frame) -> Result<(), SocketEnd> {
        match frame {
            Frame::Text(text) => self.receive(&text).await.map_err(SocketEnd::Failed)?,
            Frame::Close(frame) => {
                let code = frame.map(|frame| u16::from(frame.code));
                return Err(SocketEnd::Closed { credential_ended: code == Some(CREDENTIAL_ENDED) });
            }
            _ => {}
        }
        if self.target.is_some_and(|target| self.state.cursor().is_some_and(|cursor| cursor.position >= target)) {
            self.state.confirm(self.state.now()).await;
        }
        Ok(())
    }

    async fn receive(&mut self, text: &str) -> Result<(), IssuerError> {
        // What cannot be read is of a later version, or the gap shows.
        let Some(message) = serde_json::from_str(text).ok().and_then(|json| Message::parse(&json).ok()) else {
            return Ok(());
        };
        match message.kind {
            MessageKind::Hello { position, .. } => self.target = Some(position),
            MessageKind::Retry(after) => self.retry = Some(Duration::from_secs(after)),
            _ => {}
        }
        let needs_snapshot = match &message.kind {
            MessageKind::Resync => true,
            MessageKind::Hello { epoch, .. } => {
                read(&self.state.list).cursor().is_none_or(|cursor| cursor.epoch != *epoch)
            }
            _ => false,
        };
        if needs_snapshot {
            self.state.take_snapshot().await?;
            self.target = self.state.cursor().map(|cursor| cursor.position);
        } else if !self.state.receive(&[message]).await {
            self.state.catch_up(Duration::ZERO).await?;
        }
        self.acknowledge_soon();
        Ok(())
    }

    fn acknowledge_soon(&mut self) {
        self.acknowledge_at.get_or_insert_with(|| Instant::now() + ACKNOWLEDGE_AFTER);
    }

    /// Says which position and which rules the module has.
    async fn acknowledge(&mut self) -> Result<(), tokio_tungstenite::tungstenite::Error> {
        self.acknowledge_at = None;
        let Some(cursor) = self.state.cursor() else { return Ok(()) };
        let mut message = json!({ "t": "ack", "c": cursor.position });
        if let Some(rules) = self.state.current_rules() {
            message["rev"] = rules.rules.table.revision.into();
        }
        self.stream.send(Frame::text(message.to_string())).await
    }
}

/// Whether the server speaks the protocol (RFC 6455 §4.1).
fn check_handshake(response: &Response, key: &str) -> Result<(), IssuerError> {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let retry_after = header(reqwest::header::RETRY_AFTER).and_then(|seconds| seconds.parse().ok());
        return Err(IssuerError::Status {
            what: WHAT,
            status: response.status(),
            code: String::new(),
            retry_after: retry_after.map(Duration::from_secs),
        });
    }
    let accepted = header(SEC_WEBSOCKET_ACCEPT) == Some(derive_accept_key(key.as_bytes()).as_str());
    if accepted && header(SEC_WEBSOCKET_PROTOCOL) == Some(PROTOCOL) {
        return Ok(());
    }
    Err(IssuerError::Unreadable(format!("{WHAT}: the server does not speak {PROTOCOL}")))
}
