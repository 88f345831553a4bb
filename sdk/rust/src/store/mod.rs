//! Where a module keeps its state over a restart.

mod file;
mod memory;

use std::pin::Pin;
use std::time::Duration;

pub use file::FileStore;
pub use memory::MemoryStore;

/// An error of a store.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// What a method of a [`Store`] returns: `Box::pin(async move { … })`.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps the state of a module over a restart. Requests are always answered from memory: the module reads the store when it
/// starts, and writes to it when something changes.
///
/// The snapshot is a log whose lines are authenticated with the client's secret, so the storage need not be trusted. Only
/// one module may write to a snapshot: if two do, the log is refused at the next start, as if there were none.
pub trait Store: Send + Sync {
    /// A value; `None` if there is none or it has expired.
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>>;

    /// Stores a value that expires after a time.
    fn set<'a>(&'a self, key: &'a str, value: Vec<u8>, ttl: Duration) -> StoreFuture<'a, ()>;

    /// Deletes a value, if there is one.
    fn delete<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()>;

    /// The saved snapshot with everything that was appended since; `None` if there is none.
    fn load_snapshot(&self) -> StoreFuture<'_, Option<Vec<u8>>>;

    /// Replaces the snapshot, as a whole or not at all.
    fn save_snapshot(&self, text: Vec<u8>) -> StoreFuture<'_, ()>;

    /// Appends lines to the snapshot.
    fn append_revocations(&self, lines: Vec<u8>) -> StoreFuture<'_, ()>;

    /// Writes what is not written yet. Called once, at the end.
    fn close(&self) -> StoreFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}
