//! Tables of people: who they are, how they prove it, and the browsers they come with.

pub mod accesses;
pub mod browsers;
pub mod consents;
pub mod factors;
pub mod handovers;
pub mod identities;
pub mod journeys;
pub mod merges;
pub mod passkeys;
pub mod passwords;
pub mod proofs;
pub mod recovery_codes;
pub mod remembered;
pub mod sessions;
pub mod suggestions;
pub mod totp;
pub mod users;
