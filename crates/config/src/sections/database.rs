//! The database.

use std::fmt;
use std::path::Path;

use crate::fault::InvalidReason;
use crate::reader::SettingsReader;
use crate::setting::{PrintedPart, SettingDefault, SettingValue, settings};
use usher_domain::secret::Secret;

settings! {
    /// The database: `SQLite` in a file, or `PostgreSQL`.
    DatabaseSettings {
        /// The database: `sqlite://PATH`, or `postgres://USER:PASSWORD@HOST/NAME`.
        "database_url" => url: DatabaseUrl = SettingDefault::Always("sqlite://.usher/usher.db");
        /// Maximum number of connections to PostgreSQL.
        "database.max_connections" => max_connections: u32 = SettingDefault::Always("16");
        /// Read connections to SQLite, in addition to the one that writes.
        "database.readers" => readers: u32 = SettingDefault::Always("4");
    }
}

impl DatabaseSettings {
    pub(crate) fn check(&self, reader: &mut SettingsReader) {
        reader.within("database.max_connections", &self.max_connections, &(1..=1000));
        reader.within("database.readers", &self.readers, &(1..=64));
    }
}

/// The URL of a database; its password is never printed.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file, or `:memory:`.
    Sqlite(String),
    /// A `postgres://` URL with its password.
    Postgres(Secret<String>),
}

impl DatabaseUrl {
    /// The file of a `SQLite` database; `None` for `PostgreSQL` and for a database in memory.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) if path != ":memory:" => Some(Path::new(path)),
            _ => None,
        }
    }

    /// The kind of database: `sqlite` or `postgres`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "Sqlite({path:?})"),
            Self::Postgres(_) => f.write_str("Postgres([redacted])"),
        }
    }
}

impl SettingValue for DatabaseUrl {
    const SHOW: PrintedPart = PrintedPart::UrlWithoutPassword;

    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        const EXPECTED: &str = "expected sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME";
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains(['?', '#', '\0']) {
                return Err("expected a path after sqlite:// and nothing behind it".into());
            }
            return Ok(Self::Sqlite(path.to_owned()));
        }
        let url = url::Url::parse(text).map_err(|_| EXPECTED)?;
        // A server reached over a Unix socket has no host in the URL, but a `host=` in its query.
        let somewhere = url.has_host() || url.query_pairs().any(|(name, _)| name == "host");
        if !matches!(url.scheme(), "postgres" | "postgresql") || !somewhere || url.path().len() < 2 {
            return Err(EXPECTED.into());
        }
        Ok(Self::Postgres(Secret::new(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_databases_are_known() {
        let sqlite = DatabaseUrl::from_text("sqlite://.usher/usher.db").unwrap();
        assert_eq!(sqlite.file(), Some(Path::new(".usher/usher.db")));
        assert_eq!(
            DatabaseUrl::from_text("sqlite:///var/lib/usher.db").unwrap().file(),
            Some(Path::new("/var/lib/usher.db"))
        );
        assert_eq!(DatabaseUrl::from_text("sqlite::memory:").unwrap().file(), None);
        let postgres = DatabaseUrl::from_text("postgres://usher:hunter2@db/usher").unwrap();
        assert_eq!(postgres.kind(), "postgres");
        assert_eq!(format!("{postgres:?}"), "Postgres([redacted])");
        assert!(DatabaseUrl::from_text("postgres:///usher?host=/run/postgresql").is_ok());
    }

    #[test]
    fn other_databases_and_broken_addresses_are_refused() {
        for bad in [
            "",
            "usher.db",
            "mysql://db/usher",
            "sqlite:",
            "sqlite://",
            "sqlite://a?mode=ro",
            "postgres://",
            "postgres:usher",
            "postgres://db",
            "postgres:///usher",
        ] {
            assert!(DatabaseUrl::from_text(bad).is_err(), "{bad}");
        }
    }
}
