//! An attempt as the page shows it.

use crate::views::{AttemptEntry, ComparedValue, FixItem, StepItem};
use usher_domain::oauth::attempt::diagnosis::spec_url;
use usher_domain::oauth::attempt::fix::{AttemptFix, fix_of};
use usher_domain::oauth::attempt::{AttemptKind, AttemptStep, ClientAttempt};
use usher_domain::oauth::client::Client;
use usher_domain::urls::AttemptUrls;
use usher_i18n::{Arg, Lang};
use usher_page_kit::views::{Layout, Mismatch};
use usher_protocol::authorize::redirect_uri;

/// A clock that is off by less is not mentioned, in seconds.
const CLOCKS_AGREE: i64 = 30;

/// The view of an attempt, with its fix if the reader may make it.
pub(super) fn attempt_item(page: &Layout, client: &Client, attempt: ClientAttempt, may_fix: bool) -> AttemptEntry {
    let lang = page.lang;
    let urls = AttemptUrls::of(&client.project_id, &client.id, &attempt.id);
    let fix = fix_of(&attempt, client).filter(|_| may_fix);
    let steps = attempt
        .steps()
        .into_iter()
        .map(|(step, result)| StepItem { label: lang.text(done(attempt.kind, step)), result: result.as_str() });
    let steps = steps.collect();
    let (mismatch, difference) = mismatch(lang, &attempt).unzip();
    AttemptEntry {
        number: 0,
        failed: !attempt.is_success(),
        open: false,
        title: title(lang, &attempt),
        place: place(&attempt),
        at: page.ago(attempt.at.0),
        advice: advice(lang, &attempt),
        compared: if mismatch.is_some() { Vec::new() } else { compared(&attempt) },
        mismatch,
        difference: difference.flatten(),
        clock: attempt.detail.clock_ahead.and_then(|ahead| clock(lang, ahead)),
        fix: fix.map(|fix| fix_item(lang, client, &fix, urls.fix())),
        steps,
        reason: attempt.reason,
        error: attempt.error,
        sent: attempt.detail.sent.into_iter().collect(),
        scope: attempt.detail.scope.filter(|scope| !scope.is_empty()),
        claims: attempt.detail.claims.join(", "),
        spec: attempt.spec.map(|name| {
            let url = spec_url(&name);
            (name, url)
        }),
        trace_id: attempt.trace_id,
        url: urls.page(),
    }
}

/// The texts of a step: what is done in it, what a failure is called, and what to do about one.
const fn texts(step: AttemptStep) -> (&'static str, &'static str, &'static str) {
    use AttemptStep as Step;
    match step {
        Step::Request => ("attempt-step-request", "attempt-title-request", "attempt-advice-request"),
        Step::Client => ("attempt-step-client", "attempt-title-client", "attempt-advice-client"),
        Step::RequestObject => ("attempt-step-object", "attempt-title-object", "attempt-advice-object"),
        Step::RedirectUri => ("attempt-step-redirect", "attempt-title-redirect", "attempt-advice-redirect"),
        Step::GrantType => ("attempt-step-grant", "attempt-title-grant", "attempt-advice-grant"),
        Step::Proof => ("attempt-step-proof", "attempt-title-proof", "attempt-advice-proof"),
        Step::Credential => ("attempt-step-credential", "attempt-title-credential", "attempt-advice-credential"),
        Step::Scope => ("attempt-step-scope", "attempt-title-scope", "attempt-advice-scope"),
        Step::Pkce => ("attempt-step-pkce", "attempt-title-pkce", "attempt-advice-pkce"),
        Step::Session => ("attempt-step-session", "attempt-title-session", "attempt-advice-session"),
        Step::Policy => ("attempt-step-policy", "attempt-title-policy", "attempt-advice-policy"),
        Step::Consent => ("attempt-step-consent", "attempt-title-consent", "attempt-advice-consent"),
        Step::Redemption => ("attempt-step-redemption", "attempt-title-redemption", "attempt-advice-redemption"),
        Step::Response => ("attempt-step-response", "attempt-title-response", "attempt-advice-response"),
    }
}

/// The text of what is done in a step. A client that sends a browser does not authenticate there.
const fn done(kind: AttemptKind, step: AttemptStep) -> &'static str {
    match (kind, step) {
        (AttemptKind::Authorize | AttemptKind::Logout, AttemptStep::Client) => "attempt-step-found",
        _ => texts(step).0,
    }
}

/// The texts of a fix: its button, and what will happen.
const fn texts_of_fix(fix: &AttemptFix) -> (&'static str, &'static str) {
    match fix {
        AttemptFix::RegisterRedirectUri(_) => ("attempt-fix-redirect", "attempt-fix-redirect-text"),
        AttemptFix::RegisterPostLogoutUri(_) => ("attempt-fix-logout", "attempt-fix-logout-text"),
        AttemptFix::AllowGrant(_) => ("attempt-fix-grant", "attempt-fix-grant-text"),
        AttemptFix::AddScope(_) => ("attempt-fix-scope", "attempt-fix-scope-text"),
        AttemptFix::AllowEitherSecretMethod => ("attempt-fix-method", "attempt-fix-method-text"),
        AttemptFix::EnableClient => ("attempt-fix-enable", "attempt-fix-enable-text"),
    }
}

/// What happened, in a few words.
fn title(lang: Lang, attempt: &ClientAttempt) -> String {
    if let Some(step) = attempt.failed_step.filter(|_| !attempt.is_success()) {
        return lang.text(texts(step).1);
    }
    let refreshed = attempt.detail.sent.get("grant_type").is_some_and(|grant| grant == "refresh_token");
    lang.text(match attempt.kind {
        AttemptKind::Authorize => "attempt-done-authorize",
        AttemptKind::Token if refreshed => "attempt-done-refresh",
        AttemptKind::Token => "attempt-done-token",
        AttemptKind::PushedRequest => "attempt-done-par",
        AttemptKind::Device => "attempt-done-device",
        AttemptKind::Ciba => "attempt-done-ciba",
        AttemptKind::Logout => "attempt-done-logout",
    })
}

/// The endpoint and the grant type.
fn place(attempt: &ClientAttempt) -> String {
    match attempt.detail.sent.get("grant_type") {
        Some(grant) => format!("{} · {grant}", attempt.kind.as_str()),
        None => attempt.kind.as_str().to_owned(),
    }
}

fn advice(lang: Lang, attempt: &ClientAttempt) -> String {
    match attempt.failed_step.filter(|_| !attempt.is_success()) {
        Some(AttemptStep::RedirectUri) if attempt.kind == AttemptKind::Token => {
            lang.text("attempt-advice-redirect-token")
        }
        Some(AttemptStep::Client) if attempt.detail.sent.contains_key("client_assertion") => {
            lang.text("attempt-advice-assertion")
        }
        Some(AttemptStep::Pkce) if attempt.kind != AttemptKind::Token => lang.text("attempt-advice-challenge"),
        Some(step) => lang.text(texts(step).2),
        None => lang.text("attempt-advice-none"),
    }
}

/// The name of the URI that the redirect step compares.
const fn uri_name(kind: AttemptKind) -> &'static str {
    match kind {
        AttemptKind::Logout => "post_logout_redirect_uri",
        _ => "redirect_uri",
    }
}

/// Both sides of a comparison of URIs, and the place of the first difference.
fn mismatch(lang: Lang, attempt: &ClientAttempt) -> Option<(Mismatch, Option<String>)> {
    if attempt.failed_step != Some(AttemptStep::RedirectUri) {
        return None;
    }
    let name = uri_name(attempt.kind);
    let (sent, registered) = (attempt.detail.sent.get(name)?, attempt.detail.registered.get(name)?);
    let found = Mismatch::between(sent, registered, None);
    let place = found.difference.as_ref().map(|difference| {
        let key = match (difference.sent.is_empty(), difference.registered.is_empty()) {
            (true, _) => "attempt-difference-missing",
            (_, true) => "attempt-difference-more",
            _ => "attempt-difference",
        };
        let values = [
            ("place", Arg::from(difference.place)),
            ("sent", Arg::from(&difference.sent)),
            ("registered", Arg::from(&difference.registered)),
        ];
        lang.text_with(key, &values)
    });
    Some((found, place))
}

/// Every value that has a registered counterpart.
fn compared(attempt: &ClientAttempt) -> Vec<ComparedValue> {
    let pairs = attempt.detail.registered.iter().filter_map(|(name, registered)| {
        let sent = attempt.detail.sent.get(name)?;
        Some(ComparedValue { name: name.clone(), sent: sent.clone(), registered: registered.clone() })
    });
    pairs.collect()
}

fn clock(lang: Lang, ahead: i64) -> Option<String> {
    let key = match ahead {
        ahead if ahead > CLOCKS_AGREE => "attempt-clock-ahead",
        ahead if ahead < -CLOCKS_AGREE => "attempt-clock-behind",
        _ => return None,
    };
    Some(lang.text_with(key, &[("count", Arg::from(ahead.saturating_abs()))]))
}

fn fix_item(lang: Lang, client: &Client, fix: &AttemptFix, url: String) -> FixItem {
    let (label, text) = texts_of_fix(fix);
    let value = fix.value().map(str::to_owned);
    let foreign = match fix {
        AttemptFix::RegisterRedirectUri(uri) | AttemptFix::RegisterPostLogoutUri(uri) => {
            let origin = redirect_uri::origin(uri);
            let mut known = client.metadata.redirect_uris.iter().filter_map(|uri| redirect_uri::origin(uri));
            !known.any(|known| Some(known) == origin)
        }
        _ => false,
    };
    FixItem {
        label: lang.text(label),
        text: lang.text(text),
        value,
        warning: foreign.then(|| lang.text("attempt-fix-foreign")),
        url,
    }
}
