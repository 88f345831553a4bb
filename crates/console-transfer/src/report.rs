//! The report of an import as a file, sent as it is read.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;

use usher_accounts::FlowError;
use usher_domain::id::ImportId;
use usher_domain::user::import::UserImport;
use usher_page_kit::kit::{AdminPage, InPath, PageKit as _, PageResult};
use usher_transfer::imports::UserImports;
use usher_transfer::report;

/// Rows that are read at once.
const BATCH: u32 = 500;

/// A report that is being sent.
struct ReportDownload {
    imports: Arc<UserImports>,
    import: UserImport,
    /// The last row that was sent; `None` at the end.
    after: Option<u32>,
}

/// GET /console/imports/{import}/report
pub async fn get(page: AdminPage, InPath(id): InPath<ImportId>) -> PageResult {
    let imports = page.app.usher.user_imports.clone();
    let import = imports.load(id).await?;
    let parts = stream::try_unfold(ReportDownload { imports, import, after: Some(0) }, next);
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, "attachment; filename=\"import-report.csv\""),
    ];
    let file: Response = (headers, Body::from_stream(parts)).into_response();
    page.reply(file)
}

async fn next(report: ReportDownload) -> Result<Option<(Bytes, ReportDownload)>, FlowError> {
    let Some(after) = report.after else { return Ok(None) };
    let rows = report.imports.rows(&report.import, None, after, BATCH).await?;
    let mut text = if after == 0 { report::head() } else { String::new() };
    for row in &rows {
        text.push_str(&report::line(row));
    }
    let after = rows.last().map(|row| row.row).filter(|_| rows.len() == BATCH as usize);
    Ok(Some((Bytes::from(text), ReportDownload { after, ..report })))
}
