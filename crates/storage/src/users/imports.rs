//! Imports of users: their state, the parts of their files, and the results of their rows.

use uuid::Uuid;

use crate::db::statements;
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::id::ImportId;
use usher_domain::time::Timestamp;
use usher_domain::user::Sub;
use usher_domain::user::import::{ImportCounts, ImportOptions, ImportStatus, ImportedRow, RowResult, UserImport};

row! {
    IMPORT: UserImport of "user_import" {
        id, created_by, created_at, status, file_name, format, header, options, rows = "row_count",
        parts = "part_count", next_part, pass, created, updated, skipped, failed, started_at, ended_at, expires_at,
    }
}

row! {
    ROW: ImportedRow of "user_import_row" {
        row = "number", result, reason,
    }
}

statements! {
    with IMPORT, ROW;

    INSERT = "
        insert into user_import (
            id, created_by, created_at, status, file_name, format, header, options, row_count, part_count, next_part,
            pass, created, updated, skipped, failed, expires_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, 0, 0, 0, 0, $9)
    ";
    FIND = "
        select {IMPORT}
        from user_import
        where id = $1
    ";
    LIST = "
        select {IMPORT}
        from user_import
        where id <= $1 and status <> 'uploading'
        order by id desc
        limit 50
    ";
    RUNNING = "
        select {IMPORT}
        from user_import
        where status in ('checking', 'importing')
        order by id
        limit 20
    ";
    COUNT_OPEN = "
        select count(*)
        from user_import
        where status in ('uploading', 'ready', 'checking', 'checked', 'importing')
    ";
    INSERT_PART = "
        insert into user_import_part (import_id, number, rows)
        values ($1, $2, $3)
    ";
    FIND_PART = "
        select rows
        from user_import_part
        where import_id = $1 and number = $2
    ";
    DELETE_PART = "delete from user_import_part where import_id = $1 and number = $2";
    RECEIVED = "
        update user_import
        set status = 'ready', header = $2, row_count = $3, part_count = $4, expires_at = $5
        where id = $1 and status = 'uploading'
    ";
    START = "
        update user_import
        set
            status = $3,
            options = $4,
            pass = pass + 1,
            next_part = 0,
            created = 0,
            updated = 0,
            skipped = 0,
            failed = 0,
            started_at = $5,
            ended_at = null
        where id = $1 and pass = $2 and status in ('ready', 'checked')
    ";
    // The condition makes sure that each part is handled once, and not after the import was cancelled.
    ADVANCE = "
        update user_import
        set
            next_part = next_part + 1,
            created = created + $5,
            updated = updated + $6,
            skipped = skipped + $7,
            failed = failed + $8
        where id = $1 and pass = $2 and status = $3 and next_part = $4
    ";
    // PostgreSQL locks the row, so that two instances do not handle one part.
    LOCK = "
        select {IMPORT}
        from user_import
        where id = $1
    " + postgres "for update";
    FINISH = "
        update user_import
        set status = $3, ended_at = $4, expires_at = $5
        where id = $1 and status = $2
    ";
    CANCEL = "
        update user_import
        set status = 'cancelled', ended_at = $2, expires_at = $3
        where id = $1 and status in ('ready', 'checking', 'checked', 'importing')
    ";
    EXPIRE = "
        update user_import
        set status = 'cancelled', ended_at = $1, expires_at = $2
        where status in ('uploading', 'ready', 'checked') and expires_at < $1
    ";
    SWEEP_PARTS = "
        delete from user_import_part
        where (import_id, number) in (
            select p.import_id, p.number
            from user_import i
            join user_import_part p on p.import_id = i.id
            where i.status in ('done', 'cancelled', 'failed')
            limit $1 + 0
        )
    ";
    SWEEP_ROWS = "
        delete from user_import_row
        where (import_id, pass, number) in (
            select r.import_id, r.pass, r.number
            from user_import i
            join user_import_row r on r.import_id = i.id
            where i.status in ('done', 'cancelled', 'failed') and i.expires_at < $1
            limit $2 + 0
        )
    ";
    SWEEP = "
        delete from user_import
        where status in ('done', 'cancelled', 'failed')
          and expires_at < $1
          and not exists (select 1 from user_import_row r where r.import_id = user_import.id)
          and not exists (select 1 from user_import_part p where p.import_id = user_import.id)
    ";
    INSERT_ROW = "
        insert into user_import_row (import_id, pass, number, result, reason, mark)
        values ($1, $2, $3, $4, $5, $6)
    ";
    FIND_MARK = "
        select number
        from user_import_row
        where import_id = $1 and pass = $2 and mark = $3
        order by number
        limit 1
    ";
    LIST_ROWS = "
        select {ROW}
        from user_import_row
        where import_id = $1 and pass = $2 and number > $3
        order by number
        limit $4 + 0
    ";
    LIST_ROWS_WITH = "
        select {ROW}
        from user_import_row
        where import_id = $1 and pass = $2 and result = $5 and number > $3
        order by number
        limit $4 + 0
    ";
    IS_BURIED = "
        select 1
        from tombstone
        where sub = $1
    ";
}

impl Tx {
    /// Adds an import whose file is about to be received.
    pub async fn insert_import(&mut self, import: &UserImport) -> Result<()> {
        self.query(INSERT)
            .bind(import.id)
            .bind(import.created_by)
            .bind(import.created_at)
            .bind(import.status)
            .bind(&import.file_name)
            .bind(import.format)
            .bind(import.header.as_slice())
            .bind(&import.options)
            .bind(import.expires_at)
            .done()
            .await
    }

    /// Stores a part of the file.
    pub async fn insert_import_part(&mut self, import: ImportId, number: u32, rows: &[u8]) -> Result<()> {
        self.query(INSERT_PART).bind(import).bind(number).bind(rows).done().await
    }

    /// Deletes a part that was imported.
    pub async fn delete_import_part(&mut self, import: ImportId, number: u32) -> Result<()> {
        self.query(DELETE_PART).bind(import).bind(number).done().await
    }

    /// The file was received as a whole. `false` if that took too long.
    pub async fn set_import_received(&mut self, import: &UserImport) -> Result<bool> {
        self.query(RECEIVED)
            .bind(import.id)
            .bind(import.header.as_slice())
            .bind(import.rows)
            .bind(import.parts)
            .bind(import.expires_at)
            .changed()
            .await
    }

    /// Starts a run with these choices. `false` if another one was started or the import was cancelled meanwhile.
    pub async fn start_import(
        &mut self,
        import: &UserImport,
        status: ImportStatus,
        options: &ImportOptions,
        now: Timestamp,
    ) -> Result<bool> {
        self.query(START).bind(import.id).bind(import.pass).bind(status).bind(options).bind(now).changed().await
    }

    /// An import, locked until this transaction ends.
    pub async fn lock_import(&mut self, id: ImportId) -> Result<Option<UserImport>> {
        self.query(LOCK).bind(id).optional().await
    }

    /// Counts the results of the next part. `false` if the part was handled, or the run has ended.
    pub async fn advance_import(&mut self, import: &UserImport, counts: ImportCounts) -> Result<bool> {
        self.query(ADVANCE)
            .bind(import.id)
            .bind(import.pass)
            .bind(import.status)
            .bind(import.next_part)
            .bind(counts.created)
            .bind(counts.updated)
            .bind(counts.skipped)
            .bind(counts.failed)
            .changed()
            .await
    }

    /// Ends the current run. `false` if it has ended otherwise.
    pub async fn finish_import(
        &mut self,
        import: &UserImport,
        status: ImportStatus,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool> {
        self.query(FINISH).bind(import.id).bind(import.status).bind(status).bind(now).bind(expires_at).changed().await
    }

    /// Cancels an import. `false` if it is over.
    pub async fn cancel_import(&mut self, id: ImportId, now: Timestamp, expires_at: Timestamp) -> Result<bool> {
        self.query(CANCEL).bind(id).bind(now).bind(expires_at).changed().await
    }

    /// Cancels the imports that nobody has continued in time.
    pub async fn expire_imports(&mut self, now: Timestamp, expires_at: Timestamp) -> Result<u64> {
        self.query(EXPIRE).bind(now).bind(expires_at).run().await
    }

    /// Deletes parts of files of imports that are over.
    pub async fn sweep_import_parts(&mut self, batch: u32) -> Result<u64> {
        self.query(SWEEP_PARTS).bind(batch).run().await
    }

    /// Deletes results of imports that have expired.
    pub async fn sweep_import_rows(&mut self, now: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP_ROWS).bind(now).bind(batch).run().await
    }

    /// Deletes expired imports of which nothing else is left.
    pub async fn sweep_imports(&mut self, now: Timestamp) -> Result<u64> {
        self.query(SWEEP).bind(now).run().await
    }

    /// Records the result of a row, and whom it is about.
    pub async fn insert_import_row(
        &mut self,
        import: &UserImport,
        row: &ImportedRow,
        mark: Option<&[u8]>,
    ) -> Result<()> {
        self.query(INSERT_ROW)
            .bind(import.id)
            .bind(import.pass)
            .bind(row.row)
            .bind(row.result)
            .bind(&row.reason)
            .bind(mark)
            .done()
            .await
    }

    /// The first row of this run about the same person.
    pub async fn find_marked_row(&mut self, import: &UserImport, mark: &[u8]) -> Result<Option<u32>> {
        self.query(FIND_MARK).bind(import.id).bind(import.pass).bind(mark).optional().await
    }

    /// Whether a `sub` belonged to a user who was deleted.
    pub async fn is_buried(&mut self, sub: &Sub) -> Result<bool> {
        self.query(IS_BURIED).bind(sub).exists().await
    }
}

impl Store {
    /// An import.
    pub async fn find_import(&self, id: ImportId) -> Result<Option<UserImport>> {
        self.query(FIND).bind(id).optional().await
    }

    /// The newest imports, 50 at most.
    pub async fn list_imports(&self) -> Result<Vec<UserImport>> {
        self.query(LIST).bind(ImportId(Uuid::max())).all().await
    }

    /// The imports that a job works on.
    pub async fn list_running_imports(&self) -> Result<Vec<UserImport>> {
        self.query(RUNNING).all().await
    }

    /// How many imports have their file stored.
    pub async fn count_open_imports(&self) -> Result<u32> {
        self.query(COUNT_OPEN).one().await
    }

    /// A part of a file.
    pub async fn find_import_part(&self, import: ImportId, number: u32) -> Result<Option<Vec<u8>>> {
        self.query(FIND_PART).bind(import).bind(number).optional().await
    }

    /// Results of the current run after a row: all, or those of one kind.
    pub async fn list_import_rows(
        &self,
        import: &UserImport,
        result: Option<RowResult>,
        after: u32,
        size: u32,
    ) -> Result<Vec<ImportedRow>> {
        let query = self.query(if result.is_some() { LIST_ROWS_WITH } else { LIST_ROWS });
        let query = query.bind(import.id).bind(import.pass).bind(after).bind(size);
        match result {
            Some(result) => query.bind(result).all().await,
            None => query.all().await,
        }
    }
}
