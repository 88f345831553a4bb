//! The audit log as a file: CSV or JSON Lines, sent as it is read, so that memory stays bounded.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;

use super::audit_filter;
use super::audit_rows::as_json;
use usher_accounts::FlowError;
use usher_flows::Usher;
use usher_http_server::problem::HttpProblem;
use usher_page_kit::kit::{AdminPage, PageKit as _, PageResult};
use usher_storage::events::log::{AuditEvent, Search};

/// The columns of the CSV file.
const COLUMNS: &str = "time,id,kind,user_id,actor,client_id,project_id,session_id,grant_id,address,trace_id,data\r\n";

/// GET /console/audit/csv
pub async fn csv(page: AdminPage) -> PageResult {
    export(page, "text/csv; charset=utf-8; header=present", "audit-log.csv", COLUMNS, csv_line).await
}

/// GET /console/audit/json-lines
pub async fn json_lines(page: AdminPage) -> PageResult {
    export(page, "application/jsonl; charset=utf-8", "audit-log.jsonl", "", json_line).await
}

async fn export(
    page: AdminPage,
    content_type: &'static str,
    name: &str,
    head: &'static str,
    line: fn(&AuditEvent) -> String,
) -> PageResult {
    let values = audit_filter::read(&page.query);
    let lang = page.head("").lang;
    let Ok(search) = audit_filter::search(&page.app.usher, &values, lang).await? else {
        return Err(HttpProblem::bad_request("A filter is invalid. Open the audit log to see which one.").into());
    };
    let lines = Export { usher: page.app.usher.clone(), search: Some(search), head, line };
    let parts = stream::try_unfold(lines, Export::next);
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [(CONTENT_TYPE, content_type.to_owned()), (CONTENT_DISPOSITION, disposition)];
    let file: Response = (headers, Body::from_stream(parts)).into_response();
    page.reply(file)
}

/// A file that is being sent.
struct Export {
    usher: Usher,
    /// What comes next; `None` at the end.
    search: Option<Search>,
    /// What comes first.
    head: &'static str,
    line: fn(&AuditEvent) -> String,
}

impl Export {
    /// The next part, and what comes after it.
    async fn next(self) -> Result<Option<(Bytes, Self)>, FlowError> {
        let Some(search) = self.search else { return Ok(None) };
        let (events, search) = self.usher.installation.export_log(&search).await?;
        let mut text = self.head.to_owned();
        for event in &events {
            text.push_str(&(self.line)(event));
        }
        Ok(Some((Bytes::from(text), Self { search, head: "", ..self })))
    }
}

fn json_line(event: &AuditEvent) -> String {
    format!("{}\n", as_json(event))
}

/// A line of CSV (RFC 4180).
fn csv_line(event: &AuditEvent) -> String {
    let text = |value: Option<String>| value.unwrap_or_default();
    let data = serde_json::to_string(&event.data).unwrap_or_default();
    let cells = [
        event.at.rfc3339(),
        event.id.to_string(),
        event.kind.clone(),
        text(event.user_id.map(|id| id.to_string())),
        text(event.actor.as_ref().map(ToString::to_string)),
        text(event.client_id.as_ref().map(|id| id.0.clone())),
        text(event.project_id.map(|id| id.to_string())),
        text(event.session_id.map(|id| id.to_string())),
        text(event.grant_id.map(|id| id.to_string())),
        text(event.source.clone()),
        text(event.trace_id.map(|id| id.simple().to_string())),
        data,
    ];
    cells.map(|cell| quoted(&cell)).join(",") + "\r\n"
}

/// A cell in quotes where it needs them. What a spreadsheet would take for a formula begins with an apostrophe.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    if guard.is_empty() && !cell.contains([',', '"', '\r', '\n']) {
        return cell.to_owned();
    }
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_csv_or_a_spreadsheet_needs_it() {
        assert_eq!(quoted("session.created"), "session.created");
        assert_eq!(quoted(r#"{"a":"b,c"}"#), r#""{""a"":""b,c""}""#);
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("a\nb"), "\"a\nb\"");
        assert_eq!(COLUMNS.split(',').count(), 12);
    }
}
