//! From configuration to a house that can work: database, master key, signing keys.

use std::fs::{self, DirBuilder, OpenOptions as OpenFile};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use usher_config::{Config, DatabaseUrl};
use usher_domain::random::Random;
use usher_domain::time::Clock;
use usher_flows::credentials::password_pool::{PasswordParams, PasswordPool, PoolError};
use usher_flows::{FlowError, MASTER_KEY_FACT, Usher};
use usher_http_client::{Outbound, OutboundError, OutboundRules};
use usher_keys::master::{MasterKey, MasterKeyError};
use usher_keys::seal::Sealer;
use usher_storage::{OpenOptions, SchemaState, StorageError, Store};
use usher_upstream::{Deps, Registry};

/// Why the house cannot be bootstrapped.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The database cannot be opened or migrated.
    #[error("database: {0}")]
    Storage(#[from] StorageError),
    /// There is no usable master key.
    #[error("master key: {0}")]
    MasterKey(#[from] MasterKeyError),
    /// The master key is another than the one that this database was sealed with.
    #[error(
        "master key: this is not the key that the database was sealed with; nothing was changed. Start with the right key"
    )]
    OtherMasterKey,
    /// The extra certificates cannot be read.
    #[error("outbound.extra_roots: {0}")]
    Roots(io::Error),
    /// The door out cannot be made.
    #[error("outbound: {0}")]
    Outbound(#[from] OutboundError),
    /// The password hashing threads cannot be started.
    #[error("passwords: {0}")]
    Passwords(#[from] PoolError),
    /// The signing keys cannot be made.
    #[error("keys: {0}")]
    Keys(#[from] FlowError),
}

/// Opens the database, without migrating it.
///
/// # Errors
/// [`BootstrapError::Storage`].
pub async fn open_store(config: &Config) -> Result<Store, BootstrapError> {
    let url = match &config.database.url {
        // The path stands in a URL from here on, where these mean something.
        DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.replace('%', "%25")),
        DatabaseUrl::Postgres(url) => url.expose().clone(),
    };
    if let Some(file) = config.database.url.file() {
        make_private(file).map_err(|error| StorageError::Unavailable(format!("{}: {error}", file.display())))?;
    }
    let (readers, connections) = (config.database.readers, config.database.max_connections);
    let options = OpenOptions { readers, connections, ..OpenOptions::new(url) };
    Ok(Store::open(&options).await?)
}

/// Makes the file of a database for its owner alone, and its folder, unless they are there. SQLite gives its other files
/// the same permissions.
pub(super) fn make_private(file: &Path) -> io::Result<()> {
    let mut folders = DirBuilder::new();
    folders.recursive(true);
    let mut options = OpenFile::new();
    options.append(true).create_new(true);
    #[cfg(unix)]
    {
        std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        folders.create(folder)?;
    }
    match options.open(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Brings the schema up to date, finds or makes the master key, makes the first signing keys.
///
/// The master key is proven before anything sealed is touched.
///
/// # Errors
/// [`BootstrapError`], in one clear line.
pub async fn bootstrap(
    config: Config,
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<(Usher, SchemaState), BootstrapError> {
    let (usher, schema) = assemble(config, store, clock, random).await?;
    usher.tend_keys().await?;
    Ok((usher, schema))
}

/// The same for a command beside a running server: signing keys are left as they are, and not taken up.
///
/// # Errors
/// [`BootstrapError`], in one clear line.
pub async fn assemble(
    config: Config,
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<(Usher, SchemaState), BootstrapError> {
    store.schema().await?;
    let mark = store.find_fact_before_migrating(MASTER_KEY_FACT).await?;
    let sealer = Sealer::new(&master_key(&config, mark.is_some(), &*random)?);
    if mark.is_some_and(|mark| mark != sealer.fingerprint()) {
        return Err(BootstrapError::OtherMasterKey);
    }
    let schema = store.migrate().await?;
    let passwords = PasswordParams {
        memory_kib: config.passwords.memory_kib,
        iterations: config.passwords.iterations,
        parallelism: config.passwords.parallelism,
    };
    let pool = PasswordPool::new(passwords, config.passwords.permits, config.passwords.queue)?;
    let upstream = Registry::new(Deps { outbound: outbound(&config)?, clock: clock.clone(), random: random.clone() });
    let usher = Usher::new(config, store, sealer, clock, random, pool, upstream);
    if !usher.settle_master_key().await? {
        return Err(BootstrapError::OtherMasterKey);
    }
    Ok((usher, schema))
}

/// The one door out. A house that is on the loopback itself may call its neighbours there.
fn outbound(config: &Config) -> Result<Outbound, BootstrapError> {
    let mut allow = config.outbound.allow.clone();
    if config.server.issuer.is_loopback() {
        let v4 = Ipv4Net::new_assert(Ipv4Addr::LOCALHOST, 8).trunc();
        allow.extend([IpNet::V4(v4), IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128))]);
    }
    let extra_roots =
        config.outbound.extra_roots.as_deref().map(fs::read).transpose().map_err(BootstrapError::Roots)?;
    Ok(Outbound::new(OutboundRules { allow, extra_roots, timeout: config.outbound.timeout })?)
}

/// The master key as configured or from its file. The file is made only for a house that was never bootstrapped.
fn master_key(config: &Config, bootstrapped: bool, random: &dyn Random) -> Result<MasterKey, BootstrapError> {
    let file = config.keys.master_key_file();
    Ok(match &config.keys.master_key {
        Some(given) => MasterKey::from_bytes(*given.expose()),
        None if bootstrapped => MasterKey::load(&file)?,
        None => MasterKey::load_or_create(&file, random)?,
    })
}
