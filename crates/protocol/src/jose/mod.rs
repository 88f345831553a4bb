//! JOSE of others: keys and signed objects that clients send. What Usher signs is in the crate `keys`.

pub mod foreign_jws;
pub mod numeric_date;
pub mod public_jwk;
