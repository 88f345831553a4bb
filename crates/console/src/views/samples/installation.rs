//! Samples: overview, audit log, keys, health, settings.

use askama::Template;

use crate::views::installation::charts::{SignInChart, Sparkline};
use crate::views::installation::*;
use usher_accounts::SignInsOfDay;
use usher_domain::time::Timestamp;
use usher_i18n::Lang;
use usher_page_kit::views::Form;
use usher_page_tests::{HOSTILE, RenderedSample, console, errors, moment};

const AT: i64 = 1_795_000_000;

/// Every page.
pub(super) fn all(lang: Lang) -> Vec<RenderedSample> {
    let mut pages = overviews(lang);
    pages.extend(audit(lang));
    pages.extend(keys(lang));
    pages.extend(health(lang));
    pages.extend(settings(lang));
    pages
}

fn overviews(lang: Lang) -> Vec<RenderedSample> {
    let day = |number: i64| SignInsOfDay {
        start: Timestamp(AT + number * 86_400),
        succeeded: number * 37 % 190,
        failed: number * 11 % 23,
        active: number,
    };
    let days: Vec<_> = (0..30).map(day).collect();
    let step = |title: &str, button: Option<(String, String)>, is_action| CheckItem {
        title: lang.text(title),
        text: HOSTILE.into(),
        button,
        is_action,
    };
    let link = |key: &str| Some((lang.text(key), "/console/projects".to_owned()));
    let share = |name: &str, url: Option<String>| ShareItem {
        name: name.into(),
        url,
        number: lang.number(1_240),
        share: "50.00%".into(),
    };
    let empty = OverviewPage {
        page: console(lang),
        form: Form::new("/console/master-key/backed-up", "t"),
        host: "id.example.test".into(),
        days: 30,
        chart: SignInChart::new(lang, &[]),
        checklist: Checklist { to_do: vec![step("check-mail", None, false)], done: Vec::new() },
        ..OverviewPage::default()
    };
    let full = OverviewPage {
        notice: Some(lang.text("key-backup-noted")),
        alarm: Some(Alarm {
            title: HOSTILE.into(),
            text: HOSTILE.into(),
            button: lang.text("alarm-health-button"),
            url: "/console/health".into(),
        }),
        periods: vec![
            PeriodLink { label: lang.text("period-7"), url: "/console?days=7".into(), current: false },
            PeriodLink { label: lang.text("period-30"), url: "/console?days=30".into(), current: true },
        ],
        figures: vec![
            FigureItem {
                label: lang.text("figure-active"),
                figure: lang.number(12_480),
                more: HOSTILE.into(),
                line: Sparkline::new(&[1, 5, 3]),
                is_bad: false,
            },
            FigureItem {
                label: lang.text("figure-today"),
                line: Sparkline::new(&[2, 1]),
                is_bad: true,
                ..FigureItem::default()
            },
        ],
        chart: SignInChart::new(lang, &days),
        clients: vec![share(HOSTILE, Some("/console/clients/1".into())), share("gone", None)],
        ways: vec![share(&lang.text("way-password"), None)],
        checklist: Checklist {
            to_do: vec![
                step("check-key", link("check-key-button"), true),
                step("check-client", link("check-client-button"), false),
            ],
            done: vec![step("check-https", None, false)],
        },
        webhooks: vec![FailingItem {
            project: HOSTILE.into(),
            host: "stock.example.test".into(),
            url: "/console/projects/1/webhooks/1".into(),
            since: moment(lang, AT),
            waiting: 42,
        }],
        modules: vec![
            ModulesItem { project: HOSTILE.into(), url: "/console/projects/1/modules".into(), connected: 2, behind: 0 },
            ModulesItem { project: "Notes".into(), url: "/console/projects/2/modules".into(), connected: 1, behind: 3 },
        ],
        events: vec![event(lang)],
        ..empty.clone()
    };
    vec![("overview-empty", empty.render()), ("overview", full.render())]
}

fn event(lang: Lang) -> AuditRow {
    AuditRow {
        day: lang.text("audit-today"),
        text: lang.text("kind-client-redirect-rejected"),
        kind: "client.redirect_rejected".into(),
        is_bad: true,
        by: HOSTILE.into(),
        about: HOSTILE.into(),
        project: HOSTILE.into(),
        source: "192.0.2.7".into(),
        at: moment(lang, AT),
        clock: moment(lang, AT),
        url: "/console/audit/events/1".into(),
    }
}

fn audit(lang: Lang) -> Vec<RenderedSample> {
    let none = AuditPage {
        page: console(lang),
        form: Form::new("/console/audit/filters", "t"),
        csv_url: "/console/audit/csv".into(),
        json_lines_url: "/console/audit/json-lines".into(),
        ..AuditPage::default()
    };
    let typed = AuditFilterValues { who: HOSTILE.into(), kind: "sign-ins".into(), ..AuditFilterValues::default() };
    let refused = AuditPage { errors: errors(&["who", "address", "since"], lang), values: typed, ..none.clone() };
    let quiet =
        AuditRow { is_bad: false, about: String::new(), project: String::new(), source: String::new(), ..event(lang) };
    let full = AuditPage {
        notice: Some(lang.text("audit-saved-notice")),
        projects: vec![("1".into(), HOSTILE.into())],
        saved: vec![SavedFilterItem {
            name: HOSTILE.into(),
            url: "/console/audit?kind=sign-ins".into(),
            delete_url: "/console/audit/filters/1/delete".into(),
            current: true,
        }],
        query: HOSTILE.into(),
        days: group_by_day(vec![event(lang), quiet, AuditRow { day: lang.text("audit-yesterday"), ..event(lang) }]),
        newest_url: Some("/console/audit".into()),
        older_url: Some("/console/audit?before=x".into()),
        ..none.clone()
    };
    let one = EventPage {
        page: console(lang),
        row: event(lang),
        id: "01936d2e-3c00-7000-8000-000000000003".into(),
        at: moment(lang, AT),
        session: Some("s".into()),
        client: Some(HOSTILE.into()),
        grant: Some("g".into()),
        trace: Some("4bf92f3577b34da6a3ce929d0e0e4736".into()),
        raw: format!("{{\n  \"why\": {HOSTILE:?}\n}}"),
        person_url: Some("/console/audit?who=a".into()),
        request_url: Some("/console/audit?trace=a".into()),
        address_url: Some("/console/audit?address=a".into()),
    };
    vec![
        ("audit-none", none.render()),
        ("audit-refused", refused.render()),
        ("audit", full.render()),
        ("event", one.render()),
    ]
}

fn keys(lang: Lang) -> Vec<RenderedSample> {
    let key = |state: &'static str, next: Option<&'static str>| KeyRow {
        kid: format!("{state}-NzbLsXh8uDCcd-6MNwXF4W"),
        alg: "ES256".into(),
        state,
        published: moment(lang, AT),
        next: next.map(|text| (text, moment(lang, AT))),
        revoke_url: format!("/console/keys/{state}/revoke"),
    };
    let span = |class: &'static str| KeySpan { class, x: "12.00%".into(), width: "30.00%".into(), title: class.into() };
    let list = KeysPage {
        page: console(lang),
        notice: Some(lang.text("keys-rotated")),
        rotate_days: 90,
        jwks_url: "/oauth2/jwks".into(),
        timeline: KeyTimeline {
            summary: lang.text("keys-timeline"),
            height: 120,
            bottom: 96,
            dates: vec![("20.00%".into(), lang.day(AT))],
            now: "50.00%".into(),
            rows: vec![KeyTimelineRow {
                alg: "ES256".into(),
                y: 28,
                words_y: 44,
                spans: vec![span("next"), span("active"), span("retired")],
            }],
        },
        keys: vec![
            key("next", Some("key-signs-from")),
            key("active", Some("key-signs-until")),
            key("retired", Some("key-kept-until")),
            key("pruned", None),
        ],
        old_uses: vec![KeyUseRow {
            client: HOSTILE.into(),
            url: "/console/clients/web".into(),
            kid: HOSTILE.into(),
            last_used: moment(lang, AT),
        }],
    };
    let confirm = |key: Option<KeyRow>| KeyConfirm {
        page: console(lang),
        form: Form::new("/console/keys/rotate", "t"),
        key,
        back_url: "/console/keys".into(),
    };
    vec![
        ("keys", list.render()),
        ("keys-rotate", confirm(None).render()),
        ("key-revoke", confirm(Some(key("active", Some("key-signs-until")))).render()),
    ]
}

fn health(lang: Lang) -> Vec<RenderedSample> {
    let never = HealthPage {
        page: console(lang),
        form: Form::new("/console/health", "t"),
        counting: Some(lang.date(AT)),
        ..HealthPage::default()
    };
    let finding = |is_bad| FindingItem {
        subject: "mail".into(),
        found: HOSTILE.into(),
        tried: HOSTILE.into(),
        remedy: Some(HOSTILE.into()),
        is_bad,
    };
    let queue =
        |name_key, waiting| QueueItem { name_key, waiting, number: lang.number(waiting), next: Some(moment(lang, AT)) };
    let job = |name: &str, failing_since| JobItem {
        name: name.into(),
        ran: moment(lang, AT),
        milliseconds: 12,
        failing_since,
        error: Some(HOSTILE.into()),
    };
    let full = HealthPage {
        notice: Some(lang.text("health-checked-notice")),
        checked: Some(moment(lang, AT)),
        problems: vec![finding(true), finding(false)],
        good: vec![FindingItem { remedy: None, ..finding(false) }],
        jobs: vec![job("clean_up", None), job("deliver_emails", Some(moment(lang, AT)))],
        queues: vec![queue("health-queue-emails", 0), queue("health-queue-webhooks", 42)],
        email: Some("ana@example.test".into()),
        caught_url: Some("/dev/mail".into()),
        counting: None,
        ..never.clone()
    };
    let good = HealthPage { problems: Vec::new(), email: None, caught_url: None, ..full.clone() };
    vec![("health-never", never.render()), ("health", full.render()), ("health-good", good.render())]
}

fn settings(lang: Lang) -> Vec<RenderedSample> {
    let setting = |key: &str, value: Option<&str>, origin: Option<&str>| SettingItem {
        key: key.into(),
        variable: "USHER_ISSUER".into(),
        value: value.map(str::to_owned),
        origin: origin.map(str::to_owned),
        about: "What it does.".into(),
    };
    let none = SettingsPage { page: console(lang), search: HOSTILE.into(), only_set: true, groups: Vec::new() };
    let group = |name: &str, settings| SettingGroup { name: name.into(), settings };
    let full = SettingsPage {
        search: String::new(),
        only_set: false,
        groups: vec![
            group("", vec![setting("issuer", Some(HOSTILE), Some("usher.toml:3")), setting("listen", Some("x"), None)]),
            group("session", vec![setting("session.idle", None, None)]),
        ],
        ..none.clone()
    };
    vec![("settings-none", none.render()), ("settings", full.render())]
}
