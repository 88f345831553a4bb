//! The imports, and the form that begins one.

use crate::texts::{fault_key, format_key, status_badge, status_key};
use crate::views::{ImportItem, ImportsPage};
use usher_accounts::FlowError;
use usher_domain::urls::{self, ImportUrls};
use usher_domain::user::import::UserImport;
use usher_http_server::extract::streamed_form::StreamedFile;
use usher_page_kit::kit::{AdminPage, PageFile, PageKit as _, PageResult, PageStop};
use usher_page_kit::views::{FieldErrors, Layout};
use usher_transfer::detect::FileFault;

/// GET /console/imports
pub async fn get(mut page: AdminPage) -> PageResult {
    let view = view(&mut page).await?;
    page.show(&view)
}

/// POST /console/imports/upload
pub async fn upload(page: AdminPage, PageFile(form): PageFile) -> PageResult {
    let Some(mut file) = form.file else { return refuse(page, "import-fault-none").await };
    let imports = page.app.usher.user_imports.clone();
    let Some(mut upload) = imports.receive(page.account.user.id, &file.name).await? else {
        return refuse(page, "import-fault-many").await;
    };
    while let Some(bytes) = file.next().await? {
        if let Err(fault) = Box::pin(upload.push(&bytes)).await? {
            return refuse_file(page, file, fault).await;
        }
    }
    match Box::pin(upload.finish()).await? {
        Ok(id) => page.redirect(&ImportUrls::of(&id).page()),
        Err(fault) => refuse(page, fault_key(fault)).await,
    }
}

/// Receives the rest, since browsers do not read a response before they have sent everything.
async fn refuse_file(page: AdminPage, mut file: StreamedFile, fault: FileFault) -> PageResult {
    while file.next().await?.is_some() {}
    refuse(page, fault_key(fault)).await
}

async fn refuse(mut page: AdminPage, key: &str) -> PageResult {
    let view = view(&mut page).await?;
    let errors = FieldErrors::one("file", key, view.page.lang);
    page.show_again(&ImportsPage { errors, ..view })
}

async fn view(page: &mut AdminPage) -> Result<ImportsPage, PageStop> {
    let imports = all(page).await?;
    let head = page.head(urls::IMPORTS);
    Ok(ImportsPage {
        form: page.form(urls::UPLOAD_IMPORT),
        imports: imports.iter().map(|import| item(&head, import)).collect(),
        page: head,
        ..ImportsPage::default()
    })
}

async fn all(page: &AdminPage) -> Result<Vec<UserImport>, FlowError> {
    page.app.usher.user_imports.list().await
}

fn item(head: &Layout, import: &UserImport) -> ImportItem {
    ImportItem {
        url: ImportUrls::of(&import.id).page(),
        name: import.file_name.clone(),
        format_key: format_key(import.format),
        status_key: status_key(import.status),
        badge: status_badge(import.status),
        rows: import.rows,
        at: head.ago(import.created_at.0),
    }
}
