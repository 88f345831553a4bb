//! Sign-in with other providers, against the simulator.

mod accounts;
mod conflicts;
mod faults;
mod journeys;
mod linking;
mod merging;
mod notices;
mod one_person;
mod orders;
mod people;
mod questions;
mod stage;
mod wire;
