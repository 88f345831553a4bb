//! Unreadable rows are reported with table, column and id.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, hash, in_tx, proof, random, stored_client, stored_grant, stored_user};
use usher_domain::event::queued_email::QueuedEmail;
use usher_domain::id::EmailId;
use usher_domain::key::{SigningAlg, SigningKeyRecord};
use usher_domain::oauth::consent::StoredConsent;
use usher_domain::user::proof::ProofKind;
use usher_protocol::scope::Scope;
use usher_storage::StorageError;

fn named<T: std::fmt::Debug>(answer: Result<T, StorageError>, table: &str, column: &str, id: &str) {
    match answer {
        Err(StorageError::Inconsistent { table: t, column: c, id: i }) => {
            assert_eq!((t, c, i.as_str()), (table, column, id));
        }
        other => panic!("{table}.{column}: {other:?}"),
    }
}

on_both_databases! {
    async fn a_user_with_a_broken_address_is_named(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        db.execute("update users set email = 'nonsense'").await;
        named(db.store.find_user(user.id).await, "users", "email", &user.id.to_string());
        named(db.store.find_user_by_sub(&user.sub).await, "users", "email", &user.id.to_string());
    }

    async fn a_client_of_an_unknown_kind_is_named(db: TestDatabase) {
        let client = stored_client(&db.store).await;
        db.execute_unchecked("client", "kind", "update client set kind = 'toaster'").await;
        named(db.store.find_client(&client.id).await, "client", "kind", &client.id.0);
    }

    async fn a_user_of_an_unknown_status_is_named(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        db.execute_unchecked("users", "status", "update users set status = 'asleep'").await;
        named(db.store.find_user(user.id).await, "users", "status", &user.id.to_string());
    }

    async fn a_key_of_an_unknown_algorithm_is_named(db: TestDatabase) {
        let key = SigningKeyRecord {
            kid: "k".into(),
            alg: SigningAlg::Es256,
            created_at: NOW,
            active_at: None,
            retired_at: None,
            expires_at: None,
            pruned_at: None,
            public_jwk: serde_json::Value::Null,
            sealed_private: Vec::new(),
        };
        in_tx!(db.store, |tx| tx.insert_key(&key).await).unwrap();
        db.execute_unchecked("signing_key", "alg", "update signing_key set alg = 'none'").await;
        named(db.store.list_keys().await, "signing_key", "alg", "k");
    }

    async fn a_consent_with_a_broken_scope_is_named(db: TestDatabase) {
        let (user, client) = (stored_user(&db.store).await, stored_client(&db.store).await);
        let consent =
            StoredConsent { apis: None, user_id: user.id, client_id: client.id.clone(), scope: Scope::default(), granted_at: NOW };
        in_tx!(db.store, |tx| tx.add_consent(&consent).await).unwrap();
        db.execute("update consent set scope = 'caf\u{e9}'").await;
        named(db.store.find_consent(user.id, &client.id).await, "consent", "scope", &user.id.to_string());
    }

    async fn a_grant_with_a_broken_column_is_named(db: TestDatabase) {
        let (.., grant) = stored_grant(&db.store).await;
        let id = grant.id.to_string();
        for (column, sql, mend) in [
            ("scope", "update grants set scope = 'a\"b'", "update grants set scope = ''"),
            ("generation", "update grants set generation = -1", "update grants set generation = 1"),
            ("generation", "update grants set generation = 4294967296", "update grants set generation = 1"),
            ("rotated_at", "update grants set rotated_at = null", "update grants set rotated_at = 1"),
            ("idle_expires_at", "update grants set idle_expires_at = null", "update grants set idle_expires_at = 1"),
        ] {
            db.execute(sql).await;
            named(db.store.find_grant(grant.id).await, "grants", column, &id);
            db.execute(mend).await;
            assert!(db.store.find_grant(grant.id).await.unwrap().is_some());
        }
    }

    async fn a_proof_with_a_broken_column_is_named(db: TestDatabase) {
        let proof = proof();
        in_tx!(db.store, |tx| tx.insert_proof(&proof, &hash(), None).await).unwrap();
        let id = proof.id.to_string();
        db.execute("update proof set email = '@'").await;
        named(db.store.find_proof(proof.id, ProofKind::SignUp).await, "proof", "email", &id);
        db.execute("update proof set email = null, attempts = -1").await;
        named(db.store.find_proof(proof.id, ProofKind::SignUp).await, "proof", "attempts", &id);
    }

    async fn an_email_with_a_broken_count_is_named_and_stays_in_the_queue(db: TestDatabase) {
        let email =
            QueuedEmail { id: EmailId::new(NOW, random()), sealed: vec![1], attempts: 0, expires_at: NOW };
        in_tx!(db.store, |tx| tx.insert_email(&email, NOW).await).unwrap();
        db.execute("update letter set attempts = -5").await;
        let taken = in_tx!(db.store, |tx| tx.take_due_emails(NOW, NOW, 5).await);
        named(taken, "letter", "attempts", &email.id.to_string());
    }

    async fn json_that_is_not_what_it_should_be_is_named(db: TestDatabase) {
        let (user, session, grant) = stored_grant(&db.store).await;
        let client = stored_client(&db.store).await;
        db.execute("update grants set claims = '[1]'").await;
        named(db.store.find_grant(grant.id).await, "grants", "claims", &grant.id.to_string());
        named(db.store.find_standing_grant(grant.id, "jti").await, "grants", "claims", &grant.id.to_string());
        db.execute("update grants set claims = '{}', amr = '{\"pwd\":1}'").await;
        named(db.store.find_grant(grant.id).await, "grants", "amr", &grant.id.to_string());
        db.execute("update session set amr = '7'").await;
        named(db.store.list_live_sessions(user.id, NOW).await, "session", "amr", &session.id.to_string());
        db.execute("update client set metadata = '{\"a_later_version\":true}'").await;
        named(db.store.find_client(&client.id).await, "client", "metadata", &client.id.0);
        db.execute("update client set metadata = '{}', secrets = '{}'").await;
        named(db.store.list_all_clients("", 10).await, "client", "secrets", &client.id.0);
        db.execute("update users set profile = '\"\"'").await;
        named(db.store.find_user(user.id).await, "users", "profile", &user.id.to_string());
        let event = db.store.list_events_of_user(user.id, 1).await.unwrap()[0].id.to_string();
        db.execute("update event set data = 'null'").await;
        named(db.store.list_events_of_user(user.id, 1).await, "event", "data", &event);
    }

    async fn text_that_is_no_json_at_all_is_named(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        if db.store.kind() == "postgres" {
            return; // PostgreSQL takes no such text into a column of JSON.
        }
        db.execute("update users set profile = '{'").await;
        named(db.store.find_user(user.id).await, "users", "profile", &user.id.to_string());
    }
}
