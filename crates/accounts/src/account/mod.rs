//! Use cases of a user's own account.

pub mod activity;
pub mod applications;
pub mod change_email;
pub mod delete_account;
pub mod profile;
pub mod receipts;
pub mod report_compromise;
