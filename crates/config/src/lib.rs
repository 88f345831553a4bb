//! Settings: loaded in layers, checked as a whole, then constant.
//!
//! Built-in defaults < `usher.toml` < `.env` < environment < flags. All errors are reported together, with their
//! origins; an unknown name is an error. Only `source` reads the environment and the disk.

mod dotenv;
mod entry;
mod explain;
mod fault;
mod layer;
#[cfg(test)]
mod load_tests;
mod nearest;
mod reader;
mod secret_file;
mod sections;
mod setting;
mod source;
mod toml_file;
mod units;
mod value;

pub use entry::SettingOrigin;
pub use explain::ExplainedSetting;
pub use fault::{ConfigError, ConfigErrors};
pub use sections::attempts::AttemptSettings;
pub use sections::client_registration::{ClientRegistrationSettings, DynamicRegistration, HostList};
pub use sections::database::{DatabaseSettings, DatabaseUrl};
pub use sections::demo::DemoSettings;
pub use sections::issuer::Issuer;
pub use sections::keys::KeySettings;
pub use sections::limits::LimitSettings;
pub use sections::mail::{MailSettings, SmtpUrl};
pub use sections::mutual_tls::{CertificateHeader, MutualTlsSettings};
pub use sections::outbound::OutboundSettings;
pub use sections::projects::{ProjectCreators, ProjectSettings};
pub use sections::providers::ConfiguredProvider;
pub use sections::registration::SignUpSettings;
pub use sections::server::ServerSettings;
pub use sections::session::{SessionMode, SessionSettings};
pub use sections::sign_in::PasswordSettings;
pub use sections::telemetry::{LogFormat, TelemetrySettings};
pub use sections::tokens::TokenSettings;
pub use setting::RunMode;
pub use source::SettingSources;
pub use units::RateLimit;

use entry::{GivenValue, LayerEntry, entry};
use layer::SettingLayers;
use reader::SettingsReader;
use setting::Setting;

/// All settings. Created only by [`Config::load`], and never changed.
#[derive(Debug, Clone)]
pub struct Config {
    /// Development or production.
    pub profile: RunMode,
    /// Issuer, listener, TLS, proxies.
    pub server: ServerSettings,
    /// Certificates of TLS clients.
    pub mutual_tls: MutualTlsSettings,
    /// The database.
    pub database: DatabaseSettings,
    /// The master key and the lifecycle of signing keys.
    pub keys: KeySettings,
    /// Mail server and sender.
    pub mail: MailSettings,
    /// Logging.
    pub telemetry: TelemetrySettings,
    /// Rate limits and other limits.
    pub limits: LimitSettings,
    /// Lifetimes of sessions.
    pub session: SessionSettings,
    /// Lifetimes of codes and tokens.
    pub tokens: TokenSettings,
    /// Hashing of passwords.
    pub passwords: PasswordSettings,
    /// Registration.
    pub sign_up: SignUpSettings,
    /// Clients that register themselves.
    pub client_registration: ClientRegistrationSettings,
    /// Outgoing calls.
    pub outbound: OutboundSettings,
    /// Who may create projects, and how long their histories are kept.
    pub projects: ProjectSettings,
    /// The flight recorder.
    pub attempts: AttemptSettings,
    /// The demo applications.
    pub demo: DemoSettings,
    /// The upstream providers defined in the file.
    pub providers: Vec<ConfiguredProvider>,
    explained: Vec<ExplainedSetting>,
}

impl Config {
    /// Loads and checks the settings. Errors are reported all at once.
    pub fn load(profile: RunMode, sources: SettingSources) -> Result<Self, ConfigErrors> {
        let (given, tables, mut faults) = sources.layers();
        let mut layers = SettingLayers::new(known());
        layers.put(defaults_layer(profile));
        let mut beside = entry::Layer::new();
        for mut layer in given {
            beside.extend(sections::providers::split(&mut layer));
            layers.put(layer);
        }
        let providers = sections::providers::merge(tables, beside, &mut faults);
        let issuer = layers.get("issuer").is_none().then(|| guessed_issuer(profile, &layers)).flatten();
        layers.put(issuer.into_iter().collect());

        let mut reader = SettingsReader::new(profile, layers);
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

    /// Every setting: its value, masked if it is secret, its origin, and its default.
    pub fn explain(&self) -> Vec<ExplainedSetting> {
        self.explained.clone()
    }

    /// Every setting of the providers defined in the file, secrets masked.
    pub fn explain_providers(&self) -> Vec<ExplainedSetting> {
        self.providers.iter().flat_map(explain::of_provider).collect()
    }

    fn read(reader: &mut SettingsReader) -> Option<Self> {
        // Every section is read before any is used, so that the errors of all are known.
        let (server, database, keys) =
            (ServerSettings::read(reader), DatabaseSettings::read(reader), KeySettings::read(reader));
        let (mail, telemetry, limits) =
            (MailSettings::read(reader), TelemetrySettings::read(reader), LimitSettings::read(reader));
        let (session, tokens) = (SessionSettings::read(reader), TokenSettings::read(reader));
        let (passwords, sign_up) = (PasswordSettings::read(reader), SignUpSettings::read(reader));
        let (outbound, demo) = (OutboundSettings::read(reader), DemoSettings::read(reader));
        let (projects, client_registration) = (ProjectSettings::read(reader), ClientRegistrationSettings::read(reader));
        let (mutual_tls, attempts) = (MutualTlsSettings::read(reader), AttemptSettings::read(reader));
        Some(Self {
            profile: reader.profile,
            server: server?,
            mutual_tls: mutual_tls?,
            database: database?,
            keys: keys?,
            mail: mail?,
            telemetry: telemetry?,
            limits: limits?,
            session: session?,
            tokens: tokens?,
            passwords: passwords?,
            sign_up: sign_up?,
            client_registration: client_registration?,
            outbound: outbound?,
            projects: projects?,
            attempts: attempts?,
            demo: demo?,
            providers: Vec::new(),
            explained: Vec::new(),
        })
    }

    fn check(&self, reader: &mut SettingsReader) {
        self.server.check(reader);
        self.mutual_tls.check(&self.server, reader);
        self.database.check(reader);
        self.keys.check(reader);
        self.mail.check(reader);
        self.telemetry.check(reader);
        self.limits.check(reader);
        self.session.check(reader);
        self.tokens.check(reader);
        self.passwords.check(reader);
        self.client_registration.check(reader);
        self.outbound.check(reader);
        self.attempts.check(reader);
        self.demo.check(reader);
    }
}

/// Every setting with its default, without reading anything, for `usher config print --defaults`.
pub fn defaults(profile: RunMode) -> Vec<ExplainedSetting> {
    let mut layers = SettingLayers::new(known());
    layers.put(defaults_layer(profile));
    let issuer = guessed_issuer(profile, &layers);
    layers.put(issuer.into_iter().collect());
    SettingsReader::new(profile, layers).finish().1
}

fn known() -> Vec<Setting> {
    [
        ServerSettings::SETTINGS,
        MutualTlsSettings::SETTINGS,
        DatabaseSettings::SETTINGS,
        KeySettings::SETTINGS,
        MailSettings::SETTINGS,
        TelemetrySettings::SETTINGS,
        LimitSettings::SETTINGS,
        SessionSettings::SETTINGS,
        TokenSettings::SETTINGS,
        PasswordSettings::SETTINGS,
        SignUpSettings::SETTINGS,
        ClientRegistrationSettings::SETTINGS,
        OutboundSettings::SETTINGS,
        ProjectSettings::SETTINGS,
        AttemptSettings::SETTINGS,
        DemoSettings::SETTINGS,
    ]
    .concat()
}

fn defaults_layer(profile: RunMode) -> entry::Layer {
    let built_in = known().into_iter().filter_map(|setting| {
        let text = setting.fallback.text(profile)?;
        Some(entry(setting.key, setting.key.to_owned(), text.to_owned(), SettingOrigin::Default))
    });
    let cores = source::cores().to_string();
    let permits = entry("passwords.permits", String::from("passwords.permits"), cores, SettingOrigin::Default);
    built_in.chain([permits]).collect()
}

/// The issuer of `usher dev` is derived from its port; no other issuer can be guessed.
fn guessed_issuer(profile: RunMode, layers: &SettingLayers) -> Option<(String, LayerEntry)> {
    let GivenValue::Text(listen) = &layers.get("listen")?.given else { return None };
    // If `listen` is invalid, that is the error to report, not a missing issuer.
    let port = listen.parse::<std::net::SocketAddr>().map_or(8080, |address| address.port());
    let issuer = if port == 80 { String::from("http://localhost") } else { format!("http://localhost:{port}") };
    (profile == RunMode::Dev && port != 0)
        .then(|| entry("issuer", String::from("issuer"), issuer, SettingOrigin::Default))
}
