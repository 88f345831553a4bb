//! The userinfo endpoint (OpenID Connect Core §5.3): GET, POST with the header, POST with the body (RFC 6750 §2).

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};

use crate::proof::{self, HeaderFault};
use crate::refusal::OAuthReply;
use usher_flows::{PresentedToken, Userinfo};
use usher_http_server::extract::params::FormParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::client::certificate::ClientCertificate;
use usher_protocol::endpoints;
use usher_protocol::error::OAuthError;

/// The media type of signed claims (OpenID Connect Core §5.3.2).
const SIGNED: &str = "application/jwt";

/// The certificate of the connection.
type PresentedCertificate = Option<Extension<ClientCertificate>>;

/// The claims, or the error.
type Claims = Result<Response, OAuthReply>;

/// GET
pub async fn get(State(app): State<App>, certificate: PresentedCertificate, headers: HeaderMap) -> Claims {
    answer(&app, in_header(&headers, "GET")?, certificate).await
}

/// POST
pub async fn post(
    State(app): State<App>,
    certificate: PresentedCertificate,
    headers: HeaderMap,
    form: Result<FormParams, HttpProblem>,
) -> Claims {
    let in_header = in_header(&headers, "POST")?;
    // A POST with an Authorization header needs no body, and so no content type.
    let in_body = match form {
        Ok(FormParams(form)) => form.get("access_token").map(|token| token.map(str::to_owned)),
        Err(_) if in_header.is_some() && !headers.contains_key(CONTENT_TYPE) => Ok(None),
        Err(problem) => return Err(problem.into()),
    };
    let in_body = in_body.map_err(|_| refused(OAuthError::repeated("access_token")))?;
    if in_header.is_some() && in_body.is_some() {
        return Err(refused(OAuthError::invalid_request("send the access token once, not twice")));
    }
    answer(&app, in_header.or(in_body.as_deref().map(PresentedToken::bearer)), certificate).await
}

/// The token of the header, if there is a header.
fn in_header<'r>(headers: &'r HeaderMap, method: &'r str) -> Result<Option<PresentedToken<'r>>, OAuthReply> {
    proof::presented(headers, method, endpoints::USERINFO).map_err(|fault| match fault {
        HeaderFault::OtherScheme => OAuthReply::no_token(),
        HeaderFault::Repeated => {
            refused(OAuthError::invalid_request("the Authorization header is repeated or cannot be read"))
        }
    })
}

fn refused(error: OAuthError) -> OAuthReply {
    OAuthReply::of_resource(error.into())
}

async fn answer(app: &App, presented: Option<PresentedToken<'_>>, certificate: PresentedCertificate) -> Claims {
    let presented = presented.ok_or_else(OAuthReply::no_token)?.over(certificate.as_deref());
    match app.usher.presented_tokens.userinfo(&presented).await.map_err(OAuthReply::of_resource)? {
        Userinfo::Claims(claims) => Ok(Json(claims).into_response()),
        Userinfo::Jwt(jwt) => Ok(([(CONTENT_TYPE, SIGNED)], jwt).into_response()),
    }
}
