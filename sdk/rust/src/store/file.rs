use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::{Store, StoreFuture};

/// Between two writes of appended lines to the disk.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// Keeps the snapshot in the append-only log `usher.log` of a folder, and values in `values.json` beside it. Only the owner
/// can read the files (0600). A lock makes sure that one process writes at a time; what is written is on the disk within a
/// second.
#[derive(Debug, Clone)]
pub struct FileStore {
    files: Arc<Mutex<Files>>,
}

impl FileStore {
    /// Opens a folder, which is created if it does not exist. An error says that it cannot be written, or that another
    /// module uses it.
    pub fn open(folder: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self { files: Arc::new(Mutex::new(Files::open(folder.as_ref())?)) })
    }

    /// Works on the files in a thread that may wait for the disk.
    fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Files) -> io::Result<T> + Send + 'static,
    ) -> StoreFuture<'static, T> {
        let files = Arc::clone(&self.files);
        Box::pin(async move {
            let done =
                tokio::task::spawn_blocking(move || work(&mut files.lock().unwrap_or_else(PoisonError::into_inner)));
            Ok(done.await??)
        })
    }

    fn change_values(&self, change: impl FnOnce(&mut Values) + Send + 'static) -> StoreFuture<'_, ()> {
        self.soon(self.with(move |files| {
            change(&mut files.values);
            let is_first = !files.is_dirty();
            files.values_changed = true;
            Ok(is_first)
        }))
    }

    /// Syncs in a second what was written, if it is the first since the last time.
    fn soon(&self, written: StoreFuture<'static, bool>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            if written.await? {
                self.sync_soon();
            }
            Ok(())
        })
    }

    /// Syncs everything to the disk in a second, unless that is about to happen.
    fn sync_soon(&self) {
        let files = Arc::downgrade(&self.files);
        tokio::spawn(async move {
            tokio::time::sleep(SYNC_EVERY).await;
            let Some(files) = files.upgrade() else { return };
            let synced =
                tokio::task::spawn_blocking(move || files.lock().unwrap_or_else(PoisonError::into_inner).sync());
            if let Ok(Err(error)) = synced.await {
                tracing::error!(%error, "usher: the store cannot be written");
            }
        });
    }
}

impl Store for FileStore {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        let key = key.to_owned();
        self.with(move |files| {
            Ok(files.values.get(&key).filter(|value| now() < value.ends).map(|value| value.data.clone()))
        })
    }

    fn set<'a>(&'a self, key: &'a str, value: Vec<u8>, ttl: Duration) -> StoreFuture<'a, ()> {
        let stored = StoredValue { ends: now() + ttl.as_secs(), data: value };
        let key = key.to_owned();
        self.change_values(move |values| {
            values.insert(key, stored);
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        let key = key.to_owned();
        self.change_values(move |values| {
            values.remove(&key);
        })
    }

    fn load_snapshot(&self) -> StoreFuture<'_, Option<Vec<u8>>> {
        self.with(|files| Ok(Some(fs::read(files.log_path())?).filter(|text| !text.is_empty())))
    }

    fn save_snapshot(&self, text: Vec<u8>) -> StoreFuture<'_, ()> {
        self.with(move |files| files.replace_log(&text))
    }

    fn append_revocations(&self, lines: Vec<u8>) -> StoreFuture<'_, ()> {
        self.soon(self.with(move |files| files.append(&lines)))
    }

    fn close(&self) -> StoreFuture<'_, ()> {
        self.with(Files::sync)
    }
}

type Values = BTreeMap<String, StoredValue>;

#[derive(Debug)]
struct Files {
    folder: PathBuf,
    log: File,
    /// Appended lines may not be on the disk.
    log_appended: bool,
    values: Values,
    values_changed: bool,
    /// Unlocked when it is dropped.
    _lock: File,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredValue {
    /// In seconds since the epoch.
    ends: u64,
    data: Vec<u8>,
}

impl Files {
    fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let lock =
            private(OpenOptions::new().create(true).truncate(false).write(true)).open(folder.join("usher.lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                io::Error::other(format!("{} is in use: each process needs a folder of its own", folder.display()))
            }
            TryLockError::Error(error) => error,
        })?;
        let log = open_log(&folder.join("usher.log"))?;
        let values = fs::read(folder.join("values.json")).unwrap_or_default();
        let values = serde_json::from_slice(&values).unwrap_or_default(); // no decision depends on them
        Ok(Self { folder: folder.to_owned(), log, log_appended: false, values, values_changed: false, _lock: lock })
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join("usher.log")
    }

    fn replace_log(&mut self, text: &[u8]) -> io::Result<()> {
        replace(&self.log_path(), text)?;
        self.log = open_log(&self.log_path())?;
        self.log_appended = false;
        Ok(())
    }

    fn is_dirty(&self) -> bool {
        self.log_appended || self.values_changed
    }

    /// Whether everything was on the disk before.
    fn append(&mut self, lines: &[u8]) -> io::Result<bool> {
        self.log.write_all(lines)?;
        let is_first = !self.is_dirty();
        self.log_appended = true;
        Ok(is_first)
    }

    fn sync(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.log_appended) {
            self.log.sync_data()?;
        }
        if std::mem::take(&mut self.values_changed) { self.save_values() } else { Ok(()) }
    }

    fn save_values(&mut self) -> io::Result<()> {
        let now = now();
        self.values.retain(|_, value| now < value.ends);
        replace(&self.folder.join("values.json"), &serde_json::to_vec(&self.values)?)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        if let Err(error) = self.sync() {
            tracing::error!(%error, "usher: the store cannot be written");
        }
    }
}

fn open_log(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().create(true).append(true)).open(path)
}

/// Writes a new file and renames it, so that the file is always complete.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let next = path.with_extension("next");
    // One that is left of a crash may have other permissions.
    if let Err(error) = fs::remove_file(&next)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut file = private(OpenOptions::new().create_new(true).write(true)).open(&next)?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(&next, path)
}

/// Only the owner reads and writes files that are created so.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn now() -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "values expire by the time of the system, whatever clock the module uses"
    )]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
