//! One-time proofs.

use crate::harness::database::on_both_databases;
use crate::storage::samples::{NOW, email, hash, in_tx, later, proof, random, stored_user};
use usher_domain::id::ProofId;
use usher_domain::user::proof::{Proof, ProofKind};
use usher_storage::{StorageError, Store};

/// Stores a proof and returns the hash of its link.
async fn store(store: &Store, proof: &Proof, code: Option<&[u8]>) -> Vec<u8> {
    let (link, code) = (hash(), code.map(<[u8]>::to_vec));
    in_tx!(store, |tx| tx.insert_proof(proof, &link, code.as_deref()).await).unwrap();
    link
}

on_both_databases! {
    async fn a_proof_of_every_kind_comes_back_as_it_went_in(db: TestDatabase) {
        let user = stored_user(&db.store).await;
        for kind in [ProofKind::SignUp, ProofKind::Recover, ProofKind::Setup] {
            let full = Proof { kind, user_id: Some(user.id), attempts: 2, ..proof() };
            let bare = Proof { kind, email: None, sealed: None, ..proof() };
            for proof in [full, bare] {
                let link = store(&db.store, &proof, None).await;
                assert_eq!(db.store.find_proof(proof.id, kind).await.unwrap().as_ref(), Some(&proof));
                assert_eq!(db.store.find_proof_by_token(&link, kind).await.unwrap(), Some(proof));
            }
        }
    }

    async fn a_proof_of_one_kind_never_passes_for_another(db: TestDatabase) {
        let proof = proof();
        let (id, link) = (proof.id, store(&db.store, &proof, Some(b"code")).await);
        let address = proof.email.clone().unwrap();
        for kind in [ProofKind::Recover, ProofKind::Setup] {
            assert_eq!(db.store.find_proof(id, kind).await.unwrap(), None);
            assert_eq!(db.store.find_proof_by_token(&link, kind).await.unwrap(), None);
            assert_eq!(db.store.find_open_proof(&address, kind, NOW).await.unwrap(), None);
            assert_eq!(in_tx!(db.store, |tx| tx.try_proof_code(id, kind, NOW, 5).await).unwrap(), None);
            assert!(!in_tx!(db.store, |tx| tx.take_proof(id, kind, NOW).await).unwrap());
            in_tx!(db.store, |tx| tx.close_proofs_of_email(&address, kind, NOW).await).unwrap();
        }
        assert_eq!(db.store.find_proof(id, ProofKind::SignUp).await.unwrap(), Some(proof));
    }

    async fn a_proof_that_is_not_there_is_none(db: TestDatabase) {
        let id = ProofId::new(NOW, random());
        assert_eq!(db.store.find_proof(id, ProofKind::Setup).await.unwrap(), None);
        assert_eq!(db.store.find_proof_by_token(b"", ProofKind::Setup).await.unwrap(), None);
        assert_eq!(db.store.find_open_proof(&email("nobody"), ProofKind::Setup, NOW).await.unwrap(), None);
        assert_eq!(in_tx!(db.store, |tx| tx.try_proof_code(id, ProofKind::Setup, NOW, 5).await).unwrap(), None);
        assert!(!in_tx!(db.store, |tx| tx.take_proof(id, ProofKind::Setup, NOW).await).unwrap());
    }

    async fn a_link_belongs_to_one_proof(db: TestDatabase) {
        let (first, second) = (proof(), proof());
        let link = store(&db.store, &first, None).await;
        let answer = in_tx!(db.store, |tx| tx.insert_proof(&second, &link, None).await);
        assert!(matches!(answer, Err(StorageError::Conflict)), "{answer:?}");
    }

    async fn the_newest_open_proof_of_an_address_is_found(db: TestDatabase) {
        let oldest = proof();
        let address = oldest.email.clone().unwrap();
        let newer = Proof { id: ProofId::new(later(1), random()), email: oldest.email.clone(), ..proof() };
        let newest =
            Proof { id: ProofId::new(later(2), random()), expires_at: later(50), email: oldest.email.clone(), ..proof() };
        for proof in [&newest, &oldest, &newer] {
            store(&db.store, proof, None).await;
        }
        let open = async |at| db.store.find_open_proof(&address, ProofKind::SignUp, at).await.unwrap();
        assert_eq!(open(later(49)).await, Some(newest), "the newest");
        assert_eq!(open(later(50)).await.as_ref(), Some(&newer), "the newest that has not expired");
        let id = newer.id;
        assert!(in_tx!(db.store, |tx| tx.take_proof(id, ProofKind::SignUp, later(50)).await).unwrap());
        assert_eq!(open(later(50)).await, Some(oldest), "the newest that is unused");
        assert_eq!(open(later(600)).await, None);
    }

    async fn a_code_may_be_tried_so_often_and_while_it_is_open(db: TestDatabase) {
        let proof = proof();
        let id = proof.id;
        store(&db.store, &proof, Some(b"code")).await;
        let attempt = async |at| {
            in_tx!(db.store, |tx| tx.try_proof_code(id, ProofKind::SignUp, at, 3).await).unwrap()
        };
        assert_eq!(attempt(later(600)).await, None, "expired");
        for tried in 0..3 {
            assert_eq!(db.store.find_proof(id, ProofKind::SignUp).await.unwrap().unwrap().attempts, tried);
            assert_eq!(attempt(NOW).await.as_deref(), Some(&b"code"[..]));
        }
        assert_eq!(attempt(NOW).await, None, "worn out");
        assert_eq!(db.store.find_proof(id, ProofKind::SignUp).await.unwrap().unwrap().attempts, 3);
    }

    async fn a_proof_without_a_code_has_none_to_try_and_a_used_one_neither(db: TestDatabase) {
        let (without, used) = (proof(), proof());
        store(&db.store, &without, None).await;
        store(&db.store, &used, Some(b"code")).await;
        let id = used.id;
        assert!(in_tx!(db.store, |tx| tx.take_proof(id, ProofKind::SignUp, NOW).await).unwrap());
        for id in [without.id, used.id] {
            let hash = in_tx!(db.store, |tx| tx.try_proof_code(id, ProofKind::SignUp, NOW, 5).await);
            assert_eq!(hash.unwrap(), None);
        }
    }

    async fn a_proof_is_used_once_and_not_after_its_time(db: TestDatabase) {
        let proof = proof();
        let id = proof.id;
        store(&db.store, &proof, None).await;
        for (at, taken) in [(later(600), false), (later(599), true), (later(599), false)] {
            assert_eq!(in_tx!(db.store, |tx| tx.take_proof(id, ProofKind::SignUp, at).await).unwrap(), taken);
        }
        assert_eq!(db.store.find_proof(id, ProofKind::SignUp).await.unwrap().unwrap().used_at, Some(later(599)));
    }

    async fn closing_ends_the_open_proofs_of_one_user_or_one_address_and_no_others(db: TestDatabase) {
        let (ana, ben) = (stored_user(&db.store).await, stored_user(&db.store).await);
        let of_ana = Proof { user_id: Some(ana.id), kind: ProofKind::Recover, ..proof() };
        let of_ben = Proof { user_id: Some(ben.id), kind: ProofKind::Recover, ..proof() };
        for proof in [&of_ana, &of_ben] {
            store(&db.store, proof, None).await;
        }
        let used_at = async |id| db.store.find_proof(id, ProofKind::Recover).await.unwrap().unwrap().used_at;
        let user = ana.id;
        for at in [later(3), later(4)] {
            in_tx!(db.store, |tx| tx.close_proofs_of_user(user, ProofKind::Recover, at).await).unwrap();
        }
        assert_eq!((used_at(of_ana.id).await, used_at(of_ben.id).await), (Some(later(3)), None));
        let address = of_ben.email.clone().unwrap();
        in_tx!(db.store, |tx| tx.close_proofs_of_email(&address, ProofKind::Recover, later(5)).await).unwrap();
        assert_eq!((used_at(of_ana.id).await, used_at(of_ben.id).await), (Some(later(3)), Some(later(5))));
    }

    async fn of_many_who_use_a_proof_at_once_one_has_used_it(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        for round in 0..6 {
            let proof = proof();
            let id = proof.id;
            store(&db.store, &proof, None).await;
            let racers: Vec<_> = (0..40)
                .map(|racer| {
                    let store = stores[racer % 2].clone();
                    tokio::spawn(async move {
                        in_tx!(store, |tx| tx.take_proof(id, ProofKind::SignUp, NOW).await)
                    })
                })
                .collect();
            let mut used = 0;
            for racer in racers {
                used += u32::from(racer.await.unwrap().unwrap());
            }
            assert_eq!(used, 1, "round {round}");
        }
    }

    async fn however_many_try_a_code_at_once_it_is_tried_so_often_and_no_more(db: TestDatabase) {
        let stores = [db.store.clone(), db.second_store().await];
        for round in 0..6 {
            let proof = proof();
            let id = proof.id;
            store(&db.store, &proof, Some(b"code")).await;
            let racers: Vec<_> = (0..40)
                .map(|racer| {
                    let store = stores[racer % 2].clone();
                    tokio::spawn(async move {
                        in_tx!(store, |tx| tx.try_proof_code(id, ProofKind::SignUp, NOW, 5).await)
                    })
                })
                .collect();
            let mut tried = 0;
            for racer in racers {
                tried += u32::from(racer.await.unwrap().unwrap().is_some());
            }
            assert_eq!(tried, 5, "round {round}");
        }
    }
}
