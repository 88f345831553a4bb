//! The imports of users, for administrators.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use usher_accounts::core::Core;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::recover::Recovery;
use usher_accounts::login::sign_up::Registration;
use usher_domain::event::EventKind;
use usher_domain::id::{ImportId, UserId};
use usher_domain::user::import::{ImportOptions, ImportStatus, ImportedRow, RowResult, UserImport};

use crate::columns::{ColumnTarget, IGNORED};
use crate::upload::ImportUpload;

/// How long the report of an import is kept.
pub(crate) const REPORT_KEPT: Duration = Duration::from_hours(7 * 24);
/// The most files that are stored at once.
const MOST_OPEN: u32 = 10;
/// Rows that one statement deletes.
const BATCH: u32 = 500;
/// Parts that one statement deletes.
const PARTS: u32 = 10;

/// Imports of users.
pub struct UserImports {
    pub core: Arc<Core>,
    pub recovery: Arc<Recovery>,
    pub registration: Arc<Registration>,
    /// Notified when a run was started or an import ended.
    pub wakeup: Notify,
}

impl UserImports {
    /// Begins to receive a file. `None` if too many are stored.
    pub async fn receive(&self, by: UserId, file_name: &str) -> Result<Option<ImportUpload>, FlowError> {
        let open = self.core.store.count_open_imports().await?;
        Ok((open < MOST_OPEN).then(|| ImportUpload::new(Arc::clone(&self.core), by, file_name)))
    }

    /// The newest imports.
    pub async fn list(&self) -> Result<Vec<UserImport>, FlowError> {
        Ok(self.core.store.list_imports().await?)
    }

    /// An import.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn load(&self, id: ImportId) -> Result<UserImport, FlowError> {
        let found = self.core.store.find_import(id).await?.filter(|one| one.status != ImportStatus::Uploading);
        found.ok_or_else(|| Rejected::NotFound("import").into())
    }

    /// Starts a dry run with these choices.
    ///
    /// # Errors
    /// [`Rejected::NotFound`]; [`Rejected::Superseded`] if it is under way or over.
    pub async fn check(&self, id: ImportId, options: ImportOptions) -> Result<(), FlowError> {
        let import = self.load(id).await?;
        let known = |column: &String, word: &String| {
            import.header.contains(column) && (word == IGNORED || ColumnTarget::by_word(word).is_some())
        };
        let columns = options.columns.into_iter().filter(|(column, word)| known(column, word)).collect();
        let options = ImportOptions { columns, ..options };
        self.begin(&import, ImportStatus::Checking, &options).await
    }

    /// Imports with the choices of the last dry run.
    ///
    /// # Errors
    /// Those of [`Self::check`]; also if there was no dry run.
    pub async fn start(&self, id: ImportId) -> Result<(), FlowError> {
        let import = self.load(id).await?;
        if import.status != ImportStatus::Checked {
            return Err(Rejected::Superseded.into());
        }
        self.begin(&import, ImportStatus::Importing, &import.options).await
    }

    async fn begin(&self, import: &UserImport, status: ImportStatus, options: &ImportOptions) -> Result<(), FlowError> {
        let event = self
            .core
            .event(EventKind::USERS_IMPORT_STARTED)
            .with("import", import.id.to_string())
            .with("rows", import.rows)
            .with("existing", options.existing.as_str())
            .with("vouch_for_emails", options.vouch_for_emails)
            .with("invite", options.invite);
        let mut tx = self.core.store.begin().await?;
        if !tx.start_import(import, status, options, self.core.now()).await? {
            return Err(Rejected::Superseded.into());
        }
        // A dry run changes nothing.
        if status == ImportStatus::Importing {
            tx.append(&event).await?;
        }
        tx.commit().await?;
        self.wakeup.notify_one();
        Ok(())
    }

    /// Cancels an import. What was written stays. Nothing happens if it is over.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn cancel(&self, id: ImportId) -> Result<(), FlowError> {
        let import = self.load(id).await?;
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        if tx.cancel_import(id, now, now + REPORT_KEPT).await? {
            let event = self.core.event(EventKind::USERS_IMPORT_CANCELLED).with("import", import.id.to_string());
            tx.append(&event).await?;
            tx.commit().await?;
            self.wakeup.notify_one();
        }
        Ok(())
    }

    /// Results of the last run after a row: all, or those of one kind.
    pub async fn rows(
        &self,
        import: &UserImport,
        result: Option<RowResult>,
        after: u32,
        size: u32,
    ) -> Result<Vec<ImportedRow>, FlowError> {
        Ok(self.core.store.list_import_rows(import, result, after, size).await?)
    }

    /// Deletes files of imports that are over, and reports that have expired: a batch of each. `false` if nothing is
    /// left to delete.
    pub async fn tidy(&self) -> Result<bool, FlowError> {
        let now = self.core.now();
        let mut deleted = 0;
        let mut tx = self.core.store.begin().await?;
        tx.expire_imports(now, now + REPORT_KEPT).await?;
        deleted += tx.sweep_import_parts(PARTS).await?;
        deleted += tx.sweep_import_rows(now, BATCH).await?;
        tx.sweep_imports(now).await?;
        tx.commit().await?;
        Ok(deleted > 0)
    }
}
