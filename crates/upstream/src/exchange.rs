//! Exchanges a code for tokens, also at servers that deviate from RFC 6749.

use std::fmt;

use futures_util::future::BoxFuture;
use oauth2::basic::{BasicErrorResponse, BasicTokenType};
use oauth2::http::StatusCode;
use oauth2::{
    AsyncHttpClient, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, EndpointNotSet, EndpointSet,
    ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    StandardRevocableToken, StandardTokenResponse, TokenResponse as _, TokenUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::calls;
use super::error::UpstreamError;
use usher_domain::provider::TokenForm;
use usher_domain::secret::Secret;
use usher_http_client::{Outbound, OutboundResponse};

/// Reads an error response in the provider's own format; `None` if it is none.
pub(super) type ErrorReader = fn(&Value) -> Option<UpstreamError>;

/// The parameters of the exchange.
pub(super) struct Exchange<'a> {
    pub token_url: &'a str,
    pub client_id: &'a str,
    pub secret: Option<&'a Secret<String>>,
    /// Whether the secret is sent in the header instead of the body.
    pub basic: bool,
    pub code: &'a str,
    pub redirect_uri: &'a str,
    pub pkce_verifier: Option<&'a str>,
    pub form: TokenForm,
    pub error_reader: ErrorReader,
}

/// The tokens. `{:?}` prints none of them.
pub(super) struct ProviderTokens {
    pub access_token: Secret<String>,
    pub id_token: Option<String>,
}

impl fmt::Debug for ProviderTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct WithIdToken {
    #[serde(default)]
    id_token: Option<String>,
}

impl ExtraTokenFields for WithIdToken {}

type ProviderTokenResponse = StandardTokenResponse<WithIdToken, BasicTokenType>;
type ProviderIntrospection = oauth2::basic::BasicTokenIntrospectionResponse;
type ProviderRevocationError = oauth2::basic::BasicRevocationErrorResponse;
type TokenClient = Client<
    BasicErrorResponse,
    ProviderTokenResponse,
    ProviderIntrospection,
    StandardRevocableToken,
    ProviderRevocationError,
>;
/// The client with a token endpoint.
type ReadyClient = Client<
    BasicErrorResponse,
    ProviderTokenResponse,
    ProviderIntrospection,
    StandardRevocableToken,
    ProviderRevocationError,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// The reader for servers that conform to RFC 6749.
pub(super) fn by_the_book(_: &Value) -> Option<UpstreamError> {
    None
}

/// Exchanges the code.
pub(super) async fn exchange(outbound: &Outbound, asked: Exchange<'_>) -> Result<ProviderTokens, UpstreamError> {
    let unusable = |_| UpstreamError::misconfigured("an endpoint is no address");
    let mut client = TokenClient::new(ClientId::new(asked.client_id.to_owned()))
        .set_auth_type(if asked.basic { AuthType::BasicAuth } else { AuthType::RequestBody })
        .set_redirect_uri(RedirectUrl::new(asked.redirect_uri.to_owned()).map_err(unusable)?);
    if let Some(secret) = asked.secret {
        client = client.set_client_secret(ClientSecret::new(secret.expose().clone()));
    }
    let client = client.set_token_uri(TokenUrl::new(asked.token_url.to_owned()).map_err(unusable)?);
    let code = AuthorizationCode::new(asked.code.to_owned());
    let verifier = asked.pkce_verifier.map(|verifier| PkceCodeVerifier::new(verifier.to_owned()));
    let http = OauthHttpClient { outbound: outbound.clone(), form: asked.form, error_reader: asked.error_reader };
    ask(client, code, verifier, http).await
}

/// The HTTP client as the crate `oauth2` needs it.
struct OauthHttpClient {
    outbound: Outbound,
    form: TokenForm,
    error_reader: ErrorReader,
}

impl<'c> AsyncHttpClient<'c> for OauthHttpClient {
    type Error = UpstreamError;
    type Future = BoxFuture<'c, Result<HttpResponse, UpstreamError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async { normal(&self.outbound.send(request).await?, self.form, self.error_reader) })
    }
}

/// The crate's own future borrows its input: boxed, it can be sent.
fn ask(
    client: ReadyClient,
    code: AuthorizationCode,
    verifier: Option<PkceCodeVerifier>,
    http: OauthHttpClient,
) -> BoxFuture<'static, Result<ProviderTokens, UpstreamError>> {
    Box::pin(async move {
        let mut request = client.exchange_code(code);
        if let Some(verifier) = verifier {
            request = request.set_pkce_verifier(verifier);
        }
        match request.request_async(&http).await {
            Ok(answered) => Ok(ProviderTokens {
                access_token: Secret::new(answered.access_token().secret().clone()),
                id_token: answered.extra_fields().id_token.clone(),
            }),
            Err(RequestTokenError::Request(error)) => Err(error),
            Err(RequestTokenError::ServerResponse(answer)) => Err(UpstreamError::of_code(answer.error().as_ref())),
            Err(_) => Err(UpstreamError::misbehaved("its token answer cannot be read")),
        }
    })
}

/// Converts a response to one that conforms to RFC 6749: an error has status 400, and unused members are dropped.
fn normal(answer: &OutboundResponse, form: TokenForm, reader: ErrorReader) -> Result<HttpResponse, UpstreamError> {
    let members = match form {
        TokenForm::Form if answer.is_of_type("application/x-www-form-urlencoded") => {
            calls::trouble(answer.status)?;
            form_urlencoded::parse(&answer.body)
                .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
                .collect()
        }
        _ => calls::object(answer)?,
    };
    if let Some(error) = reader(&members) {
        return Err(error);
    }
    let (status, body) = match (members.get("error"), members.get("access_token")) {
        (Some(error), _) => (StatusCode::BAD_REQUEST, json!({"error": error.as_str().unwrap_or("unreadable")})),
        (None, Some(token)) if answer.status == StatusCode::OK => {
            let kind = members.get("token_type").cloned().unwrap_or_else(|| json!("bearer"));
            (StatusCode::OK, json!({"access_token": token, "token_type": kind, "id_token": members.get("id_token")}))
        }
        _ if matches!(answer.status.as_u16(), 401 | 403) => {
            return Err(UpstreamError::misconfigured("it does not accept the client"));
        }
        _ => return Err(UpstreamError::misbehaved("its token answer holds no token")),
    };
    let mut response = HttpResponse::new(body.to_string().into_bytes());
    *response.status_mut() = status;
    Ok(response)
}

/// Whether an invalid code was refused as such: then endpoint, client and secret are right.
pub(super) async fn probe(outbound: &Outbound, asked: Exchange<'_>) -> Result<(), UpstreamError> {
    match exchange(outbound, Exchange { code: "usher-probe", ..asked }).await {
        Err(UpstreamError::Replayed) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(UpstreamError::misbehaved("it gave a token for a code that it never issued")),
    }
}

#[cfg(test)]
mod tests {
    use oauth2::http::header;

    use super::*;

    fn answer(status: u16, kind: &str, body: &str) -> OutboundResponse {
        let headers = [(header::CONTENT_TYPE, kind.parse().unwrap())].into_iter().collect();
        OutboundResponse { status: StatusCode::from_u16(status).unwrap(), headers, body: body.to_owned().into() }
    }

    fn read(status: u16, body: &str) -> Result<u16, &'static str> {
        let read = normal(&answer(status, "application/json", body), TokenForm::Json, by_the_book);
        read.map(|response| response.status().as_u16()).map_err(|error| error.word())
    }

    #[test]
    fn an_error_is_an_error_whatever_its_status() {
        assert_eq!(read(200, r#"{"error":"bad_verification_code","error_description":"x","error_uri":"y"}"#), Ok(400));
        assert_eq!(read(400, r#"{"error":"invalid_grant","error_description":"Malformed auth code."}"#), Ok(400));
        assert_eq!(read(200, r#"{"error":null,"access_token":"x"}"#), Ok(400));
        assert_eq!(
            read(403, r#"{"title":"Forbidden","type":"about:blank","status":403,"detail":"Forbidden"}"#),
            Err("misconfigured")
        );
        assert_eq!(read(200, "{}"), Err("misbehaved"));
        assert_eq!(read(201, r#"{"access_token":"x"}"#), Err("misbehaved"));
        assert_eq!(read(200, "[]"), Err("misbehaved"));
        assert_eq!(read(200, "\"\""), Err("misbehaved"));
        assert_eq!(read(503, "<html>"), Err("unavailable"));
        assert_eq!(read(307, "{}"), Err("misbehaved"));
    }

    #[test]
    fn fields_that_nobody_reads_cannot_spoil_an_answer() {
        for body in [
            r#"{"access_token":"ya29.x","expires_in":"3599","scope":["a"],"token_type":"Bearer","id_token":"e.y.J"}"#,
            r#"{"access_token":"EAAG","token_type":"bearer","expires_in":5183999}"#,
            r#"{"access_token":"gho_x","scope":"read:user,user:email","token_type":"bearer"}"#,
            r#"{"token_type":"bearer","expires_in":7200,"access_token":"x","scope":"users.email users.read"}"#,
        ] {
            assert_eq!(read(200, body), Ok(200), "{body}");
        }
        let form = answer(200, "application/x-www-form-urlencoded", "access_token=x&token_type=bearer");
        assert!(normal(&form, TokenForm::Form, by_the_book).is_ok());
        assert!(normal(&form, TokenForm::Json, by_the_book).is_err());
    }
}
