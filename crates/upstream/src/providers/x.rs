//! X: OAuth 2 with PKCE and Basic, `{data:{}}` around everything, an address only if the app may request it.

use futures_util::future::BoxFuture;
use oauth2::http::StatusCode;
use serde_json::Value;
use url::Url;

use crate::callback::Callback;
use crate::error::{UpstreamCause, UpstreamError};
use crate::provider_context::{ProviderContext, TokenEndpointCall};
use crate::start::{self, AuthorizeOptions, PendingAuthorization, StartRequest};
use crate::{CheckedStep, Provider, ProviderFuture, Vouched, calls, profile};
use usher_domain::email::trust::EmailTrust;
use usher_domain::provider::{ProviderSettings, TokenForm};
use usher_domain::secret::Secret;
use usher_domain::user::Profile;

const SITE: &str = "https://x.com";
const API: &str = "https://api.x.com";

/// X.
pub(crate) struct X(ProviderContext);

impl X {
    pub fn new(provider_context: ProviderContext) -> Self {
        Self(provider_context)
    }

    fn counter(url: &str) -> TokenEndpointCall<'_> {
        // Without a secret it is a public client, whose id is sent in the body.
        TokenEndpointCall { url, basic: true, form: TokenForm::Json, error_reader: error }
    }

    async fn who(&self, callback: &Callback, kept: &PendingAuthorization) -> Result<Vouched, UpstreamError> {
        let provider_context = &self.0;
        let code =
            callback.code(&provider_context.settings.id, kept, false, |told| told == provider_context.base(SITE))?;
        let url = provider_context.url(API, "/2/oauth2/token");
        let tokens =
            provider_context.exchange(&Self::counter(&url), provider_context.given_secret(), code, kept).await?;
        let told = match self.me(&tokens.access_token, "confirmed_email,profile_image_url").await? {
            Ok(told) => told,
            // An app that may not request addresses is refused completely: repeat without.
            Err(_) => self.me(&tokens.access_token, "profile_image_url").await?.map_err(|status| {
                UpstreamError::Misconfigured(UpstreamCause::with("it does not say who the person is", status.as_str()))
            })?,
        };
        vouched(&provider_context.settings, &told, provider_context.base(SITE).to_owned())
    }

    /// The person, or the status of the refusal.
    async fn me(
        &self,
        access_token: &Secret<String>,
        fields: &str,
    ) -> Result<Result<Value, StatusCode>, UpstreamError> {
        let url = calls::with_query(&self.0.url(API, "/2/users/me"), &[("user.fields", fields)])?;
        let bearer = format!("Bearer {}", access_token.expose());
        let answer = self.0.outbound().send(calls::get(&url, &[("authorization", &bearer)])?).await?;
        let told = calls::object(&answer)?;
        Ok(if answer.status == StatusCode::OK { Ok(told) } else { Err(answer.status) })
    }
}

/// A code that is used or expired (after half a minute) gives `invalid_request` here.
fn error(told: &Value) -> Option<UpstreamError> {
    let description = told.get("error_description").and_then(Value::as_str).unwrap_or_default();
    let spent = told.get("error").and_then(Value::as_str) == Some("invalid_request")
        && description.starts_with("Value passed for the authorization code");
    spent.then_some(UpstreamError::Replayed)
}

fn vouched(settings: &ProviderSettings, told: &Value, issuer: String) -> Result<Vouched, UpstreamError> {
    let data = told.get("data").unwrap_or(&Value::Null);
    let username = profile::text(data.get("username"));
    Ok(Vouched {
        provider: settings.id.clone(),
        issuer,
        subject: profile::subject(data.get("id"))?,
        // X sends an address only if it was confirmed.
        email: profile::email(settings, data.get("confirmed_email"), EmailTrust::Verified, false),
        handle: username.as_ref().map(|name| format!("@{name}")),
        profile: Profile {
            name: profile::text(data.get("name")),
            preferred_username: username,
            picture: profile::picture(data.get("profile_image_url")),
            ..Profile::default()
        },
        amr: Vec::new(),
        acr: None,
        auth_time: None,
        sid: None,
    })
}

impl Provider for X {
    fn settings(&self) -> &ProviderSettings {
        &self.0.settings
    }

    fn start<'a>(&'a self, request: &'a StartRequest) -> ProviderFuture<'a, (Url, PendingAuthorization)> {
        Box::pin(async move {
            let endpoint = self.0.url(SITE, "/i/oauth2/authorize");
            let options = AuthorizeOptions { endpoint: &endpoint, scope_sep: " ", ..AuthorizeOptions::default() };
            start::start(&self.0.settings, &*self.0.around.random, request, &options)
        })
    }

    fn finish<'a>(&'a self, callback: &'a Callback, kept: &'a PendingAuthorization) -> ProviderFuture<'a, Vouched> {
        Box::pin(self.who(callback, kept))
    }

    fn check<'a>(&'a self, redirect_uri: &'a str) -> BoxFuture<'a, Vec<CheckedStep>> {
        Box::pin(async move {
            let url = self.0.url(API, "/2/oauth2/token");
            let outcome = self.0.probe(&Self::counter(&url), self.0.given_secret(), redirect_uri).await;
            vec![CheckedStep::new("token endpoint", outcome)]
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{StubProvider, surroundings};
    use usher_domain::provider::ProviderKind;

    fn settings() -> ProviderSettings {
        ProviderSettings::new("x".parse().unwrap(), ProviderKind::X, "us")
    }

    async fn arrived(testing: &StubProvider) -> Result<Vouched, UpstreamError> {
        let settings = ProviderSettings { base_url: Some(testing.base.clone()), ..settings() };
        let x = X::new(ProviderContext::new(settings, Some(Secret::from("hush")), surroundings()));
        let request = StartRequest { redirect_uri: "https://id.test/cb".into(), ..StartRequest::default() };
        let (_, kept) = x.start(&request).await.unwrap();
        let callback = Callback::parse(&format!("code=c&state={}", kept.state)).unwrap();
        x.finish(&callback, &kept).await
    }

    fn tokens(testing: &StubProvider) {
        testing.on("/2/oauth2/token", 200, json!({"token_type":"bearer","expires_in":7200,"access_token":"at","scope":"users.email users.read tweet.read"}));
    }

    #[test]
    fn the_sample_of_x_is_read() {
        let told = json!({"data":{"id":"2244994945","name":"X Dev","username":"XDevelopers","confirmed_email":"a@b.cd","profile_image_url":"https://pbs.twimg.com/x_normal.jpg","verified":true}});
        let who = vouched(&settings(), &told, SITE.into()).unwrap();
        assert_eq!((who.subject.as_str(), who.handle.as_deref()), ("2244994945", Some("@XDevelopers")));
        assert_eq!(who.email.unwrap().trust, EmailTrust::Verified);
        for nobody in [
            json!({}),
            json!({"id": "1"}),
            json!({"data": {"id": 2_244_994_945_i64}}),
            json!({"data": []}),
            json!({"errors": []}),
        ] {
            assert!(vouched(&settings(), &nobody, SITE.into()).is_err(), "{nobody}");
        }
        // A user name is no address.
        assert_eq!(
            vouched(&settings(), &json!({"data": {"id": "12", "username": "a"}}), SITE.into()).unwrap().email,
            None
        );
    }

    #[tokio::test]
    async fn the_person_is_asked_for_once_and_the_secret_goes_in_the_header() {
        let testing = StubProvider::start().await;
        tokens(&testing);
        testing.on("/2/users/me", 200, json!({"data": {"id": "12", "name": "Ana", "username": "ana"}}));
        assert_eq!(arrived(&testing).await.unwrap().subject, "12");
        assert_eq!(testing.count("/2/users/me"), 1);
        let asked = &testing.asked()[0];
        assert!(asked.headers["authorization"].starts_with("Basic ") && !asked.body.contains("hush"));
        assert!(asked.body.contains("code_verifier="));
    }

    #[tokio::test]
    async fn an_app_that_may_not_ask_for_addresses_asks_again_without() {
        let testing = StubProvider::start().await;
        tokens(&testing);
        let problem = json!({"title":"Forbidden","type":"about:blank","status":403,"detail":"Forbidden"});
        testing.on("/2/users/me", 403, problem.clone()).on("/2/users/me", 200, json!({"data": {"id": "12"}}));
        assert_eq!(arrived(&testing).await.unwrap().subject, "12");
        assert!(!testing.asked()[2].line.contains("confirmed_email"));

        let testing = StubProvider::start().await;
        tokens(&testing);
        testing.on("/2/users/me", 403, problem);
        assert_eq!(arrived(&testing).await.unwrap_err().word(), "misconfigured");
        assert_eq!(testing.count("/2/users/me"), 2);
    }

    #[tokio::test]
    async fn refusals_of_x_are_told_apart() {
        for (status, body, word) in [
            (
                400,
                json!({"error":"invalid_request","error_description":"Value passed for the authorization code was invalid."}),
                "replayed",
            ),
            (
                400,
                json!({"error":"invalid_request","error_description":"Missing required parameter [code_verifier]."}),
                "misconfigured",
            ),
            (
                401,
                json!({"error":"unauthorized_client","error_description":"Missing valid authorization header"}),
                "misconfigured",
            ),
            (429, json!({"errors":[{"code":88,"message":"Rate limit exceeded"}]}), "unavailable"),
            (403, json!({"title":"Forbidden","type":"about:blank","status":403,"detail":"Forbidden"}), "misconfigured"),
        ] {
            let testing = StubProvider::start().await;
            testing.on("/2/oauth2/token", status, body);
            assert_eq!(arrived(&testing).await.unwrap_err().word(), word, "{status}");
        }
    }
}
