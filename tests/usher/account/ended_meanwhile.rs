//! A change that was checked while its session was valid, and is written after the session ended, is rejected.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use usher_accounts::{Account, Browser as Cookies, Device, FlowError, Rejected};
use usher_domain::id::SessionId;
use usher_domain::user::session::Session;

use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;
use crate::storage::samples::{in_tx, random};

const ANA: &str = "ana@example.test";
const BOB: &str = "bob@example.test";
const THIEF: &str = "thief@example.test";

/// The signed-in account of this browser, as a request reads it at its beginning.
async fn account(server: &TestServer, browser: &Browser<'_>) -> Account {
    let cookies = Cookies::from_cookies(browser.cookies.get("usher").map(String::as_str), None);
    server.usher.accounts.current(&cookies).await.expect("the database answers").expect("somebody is signed in")
}

async fn signed_in(server: &TestServer, email: &str) -> Account {
    account(server, &server.signed_in(email).await).await
}

fn refusal<T>(outcome: Result<T, FlowError>) -> Option<Rejected> {
    match outcome {
        Err(FlowError::Rejected(refused)) => Some(refused),
        Err(other) => panic!("{other}"),
        Ok(_) => None,
    }
}

on_both_databases! {
    /// An ended session cannot take the account over with a change in progress.
    async fn an_ended_session_moves_the_account_to_no_other_address(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let thief = signed_in(&server, ANA).await;
        let device = Device { source: "192.0.2.1/32".into(), user_agent: None };
        let proof = server.usher.email_changes.begin_email_change(&thief, THIEF, &device).await.expect("it begins").id;
        let emails = server.emails().await;
        let email = emails.iter().find(|email| email.kind() == "verify_email").expect("it was sent");
        let (code, link) = (email.code().expect("a code"), email.link().expect("a link"));
        let token = link.split_once("token=").expect("a token").1;
        server.usher.sign_outs.sign_out_everywhere(&thief).await.expect("it ends");
        assert_eq!(refusal(server.usher.email_changes.change_email_by_link(&thief, token).await), Some(Rejected::NotSignedIn));
        assert_eq!(refusal(server.usher.email_changes.change_email_by_code(&thief, proof, code).await), Some(Rejected::NotSignedIn));
        assert!(server.usher.users.load_user(ANA).await.is_ok());
        assert!(server.usher.users.load_user(THIEF).await.is_err());
    }

    async fn an_ended_session_deletes_no_account(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (thief, owner) = (signed_in(&server, ANA).await, signed_in(&server, ANA).await);
        server.usher.compromise_reports.report_compromise(&owner).await.expect("it ends");
        let refused = refusal(server.usher.account_deletion.delete_account(&thief, ANA).await);
        assert_eq!(refused, Some(Rejected::NotSignedIn));
        assert!(server.usher.users.load_user(ANA).await.is_ok());
    }

    async fn an_ended_session_merges_nothing_and_takes_no_merge_back(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.user(BOB).await;
        let (ana, bob) = (signed_in(&server, ANA).await, signed_in(&server, BOB).await);
        let over = signed_in(&server, ANA).await;
        server.usher.sign_outs.sign_out(&over).await.expect("it ends");
        assert_eq!(refusal(server.usher.account_merges.merge(&over, &bob).await), Some(Rejected::NotSignedIn));
        assert_eq!(refusal(server.usher.account_merges.merge(&bob, &over).await), Some(Rejected::NotSignedIn));
        let merge = server.usher.account_merges.merge(&bob, &ana).await.expect("both stand");
        server.usher.sign_outs.sign_out(&bob).await.expect("it ends");
        assert_eq!(refusal(server.usher.account_merges.undo_merge(&bob, merge).await), Some(Rejected::NotSignedIn));
        assert_eq!(server.usher.account_merges.merges_of(&bob).await.expect("a list").len(), 1);
    }

    async fn a_session_is_ended_by_its_owner_however_many_they_have(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let oldest = signed_in(&server, ANA).await;
        let (store, session) = (&server.database.store, &oldest.session);
        for _ in 0..205 {
            let newer = Session { id: SessionId::new(server.now(), random()), ..session.clone() };
            let hash = crate::storage::samples::hash();
            in_tx!(store, |tx| tx.insert_session(&newer, &hash).await).expect("it is stored");
        }
        let this = signed_in(&server, ANA).await;
        server.usher.sign_outs.end_own_session(&this, oldest.session.id).await.expect("it is theirs");
        let again = refusal(server.usher.sign_outs.end_own_session(&this, oldest.session.id).await);
        assert_eq!(again, Some(Rejected::NotFound("session")));
    }
}

/// Functions that write for a signed-in user and need no valid session, with the reason.
const NEED_NONE: &[(&str, &str)] = &[
    ("end_one", "ends a session"),
    ("end_all", "ends sessions"),
    ("touch", "moves the end of a session that has not ended"),
    ("forget_browser", "asks for the second step again"),
    ("renew_session", "changes the secret of a session that has not ended"),
    ("rename_passkey", "a name gives nobody access"),
    ("change_email_by_code", "the change that follows checks it"),
    ("dismiss_suggested_email", "a suggestion gives nobody access"),
    ("withdraw_consent", "ends grants"),
    ("renew_tokens", "the grant that holds the session is spent only while it stands"),
    ("show_once", "shows what the session was given"),
];

/// Every use case that takes an account and writes must check in its transaction that the session is valid.
#[test]
fn whoever_writes_for_a_signed_in_person_checks_that_the_session_stands() {
    let mut faults = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = ["crates/accounts/src", "crates/flows/src"].map(|folder| rust_files(&root.join(folder)));
    for file in files.concat() {
        let text = std::fs::read_to_string(&file).expect("a source file");
        for (name, body) in functions(&text) {
            let begins = [".begin()", ".begin_single()", ".write("].iter().any(|call| body.contains(call));
            let writes = body.contains("account: &Account") && begins;
            let checks = ["check_standing(", "change.check(", "FactorChange", "factor_change("];
            let checked = checks.iter().any(|check| body.contains(check));
            if writes && !checked && !NEED_NONE.iter().any(|(one, _)| *one == name) {
                faults.insert(name.to_owned(), file.clone());
            }
        }
    }
    assert!(faults.is_empty(), "these check no session: {faults:?}");
}

/// The functions of a source file, by name, each with its signature and body.
fn functions(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let starts: Vec<usize> = text.match_indices("fn ").map(|(at, _)| at).collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([text.len()]).collect();
    starts.into_iter().zip(ends).filter_map(|(from, to)| {
        let function = &text[from + 3..to];
        Some((function.split_once('(')?.0, function))
    })
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}
