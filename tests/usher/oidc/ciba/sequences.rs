//! Complete lives of CIBA requests over HTTP on two instances, compared with a model: any sequence of operations.

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use usher_accounts::RegisteredClient;

use super::{ANA, call_centre};
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;
use crate::oidc::waiting_model::{Model, Op, ops};

const CASES: usize = 12;

/// Opens the request and answers; `true` if that was possible.
async fn answer(browser: &mut Browser<'_>, decision: &str) -> bool {
    let page = browser.open_request(ANA).await;
    if !page.body.contains("name=\"decision\"") {
        return false;
    }
    browser.submit(&page, &[("decision", decision)]).await.status == 200
}

/// Runs one sequence on a request of its own.
async fn live(servers: [&TestServer; 2], clients: [&RegisteredClient; 2], ops: &[Op]) {
    let [client, stranger] = clients;
    let id = servers[0].ciba_request(client).await;
    servers[0].emails().await;
    let (mut model, mut place, mut tokens) = (Model::NEW, 0, None);
    for (n, op) in ops.iter().enumerate() {
        let (why, server) = (format!("step {n} of {ops:?}"), servers[place]);
        match *op {
            Op::Poll => {
                let told = server.ciba_poll(client, &id).await;
                assert_eq!(told.error(), model.poll(), "{why}");
                if told.status == 200 {
                    tokens = Some(told.text("refresh_token"));
                }
            }
            Op::PollAsAnotherClient => {
                assert_eq!(server.ciba_poll(stranger, &id).await.error(), "invalid_grant", "{why}");
            }
            Op::Allow | Op::Deny => {
                let allow = matches!(op, Op::Allow);
                let decision = if allow { "allow" } else { "deny" };
                assert_eq!(answer(&mut server.browser(), decision).await, model.is_open(), "{why}");
                if model.is_open() {
                    model.answer = Some(allow);
                }
            }
            Op::Wait(seconds) => {
                servers[0].wait(seconds);
                model.wait(seconds);
                for server in servers {
                    server.usher.signing_keys.tend_keys().await.expect("keys can be made");
                }
            }
            Op::Swap => place = 1 - place,
        }
    }
    if let Some(token) = tokens {
        let alive = servers[place].refresh(client, &token).await.status == 200;
        assert_eq!(alive, !model.ended, "the grant at the end of {ops:?}");
    }
}

on_both_databases! {
    async fn any_life_of_a_request_follows_the_model(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.ciba", "off"), ("limits.sign_in", "off")]).await;
        server.user(ANA).await;
        let second = server.second_instance().await;
        let (client, stranger) = (call_centre(&server).await, call_centre(&server).await);
        let mut runner = TestRunner::deterministic();
        for _ in 0..CASES {
            let ops = ops().new_tree(&mut runner).expect("a sequence").current();
            live([&server, &second], [&client, &stranger], &ops).await;
        }
    }
}
