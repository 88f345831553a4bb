//! The providers, one file each.

pub mod apple;
pub mod facebook;
pub mod github;
pub mod google;
pub mod microsoft;
pub mod oauth2;
pub mod oidc;
pub mod x;
