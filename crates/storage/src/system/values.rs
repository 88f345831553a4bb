//! Named values of this server, each written once.

use crate::db::statements;
use crate::error::is_missing_table;
use crate::{Result, StorageError, Store, Tx};

statements! {
    PUT_NEW = "
        insert into house (name, value)
        values ($1, $2)
        on conflict (name) do update
        set value = house.value
    ";
    FIND = "
        select value
        from house
        where name = $1
    ";
}

impl Tx {
    /// Writes a value unless one of that name exists, and returns the stored one. A transaction that writes the same
    /// name waits for this one to end.
    pub async fn set_value_once(&mut self, name: &str, value: &[u8]) -> Result<Vec<u8>> {
        self.query(PUT_NEW).bind(name).bind(value).run().await?;
        self.query(FIND).bind(name).one().await
    }
}

impl Store {
    /// The value of a name.
    pub async fn find_value(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.query(FIND).bind(name).optional().await
    }

    /// The value of a name, before this instance has migrated: none if the table does not exist yet, because the
    /// database is empty or another instance is creating the tables at this moment.
    pub async fn find_value_before_migrating(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match self.find_value(name).await {
            Err(StorageError::Driver(error)) if is_missing_table(&error) => Ok(None),
            found => found,
        }
    }
}
