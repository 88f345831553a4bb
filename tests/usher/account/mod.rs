//! Account pages.

mod activity;
mod applications;
mod data;
mod email;
mod ended_meanwhile;
mod languages;
mod last_used;
mod notices;
mod password;
mod profile;
mod races;
mod receipts;
mod sessions;
mod signing_in_again;
