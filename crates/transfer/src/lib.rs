//! Export and import of users: how files are read and written, and what is done with their rows.

pub mod columns;
mod csv;
pub mod decide;
pub mod detect;
mod document;
pub mod export;
mod hashes;
pub mod imports;
mod prepare;
pub mod reason;
mod record;
pub mod report;
mod row;
mod run;
mod split;
pub mod upload;
