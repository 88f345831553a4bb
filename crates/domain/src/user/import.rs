//! The import of users from a file: its state, its choices, and the results of its rows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{ImportId, UserId};
use crate::time::Timestamp;
use crate::wire_names::wire_names;

wire_names! {
    /// The state of an import.
    ImportStatus, UnknownImportStatus, "state of an import":
    /// The file is being received.
    Uploading = "uploading";
    /// The file was received. Nothing was read of it yet but its columns.
    Ready = "ready";
    /// A dry run is under way.
    Checking = "checking";
    /// A dry run has ended.
    Checked = "checked";
    /// Users are being written.
    Importing = "importing";
    /// Every row was handled.
    Done = "done";
    /// An administrator stopped it, or nobody started it in time.
    Cancelled = "cancelled";
    /// The stored file cannot be read.
    Failed = "failed";
}

impl ImportStatus {
    /// Whether a job works on it.
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Checking | Self::Importing)
    }

    /// Whether an administrator may start it, or change its choices.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Ready | Self::Checked)
    }

    /// Whether nothing more happens. The content of the file is then deleted.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed)
    }
}

wire_names! {
    /// The format of an imported file.
    ImportFormat, UnknownImportFormat, "format of an import":
    /// CSV (RFC 4180).
    Csv = "csv";
    /// CSV with semicolons.
    CsvSemicolon = "csv_semicolon";
    /// CSV with tabs.
    CsvTab = "csv_tab";
    /// One JSON object on each line.
    JsonLines = "json_lines";
    /// A JSON document with a list of users.
    JsonDocument = "json_document";
}

wire_names! {
    /// What happens to a row about somebody who has an account.
    OnExisting, UnknownOnExisting, "choice for existing users":
    /// The account stays as it is.
    Skip = "skip";
    /// What the row says is written; what it leaves out stays.
    Update = "update";
    /// The row counts as failed.
    Refuse = "refuse";
}

wire_names! {
    /// The result of a row.
    RowResult, UnknownRowResult, "result of a row":
    Created = "created";
    Updated = "updated";
    Skipped = "skipped";
    Failed = "failed";
}

/// The choices of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportOptions {
    pub existing: OnExisting,
    /// Every address counts as verified, also one of which the file says otherwise or nothing.
    pub vouch_for_emails: bool,
    /// New users without a password and without an identity get an invitation by email.
    pub invite: bool,
    /// New users keep the id of the file as their `sub`.
    pub keep_ids: bool,
    /// What each column means, by its name in the file; columns that are absent mean what their name says.
    pub columns: BTreeMap<String, String>,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            existing: OnExisting::Skip,
            vouch_for_emails: false,
            invite: false,
            keep_ids: true,
            columns: BTreeMap::new(),
        }
    }
}

/// How many rows had each result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    pub created: u32,
    pub updated: u32,
    pub skipped: u32,
    pub failed: u32,
}

impl ImportCounts {
    pub const fn total(self) -> u32 {
        self.created + self.updated + self.skipped + self.failed
    }

    /// Counts a result.
    pub const fn add(&mut self, result: RowResult) {
        match result {
            RowResult::Created => self.created += 1,
            RowResult::Updated => self.updated += 1,
            RowResult::Skipped => self.skipped += 1,
            RowResult::Failed => self.failed += 1,
        }
    }
}

/// An import. Its rows are stored in parts, and each part is handled in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserImport {
    pub id: ImportId,
    /// The administrator who uploaded the file.
    pub created_by: UserId,
    pub created_at: Timestamp,
    pub status: ImportStatus,
    pub file_name: String,
    pub format: ImportFormat,
    /// The columns of the file, or the members of its first objects.
    pub header: Vec<String>,
    pub options: ImportOptions,
    /// Rows of the file, without its header.
    pub rows: u32,
    pub parts: u32,
    /// The part that is handled next.
    pub next_part: u32,
    /// The number of the current run: dry runs and the import itself are counted together.
    pub pass: u32,
    pub created: u32,
    pub updated: u32,
    pub skipped: u32,
    pub failed: u32,
    /// When the current run began.
    pub started_at: Option<Timestamp>,
    /// When the last run ended.
    pub ended_at: Option<Timestamp>,
    /// When an import that nobody continues is cancelled, and one that is over is deleted with its report.
    pub expires_at: Timestamp,
}

impl UserImport {
    /// The results of the current run so far.
    pub const fn counts(&self) -> ImportCounts {
        ImportCounts { created: self.created, updated: self.updated, skipped: self.skipped, failed: self.failed }
    }
}

/// The result of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// Its number: that of a spreadsheet, whose first row is the header; of a JSON file, of the line or object.
    pub row: u32,
    pub result: RowResult,
    /// Codes of reasons and remarks, separated by spaces; one about a column has its name after a colon.
    pub reason: String,
}
