//! Facebook Login: OAuth 2 with its own error format, a proof with every call, and unverified addresses.
//!
//! `/me` accepts a token of any application, so only tokens from our own exchange are used; a token from elsewhere
//! would have to pass `debug_token` first, and no endpoint accepts such a token.

use std::fmt::Write as _;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::connector::Connector;
use crate::error::{UpstreamCause, UpstreamError};
use crate::exchange::ProviderTokens;
use crate::oauth_provider::{OAuthProvider, OAuthQuirks};
use crate::provider_context::{ProviderContext, TokenEndpointCall};
use crate::provider_event::{self, ProviderEvent, ProviderEventKind, ProviderEventRequest};
use crate::start::StartRequest;
use crate::{Provider, Vouched, calls, profile};
use usher_domain::email::trust::EmailTrust;
use usher_domain::provider::setting::{BASE_URL, ProviderSetting, SCOPES};
use usher_domain::provider::{
    EventUrl, KindTitle, ProviderEventEndpoint, ProviderFaults, ProviderKind, ProviderSettings, Scopes, TokenForm,
    TrustLimit,
};
use usher_domain::secret::Secret;
use usher_domain::time::Timestamp;
use usher_domain::user::Profile;

const DIALOG: &str = "https://www.facebook.com";
const GRAPH: &str = "https://graph.facebook.com";
/// The default version of the Graph API.
pub(crate) const VERSION: &str = "v25.0";
const FIELDS: &str = "id,name,first_name,last_name,email,picture.type(large)";

pub const GRAPH_VERSION: ProviderSetting =
    ProviderSetting::text("graph_version", "Version of the Graph API; `v25.0` if absent.")
        .field("provider-graph-version", "");

pub static KIND: ProviderKind = ProviderKind {
    scopes: Scopes::of(&["email", "public_profile"]),
    settings: &[&GRAPH_VERSION, &BASE_URL],
    fields: &[&GRAPH_VERSION, &SCOPES, &BASE_URL],
    register: "provider-register-facebook",
    pkce: false,
    trust_limit: TrustLimit::Never("Facebook does not say whether it checked an address"),
    addresses: "Never verified: Facebook does not say whether it checked an address.",
    events: &[
        EventUrl { label: "provider-deauthorize", endpoint: ProviderEventEndpoint::Account },
        EventUrl { label: "provider-deletion", endpoint: ProviderEventEndpoint::DataDeletion },
    ],
    check,
    ..ProviderKind::oauth("facebook", KindTitle::Brand("Facebook"))
};

pub static CONNECTOR: Connector = Connector { kind: &KIND, connect };

fn check(settings: &ProviderSettings, faults: &mut ProviderFaults) {
    let is_version = |text: &str| {
        let parts = text.strip_prefix('v').and_then(|rest| rest.split_once('.'));
        let digits = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        parts.is_some_and(|(major, minor)| digits(major) && digits(minor))
    };
    let bad = settings.text(&GRAPH_VERSION).is_some_and(|version| !is_version(version));
    faults.add(bad, GRAPH_VERSION.name, "must look like v25.0");
}

struct Facebook;

fn connect(context: ProviderContext) -> Box<dyn Provider> {
    Box::new(OAuthProvider { context, quirks: Facebook })
}

fn address(context: &ProviderContext, own: &str, path: &str) -> String {
    let version = context.settings.text(&GRAPH_VERSION).unwrap_or(VERSION);
    context.url(own, &format!("/{version}/{path}"))
}

/// Subjects are specific to the application, so the application is part of the issuer.
fn issuer(context: &ProviderContext) -> String {
    format!("{}/{}", context.base(DIALOG), context.settings.client_id)
}

impl OAuthQuirks for Facebook {
    fn authorize_url(&self, context: &ProviderContext) -> String {
        address(context, DIALOG, "dialog/oauth")
    }

    fn scope_sep<'a>(&self, _: &'a ProviderContext) -> &'a str {
        ","
    }

    fn parameters(&self, context: &ProviderContext, request: &StartRequest) -> Vec<(&'static str, String)> {
        if request.ask_email_again {
            vec![("auth_type", String::from("rerequest"))]
        } else if request.fresh_choice {
            let nonce = context.around.random.handle();
            vec![("auth_type", String::from("reauthenticate")), ("auth_nonce", nonce)]
        } else {
            Vec::new()
        }
    }

    fn token_endpoint(&self, context: &ProviderContext) -> TokenEndpointCall {
        let url = address(context, GRAPH, "oauth/access_token");
        TokenEndpointCall { url, basic: false, form: TokenForm::Json, error_reader: envelope }
    }

    fn callback_issuer(&self, context: &ProviderContext) -> String {
        context.base(DIALOG).to_owned()
    }

    async fn vouched(&self, context: &ProviderContext, tokens: ProviderTokens) -> Result<Vouched, UpstreamError> {
        let proof = appsecret_proof(context.secret()?, &tokens.access_token);
        let query = [("fields", FIELDS), ("appsecret_proof", proof.as_str())];
        let url = calls::with_query(&address(context, GRAPH, "me"), &query)?;
        let bearer = format!("Bearer {}", tokens.access_token.expose());
        let answer = context.outbound().send(calls::get(&url, &[("authorization", &bearer)])?).await?;
        let profile = calls::object(&answer)?;
        if let Some(error) = envelope(&profile) {
            return Err(error);
        }
        vouched(&context.settings, &profile, issuer(context))
    }

    fn read(&self, context: &ProviderContext, user: &Value) -> Result<Vouched, UpstreamError> {
        vouched(&context.settings, user, issuer(context))
    }

    async fn events(
        &self,
        context: &ProviderContext,
        request: &ProviderEventRequest,
    ) -> Result<Vec<ProviderEvent>, UpstreamError> {
        let kind = match request.endpoint {
            ProviderEventEndpoint::Account => ProviderEventKind::Gone,
            ProviderEventEndpoint::DataDeletion => ProviderEventKind::DataDeletion,
            ProviderEventEndpoint::BackchannelLogout => return Err(UpstreamError::NoSuchNotice),
        };
        let signed = provider_event::field(&request.body, "signed_request")?;
        let (claims, id) = signed_request(context.secret()?, &signed)?;
        Ok(vec![ProviderEvent {
            provider: context.settings.id.clone(),
            issuer: issuer(context),
            subject: Some(profile::subject(claims.get("user_id"))?),
            sid: None,
            kind,
            id,
            forget_after: issued(&claims, context.now())?,
        }])
    }
}

/// Hexadecimal HMAC-SHA256 of the access token under the secret.
pub(crate) fn appsecret_proof(secret: &Secret<String>, access_token: &Secret<String>) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let tag = hmac::sign(&key, access_token.expose().as_bytes());
    tag.as_ref().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// `base64url(hmac).base64url(json)`: the claims, and an id derived from the signature, since it has none.
fn signed_request(secret: &Secret<String>, text: &str) -> Result<(Value, String), UpstreamError> {
    let bad = || UpstreamError::misbehaved("its notice cannot be read");
    let (signature, payload) = text.split_once('.').ok_or_else(bad)?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).map_err(|_| bad());
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let signature = decoded(signature)?;
    hmac::verify(&key, payload.as_bytes(), &signature)
        .map_err(|_| UpstreamError::misbehaved("the signature of its notice is wrong"))?;
    let claims: Value = serde_json::from_slice(&decoded(payload)?).map_err(|_| bad())?;
    let algorithm = claims.get("algorithm").and_then(Value::as_str).unwrap_or_default();
    if !algorithm.eq_ignore_ascii_case("HMAC-SHA256") {
        return Err(UpstreamError::misbehaved("its notice is signed in a way that is not allowed"));
    }
    Ok((claims, URL_SAFE_NO_PAD.encode(signature)))
}

/// Facebook uses another name for `iat`.
fn issued(claims: &Value, now: Timestamp) -> Result<Timestamp, UpstreamError> {
    provider_event::age(&serde_json::json!({"iat": claims.get("issued_at")}), now)
}

/// `{"error":{message,type,code,error_subcode,fbtrace_id}}`: the numbers, never the message.
fn envelope(profile: &Value) -> Option<UpstreamError> {
    let error = profile.get("error")?;
    let number = |name: &str| error.get(name).and_then(Value::as_i64);
    let (code, sub) = (number("code"), number("error_subcode"));
    let cause =
        |words| UpstreamCause::with(words, &format!("{}.{}", code.unwrap_or_default(), sub.unwrap_or_default()));
    Some(match (code, sub) {
        (_, Some(36007 | 36009)) => UpstreamError::Replayed,
        (_, Some(36008)) => UpstreamError::Misconfigured(cause("the redirect URI differs")),
        (Some(1 | 101), _) => UpstreamError::Misconfigured(cause("it does not accept the app id or secret")),
        (Some(2 | 4 | 17 | 341), _) => UpstreamError::Unavailable(cause("it is busy")),
        // The error for an invalid code has no number of its own.
        (Some(100), None) if is_about_a_code(error) => UpstreamError::Replayed,
        (Some(100), _) => UpstreamError::Misconfigured(cause("it does not accept the request")),
        (Some(10 | 200), _) => UpstreamError::Misconfigured(cause("the app may not do this")),
        _ => UpstreamError::Misbehaved(cause("it answered with an error")),
    })
}

fn is_about_a_code(error: &Value) -> bool {
    let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
    ["verification code", "authorization code"].iter().any(|words| message.to_ascii_lowercase().contains(words))
}

fn vouched(settings: &ProviderSettings, user: &Value, issuer: String) -> Result<Vouched, UpstreamError> {
    let drawn = user.pointer("/picture/data/is_silhouette") == Some(&Value::Bool(true));
    let subject = profile::subject(user.get("id"))?;
    Ok(Vouched {
        // Facebook does not say whether it verified the address: it counts as unverified.
        email: profile::email(settings, user.get("email"), EmailTrust::Unverified, false),
        profile: Profile {
            name: profile::text(user.get("name")),
            given_name: profile::text(user.get("first_name")),
            family_name: profile::text(user.get("last_name")),
            picture: profile::picture(user.pointer("/picture/data/url")).filter(|_| !drawn),
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
    use crate::testing::{NOW, StubProvider, context};

    fn settings() -> ProviderSettings {
        ProviderSettings::new("facebook".parse().unwrap(), &KIND, "1234")
    }

    fn facebook(base: Option<String>) -> Box<dyn Provider> {
        let settings = ProviderSettings { base_url: base, ..settings() };
        connect(context(&KIND, settings))
    }

    fn signed(claims: &Value, secret: &str) -> String {
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), payload.as_bytes());
        format!("signed_request={}.{payload}", URL_SAFE_NO_PAD.encode(tag))
    }

    #[test]
    fn the_proof_is_hexadecimal() {
        // RFC 4231 §4.3, test case 2.
        let proof = appsecret_proof(&Secret::from("Jefe"), &Secret::from("what do ya want for nothing?"));
        assert_eq!(proof, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn the_sample_of_facebook_is_read_and_its_address_never_counts() {
        let profile = json!({"id":"10215","name":"Ana Silva","email":"a@b.cd","picture":{"data":{"height":200,"is_silhouette":false,"url":"https://scontent.test/p.jpg","width":200}}});
        let who = vouched(&settings(), &profile, "i".into()).unwrap();
        assert_eq!(
            (who.subject.as_str(), who.profile.picture.as_deref()),
            ("10215", Some("https://scontent.test/p.jpg"))
        );
        assert!(!who.email.unwrap().may_match());
        let bare = vouched(&settings(), &json!({"id": "1", "name": "Ana"}), "i".into()).unwrap();
        assert_eq!(bare.email, None);
        for nobody in
            [json!({}), json!({"id": null}), json!({"id": ""}), json!({"id": 0}), json!({"id": 10_215}), json!([])]
        {
            assert!(vouched(&settings(), &nobody, "i".into()).is_err(), "{nobody}");
        }
    }

    #[test]
    fn the_envelope_is_understood_by_its_numbers() {
        for (error, word) in [
            (
                json!({"message":"This authorization code has been used.","type":"OAuthException","code":100,"error_subcode":36009,"fbtrace_id":"x"}),
                "replayed",
            ),
            (json!({"code":100,"error_subcode":36007}), "replayed"),
            (json!({"code":100,"error_subcode":36008}), "misconfigured"),
            (json!({"message":"Invalid verification code format.","code":100}), "replayed"),
            (
                json!({"message":"Error validating access token: Session has expired","type":"OAuthException","code":190,"error_subcode":463,"fbtrace_id":"H2il"}),
                "misbehaved",
            ),
            (
                json!({"message":"API calls from the server require an appsecret_proof argument","type":"GraphMethodException","code":100}),
                "misconfigured",
            ),
            (json!({"message":"Error validating client secret.","code":1}), "misconfigured"),
            (json!({"code":4}), "unavailable"),
            (json!("text"), "misbehaved"),
            (json!(null), "misbehaved"),
            (json!({}), "misbehaved"),
        ] {
            assert_eq!(envelope(&json!({ "error": error })).unwrap().word(), word, "{error}");
        }
        assert_eq!(envelope(&json!({"id": "1"})), None);
    }

    #[tokio::test]
    async fn a_person_goes_and_comes_back_with_the_proof() {
        let testing = StubProvider::start().await;
        testing
            .on(
                "/v25.0/oauth/access_token",
                200,
                json!({"access_token":"EAAG","token_type":"bearer","expires_in":5_183_999}),
            )
            .on("/v25.0/me", 200, json!({"id":"10215","name":"Ana"}));
        let facebook = facebook(Some(testing.base.clone()));
        let request = StartRequest {
            redirect_uri: "https://id.test/cb".into(),
            login_hint: Some("persona:ana".into()),
            ..StartRequest::default()
        };
        let (url, kept) = facebook.start(&request).await.unwrap();
        assert!(url.as_str().starts_with(&format!("{}/v25.0/dialog/oauth?", testing.base)), "{url}");
        assert!(url.as_str().contains("scope=email%2Cpublic_profile") && url.as_str().contains("persona"));
        let callback = Callback::parse(&format!("code=AQB&state={}", kept.state)).unwrap();
        let who = facebook.finish(&callback, &kept).await.unwrap();
        assert_eq!((who.subject.as_str(), who.issuer), ("10215", format!("{}/1234", testing.base)));
        let asked = testing.asked();
        assert!(asked[0].body.contains("client_secret=hush") && !asked[0].line.contains("hush"));
        let proof = appsecret_proof(&Secret::from("hush"), &Secret::from("EAAG"));
        assert!(asked[1].line.contains(&format!("appsecret_proof={proof}")), "{}", asked[1].line);
        assert!(!asked[1].line.contains("EAAG"));
    }

    #[tokio::test]
    async fn a_signed_request_is_believed_with_our_secret_alone() {
        let facebook = facebook(None);
        let good = json!({"algorithm":"HMAC-SHA256","issued_at":NOW,"user_id":"10215"});
        let notified = async |body: String, endpoint| {
            facebook.notice(&ProviderEventRequest { endpoint, body: body.into_bytes() }).await
        };
        let notice = notified(signed(&good, "hush"), ProviderEventEndpoint::DataDeletion).await.unwrap().remove(0);
        assert_eq!((notice.kind, notice.subject.as_deref()), (ProviderEventKind::DataDeletion, Some("10215")));
        assert_eq!(notice.issuer, "https://www.facebook.com/1234");
        assert_eq!(
            notified(signed(&good, "hush"), ProviderEventEndpoint::Account).await.unwrap()[0].kind,
            ProviderEventKind::Gone
        );
        assert!(notified(signed(&good, "hush"), ProviderEventEndpoint::BackchannelLogout).await.is_err());
        for bad in [
            signed(&good, "other"),
            signed(&json!({"algorithm":"none","issued_at":NOW,"user_id":"1"}), "hush"),
            signed(&json!({"algorithm":"HMAC-SHA256","issued_at":NOW + 3600,"user_id":"1"}), "hush"),
            signed(&json!({"algorithm":"HMAC-SHA256","issued_at":NOW - 30 * 86400,"user_id":"1"}), "hush"),
            signed(&json!({"algorithm":"HMAC-SHA256","user_id":"1"}), "hush"),
            signed(&json!({"algorithm":"HMAC-SHA256","issued_at":NOW}), "hush"),
            signed(&json!([]), "hush"),
            "signed_request=".into(),
            "signed_request=.".into(),
            "signed_request=é.é".into(),
            String::new(),
        ] {
            assert!(notified(bad.clone(), ProviderEventEndpoint::Account).await.is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn asking_again_and_choosing_afresh_have_words_of_their_own() {
        let facebook = facebook(None);
        let url = async |request: StartRequest| facebook.start(&request).await.unwrap().0.to_string();
        let redirect_uri = String::from("https://id.test/cb");
        assert!(
            url(StartRequest { redirect_uri: redirect_uri.clone(), ask_email_again: true, ..StartRequest::default() })
                .await
                .contains("auth_type=rerequest")
        );
        assert!(
            url(StartRequest { redirect_uri: redirect_uri.clone(), fresh_choice: true, ..StartRequest::default() })
                .await
                .contains("auth_type=reauthenticate&auth_nonce=")
        );
        let plain = url(StartRequest { redirect_uri, login_hint: Some("ana".into()), ..StartRequest::default() }).await;
        assert!(plain.starts_with("https://www.facebook.com/v25.0/dialog/oauth?") && !plain.contains("login_hint"));
    }
}
