//! Sign-in with other providers, against the simulator.

mod stage;
mod wire;
