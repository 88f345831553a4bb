//! The only room that knows every other: configuration in, running house out.

mod furnish;
mod source;

pub use furnish::{FurnishError, furnish};
pub use source::{OsRandom, SystemClock};
