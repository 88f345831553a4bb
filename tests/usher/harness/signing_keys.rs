//! Signing keys made once for all tests of a run: making an RSA key takes longer than most tests.

use crate::storage::samples::in_tx;
use std::sync::OnceLock;

use usher::app::OsRandom;
use usher_domain::key::{SigningAlg, SigningKeyRecord};
use usher_domain::time::Timestamp;
use usher_flows::Usher;
use usher_keys::generate::generate;
use usher_keys::master::MasterKey;
use usher_keys::seal::{Purpose, Sealer};

/// A key with its private key unsealed.
struct DrawnKey {
    record: SigningKeyRecord,
    private: Vec<u8>,
}

/// Stores the keys of this run in a server without signing keys, sealed with its own master key.
pub async fn lend(usher: &Usher) {
    if !usher.signing_keys.list_keys().await.expect("the keys can be listed").is_empty() {
        return;
    }
    let sealed: Vec<_> = drawn().iter().map(|key| sealed_for(usher, key)).collect();
    let insert = in_tx!(usher.core.store, |tx| {
        for key in &sealed {
            tx.insert_key(key).await?;
        }
        Ok(())
    });
    insert.expect("keys can be stored");
}

fn sealed_for(usher: &Usher, key: &DrawnKey) -> SigningKeyRecord {
    let sealed_private = usher.core.sealer.seal(Purpose::SigningKey, &key.private, &*usher.core.random);
    SigningKeyRecord { created_at: usher.core.now(), sealed_private, ..key.record.clone() }
}

fn drawn() -> &'static [DrawnKey] {
    static DRAWN: OnceLock<Vec<DrawnKey>> = OnceLock::new();
    DRAWN.get_or_init(|| {
        let random = OsRandom::default();
        let sealer = Sealer::new(&MasterKey::generate(&random));
        let draw = |alg| {
            let record = generate(alg, &sealer, Timestamp(0), &random).expect("a key can be made");
            let private = sealer.open(Purpose::SigningKey, &record.sealed_private).expect("it was sealed just now");
            DrawnKey { record, private }
        };
        SigningAlg::ALL.into_iter().map(draw).collect()
    })
}
