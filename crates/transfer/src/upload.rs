//! Receives a file: its format is detected, its rows are split and stored in parts, sealed.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use usher_accounts::core::Core;
use usher_accounts::error::FlowError;
use usher_domain::id::{ImportId, UserId};
use usher_domain::user::import::{ImportFormat, ImportOptions, ImportStatus, UserImport};
use usher_keys::seal::Purpose;

use crate::csv;
use crate::detect::{FileFault, SNIFFED, detect, without_mark};
use crate::record::columns_of;
use crate::row::RawRow;
use crate::split::{RowSplitter, delimiter};

/// Rows of one part, which are one transaction.
const PART_ROWS: usize = 100;
/// Bytes of one part, by and large.
const PART_BYTES: usize = 512 * 1024;
/// How long a file waits for its import to be started or continued.
const WAITING_KEPT: Duration = Duration::from_hours(24);
/// How long receiving a file may take.
const UPLOADING_KEPT: Duration = Duration::from_hours(1);
/// The longest name of a file that is kept, in characters.
const FILE_NAME: usize = 120;
/// The most columns that are shown, and the longest name of one.
const COLUMNS: usize = 200;
const COLUMN_NAME: usize = 100;

/// A file that is being received.
pub struct ImportUpload {
    core: Arc<Core>,
    import: UserImport,
    /// The beginning of the file, until its format is known.
    start: Vec<u8>,
    splitter: Option<RowSplitter>,
    /// Rows that are not stored yet.
    rows: Vec<RawRow>,
    has_header: bool,
}

impl ImportUpload {
    pub(crate) fn new(core: Arc<Core>, by: UserId, file_name: &str) -> Self {
        let now = core.now();
        let import = UserImport {
            id: ImportId::new(now, &*core.random),
            created_by: by,
            created_at: now,
            status: ImportStatus::Uploading,
            file_name: plain(file_name, FILE_NAME),
            format: ImportFormat::Csv,
            header: Vec::new(),
            options: ImportOptions::default(),
            rows: 0,
            parts: 0,
            next_part: 0,
            pass: 0,
            created: 0,
            updated: 0,
            skipped: 0,
            failed: 0,
            started_at: None,
            ended_at: None,
            expires_at: now + UPLOADING_KEPT,
        };
        Self { core, import, start: Vec::new(), splitter: None, rows: Vec::new(), has_header: false }
    }

    /// Takes the next bytes of the file.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<Result<(), FileFault>, FlowError> {
        let Some(splitter) = &mut self.splitter else {
            self.start.extend_from_slice(bytes);
            return if self.start.len() < SNIFFED { Ok(Ok(())) } else { self.begin().await };
        };
        splitter.feed(bytes, &mut self.rows);
        self.store_full_parts().await
    }

    /// The file has ended.
    pub async fn finish(mut self) -> Result<Result<ImportId, FileFault>, FlowError> {
        if self.splitter.is_none()
            && let Err(fault) = self.begin().await?
        {
            return Ok(Err(fault));
        }
        if let Some(splitter) = &mut self.splitter {
            splitter.finish(&mut self.rows);
        }
        if let Err(fault) = self.store_full_parts().await? {
            return Ok(Err(fault));
        }
        let rest = mem::take(&mut self.rows);
        self.store_part(&rest).await?;
        if self.import.rows == 0 {
            return Ok(Err(FileFault::Empty));
        }
        self.import.expires_at = self.core.now() + WAITING_KEPT;
        let mut tx = self.core.store.begin().await?;
        let received = tx.set_import_received(&self.import).await?;
        tx.commit().await?;
        Ok(if received { Ok(self.import.id) } else { Err(FileFault::Empty) })
    }

    /// Detects the format, and takes the bytes that were kept back.
    async fn begin(&mut self) -> Result<Result<(), FileFault>, FlowError> {
        let format = match detect(&self.start) {
            Ok(format) => format,
            Err(fault) => return Ok(Err(fault)),
        };
        self.import.format = format;
        let mut tx = self.core.store.begin_single().await?;
        tx.insert_import(&self.import).await?;
        tx.commit().await?;
        let start = mem::take(&mut self.start);
        let mut splitter = RowSplitter::new(format);
        splitter.feed(without_mark(&start), &mut self.rows);
        self.splitter = Some(splitter);
        self.store_full_parts().await
    }

    async fn store_full_parts(&mut self) -> Result<Result<(), FileFault>, FlowError> {
        if let Err(fault) = self.take_header() {
            return Ok(Err(fault));
        }
        while self.rows.len() >= PART_ROWS || self.rows.iter().map(size).sum::<usize>() >= PART_BYTES {
            let rest = self.rows.split_off(PART_ROWS.min(self.rows.len()));
            let part = mem::replace(&mut self.rows, rest);
            self.store_part(&part).await?;
        }
        Ok(Ok(()))
    }

    /// The first row of CSV is the header. Of JSON, the members of the first objects take its place.
    fn take_header(&mut self) -> Result<(), FileFault> {
        if self.has_header || self.rows.is_empty() {
            return Ok(());
        }
        self.has_header = true;
        let format = self.import.format;
        if matches!(format, ImportFormat::JsonLines | ImportFormat::JsonDocument) {
            let found = self.rows.iter().take(PART_ROWS).filter_map(|row| columns_of(format, &[], row).ok()).flatten();
            for (name, _) in found {
                let name = plain(&name, COLUMN_NAME);
                if self.import.header.len() < COLUMNS && !self.import.header.contains(&name) {
                    self.import.header.push(name);
                }
            }
            return Ok(());
        }
        let text = self.rows.remove(0).text.map_err(|_| FileFault::Header)?;
        let cells = csv::cells(&text, delimiter(format)).map_err(|_| FileFault::Header)?;
        let header: Vec<String> = cells.iter().map(|cell| plain(cell, COLUMN_NAME)).collect();
        let named: Vec<&String> = header.iter().filter(|name| !name.is_empty()).collect();
        let repeated = named.iter().enumerate().any(|(place, name)| named[..place].contains(name));
        if header.len() > COLUMNS || named.is_empty() || repeated {
            return Err(FileFault::Header);
        }
        self.import.header = header;
        Ok(())
    }

    async fn store_part(&mut self, rows: &[RawRow]) -> Result<(), FlowError> {
        if rows.is_empty() {
            return Ok(());
        }
        let sealed = self.core.sealer.seal(Purpose::ImportFile, &serde_json::to_vec(rows)?, &*self.core.random);
        let mut tx = self.core.store.begin_single().await?;
        tx.insert_import_part(self.import.id, self.import.parts, &sealed).await?;
        tx.commit().await?;
        self.import.parts += 1;
        self.import.rows += u32::try_from(rows.len()).unwrap_or(u32::MAX);
        Ok(())
    }
}

fn size(row: &RawRow) -> usize {
    row.text.as_ref().map_or(0, String::len)
}

/// One line without control characters.
fn plain(text: &str, most: usize) -> String {
    text.trim().chars().filter(|c| usher_domain::id::is_printable(c.encode_utf8(&mut [0; 4]))).take(most).collect()
}
