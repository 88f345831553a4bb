use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::*;

const CHEAP: PasswordParams = PasswordParams { memory_kib: 64, iterations: 1, parallelism: 1 };

fn pool(params: PasswordParams) -> PasswordPool {
    PasswordPool::new(params, 1, 8).unwrap()
}

async fn verdict(pool: &PasswordPool, password: &str, phc: &str) -> PasswordCheck {
    pool.verify(password.into(), Some(phc.to_owned())).await.unwrap()
}

#[tokio::test]
async fn a_password_is_recognised_and_another_is_not() {
    let pool = pool(CHEAP);
    let phc = pool.hash("correct horse".into(), [7; 16]).await.unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{phc}");
    assert_eq!(verdict(&pool, "correct horse", &phc).await, PasswordCheck { ok: true, needs_rehash: false });
    assert_eq!(verdict(&pool, "correct horsf", &phc).await, PasswordCheck::WRONG);
    assert_eq!(verdict(&pool, "correct horse ", &phc).await, PasswordCheck::WRONG);
    assert_eq!(verdict(&pool, "", &phc).await, PasswordCheck::WRONG);
    let elsewhere = Argon2::default();
    assert!(argon2::PasswordVerifier::verify_password(&elsewhere, b"correct horse", phc.as_str()).is_ok());
}

#[tokio::test]
async fn nothing_is_cut_off() {
    let pool = pool(CHEAP);
    let long = "x".repeat(1000);
    let phc = pool.hash(format!("{long}a").as_str().into(), [7; 16]).await.unwrap();
    assert!(verdict(&pool, &format!("{long}a"), &phc).await.ok);
    assert!(!verdict(&pool, &format!("{long}b"), &phc).await.ok);
}

#[tokio::test]
async fn composed_and_decomposed_characters_are_one_password() {
    let pool = pool(CHEAP);
    let phc = pool.hash("wo\u{308}rterbuch".into(), [7; 16]).await.unwrap();
    assert!(verdict(&pool, "w\u{f6}rterbuch", &phc).await.ok);
}

#[tokio::test]
async fn without_an_account_the_answer_is_no() {
    let pool = pool(CHEAP);
    assert_eq!(pool.verify("anything".into(), None).await, Ok(PasswordCheck::WRONG));
    // Not even the password of the dummy hash.
    assert_eq!(pool.verify("".into(), None).await, Ok(PasswordCheck::WRONG));
}

#[tokio::test]
async fn without_an_account_it_takes_as_long() {
    let pool = pool(PasswordParams { memory_kib: 8 * 1024, iterations: 2, parallelism: 1 });
    let phc = pool.hash("right".into(), [7; 16]).await.unwrap();
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        for (recorded, times) in [(Some(phc.clone()), &mut known), (None, &mut unknown)] {
            let start = Instant::now();
            pool.verify("wrong".into(), recorded).await.unwrap();
            times.push(start.elapsed());
        }
    }
    known.sort();
    unknown.sort();
    assert!(unknown[4] > known[4] / 3, "median {:?} against {:?}", unknown[4], known[4]);
}

#[tokio::test]
async fn a_hash_of_another_cost_is_recognised_and_to_be_made_anew() {
    let (old, new) = (pool(CHEAP), pool(PasswordParams { memory_kib: 32, iterations: 2, parallelism: 2 }));
    let phc = old.hash("right".into(), [7; 16]).await.unwrap();
    assert_eq!(verdict(&new, "right", &phc).await, PasswordCheck { ok: true, needs_rehash: true });
    assert_eq!(verdict(&new, "wrong", &phc).await, PasswordCheck::WRONG);
    let renewed = new.hash("right".into(), [8; 16]).await.unwrap();
    assert_eq!(verdict(&new, "right", &renewed).await, PasswordCheck { ok: true, needs_rehash: false });
    // An older variant of Argon2, from an imported user base.
    let params = Params::new(64, 1, 1, None).unwrap();
    let foreign = Argon2::new(Algorithm::Argon2i, Version::V0x10, params);
    let phc: PasswordHash = argon2::PasswordHasher::hash_password_with_salt(&foreign, b"right", &[1; 16]).unwrap();
    assert_eq!(verdict(&old, "right", &phc.to_string()).await, PasswordCheck { ok: true, needs_rehash: true });
}

#[tokio::test]
async fn a_damaged_or_outrageous_hash_lets_nobody_in_and_harms_nothing() {
    let pool = pool(CHEAP);
    let salt_and_hash = "BwcHBwcHBwcHBwcHBwcHBw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for phc in [
        String::new(),
        "hunter2".to_owned(),
        "$".to_owned(),
        "$2b$12$abcdefghijklmnopqrstuv".to_owned(),
        "$argon2id$v=19$m=64,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw".to_owned(),
        format!("$argon2id$v=19$m=4294967295,t=1,p=1${salt_and_hash}"),
        format!("$argon2id$v=19$m=64,t=4294967295,p=1${salt_and_hash}"),
        format!("$argon2id$v=19$m=64,t=1,p=0${salt_and_hash}"),
        format!("$argon2id$v=19$m=8,t=1,p=9${salt_and_hash}"),
        format!("$argon2id$v=99$m=64,t=1,p=1${salt_and_hash}"),
        format!("$argon2x$v=19$m=64,t=1,p=1${salt_and_hash}"),
        "$argon2id$v=19$m=64,t=1,p=1$AAAA$AAAA".to_owned(),
        "\0\u{fffd}💥".repeat(1000),
    ] {
        assert_eq!(
            verdict(&pool, "right", &phc).await,
            PasswordCheck::WRONG,
            "{}",
            &phc.chars().take(60).collect::<String>()
        );
    }
    assert!(pool.hash("right".into(), [7; 16]).await.is_ok(), "the thread lives on");
}

#[tokio::test]
async fn what_is_too_long_is_wrong_without_hashing() {
    let pool = PasswordPool::new(CHEAP, 1, 0).unwrap();
    let _release = block(&pool);
    let huge = "x".repeat(1 << 20);
    // The only thread is busy: a result can only come without hashing.
    assert_eq!(pool.verify(huge.as_str().into(), None).await, Ok(PasswordCheck::WRONG));
}

/// Keeps one thread of the pool busy until the sender is dropped.
fn block(pool: &PasswordPool) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel::<()>();
    let (admission, jobs) = (Arc::clone(&pool.admission), pool.jobs.clone());
    let place = admission.try_acquire_owned().unwrap();
    jobs.send(Box::new(move |_| {
        let _ = held.recv();
        drop(place);
    }))
    .unwrap();
    release
}

#[tokio::test]
async fn beyond_the_queue_everybody_is_rejected_with_a_retry_time() {
    let pool = Arc::new(PasswordPool::new(CHEAP, 1, 2).unwrap());
    let release = block(&pool);
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let pool = Arc::clone(&pool);
            tokio::spawn(async move { pool.hash("right".into(), [7; 16]).await })
        })
        .collect();
    while pool.admission.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(pool.hash("late".into(), [7; 16]).await, Err(PasswordQueueFull));
    assert_eq!(pool.verify("late".into(), None).await, Err(PasswordQueueFull));
    drop(release);
    for waiter in waiting {
        assert!(waiter.await.unwrap().is_ok());
    }
    assert!(pool.hash("again".into(), [7; 16]).await.is_ok());
}

#[tokio::test]
async fn who_hangs_up_gives_the_place_free() {
    let pool = Arc::new(PasswordPool::new(CHEAP, 1, 1).unwrap());
    let release = block(&pool);
    let impatient = tokio::time::timeout(Duration::from_millis(5), pool.hash("right".into(), [7; 16])).await;
    assert!(impatient.is_err());
    drop(release);
    while pool.admission.available_permits() < 2 {
        tokio::task::yield_now().await;
    }
    assert!(pool.hash("right".into(), [7; 16]).await.is_ok());
}

#[test]
fn senseless_settings_are_refused() {
    for params in [
        PasswordParams { memory_kib: 0, ..CHEAP },
        PasswordParams { iterations: 0, ..CHEAP },
        PasswordParams { parallelism: 0, ..CHEAP },
        PasswordParams { memory_kib: 8, parallelism: 2, ..CHEAP },
    ] {
        assert!(matches!(PasswordPool::new(params, 1, 1), Err(PoolError::Params(_))), "{params:?}");
    }
    assert!(matches!(PasswordPool::new(CHEAP, 0, 1), Err(PoolError::NoThreads)));
}

#[tokio::test]
async fn a_hash_of_another_program_is_compared_and_then_replaced() {
    let bcrypt = "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    assert_eq!(check_imported_hash(bcrypt), Ok(()));
    let pool = pool(CHEAP);
    assert_eq!(verdict(&pool, "U*U", bcrypt).await, PasswordCheck { ok: true, needs_rehash: true });
    assert_eq!(verdict(&pool, "U*V", bcrypt).await, PasswordCheck::WRONG);
}

#[test]
fn an_imported_hash_is_of_a_bearable_cost() {
    let argon2 = |cost: &str| format!("$argon2id$v=19${cost}$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(check_imported_hash(&argon2("m=65536,t=3,p=4")), Ok(()));
    assert_eq!(check_imported_hash(&argon2("m=1048576,t=3,p=4")), Err(HashFault::TooExpensive));
    assert_eq!(check_imported_hash(&argon2("m=4096,t=4000,p=1")), Err(HashFault::TooExpensive));
    assert_eq!(check_imported_hash("$argon2id$v=19$m=1"), Err(HashFault::Malformed));
    assert_eq!(check_imported_hash("secret"), Err(HashFault::Unsupported));
}
