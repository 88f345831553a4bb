//! The owner of a database, `usher dev` or `usher serve`, so that development and production never share one.

use usher_config::RunMode;
use usher_storage::{Result, Store};

const NAME: &str = "profile";

/// The database belongs to the other command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongDatabaseOwner {
    /// `usher serve` found a database of `usher dev`, which has an account with a known password.
    #[error(
        "database: this one was made by `usher dev`, with an account whose password everybody knows: set USHER_DATABASE_URL to another"
    )]
    DevData,
    /// `usher dev` found a database of `usher serve`.
    #[error(
        "database: this one belongs to `usher serve`; `usher dev` would put an account into it whose password everybody knows: set USHER_DATABASE_URL to another"
    )]
    Production,
}

fn word(profile: RunMode) -> &'static [u8] {
    match profile {
        RunMode::Dev => b"dev",
        RunMode::Serve => b"serve",
    }
}

fn compare(profile: RunMode, mark: Option<&[u8]>) -> std::result::Result<(), WrongDatabaseOwner> {
    match (profile, mark) {
        (_, None) => Ok(()),
        (profile, Some(mark)) if mark == word(profile) => Ok(()),
        (RunMode::Serve, _) => Err(WrongDatabaseOwner::DevData),
        (RunMode::Dev, _) => Err(WrongDatabaseOwner::Production),
    }
}

/// Checks whether the database belongs to this profile, without changing it.
///
/// # Errors
/// If the database cannot be read; [`WrongDatabaseOwner`] inside.
pub async fn check_owner(store: &Store, profile: RunMode) -> Result<std::result::Result<(), WrongDatabaseOwner>> {
    store.schema().await?;
    let mark = store.find_value_before_migrating(NAME).await?;
    Ok(compare(profile, mark.as_deref()))
}

/// Sets the owner of a database that has none, and compares.
///
/// # Errors
/// If the database cannot be written; [`WrongDatabaseOwner`] inside.
pub async fn claim(store: &Store, profile: RunMode) -> Result<std::result::Result<(), WrongDatabaseOwner>> {
    let mut tx = store.begin().await?;
    let stands = tx.set_value_once(NAME, word(profile)).await?;
    tx.commit().await?;
    Ok(compare(profile, Some(&stands)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_profile_keeps_to_its_own_and_to_what_is_unmarked() {
        assert_eq!(compare(RunMode::Dev, None), Ok(()));
        assert_eq!(compare(RunMode::Dev, Some(b"dev")), Ok(()));
        assert_eq!(compare(RunMode::Serve, Some(b"serve")), Ok(()));
        assert_eq!(compare(RunMode::Serve, Some(b"dev")), Err(WrongDatabaseOwner::DevData));
        assert_eq!(compare(RunMode::Dev, Some(b"serve")), Err(WrongDatabaseOwner::Production));
    }
}
