//! Filters of the audit log that an administrator saved by name.

use crate::db::statements;
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::id::{SavedFilterId, UserId};
use usher_domain::user::saved_filter::SavedFilter;

row! {
    FILTER: SavedFilter of "saved_filter" { id, name, query }
}

statements! {
    with FILTER;

    PUT = "
        insert into saved_filter (id, user_id, name, query)
        values ($1, $2, $3, $4)
        on conflict (user_id, name) do update
        set query = excluded.query
    ";
    DELETE = "delete from saved_filter where user_id = $1 and id = $2";
    LIST = "
        select {FILTER}
        from saved_filter
        where user_id = $1
        order by name
        limit 50
    ";
}

impl Tx {
    /// Saves a filter; it replaces one of the same name.
    pub async fn put_saved_filter(&mut self, user: UserId, filter: &SavedFilter) -> Result<()> {
        self.query(PUT).bind(filter.id).bind(user).bind(&filter.name).bind(&filter.query).done().await
    }

    /// Deletes a filter. `false` if there is none.
    pub async fn delete_saved_filter(&mut self, user: UserId, id: SavedFilterId) -> Result<bool> {
        self.query(DELETE).bind(user).bind(id).changed().await
    }
}

impl Store {
    /// The filters of a user, by name.
    pub async fn list_saved_filters(&self, user: UserId) -> Result<Vec<SavedFilter>> {
        self.query(LIST).bind(user).all().await
    }
}
