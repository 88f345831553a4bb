//! Stores: what a module knows outlives its process.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use usher_sdk::store::{StoreError, StoreFuture};
use usher_sdk::testing::TestUsher;
use usher_sdk::{FileStore, MemoryStore, Reason, SetupError, Store, Usher};

use crate::{editor, rules, viewer};

/// The module that is built of these options while Usher is away.
async fn restarted(test: &TestUsher, store: impl Store + 'static) -> Usher {
    test.set_away(true).await;
    let usher = test.builder().store(store).build().await.unwrap();
    test.set_away(false).await;
    usher
}

/// A module with a store at work: one token is revoked, the other is not.
async fn worked(store: impl Store + 'static) -> (TestUsher, String, String) {
    let test = TestUsher::configured(Some(rules()), |builder| builder.store(store)).await;
    let (good, doomed) = (test.token(&editor()), test.token(&viewer()));
    for token in [&good, &doomed] {
        assert!(test.usher.verify(token).await.is_ok());
    }
    test.revoke("sid", "session-1").await;
    (test, good, doomed)
}

async fn close(test: &mut TestUsher) {
    let other = test.builder().policy(false).build().await.unwrap();
    let usher = std::mem::replace(&mut test.usher, other);
    usher.close().await.unwrap();
}

#[tokio::test]
async fn a_module_that_starts_offline_goes_on_from_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let (mut test, good, doomed) = worked(FileStore::open(folder.path()).unwrap()).await;
    close(&mut test).await;
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode("usher.log"), mode("usher.lock"), mode("values.json")], [0o600; 3]);

    let usher = restarted(&test, reopened(folder.path()).await).await;
    assert!(usher.status().ready && !usher.status().connected);
    assert!(usher.verify(&good).await.unwrap().can("Order:list", ()), "keys, clients and rules are there");
    assert_eq!(usher.verify(&doomed).await.unwrap_err().reason, Reason::TokenRevoked);
}

#[tokio::test]
async fn a_log_that_ends_in_the_middle_of_a_line_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let (mut test, good, doomed) = worked(FileStore::open(folder.path()).unwrap()).await;
    close(&mut test).await;
    let log = folder.path().join("usher.log");
    let text = fs::read_to_string(&log).unwrap();
    fs::write(&log, format!("{text}{}", &text.lines().last().unwrap()[..20])).unwrap();
    let usher = restarted(&test, reopened(folder.path()).await).await;
    assert!(usher.verify(&good).await.is_ok());
    assert_eq!(usher.verify(&doomed).await.unwrap_err().reason, Reason::TokenRevoked);
}

#[tokio::test]
async fn a_log_that_was_changed_is_refused_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (mut test, good, _) = worked(FileStore::open(folder.path()).unwrap()).await;
    test.publish(rules()).await; // so that the entry is not at the end, where a line may be missing
    close(&mut test).await;
    let log = folder.path().join("usher.log");
    let text = fs::read_to_string(&log).unwrap();
    let kept: Vec<_> = text.lines().filter(|line| !line.contains("session-1")).collect();
    assert!(kept.len() < text.lines().count());
    fs::write(&log, kept.join("\n") + "\n").unwrap();
    let usher = restarted(&test, reopened(folder.path()).await).await;
    assert_eq!(usher.verify(&good).await.unwrap_err().reason, Reason::KeysMissing);
}

#[tokio::test]
async fn a_log_of_another_secret_is_refused() {
    let store = Arc::new(MemoryStore::new());
    let (test, good, _) = worked(Shared(Arc::clone(&store))).await;
    test.set_away(true).await;
    let other = test.builder().store(Shared(store)).store_secret("another").build().await.unwrap();
    assert_eq!(other.verify(&good).await.unwrap_err().reason, Reason::KeysMissing);
}

/// Opens a folder again as soon as the tasks of its last module have ended.
async fn reopened(folder: &Path) -> FileStore {
    for _ in 0..500 {
        if let Ok(store) = FileStore::open(folder) {
            return store;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the folder stays locked");
}

#[tokio::test]
async fn one_module_at_a_time_uses_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = FileStore::open(folder.path()).unwrap();
    assert!(FileStore::open(folder.path()).unwrap_err().to_string().contains("in use"));
    drop(first);
    assert!(FileStore::open(folder.path()).is_ok());
    fs::write(folder.path().join("file"), "").unwrap();
    assert!(FileStore::open(folder.path().join("file")).is_err(), "no folder");
}

#[tokio::test]
async fn values_outlive_the_process_and_expire() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::open(folder.path()).unwrap();
    let hour = Duration::from_secs(3600);
    store.set("a", b"1".to_vec(), hour).await.unwrap();
    store.set("b", b"2".to_vec(), Duration::ZERO).await.unwrap();
    store.set("c", b"3".to_vec(), hour).await.unwrap();
    store.delete("c").await.unwrap();
    drop(store);
    let store = FileStore::open(folder.path()).unwrap();
    let values = [store.get("a").await.unwrap(), store.get("b").await.unwrap(), store.get("c").await.unwrap()];
    assert_eq!(values, [Some(b"1".to_vec()), None, None]);
}

#[tokio::test]
async fn a_store_that_cannot_be_written_is_refused() {
    let test = TestUsher::start().await;
    let refused = test.builder().policy(false).store(ReadOnly).build().await;
    assert!(matches!(refused.err(), Some(SetupError::Store(_))));
}

/// A store that several modules see, one after the other.
pub struct Shared(pub Arc<MemoryStore>);

impl Store for Shared {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        self.0.get(key)
    }

    fn set<'a>(&'a self, key: &'a str, value: Vec<u8>, ttl: Duration) -> StoreFuture<'a, ()> {
        self.0.set(key, value, ttl)
    }

    fn delete<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        self.0.delete(key)
    }

    fn load_snapshot(&self) -> StoreFuture<'_, Option<Vec<u8>>> {
        self.0.load_snapshot()
    }

    fn save_snapshot(&self, text: Vec<u8>) -> StoreFuture<'_, ()> {
        self.0.save_snapshot(text)
    }

    fn append_revocations(&self, lines: Vec<u8>) -> StoreFuture<'_, ()> {
        self.0.append_revocations(lines)
    }
}

struct ReadOnly;

impl ReadOnly {
    fn refuse<T: 'static>() -> StoreFuture<'static, T> {
        Box::pin(async { Err(StoreError::from("read-only")) })
    }
}

impl Store for ReadOnly {
    fn get<'a>(&'a self, _: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async { Ok(None) })
    }

    fn set<'a>(&'a self, _: &'a str, _: Vec<u8>, _: Duration) -> StoreFuture<'a, ()> {
        Self::refuse()
    }

    fn delete<'a>(&'a self, _: &'a str) -> StoreFuture<'a, ()> {
        Self::refuse()
    }

    fn load_snapshot(&self) -> StoreFuture<'_, Option<Vec<u8>>> {
        Box::pin(async { Ok(None) })
    }

    fn save_snapshot(&self, _: Vec<u8>) -> StoreFuture<'_, ()> {
        Self::refuse()
    }

    fn append_revocations(&self, _: Vec<u8>) -> StoreFuture<'_, ()> {
        Self::refuse()
    }
}
