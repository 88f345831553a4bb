//! The nouns of the house: what Usher knows about, and the rules that hold for them.
//!
//! Pure: no clock, no randomness, no I/O. Time and random bytes are passed in.

pub mod id;
pub mod key;
pub mod random;
pub mod secret;
pub mod time;
