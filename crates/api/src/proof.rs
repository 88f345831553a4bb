//! The headers of proofs of possession (DPoP, RFC 9449): tokens of the scheme `DPoP`, proofs, and nonces for them.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use usher_flows::{PresentedToken, ProofRequest};
use usher_http_server::state::App;
use usher_protocol::dpop::DpopFault;
use usher_protocol::ows;

static PROOF: HeaderName = HeaderName::from_static("dpop");
static NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// The proof of a request, if it has the header.
pub fn proof<'r>(headers: &'r HeaderMap, method: &'r str, path: &'r str) -> Option<ProofRequest<'r>> {
    let mut values = headers.get_all(&PROOF).iter();
    let (first, second) = (values.next()?, values.next());
    let header = match (first.to_str(), second) {
        (Ok(text), None) => Ok(text),
        _ => Err(DpopFault::Repeated),
    };
    Some(ProofRequest { header, method, path })
}

/// Why the Authorization header has no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderFault {
    /// It was sent more than once.
    Repeated,
    /// It is of another scheme, or empty.
    OtherScheme,
}

/// The access token in the Authorization header, with its proof if the scheme is `DPoP` (RFC 9449 §7.1).
pub fn presented<'r>(
    headers: &'r HeaderMap,
    method: &'r str,
    path: &'r str,
) -> Result<Option<PresentedToken<'r>>, HeaderFault> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (first, None) = (values.next(), values.next()) else { return Err(HeaderFault::Repeated) };
    let Some(first) = first else { return Ok(None) };
    let split = first.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(HeaderFault::OtherScheme)?;
    let (scheme, token) = (split.0, ows::trim(split.1));
    if token.is_empty() {
        return Err(HeaderFault::OtherScheme);
    }
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(Some(PresentedToken::bearer(token)));
    }
    if !scheme.eq_ignore_ascii_case("dpop") {
        return Err(HeaderFault::OtherScheme);
    }
    let missing = ProofRequest { header: Err(DpopFault::Missing), method, path };
    let proof = Some(proof(headers, method, path).unwrap_or(missing));
    Ok(Some(PresentedToken { proof, ..PresentedToken::bearer(token) }))
}

/// Adds a fresh nonce to every response to a request with a proof (RFC 9449 §8.2).
pub fn wrap(router: Router<App>, app: &App) -> Router<App> {
    router.layer(from_fn_with_state(app.clone(), nonce))
}

async fn nonce(State(app): State<App>, request: Request, next: Next) -> Response {
    let proves = request.headers().contains_key(&PROOF);
    let mut response = next.run(request).await;
    if proves && let Ok(nonce) = HeaderValue::try_from(app.usher.dpop_proofs.nonce()) {
        response.headers_mut().insert(NONCE.clone(), nonce);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_token_is_of_one_of_two_schemes() {
        let read = |pairs: &[(&'static str, &'static str)]| {
            let headers = headers(pairs);
            presented(&headers, "GET", "/x")
                .map(|found| found.map(|it| (it.token.to_owned(), it.proof.map(|it| it.header.is_ok()))))
        };
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[("authorization", "Bearer  a.b ")]), Ok(Some(("a.b".to_owned(), None))));
        for scheme in ["DPoP a.b", "dpop a.b", "DPOP a.b"] {
            let pairs = [("authorization", scheme), ("dpop", "proof")];
            assert_eq!(read(&pairs), Ok(Some(("a.b".to_owned(), Some(true)))), "{scheme}");
            assert_eq!(read(&pairs[..1]), Ok(Some(("a.b".to_owned(), Some(false)))), "{scheme}");
        }
        let two = [("authorization", "DPoP a.b"), ("dpop", "one"), ("dpop", "two")];
        assert_eq!(read(&two), Ok(Some(("a.b".to_owned(), Some(false)))));
        for bad in ["", "Bearer", "Bearer ", "Basic YTpi", "DPoP", "a.b"] {
            assert_eq!(read(&[("authorization", bad)]), Err(HeaderFault::OtherScheme), "{bad}");
        }
        assert_eq!(read(&[("authorization", "Bearer a"), ("authorization", "Bearer a")]), Err(HeaderFault::Repeated));
    }
}
