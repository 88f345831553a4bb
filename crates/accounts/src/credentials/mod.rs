//! Credentials: passwords, authenticator apps, recovery codes, passkeys.

pub mod factors;
pub mod passkeys;
pub mod password_pool;
pub mod password_rules;
pub mod passwords;
pub mod recovery_codes;
pub mod standing;
pub mod totp;
