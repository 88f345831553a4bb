//! One server for each SQLite file.
//!
//! Wakeups, in-memory counters and the group commit are local to a process: two servers on one file would not see each
//! other's changes. A lock of the operating system on a file next to the database prevents a second one; it ends with
//! the process that holds it, however that ends. Commands run next to the server and take no lock.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::bootstrap::make_private;
use usher_config::Config;

/// Held while this process serves.
#[derive(Debug)]
pub struct InstanceLock {
    #[expect(dead_code, reason = "the lock is held until the file is closed")]
    file: Option<File>,
}

/// Takes the lock of the configured database; PostgreSQL has none, because any number of servers may share it.
///
/// # Errors
/// In one line, if another server uses the file.
pub fn take(config: &Config) -> anyhow::Result<InstanceLock> {
    match config.database.url.file() {
        Some(database) => take_beside(database),
        None => Ok(InstanceLock { file: None }),
    }
}

fn take_beside(database: &Path) -> anyhow::Result<InstanceLock> {
    let path = lock_path(database);
    let open = || -> io::Result<File> {
        make_private(&path)?;
        OpenOptions::new().read(true).write(true).open(&path)
    };
    let mut file = open().with_context(|| format!("database: {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = holder(&mut file);
            bail!(
                "database: {} is in use by another `usher serve` or `usher dev`{holder}: stop that one, or set \
                 USHER_DATABASE_URL to another file",
                database.display()
            );
        }
        // Some network file systems have no locks: serving without one is better than failing.
        Err(TryLockError::Error(error)) => {
            tracing::warn!(%error, "database: {} cannot be locked: take care that one server alone uses it", path.display());
        }
    }
    // The process id helps operators to find the process; the lock itself does not depend on it.
    let _ = file.set_len(0).and_then(|()| file.write_all(std::process::id().to_string().as_bytes()));
    Ok(InstanceLock { file: Some(file) })
}

/// The lock file next to the database, with links resolved: two names of one file have one lock.
fn lock_path(database: &Path) -> PathBuf {
    let real = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    let mut path = OsString::from(real);
    path.push(".lock");
    path.into()
}

/// ` (process 4711)`, or an empty text if the process id cannot be read.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(20).read_to_string(&mut text));
    match read.ok().and_then(|_| text.parse::<u32>().ok()) {
        Some(process) => format!(" (process {process})"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_on_one_file_is_refused_in_one_line_until_the_first_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("deep/usher.db");
        let first = take_beside(&database).unwrap();
        let refused = take_beside(&database).unwrap_err().to_string();
        assert!(refused.contains("in use by another `usher serve` or `usher dev` (process "), "{refused}");
        assert!(refused.contains("USHER_DATABASE_URL") && !refused.contains('\n'), "{refused}");
        assert!(take_beside(&folder.path().join("other.db")).is_ok(), "another file is another server's");
        drop(first);
        assert!(take_beside(&database).is_ok(), "a lock file that was left behind locks nobody out");
    }

    #[cfg(unix)]
    #[test]
    fn two_names_of_one_file_have_one_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (database, link) = (folder.path().join("usher.db"), folder.path().join("link.db"));
        fs::write(&database, "").unwrap();
        std::os::unix::fs::symlink(&database, &link).unwrap();
        let _first = take_beside(&database).unwrap();
        assert!(take_beside(&link).is_err());
    }
}
