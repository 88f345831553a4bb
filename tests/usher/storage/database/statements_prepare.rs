//! Every statement can be prepared on both databases, which finds misspelt columns.

use crate::harness::database::{RawConnection, on_both_databases};
use sqlx::{Executor as _, SqlSafeStr as _};
use usher_storage::statements;

on_both_databases! {
    async fn every_statement_prepares(db: TestDatabase) {
        let mut connection = db.connect().await;
        let (mut faults, mut prepared) = (Vec::new(), 0);
        for (file, name, sql) in statements() {
            let answer = match &mut connection {
                RawConnection::Sqlite(connection) => connection.prepare(sql.sqlite.into_sql_str()).await.map(drop),
                RawConnection::Postgres(connection) => connection.prepare(sql.postgres.into_sql_str()).await.map(drop),
            };
            prepared += 1;
            if let Err(error) = answer {
                faults.push(format!("{file}::{name}: {error}"));
            }
        }
        assert!(faults.is_empty(), "\n{}", faults.join("\n"));
        assert!(prepared > 60, "only {prepared} statements are listed");
    }
}

#[test]
fn no_file_of_statements_is_left_out() {
    let listed: std::collections::BTreeSet<&str> = statements().map(|(file, ..)| file).collect();
    let mut folders = vec![std::path::PathBuf::from("crates/storage/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix("crates/storage/src").unwrap().with_extension("");
            let name = name.to_str().unwrap();
            let name = name.strip_suffix("/mod").unwrap_or(name);
            let has_statements = std::fs::read_to_string(&path).unwrap().contains("\nstatements! {");
            assert_eq!(listed.contains(name), has_statements, "{name}");
        }
    }
}
