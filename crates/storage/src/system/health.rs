//! Whether the installation works: how jobs ran, what `usher doctor` found last, what waits to be sent.

use crate::db::{Sql, statements};
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::event::webhook::Webhook;
use usher_domain::health::{HealthReport, JobRun, OutgoingQueue};
use usher_domain::id::WebhookId;

use crate::events::outgoing::webhooks::WEBHOOK;

row! {
    JOB_RUN: JobRun of "job_run" { name, ended_at, milliseconds, failing_since, error }
}

row! {
    REPORT: HealthReport of "health_report" { at, findings }
}

row! {
    QUEUE: OutgoingQueue of "queue" { waiting = "count(*)", next_at = "min(send_after)" }
}

/// Queued messages are counted up to this number.
pub const MOST_WAITING: i64 = 10_000;

statements! {
    with JOB_RUN, REPORT, QUEUE, WEBHOOK;

    PUT_JOB_RUN = "
        insert into job_run (name, ended_at, milliseconds, failing_since, error)
        values ($1, $2, $3, $4, $5)
        on conflict (name) do update
        set
            ended_at = excluded.ended_at,
            milliseconds = excluded.milliseconds,
            failing_since = excluded.failing_since,
            error = excluded.error
    ";
    LIST_JOB_RUNS = "
        select {JOB_RUN}
        from job_run
        where name > ''
        order by name
        limit 100
    ";
    PUT_REPORT = "
        insert into health_report (id, at, findings)
        values (1, $1, $2)
        on conflict (id) do update
        set at = excluded.at, findings = excluded.findings
    ";
    FIND_REPORT = "
        select {REPORT}
        from health_report
        where id = 1
    ";
    QUEUED_EMAILS = "
        select {QUEUE}
        from (select send_after from letter where send_after > 0 order by send_after limit $1 + 0) as queue
    ";
    QUEUED_DELIVERIES = "
        select {QUEUE}
        from (
            select send_after
            from webhook_delivery
            where status = 'waiting' and send_after > 0
            order by send_after
            limit $1 + 0
        ) as queue
    ";
    QUEUED_LOGOUT_NOTICES = "
        select {QUEUE}
        from (
            select send_after
            from logout_notice
            where status = 'waiting' and send_after > 0
            order by send_after
            limit $1 + 0
        ) as queue
    ";
    FAILING_WEBHOOKS = "
        select {WEBHOOK}
        from webhook
        where failing_since > 0
        order by failing_since
        limit 20
    ";
    COUNT_WAITING = "
        select count(*)
        from (
            select seq
            from webhook_delivery
            where webhook_id = $1 and status = 'waiting'
            order by seq
            limit $2 + 0
        ) as queue
    ";
}

impl Tx {
    /// Records how a run of a job ended.
    pub async fn put_job_run(&mut self, run: &JobRun) -> Result<()> {
        self.query(PUT_JOB_RUN)
            .bind(&run.name)
            .bind(run.ended_at)
            .bind(run.milliseconds)
            .bind(run.failing_since)
            .bind(&run.error)
            .done()
            .await
    }

    /// Replaces the report.
    pub async fn put_health_report(&mut self, report: &HealthReport) -> Result<()> {
        self.query(PUT_REPORT).bind(report.at).bind(&report.findings).done().await
    }
}

impl Store {
    /// How each job ran last, on the instance that reported last.
    pub async fn list_job_runs(&self) -> Result<Vec<JobRun>> {
        self.query(LIST_JOB_RUNS).all().await
    }

    /// The newest report.
    pub async fn find_health_report(&self) -> Result<Option<HealthReport>> {
        self.query(FIND_REPORT).optional().await
    }

    /// The emails that wait to be sent.
    pub async fn queued_emails(&self) -> Result<OutgoingQueue> {
        self.queue(QUEUED_EMAILS).await
    }

    /// The messages of webhooks that wait to be sent.
    pub async fn queued_deliveries(&self) -> Result<OutgoingQueue> {
        self.queue(QUEUED_DELIVERIES).await
    }

    /// The logout tokens that wait to be sent.
    pub async fn queued_logout_notices(&self) -> Result<OutgoingQueue> {
        self.queue(QUEUED_LOGOUT_NOTICES).await
    }

    async fn queue(&self, sql: Sql) -> Result<OutgoingQueue> {
        self.query(sql).bind(MOST_WAITING).one().await
    }

    /// The webhooks of all projects whose deliveries all fail, the longest failing first, 20 at most.
    pub async fn list_failing_webhooks(&self) -> Result<Vec<Webhook>> {
        self.query(FAILING_WEBHOOKS).all().await
    }

    /// How many messages of a webhook wait, counted up to [`MOST_WAITING`].
    pub async fn count_waiting_deliveries(&self, webhook: WebhookId) -> Result<i64> {
        self.query(COUNT_WAITING).bind(webhook).bind(MOST_WAITING).one().await
    }
}
