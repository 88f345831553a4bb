//! Starting a sign-in at a provider: the authorization request, and the state kept for the callback.

use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use url::Url;

use super::error::UpstreamError;
use super::kept::PendingAuthorization;
use super::provider_context::ProviderContext;
use usher_domain::provider::{Pkce, ResponseMode};

/// Options of a sign-in at a provider.
#[derive(Debug, Clone, Default)]
pub struct StartRequest {
    /// The redirect URI: exactly as registered with the provider.
    pub redirect_uri: String,
    /// The expected account, in the provider's terms.
    pub login_hint: Option<String>,
    /// Ask for the account even if one is signed in: after signing out here.
    pub fresh_choice: bool,
    /// Facebook: ask again for the address that was declined.
    pub ask_email_again: bool,
}

/// Properties of a provider's authorization request.
#[derive(Debug, Default)]
pub(super) struct AuthorizeOptions<'a> {
    /// The authorization endpoint.
    pub endpoint: &'a str,
    /// The separator of scopes.
    pub scope_sep: &'a str,
    /// Whether it supports OpenID Connect, and so a nonce.
    pub nonce: bool,
    /// Whether it supports `login_hint`.
    pub login_hint: bool,
    /// Parameters of the provider, which extra parameters of the operator cannot change.
    pub own: Vec<(&'static str, String)>,
}

/// Builds the request with new random values.
pub(super) fn start(
    context: &ProviderContext,
    request: &StartRequest,
    options: &AuthorizeOptions<'_>,
) -> Result<(Url, PendingAuthorization), UpstreamError> {
    let (kind, settings, random) = (context.kind, &context.settings, &context.around.random);
    let mut url = endpoint(options.endpoint)?;
    let uses_pkce = kind.pkce && settings.pkce != Some(Pkce::Off);
    let kept = PendingAuthorization {
        provider: settings.id.clone(),
        state: random.token(),
        nonce: options.nonce.then(|| random.token()),
        pkce_verifier: uses_pkce.then(|| random.token()),
        redirect_uri: request.redirect_uri.clone(),
    };
    let mut pairs = vec![
        ("response_type", String::from("code")),
        ("client_id", settings.client_id.clone()),
        ("redirect_uri", kept.redirect_uri.clone()),
        ("scope", kind.scopes_of(settings).join(options.scope_sep)),
        ("state", kept.state.clone()),
    ];
    pairs.extend(kept.nonce.clone().map(|nonce| ("nonce", nonce)));
    if let Some(verifier) = &kept.pkce_verifier {
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
        pairs.push(("code_challenge", challenge.as_str().to_owned()));
        pairs.push(("code_challenge_method", String::from("S256")));
    }
    if kind.posts_back(settings) {
        pairs.push(("response_mode", ResponseMode::FormPost.as_str().to_owned()));
    }
    pairs.extend(options.own.iter().cloned());
    // A simulator or a self-hosted edition accepts the hint whatever the kind.
    let hinted = request.login_hint.clone().filter(|_| options.login_hint || settings.base_url.is_some());
    pairs.extend(hinted.map(|hint| ("login_hint", hint)));
    let extra = settings.extra_params.iter().filter(|(name, _)| !pairs.iter().any(|(ours, _)| ours == name));
    let all = pairs.iter().map(|(name, value)| (*name, value)).chain(extra.map(|(name, value)| (name.as_str(), value)));
    write(&mut url, all);
    Ok((url, kept))
}

/// A URL to which browsers may be sent.
pub(super) fn endpoint(text: &str) -> Result<Url, UpstreamError> {
    let url = Url::parse(text).map_err(|_| UpstreamError::misconfigured("an endpoint is no address"))?;
    let here = url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "https" || url.scheme() == "http" && here {
        return Ok(url);
    }
    Err(UpstreamError::misconfigured("an endpoint is not https"))
}

/// Adds to the query, encoding a space as `%20`: not every provider decodes `+`.
pub(super) fn write<'a>(url: &mut Url, pairs: impl Iterator<Item = (&'a str, &'a String)>) {
    let mut text = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        text.append_pair(name, value);
    }
    let text = text.finish().replace('+', "%20");
    let query = url.query().filter(|query| !query.is_empty()).map_or(text.clone(), |query| format!("{query}&{text}"));
    url.set_query(Some(&query));
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::providers::{google, x};
    use crate::testing::context;
    use usher_domain::provider::ProviderSettings;

    fn asked(
        settings: ProviderSettings,
        request: &StartRequest,
        options: &AuthorizeOptions<'_>,
    ) -> (HashMap<String, String>, PendingAuthorization) {
        let (url, kept) = start(&context(&google::KIND, settings), request, options).unwrap();
        let count = url.query_pairs().count();
        let pairs: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(pairs.len(), count, "a parameter stands twice");
        (pairs, kept)
    }

    #[test]
    fn the_request_is_the_flows_own_whatever_an_operator_adds() {
        let settings = ProviderSettings {
            extra_params: [("state", "x"), ("access_type", "offline"), ("prompt", "none"), ("nonce", "x")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            ..ProviderSettings::new("google".parse().unwrap(), &google::KIND, "cid")
        };
        let request = StartRequest {
            redirect_uri: "https://id.test/cb".into(),
            login_hint: Some("a@x.test".into()),
            ..StartRequest::default()
        };
        let options = AuthorizeOptions {
            endpoint: "https://op.test/auth?tenant=1",
            scope_sep: " ",
            nonce: true,
            login_hint: true,
            own: vec![("prompt", "select_account".into())],
        };
        let (pairs, kept) = asked(settings, &request, &options);
        let verifier = PkceCodeVerifier::new(kept.pkce_verifier.clone().unwrap());
        for (name, value) in [
            ("tenant", "1"),
            ("response_type", "code"),
            ("client_id", "cid"),
            ("redirect_uri", "https://id.test/cb"),
            ("scope", "openid email profile"),
            ("state", &kept.state),
            ("nonce", kept.nonce.as_deref().unwrap()),
            ("code_challenge", PkceCodeChallenge::from_code_verifier_sha256(&verifier).as_str()),
            ("code_challenge_method", "S256"),
            ("prompt", "select_account"),
            ("login_hint", "a@x.test"),
            ("access_type", "offline"),
        ] {
            assert_eq!(pairs[name], value, "{name}");
        }
        assert_eq!(kept.state.len(), 43);
        assert!(!format!("{kept:?}").contains(&kept.state));
    }

    #[test]
    fn every_flow_has_its_own_state_nonce_and_verifier() {
        let context = context(&x::KIND, ProviderSettings::new("x".parse().unwrap(), &x::KIND, "cid"));
        let options = AuthorizeOptions {
            endpoint: "https://x.test/a",
            scope_sep: " ",
            nonce: true,
            ..AuthorizeOptions::default()
        };
        let go = || start(&context, &StartRequest::default(), &options).unwrap();
        let ((url, one), (_, two)) = (go(), go());
        assert!(url.as_str().contains("scope=users.read%20tweet.read%20users.email"), "{url}");
        assert_ne!(one.state, two.state);
        assert_ne!(one.nonce, two.nonce);
        assert_ne!(one.pkce_verifier, two.pkce_verifier);
        assert_ne!(one.nonce.as_ref(), Some(&one.state));
    }

    #[test]
    fn nobody_is_sent_to_an_address_that_is_not_https() {
        for bad in [
            "http://op.test/a",
            "javascript:alert(1)",
            "data:text/html,x",
            "",
            "//op.test",
            "http://127.0.0.1.evil.test/",
        ] {
            assert!(endpoint(bad).is_err(), "{bad}");
        }
        assert!(endpoint("http://127.0.0.1:9400/google").is_ok());
    }
}
