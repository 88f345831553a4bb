//! Samples: the pages of one project.

use askama::Template;

use crate::views::*;
use usher_domain::urls::{MemberUrls, ProjectInvitationUrls};
use usher_i18n::Lang;
use usher_page_kit::views::{FieldErrors, Form, ProjectHead, ProjectTab, ShownSecret};
use usher_page_tests::{HOSTILE, RenderedSample, console, errors, moment, project_head as head};

/// Every page.
pub(super) fn all(lang: Lang) -> Vec<RenderedSample> {
    let mut pages = members(lang);
    pages.extend(token(lang));
    pages.extend(modules(lang));
    pages.extend(apis(lang));
    pages.extend(api(lang));
    pages.extend(initial_tokens(lang));
    pages.extend(webhooks(lang));
    pages.extend(webhook(lang));
    pages.extend(settings(lang));
    pages.extend(sign_in(lang));
    pages.extend(history(lang));
    pages
}

fn settings(lang: Lang) -> Vec<RenderedSample> {
    let page = ProjectSettingsPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Settings),
        form: Form::new("/console/projects/1/settings", "t"),
        values: ProjectSettingsValues { name: HOSTILE.into(), loaded: String::new() },
        delete_url: "/console/projects/1/delete".into(),
        notice: Some(lang.text("project-saved")),
        errors: errors(&["name"], lang),
    };
    let project = ProjectHead { may_own: false, may_develop: false, ..page.project.clone() };
    let viewer = ProjectSettingsPage { project, notice: None, errors: FieldErrors::default(), ..page.clone() };
    let delete = ConfirmDeletion {
        page: console(lang),
        project: head(lang, HOSTILE, ProjectTab::Settings),
        form: Form::new("/console/projects/1/delete", "t"),
        name: HOSTILE.into(),
        meaning: lang.text("project-delete-text"),
        with_it: vec![console(lang).tn("project-ends-clients", 2_u32)],
        is_typed: true,
        keep_url: "/console/projects/1/settings".into(),
        errors: errors(&["confirmation"], lang),
    };
    vec![
        ("project-settings", page.render()),
        ("project-settings-viewer", viewer.render()),
        ("project-delete", delete.render()),
    ]
}

fn sign_in(lang: Lang) -> Vec<RenderedSample> {
    let provider = |field: &str, name: &str, place, no_sign_up| OfferedProvider {
        field: field.into(),
        name: name.into(),
        kind: "google".into(),
        place,
        no_sign_up,
    };
    let page = ProjectSignInPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::SignIn),
        form: Form::new("/console/projects/1/sign-in", "t"),
        values: ProjectSignInValues {
            sign_up: "domains".into(),
            domains: HOSTILE.into(),
            chosen: true,
            password_sign_up: true,
            second_factor: true,
            loaded: HOSTILE.into(),
        },
        providers: vec![provider("place-google", "Google", 1, false), provider("place-x", HOSTILE, 0, true)],
        closed: true,
        notice: None,
        errors: errors(&["sign_up", "domains", "providers"], lang),
    };
    let project = ProjectHead { may_own: false, may_develop: false, ..page.project.clone() };
    let viewer = ProjectSignInPage {
        project,
        providers: Vec::new(),
        closed: false,
        notice: Some(lang.text("project-sign-in-saved")),
        errors: FieldErrors::default(),
        ..page.clone()
    };
    vec![("project-sign-in", page.render()), ("project-sign-in-viewer", viewer.render())]
}

fn history(lang: Lang) -> Vec<RenderedSample> {
    let closed = ProjectHistoryPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::History),
        form: Form::new("/console/projects/1/history", "t"),
        ..ProjectHistoryPage::default()
    };
    let read = ProjectHistoryPage {
        is_read: true,
        values: ProjectHistoryValues { sub: HOSTILE.into(), kind: HOSTILE.into() },
        entries: vec![HistoryEntryItem {
            at: moment(lang, 1_795_000_000),
            kind: "session.created".into(),
            sub: Some("01jd3v9qk8e2xw7r5t6y4u3i2o".into()),
            client_id: Some("01jd3v9qk8e2x".into()),
            data: HOSTILE.into(),
        }],
        next: Some("AAAAAAAAAAAAAAAAAAAAAA".into()),
        ..closed.clone()
    };
    let none = ProjectHistoryPage { is_read: true, ..closed.clone() };
    let refused = ProjectHistoryPage { errors: errors(&["current_token", "sub", "kind"], lang), ..closed.clone() };
    vec![
        ("history", closed.render()),
        ("history-read", read.render()),
        ("history-none", none.render()),
        ("history-refused", refused.render()),
    ]
}

fn members(lang: Lang) -> Vec<RenderedSample> {
    let member = |label: &str, role: &str| MemberListItem {
        urls: MemberUrls::default(),
        is_reader: label == HOSTILE,
        label: label.into(),
        role: role.into(),
        since: moment(lang, 1_795_000_000),
    };
    let invitation = |email: &str, is_open| InvitationItem {
        urls: ProjectInvitationUrls::default(),
        is_open,
        email: email.into(),
        role: "developer".into(),
        sent: moment(lang, 1_795_000_000),
        until: moment(lang, 1_795_604_800),
    };
    let none = MembersPage {
        page: console(lang),
        project: head(lang, HOSTILE, ProjectTab::Members),
        form: Form::new("/console/projects/1/members", "t"),
        role: "developer".into(),
        notice: Some(lang.text("member-removed")),
        ..MembersPage::default()
    };
    let some = MembersPage {
        members: vec![member("ana@example.test", "owner"), member(HOSTILE, "viewer")],
        invitations: vec![invitation("bob@example.test", true), invitation(HOSTILE, false)],
        email: HOSTILE.into(),
        errors: errors(&["email", "role", ""], lang),
        notice: None,
        ..none.clone()
    };
    vec![("members-none", none.render()), ("members", some.render())]
}

fn token(lang: Lang) -> Vec<RenderedSample> {
    let made = ProjectTokenPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Token),
        form: Form::new("/console/projects/1/token", "t"),
        token: Some(ShownSecret::Now("4fG7hJ2kL9mN3pQ6rS8tV1wX5yZ0aB4fG7hJ2kL9mN3".into())),
        overlap: "86400".into(),
        notice: Some(lang.text("message-project-created")),
        ..ProjectTokenPage::default()
    };
    let before = ProjectTokenPage { token: Some(ShownSecret::Before), notice: None, ..made.clone() };
    let refused = ProjectTokenPage {
        token: None,
        notice: None,
        current_token: format!("</textarea>{HOSTILE}"),
        discard_history: true,
        errors: errors(&["current_token", "overlap"], lang),
        ..made.clone()
    };
    vec![("token-made", made.render()), ("token-before", before.render()), ("token-refused", refused.render())]
}

fn modules(lang: Lang) -> Vec<RenderedSample> {
    let module = |name: &str, host: &str, is_current: bool| ModuleListItem {
        name: name.into(),
        host: host.into(),
        version: "usher-sdk-node/0.1.0".into(),
        transport_key: "module-socket",
        since: moment(lang, 1_795_000_000),
        acknowledged: Some(moment(lang, 1_795_000_060)),
        behind: i64::from(!is_current) * 1_204,
        revision: Some(if is_current { 43 } else { 42 }),
        is_current,
    };
    let none = ModulesPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Modules),
        here: "/console/projects/1/modules".into(),
        guide_url: "/docs/sdk/start".into(),
        command: "usher client create --project 1 --type machine --name my-api --scope usher:sync --env".into(),
        ..ModulesPage::default()
    };
    let some = ModulesPage {
        modules: vec![
            module("Orders API", "web-1", true),
            ModuleListItem { transport_key: "module-poll", ..module(HOSTILE, HOSTILE, false) },
            ModuleListItem { revision: None, acknowledged: None, ..module("Site", "", false) },
        ],
        connected: 1_203,
        revision: Some(43),
        ..none.clone()
    };
    vec![("modules-none", none.render()), ("modules", some.render())]
}

fn apis(lang: Lang) -> Vec<RenderedSample> {
    let row = |text: &str, scopes: &str| ApiListItem {
        url: "/console/projects/1/apis/1".into(),
        name: text.into(),
        identifier: "https://api.notes.example.test".into(),
        scopes: scopes.into(),
    };
    let none = ApisPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Apis),
        form: Form::new("/console/projects/1/apis", "t"),
        values: ApiValues { roles: "*".into(), ..ApiValues::default() },
        algs: vec!["RS256".into(), "ES256".into()],
        ..ApisPage::default()
    };
    let some = ApisPage {
        apis: vec![row("Notes", "notes:read notes:write"), row(HOSTILE, "")],
        values: hostile_api(),
        errors: errors(&["identifier", "name", "scopes", "roles", "permissions", "access_token_seconds", ""], lang),
        ..none.clone()
    };
    vec![("apis-none", none.render()), ("apis", some.render())]
}

fn hostile_api() -> ApiValues {
    ApiValues {
        identifier: HOSTILE.into(),
        name: HOSTILE.into(),
        scopes: format!("</textarea>{HOSTILE}"),
        roles: HOSTILE.into(),
        permissions: HOSTILE.into(),
        access_token_seconds: "60".into(),
        signing_alg: "ES256".into(),
        token_format: "opaque".into(),
        self_registered_clients: "true".into(),
        loaded: HOSTILE.into(),
    }
}

fn api(lang: Lang) -> Vec<RenderedSample> {
    let client = |scope: Option<&str>| AllowedClientItem {
        client_id: "client_zYwvut".into(),
        scope: scope.map(str::to_owned),
        remove: Form::new("/console/projects/1/apis/1/clients/client_zYwvut/remove", "t"),
    };
    let made = ApiPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Apis),
        name: "Notes".into(),
        form: Form::new("/console/projects/1/apis/1", "t"),
        values: ApiValues { identifier: "https://api.notes.example.test".into(), ..ApiValues::default() },
        algs: vec!["RS256".into(), "ES256".into()],
        allow: Form::new("/console/projects/1/apis/1/allow", "t"),
        delete: Form::new("/console/projects/1/apis/1/delete", "t"),
        notice: Some(lang.text("api-added")),
        ..ApiPage::default()
    };
    let used = ApiPage {
        name: HOSTILE.into(),
        values: hostile_api(),
        clients: vec![client(None), client(Some(HOSTILE))],
        allowed: AllowedClientValues { client_id: HOSTILE.into(), scope: HOSTILE.into() },
        errors: errors(&["name", "client_id", "scope", ""], lang),
        notice: None,
        ..made.clone()
    };
    vec![("api-made", made.render()), ("api", used.render())]
}

fn initial_tokens(lang: Lang) -> Vec<RenderedSample> {
    let row = |name: &str, registered| InitialTokenItem {
        name: name.into(),
        registered,
        max_clients: 10,
        expires: moment(lang, 1_795_363_080),
        ended: registered == 10,
        delete: Form::new("/console/projects/1/initial-tokens/1/delete", "t"),
    };
    let none = InitialTokensPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::InitialTokens),
        form: Form::new("/console/projects/1/initial-tokens", "t"),
        closed: true,
        values: InitialTokenValues { name: String::new(), max_clients: "1".into(), days: "30".into() },
        ..InitialTokensPage::default()
    };
    let some = InitialTokensPage {
        tokens: vec![row("Agents", 3), row(HOSTILE, 10)],
        closed: false,
        open: true,
        values: InitialTokenValues { name: HOSTILE.into(), max_clients: HOSTILE.into(), days: HOSTILE.into() },
        token: Some(ShownSecret::Now("AAECAwQF".into())),
        errors: errors(&["name", ""], lang),
        ..none.clone()
    };
    vec![("initial-tokens-none", none.render()), ("initial-tokens", some.render())]
}

fn webhooks(lang: Lang) -> Vec<RenderedSample> {
    let row = |address: &str, off: Option<&str>, failing| WebhookListItem {
        url: "/console/projects/1/webhooks/1".into(),
        address: address.into(),
        description: HOSTILE.into(),
        events: "session.*, user.deleted".into(),
        failing,
        off: off.map(|key| lang.text(key)),
    };
    let none = WebhooksPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Webhooks),
        form: Form::new("/console/projects/1/webhooks", "t"),
        values: WebhookValues::default().with_filters(["*"]),
        ..WebhooksPage::default()
    };
    let some = WebhooksPage {
        webhooks: vec![
            row("https://shop.example/hook", None, false),
            row("https://shop.example/slow", None, true),
            row(HOSTILE, Some("webhook-off-gone"), false),
        ],
        values: WebhookValues { url: HOSTILE.into(), description: HOSTILE.into(), ..WebhookValues::default() }
            .with_filters(["session.*", "user.deleted", "gone.event"]),
        errors: errors(&["url", "description", "events", ""], lang),
        ..none.clone()
    };
    vec![("webhooks-none", none.render()), ("webhooks", some.render())]
}

fn webhook(lang: Lang) -> Vec<RenderedSample> {
    let attempt = |what: String, answer: Option<&str>| AttemptItem {
        at: moment(lang, 1_795_000_000),
        what,
        answer: answer.map(str::to_owned),
    };
    let delivery = |status: &str, attempts| DeliveryItem {
        redeliver_url: "/console/projects/1/webhooks/1/deliveries/1/redeliver".into(),
        kind: "session.created".into(),
        status: status.into(),
        created: moment(lang, 1_795_000_000),
        next: (status == "waiting").then(|| moment(lang, 1_795_000_300)),
        attempts,
        body: pretty(&format!("{{\"type\":\"session.created\",\"data\":[\"{}\"]}}", HOSTILE.replace('"', "\\\""))),
    };
    let answered = lang.text_with("attempt-answered", &[("status", "204".into()), ("ms", "84".into())]);
    let failed = lang.text_with("attempt-failed", &[("error", HOSTILE.into()), ("ms", "10000".into())]);
    let made = WebhookPage {
        page: console(lang),
        project: head(lang, "Notes", ProjectTab::Webhooks),
        form: Form::new("/console/projects/1/webhooks/1", "t"),
        address: "https://shop.example/hook".into(),
        values: WebhookValues { url: "https://shop.example/hook".into(), ..WebhookValues::default() }
            .with_filters(["*"]),
        secret: Some(ShownSecret::Now("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into())),
        notice: Some(lang.text("webhook-added")),
        ..WebhookPage::default()
    };
    let used = WebhookPage {
        secret: Some(ShownSecret::Before),
        notice: None,
        address: HOSTILE.into(),
        failing_since: Some(moment(lang, 1_795_000_000)),
        former_until: Some(moment(lang, 1_795_000_000)),
        any_failed: true,
        latency: LatencyChart::new(
            &console(lang),
            &[0, 84, 10_000].map(|ms| TimedAttempt {
                at: 1_795_000_000,
                kind: HOSTILE.into(),
                ms,
                failed: ms > 1_000,
                result: HOSTILE.into(),
            }),
        ),
        deliveries: vec![
            delivery("waiting", vec![attempt(failed.clone(), None)]),
            delivery("delivered", vec![attempt(failed, None), attempt(answered, Some(HOSTILE))]),
            delivery("failed", vec![]),
        ],
        more_url: Some("/console/projects/1/webhooks/1?before=x".into()),
        errors: errors(&["url"], lang),
        ..made.clone()
    };
    let off = WebhookPage { secret: None, off: Some(lang.text("webhook-off-failing")), ..used.clone() };
    vec![("webhook-made", made.render()), ("webhook", used.render()), ("webhook-off", off.render())]
}
