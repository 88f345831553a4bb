//! The home of the console.

use std::collections::BTreeSet;

use super::audit_rows;
use super::overview_alarm::{alarm, host};
use super::overview_checklist::checklist;
use crate::project::list;
use crate::views::installation::charts::{SignInChart, Sparkline, share};
use crate::views::installation::{FailingItem, FigureItem, ModulesItem, OverviewPage, PeriodLink, ShareItem};
use usher_accounts::{EventNames, FailingWebhook, FlowError, Statistics};
use usher_domain::id::ClientId;
use usher_domain::urls::{self, ClientUrls, ProjectUrls, WebhookUrls};
use usher_i18n::Arg;
use usher_page_kit::kit::{AdminPage, ButtonForm, ConsolePage, Notice, PageKit as _, PageResult};
use usher_page_kit::views::Layout;
use usher_storage::events::log::Search;

const BACKED_UP: Notice = Notice::new("backed-up", "key-backup-noted");
/// The periods to choose from, in days; the key of each.
const PERIODS: [(u16, &str); 3] = [(7, "period-7"), (30, "period-30"), (90, "period-90")];
/// The period that is shown first.
const USUAL: u16 = 30;
/// Events that are shown.
const EVENTS: u32 = 8;

/// GET /console; members of projects see the list of their projects.
pub async fn get(mut page: ConsolePage) -> PageResult {
    if !page.account.user.admin {
        return list::list(page).await;
    }
    let view = Box::pin(view(&mut page)).await?;
    page.show(&view)
}

async fn view(page: &mut ConsolePage) -> Result<OverviewPage, FlowError> {
    let head = page.head(urls::CONSOLE);
    let asked = page.param("days").and_then(|days| days.parse().ok());
    let days = asked.filter(|asked| PERIODS.iter().any(|(days, _)| days == asked)).unwrap_or(USUAL);
    let usher = &page.app.usher;
    let statistics = usher.users.statistics(days).await?;
    let installation = &usher.installation;
    let failing = installation.failing_webhooks().await?;
    let (report, jobs) = (installation.health_report().await?, installation.job_runs().await?);
    let keys = usher.signing_keys.list_keys().await?;
    let rotate_after = usher.signing_keys.rotation_rules().rotate_after;
    let setup = installation.setup_state().await?;
    let latest = usher.users.search_log(&Search::default(), EVENTS).await?.items;
    let names = installation.names_in(latest.iter()).await?;
    let clients: BTreeSet<ClientId> = statistics.clients.iter().map(|(id, _)| ClientId(id.clone())).collect();
    let clients = installation.names_of(BTreeSet::new(), clients, BTreeSet::new()).await?;
    let providers = usher.providers.list_providers().await?;
    let way_name = |way: &str| match way {
        "password" => head.t("way-password"),
        "passkey" => head.t("way-passkey"),
        "code" => head.t("way-code"),
        "provider" => head.t("way-provider"),
        "" => head.t("way-unknown"),
        id => id.parse().map_or_else(|_| id.to_owned(), |parsed| usher.providers.name_of(&providers, &parsed)),
    };
    Ok(OverviewPage {
        notice: page.notice(&[BACKED_UP]),
        host: host(usher.core.issuer()),
        alarm: alarm(&head, report.as_ref(), &jobs, &failing, &keys, rotate_after),
        periods: periods(&head, days),
        days: u32::from(days),
        figures: figures(&head, &statistics, &clients),
        chart: SignInChart::new(head.lang, &statistics.days),
        clients: client_shares(&head, &statistics.clients, &clients),
        ways: shares(&head, &statistics.ways, way_name),
        checklist: checklist(&head, &setup, page.account.user.id, installation.has_grants().await?),
        webhooks: failing.iter().map(|one| failing_item(&head, one)).collect(),
        modules: modules(page).await?,
        events: latest.iter().map(|event| audit_rows::row(&head, event, &names)).collect(),
        form: page.form(urls::KEY_BACKED_UP),
        page: head,
    })
}

fn periods(page: &Layout, chosen: u16) -> Vec<PeriodLink> {
    let link = |(days, key): &(u16, &'static str)| PeriodLink {
        label: page.t(key),
        url: urls::with(urls::CONSOLE, "days", &days.to_string()),
        current: *days == chosen,
    };
    PERIODS.iter().map(link).collect()
}

fn figures(page: &Layout, statistics: &Statistics, names: &EventNames) -> Vec<FigureItem> {
    let (lang, days) = (page.lang, &statistics.days);
    let count = i64::try_from(days.len()).unwrap_or(i64::MAX);
    let [today, week, month] = statistics.active;
    let line =
        |value: fn(&usher_accounts::SignInsOfDay) -> i64| Sparkline::new(&days.iter().map(value).collect::<Vec<_>>());
    let two = |key: &str, (first, one): (&str, &str), (second, other): (&str, &str)| {
        lang.text_with(key, &[(first, Arg::from(one)), (second, Arg::from(other))])
    };
    let (in_week, in_day) = (lang.number(week), lang.number(today));
    let last = days.last().map_or((0, 0), |day| (day.succeeded, day.failed));
    let tried = last.0 + last.1;
    let failed: i64 = days.iter().map(|day| day.failed).sum();
    let peak = days.iter().max_by_key(|day| day.failed).filter(|day| day.failed > 0);
    let granted: i64 = statistics.clients.iter().map(|(_, times)| times).sum();
    let top = statistics.clients.first().map(|(id, _)| names.clients.get(id).unwrap_or(id));
    vec![
        FigureItem {
            label: page.t("figure-active"),
            figure: lang.number(month),
            more: two("figure-active-more", ("week", &in_week), ("day", &in_day)),
            line: line(|day| day.active),
            is_bad: false,
        },
        FigureItem {
            label: page.t("figure-today"),
            figure: lang.number(last.0),
            more: match tried {
                0 => page.t("figure-none-yet"),
                _ => page.tv("figure-today-more", "percent", &lang.percent(last.0, tried)),
            },
            line: line(|day| day.succeeded),
            is_bad: false,
        },
        FigureItem {
            label: page.tn("figure-failed", count),
            figure: lang.number(failed),
            more: peak.map_or_else(
                || page.t("figure-failed-none"),
                |day| {
                    let (name, number) = (lang.day(day.start.0), lang.number(day.failed));
                    two("figure-failed-peak", ("day", &name), ("number", &number))
                },
            ),
            line: line(|day| day.failed),
            is_bad: true,
        },
        FigureItem {
            label: page.tn("figure-grants", count),
            figure: lang.number(granted),
            more: top.map_or_else(|| page.t("figure-none-yet"), |name| page.tp("figure-grants-more", "name", name)),
            line: None,
            is_bad: false,
        },
    ]
}

fn shares(page: &Layout, counted: &[(String, i64)], name: impl Fn(&str) -> String) -> Vec<ShareItem> {
    let largest = counted.first().map_or(1, |(_, times)| *times);
    let item = |(id, times): &(String, i64)| ShareItem {
        name: name(id),
        url: None,
        number: page.lang.number(*times),
        share: share(*times, largest),
    };
    counted.iter().map(item).collect()
}

fn client_shares(page: &Layout, counted: &[(String, i64)], names: &EventNames) -> Vec<ShareItem> {
    let items = shares(page, counted, |id| names.clients.get(id).cloned().unwrap_or_else(|| id.to_owned()));
    let linked = items.into_iter().zip(counted).map(|(item, (id, _))| {
        let url = names.clients.contains_key(id).then(|| ClientUrls::of(&ClientId(id.clone())).page());
        ShareItem { url, ..item }
    });
    linked.collect()
}

fn failing_item(page: &Layout, failing: &FailingWebhook) -> FailingItem {
    let FailingWebhook { webhook, project, waiting } = failing;
    FailingItem {
        project: project.clone(),
        host: host(&webhook.url),
        url: WebhookUrls::of(&webhook.project_id, &webhook.id).page(),
        since: page.date(webhook.failing_since.unwrap_or(webhook.updated_at).0),
        waiting: u32::try_from(*waiting).unwrap_or(u32::MAX),
    }
}

/// The projects of the switch that have connected modules.
async fn modules(page: &ConsolePage) -> Result<Vec<ModulesItem>, FlowError> {
    let mut found = Vec::new();
    for project in &page.projects {
        let following = page.app.hub.audience(project.id).await?;
        if following.number == 0 {
            continue;
        }
        let newest = page.app.usher.local_modules.newest_state(project.id).await?;
        let behind = following.listeners.iter().map(|listener| (newest.position - listener.acknowledged).max(0)).max();
        found.push(ModulesItem {
            project: project.name.clone(),
            url: ProjectUrls::of(&project.id).modules(),
            connected: u32::try_from(following.number).unwrap_or(u32::MAX),
            behind: behind.unwrap_or_default(),
        });
    }
    Ok(found)
}

/// POST /console/master-key/backed-up
pub async fn key_backed_up(page: AdminPage, _: ButtonForm) -> PageResult {
    page.app.usher.installation.confirm_key_backup().await?;
    page.done(urls::CONSOLE, BACKED_UP)
}
