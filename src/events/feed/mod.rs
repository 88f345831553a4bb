//! The live feed: what projects' modules must know, written down as facts are told, and carried to whoever is connected.

mod hear;

pub(super) use hear::hear;
