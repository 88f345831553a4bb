//! Every statement can be prepared on both databases, which finds misspelt columns.

use crate::harness::database::{RawConnection, on_both_databases};
use sqlx::{Executor as _, SqlSafeStr as _};
use usher_storage::statements;

on_both_databases! {
    async fn every_statement_prepares(db: TestDatabase) {
        let mut connection = db.connect().await;
        let (mut faults, mut prepared) = (Vec::new(), 0);
        for (file, sql) in statements() {
            let answer = match &mut connection {
                RawConnection::Sqlite(connection) => connection.prepare(sql.sqlite.into_sql_str()).await.map(drop),
                RawConnection::Postgres(connection) => connection.prepare(sql.postgres.into_sql_str()).await.map(drop),
            };
            prepared += 1;
            if let Err(error) = answer {
                faults.push(format!("{file}::{}: {error}", sql.name));
            }
        }
        assert!(faults.is_empty(), "\n{}", faults.join("\n"));
        assert!(prepared > 60, "only {prepared} statements are listed");
    }
}
