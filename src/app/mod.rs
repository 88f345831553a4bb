//! The only room that knows every other: configuration in, running house out.

mod furnish;
mod source;

pub use furnish::{FurnishError, furnish, open_store};
pub use source::{OsRandom, SystemClock};
