//! SQLite's one writer: a task that owns the only connection that writes, and lends it to one transaction at a time.
//!
//! Waiting transactions run one after the other and are made durable by one commit. Each has a savepoint of its own,
//! so that undoing one does not affect the others. [`Lease::commit`] returns after the commit of the group, so a
//! transaction must await nothing but its own statements: it would keep its whole group waiting.

use sqlx::{Connection as _, Executor as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::error::StorageError;

/// Most transactions in one commit.
const GROUP: usize = 64;
/// Most transactions that may wait; beyond that callers get [`StorageError::Unavailable`].
const QUEUE: usize = 4_096;

type Committed = oneshot::Sender<Result<(), StorageError>>;

/// A transaction that waits for the connection.
struct Request {
    /// A single statement undoes itself when it fails: no savepoint needed.
    single: bool,
    reply: oneshot::Sender<Result<Lease, StorageError>>,
}

/// How a transaction ended.
enum End {
    Commit(Committed),
    /// With the error of its first failed statement.
    Rollback(Option<String>),
}

/// The handle of the writer.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Request>,
}

impl Writer {
    /// Starts the writer on a connection of its own. It ends when the last handle is dropped.
    pub fn start(connection: SqliteConnection) -> Self {
        let (queue, requests) = mpsc::channel(QUEUE);
        tokio::spawn(run(connection, requests));
        Self { queue }
    }

    /// Waits for the connection, within a transaction. With `single`, one statement is run without a savepoint.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if too many wait, or the database is locked by another process.
    pub async fn begin(&self, single: bool) -> Result<Lease, StorageError> {
        let (reply, lease) = oneshot::channel();
        self.queue.try_send(Request { single, reply }).map_err(|_| busy())?;
        lease.await.map_err(|_| busy())?
    }
}

fn busy() -> StorageError {
    StorageError::Unavailable("the writer is busy".to_owned())
}

/// The connection, lent to one transaction. If it is dropped, the transaction is undone.
pub struct Lease {
    lent: Option<(SqliteConnection, oneshot::Sender<(SqliteConnection, End)>)>,
    /// The first error of this transaction.
    pub failure: Option<String>,
}

impl Lease {
    /// The connection.
    ///
    /// # Errors
    /// Never while the lease is held.
    pub fn connection(&mut self) -> Result<&mut SqliteConnection, StorageError> {
        self.lent.as_mut().map(|(connection, _)| connection).ok_or_else(busy)
    }

    /// Returns once the transaction is durable.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`], in which case nothing of it is kept.
    pub async fn commit(mut self) -> Result<(), StorageError> {
        let (committed, outcome) = oneshot::channel();
        self.give_back(End::Commit(committed));
        outcome.await.map_err(|_| busy())?
    }

    fn give_back(&mut self, end: End) {
        if let Some((connection, back)) = self.lent.take() {
            // An error means that the runtime is shutting down.
            let _ = back.send((connection, end));
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let failure = self.failure.take();
        self.give_back(End::Rollback(failure));
    }
}

async fn run(connection: SqliteConnection, mut requests: mpsc::Receiver<Request>) {
    let mut connection = connection;
    let mut waiting = Vec::with_capacity(GROUP);
    while requests.recv_many(&mut waiting, GROUP).await > 0 {
        match commit_together(connection, &mut waiting).await {
            Some(back) => connection = back,
            None => return,
        }
    }
    let _ = connection.close().await;
}

/// Runs the waiting transactions and commits them together. Returns the connection, unless a transaction lost it.
async fn commit_together(mut connection: SqliteConnection, waiting: &mut Vec<Request>) -> Option<SqliteConnection> {
    if let Err(why) = control(&mut connection, "begin immediate").await {
        // If a transaction was left open, every further `begin` would fail.
        let _ = control(&mut connection, "rollback").await;
        refuse(waiting.drain(..), &why);
        return Some(connection);
    }
    let mut done = Vec::with_capacity(waiting.len());
    let mut broken = None;
    let mut requests = waiting.drain(..);
    for request in requests.by_ref() {
        let (back, outcome) = run_one(connection, request).await?;
        connection = back;
        match outcome {
            Ok(committed) => done.extend(committed),
            Err(why) => {
                broken = Some(why);
                break;
            }
        }
    }
    let ended = match broken {
        None => control(&mut connection, "commit").await,
        Some(why) => Err(why),
    };
    if let Err(why) = &ended {
        // The failure may or may not have ended the transaction: make sure that it did.
        let _ = control(&mut connection, "rollback").await;
        refuse(requests, why);
    }
    for committed in done {
        // The caller may be gone: the transaction is committed all the same.
        let _ = committed.send(ended.clone().map_err(StorageError::Unavailable));
    }
    Some(connection)
}

/// The connection, and who waits for the commit; or why the transaction of the group cannot go on: SQLite may have
/// rolled it back by itself, as it does when the disk is full, and later statements would run outside of any.
type Ran = (SqliteConnection, Result<Option<Committed>, String>);

/// Lends the connection to one transaction of the group.
async fn run_one(mut connection: SqliteConnection, request: Request) -> Option<Ran> {
    if request.reply.is_closed() {
        return Some((connection, Ok(None)));
    }
    if !request.single
        && let Err(why) = control(&mut connection, "savepoint job").await
    {
        refuse([request], &why);
        return Some((connection, Err(why)));
    }
    let (back, returned) = oneshot::channel();
    // If the caller is gone, the lease is dropped and returns the connection.
    let _ = request.reply.send(Ok(Lease { lent: Some((connection, back)), failure: None }));
    let (mut connection, end) = returned.await.ok()?;
    let outcome = match (request.single, end) {
        (true, End::Commit(committed)) => Ok(Some(committed)),
        (true, End::Rollback(failure)) => check_open(&mut connection, failure).await.map(|()| None),
        (false, End::Commit(committed)) => control(&mut connection, "release job").await.map(|()| Some(committed)),
        (false, End::Rollback(failure)) => undo(&mut connection, failure).await.map(|()| None),
    };
    Some((connection, outcome))
}

/// Checks that the failure of a single statement has not ended the transaction of the group.
async fn check_open(connection: &mut SqliteConnection, failure: Option<String>) -> Result<(), String> {
    let Some(failure) = failure else { return Ok(()) };
    // If a second transaction can begin, the first has ended.
    if control(connection, "begin").await.is_ok() { Err(failure) } else { Ok(()) }
}

async fn undo(connection: &mut SqliteConnection, failure: Option<String>) -> Result<(), String> {
    control(connection, "rollback to job").await.map_err(|why| failure.unwrap_or(why))?;
    control(connection, "release job").await
}

/// Runs a transaction control statement.
async fn control(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), String> {
    connection.execute(sql).await.map(drop).map_err(|error| error.to_string())
}

fn refuse(requests: impl IntoIterator<Item = Request>, why: &str) {
    for request in requests {
        let _ = request.reply.send(Err(StorageError::Unavailable(why.to_owned())));
    }
}
