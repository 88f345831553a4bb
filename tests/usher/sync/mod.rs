//! The live feed, followed as a local module follows it.

mod asking;
mod causes;
pub mod follower;
mod instances;
mod seen;
mod socket;
