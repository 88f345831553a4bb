//! Events and what is derived from them: feed, webhooks, logout notifications, emails.

pub mod concern;
pub mod event;
pub mod feed;
pub mod letter;
pub mod logout_notice;
pub mod notice;
pub mod receipt;
pub mod webhook;
