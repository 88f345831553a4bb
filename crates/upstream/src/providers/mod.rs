//! The providers, one file for each: what is known of its kind, and what it does in its own way.

pub mod apple;
pub mod facebook;
pub mod github;
pub mod google;
pub mod microsoft;
pub mod oauth2;
pub mod oidc;
#[cfg(test)]
mod tests;
pub mod x;

use super::connector::Connector;
use usher_domain::provider::ProviderKinds;

/// Every kind, the best known first: the order of the buttons on the sign-in page.
pub const CONNECTORS: &[&Connector] = &[
    &google::CONNECTOR,
    &facebook::CONNECTOR,
    &x::CONNECTOR,
    &github::CONNECTOR,
    &apple::CONNECTOR,
    &microsoft::CONNECTOR,
    &oidc::CONNECTOR,
    &oauth2::CONNECTOR,
];

/// The kinds that come with Usher.
pub fn built_in_kinds() -> ProviderKinds {
    CONNECTORS.iter().map(|connector| connector.kind).collect()
}
