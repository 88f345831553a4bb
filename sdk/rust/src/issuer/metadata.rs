use reqwest::Client;
use serde::Deserialize;
use url::Url;

use super::http::{CALL_TIMEOUT, IssuerError, MAX_DOCUMENT, call};

/// The part of the issuer's metadata that is needed (OpenID Connect Discovery §3).
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub(super) jwks_uri: String,
    pub(super) token_endpoint: String,
    pub(super) introspection_endpoint: String,
}

/// Reads the metadata. They have to be of this issuer, and all endpoints of its origin: otherwise an answer that somebody
/// else gives could bring foreign keys, or send the secret elsewhere.
pub(super) async fn discover(http: &Client, issuer: &str) -> Result<Metadata, IssuerError> {
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let answer = call("discovery", http.get(url), CALL_TIMEOUT, MAX_DOCUMENT).await;
    let answer = answer.map_err(|error| {
        if error.is_final() { IssuerError::Misfit(format!("{error}: no issuer is at {issuer}")) } else { error }
    })?;
    let metadata: Metadata = answer.json()?;
    if metadata.issuer != issuer {
        let other = &metadata.issuer;
        return Err(IssuerError::Misfit(format!("the issuer calls itself `{other}`, and the option says `{issuer}`")));
    }
    let endpoints = [
        ("jwks_uri", &metadata.jwks_uri),
        ("token_endpoint", &metadata.token_endpoint),
        ("introspection_endpoint", &metadata.introspection_endpoint),
    ];
    if let Some((name, url)) = endpoints.into_iter().find(|(_, url)| !has_origin_of(url, issuer)) {
        return Err(IssuerError::Misfit(format!("the {name} of the issuer is `{url}`, of another origin")));
    }
    Ok(metadata)
}

pub(crate) fn has_origin_of(url: &str, issuer: &str) -> bool {
    let origin = |url| Some(Url::parse(url).ok()?.origin()).filter(url::Origin::is_tuple);
    origin(url).is_some_and(|found| Some(found) == origin(issuer))
}
