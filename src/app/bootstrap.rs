//! Bootstrapping: from configuration to a usable database, master key and signing keys.

use std::fs::{self, DirBuilder, OpenOptions as OpenFile};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use tokio::sync::Notify;
use usher_accounts::credentials::password_pool::{PasswordParams, PasswordPool, PoolError};
use usher_accounts::{Core, FlowError, MASTER_KEY_NAME};
use usher_config::{Config, DatabaseUrl};
use usher_domain::random::Random;
use usher_domain::time::Clock;
use usher_flows::{GRANTS, GrantTypeRow, Usher};
use usher_http_client::{Outbound, OutboundError, OutboundRules};
use usher_keys::master::{MasterKey, MasterKeyError};
use usher_keys::seal::Sealer;
use usher_storage::{OpenOptions, SchemaState, StorageError, Store};
use usher_upstream::{CONNECTORS, Connector, Deps, Registry};

/// Why bootstrapping failed.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The database cannot be opened or migrated.
    #[error("database: {0}")]
    Storage(#[from] StorageError),
    /// There is no usable master key.
    #[error("master key: {0}")]
    MasterKey(#[from] MasterKeyError),
    /// The database was sealed with another master key.
    #[error(
        "master key: this is not the key that the database was sealed with; nothing was changed. Start with the right key"
    )]
    OtherMasterKey,
    /// The extra certificates cannot be read.
    #[error("outbound.extra_roots: {0}")]
    Roots(io::Error),
    /// The HTTP client cannot be created.
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
        // The path becomes part of a URL, in which these characters are special.
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

/// Creates the database file, readable by its owner only, and its folder, unless they exist. SQLite gives its other
/// files the same permissions.
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

/// Migrates the schema, finds or creates the master key, creates the first signing keys.
///
/// The master key is verified before sealed data is used.
///
/// # Errors
/// [`BootstrapError`], in one line.
pub async fn bootstrap(
    config: Config,
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<(Usher, SchemaState), BootstrapError> {
    let (usher, schema) = assemble(config, store, clock, random).await?;
    usher.signing_keys.tend_keys().await?;
    Ok((usher, schema))
}

/// The grant types and the kinds of upstream providers of a server.
#[derive(Clone, Copy)]
pub struct Extensions {
    pub grants: &'static [GrantTypeRow],
    pub connectors: &'static [&'static Connector],
}

impl Extensions {
    /// Those of Usher. Tests add specimens.
    pub const BUILT_IN: Self = Self { grants: GRANTS, connectors: CONNECTORS };
}

/// The same for a command that runs next to a server: signing keys are neither changed nor loaded.
///
/// # Errors
/// [`BootstrapError`], in one line.
pub async fn assemble(
    config: Config,
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<(Usher, SchemaState), BootstrapError> {
    assemble_with(Extensions::BUILT_IN, config, store, clock, random).await
}

/// The same with these grant types and providers.
///
/// # Errors
/// [`BootstrapError`], in one line.
pub async fn assemble_with(
    Extensions { grants, connectors }: Extensions,
    config: Config,
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<(Usher, SchemaState), BootstrapError> {
    store.schema().await?;
    let mark = store.find_value_before_migrating(MASTER_KEY_NAME).await?;
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
    let deps = Deps { outbound: outbound(&config)?, clock: clock.clone(), random: random.clone() };
    let upstream = Registry::new(deps, connectors);
    let grant_types = grants.iter().map(|row| row.grant_type).collect();
    let core =
        Core { config, store, sealer, clock, random, password_pool: pool, grant_types, mail_wakeup: Notify::new() };
    let usher = Usher::new(core, upstream, grants);
    if !usher.signing_keys.claim_master_key().await? {
        return Err(BootstrapError::OtherMasterKey);
    }
    usher.apis.adopt_audiences().await?;
    Ok((usher, schema))
}

/// The client for outgoing calls. A server whose issuer is on the loopback interface may call loopback addresses.
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

/// The master key from the settings or its file. The file is created only for a database that was never bootstrapped.
fn master_key(config: &Config, bootstrapped: bool, random: &dyn Random) -> Result<MasterKey, BootstrapError> {
    let file = config.keys.master_key_file();
    Ok(match &config.keys.master_key {
        Some(given) => MasterKey::from_bytes(*given.expose()),
        None if bootstrapped => MasterKey::load(&file)?,
        None => MasterKey::load_or_create(&file, random)?,
    })
}
