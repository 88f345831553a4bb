//! SQLite's one writer: a task that owns the only connection that writes.
//!
//! Waiting transactions run together and are made durable by one commit, each in a savepoint of its own, so that one
//! failure does not affect the others. No result is returned before the commit.

use std::any::Any;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::atomic::AtomicBool;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::{Executor as _, Sqlite, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::error::StorageError;
use crate::tx::Tx;

/// Most transactions in one commit.
const GROUP: usize = 64;
/// Most transactions that may wait; beyond that callers get [`StorageError::Unavailable`].
const QUEUE: usize = 4_096;

type WorkResult = Result<Box<dyn Any + Send>, StorageError>;
/// The outcome of a job: its result, or the panic that it ended in.
type JobOutcome = std::thread::Result<WorkResult>;
type Work = Box<dyn for<'c> FnOnce(Tx<'c>) -> BoxFuture<'c, WorkResult> + Send>;

struct WriteJob {
    work: Work,
    /// A single statement undoes itself when it fails: no savepoint needed.
    single: bool,
    reply: oneshot::Sender<JobOutcome>,
}

/// The handle of the writer.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<WriteJob>,
}

impl Writer {
    /// Starts the writer on a connection of its own. It ends when the last handle is dropped.
    pub fn start(connection: PoolConnection<Sqlite>) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(run(connection, jobs));
        Self { queue }
    }

    /// Runs `work` in a transaction and returns once it is durable. A panic of `work` continues in the caller.
    ///
    /// # Errors
    /// The error of `work`, in which case nothing of it is kept; or [`StorageError::Unavailable`].
    pub async fn submit<T, F>(&self, single: bool, work: F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Tx<'c>) -> BoxFuture<'c, Result<T, StorageError>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work: Work = Box::new(move |tx| {
            let running = work(tx);
            Box::pin(async move { running.await.map(|value| Box::new(value) as Box<dyn Any + Send>) })
        });
        let busy = || StorageError::Unavailable("the writer is busy".to_owned());
        self.queue.try_send(WriteJob { work, single, reply }).map_err(|_| busy())?;
        let value = answer.await.map_err(|_| busy())?.unwrap_or_else(|panic| resume_unwind(panic))?;
        value.downcast::<T>().map(|value| *value).map_err(|_| busy())
    }
}

async fn run(mut connection: PoolConnection<Sqlite>, mut jobs: mpsc::Receiver<WriteJob>) {
    let mut waiting = Vec::with_capacity(GROUP);
    while jobs.recv_many(&mut waiting, GROUP).await > 0 {
        commit_together(&mut connection, &mut waiting).await;
    }
    let _ = connection.close().await;
}

async fn commit_together(connection: &mut SqliteConnection, jobs: &mut Vec<WriteJob>) {
    if let Err(why) = frame(connection, "begin immediate").await {
        // If a transaction was left open, every further `begin` would fail.
        let _ = frame(connection, "rollback").await;
        return refuse_all(jobs.drain(..).map(|job| job.reply), &why);
    }
    let mut done = Vec::with_capacity(jobs.len());
    let mut broken = None;
    let mut waiting = jobs.drain(..);
    for job in waiting.by_ref() {
        match run_one(connection, job.work, job.single).await {
            Ok(outcome) => done.push((job.reply, outcome)),
            Err(why) => {
                refuse_all([job.reply], &why);
                broken = Some(why);
                break;
            }
        }
    }
    let ended = match broken {
        None => frame(connection, "commit").await,
        Some(why) => Err(why),
    };
    match ended {
        Ok(()) => {
            for (reply, outcome) in done {
                // The caller may be gone: the work is committed all the same.
                let _ = reply.send(outcome);
            }
        }
        Err(why) => {
            // The failure may or may not have ended the transaction: make sure that it did.
            let _ = frame(connection, "rollback").await;
            let unfinished = waiting.map(|job| job.reply);
            refuse_all(done.into_iter().map(|(reply, _)| reply).chain(unfinished), &why);
        }
    }
}

/// Runs one job within the transaction of its group.
///
/// # Errors
/// The transaction cannot go on: SQLite may have rolled it back by itself, as it does when the disk is full, and later
/// statements would run outside of any transaction.
async fn run_one(connection: &mut SqliteConnection, work: Work, single: bool) -> Result<JobOutcome, String> {
    if !single {
        frame(connection, "savepoint job").await?;
    }
    let failed = AtomicBool::new(false);
    let tx = Tx::Sqlite { connection: &mut *connection, failed: &failed };
    let outcome = AssertUnwindSafe(async { work(tx).await }).catch_unwind().await;
    let failed = failed.into_inner();
    if single {
        // If a second transaction can begin, the failure has ended the first.
        let ended = failed && frame(connection, "begin").await.is_ok();
        return match outcome {
            Ok(Err(StorageError::Unavailable(why))) if ended => Err(why),
            _ if ended => Err("a failure has undone the whole group".to_owned()),
            Err(_) => Err("a write of the same group panicked".to_owned()),
            outcome => Ok(outcome),
        };
    }
    let closed = close_savepoint(connection, failed || !matches!(outcome, Ok(Ok(_)))).await;
    match (closed, outcome) {
        (Ok(()), outcome) => Ok(outcome),
        (Err(_), Ok(Err(StorageError::Unavailable(why)))) | (Err(why), _) => Err(why),
    }
}

async fn close_savepoint(connection: &mut SqliteConnection, undo: bool) -> Result<(), String> {
    if undo {
        frame(connection, "rollback to job").await?;
    }
    frame(connection, "release job").await
}

/// Runs one of the transaction control statements.
async fn frame(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), String> {
    connection.execute(sql).await.map(drop).map_err(|error| error.to_string())
}

fn refuse_all(replies: impl IntoIterator<Item = oneshot::Sender<JobOutcome>>, why: &str) {
    for reply in replies {
        let _ = reply.send(Ok(Err(StorageError::Unavailable(why.to_owned()))));
    }
}
