//! The built program from the command line: exit codes, output, and effects.

mod apis;
mod beside_dev;
mod development_data;
mod program;
#[cfg(feature = "sim")]
mod provider;
mod refusals;
mod registered;
mod sample;
mod serving;
mod settings;
mod settings_page;
#[cfg(feature = "sim")]
mod sim;
mod usage;
