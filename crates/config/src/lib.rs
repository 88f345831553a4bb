//! What an operator may set: loaded from layers, checked as a whole, frozen.
//!
//! Built-in defaults < `usher.toml` < `.env` < environment < flags. Every fault is reported, together, with the place
//! it stands in; a name that nobody knows is a fault. Only `source` reads the environment and the disk.

mod dotenv;
mod entry;
mod explain;
mod fault;
mod layer;
#[cfg(test)]
mod load_tests;
mod nearest;
mod reader;
mod sections;
mod setting;
mod source;
mod toml_file;
mod units;
mod value;

use sections::{
    database, demo, issuer, keys, limits, mail, outbound, projects, providers, registration, server, session, sign_in,
    telemetry, tokens,
};

pub use database::{Database, DatabaseUrl};
pub use demo::Demo;
pub use entry::Origin;
pub use explain::Explained;
pub use fault::{ConfigError, ConfigErrors};
pub use issuer::Issuer;
pub use keys::Keys;
pub use limits::Limits;
pub use mail::{Mail, SmtpUrl};
pub use outbound::Outbound;
pub use projects::{Makers, Projects};
pub use providers::ConfiguredProvider;
pub use registration::SignUp;
pub use server::Server;
pub use session::{Session, SessionMode};
pub use setting::Profile;
pub use sign_in::Passwords;
pub use source::Sources;
pub use telemetry::{LogFormat, Telemetry};
pub use tokens::Tokens;
pub use units::Limit;

use entry::{Entry, Given, entry};
use layer::Layers;
use reader::Reader;
use setting::Setting;

/// Everything an operator has decided. Made by [`Config::load`] alone, and never changed afterwards.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who Usher was started for.
    pub profile: Profile,
    /// The front door: address, listener, TLS, proxies.
    pub server: Server,
    /// Where Usher remembers.
    pub database: Database,
    /// The master key and the life of signing keys.
    pub keys: Keys,
    /// How letters leave the house.
    pub mail: Mail,
    /// What is logged.
    pub telemetry: Telemetry,
    /// How much of what one may have.
    pub limits: Limits,
    /// How long a browser stays signed in.
    pub session: Session,
    /// How long codes and tokens live.
    pub tokens: Tokens,
    /// How passwords are hashed.
    pub passwords: Passwords,
    /// Who may open an account.
    pub sign_up: SignUp,
    /// What the one door out lets through.
    pub outbound: Outbound,
    /// Who may make projects, and how long their histories are kept.
    pub projects: Projects,
    /// The demo applications.
    pub demo: Demo,
    /// The upstream providers that are written in the file.
    pub providers: Vec<ConfiguredProvider>,
    explained: Vec<Explained>,
}

impl Config {
    /// Loads, checks and freezes. Errors name every fault at once.
    pub fn load(profile: Profile, sources: Sources) -> Result<Self, ConfigErrors> {
        let (given, tables, mut faults) = sources.layers();
        let mut layers = Layers::new(known());
        layers.put(defaults_layer(profile));
        let mut beside = entry::Layer::new();
        for mut layer in given {
            beside.extend(providers::split(&mut layer));
            layers.put(layer);
        }
        let providers = providers::settle(tables, beside, &mut faults);
        let issuer = layers.get("issuer").is_none().then(|| guessed_issuer(profile, &layers)).flatten();
        layers.put(issuer.into_iter().collect());

        let mut reader = Reader::new(profile, layers);
        let config = Self::read(&mut reader);
        if let Some(config) = &config {
            config.check(&mut reader);
        }
        let (wrong, explained) = reader.finish();
        faults.extend(wrong);
        match config {
            Some(config) if faults.is_empty() => Ok(Self { providers, explained, ..config }),
            _ => Err(ConfigErrors(faults)),
        }
    }

    /// Every setting: its value, masked where it is secret, where it was written, and its default.
    pub fn explain(&self) -> Vec<Explained> {
        self.explained.clone()
    }

    /// Every setting of the providers that are written in the file, secrets masked.
    pub fn explain_providers(&self) -> Vec<Explained> {
        self.providers.iter().flat_map(explain::of_provider).collect()
    }

    fn read(reader: &mut Reader) -> Option<Self> {
        // Every section is read before any is asked for, so that the faults of all are known.
        let (server, database, keys) = (Server::read(reader), Database::read(reader), Keys::read(reader));
        let (mail, telemetry, limits) = (Mail::read(reader), Telemetry::read(reader), Limits::read(reader));
        let (session, tokens) = (Session::read(reader), Tokens::read(reader));
        let (passwords, sign_up) = (Passwords::read(reader), SignUp::read(reader));
        let (outbound, demo) = (Outbound::read(reader), Demo::read(reader));
        let projects = Projects::read(reader);
        Some(Self {
            profile: reader.profile,
            server: server?,
            database: database?,
            keys: keys?,
            mail: mail?,
            telemetry: telemetry?,
            limits: limits?,
            session: session?,
            tokens: tokens?,
            passwords: passwords?,
            sign_up: sign_up?,
            outbound: outbound?,
            projects: projects?,
            demo: demo?,
            providers: Vec::new(),
            explained: Vec::new(),
        })
    }

    fn check(&self, reader: &mut Reader) {
        self.server.check(reader);
        self.database.check(reader);
        self.keys.check(reader);
        self.mail.check(reader);
        self.telemetry.check(reader);
        self.limits.check(reader);
        self.session.check(reader);
        self.tokens.check(reader);
        self.passwords.check(reader);
        self.outbound.check(reader);
        self.demo.check(reader);
    }
}

/// Every setting with its default, without reading anything: what `usher config print --defaults` shows.
pub fn defaults(profile: Profile) -> Vec<Explained> {
    let mut layers = Layers::new(known());
    layers.put(defaults_layer(profile));
    let issuer = guessed_issuer(profile, &layers);
    layers.put(issuer.into_iter().collect());
    Reader::new(profile, layers).finish().1
}

fn known() -> Vec<Setting> {
    [
        Server::SETTINGS,
        Database::SETTINGS,
        Keys::SETTINGS,
        Mail::SETTINGS,
        Telemetry::SETTINGS,
        Limits::SETTINGS,
        Session::SETTINGS,
        Tokens::SETTINGS,
        Passwords::SETTINGS,
        SignUp::SETTINGS,
        Outbound::SETTINGS,
        Projects::SETTINGS,
        Demo::SETTINGS,
    ]
    .concat()
}

fn defaults_layer(profile: Profile) -> entry::Layer {
    let built_in = known().into_iter().filter_map(|setting| {
        let text = setting.fallback.text(profile)?;
        Some(entry(setting.key, setting.key.to_owned(), text.to_owned(), Origin::Default))
    });
    let cores = source::cores().to_string();
    let permits = entry("passwords.permits", String::from("passwords.permits"), cores, Origin::Default);
    built_in.chain([permits]).collect()
}

/// `usher dev` is reached on this machine under the port it listens on; nobody else's issuer can be guessed.
fn guessed_issuer(profile: Profile, layers: &Layers) -> Option<(String, Entry)> {
    let Given::Text(listen) = &layers.get("listen")?.given else { return None };
    // Where `listen` cannot be read, that is the fault to report, not a missing issuer.
    let port = listen.parse::<std::net::SocketAddr>().map_or(8080, |address| address.port());
    let issuer = if port == 80 { String::from("http://localhost") } else { format!("http://localhost:{port}") };
    (profile == Profile::Dev && port != 0).then(|| entry("issuer", String::from("issuer"), issuer, Origin::Default))
}
