//! Runs a statement with its parameters, on either database.
//!
//! ```text
//! store.query(FIND).bind(id).optional().await             // reads outside of any transaction
//! tx.query(RENAME).bind(id).bind(name).run().await        // within a write transaction
//! ```

use sqlx::Executor as _;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use uuid::Uuid;

use super::column::{AddValue, Bind, Value};
use super::db::{Db, Sql};
use super::row::{Columns, FromRow, StoredRow};
use super::tx::Driver;
use super::{Result, StorageError, Store, Tx};
use usher_domain::page::{MAX_PAGE, Page};

/// The limit in the text of a statement for [`Query::run_in_parts`], so that it stays below the statement timeout.
pub(crate) const PART: &str = "1000";
const PART_ROWS: u64 = 1_000;

/// A statement and the parameters bound so far.
#[must_use]
pub(crate) struct Query<'c> {
    sql: Sql,
    values: Encoded<Vec<Value>>,
    connection: Connection<'c>,
}

type Encoded<T> = std::result::Result<T, serde_json::Error>;

enum Connection<'c> {
    Readers(&'c Db),
    Tx(&'c mut Tx),
}

impl Connection<'_> {
    /// The same connection for another statement.
    const fn again(&mut self) -> Connection<'_> {
        match self {
            Self::Readers(db) => Connection::Readers(db),
            Self::Tx(tx) => Connection::Tx(tx),
        }
    }
}

impl Store {
    /// A statement that reads, outside of any transaction.
    pub(crate) const fn query(&self, sql: Sql) -> Query<'_> {
        Query { sql, values: Ok(Vec::new()), connection: Connection::Readers(&self.db) }
    }
}

impl Tx {
    /// A statement of this transaction.
    pub(crate) const fn query(&mut self, sql: Sql) -> Query<'_> {
        Query { sql, values: Ok(Vec::new()), connection: Connection::Tx(self) }
    }

    /// Runs several statements without parameters.
    pub(crate) async fn run_script(&mut self, script: Sql) -> Result<()> {
        let outcome = match self.driver()? {
            Driver::Sqlite(connection) => connection.execute(sqlx::raw_sql(script.sqlite)).await.map(drop),
            Driver::Postgres(connection) => connection.execute(sqlx::raw_sql(script.postgres)).await.map(drop),
        };
        self.record(outcome)
    }
}

/// Evaluates an expression on the driver that is open; it is compiled once for each.
macro_rules! on_driver {
    ($query:ident, |$prepared:ident, $connection:ident| $body:expr) => {{
        let (sql, values) = ($query.sql, $query.values.map_err(unencodable)?);
        match $query.connection {
            Connection::Readers(Db::Sqlite { readers: $connection, .. }) => {
                let $prepared = sqlx::query_with(sql.sqlite, arguments::<SqliteArguments>(values)?);
                $body.map_err(StorageError::from)
            }
            Connection::Readers(Db::Postgres($connection)) => {
                let $prepared = sqlx::query_with(sql.postgres, arguments::<PgArguments>(values)?);
                $body.map_err(StorageError::from)
            }
            Connection::Tx(tx) => {
                let outcome = match tx.driver()? {
                    Driver::Sqlite($connection) => {
                        let $prepared = sqlx::query_with(sql.sqlite, arguments::<SqliteArguments>(values)?);
                        $body
                    }
                    Driver::Postgres($connection) => {
                        let $prepared = sqlx::query_with(sql.postgres, arguments::<PgArguments>(values)?);
                        $body
                    }
                };
                tx.record(outcome)
            }
        }
    }};
}

impl Query<'_> {
    /// Binds the next parameter.
    pub(crate) fn bind(mut self, value: impl Bind) -> Self {
        self.values = self.values.and_then(|mut values| {
            values.push(value.value()?);
            Ok(values)
        });
        self
    }

    /// Runs a statement, and returns the number of rows that it changed.
    pub(crate) async fn run(self) -> Result<u64> {
        on_driver!(self, |query, connection| query.execute(connection).await.map(|done| done.rows_affected()))
    }

    /// Runs a statement, however many rows it changes.
    pub(crate) async fn done(self) -> Result<()> {
        self.run().await.map(drop)
    }

    /// Runs a statement, and returns whether it changed a row.
    pub(crate) async fn changed(self) -> Result<bool> {
        Ok(self.run().await? > 0)
    }

    /// Repeats a statement that changes at most [`PART`] rows until it finds no more, all within one transaction, and
    /// returns the total. No single execution takes long, however many rows there are.
    pub(crate) async fn run_in_parts(mut self) -> Result<u64> {
        let values = self.values.map_err(unencodable)?;
        let mut all = 0;
        loop {
            let part = Query { sql: self.sql, values: Ok(values.clone()), connection: self.connection.again() };
            let rows = part.run().await?;
            all += rows;
            if rows < PART_ROWS {
                return Ok(all);
            }
        }
    }

    /// Whether there is a row.
    pub(crate) async fn exists(self) -> Result<bool> {
        Ok(!self.rows().await?.is_empty())
    }

    /// The first row, if there is one.
    pub(crate) async fn optional<T: FromRow>(self) -> Result<Option<T>> {
        let name = self.sql.name;
        self.rows().await?.first().map(|row| T::from_row(&mut row.columns(name))).transpose()
    }

    /// The only row.
    pub(crate) async fn one<T: FromRow>(self) -> Result<T> {
        self.optional().await?.ok_or(StorageError::Gone)
    }

    /// Every row.
    pub(crate) async fn all<T: FromRow>(self) -> Result<Vec<T>> {
        self.all_with(T::from_row).await
    }

    /// Every row, read by this function.
    pub(crate) async fn all_with<T>(self, read: impl Fn(&mut Columns<'_>) -> Result<T>) -> Result<Vec<T>> {
        let name = self.sql.name;
        self.rows().await?.iter().map(|row| read(&mut row.columns(name))).collect()
    }

    /// One page of a list whose statement has the number of rows as its last parameter.
    pub(crate) async fn page<T: FromRow>(self, size: u32, id: impl Fn(&T) -> Uuid) -> Result<Page<T>> {
        let size = size.clamp(1, MAX_PAGE);
        // One more row shows whether another page follows.
        Ok(Page::cut(self.bind(size + 1).all().await?, size, id))
    }

    /// The first value of the first row, whatever its kind, as text.
    pub(crate) async fn text(self) -> Result<Option<String>> {
        self.rows().await?.first().map(StoredRow::text).transpose()
    }

    async fn rows(self) -> Result<Vec<StoredRow>> {
        on_driver!(self, |query, connection| {
            query.fetch_all(connection).await.map(|rows| rows.into_iter().map(StoredRow::from).collect())
        })
    }
}

fn arguments<A: AddValue>(values: Vec<Value>) -> Result<A> {
    let mut arguments = A::default();
    for value in values {
        arguments.add_value(value).map_err(unencodable)?;
    }
    Ok(arguments)
}

fn unencodable(error: impl Into<BoxDynError>) -> StorageError {
    StorageError::Driver(sqlx::Error::Encode(error.into()))
}
