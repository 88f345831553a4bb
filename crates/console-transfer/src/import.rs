//! One import: what its columns mean, the choices, progress, results.

use std::collections::BTreeMap;

use crate::texts::{format_key, reason_text, result_key, status_badge, status_key, target_key};
use crate::views::{
    ColumnItem, ImportOptionsView, ImportPage, ImportProgress, ImportResults, ResultFilter, ResultItem, TargetChoice,
};
use usher_accounts::FlowError;
use usher_domain::id::ImportId;
use usher_domain::urls::{self, ImportUrls};
use usher_domain::user::import::{ImportOptions, ImportStatus, ImportedRow, OnExisting, RowResult, UserImport};
use usher_page_kit::kit::{AdminPage, ButtonForm, InPath, Notice, PageForm, PageKit as _, PageResult};
use usher_page_kit::views::Layout;
use usher_transfer::columns::{ColumnPlan, ColumnTarget, IGNORED};

const CANCELLED: Notice = Notice::new("cancelled", "import-cancelled-notice");
/// Results on a page.
const PAGE: u32 = 50;
/// How fields of columns are named: this and the place of the column.
const COLUMN_FIELD: &str = "column-";

/// GET /console/imports/{import}
pub async fn get(mut page: AdminPage, InPath(id): InPath<ImportId>) -> PageResult {
    let import = page.app.usher.user_imports.load(id).await?;
    let results = results(&page, &import).await?;
    let here = ImportUrls::of(&id);
    let head = page.head(&here.page());
    let view = ImportPage {
        form: page.form(here.check()),
        start_url: here.start(),
        cancel_url: here.cancel(),
        here: here.page(),
        name: import.file_name.clone(),
        format_key: format_key(import.format),
        status_key: status_key(import.status),
        badge: status_badge(import.status),
        rows: import.rows,
        is_waiting: import.status.is_waiting(),
        is_checked: import.status == ImportStatus::Checked,
        is_over: import.status.is_over(),
        progress: import.status.is_running().then(|| progress(&page, &import)),
        columns: columns(&import, &head),
        options: options(&import.options),
        results,
        expires: head.date(import.expires_at.0),
        notice: page.notice(&[CANCELLED]),
        page: head,
    };
    page.show(&view)
}

/// POST /console/imports/{import}/check
pub async fn check(
    page: AdminPage,
    InPath(id): InPath<ImportId>,
    PageForm(form): PageForm<BTreeMap<String, String>>,
) -> PageResult {
    let import = page.app.usher.user_imports.load(id).await?;
    let chosen = |name: &str| form.get(name).is_some_and(|value| value == "true");
    let plan = ColumnPlan::default();
    let named = import.header.iter().enumerate().filter_map(|(place, column)| {
        let word = form.get(&format!("{COLUMN_FIELD}{place}"))?;
        // What a name says by itself needs no choice.
        let usual = plan.target(column).map_or(IGNORED, ColumnTarget::word);
        (word != usual).then(|| (column.clone(), word.clone()))
    });
    let options = ImportOptions {
        existing: form.get("existing").and_then(|word| word.parse().ok()).unwrap_or(OnExisting::Skip),
        vouch_for_emails: chosen("vouch_for_emails"),
        invite: chosen("invite"),
        keep_ids: chosen("keep_ids"),
        columns: named.collect(),
    };
    page.app.usher.user_imports.check(id, options).await?;
    page.redirect(&ImportUrls::of(&id).page())
}

/// POST /console/imports/{import}/start
pub async fn start(page: AdminPage, InPath(id): InPath<ImportId>, _: ButtonForm) -> PageResult {
    page.app.usher.user_imports.start(id).await?;
    page.redirect(&ImportUrls::of(&id).page())
}

/// POST /console/imports/{import}/cancel
pub async fn cancel(page: AdminPage, InPath(id): InPath<ImportId>, _: ButtonForm) -> PageResult {
    page.app.usher.user_imports.cancel(id).await?;
    page.done(&ImportUrls::of(&id).page(), CANCELLED)
}

fn progress(page: &AdminPage, import: &UserImport) -> ImportProgress {
    let seconds = import.started_at.map_or(0, |at| page.app.usher.core.now().seconds_since(at));
    let done = import.counts().total();
    ImportProgress {
        done,
        total: import.rows,
        rate: u32::try_from(u64::from(done) / seconds.max(1)).unwrap_or(u32::MAX),
        is_dry: import.status == ImportStatus::Checking,
    }
}

fn columns(import: &UserImport, head: &Layout) -> Vec<ColumnItem> {
    let plan = ColumnPlan::new(&import.options.columns);
    let item = |(place, column): (usize, &String)| {
        let word = plan.target(column).map_or(IGNORED, ColumnTarget::word);
        let choices = std::iter::once(IGNORED).chain(ColumnTarget::words());
        let choice = |one: &'static str| TargetChoice {
            word: one,
            label: target_key(one).map_or_else(|| one.to_owned(), |key| head.t(key)),
            selected: one == word,
        };
        ColumnItem {
            field: format!("{COLUMN_FIELD}{place}"),
            name: column.clone(),
            choices: choices.map(choice).collect(),
        }
    };
    import.header.iter().enumerate().filter(|(_, column)| !column.is_empty()).map(item).collect()
}

fn options(options: &ImportOptions) -> ImportOptionsView {
    ImportOptionsView {
        existing: options.existing.as_str(),
        vouch_for_emails: options.vouch_for_emails,
        invite: options.invite,
        keep_ids: options.keep_ids,
    }
}

/// What became of the rows of the last run, if there was one.
async fn results(page: &AdminPage, import: &UserImport) -> Result<Option<ImportResults>, FlowError> {
    if import.pass == 0 {
        return Ok(None);
    }
    let here = ImportUrls::of(&import.id);
    let chosen: Option<RowResult> = page.param("result").and_then(|word| word.parse().ok());
    let after = page.param("after").and_then(|number| number.parse().ok()).unwrap_or(0);
    let mut rows = page.app.usher.user_imports.rows(import, chosen, after, PAGE + 1).await?;
    let has_more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let with = |result: Option<RowResult>| match result {
        Some(result) => urls::with(&here.page(), "result", result.as_str()),
        None => here.page(),
    };
    let last = rows.last().map(|row| row.row).filter(|_| has_more);
    let head = page.head("");
    let counts = import.counts();
    let filter = |result: Option<RowResult>, key, count| ResultFilter {
        label_key: key,
        count,
        url: with(result),
        selected: chosen == result,
    };
    Ok(Some(ImportResults {
        is_dry: !matches!(import.status, ImportStatus::Importing | ImportStatus::Done)
            && (import.status != ImportStatus::Cancelled || import.next_part == 0),
        filters: vec![
            filter(None, "import-all-rows", counts.total()),
            filter(Some(RowResult::Created), result_key(RowResult::Created), counts.created),
            filter(Some(RowResult::Updated), result_key(RowResult::Updated), counts.updated),
            filter(Some(RowResult::Skipped), result_key(RowResult::Skipped), counts.skipped),
            filter(Some(RowResult::Failed), result_key(RowResult::Failed), counts.failed),
        ],
        rows: rows.iter().map(|row| item(&head, row)).collect(),
        more_url: last.map(|row| urls::with(&with(chosen), "after", &row.to_string())),
        report_url: here.report(),
        will_write: counts.created + counts.updated,
    }))
}

fn item(head: &Layout, row: &ImportedRow) -> ResultItem {
    ResultItem {
        row: row.row,
        result_key: result_key(row.result),
        badge: match row.result {
            RowResult::Created | RowResult::Updated => "badge good",
            RowResult::Skipped => "badge",
            RowResult::Failed => "badge bad",
        },
        reasons: row.reason.split(' ').filter_map(|reason| reason_text(head, reason)).collect(),
    }
}
