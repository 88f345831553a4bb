//! Any OAuth 2 server with a userinfo endpoint: where its responses hold the profile is configured, and nothing is
//! guessed.

use serde_json::Value;

use crate::connector::Connector;
use crate::error::UpstreamError;
use crate::exchange::{ProviderTokens, by_the_book};
use crate::oauth_provider::{OAuthProvider, OAuthQuirks};
use crate::provider_context::{ProviderContext, TokenEndpointCall};
use crate::providers::facebook::appsecret_proof;
use crate::providers::github::verified_primary;
use crate::{Provider, Vouched, calls, profile};
use usher_domain::email::trust::EmailTrust;
use usher_domain::provider::setting::{
    AUTHORIZE_URL, CLIENT_AUTH, EMAILS, ISSUER, MAP, PKCE, REQUIRE_ISS, RESPONSE_MODE, SCOPE_SEP, SCOPES,
    TOKEN_RESPONSE, TOKEN_URL, USERINFO_AUTH, USERINFO_HMAC, USERINFO_URL,
};
use usher_domain::provider::{
    ClientAuth, EmailVerified, KindTitle, ProviderFaults, ProviderKind, ProviderSettings, SecretNeed, SubjectType,
    TokenForm, TrustLimit, UserMap, UserinfoAuth, is_plain,
};
use usher_domain::secret::Secret;
use usher_domain::user::Profile;

pub static KIND: ProviderKind = ProviderKind {
    settings: &[
        &ISSUER,
        &AUTHORIZE_URL,
        &TOKEN_URL,
        &USERINFO_URL,
        &CLIENT_AUTH,
        &PKCE,
        &REQUIRE_ISS,
        &RESPONSE_MODE,
        &MAP,
        &SCOPE_SEP,
        &TOKEN_RESPONSE,
        &USERINFO_AUTH,
        &USERINFO_HMAC,
        &EMAILS,
    ],
    required: &[&ISSUER, &AUTHORIZE_URL, &TOKEN_URL, &USERINFO_URL, &MAP],
    fields: &[&ISSUER, &AUTHORIZE_URL, &TOKEN_URL, &USERINFO_URL, &SCOPES],
    other_settings: "{\"map\": {\"subject\": \"/id\"}}",
    secret: SecretNeed::UnlessPublic,
    trust_limit: TrustLimit::Authoritative,
    addresses: "Never verified, unless `email_trust` says otherwise and the server says so.",
    check,
    ..ProviderKind::oauth("oauth2", KindTitle::Message("provider-kind-oauth2"))
};

pub static CONNECTOR: Connector = Connector { kind: &KIND, connect };

fn check(settings: &ProviderSettings, faults: &mut ProviderFaults) {
    for (field, pointer) in settings.map.iter().flat_map(UserMap::pointers) {
        let bad = !pointer.starts_with('/') || pointer.len() > 200;
        faults.add(bad, field, "must be a JSON Pointer, such as /data/id");
    }
    let sep = settings.scope_sep.as_deref().is_some_and(|sep| ![" ", ",", "+", ";"].contains(&sep));
    faults.add(sep, SCOPE_SEP.name, "must be a space, a comma, a semicolon or a plus");
    let unsecret = settings.userinfo_hmac.is_some() && settings.client_auth == Some(ClientAuth::None);
    faults.add(unsecret, USERINFO_HMAC.name, "needs a client secret");
    let bad = settings.userinfo_hmac.as_deref().is_some_and(|name| !is_plain(name, 40));
    faults.add(bad, USERINFO_HMAC.name, "must be the name of a parameter");
}

struct Oauth2;

fn connect(context: ProviderContext) -> Box<dyn Provider> {
    Box::new(OAuthProvider { context, quirks: Oauth2 })
}

impl OAuthQuirks for Oauth2 {
    fn authorize_url(&self, context: &ProviderContext) -> String {
        context.settings.authorize_url.clone().unwrap_or_default()
    }

    fn scope_sep<'a>(&self, context: &'a ProviderContext) -> &'a str {
        context.settings.scope_sep.as_deref().unwrap_or(" ")
    }

    fn token_endpoint(&self, context: &ProviderContext) -> TokenEndpointCall {
        let settings = &context.settings;
        TokenEndpointCall {
            url: settings.token_url.clone().unwrap_or_default(),
            basic: settings.client_auth.is_none_or(|way| way == ClientAuth::Basic),
            form: settings.token_response.unwrap_or(TokenForm::Json),
            error_reader: by_the_book,
        }
    }

    fn callback_issuer(&self, context: &ProviderContext) -> String {
        context.settings.issuer.clone().unwrap_or_default()
    }

    fn secret<'a>(&self, context: &'a ProviderContext) -> Result<Option<&'a Secret<String>>, UpstreamError> {
        Ok(context.given_secret())
    }

    async fn vouched(&self, context: &ProviderContext, tokens: ProviderTokens) -> Result<Vouched, UpstreamError> {
        let settings = &context.settings;
        let user = ask(context, settings.userinfo_url.as_deref().unwrap_or_default(), &tokens).await?;
        let emails = match &settings.emails {
            Some(list) => Some(ask(context, &list.url, &tokens).await?),
            None => None,
        };
        let map = settings.map.as_ref().ok_or_else(|| UpstreamError::misconfigured("it has no map"))?;
        vouched(settings, map, &user, emails.as_ref(), &self.callback_issuer(context))
    }

    fn read(&self, context: &ProviderContext, user: &Value) -> Result<Vouched, UpstreamError> {
        let settings = &context.settings;
        let map = settings.map.as_ref().ok_or_else(|| UpstreamError::misconfigured("it has no map"))?;
        let emails = settings.emails.as_ref().map(|_| user.get("emails").unwrap_or(&Value::Null));
        vouched(settings, map, user, emails, &self.callback_issuer(context))
    }
}

async fn ask(context: &ProviderContext, url: &str, tokens: &ProviderTokens) -> Result<Value, UpstreamError> {
    let (settings, token) = (&context.settings, tokens.access_token.expose());
    let mut query: Vec<(&str, String)> = Vec::new();
    let mut header = None;
    match settings.userinfo_auth.as_ref().unwrap_or(&UserinfoAuth::Bearer) {
        UserinfoAuth::Bearer => header = Some(format!("Bearer {token}")),
        UserinfoAuth::Scheme(scheme) => header = Some(format!("{scheme} {token}")),
        UserinfoAuth::Query(name) => query.push((name, token.clone())),
    }
    if let Some(name) = &settings.userinfo_hmac {
        query.push((name, appsecret_proof(context.secret()?, &tokens.access_token)));
    }
    let pairs: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let url = if pairs.is_empty() { url.to_owned() } else { calls::with_query(url, &pairs)? };
    let headers: Vec<(&str, &str)> = header.iter().map(|value| ("authorization", value.as_str())).collect();
    calls::json(context.outbound(), calls::get(&url, &headers)?).await
}

fn vouched(
    settings: &ProviderSettings,
    map: &UserMap,
    user: &Value,
    emails: Option<&Value>,
    issuer: &str,
) -> Result<Vouched, UpstreamError> {
    let at = |pointer: &Option<String>| pointer.as_deref().and_then(|pointer| user.pointer(pointer));
    let subject = match map.subject_type.unwrap_or(SubjectType::String) {
        SubjectType::String => profile::subject(user.pointer(&map.subject))?,
        SubjectType::Integer => profile::numeric_subject(user.pointer(&map.subject))?,
    };
    let (email, verified) = match emails {
        Some(list) => (verified_primary(list), true),
        None => (at(&map.email), is_verified(map, user)),
    };
    // The operator decides whether a verified address is trusted; by default it is not.
    let claimed = profile::trust_if(verified && settings.email_trust.is_some(), EmailTrust::Verified);
    let username = profile::text(at(&map.username));
    Ok(Vouched {
        provider: settings.id.clone(),
        issuer: issuer.to_owned(),
        subject,
        email: profile::email(settings, email, claimed, false),
        handle: username.clone(),
        profile: Profile {
            name: profile::text(at(&map.name)),
            given_name: profile::text(at(&map.given_name)),
            family_name: profile::text(at(&map.family_name)),
            preferred_username: username,
            picture: profile::picture(at(&map.picture)),
            locale: profile::locale(at(&map.locale)),
            ..Profile::default()
        },
        amr: Vec::new(),
        acr: None,
        auth_time: None,
        sid: None,
    })
}

fn is_verified(map: &UserMap, user: &Value) -> bool {
    match &map.email_verified {
        None => false,
        Some(EmailVerified::Always(said)) => *said,
        Some(EmailVerified::Flag(pointer)) => profile::flag(user.pointer(pointer)),
        Some(EmailVerified::Present { present }) => {
            !matches!(user.pointer(present), None | Some(Value::Null | Value::Bool(false)))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{StubProvider, context};
    use crate::{Callback, StartRequest};
    use usher_domain::provider::EmailTrustRule;

    fn settings(base: &str, more: &Value) -> ProviderSettings {
        let mut all = json!({
            "id": "forge", "kind": "oauth2", "label": "Forge", "client_id": "us", "issuer": base,
            "authorize_url": format!("{base}/authorize"), "token_url": format!("{base}/token"),
            "userinfo_url": format!("{base}/me"),
            "map": {"subject": "/data/id", "email": "/data/mail", "username": "/data/nick", "email_verified": "/data/ok"}
        });
        for (name, value) in more.as_object().unwrap() {
            all[name] = value.clone();
        }
        serde_json::from_value(all).unwrap()
    }

    fn word(settings: &ProviderSettings, user: &Value) -> Result<String, &'static str> {
        let map = settings.map.as_ref().unwrap();
        vouched(settings, map, user, None, "i").map(|who| who.subject).map_err(|error| error.word())
    }

    #[test]
    fn a_subject_is_of_the_configured_type_and_stands_where_it_is_configured() {
        let texts = settings("https://f.test", &json!({}));
        let numbers = settings("https://f.test", &json!({"map": {"subject": "/id", "subject_type": "integer"}}));
        assert_eq!(word(&texts, &json!({"data": {"id": "1"}})), Ok("1".into()));
        assert_eq!(word(&numbers, &json!({"id": 1})), Ok("1".into()));
        for nobody in [
            json!({"data": {"id": 1}}),
            json!({"data": {"id": null}}),
            json!({"data": {}}),
            json!({"sub": "1", "id": "1"}),
            json!({"data": {"id": ""}}),
        ] {
            assert_eq!(word(&texts, &nobody), Err("misbehaved"), "{nobody}");
        }
        for nobody in [json!({"id": "1"}), json!({"id": 0}), json!({"id": 1.0})] {
            assert_eq!(word(&numbers, &nobody), Err("misbehaved"), "{nobody}");
        }
    }

    #[test]
    fn an_address_counts_only_if_the_operator_says_so_and_the_server_too() {
        use EmailTrust::{Authoritative, Unverified, Verified};
        let verified = Some(EmailTrustRule::Verified);
        for (rule, map, ok, expected) in [
            (None, json!("/data/ok"), json!(true), Unverified),
            (verified, json!("/data/ok"), json!(true), Verified),
            (verified, json!("/data/ok"), json!("nonsense"), Unverified),
            (verified, json!("/data/other"), json!(true), Unverified),
            (verified, json!(true), json!(null), Verified),
            (verified, json!({"present": "/data/ok"}), json!("x"), Verified),
            (verified, json!({"present": "/data/ok"}), json!(null), Unverified),
            (Some(EmailTrustRule::Authoritative), json!("/data/ok"), json!(true), Authoritative),
            (Some(EmailTrustRule::Authoritative), json!("/data/ok"), json!(false), Unverified),
            (Some(EmailTrustRule::Never), json!(true), json!(true), Unverified),
        ] {
            let mut settings = settings(
                "https://f.test",
                &json!({"map": {"subject": "/data/id", "email": "/data/mail", "email_verified": map}}),
            );
            settings.email_trust = rule;
            let user = json!({"data": {"id": "1", "mail": "a@x.test", "ok": ok}});
            let who = vouched(&settings, settings.map.as_ref().unwrap(), &user, None, "i").unwrap();
            assert_eq!(who.email.unwrap().trust, expected, "{rule:?} {map} {ok}");
        }
    }

    #[tokio::test]
    async fn quirks_of_a_server_are_respected() {
        let testing = StubProvider::start().await;
        testing
            .on("/token", 200, json!({"access_token": "at"}))
            .on("/me", 200, json!({"data": {"id": "u7", "nick": "ana"}}))
            .on("/emails", 200, json!([{"email": "ana@x.test", "primary": true, "verified": true}]));
        let base = &testing.base;
        let settings = settings(
            base,
            &json!({"client_auth": "post", "userinfo_auth": "header:token", "userinfo_hmac": "proof",
            "scope_sep": ",", "scopes": ["a", "b"], "email_trust": "verified", "pkce": "off",
            "emails": {"url": format!("{base}/emails"), "pick": "verified&&primary"}}),
        );
        assert_eq!(KIND.checked(&settings), Ok(()));
        let forge = connect(context(&KIND, settings));
        let request = StartRequest { redirect_uri: "https://id.test/cb".into(), ..StartRequest::default() };
        let (url, kept) = forge.start(&request).await.unwrap();
        assert!(url.as_str().contains("scope=a%2Cb") && !url.as_str().contains("code_challenge"), "{url}");
        let callback = Callback::parse(&format!("code=c&state={}", kept.state)).unwrap();
        let who = forge.finish(&callback, &kept).await.unwrap();
        assert_eq!((who.subject.as_str(), who.handle.as_deref()), ("u7", Some("ana")));
        assert!(who.email.unwrap().may_match());
        let asked = testing.asked();
        assert!(asked[0].body.contains("client_secret=hush"));
        assert_eq!(asked[1].headers["authorization"], "token at");
        assert!(asked[1].line.contains("proof="));
    }
}
