//! SQLite's one writer: a task that owns the only connection that writes.
//!
//! Transactions that wait are run together and made durable by one commit, each in a savepoint of its own
//! so that one failure spoils nobody else's work. Nobody is answered before the commit.

use std::any::Any;

use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::{Executor as _, Sqlite, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::error::StorageError;

/// Most transactions in one commit.
const GROUP: usize = 64;
/// Most transactions that may wait; past that the house says that it is busy.
const QUEUE: usize = 4_096;

type Answer = Result<Box<dyn Any + Send>, StorageError>;
type Work = Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Answer> + Send>;

struct Job {
    work: Work,
    /// A single statement undoes itself when it fails: no savepoint needed.
    single: bool,
    reply: oneshot::Sender<Answer>,
}

/// The way to the writer.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Job>,
}

impl Writer {
    /// Starts the writer on a connection of its own. It ends when the last handle is dropped.
    pub fn start(connection: PoolConnection<Sqlite>) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(run(connection, jobs));
        Self { queue }
    }

    /// Runs `work` in a transaction and answers once it is durable.
    ///
    /// # Errors
    /// Whatever `work` answered, in which case nothing of it stays; or that the database is not available.
    pub async fn submit<T, F>(&self, single: bool, work: F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StorageError>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work: Work = Box::new(move |connection| {
            let running = work(connection);
            Box::pin(async move { running.await.map(|value| Box::new(value) as Box<dyn Any + Send>) })
        });
        let busy = || StorageError::Unavailable("the writer is busy".to_owned());
        self.queue.try_send(Job { work, single, reply }).map_err(|_| busy())?;
        let value = answer.await.map_err(|_| busy())??;
        value.downcast::<T>().map(|value| *value).map_err(|_| busy())
    }
}

async fn run(mut connection: PoolConnection<Sqlite>, mut jobs: mpsc::Receiver<Job>) {
    let mut waiting = Vec::with_capacity(GROUP);
    while jobs.recv_many(&mut waiting, GROUP).await > 0 {
        commit_together(&mut connection, &mut waiting).await;
    }
    let _ = connection.close().await;
}

async fn commit_together(connection: &mut SqliteConnection, jobs: &mut Vec<Job>) {
    if let Err(error) = connection.execute("begin immediate").await {
        return refuse_all(jobs.drain(..).map(|job| job.reply), &error.to_string());
    }
    let mut done = Vec::with_capacity(jobs.len());
    let mut broken = None;
    for job in jobs.drain(..) {
        // SQLite may have undone the whole transaction by itself: nothing after that may run outside of one.
        let answer = match &broken {
            None => run_one(connection, job.work, job.single).await,
            Some(why) => Err(StorageError::Unavailable(String::clone(why))),
        };
        if let Err(StorageError::Unavailable(why)) = &answer {
            broken.get_or_insert_with(|| why.clone());
        }
        done.push((job.reply, answer));
    }
    let ended = match broken {
        None => connection.execute("commit").await.map(drop).map_err(|error| error.to_string()),
        Some(why) => Err(why),
    };
    match ended {
        Ok(_) => {
            for (reply, answer) in done {
                // The one who asked may have gone: the work is done all the same.
                let _ = reply.send(answer);
            }
        }
        Err(why) => {
            // The failure may or may not have ended the transaction: make sure that it did.
            let _ = connection.execute("rollback").await;
            refuse_all(done.into_iter().map(|(reply, _)| reply), &why);
        }
    }
}

async fn run_one(connection: &mut SqliteConnection, work: Work, single: bool) -> Answer {
    if single {
        return work(connection).await;
    }
    connection.execute("savepoint job").await?;
    let answer = work(connection).await;
    if answer.is_err() {
        connection.execute("rollback to job").await?;
    }
    connection.execute("release job").await?;
    answer
}

fn refuse_all(replies: impl Iterator<Item = oneshot::Sender<Answer>>, why: &str) {
    for reply in replies {
        let _ = reply.send(Err(StorageError::Unavailable(why.to_owned())));
    }
}
