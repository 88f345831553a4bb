//! The most urgent problem of the installation: one at most.

use std::time::Duration;

use crate::views::installation::Alarm;
use usher_accounts::FailingWebhook;
use usher_domain::health::{FindingLevel, HealthReport, JobRun};
use usher_domain::key::{KeyState, SigningKeyRecord};
use usher_domain::time::Timestamp;
use usher_domain::urls::{self, WebhookUrls};
use usher_page_kit::views::Layout;

/// How late a rotation may be.
const LATE: Duration = Duration::from_hours(24);

/// The problem that a failed check, a failing job, a failing webhook, or an overdue key is, in this order.
pub fn alarm(
    page: &Layout,
    report: Option<&HealthReport>,
    jobs: &[JobRun],
    webhooks: &[FailingWebhook],
    keys: &[SigningKeyRecord],
    rotate_after: Duration,
) -> Option<Alarm> {
    let in_health = |title: String, text: String| Alarm {
        title,
        text,
        button: page.t("alarm-health-button"),
        url: urls::CONSOLE_HEALTH.to_owned(),
    };
    let failed = report.and_then(|report| report.findings.iter().find(|one| one.verdict == FindingLevel::Bad));
    if let Some(finding) = failed {
        return Some(in_health(page.tv("alarm-finding", "subject", &*finding.subject), finding.found.clone()));
    }
    if let Some(run) = jobs.iter().find(|run| run.failing_since.is_some()) {
        return Some(in_health(page.tv("alarm-job", "name", &run.name), run.error.clone().unwrap_or_default()));
    }
    if let Some(FailingWebhook { webhook, project, .. }) = webhooks.first() {
        return Some(Alarm {
            title: page.tp("alarm-webhook", "project", project),
            text: page.tp("alarm-webhook-text", "host", &host(&webhook.url)),
            button: page.t("alarm-webhook-button"),
            url: WebhookUrls::of(&webhook.project_id, &webhook.id).page(),
        });
    }
    let is_overdue = |key: &&SigningKeyRecord| {
        let due = key.active_at.unwrap_or(key.created_at) + rotate_after + LATE;
        key.state() == KeyState::Active && due < Timestamp(page.now)
    };
    keys.iter().find(is_overdue).map(|key| Alarm {
        title: page.t("alarm-key"),
        text: page.tv("alarm-key-text", "alg", key.alg.as_str()),
        button: page.t("alarm-key-button"),
        url: urls::KEYS.to_owned(),
    })
}

/// The host of a URL; the text itself if it is none.
pub fn host(url: &str) -> String {
    let parsed = url::Url::parse(url).ok();
    parsed.and_then(|parsed| parsed.host_str().map(str::to_owned)).unwrap_or_else(|| url.to_owned())
}
