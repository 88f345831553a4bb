//! The routes of the pages of imports.

use super::{import, list, report};
use usher_domain::urls::{self, ImportUrls};
use usher_page_kit::page_routes::PageRoutes;

/// The largest file, in bytes.
const LARGEST_FILE: usize = 256 * 1024 * 1024;

/// Adds the pages of imports and their actions to the list.
pub fn pages(pages: PageRoutes) -> PageRoutes {
    pages
        .for_administrators()
        .page(urls::IMPORTS, list::get)
        .upload(urls::UPLOAD_IMPORT, LARGEST_FILE, list::upload)
        .page(ImportUrls::PAGE, import::get)
        .action(ImportUrls::CHECK, import::check)
        .action(ImportUrls::START, import::start)
        .action(ImportUrls::CANCEL, import::cancel)
        .page(ImportUrls::REPORT, report::get)
}
