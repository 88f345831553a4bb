//! Any OpenID Provider: discovery by issuer, userinfo for claims that the ID token lacks, back-channel logout.

use serde_json::Value;

use crate::callback::Callback;
use crate::connector::Connector;
use crate::error::UpstreamError;
use crate::issuer::IssuerRule;
use crate::openid::{MetadataSource, OpenId, OpenIdMetadata, VerifiedIdToken};
use crate::openid_provider::{OpenIdProvider, OpenIdQuirks};
use crate::provider_context::ProviderContext;
use crate::provider_event::{ProviderEvent, ProviderEventKind, ProviderEventRequest, field};
use crate::start::StartRequest;
use crate::{Provider, Vouched, calls, id_token, profile};
use usher_domain::email::trust::EmailTrust;
use usher_domain::provider::setting::{
    ALGORITHMS, AUTHORIZE_URL, CLIENT_AUTH, DISCOVERY, END_SESSION_URL, IDENTITY_ASSERTIONS, ISSUER, JWKS_URL, PKCE,
    REQUIRE_ISS, RESPONSE_MODE, SCOPES, TOKEN_URL, USERINFO_URL,
};
use usher_domain::provider::{
    Discovery, EventUrl, KindTitle, ProviderEventEndpoint, ProviderFaults, ProviderKind, ProviderSettings, SecretNeed,
    TrustLimit,
};
use usher_domain::secret::Secret;
use usher_domain::user::Profile;

const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Asymmetric algorithms only.
const KNOWN_ALGORITHMS: &[&str] = &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"];

pub static KIND: ProviderKind = ProviderKind {
    settings: &[
        &ISSUER,
        &DISCOVERY,
        &AUTHORIZE_URL,
        &TOKEN_URL,
        &USERINFO_URL,
        &JWKS_URL,
        &END_SESSION_URL,
        &CLIENT_AUTH,
        &PKCE,
        &ALGORITHMS,
        &REQUIRE_ISS,
        &RESPONSE_MODE,
        &IDENTITY_ASSERTIONS,
    ],
    required: &[&ISSUER],
    fields: &[&ISSUER, &SCOPES],
    secret: SecretNeed::UnlessPublic,
    metadata_at: Some(&ISSUER),
    trust_limit: TrustLimit::Authoritative,
    events: &[EventUrl { label: "provider-backchannel", endpoint: ProviderEventEndpoint::BackchannelLogout }],
    check,
    ..ProviderKind::openid("oidc", KindTitle::Message("provider-kind-oidc"))
};

pub static CONNECTOR: Connector = Connector { kind: &KIND, connect };

fn check(settings: &ProviderSettings, faults: &mut ProviderFaults) {
    let off = settings.discovery == Some(Discovery::Off);
    let fixed = [
        (&AUTHORIZE_URL, &settings.authorize_url, true),
        (&TOKEN_URL, &settings.token_url, true),
        (&JWKS_URL, &settings.jwks_url, true),
        (&USERINFO_URL, &settings.userinfo_url, false),
        (&END_SESSION_URL, &settings.end_session_url, false),
    ];
    for (setting, url, needed) in fixed {
        faults.add(off && needed && url.is_none(), setting.name, "is needed without discovery");
        let why = "comes from discovery: set discovery to off to give it by hand";
        faults.add(!off && url.is_some(), setting.name, why);
    }
    let unknown = settings.algorithms.iter().any(|alg| !KNOWN_ALGORITHMS.contains(&alg.as_str()));
    let why = "must be of RS256, RS384, RS512, PS256, PS384, PS512, ES256 and ES384";
    faults.add(unknown, ALGORITHMS.name, why);
}

struct Oidc;

fn connect(context: ProviderContext) -> Box<dyn Provider> {
    let issuer = context.settings.issuer.clone().unwrap_or_default();
    connect_to(issuer, context)
}

/// A provider without quirks that has this issuer.
pub fn connect_to(issuer: String, context: ProviderContext) -> Box<dyn Provider> {
    let source = match context.settings.discovery {
        Some(Discovery::Off) => MetadataSource::Fixed(Box::new(written_down(&context.settings))),
        _ => MetadataSource::Document(format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))),
    };
    let rule = IssuerRule::exactly(issuer, &context.settings);
    Box::new(OpenIdProvider { openid: OpenId::new(context, source, rule), quirks: Oidc })
}

impl OpenIdQuirks for Oidc {
    fn parameters(
        &self,
        _: &ProviderSettings,
        metadata: &OpenIdMetadata,
        request: &StartRequest,
    ) -> Vec<(&'static str, String)> {
        // `login` is in Core; not every provider supports choosing an account.
        let chooses = metadata.prompt_values_supported.iter().any(|prompt| prompt == "select_account");
        let prompt = if chooses { "select_account" } else { "login" };
        request.fresh_choice.then(|| ("prompt", prompt.to_owned())).into_iter().collect()
    }

    fn secret(&self, context: &ProviderContext) -> Result<Option<Secret<String>>, UpstreamError> {
        Ok(context.given_secret().cloned())
    }

    async fn vouched(&self, openid: &OpenId, proven: VerifiedIdToken, _: &Callback) -> Result<Vouched, UpstreamError> {
        let lacks = |name: &str| proven.claims.get(name).is_none();
        let asks = lacks("email") || lacks("name") && lacks("given_name");
        let more = if asks { userinfo(openid, &proven).await? } else { None };
        vouched(&openid.provider_context.settings, &proven.claims, more.as_ref(), proven.issuer)
    }

    fn read(&self, settings: &ProviderSettings, claims: &Value, issuer: String) -> Result<Vouched, UpstreamError> {
        vouched(settings, claims, None, issuer)
    }

    async fn events(
        &self,
        openid: &OpenId,
        request: &ProviderEventRequest,
    ) -> Result<Vec<ProviderEvent>, UpstreamError> {
        if request.endpoint != ProviderEventEndpoint::BackchannelLogout {
            return Err(UpstreamError::NoSuchNotice);
        }
        let event = openid.event(&field(&request.body, "logout_token")?).await?;
        let (subject, sid) = logout(event.typ.as_deref(), &event.claims).map_err(UpstreamError::misbehaved)?;
        Ok(vec![event.notice(&openid.provider_context.settings.id, ProviderEventKind::SignedOut, subject, sid)])
    }
}

async fn userinfo(openid: &OpenId, proven: &VerifiedIdToken) -> Result<Option<Value>, UpstreamError> {
    let Some(url) = &proven.metadata.userinfo_endpoint else { return Ok(None) };
    let bearer = format!("Bearer {}", proven.access_token.expose());
    let request = calls::get(url, &[("authorization", &bearer)])?;
    same_person(&proven.claims, calls::json(openid.provider_context.outbound(), request).await?).map(Some)
}

/// Userinfo counts only if its `sub` is that of the ID token (OpenID Connect Core §5.3.2).
fn same_person(claims: &Value, userinfo: Value) -> Result<Value, UpstreamError> {
    if userinfo
        .get("sub")
        .and_then(Value::as_str)
        .is_some_and(|sub| claims.get("sub").and_then(Value::as_str) == Some(sub))
    {
        return Ok(userinfo);
    }
    Err(UpstreamError::misbehaved("its userinfo is about somebody else"))
}

/// The checks of a logout token (OpenID Connect Back-Channel Logout §2.6): subject, session.
fn logout(typ: Option<&str>, claims: &Value) -> Result<(Option<String>, Option<String>), &'static str> {
    if !matches!(typ, None | Some("logout+jwt" | "application/logout+jwt" | "jwt")) {
        return Err("its notice is another kind of token");
    }
    if !claims.get("events").and_then(|events| events.get(LOGOUT_EVENT)).is_some_and(Value::is_object) {
        return Err("its event has no content");
    }
    let subject = profile::subject(claims.get("sub")).ok();
    let sid = claims.get("sid").and_then(Value::as_str).filter(|sid| (1..=255).contains(&sid.len()));
    if subject.is_none() && sid.is_none() {
        Err("its notice is about nobody")
    } else {
        Ok((subject, sid.map(str::to_owned)))
    }
}

fn written_down(settings: &ProviderSettings) -> OpenIdMetadata {
    OpenIdMetadata {
        issuer: settings.issuer.clone().unwrap_or_default(),
        authorization_endpoint: settings.authorize_url.clone().unwrap_or_default(),
        token_endpoint: settings.token_url.clone().unwrap_or_default(),
        userinfo_endpoint: settings.userinfo_url.clone(),
        jwks_uri: settings.jwks_url.clone().unwrap_or_default(),
        end_session_endpoint: settings.end_session_url.clone(),
        ..OpenIdMetadata::default()
    }
}

/// The address and its verification come from one document: the first that has an address.
fn vouched(
    settings: &ProviderSettings,
    claims: &Value,
    userinfo: Option<&Value>,
    issuer: String,
) -> Result<Vouched, UpstreamError> {
    let about_email = [Some(claims), userinfo].into_iter().flatten().find(|document| document.get("email").is_some());
    let email = about_email.and_then(|document| {
        let trust = profile::trust_if(profile::flag(document.get("email_verified")), EmailTrust::Verified);
        profile::email(settings, document.get("email"), trust, false)
    });
    let (first, more) = (profile::profile(claims), userinfo.map(profile::profile).unwrap_or_default());
    let profile = Profile {
        name: first.name.or(more.name),
        given_name: first.given_name.or(more.given_name),
        family_name: first.family_name.or(more.family_name),
        preferred_username: first.preferred_username.or(more.preferred_username),
        picture: first.picture.or(more.picture),
        locale: first.locale.or(more.locale),
        ..Profile::default()
    };
    Ok(Vouched {
        provider: settings.id.clone(),
        issuer,
        subject: profile::subject(claims.get("sub"))?,
        email,
        handle: profile.preferred_username.clone(),
        profile,
        amr: id_token::methods(claims),
        acr: profile::text(claims.get("acr")),
        auth_time: id_token::time(claims, "auth_time"),
        sid: claims.get("sid").and_then(Value::as_str).filter(|sid| (1..=255).contains(&sid.len())).map(str::to_owned),
    })
}

#[cfg(test)]
mod tests;
