//! Access rules: held equal to Cedar, written down for every language, refused where they are wrong.

mod differential;
pub mod documents;
mod generate;
mod http;
mod oracle;
mod size;
mod vectors;
