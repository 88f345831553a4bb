//! Checks that the database responds, can be written to and has a known schema, and that its clock agrees.

use super::Finding;
use crate::app::bootstrap::open_store;
use usher_config::{Config, DatabaseUrl};
use usher_domain::time::Timestamp;
use usher_storage::{SchemaState, Store};

/// The findings, and the database if this program can read its schema.
pub async fn examine(config: &Config, now: Timestamp) -> (Vec<Finding>, Option<Store>) {
    let tried = match &config.database.url {
        DatabaseUrl::Sqlite(path) => format!("opening sqlite {path}"),
        DatabaseUrl::Postgres(_) => "connecting to postgres".to_owned(),
    };
    if let Some(file) = config.database.url.file().filter(|file| !file.exists()) {
        let remedy = "start Usher or run `usher migrate` in the folder it runs in, or set database_url";
        return (vec![Finding::bad("database", tried, format!("there is no {}", file.display()), remedy)], None);
    }
    let store = match open_store(config).await {
        Ok(store) => store,
        Err(error) => return (vec![Finding::bad("database", tried, error.to_string(), "set database_url")], None),
    };
    let found = match store.ping().await {
        Ok(()) => Finding::good("database", tried, "answers"),
        Err(error) => return (vec![Finding::bad("database", tried, error.to_string(), "set database_url")], None),
    };
    let (schema, current) = schema(&store).await;
    let mut findings = vec![found, schema];
    if !current {
        return (findings, None);
    }
    findings.push(writable(&store, now).await);
    (findings, Some(store))
}

async fn schema(store: &Store) -> (Finding, bool) {
    let tried = "comparing migrations";
    match store.schema().await {
        Ok(SchemaState { known, applied }) if known == applied => {
            (Finding::good("migrations", tried, format!("up to date: {applied}")), true)
        }
        Ok(SchemaState { known, applied }) => {
            let found = format!("{applied} of {known} are applied");
            (Finding::bad("migrations", tried, found, "run `usher migrate`"), false)
        }
        Err(error) => (Finding::bad("migrations", tried, error.to_string(), "start the newer program"), false),
    }
}

/// Takes an unused lease: a write like any other, and harmless.
async fn writable(store: &Store, now: Timestamp) -> Finding {
    let tried = "writing a row";
    match store.take_lease("doctor", "doctor", now, now).await {
        Ok(_) => Finding::good("writing", tried, "works"),
        Err(error) => {
            Finding::bad("writing", tried, error.to_string(), "give this user the right to write, and room to do so")
        }
    }
}
