//! Any OpenID Provider: discovery by issuer, userinfo for claims that the ID token lacks, back-channel logout.

use futures_util::future::BoxFuture;
use serde_json::Value;
use url::Url;

use crate::callback::Callback;
use crate::error::UpstreamError;
use crate::issuer::IssuerRule;
use crate::openid::{MetadataSource, OpenId, OpenIdMetadata, VerifiedIdToken};
use crate::provider_context::ProviderContext;
use crate::provider_event::{ProviderEvent, ProviderEventEndpoint, ProviderEventKind, ProviderEventRequest, field};
use crate::start::{PendingAuthorization, StartRequest};
use crate::{CheckedStep, Provider, ProviderFuture, Vouched, calls, id_token, profile};
use usher_domain::email::trust::EmailTrust;
use usher_domain::provider::{Discovery, ProviderSettings};
use usher_domain::user::Profile;

const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// An OpenID Provider.
pub(crate) struct Oidc(OpenId);

impl Oidc {
    pub fn new(provider_context: ProviderContext) -> Self {
        let settings = &provider_context.settings;
        let issuer = settings.issuer.clone().unwrap_or_default();
        let source = match settings.discovery {
            Some(Discovery::Off) => MetadataSource::Fixed(Box::new(written_down(settings))),
            _ => MetadataSource::Document(format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))),
        };
        let rule = IssuerRule::exactly(issuer, settings);
        Self(OpenId::new(provider_context, source, rule))
    }

    async fn who(&self, callback: &Callback, kept: &PendingAuthorization) -> Result<Vouched, UpstreamError> {
        let proven = self.0.prove(callback, kept, self.0.provider_context.given_secret()).await?;
        let lacks = |name: &str| proven.claims.get(name).is_none();
        let more =
            if lacks("email") || lacks("name") && lacks("given_name") { self.userinfo(&proven).await? } else { None };
        vouched(self.settings(), &proven.claims, more.as_ref(), proven.issuer)
    }

    async fn userinfo(&self, proven: &VerifiedIdToken) -> Result<Option<Value>, UpstreamError> {
        let Some(url) = &proven.metadata.userinfo_endpoint else { return Ok(None) };
        let bearer = format!("Bearer {}", proven.access_token.expose());
        let told =
            calls::json(self.0.provider_context.outbound(), calls::get(url, &[("authorization", &bearer)])?).await?;
        same_person(&proven.claims, told).map(Some)
    }

    async fn told(&self, request: &ProviderEventRequest) -> Result<Vec<ProviderEvent>, UpstreamError> {
        if request.endpoint != ProviderEventEndpoint::BackchannelLogout {
            return Err(UpstreamError::NoSuchNotice);
        }
        let event = self.0.event(&field(&request.body, "logout_token")?).await?;
        let (subject, sid) = logout(event.typ.as_deref(), &event.claims).map_err(UpstreamError::misbehaved)?;
        Ok(vec![event.notice(&self.settings().id, ProviderEventKind::SignedOut, subject, sid)])
    }
}

/// Userinfo counts only if its `sub` is that of the ID token (OpenID Connect Core §5.3.2).
fn same_person(claims: &Value, told: Value) -> Result<Value, UpstreamError> {
    if told.get("sub").and_then(Value::as_str).is_some_and(|sub| claims.get("sub").and_then(Value::as_str) == Some(sub))
    {
        return Ok(told);
    }
    Err(UpstreamError::misbehaved("its userinfo is about somebody else"))
}

/// The checks of a logout token (OpenID Connect Back-Channel Logout §2.6): subject, session.
fn logout(typ: Option<&str>, claims: &Value) -> Result<(Option<String>, Option<String>), &'static str> {
    if !matches!(typ, None | Some("logout+jwt" | "application/logout+jwt" | "jwt")) {
        return Err("its notice is another kind of token");
    }
    if !claims.get("events").and_then(|events| events.get(LOGOUT_EVENT)).is_some_and(Value::is_object) {
        return Err("its notice tells of nothing");
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

impl Provider for Oidc {
    fn settings(&self) -> &ProviderSettings {
        &self.0.provider_context.settings
    }

    fn start<'a>(&'a self, request: &'a StartRequest) -> ProviderFuture<'a, (Url, PendingAuthorization)> {
        Box::pin(async move {
            let prompts = &self.0.metadata().await?.prompt_values_supported;
            // `login` is in Core; not every provider supports choosing an account.
            let chooses = prompts.iter().any(|prompt| prompt == "select_account");
            let prompt = if chooses { "select_account" } else { "login" };
            let own = request.fresh_choice.then(|| ("prompt", prompt.to_owned()));
            self.0.start(request, own.into_iter().collect()).await
        })
    }

    fn finish<'a>(&'a self, callback: &'a Callback, kept: &'a PendingAuthorization) -> ProviderFuture<'a, Vouched> {
        Box::pin(self.who(callback, kept))
    }

    fn notice<'a>(&'a self, request: &'a ProviderEventRequest) -> ProviderFuture<'a, Vec<ProviderEvent>> {
        Box::pin(self.told(request))
    }

    fn introduce(&self) -> ProviderFuture<'_, ()> {
        Box::pin(self.0.introduce())
    }

    fn check<'a>(&'a self, redirect_uri: &'a str) -> BoxFuture<'a, Vec<CheckedStep>> {
        Box::pin(self.0.check(self.0.provider_context.given_secret(), redirect_uri))
    }

    fn end_session_url<'a>(&'a self, back_to: &'a str) -> ProviderFuture<'a, Option<Url>> {
        Box::pin(self.0.end_session_url(back_to))
    }
}

#[cfg(test)]
mod tests;
