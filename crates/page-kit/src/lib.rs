//! What all pages share: kits, which say who may open a page and what its handler can do; layout and forms; routes that
//! can be listed.

pub mod field_errors;
mod kept;
pub mod kit;
pub mod loaded;
pub mod page_routes;
pub mod typed_text;
pub mod views;
pub mod visitor_pages;
