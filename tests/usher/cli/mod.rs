//! The built program, as somebody types it: exit codes, what is printed where, and what is left behind.

mod beside_dev;
mod development_data;
mod program;
#[cfg(feature = "sim")]
mod provider;
mod refusals;
mod sample;
mod serving;
mod settings;
#[cfg(feature = "sim")]
mod sim;
mod usage;
