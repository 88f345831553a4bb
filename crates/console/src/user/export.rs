//! The users as a file, filtered as in the list, sent as it is read, so that memory stays bounded.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;

use super::list::{Address, choices, chosen, query};
use crate::views::{ChosenFilter, ExportUsersPage};
use usher_accounts::FlowError;
use usher_domain::urls;
use usher_flows::{UserExport, UserExports};
use usher_page_kit::kit::{AdminPage, PageKit as _, PageResult};
use usher_transfer::export::ExportFormat;

/// GET /console/export-users
pub async fn get(page: AdminPage) -> PageResult {
    let choices = choices(&page).await?;
    query(&page, &choices)?;
    let address = Address::of(&page, &choices);
    let head = page.head(urls::EXPORT_USERS);
    let chosen: Vec<ChosenFilter> = chosen(&address, &choices, head.lang);
    let view = ExportUsersPage {
        text: page.param("q").unwrap_or_default().to_owned(),
        chosen,
        csv_url: address.at(urls::EXPORT_USERS_CSV),
        json_lines_url: address.at(urls::EXPORT_USERS_JSON_LINES),
        list_url: address.at(urls::USERS),
        page: head,
    };
    page.show(&view)
}

/// GET /console/export-users/csv
pub async fn csv(page: AdminPage) -> PageResult {
    export(page, ExportFormat::Csv, "text/csv; charset=utf-8; header=present", "users.csv").await
}

/// GET /console/export-users/json-lines
pub async fn json_lines(page: AdminPage) -> PageResult {
    export(page, ExportFormat::JsonLines, "application/jsonl; charset=utf-8", "users.jsonl").await
}

async fn export(page: AdminPage, format: ExportFormat, content_type: &'static str, name: &str) -> PageResult {
    let choices = choices(&page).await?;
    let query = query(&page, &choices)?;
    let filter = Address::of(&page, &choices).recorded();
    let exports = page.app.usher.user_exports.clone();
    let export = exports.start(query, format, &filter).await?;
    let origin = usher_storage::EventOrigin::current();
    let parts = stream::try_unfold((exports, export), move |(exports, mut export)| {
        let origin = origin.clone();
        async move {
            let part = origin.run(next(&exports, &mut export)).await?;
            Ok::<_, FlowError>(part.map(|part| (part, (exports, export))))
        }
    });
    let headers =
        [(CONTENT_TYPE, content_type.to_owned()), (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    let file: Response = (headers, Body::from_stream(parts)).into_response();
    page.reply(file)
}

async fn next(exports: &UserExports, export: &mut UserExport) -> Result<Option<Bytes>, FlowError> {
    Ok(exports.next_part(export).await?.map(Bytes::from))
}
