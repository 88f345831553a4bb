//! Password hashing with Argon2id (RFC 9106) on a few threads of its own.
//!
//! A hash is worth ten thousand other answers, so it never runs where those are given: the pool has as many threads as
//! it may use cores, each with its memory kept between hashes, and on Linux of lower priority than the rest.
//! Beyond a set number of waiters nobody else is let in: better a quick "later" than a late "yes".

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::{Semaphore, oneshot};

use crate::credentials::password_rules::LONGEST_BYTES;
pub use crate::credentials::password_rules::normalise;
use usher_domain::secret::Secret;

const OUTPUT: usize = 32;
/// A recorded hash may ask for this much memory and no more, in KiB: a damaged row must not take the machine.
const MOST_MEMORY: u32 = 1024 * 1024;
/// A recorded hash may ask for this many passes and no more.
const MOST_ITERATIONS: u32 = 32;

/// The cost of one hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordParams {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes. They are computed one after the other: more than one costs the attacker, not the time.
    pub parallelism: u32,
}

impl Default for PasswordParams {
    /// 19 MiB, two passes, one lane: OWASP's first choice, about 17 ms.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, iterations: 2, parallelism: 1 }
    }
}

/// The pool cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// Argon2 does not know such a cost.
    #[error("password hashing parameters: {0}")]
    Params(argon2::Error),
    /// Nobody would ever hash.
    #[error("password hashing needs at least one thread")]
    NoThreads,
    /// The system gave no thread.
    #[error("no thread for password hashing: {0}")]
    Thread(#[from] std::io::Error),
}

/// Too many are waiting already. Say so, and when to come back (503 with `Retry-After`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are waiting to be hashed")]
pub struct Busy;

/// What came of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The password is the right one.
    pub ok: bool,
    /// It is the right one, and its hash was made at another cost than today's: hash it anew.
    pub needs_rehash: bool,
}

impl Verdict {
    const WRONG: Self = Self { ok: false, needs_rehash: false };
}

type Job = Box<dyn FnOnce(&mut Bench) + Send>;

/// Threads that hash passwords.
pub struct PasswordPool {
    jobs: Sender<Job>,
    admission: Arc<Semaphore>,
    taken_on: AtomicU64,
}

impl PasswordPool {
    /// A pool of `permits` threads, best one a core, that lets at most `queue` more wait.
    pub fn new(params: PasswordParams, permits: usize, queue: usize) -> Result<Self, PoolError> {
        let params = Params::new(params.memory_kib, params.iterations, params.parallelism, Some(OUTPUT))
            .map_err(PoolError::Params)?;
        if permits == 0 {
            return Err(PoolError::NoThreads);
        }
        let (jobs, inbox) = channel();
        let inbox = Arc::new(Mutex::new(inbox));
        for _ in 0..permits {
            let (inbox, bench) = (Arc::clone(&inbox), Bench { params: params.clone(), memory: Vec::new() });
            thread::Builder::new().name("password".to_owned()).spawn(move || work(&inbox, bench))?;
        }
        Ok(Self { jobs, admission: Arc::new(Semaphore::new(permits + queue)), taken_on: AtomicU64::new(0) })
    }

    /// The Argon2id hash of a password as a PHC string. The password is normalised to NFC here as well.
    pub async fn hash(&self, password: Secret<String>, salt: [u8; 16]) -> Result<String, Busy> {
        self.run(move |bench| bench.hash(&normal(password), &salt)).await
    }

    /// Compares a password with a recorded hash. Without one, `None`, it takes as long and the answer is no,
    /// so that nobody learns by the clock who has an account. What is too long for any password is wrong without hashing.
    pub async fn verify(&self, password: Secret<String>, phc: Option<String>) -> Result<Verdict, Busy> {
        if password.expose().len() > LONGEST_BYTES {
            return Ok(Verdict::WRONG);
        }
        self.run(move |bench| bench.verify(&normal(password), phc.as_deref())).await
    }

    /// How many passwords were taken on so far, to be hashed or compared.
    pub fn taken_on(&self) -> u64 {
        self.taken_on.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(&self, task: impl FnOnce(&mut Bench) -> T + Send + 'static) -> Result<T, Busy> {
        let place = Arc::clone(&self.admission).try_acquire_owned().map_err(|_| Busy)?;
        self.taken_on.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |bench| {
            // Whoever asked may have hung up while waiting.
            if !reply.is_closed() {
                let result = task(bench);
                drop(place);
                // Nobody left to hear it is no fault.
                let _ = reply.send(result);
            }
        });
        self.jobs.send(job).map_err(|_| Busy)?;
        answer.await.map_err(|_| Busy)
    }
}

/// Works until the pool is dropped.
fn work(inbox: &Mutex<Receiver<Job>>, mut bench: Bench) {
    step_back();
    loop {
        let job = inbox.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(&mut bench),
            Err(_) => return,
        }
    }
}

/// Lets everybody else go first. On Linux a thread has a niceness of its own; elsewhere it is the process's, and stays.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(5) {
        tracing::debug!(%error, "password threads keep their priority");
    }
}

/// What a thread keeps between hashes: fresh memory costs more than the hashing of it.
struct Bench {
    params: Params,
    memory: Vec<Block>,
}

impl Bench {
    fn hash(&mut self, password: &Secret<String>, salt: &[u8; 16]) -> String {
        let params = self.params.clone();
        let output = self.compute(Algorithm::Argon2id, Version::V0x13, &params, password, salt);
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).expect("three small numbers fit a PHC string"),
            salt: Some(Salt::new(salt).expect("sixteen bytes are a salt")),
            hash: Some(output),
        };
        hash.to_string()
    }

    fn verify(&mut self, password: &Secret<String>, phc: Option<&str>) -> Verdict {
        let recorded = phc.and_then(|text| {
            let recorded = Recorded::read(text);
            if recorded.is_none() {
                tracing::error!("a recorded password hash does not read: nobody can sign in with it");
            }
            recorded
        });
        let Some(recorded) = recorded else {
            self.hash(password, &[0; 16]);
            return Verdict::WRONG;
        };
        let output = self.compute(recorded.algorithm, recorded.version, &recorded.params, password, &recorded.salt);
        // `Output` compares in constant time.
        let ok = output == recorded.output;
        Verdict { ok, needs_rehash: ok && !recorded.costs(&self.params) }
    }

    fn compute(
        &mut self,
        algorithm: Algorithm,
        version: Version,
        params: &Params,
        password: &Secret<String>,
        salt: &[u8],
    ) -> Output {
        let usual = self.params.block_count();
        let needed = params.block_count();
        if self.memory.len() < needed {
            self.memory.resize(needed, Block::new());
        }
        let mut output = [0; Output::MAX_LENGTH];
        let output = &mut output[..params.output_len().unwrap_or(OUTPUT)];
        Argon2::new(algorithm, version, params.clone())
            .hash_password_into_with_memory(password.expose().as_bytes(), salt, output, &mut self.memory[..needed])
            .expect("parameters, salt and output length were checked, and the memory fits them");
        if needed > usual {
            self.memory.truncate(usual);
            self.memory.shrink_to_fit();
        }
        Output::new(output).expect("the length is one an output may have")
    }
}

/// A recorded hash that this house can compute again.
struct Recorded {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Vec<u8>,
    output: Output,
}

impl Recorded {
    /// Any Argon2 of bearable cost; `None` for anything else.
    fn read(text: &str) -> Option<Self> {
        let hash = PasswordHash::new(text).ok()?;
        let params = Params::try_from(&hash).ok()?;
        let salt = hash.salt?.to_vec();
        let bearable = params.m_cost() <= MOST_MEMORY && params.t_cost() <= MOST_ITERATIONS;
        (bearable && salt.len() >= argon2::MIN_SALT_LEN).then_some(())?;
        Some(Self {
            algorithm: Algorithm::try_from(hash.algorithm.as_str()).ok()?,
            version: hash.version.map_or(Ok(Version::V0x10), Version::try_from).ok()?,
            params,
            salt,
            output: hash.hash?,
        })
    }

    /// Whether it was made as one is made today.
    fn costs(&self, today: &Params) -> bool {
        let figures = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost(), params.output_len());
        self.algorithm == Algorithm::Argon2id
            && self.version == Version::V0x13
            && figures(&self.params) == figures(today)
    }
}

/// The normal form, should the caller have forgotten it; what cannot be normalised stays as it is.
fn normal(password: Secret<String>) -> Secret<String> {
    normalise(password.expose()).unwrap_or(password)
}

#[cfg(test)]
mod tests;
