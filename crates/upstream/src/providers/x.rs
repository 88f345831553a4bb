//! X: OAuth 2 with PKCE and Basic, `{data:{}}` around everything, an address only if the app may request it.

use oauth2::http::StatusCode;
use serde_json::Value;

use crate::connector::Connector;
use crate::error::{UpstreamCause, UpstreamError};
use crate::exchange::ProviderTokens;
use crate::oauth_provider::{OAuthProvider, OAuthQuirks};
use crate::provider_context::{ProviderContext, TokenEndpointCall};
use crate::{Provider, Vouched, calls, profile};
use usher_domain::email::trust::EmailTrust;
use usher_domain::provider::{KindTitle, ProviderKind, ProviderSettings, Scopes, SecretNeed, TokenForm};
use usher_domain::secret::Secret;
use usher_domain::user::Profile;

const SITE: &str = "https://x.com";
const API: &str = "https://api.x.com";

pub static KIND: ProviderKind = ProviderKind {
    scopes: Scopes {
        default: &["users.read", "tweet.read", "users.email"],
        required: &["users.read", "tweet.read"],
        why: "must hold users.read and tweet.read, or X will not say who the person is",
    },
    secret: SecretNeed::Optional,
    register: "provider-register-x",
    addresses: "Verified: X sends an address only if it was confirmed.",
    ..ProviderKind::oauth("x", KindTitle::Brand("X"))
};

pub static CONNECTOR: Connector = Connector { kind: &KIND, connect };

struct X;

fn connect(context: ProviderContext) -> Box<dyn Provider> {
    Box::new(OAuthProvider { context, quirks: X })
}

impl OAuthQuirks for X {
    fn authorize_url(&self, context: &ProviderContext) -> String {
        context.url(SITE, "/i/oauth2/authorize")
    }

    /// With Basic; a public client without a secret sends its id in the body.
    fn token_endpoint(&self, context: &ProviderContext) -> TokenEndpointCall {
        let url = context.url(API, "/2/oauth2/token");
        TokenEndpointCall { url, basic: true, form: TokenForm::Json, error_reader: error }
    }

    fn callback_issuer(&self, context: &ProviderContext) -> String {
        context.base(SITE).to_owned()
    }

    fn secret<'a>(&self, context: &'a ProviderContext) -> Result<Option<&'a Secret<String>>, UpstreamError> {
        Ok(context.given_secret())
    }

    async fn vouched(&self, context: &ProviderContext, tokens: ProviderTokens) -> Result<Vouched, UpstreamError> {
        let document = match me(context, &tokens.access_token, "confirmed_email,profile_image_url").await? {
            Ok(document) => document,
            // An app that may not request addresses is refused completely: repeat without.
            Err(_) => me(context, &tokens.access_token, "profile_image_url").await?.map_err(|status| {
                UpstreamError::Misconfigured(UpstreamCause::with("it does not say who the person is", status.as_str()))
            })?,
        };
        vouched(&context.settings, &document, context.base(SITE).to_owned())
    }

    fn read(&self, context: &ProviderContext, user: &Value) -> Result<Vouched, UpstreamError> {
        vouched(&context.settings, user, context.base(SITE).to_owned())
    }
}

/// The person, or the status of the refusal.
async fn me(
    context: &ProviderContext,
    access_token: &Secret<String>,
    fields: &str,
) -> Result<Result<Value, StatusCode>, UpstreamError> {
    let url = calls::with_query(&context.url(API, "/2/users/me"), &[("user.fields", fields)])?;
    let bearer = format!("Bearer {}", access_token.expose());
    let answer = context.outbound().send(calls::get(&url, &[("authorization", &bearer)])?).await?;
    let document = calls::object(&answer)?;
    Ok(if answer.status == StatusCode::OK { Ok(document) } else { Err(answer.status) })
}

/// A code that is used or expired (after half a minute) gives `invalid_request` here.
fn error(document: &Value) -> Option<UpstreamError> {
    let description = document.get("error_description").and_then(Value::as_str).unwrap_or_default();
    let spent = document.get("error").and_then(Value::as_str) == Some("invalid_request")
        && description.starts_with("Value passed for the authorization code");
    spent.then_some(UpstreamError::Replayed)
}

fn vouched(settings: &ProviderSettings, document: &Value, issuer: String) -> Result<Vouched, UpstreamError> {
    let data = document.get("data").unwrap_or(&Value::Null);
    let username = profile::text(data.get("username"));
    let subject = profile::subject(data.get("id"))?;
    Ok(Vouched {
        // X sends an address only if it was confirmed.
        email: profile::email(settings, data.get("confirmed_email"), EmailTrust::Verified, false),
        handle: username.as_ref().map(|name| format!("@{name}")),
        profile: Profile {
            name: profile::text(data.get("name")),
            preferred_username: username,
            picture: profile::picture(data.get("profile_image_url")),
            ..Profile::default()
        },
        ..Vouched::new(settings.id.clone(), issuer, subject)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{StubProvider, context};
    use crate::{Callback, StartRequest};

    fn settings() -> ProviderSettings {
        ProviderSettings::new("x".parse().unwrap(), &KIND, "us")
    }

    async fn arrived(testing: &StubProvider) -> Result<Vouched, UpstreamError> {
        let settings = ProviderSettings { base_url: Some(testing.base.clone()), ..settings() };
        let x = connect(context(&KIND, settings));
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
        let document = json!({"data":{"id":"2244994945","name":"X Dev","username":"XDevelopers","confirmed_email":"a@b.cd","profile_image_url":"https://pbs.twimg.com/x_normal.jpg","verified":true}});
        let who = vouched(&settings(), &document, SITE.into()).unwrap();
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
    async fn refusals_of_x_are_distinguished() {
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
