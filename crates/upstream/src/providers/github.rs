//! GitHub: OAuth 2 with errors under status 200, a number as subject, and addresses in a separate list.

use serde_json::Value;

use crate::connector::Connector;
use crate::error::UpstreamError;
use crate::exchange::{ProviderTokens, by_the_book};
use crate::oauth_provider::{OAuthProvider, OAuthQuirks};
use crate::provider_context::{ProviderContext, TokenEndpointCall};
use crate::start::StartRequest;
use crate::{Provider, Vouched, calls, profile};
use usher_domain::email::trust::EmailTrust;
use usher_domain::provider::{KindTitle, ProviderKind, ProviderSettings, Scopes, TokenForm};
use usher_domain::secret::Secret;
use usher_domain::user::Profile;

const SITE: &str = "https://github.com";
const API: &str = "https://api.github.com";
const API_VERSION: &str = "2022-11-28";
/// Addresses without mailbox.
const NOREPLY: &str = "users.noreply.github.com";

pub static KIND: ProviderKind = ProviderKind {
    scopes: Scopes::of(&["read:user", "user:email"]),
    register: "provider-register-github",
    addresses: "Verified: only the primary address, and only if GitHub verified it.",
    ..ProviderKind::oauth("github", KindTitle::Brand("GitHub"))
};

pub static CONNECTOR: Connector = Connector { kind: &KIND, connect };

struct Github;

fn connect(context: ProviderContext) -> Box<dyn Provider> {
    Box::new(OAuthProvider { context, quirks: Github })
}

impl OAuthQuirks for Github {
    fn authorize_url(&self, context: &ProviderContext) -> String {
        context.url(SITE, "/login/oauth/authorize")
    }

    fn parameters(&self, _: &ProviderContext, request: &StartRequest) -> Vec<(&'static str, String)> {
        request.fresh_choice.then(|| ("prompt", String::from("select_account"))).into_iter().collect()
    }

    fn token_endpoint(&self, context: &ProviderContext) -> TokenEndpointCall {
        let url = context.url(SITE, "/login/oauth/access_token");
        TokenEndpointCall { url, basic: false, form: TokenForm::Json, error_reader: by_the_book }
    }

    fn callback_issuer(&self, context: &ProviderContext) -> String {
        context.url(SITE, "/login/oauth")
    }

    async fn vouched(&self, context: &ProviderContext, tokens: ProviderTokens) -> Result<Vouched, UpstreamError> {
        let user = ask(context, "/user", &tokens.access_token).await?;
        let scopes = context.kind.scopes_of(&context.settings);
        let asks = scopes.iter().any(|scope| matches!(scope.as_str(), "user" | "user:email"));
        let emails = if asks { ask(context, "/user/emails", &tokens.access_token).await } else { Ok(Value::Null) };
        let emails = match emails {
            Err(error @ UpstreamError::Unavailable(_)) => return Err(error),
            // The permission can be declined: then there is no address.
            list => list.unwrap_or_default(),
        };
        vouched(&context.settings, &user, &emails, self.callback_issuer(context))
    }

    fn read(&self, context: &ProviderContext, user: &Value) -> Result<Vouched, UpstreamError> {
        // The addresses are those of another endpoint: here they are a member of their own.
        let emails = user.get("emails").unwrap_or(&Value::Null);
        vouched(&context.settings, user, emails, self.callback_issuer(context))
    }
}

async fn ask(context: &ProviderContext, path: &str, access_token: &Secret<String>) -> Result<Value, UpstreamError> {
    let bearer = format!("Bearer {}", access_token.expose());
    let headers = [("authorization", bearer.as_str()), ("x-github-api-version", API_VERSION)];
    calls::json(context.outbound(), calls::get(&context.url(API, path), &headers)?).await
}

/// The address that is both verified and primary; never just the first.
pub(crate) fn verified_primary(emails: &Value) -> Option<&Value> {
    let is = |entry: &Value, name: &str| entry.get(name) == Some(&Value::Bool(true));
    emails.as_array()?.iter().find(|entry| is(entry, "verified") && is(entry, "primary"))?.get("email")
}

fn vouched(
    settings: &ProviderSettings,
    user: &Value,
    emails: &Value,
    issuer: String,
) -> Result<Vouched, UpstreamError> {
    let login = profile::text(user.get("login"));
    let email = verified_primary(emails).filter(|email| profile::domain(Some(email)).as_deref() != Some(NOREPLY));
    // `login` can be taken by somebody else once it is given up.
    let subject = profile::numeric_subject(user.get("id"))?;
    Ok(Vouched {
        email: profile::email(settings, email, EmailTrust::Verified, false),
        handle: login.as_ref().map(|login| format!("@{login}")),
        profile: Profile {
            name: profile::text(user.get("name")),
            preferred_username: login,
            picture: profile::picture(user.get("avatar_url")),
            ..Profile::default()
        },
        ..Vouched::new(settings.id.clone(), issuer, subject)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Callback;
    use crate::testing::{StubProvider, context};

    fn settings() -> ProviderSettings {
        ProviderSettings::new("github".parse().unwrap(), &KIND, "us")
    }

    async fn arrived(testing: &StubProvider, more: &str) -> Result<Vouched, UpstreamError> {
        let settings = ProviderSettings { base_url: Some(testing.base.clone()), ..settings() };
        let github = connect(context(&KIND, settings));
        let request = StartRequest { redirect_uri: "https://id.test/cb".into(), ..StartRequest::default() };
        let (_, kept) = github.start(&request).await.unwrap();
        github.finish(&Callback::parse(&format!("code=c&state={}{more}", kept.state)).unwrap(), &kept).await
    }

    #[test]
    fn the_sample_of_github_is_read() {
        let user = json!({"id": 583_231, "login": "octocat", "email": null, "name": "Octo", "avatar_url": "https://avatars.githubusercontent.com/u/1"});
        let emails = json!([{"email": "o@x.test", "primary": true, "verified": true, "visibility": "private"}]);
        let who = vouched(&settings(), &user, &emails, "i".into()).unwrap();
        assert_eq!((who.subject.as_str(), who.handle.as_deref()), ("583231", Some("@octocat")));
        assert_eq!(who.email.unwrap().trust, EmailTrust::Verified);
        for nobody in
            [json!({}), json!({"id": 0}), json!({"id": "583231"}), json!({"id": 1.5}), json!({"id": null}), json!([])]
        {
            assert!(vouched(&settings(), &nobody, &emails, "i".into()).is_err(), "{nobody}");
        }
    }

    #[test]
    fn only_the_checked_main_address_is_taken() {
        let user = json!({"id": 1, "login": "o", "email": "public@x.test"});
        for none in [
            json!([]),
            json!(null),
            json!({}),
            json!([{"email": "a@x.test", "primary": true, "verified": false}, {"email": "b@x.test", "primary": false, "verified": true}]),
            json!([{"email": "a@x.test", "primary": "true", "verified": "true"}]),
            json!([{"email": "1+o@users.noreply.github.com", "primary": true, "verified": true}]),
        ] {
            assert_eq!(vouched(&settings(), &user, &none, "i".into()).unwrap().email, None, "{none}");
        }
    }

    #[tokio::test]
    async fn an_error_under_status_200_is_an_error() {
        for (error, word) in [
            ("bad_verification_code", "replayed"),
            ("incorrect_client_credentials", "misconfigured"),
            ("redirect_uri_mismatch", "misconfigured"),
            ("unverified_user_email", "not_allowed"),
        ] {
            let testing = StubProvider::start().await;
            testing.on(
                "/login/oauth/access_token",
                200,
                json!({"error": error, "error_description": "x", "error_uri": "y"}),
            );
            assert_eq!(arrived(&testing, "").await.unwrap_err().word(), word, "{error}");
        }
    }

    #[tokio::test]
    async fn its_issuer_in_the_callback_is_checked_before_the_code_is_shown_to_anybody() {
        let testing = StubProvider::start().await;
        testing
            .on(
                "/login/oauth/access_token",
                200,
                json!({"access_token":"gho_x","scope":"read:user,user:email","token_type":"bearer"}),
            )
            .on("/user", 200, json!({"id": 583_231, "login": "octocat"}));
        assert!(arrived(&testing, "&iss=https%3A%2F%2Fevil.test").await.is_err());
        assert!(testing.asked().is_empty());
        // No list of addresses: the permission was declined.
        let who = arrived(&testing, &format!("&iss={}/login/oauth", testing.base)).await.unwrap();
        assert_eq!((who.email, who.issuer), (None, format!("{}/login/oauth", testing.base)));
        let asked = testing.asked();
        assert_eq!(asked[1].headers["x-github-api-version"], API_VERSION);
        assert!(asked[1].headers["user-agent"].starts_with("usher/"));
    }
}
