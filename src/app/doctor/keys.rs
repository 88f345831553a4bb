//! Checks the master key, the signing keys, their rotation, and the clock.

use std::time::Duration;

use super::Finding;
use usher_accounts::MASTER_KEY_NAME;
use usher_config::Config;
use usher_domain::key::{KeyState, SigningAlg, SigningKeyRecord};
use usher_domain::time::Timestamp;
use usher_keys::keyring::Keyring;
use usher_keys::master::{MasterKey, MasterKeyError};
use usher_keys::seal::Sealer;
use usher_storage::{StorageError, Store};

/// How late a rotation may be: a server checks its keys every hour.
const LATE: Duration = Duration::from_hours(24);
/// How far the clock may be behind the stored times.
const SKEW: Duration = Duration::from_mins(1);

/// The findings, and the ids of the published keys.
pub async fn examine(config: &Config, store: &Store, now: Timestamp) -> (Vec<Finding>, Option<Vec<String>>) {
    let broken = |error: &StorageError| Finding::bad("keys", "reading the keys", error.to_string(), "run this again");
    let (sealer, mut findings) = match master(config, store).await {
        Ok((sealer, finding)) => (sealer, vec![finding]),
        Err(error) => return (vec![broken(&error)], None),
    };
    let keys = match store.list_keys().await {
        Ok(keys) => keys,
        Err(error) => {
            findings.push(broken(&error));
            return (findings, None);
        }
    };
    if let Some(sealer) = sealer {
        findings.push(signing(config, &keys, &Keyring::new(&keys, &sealer), now));
    }
    findings.push(clock(&keys, now));
    (findings, Some(keys.into_iter().map(|key| key.kid).collect()))
}

async fn master(config: &Config, store: &Store) -> Result<(Option<Sealer>, Finding), StorageError> {
    let file = config.keys.master_key_file();
    let (tried, loaded) = match &config.keys.master_key {
        Some(given) => ("reading the setting master_key".to_owned(), Ok(MasterKey::from_bytes(*given.expose()))),
        None => (format!("reading {}", file.display()), MasterKey::load(&file)),
    };
    let mark = store.find_value(MASTER_KEY_NAME).await?;
    Ok(match (loaded, mark) {
        (Err(error), _) => (None, unread(tried, &error)),
        (Ok(_), None) => {
            (None, Finding::doubtful("master key", tried, "the database was never bootstrapped", "start Usher once"))
        }
        (Ok(key), Some(mark)) => {
            let sealer = Sealer::new(&key);
            if mark == sealer.fingerprint() {
                (Some(sealer), Finding::good("master key", tried, "the one this database was sealed with"))
            } else {
                let remedy = "set master_key, or keys.dir, to the key this database was bootstrapped with";
                (None, Finding::bad("master key", tried, "another than this database was sealed with", remedy))
            }
        }
    })
}

fn unread(tried: String, error: &MasterKeyError) -> Finding {
    let remedy = match error {
        MasterKeyError::OpenToOthers { path, .. } => format!("chmod 600 {}", path.display()),
        _ => "bring the key back from its backup, or set master_key or keys.dir".to_owned(),
    };
    Finding::bad("master key", tried, error.to_string(), remedy)
}

fn signing(config: &Config, keys: &[SigningKeyRecord], ring: &Keyring, now: Timestamp) -> Finding {
    const SUBJECT: &str = "signing keys";
    let tried = format!("opening {}", keys.len());
    if let Some(damaged) = ring.damaged().first() {
        return Finding::bad(SUBJECT, tried, damaged.to_string(), "restore the row from a backup, or delete it");
    }
    let lacking: Vec<&str> =
        SigningAlg::ALL.into_iter().filter(|alg| ring.active_kid(*alg).is_none()).map(SigningAlg::as_str).collect();
    if !lacking.is_empty() {
        let found = format!("nothing signs with {}", lacking.join(", "));
        return Finding::bad(SUBJECT, tried, found, "start Usher: it makes what is missing");
    }
    let due = config.keys.rotate_after + LATE;
    let is_overdue = |key: &&SigningKeyRecord| {
        key.state() == KeyState::Active && key.active_at.is_some_and(|since| since + due < now)
    };
    match keys.iter().find(is_overdue) {
        Some(key) => {
            let found = format!("{} has signed for longer than keys.rotate_after", key.kid);
            Finding::doubtful(SUBJECT, tried, found, "let Usher run, or run `usher keys rotate`")
        }
        None => Finding::good(SUBJECT, tried, "one signs for each algorithm, none is overdue"),
    }
}

/// A key that was created in the future shows that this clock is behind.
fn clock(keys: &[SigningKeyRecord], now: Timestamp) -> Finding {
    let tried = format!("comparing {now} with what is written");
    let newest = keys.iter().flat_map(|key| [Some(key.created_at), key.active_at, key.retired_at]).flatten().max();
    match newest {
        Some(newest) if newest > now + SKEW => {
            let found = format!("a key is from {newest}, which is {} s ahead", newest.seconds_since(now));
            Finding::bad("clock", tried, found, "set the clock of this machine, best by NTP")
        }
        _ => Finding::good("clock", tried, "agrees with the database"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::FindingLevel;
    use super::*;

    fn key(created_at: i64) -> SigningKeyRecord {
        SigningKeyRecord {
            kid: "k".into(),
            alg: SigningAlg::Es256,
            created_at: Timestamp(created_at),
            active_at: None,
            retired_at: None,
            expires_at: None,
            pruned_at: None,
            public_jwk: serde_json::Value::Null,
            sealed_private: Vec::new(),
        }
    }

    #[test]
    fn a_clock_behind_the_database_is_noticed() {
        assert_eq!(clock(&[], Timestamp(1000)).verdict, FindingLevel::Good);
        assert_eq!(clock(&[key(1000)], Timestamp(1000)).verdict, FindingLevel::Good);
        assert_eq!(clock(&[key(5000), key(9)], Timestamp(1000)).verdict, FindingLevel::Bad);
    }

    #[test]
    fn damaged_and_missing_keys_are_distinguished() {
        let config = usher_config::Config::load(usher_config::RunMode::Dev, usher_config::SettingSources::default());
        let config = config.unwrap();
        let sealer = Sealer::new(&MasterKey::from_bytes([7; 32]));
        let damaged = [key(1)];
        let found = signing(&config, &damaged, &Keyring::new(&damaged, &sealer), Timestamp(2));
        assert!(found.verdict == FindingLevel::Bad && found.found.contains("damaged"), "{found:?}");
        let found = signing(&config, &[], &Keyring::new(&[], &sealer), Timestamp(2));
        assert!(found.verdict == FindingLevel::Bad && found.found.contains("RS256, ES256, PS256, EdDSA"), "{found:?}");
    }
}
