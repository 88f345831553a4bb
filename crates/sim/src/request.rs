//! A request to a provider.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, Method, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::parameters::Parameters;

/// The URL of a request before routing.
#[derive(Clone, Debug)]
pub struct OriginalUri(pub Uri);

/// A request.
#[derive(Debug)]
pub struct SimRequest {
    /// Its method.
    pub method: Method,
    /// Its path, with the provider's segment.
    pub path: String,
    /// The parameters of its query.
    pub query: Parameters,
    /// The parameters of its body; `None` if the content type is not that of a form.
    pub form: Option<Parameters>,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its raw body.
    pub body: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for SimRequest {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let uri = request.extensions().get::<OriginalUri>().map_or_else(|| request.uri().clone(), |uri| uri.0.clone());
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let body = Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        let form = is_form(&headers).then(|| Parameters::parse(&body));
        let query = Parameters::parse(uri.query().unwrap_or_default().as_bytes());
        Ok(Self { method, path: uri.path().to_owned(), query, form, headers, body })
    }
}

/// Is the body declared to be a form?
pub fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

impl SimRequest {
    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The credentials in `Authorization` for this scheme.
    fn authorization(&self, scheme: &str) -> Option<&str> {
        let (given, rest) = self.header("authorization")?.split_once(' ')?;
        given.eq_ignore_ascii_case(scheme).then(|| rest.trim())
    }

    /// The bearer token of the header.
    pub fn bearer(&self) -> Option<&str> {
        self.authorization("Bearer").or_else(|| self.authorization("token"))
    }

    /// Client id and secret of HTTP Basic (RFC 6749 §2.3.1).
    pub fn basic(&self) -> Option<(String, String)> {
        let text = String::from_utf8(STANDARD.decode(self.authorization("Basic")?).ok()?).ok()?;
        let (id, secret) = text.split_once(':')?;
        let decode = |part: &str| form_urlencoded::parse(part.as_bytes()).next().map(|(word, _)| word.into_owned());
        Some((decode(id).unwrap_or_default(), decode(secret).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(authorization: &str) -> SimRequest {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
        SimRequest {
            method: Method::GET,
            path: String::new(),
            query: Parameters::default(),
            form: None,
            headers,
            body: Bytes::new(),
        }
    }

    #[test]
    fn the_scheme_of_the_authorization_counts() {
        assert_eq!(request("bearer abc").bearer(), Some("abc"));
        assert_eq!(request("Basic abc").bearer(), None);
        let expected = Some(("sim".to_owned(), "sim-secret".to_owned()));
        assert_eq!(request("Basic c2ltOnNpbS1zZWNyZXQ=").basic(), expected);
        for garbage in ["Basic", "Basic %%%", "Basic c2lt", "Bearer c2ltOnNpbS1zZWNyZXQ="] {
            assert_eq!(request(garbage).basic(), None, "{garbage}");
        }
    }
}
