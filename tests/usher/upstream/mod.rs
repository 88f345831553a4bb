//! Sign-in with other providers, against the simulator.

pub mod accounts;
mod conflicts;
mod documentation;
mod faults;
mod foreign;
mod hostile;
mod journeys;
mod linking;
mod matrix;
mod merging;
mod notices;
mod one_person;
mod orders;
mod people;
mod questions;
mod settings;
mod slow;
mod specimen;
mod stage;
mod suggestions;
mod trust;
mod wire;
