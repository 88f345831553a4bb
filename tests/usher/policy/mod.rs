//! Access rules: equivalent to Cedar, with test vectors for every language, rejected if invalid.

mod differential;
pub mod documents;
mod generate;
mod http;
mod oracle;
mod size;
mod vectors;
