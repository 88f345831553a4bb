//! The sources of the configuration. Only this file reads the process environment and the disk.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::entry::{Layer, SettingOrigin, entry};
use super::fault::ConfigError;
use super::layer::key_of_variable;
use super::secret_file::in_words;
use super::sections::providers::{self, ConfiguredProvider};
use super::{dotenv, toml_file};
use usher_domain::provider::ProviderKinds;

/// The file that is read by default.
const USUAL_FILE: &str = "usher.toml";
const USUAL_DOTENV: &str = ".env";

/// All sources, lowest priority first. The default is empty and reads nothing.
#[derive(Debug, Clone, Default)]
pub struct SettingSources {
    /// TOML files; later ones override earlier ones.
    pub files: Vec<PathBuf>,
    /// A file of `NAME=value` lines, of which those with the prefix `USHER_` are used.
    pub dotenv: Option<PathBuf>,
    /// Environment variables, of which those with the prefix `USHER_` are used.
    pub env: Vec<(OsString, OsString)>,
    /// Dotted keys with their values, from the command line.
    pub flags: Vec<(String, String)>,
    /// The kinds that providers in the files may have.
    pub kinds: ProviderKinds,
}

impl SettingSources {
    /// The sources of this process: the given files (or `usher.toml`, if it exists), `.env`, if it exists, the
    /// environment, and the flags.
    pub fn of_process(files: Vec<PathBuf>, flags: Vec<(String, String)>, kinds: ProviderKinds) -> Self {
        Self { env: std::env::vars_os().collect(), flags, kinds, ..Self::of_directory(Path::new(""), files) }
    }

    /// The given files, or the default one if it exists; and `.env`, if it exists.
    fn of_directory(dir: &Path, files: Vec<PathBuf>) -> Self {
        let usual = |name: &str| Some(dir.join(name)).filter(|path| path.exists());
        let files = if files.is_empty() { usual(USUAL_FILE).into_iter().collect() } else { files };
        Self { files, dotenv: usual(USUAL_DOTENV), ..Self::default() }
    }

    /// Only flags: for tests and in-memory installations.
    pub fn of_flags<K: Into<String>, V: Into<String>>(flags: impl IntoIterator<Item = (K, V)>) -> Self {
        let flags = flags.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        Self { flags, ..Self::default() }
    }

    /// The layers and the tables of providers, lowest priority first, and read errors.
    pub(super) fn layers(self) -> (Vec<Layer>, Vec<Vec<ConfiguredProvider>>, Vec<ConfigError>) {
        let (mut layers, mut tables, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        let files = self.files.iter().map(|path| (path, toml_file::parse as fn(&Path, &str) -> _));
        let dotenv = self.dotenv.iter().map(|path| (path, dotenv::parse as fn(&Path, &str) -> _));
        for (path, parse) in files.chain(dotenv) {
            let read = fs::read_to_string(path)
                .map_err(|error| vec![ConfigError::Unreadable { path: path.clone(), cause: in_words(&error) }]);
            if let Ok(text) = &read
                && Some(path) != self.dotenv.as_ref()
            {
                tables.push(providers::tables(path, text, &self.kinds, &mut faults));
            }
            match read.and_then(|text| parse(path, &text)) {
                Ok(layer) => layers.push(layer),
                Err(wrong) => faults.extend(wrong),
            }
        }
        layers.push(environment(self.env, &mut faults));
        layers.push(
            self.flags.into_iter().map(|(key, value)| entry(&key, key.clone(), value, SettingOrigin::Flag)).collect(),
        );
        (layers, tables, faults)
    }
}

fn environment(variables: Vec<(OsString, OsString)>, faults: &mut Vec<ConfigError>) -> Layer {
    let mut layer = Layer::new();
    for (name, value) in variables {
        let Some(name) = name.to_str() else { continue };
        let Some(key) = key_of_variable(name).filter(|_| !set_by_kubernetes(name) && !set_by_tests(name)) else {
            continue;
        };
        match value.into_string() {
            Ok(value) => layer.push(entry(name, key, value, SettingOrigin::Environment)),
            Err(_) => faults.push(ConfigError::Syntax {
                origin: SettingOrigin::Environment,
                message: format!("{name} is not valid UTF-8"),
            }),
        }
    }
    layer.sort_by(|a, b| a.0.cmp(&b.0));
    layer
}

/// Kubernetes sets the addresses of a Service called `usher` in the environment of every pod (`USHER_SERVICE_HOST`,
/// `USHER_PORT_8080_TCP_ADDR`, …); they are not settings.
fn set_by_kubernetes(name: &str) -> bool {
    let port = |rest: &str| rest.is_empty() || rest.starts_with('_');
    name == "USHER_SERVICE_HOST"
        || name.strip_prefix("USHER_SERVICE_PORT").is_some_and(port)
        || name.strip_prefix("USHER_PORT").is_some_and(port)
}

/// Variables that scripts and tests of this project use among themselves.
fn set_by_tests(name: &str) -> bool {
    name.starts_with("USHER_TEST_") || matches!(name, "USHER_BIN" | "USHER_RENDER_DIR")
}

/// Number of cores that this process may use; at least one.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_variables_count_and_none_of_kubernetes_or_of_tests() {
        let variables = [
            ("PATH", "/bin"),
            ("USHER_ISSUER", "https://id.example.org"),
            ("USHER_SESSION__IDLE", "1h"),
            ("USHER_SERVICE_HOST", "10.0.0.1"),
            ("USHER_SERVICE_PORT_HTTP", "8080"),
            ("USHER_PORT", "tcp://10.0.0.1:8080"),
            ("USHER_PORT_8080_TCP_ADDR", "10.0.0.1"),
            ("USHER_PORTAL", "x"),
            ("USHER_TEST_POSTGRES_URL", "postgres://usher@localhost/usher"),
            ("USHER_BIN", "target/debug/usher"),
            ("USHER_RENDER_DIR", "/tmp/pages"),
            ("USHER_BINARY", "x"),
        ];
        let mut faults = Vec::new();
        let layer = environment(variables.map(|(name, value)| (name.into(), value.into())).into(), &mut faults);
        let keys: Vec<&str> = layer.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["binary", "issuer", "portal", "session.idle"]);
        assert!(faults.is_empty());
    }

    #[test]
    fn the_usual_files_are_read_where_they_are_and_nothing_else_was_named() {
        let dir = tempfile::tempdir().unwrap();
        let (usual, dotenv) = (dir.path().join("usher.toml"), dir.path().join(".env"));
        assert!(SettingSources::of_directory(dir.path(), vec![]).files.is_empty());
        fs::write(&usual, "").unwrap();
        fs::write(&dotenv, "").unwrap();
        let found = SettingSources::of_directory(dir.path(), vec![]);
        assert_eq!((found.files, found.dotenv), (vec![usual], Some(dotenv)));
        let named = SettingSources::of_directory(dir.path(), vec!["other.toml".into()]);
        assert_eq!(named.files, [PathBuf::from("other.toml")]);
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_no_text_is_named() {
        use std::os::unix::ffi::OsStringExt;
        let mut faults = Vec::new();
        environment(vec![("USHER_LOG".into(), OsString::from_vec(vec![0xFF]))], &mut faults);
        assert!(faults[0].to_string().contains("USHER_LOG is not valid UTF-8"));
    }
}
