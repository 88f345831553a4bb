//! A subscriber of the feed, authenticated by a bearer token. Browser sessions cannot subscribe.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::ApiResult;
use crate::caller::presented;
use usher_accounts::{FlowError, Rejected};
use usher_events::feed::ListenerSlot;
use usher_flows::api::Follower;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::client::certificate::ClientCertificate;

/// A subscriber of the feed; 401 without a token, 403 if it may not read the feed.
pub struct FeedFollower(pub Follower);

impl FromRequestParts<App> for FeedFollower {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let presented = presented(&parts.headers, parts.method.as_str(), parts.uri.path())?.ok_or_else(no_token)?;
        let presented = presented.over(parts.extensions.get::<ClientCertificate>());
        admitted(app.usher.feed_access.follower(&presented).await).map(Self)
    }
}

/// The subscriber, or the problem for a rejected one.
pub(super) fn admitted(found: Result<Follower, FlowError>) -> ApiResult<Follower> {
    found.map_err(|error| match error {
        FlowError::Rejected(Rejected::NotSignedIn) => {
            HttpProblem::new(StatusCode::UNAUTHORIZED, "AUTH_INVALID", "This token is not good, or not any more.")
        }
        FlowError::Rejected(Rejected::NotAllowed) => {
            let words = "The feed is for the project's token, and for tokens with the scope usher:sync.";
            HttpProblem::new(StatusCode::FORBIDDEN, "NOT_ALLOWED", words)
        }
        other => other.into(),
    })
}

/// A subscription slot; 503 while all are taken. Polling without `wait` needs none.
pub(super) fn place(app: &App) -> ApiResult<ListenerSlot> {
    let words = "Too many follow their feeds here: ask once a minute for what is new.";
    app.hub.take_place().ok_or_else(|| HttpProblem::unavailable("BUSY", words, 60))
}

pub(super) fn no_token() -> HttpProblem {
    let words = "The feed needs a project's token or an access token, in the Authorization header.";
    HttpProblem::new(StatusCode::UNAUTHORIZED, "AUTH_REQUIRED", words)
}
