//! Account pages.

use askama::Template as _;

use super::{client, hostile_client};
use crate::views::*;
use usher_i18n::Lang;
use usher_page_kit::views::*;
use usher_page_tests::{HOSTILE, RenderedSample, errors, inside, moment, page};

pub(super) fn own_overview(lang: Lang) -> Vec<RenderedSample> {
    let event = |what: &str| EventView {
        icon: "circle-check",
        what: what.into(),
        at: moment(lang, 1_795_363_080),
        ..EventView::default()
    };
    let empty = AccountOverview { page: inside(lang, Tab::Overview), ..AccountOverview::default() };
    let full = AccountOverview {
        name: HOSTILE.into(),
        email: "ana@example.test".into(),
        advice: Advice::AddPasskey,
        requests: vec![SignInRequestView {
            client: HOSTILE.into(),
            asked: moment(lang, 1_795_363_080),
            url: "/ciba?request=1".into(),
        }],
        session_count: 2,
        sessions: vec![session(lang, "a", true, "Firefox on Linux"), session(lang, "b", false, HOSTILE)],
        app_count: 1,
        apps: vec![AppView { client: hostile_client(), ..AppView::default() }],
        events: vec![event("Signed in"), event(HOSTILE)],
        ..empty.clone()
    };
    vec![("overview", full.render()), ("overview-empty", empty.render())]
}

fn session(lang: Lang, id: &str, this: bool, device: &str) -> SessionItem {
    SessionItem {
        id: id.into(),
        this,
        device: device.into(),
        portable: device.contains("iPhone"),
        place: lang.network("203.0.113.7/32"),
        means: means_words(lang, &["pwd".into(), "otp".into()]),
        created: moment(lang, 1_795_000_000),
        last_seen: moment(lang, 1_795_363_080),
    }
}

pub(super) fn own_account(lang: Lang) -> Vec<RenderedSample> {
    let values = ProfileValues::new("uk".into(), |row| match row.name {
        "given_name" => "Ana".into(),
        "family_name" => "Souza".into(),
        "nickname" => HOSTILE.into(),
        "birthdate" => "1990-05-31".into(),
        _ => String::new(),
    });
    let profile = AccountProfile {
        loaded: String::new(),
        page: inside(lang, Tab::Profile),
        form: Form::new("/account/profile", "t"),
        values,
        email: "ana@example.test".into(),
        email_verified: true,
        change_url: "/account/email".into(),
        suggested: Vec::new(),
        notice: Some(Message::ProfileSaved.text(lang)),
        errors: FieldErrors::default(),
    };
    let unverified = AccountProfile {
        email_verified: false,
        notice: None,
        errors: errors(&["phone_number", "website", "picture"], lang),
        ..profile.clone()
    };
    let suggested = AccountProfile {
        suggested: ["ana@elsewhere.test", HOSTILE]
            .map(|email| SuggestedEmailView { email: email.into(), provider: HOSTILE.into() })
            .to_vec(),
        ..profile.clone()
    };
    let security = AccountSecurity {
        page: inside(lang, Tab::Security),
        password_form: Form::new("/account/security", "t"),
        has_password: true,
        email: "ana@example.test".into(),
        email_url: "/account/email".into(),
        factors: super::factors::factors(lang),
        min_password: 12,
        notice: Some(Message::PasswordChanged.text(lang)),
        errors: errors(&["current_password"], lang),
    };
    let without_address = AccountSecurity {
        has_password: false,
        email: String::new(),
        errors: FieldErrors::default(),
        ..security.clone()
    };
    vec![
        ("profile", profile.render()),
        ("profile-unverified", unverified.render()),
        ("profile-suggested", suggested.render()),
        ("security", security.render()),
        ("security-without-address", without_address.render()),
    ]
}

fn receipt() -> Vec<ReceiptLine> {
    let line = |name: &str, what: &str, done| ReceiptLine {
        name: name.into(),
        what: what.into(),
        done,
        modules: vec![HOSTILE.into()],
    };
    vec![line("Demo Notes", "Its access ends within 4 minutes.", false), line(HOSTILE, "Over.", true)]
}

pub(super) fn own_sessions(lang: Lang) -> Vec<RenderedSample> {
    let sessions = AccountSessions {
        page: inside(lang, Tab::Sessions),
        form: Form::new("/account/sessions", "t"),
        notice: Some(Message::SessionEnded.text(lang)),
        sessions: vec![
            session(lang, "a", true, "Firefox on Linux"),
            session(lang, "b", false, "Safari on iPhone"),
            session(lang, "c", false, HOSTILE),
        ],
        notified: receipt(),
        not_me_url: "/account/not-me".into(),
    };
    let not_me =
        NotMe { page: page(lang), form: Form::new("/account/not-me", "t"), token: HOSTILE.into(), mails: true };
    let not_me_done = NotMeDone { page: page(lang), mails: true, receipt: receipt(), sign_in_url: "/login".into() };
    let not_me_expired = NotMeExpired { page: page(lang), sign_in_url: "/login".into() };
    vec![
        ("sessions", sessions.render()),
        ("not-me", not_me.render()),
        ("not-me-done", not_me_done.render()),
        ("not-me-expired", not_me_expired.render()),
    ]
}

pub(super) fn own_applications(lang: Lang) -> Vec<RenderedSample> {
    let claim = |claim: &str| ClaimView { name: claim_words(lang, claim), at: moment(lang, 1_795_363_080) };
    let app = AppView {
        id: "demo".into(),
        client: client(),
        start_url: Some("https://notes.example.test/login?iss=https%3A%2F%2Fid.example.test".into()),
        scopes: vec![ScopeView::new(lang, "email", None, false), ScopeView::new(lang, HOSTILE, None, false)],
        claims: vec![claim("sub"), claim("email"), claim(HOSTILE)],
        allowed: Some(moment(lang, 1_795_000_000)),
        first_used: Some(moment(lang, 1_795_000_000)),
        last_used: Some(moment(lang, 1_795_363_080)),
    };
    let hostile = AppView { id: HOSTILE.into(), client: hostile_client(), ..AppView::default() };
    let apps = AccountApps {
        page: inside(lang, Tab::Apps),
        form: Form::new("/account/apps", "t"),
        notice: Some(Message::AccessRemoved.text(lang)),
        apps: vec![app, hostile],
    };
    let none = AccountApps { apps: Vec::new(), ..apps.clone() };
    let event = |text: &str, reportable: bool| EventView {
        icon: "history",
        what: lang.text_with(text, &[("client", HOSTILE.into())]),
        why: reason_words(lang, "sign_out"),
        whence: Some(HOSTILE.into()),
        at: moment(lang, 1_795_363_080),
        reportable,
    };
    let heading = |label: &str, current| HeadingLink { label: label.into(), url: "/account/activity".into(), current };
    let activity = AccountActivity {
        page: inside(lang, Tab::Activity),
        headings: vec![heading("Everything", true), heading("Sign-ins", false)],
        events: vec![
            event("event-signed-in", true),
            event("event-consent-granted", true),
            event("event-session-ended", false),
        ],
        newest_url: Some("/account/activity".into()),
        older_url: Some("/account/activity?before=x".into()),
        not_me_url: "/account/not-me".into(),
    };
    let quiet = AccountActivity { events: Vec::new(), newest_url: None, older_url: None, ..activity.clone() };
    vec![
        ("apps", apps.render()),
        ("apps-none", none.render()),
        ("activity", activity.render()),
        ("activity-none", quiet.render()),
    ]
}

pub(super) fn own_data(lang: Lang) -> Vec<RenderedSample> {
    let data = AccountData {
        page: inside(lang, Tab::Data),
        form: Form::new("/account/data", "t"),
        confirmation: "ana@example.test".into(),
        is_address: true,
        errors: errors(&["confirmation"], lang),
        ..AccountData::default()
    };
    let stale =
        AccountData { sign_in_url: Some("/login?again=1".into()), errors: FieldErrors::default(), ..data.clone() };
    let gone = AccountGone { page: page(lang), mails: true, receipt: receipt(), home_url: "/login".into() };
    let email = ChangeEmail {
        page: inside(lang, Tab::Profile),
        form: Form::new("/account/email", "t"),
        current: "ana@example.test".into(),
        email: HOSTILE.into(),
        errors: errors(&["email"], lang),
        suggested: vec![SuggestedEmailView { email: "ana@elsewhere.test".into(), provider: "Google".into() }],
        back_url: "/account/profile".into(),
        ..ChangeEmail::default()
    };
    let code = ChangeEmailCode {
        resend_url: "/account/email?proof=1".into(),
        page: inside(lang, Tab::Profile),
        form: Form::new("/account/email", "t"),
        proof: "p".into(),
        email: "new@example.test".into(),
        meant: Some("new@example.com".into()),
        errors: errors(&["code"], lang),
        again_url: "/account/email".into(),
        notice: None,
    };
    let link = ChangeEmailLink {
        page: inside(lang, Tab::Profile),
        form: Form::new("/account/email", "t"),
        token: HOSTILE.into(),
        email: "new@example.test".into(),
    };
    vec![
        ("data", data.render()),
        ("data-stale", stale.render()),
        ("gone", gone.render()),
        ("change-email", email.render()),
        ("change-email-code", code.render()),
        ("change-email-link", link.render()),
    ]
}
