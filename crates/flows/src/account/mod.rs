//! The rooms of a person's own account: what they see of it, change, take along and leave.

pub mod activity;
pub mod applications;
pub mod change_email;
pub mod delete_account;
pub mod profile;
pub mod receipts;
pub mod report_compromise;
