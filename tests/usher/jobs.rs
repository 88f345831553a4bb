//! Background jobs of a whole server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _, ready};
use tokio_util::sync::CancellationToken;
use usher::app::{OsRandom, bootstrap};
use usher::jobs::{self, Job};
use usher_accounts::{Browser, Device, FlowError, ReturnTo};
use usher_domain::key::SigningAlg;
use usher_domain::oauth::client::ClientType;
use usher_flows::Usher;
use usher_storage::StorageError;

use crate::harness::database::TestDatabase;
use crate::harness::server::TestServer;

const DAY: u64 = 86_400;
/// So that a second instance can be started.
const MASTER_KEY: (&str, &str) = ("master_key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");

/// The job of this name.
fn job(name: &str, server: &TestServer) -> Box<dyn Job> {
    let all = jobs::all(Some(server.caught.clone()));
    all.into_iter().find(|job| job.name() == name).expect("there is a job of that name")
}

/// Runs a job once.
async fn run(job: &dyn Job, usher: &Usher) {
    job.run(usher, &CancellationToken::new()).await.expect("the job runs");
}

/// Waits until `done`, for a few seconds at most.
async fn eventually(what: &str, done: impl Fn() -> bool) {
    for _ in 0..500 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came about: {what}");
}

/// Counts its runs; fails in the first `failures` of them; is always woken at once.
struct Counting {
    runs: Arc<AtomicUsize>,
    failures: usize,
    leased: bool,
}

impl Job for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn every(&self) -> Duration {
        Duration::from_millis(5)
    }

    fn is_leased(&self) -> bool {
        self.leased
    }

    fn run<'a>(&'a self, _: &'a Usher, _: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        let before = self.runs.fetch_add(1, Ordering::SeqCst);
        let failed = || StorageError::Unavailable("not now".to_owned()).into();
        ready(if before < self.failures { Err(failed()) } else { Ok(()) }).boxed()
    }
}

#[tokio::test]
async fn an_email_is_sent_as_soon_as_it_is_queued() {
    let server = TestServer::start().await;
    server.user("ana@example.test").await;
    let stop = CancellationToken::new();
    let work = jobs::keep_at(job("deliver_letters", &server), server.usher.clone(), "one".to_owned(), stop.clone());
    let working = tokio::spawn(work);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let (browser, device) = (Browser::default(), Device::default());
    server.usher.recovery.request_recovery("ana@example.test", ReturnTo::default(), &browser, &device).await.unwrap();
    eventually("the email is caught", || server.caught.list().len() == 1).await;
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(2), working)
        .await
        .expect("it stops when stopped")
        .expect("without a panic");
}

#[tokio::test]
async fn only_the_holder_of_the_lease_works_until_the_lease_is_over() {
    let server = TestServer::start().await;
    let stop = CancellationToken::new();
    let start = |holder: &str| {
        let runs = Arc::new(AtomicUsize::new(0));
        let job = Box::new(Counting { runs: runs.clone(), failures: 0, leased: true });
        tokio::spawn(jobs::keep_at(job, server.usher.clone(), holder.to_owned(), stop.clone()));
        runs
    };
    let first = start("first");
    eventually("the first works", || first.load(Ordering::SeqCst) > 3).await;
    let second = start("second");
    let seen = first.load(Ordering::SeqCst);
    eventually("the first goes on", || first.load(Ordering::SeqCst) > seen + 10).await;
    assert_eq!(second.load(Ordering::SeqCst), 0);
    stop.cancel();

    let runs = Arc::new(AtomicUsize::new(0));
    let job = Box::new(Counting { runs: runs.clone(), failures: 0, leased: true });
    server.wait(301);
    tokio::spawn(jobs::keep_at(job, server.usher.clone(), "third".to_owned(), CancellationToken::new()));
    eventually("another takes over", || runs.load(Ordering::SeqCst) > 0).await;
}

#[tokio::test]
async fn what_fails_is_tried_again() {
    let server = TestServer::start().await;
    let runs = Arc::new(AtomicUsize::new(0));
    let stop = CancellationToken::new();
    let job = Box::new(Counting { runs: runs.clone(), failures: 2, leased: false });
    let working = tokio::spawn(jobs::keep_at(job, server.usher.clone(), "one".to_owned(), stop.clone()));
    eventually("it goes on after two failures", || runs.load(Ordering::SeqCst) > 4).await;
    stop.cancel();
    working.await.expect("it stops when stopped");
    let seen = runs.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(runs.load(Ordering::SeqCst), seen);
}

#[tokio::test]
async fn another_instance_rotates_and_this_one_learns_of_it() {
    let server = TestServer::on(TestDatabase::sqlite().await, &[MASTER_KEY]).await;
    let learn = job("learn_keys", &server);
    run(&*learn, &server.usher).await;
    let store = server.database.second_store().await;
    let config = server.usher.core.config.clone();
    let (other, _) = bootstrap(config, store, server.clock.clone(), Arc::new(OsRandom::default())).await.unwrap();
    server.wait(10);
    other.signing_keys.rotate_keys(false).await.unwrap();
    let published = |usher: &Usher| usher.signing_keys.keyring().jwks().etag.clone();
    assert_ne!(published(&server.usher), published(&other));
    run(&*learn, &server.usher).await;
    assert_eq!(published(&server.usher), published(&other));
}

#[tokio::test]
async fn keys_that_an_owner_rotates_sign_once_they_have_been_published_long_enough() {
    let server = TestServer::start().await;
    let tend = job("tend_keys", &server);
    let signing = |usher: &Usher| usher.signing_keys.keyring().active_kid(SigningAlg::Es256).map(str::to_owned);
    let first = signing(&server.usher);
    server.wait(10);
    server.usher.signing_keys.rotate_keys(false).await.unwrap();
    assert_eq!(signing(&server.usher), first, "nobody can know the new one yet");
    server.wait(DAY);
    run(&*tend, &server.usher).await;
    let second = signing(&server.usher);
    assert_ne!(second, first);
    server.wait(10);
    server.usher.signing_keys.rotate_keys(true).await.unwrap();
    assert_ne!(signing(&server.usher), second, "at once is at once");
    let active =
        server.database.count("select count(*) from signing_key where active_at is not null and retired_at is null");
    assert_eq!(usize::try_from(active.await), Ok(SigningAlg::ALL.len()));
}

#[tokio::test]
async fn what_has_been_over_for_long_is_swept_and_what_is_not_stays() {
    let server = TestServer::start().await;
    let sweep = job("clean_up", &server);
    for _ in 0..250 {
        server.usher.setup_links.create_setup_link().await.unwrap();
    }
    let proofs = || server.database.count("select count(*) from proof");
    run(&*sweep, &server.usher).await;
    assert_eq!(proofs().await, 250, "nothing is over yet");
    server.wait(DAY);
    run(&*sweep, &server.usher).await;
    assert_eq!(proofs().await, 250, "nothing has been over for long");
    server.wait(2 * DAY);
    let link = server.usher.setup_links.create_setup_link().await.unwrap();
    run(&*sweep, &server.usher).await;
    assert_eq!(proofs().await, 1, "all but the one that is still good");
    assert!(server.usher.setup_links.is_setup_open(link.rsplit_once('/').unwrap().1).await.unwrap());
}

#[tokio::test]
async fn a_session_stays_for_as_long_as_a_refresh_token_of_it_lives() {
    let server = TestServer::start().await;
    server.user("ana@example.test").await;
    let client = server.client(ClientType::Web, |metadata| metadata.first_party = true).await;
    let url = server.authorize_url(&client, &[("scope", "openid offline_access"), ("prompt", "consent")]);
    let mut browser = server.browser();
    let landing = browser.go_through(&url, "ana@example.test").await;
    let mut tokens = server.exchange(&client, &landing.code()).await;
    let sweep = job("clean_up", &server);
    for _ in 0..5 {
        server.wait(20 * DAY);
        run(&*sweep, &server.usher).await;
        tokens = server.refresh(&client, &tokens.text("refresh_token")).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
    }
    server.wait(40 * DAY);
    assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.status, 400, "unused for too long");
    run(&*sweep, &server.usher).await;
    run(&*sweep, &server.usher).await;
    for left in ["select count(*) from grants", "select count(*) from session"] {
        assert_eq!(server.database.count(left).await, 0, "{left}");
    }
}
