//! A subscriber of the feed with a standard WebSocket client, and the revocation rule of local modules.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::scope::Scope;

use crate::harness::relying_party::{kid, payload};
use crate::harness::server::TestServer;

/// Longer than anything may take that a test waits for.
pub const SOON: Duration = Duration::from_secs(30);

/// A connected subscriber.
pub struct Follower {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The `hello` message.
    pub hello: Value,
    /// Its state.
    pub known: Known,
}

/// The state of a local module, and its revocation rule.
#[derive(Debug, Default)]
pub struct Known {
    exact: BTreeSet<(String, String)>,
    marks: BTreeMap<(String, String), i64>,
    /// Positions, in the order of arrival.
    pub positions: Vec<i64>,
}

impl Known {
    /// Applies an entry.
    pub fn learn(&mut self, entry: &Value) {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        self.positions.push(entry["c"].as_i64().expect("an entry has a position"));
        if entry["t"] != "ev" {
            return;
        }
        let name = (text("k"), text("v"));
        match entry["before"].as_i64() {
            Some(before) => {
                let mark = self.marks.entry(name).or_default();
                *mark = before.max(*mark);
            }
            None => {
                self.exact.insert(name);
            }
        }
    }

    /// Is this access token revoked according to the feed?
    pub fn is_revoked(&self, token: &str) -> bool {
        let claims = payload(token);
        let claim = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
        let named = ["jti", "sid", "gid"].iter().any(|kind| self.exact.contains(&((*kind).to_owned(), claim(kind))));
        let issued = claims["urv"].as_i64().expect("a token says at which position it was issued");
        let mark =
            |kind: &str, value: String| self.marks.get(&(kind.to_owned(), value)).is_some_and(|mark| issued < *mark);
        let all = self.marks.iter().any(|((kind, _), mark)| kind == "project" && issued < *mark);
        let signed_by = self.exact.contains(&("kid".to_owned(), kid(token)));
        named || signed_by || mark("sub", claim("sub")) || mark("client", claim("client_id")) || all
    }
}

/// Opens the socket of the feed.
pub async fn connect(
    server: &TestServer,
    query: &str,
    headers: &[(&'static str, String)],
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, Error> {
    let url = server.at(&format!("/api/v1/sync{query}")).replacen("http", "ws", 1);
    let mut request = url.into_client_request().expect("an address is a request");
    request.headers_mut().insert("sec-websocket-protocol", "usher.sync.v1".parse().unwrap());
    // A second instance has another port, and the same host in its requests.
    let host = server.url.trim_start_matches("http://").parse().unwrap();
    request.headers_mut().insert("host", host);
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().expect("a header value"));
    }
    Ok(tokio_tungstenite::connect_async(request).await?.0)
}

impl Follower {
    /// Connects with this token, optionally from a cursor on.
    pub async fn by(server: &TestServer, token: &str, cursor: Option<&str>) -> Self {
        let query = cursor.map(|cursor| format!("?cursor={cursor}")).unwrap_or_default();
        Self::open(server, &query, token).await
    }

    /// Connects with this token as a module on a host.
    pub async fn on_host(server: &TestServer, token: &str, host: &str) -> Self {
        Self::open(server, &format!("?host={host}"), token).await
    }

    async fn open(server: &TestServer, query: &str, token: &str) -> Self {
        let agent = ("user-agent", "usher-sdk-test/1.2.3 (for tests)".to_owned());
        let bearer = ("authorization", format!("Bearer {token}"));
        let socket = connect(server, query, &[bearer, agent]).await.expect("the socket opens");
        let mut follower = Self { socket, hello: Value::Null, known: Known::default() };
        follower.hello = follower.next().await.expect("a greeting");
        assert_eq!(follower.hello["t"], "hello");
        follower
    }

    /// Connects with the project's token.
    pub async fn of(server: &TestServer) -> Self {
        Self::by(server, &server.project_token, None).await
    }

    /// The next message; `Err` with the close code if the socket closes.
    pub async fn next(&mut self) -> Result<Value, u16> {
        loop {
            let message = timeout(SOON, self.socket.next()).await.expect("something comes in time");
            match message {
                Some(Ok(Message::Text(text))) => {
                    let value: Value = serde_json::from_str(&text).expect("messages are JSON");
                    if value["c"].is_number() {
                        self.known.learn(&value);
                    }
                    return Ok(value);
                }
                Some(Ok(Message::Close(frame))) => return Err(frame.map_or(1005, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(1006),
            }
        }
    }

    /// The next entry, or `resync`; other messages are skipped.
    pub async fn entry(&mut self) -> Value {
        loop {
            let message = self.next().await.expect("the socket stays open");
            if message["t"] != "jwks" {
                return message;
            }
        }
    }

    /// Sends a message.
    pub async fn say(&mut self, message: Message) {
        // The server may have closed the connection already, which the test then sees.
        let _ = self.socket.send(message).await;
    }

    /// Acknowledges a position.
    pub async fn acknowledge(&mut self, position: i64, revision: Option<u64>) {
        self.say(Message::text(json!({"t": "ack", "c": position, "rev": revision}).to_string())).await;
    }

    /// Receives entries until the token is revoked.
    pub async fn learns_of(&mut self, token: &str) {
        while !self.known.is_revoked(token) {
            self.next().await.expect("the socket stays open");
        }
    }

    /// The close code of the socket; messages before it are skipped.
    pub async fn close_code(&mut self) -> u16 {
        loop {
            if let Err(code) = self.next().await {
                return code;
            }
        }
    }
}

/// A machine that may subscribe to the project, and a token of it.
pub async fn module(server: &TestServer) -> (RegisteredClient, String) {
    let client = server.client(ClientType::Machine, |client| client.scope = Scope::of(["usher:sync"])).await;
    let token = server.call(&client, "/oauth2/token", &[("grant_type", "client_credentials")]).await;
    let token = token.text("access_token");
    (client, token)
}
