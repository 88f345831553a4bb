//! The live feed, from the point of view of a local module.

mod asking;
mod causes;
pub mod follower;
mod instances;
mod marks;
mod receipts;
mod restored;
mod seen;
mod socket;
