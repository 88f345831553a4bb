//! Whether the installation works: checks, queues, jobs; a test email; counting again.

use crate::views::installation::{FindingItem, HealthPage, JobItem, QueueItem};
use usher_accounts::FlowError;
use usher_domain::health::{Finding, FindingLevel, JobRun, OutgoingQueue};
use usher_domain::urls;
use usher_page_kit::kit::{AdminPage, ButtonForm, Notice, PageKit as _, PageResult};
use usher_page_kit::views::Layout;
use usher_storage::system::health::MOST_WAITING;

const CHECKED: Notice = Notice::new("checked", "health-checked-notice");
const MAILED: Notice = Notice::new("mailed", "health-mail-queued");
const COUNTING: Notice = Notice::new("counting", "health-counting-notice");

/// GET /console/health
pub async fn get(mut page: AdminPage) -> PageResult {
    let view = view(&mut page).await?;
    page.show(&view)
}

async fn view(page: &mut AdminPage) -> Result<HealthPage, FlowError> {
    let head = page.head(urls::CONSOLE_HEALTH);
    let installation = &page.app.usher.installation;
    let report = installation.health_report().await?;
    let checked = report.as_ref().map(|report| head.ago(report.at.0));
    let (good, mut problems): (Vec<Finding>, Vec<Finding>) = report
        .map(|report| report.findings)
        .unwrap_or_default()
        .into_iter()
        .partition(|finding| finding.verdict == FindingLevel::Good);
    problems.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    let queues = installation.queues().await?;
    let counting = installation.day_being_counted().await?;
    Ok(HealthPage {
        notice: page.notice(&[CHECKED, MAILED, COUNTING]),
        checked,
        problems: problems.into_iter().map(finding_item).collect(),
        good: good.into_iter().map(finding_item).collect(),
        jobs: installation.job_runs().await?.into_iter().map(|run| job_item(&head, run)).collect(),
        queues: vec![
            queue_item(&head, "health-queue-emails", queues.emails),
            queue_item(&head, "health-queue-webhooks", queues.webhooks),
            queue_item(&head, "health-queue-logouts", queues.logout_notices),
        ],
        email: Some(page.account.user.readable_email()).filter(|email| !email.is_empty()),
        caught_url: page.app.caught.is_some().then(|| urls::DEV_MAIL.to_owned()),
        counting: counting.map(|day| head.lang.date(day.0)),
        form: page.form(urls::CONSOLE_HEALTH),
        page: head,
    })
}

fn finding_item(finding: Finding) -> FindingItem {
    FindingItem {
        subject: finding.subject.into_owned(),
        found: finding.found,
        tried: finding.tried,
        remedy: finding.remedy,
        is_bad: finding.verdict == FindingLevel::Bad,
    }
}

fn job_item(page: &Layout, run: JobRun) -> JobItem {
    JobItem {
        name: run.name,
        ran: page.ago(run.ended_at.0),
        milliseconds: run.milliseconds,
        failing_since: run.failing_since.map(|at| page.ago(at.0)),
        error: run.error,
    }
}

fn queue_item(page: &Layout, name_key: &'static str, queue: OutgoingQueue) -> QueueItem {
    let more = if queue.waiting >= MOST_WAITING { "+" } else { "" };
    QueueItem {
        name_key,
        waiting: queue.waiting,
        number: page.lang.number(queue.waiting) + more,
        next: queue.next_at.map(|at| page.date(at.0)),
    }
}

/// POST /console/health/check runs the checks of `usher doctor`.
pub async fn check(page: AdminPage, _: ButtonForm) -> PageResult {
    let findings = (page.app.doctor)(&page.app.usher).await;
    page.app.usher.installation.record_findings(findings).await?;
    page.done(urls::CONSOLE_HEALTH, CHECKED)
}

/// POST /console/health/mail sends an email to the reader.
pub async fn mail(page: AdminPage, _: ButtonForm) -> PageResult {
    page.app.usher.installation.send_test_email(&page.account.user).await?;
    page.done(urls::CONSOLE_HEALTH, MAILED)
}

/// POST /console/health/count counts the days of the overview again.
pub async fn count(page: AdminPage, _: ButtonForm) -> PageResult {
    page.app.usher.installation.count_again().await?;
    page.done(urls::CONSOLE_HEALTH, COUNTING)
}
