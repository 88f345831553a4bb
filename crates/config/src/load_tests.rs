//! Tests of loading: layers, origins, masking, and errors reported together.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::*;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// A directory with the configuration of one test.
struct ConfigFixture {
    dir: tempfile::TempDir,
    sources: SettingSources,
}

impl ConfigFixture {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), sources: SettingSources::default() }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn with_toml(mut self, name: &str, text: &str) -> Self {
        self.sources.files.push(self.write(name, text));
        self
    }

    fn with_dotenv(mut self, text: &str) -> Self {
        self.sources.dotenv = Some(self.write(".env", text));
        self
    }

    fn with_env(mut self, name: &str, value: &str) -> Self {
        self.sources.env.push((name.into(), value.into()));
        self
    }

    fn with_flag(mut self, key: &str, value: &str) -> Self {
        self.sources.flags.push((key.into(), value.into()));
        self
    }

    fn load(&self, profile: RunMode) -> Config {
        Config::load(profile, self.sources.clone()).unwrap_or_else(|errors| panic!("{errors}"))
    }

    fn faults(&self, profile: RunMode) -> Vec<String> {
        let errors = Config::load(profile, self.sources.clone()).expect_err("should be refused");
        let dir = format!("{}/", self.dir.path().display());
        errors.0.iter().map(|fault| fault.to_string().replace(&dir, "")).collect()
    }

    fn origin(&self, key: &str) -> String {
        let explained = self.load(RunMode::Dev).explain();
        let origin = explained.iter().find(|one| one.key == key).unwrap().origin.to_string();
        origin.replace(&format!("{}/", self.dir.path().display()), "")
    }
}

#[test]
fn dev_needs_nothing() {
    let config = ConfigFixture::new().load(RunMode::Dev);
    assert_eq!(config.server.issuer.as_str(), "http://localhost:8080");
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.keys.dir, PathBuf::from(".usher"));
    assert_eq!(config.database.url.file(), Some(".usher/usher.db".as_ref()));
    assert_eq!(config.telemetry.log_format, LogFormat::Text);
    assert_eq!(config.passwords.permits, source::cores());
    assert!(config.demo.enabled && config.keys.master_key.is_none() && config.mail.smtp_url.is_none());
}

#[test]
fn dev_takes_its_issuer_from_the_port_it_listens_on() {
    let at = |listen| ConfigFixture::new().with_flag("listen", listen);
    assert_eq!(at("0.0.0.0:9000").load(RunMode::Dev).server.issuer.as_str(), "http://localhost:9000");
    assert_eq!(at("127.0.0.1:80").load(RunMode::Dev).server.issuer.as_str(), "http://localhost");
    assert_eq!(at("127.0.0.1:0").faults(RunMode::Dev).len(), 1, "port 0 has no address to be known by");
    assert_eq!(at("nowhere").faults(RunMode::Dev).len(), 1, "the listener is at fault, not the issuer");
}

#[test]
fn serve_needs_an_issuer_and_says_how_to_give_it() {
    let faults = ConfigFixture::new().faults(RunMode::Serve);
    assert_eq!(faults.len(), 1);
    assert!(faults[0].starts_with("issuer is not set: ") && faults[0].contains("USHER_ISSUER=https://"), "{faults:?}");
    let config = ConfigFixture::new().with_env("USHER_ISSUER", "https://id.example.org").load(RunMode::Serve);
    assert_eq!(config.keys.dir, PathBuf::from("keys"));
    assert_eq!(config.telemetry.log_format, LogFormat::Json);
    assert!(!config.demo.enabled);
}

#[test]
fn dev_serves_this_machine_alone() {
    let faults = ConfigFixture::new().with_env("USHER_ISSUER", "https://id.example.org").faults(RunMode::Dev);
    assert!(faults[0].contains("USHER_ISSUER = https://id.example.org: expected localhost"), "{faults:?}");
}

#[test]
fn every_layer_is_stronger_than_the_one_before() {
    let mut fixture = ConfigFixture::new();
    let expect = |fixture: &ConfigFixture, idle: u64, origin: &str| {
        assert_eq!(fixture.load(RunMode::Dev).session.idle, Duration::from_hours(idle), "{origin}");
        assert_eq!(fixture.origin("session.idle"), origin);
    };
    expect(&fixture, 14 * 24, "default");
    fixture = fixture.with_toml("usher.toml", "\n[session]\nidle = \"1h\"\n");
    expect(&fixture, 1, "usher.toml:3");
    fixture = fixture.with_toml("more.toml", "session.idle = \"2h\"");
    expect(&fixture, 2, "more.toml:1");
    fixture = fixture.with_dotenv("# a comment\nUSHER_SESSION__IDLE=3h\n");
    expect(&fixture, 3, ".env:2");
    fixture = fixture.with_env("USHER_SESSION__IDLE", "4h");
    expect(&fixture, 4, "environment");
    fixture = fixture.with_flag("session.idle", "5h");
    expect(&fixture, 5, "command line");
}

#[test]
fn an_unknown_name_is_answered_in_its_own_spelling() {
    let fixture = ConfigFixture::new()
        .with_toml("usher.toml", "isuer = \"x\"\n[sesion]\nidle = \"1h\"\n")
        .with_dotenv("USHER_LOGFORMAT=json")
        .with_env("USHER_DATABASE__URL", "sqlite://x")
        .with_flag("colour", "blue");
    let mut faults = fixture.faults(RunMode::Dev);
    faults.sort();
    assert_eq!(
        faults,
        [
            ".env:1: no setting is called USHER_LOGFORMAT; did you mean USHER_LOG_FORMAT?",
            "command line: no setting is called colour; `usher config print --defaults` lists them all",
            "environment: no setting is called USHER_DATABASE__URL; did you mean USHER_DATABASE_URL?",
            "usher.toml:1: no setting is called isuer; did you mean issuer?",
            "usher.toml:3: no setting is called sesion.idle; did you mean session.idle?",
        ]
    );
}

#[test]
fn a_section_is_not_a_setting_nor_a_setting_a_section() {
    let faults = ConfigFixture::new().with_toml("usher.toml", "session = 5\n[listen]\nport = 1\n").faults(RunMode::Dev);
    assert!(faults.iter().any(|fault| fault == "usher.toml:1: session is a section, not a setting"), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.contains("no setting is called listen.port")), "{faults:?}");
}

#[test]
fn names_of_later_versions_are_refused_and_not_ignored() {
    let fixture = ConfigFixture::new()
        .with_env("USHER_REDIS_URL", "redis://cache")
        .with_env("USHER_METRICS_LISTEN", "127.0.0.1:9090");
    let faults = fixture.faults(RunMode::Dev);
    assert_eq!(faults.len(), 2);
    assert!(faults.iter().all(|fault| fault.contains("is not supported by this version yet")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.contains("USHER_METRICS_LISTEN")));
}

#[test]
fn faults_are_reported_together_with_place_value_and_what_was_expected() {
    let fixture = ConfigFixture::new()
        .with_toml("usher.toml", "listen = 8080\ntrusted_proxies = [\"10.0.0.0/8\", \"x\"]\nlog = [\"info\"]\n")
        .with_env("USHER_TOKENS__ACCESS_TTL", "10 minutes")
        .with_env("USHER_PASSWORDS__MIN_LENGTH", "4")
        .with_flag("limits.sign_in", "often");
    let faults = fixture.faults(RunMode::Dev);
    for expected in [
        "usher.toml:1: listen = 8080: expected an address and a port",
        "usher.toml:2: trusted_proxies = 10.0.0.0/8, x: expected an address range",
        "usher.toml:3: log = info: expected one value, not a list",
        "environment: USHER_TOKENS__ACCESS_TTL = 10 minutes: expected a whole number with a unit",
        "command line: limits.sign_in = often: expected a rate such as 10/min",
    ] {
        assert!(faults.iter().any(|fault| fault.starts_with(expected)), "{expected}\n{faults:?}");
    }
    assert_eq!(faults.len(), 5, "a value out of bounds is reported once every value can be read: {faults:?}");
    let text = Config::load(RunMode::Dev, fixture.sources.clone()).unwrap_err().to_string();
    assert!(text.starts_with("5 faults in the configuration:\n  "), "{text}");
}

#[test]
fn values_out_of_bounds_or_at_odds_are_refused() {
    for (key, value, expected) in [
        ("passwords.min_length", "4", "expected between 8 and 64"),
        ("passwords.memory_kib", "7", "expected between 8 and 1048576"),
        ("passwords.permits", "0", "expected between 1 and 256"),
        ("tokens.code_ttl", "11m", "expected between 1s and 10m"),
        ("tokens.access_ttl", "0", "expected between 1s and 1d"),
        ("tokens.refresh_idle", "366d", "expected at most tokens.refresh_absolute, 365d"),
        ("tokens.refresh_retry_window", "6m", "expected between 0s and 5m"),
        ("session.mode", "both", "expected cookie or token"),
        ("session.idle", "91d", "expected at most session.absolute, 90d"),
        ("keys.publish_before", "90d", "expected less than keys.rotate_after, 90d"),
        ("limits.connections", "0", "expected between 1 and 1000000"),
        ("outbound.timeout", "11s", "expected between 1s and 10s"),
        ("outbound.timeout", "0", "expected between 1s and 10s"),
        ("database.readers", "0", "expected between 1 and 64"),
        ("database.max_connections", "0", "expected between 1 and 1000"),
        ("tls.cert", "cert.pem", "expected the key of tls.cert"),
        ("tls.key", "key.pem", "expected the certificate of tls.key"),
        ("mail.smtp_url", "smtps://mail", "expected a sender beside mail.smtp_url"),
        ("demo.listen_b", "127.0.0.1:8081", "expected another address than demo.listen_a"),
        ("log", "info\ndebug", "expected one line"),
    ] {
        let faults = ConfigFixture::new().with_flag(key, value).faults(RunMode::Dev);
        assert!(faults.len() == 1 && faults[0].contains(expected), "{key} = {value}: {faults:?}");
    }
}

#[test]
fn tls_and_demo_keep_to_their_profile() {
    let serve = || ConfigFixture::new().with_flag("issuer", "http://localhost:8080");
    let faults = serve().with_flag("tls.cert", "c").with_flag("tls.key", "k").faults(RunMode::Serve);
    assert!(faults[0].contains("expected https, because tls.cert is set"), "{faults:?}");
    let faults = serve().with_flag("demo.enabled", "true").faults(RunMode::Serve);
    assert!(faults[0].contains("come with `usher dev` alone"), "{faults:?}");
}

#[test]
fn no_refresh_limit_is_written_as_zero() {
    let fixture =
        ConfigFixture::new().with_flag("tokens.refresh_absolute", "0").with_flag("tokens.refresh_idle", "3660d");
    assert_eq!(fixture.load(RunMode::Dev).tokens.refresh_absolute_limit(), None);
    assert_eq!(
        ConfigFixture::new().load(RunMode::Dev).tokens.refresh_absolute_limit(),
        Some(Duration::from_hours(365 * 24))
    );
}

#[test]
fn a_secret_may_stand_in_a_file_of_its_own() {
    let fixture = ConfigFixture::new();
    let path = fixture.write("master", &format!("{KEY}\n"));
    let path = path.to_str().unwrap();
    let expected = std::array::from_fn::<u8, 32, _>(|at| u8::try_from(at).unwrap());
    let by_env = fixture.with_env("USHER_MASTER_KEY_FILE", path);
    assert_eq!(by_env.load(RunMode::Dev).keys.master_key.unwrap().expose(), &expected);
    let by_toml = ConfigFixture::new().with_toml("usher.toml", &format!("master_key_file = {path:?}"));
    assert_eq!(by_toml.load(RunMode::Dev).keys.master_key.unwrap().expose(), &expected);
    assert_eq!(by_toml.origin("master_key"), "usher.toml:1");
}

#[test]
fn a_stronger_layer_wins_whichever_form_it_uses() {
    let weak = ConfigFixture::new().with_toml("usher.toml", "master_key_file = \"/nowhere\"");
    let fixture = weak.with_env("USHER_MASTER_KEY", KEY);
    assert!(fixture.load(RunMode::Dev).keys.master_key.is_some(), "the file of the weaker layer is not even opened");
}

#[test]
fn both_forms_in_one_layer_are_one_too_many() {
    let fixture = ConfigFixture::new().with_env("USHER_MASTER_KEY", KEY).with_env("USHER_MASTER_KEY_FILE", "/nowhere");
    let faults = fixture.faults(RunMode::Dev);
    assert_eq!(faults, ["environment: USHER_MASTER_KEY and its `_FILE` form are both set here; keep one"]);
}

#[test]
fn only_secrets_have_a_file_form() {
    let faults = ConfigFixture::new().with_env("USHER_LISTEN_FILE", "x").faults(RunMode::Dev);
    assert!(faults[0].contains("no setting is called USHER_LISTEN_FILE"), "{faults:?}");
}

#[test]
fn a_secret_file_that_cannot_be_read_is_one_fault() {
    for name in ["USHER_DATABASE_URL_FILE", "USHER_MASTER_KEY_FILE", "USHER_MAIL__SMTP_URL_FILE"] {
        let faults = ConfigFixture::new().with_env(name, "/nowhere/at-all").faults(RunMode::Dev);
        assert_eq!(faults.len(), 1, "{faults:?}");
        let expected =
            format!("environment: {name} = /nowhere/at-all: expected the path of a readable file: no such file");
        assert_eq!(faults[0], expected);
    }
}

#[test]
fn secrets_are_masked_wherever_they_could_be_seen() {
    let fixture = ConfigFixture::new()
        .with_env("USHER_MASTER_KEY", KEY)
        .with_env("USHER_DATABASE_URL", "postgres://usher:hunter2@db/usher")
        .with_env("USHER_MAIL__SMTP_URL", "smtps://usher:hunter2@mail")
        .with_env("USHER_MAIL__FROM", "no-reply@example.org");
    let config = fixture.load(RunMode::Dev);
    let seen = format!("{config:?} {}", serde_json::to_string(&config.explain()).unwrap());
    assert!(seen.contains("postgres://usher:***@db/usher"), "{seen}");
    assert!(!seen.contains("hunter2") && !seen.contains(KEY), "{seen}");
}

#[test]
fn a_refused_secret_is_masked_in_the_error() {
    let fixture = ConfigFixture::new()
        .with_env("USHER_MASTER_KEY", "hunter2")
        .with_env("USHER_DATABASE_URL", "mysql://usher:hunter2@db/usher")
        .with_env("USHER_MAIL__SMTP_URL", "hunter2");
    let faults = fixture.faults(RunMode::Dev);
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults.iter().all(|fault| !fault.contains("hunter2")), "{faults:?}");
    assert!(
        faults.iter().any(|fault| fault.contains("USHER_MASTER_KEY = [redacted]: expected 32 bytes")),
        "{faults:?}"
    );
}

#[test]
fn an_empty_value_takes_an_optional_setting_back() {
    let fixture = ConfigFixture::new().with_toml("usher.toml", "outbound.extra_roots = \"roots.pem\"");
    assert!(fixture.load(RunMode::Dev).outbound.extra_roots.is_some());
    assert!(fixture.with_env("USHER_OUTBOUND__EXTRA_ROOTS", "").load(RunMode::Dev).outbound.extra_roots.is_none());
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let mut fixture = ConfigFixture::new();
    fixture.sources.files.push(fixture.dir.path().join("other.toml"));
    assert_eq!(fixture.faults(RunMode::Dev), ["cannot read other.toml: no such file"]);
}

#[test]
fn every_setting_is_explained_once_and_every_default_can_be_written_back() {
    for profile in [RunMode::Dev, RunMode::Serve] {
        let explained = defaults(profile);
        let mut keys: Vec<&str> = explained.iter().map(|one| one.key.as_ref()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), explained.len());
        let mut flags = vec![("issuer", "http://localhost:8080")];
        flags.extend(explained.iter().filter_map(|one| Some((one.key.as_ref(), one.value.as_deref()?))));
        let config = Config::load(profile, SettingSources::of_flags(flags)).unwrap_or_else(|errors| panic!("{errors}"));
        assert!(config.explain().iter().all(|one| !one.about.is_empty() && one.about.ends_with('.')));
    }
}

#[test]
fn the_example_file_serves() {
    let fixture = ConfigFixture::new().with_toml("usher.toml", include_str!("../../../usher.example.toml"));
    assert_eq!(fixture.load(RunMode::Serve).server.issuer.as_str(), "https://id.example.org");
    let uncommented =
        include_str!("../../../usher.example.toml").replace("# smtp_url", "smtp_url").replace("# from", "from");
    assert!(ConfigFixture::new().with_toml("usher.toml", &uncommented).load(RunMode::Serve).mail.smtp_url.is_some());
}

#[test]
fn every_setting_has_a_variable() {
    for setting in known() {
        assert_eq!(layer::key_of_variable(&layer::variable_of_key(setting.key)).as_deref(), Some(setting.key));
    }
    assert_eq!(layer::variable_of_key("mail.smtp_url"), "USHER_MAIL__SMTP_URL");
}
