//! Password hashing with Argon2id (RFC 9106) on a thread pool of its own.
//!
//! A hash costs as much as ten thousand other requests, so it never runs on the threads that serve those: the pool has
//! as many threads as it may use cores, each keeps its memory between hashes, and on Linux has a lower priority. When
//! the queue is full, further jobs are rejected at once instead of being answered late.

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
use usher_password_hashes::{ForeignHash, HashFault};

const OUTPUT: usize = 32;
/// The most memory that a stored hash may require, in KiB: a damaged row must not exhaust the machine.
const MOST_MEMORY: u32 = 1024 * 1024;
/// The most passes that a stored hash may require.
const MOST_ITERATIONS: u32 = 32;
/// The most memory times passes that an imported Argon2 hash may require, in KiB: about two seconds.
const MOST_IMPORTED_WORK: u64 = 2 * 1024 * 1024;

/// The cost of one hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordParams {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes. They are computed one after the other.
    pub parallelism: u32,
}

impl Default for PasswordParams {
    /// 19 MiB, two passes, one lane: the first recommendation of OWASP, about 17 ms.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, iterations: 2, parallelism: 1 }
    }
}

/// Why a pool cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// Argon2 rejects the parameters.
    #[error("password hashing parameters: {0}")]
    Params(argon2::Error),
    #[error("password hashing needs at least one thread")]
    NoThreads,
    /// The system could not start a thread.
    #[error("no thread for password hashing: {0}")]
    Thread(#[from] std::io::Error),
}

/// The queue is full. The response should be 503 with `Retry-After`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are waiting to be hashed")]
pub struct PasswordQueueFull;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCheck {
    pub ok: bool,
    /// The password is right, and its hash was made with other parameters than the current ones, or by another program:
    /// hash it again.
    pub needs_rehash: bool,
}

impl PasswordCheck {
    const WRONG: Self = Self { ok: false, needs_rehash: false };
}

/// Checks that a hash which another program made can be compared with passwords, in about two seconds at most.
///
/// # Errors
/// [`HashFault`].
pub fn check_imported_hash(text: &str) -> Result<(), HashFault> {
    if !text.starts_with("$argon2") {
        return ForeignHash::parse(text).map(|_| ());
    }
    let hash = PasswordHash::new(text).map_err(|_| HashFault::Malformed)?;
    let params = Params::try_from(&hash).map_err(|_| HashFault::Malformed)?;
    if u64::from(params.m_cost()) * u64::from(params.t_cost()) > MOST_IMPORTED_WORK {
        return Err(HashFault::TooExpensive);
    }
    Recorded::read(text).map(|_| ()).ok_or(HashFault::TooExpensive)
}

type HashJob = Box<dyn FnOnce(&mut Bench) + Send>;

/// Threads that hash passwords.
pub struct PasswordPool {
    jobs: Sender<HashJob>,
    admission: Arc<Semaphore>,
    taken_on: AtomicU64,
}

impl PasswordPool {
    /// A pool of `permits` threads, at best one for each core, with a queue of `queue` jobs.
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

    /// The Argon2id hash of a password as a PHC string. The password is normalized to NFC here as well.
    pub async fn hash(&self, password: Secret<String>, salt: [u8; 16]) -> Result<String, PasswordQueueFull> {
        self.run(move |bench| bench.hash(&normal(password), &salt)).await
    }

    /// Compares a password with a stored hash. With `None` it takes as long and fails, so that the duration does not
    /// reveal who has an account. An overlong password is wrong without hashing.
    pub async fn verify(
        &self,
        password: Secret<String>,
        phc: Option<String>,
    ) -> Result<PasswordCheck, PasswordQueueFull> {
        if password.expose().len() > LONGEST_BYTES {
            return Ok(PasswordCheck::WRONG);
        }
        self.run(move |bench| bench.verify(&normal(password), phc.as_deref())).await
    }

    /// How many passwords were accepted so far, to be hashed or compared.
    pub fn taken_on(&self) -> u64 {
        self.taken_on.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Bench) -> T + Send + 'static,
    ) -> Result<T, PasswordQueueFull> {
        let place = Arc::clone(&self.admission).try_acquire_owned().map_err(|_| PasswordQueueFull)?;
        self.taken_on.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = oneshot::channel();
        let job: HashJob = Box::new(move |bench| {
            // The caller may have disconnected while waiting.
            if !reply.is_closed() {
                let result = task(bench);
                drop(place);
                // A receiver that was dropped is no error.
                let _ = reply.send(result);
            }
        });
        self.jobs.send(job).map_err(|_| PasswordQueueFull)?;
        answer.await.map_err(|_| PasswordQueueFull)
    }
}

/// Works until the pool is dropped.
fn work(inbox: &Mutex<Receiver<HashJob>>, mut bench: Bench) {
    step_back();
    loop {
        let job = inbox.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(&mut bench),
            Err(_) => return,
        }
    }
}

/// Lowers the priority. On Linux niceness belongs to the thread; elsewhere to the process, and is not changed.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(5) {
        tracing::debug!(%error, "password threads keep their priority");
    }
}

/// The memory that a thread keeps between hashes: allocating it anew costs more than hashing.
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

    fn verify(&mut self, password: &Secret<String>, phc: Option<&str>) -> PasswordCheck {
        if let Some(foreign) = phc.and_then(|text| ForeignHash::parse(text).ok()) {
            let ok = foreign.verify(password.expose().as_bytes());
            return PasswordCheck { ok, needs_rehash: ok };
        }
        let recorded = phc.and_then(|text| {
            let recorded = Recorded::read(text);
            if recorded.is_none() {
                tracing::error!("a recorded password hash does not read: nobody can sign in with it");
            }
            recorded
        });
        let Some(recorded) = recorded else {
            self.hash(password, &[0; 16]);
            return PasswordCheck::WRONG;
        };
        let output = self.compute(recorded.algorithm, recorded.version, &recorded.params, password, &recorded.salt);
        // `Output` compares in constant time.
        let ok = output == recorded.output;
        PasswordCheck { ok, needs_rehash: ok && !recorded.costs(&self.params) }
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

/// A stored hash that can be computed again.
struct Recorded {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Vec<u8>,
    output: Output,
}

impl Recorded {
    /// Parses any Argon2 hash of acceptable cost; `None` for anything else.
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

    /// Whether it was made with the current parameters.
    fn costs(&self, today: &Params) -> bool {
        let figures = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost(), params.output_len());
        self.algorithm == Algorithm::Argon2id
            && self.version == Version::V0x13
            && figures(&self.params) == figures(today)
    }
}

/// Normalizes the password in case the caller has not; one that cannot be normalized is left unchanged.
fn normal(password: Secret<String>) -> Secret<String> {
    normalise(password.expose()).unwrap_or(password)
}

#[cfg(test)]
mod tests;
