//! The live feed, followed as a local module follows it.

mod asking;
mod causes;
pub mod follower;
mod instances;
mod receipts;
mod seen;
mod socket;
