//! Any sequence of proofs at two instances is accepted as one model of nonces and used ids says.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;
use usher_domain::oauth::client::ClientType;

use crate::harness::client_key::{TestKey, changed};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::answer;
use crate::harness::server::TestServer;

/// One proof at one instance.
#[derive(Debug, Clone, Copy)]
struct ProofAttempt {
    second: bool,
    /// Which of two keys signs.
    key: usize,
    /// Which of a few ids it has.
    id: u8,
    /// The nonce: none, made up, or issued so many seconds ago.
    nonce: SentNonce,
    /// `iat`, in seconds from now.
    issued: i64,
}

#[derive(Debug, Clone, Copy)]
enum SentNonce {
    None,
    MadeUp,
    Issued(u64),
}

fn attempts() -> impl Strategy<Value = Vec<ProofAttempt>> {
    let nonce = prop_oneof![
        2 => Just(SentNonce::None),
        1 => Just(SentNonce::MadeUp),
        3 => prop_oneof![Just(0_u64), Just(299), Just(300), Just(900)].prop_map(SentNonce::Issued),
    ];
    let issued = prop_oneof![4 => Just(0_i64), 1 => Just(-60), 1 => Just(-61), 1 => Just(31), 1 => Just(-301)];
    let one = (any::<bool>(), 0..2_usize, 0..4_u8, nonce, issued);
    let one = one.prop_map(|(second, key, id, nonce, issued)| ProofAttempt { second, key, id, nonce, issued });
    proptest::collection::vec(one, 6..12)
}

/// Whether a proof is good, apart from its id.
fn is_timely(attempt: &ProofAttempt) -> bool {
    match attempt.nonce {
        SentNonce::None => (-60..=30).contains(&attempt.issued),
        SentNonce::MadeUp => false,
        SentNonce::Issued(age) => age < 300 && (-300..=300).contains(&attempt.issued),
    }
}

on_both_databases! {
    async fn an_id_is_accepted_once_and_a_nonce_for_five_minutes_at_any_instance(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (second, keys) = (server.second_instance().await, [TestKey::new("a"), TestKey::new("b")]);
        let client = server.client(ClientType::Machine, |_| {}).await;
        let (id, secret) = (client.client.id.0.as_str(), client.secret.as_deref().expect("a secret"));
        let mut runner = TestRunner::deterministic();
        for round in 0..12 {
            let attempts = attempts().new_tree(&mut runner).expect("a sequence").current();
            // Nonces that will be 900, 300 and 299 seconds old.
            let mut nonces = std::collections::BTreeMap::new();
            for (age, wait) in [(900, 600), (300, 1), (299, 299), (0, 0)] {
                nonces.insert(age, server.usher.dpop_proofs.nonce());
                server.wait(wait);
            }
            let mut used = BTreeSet::new();
            for (n, attempt) in attempts.iter().enumerate() {
                let nonce = match attempt.nonce {
                    SentNonce::None => json!({}),
                    SentNonce::MadeUp => json!({"nonce": "AAAA"}),
                    SentNonce::Issued(age) => json!({"nonce": nonces[&age]}),
                };
                let claims = json!({"jti": format!("{round}-{}", attempt.id), "iat": server.now().0 + attempt.issued});
                let proof = keys[attempt.key].proof(&server, "POST", "/oauth2/token", &changed(claims, &nonce));
                let at = if attempt.second { &second } else { &server };
                let request = at.http.post(at.at("/oauth2/token")).basic_auth(id, Some(secret)).header("dpop", proof);
                let told = answer(request.form(&[("grant_type", "client_credentials")])).await;
                let good = is_timely(attempt) && used.insert((attempt.key, attempt.id));
                assert_eq!(told.status == 200, good, "{n} of {attempts:?}: {told:?}");
            }
        }
    }
}
