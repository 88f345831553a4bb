//! What connects Usher with providers of one kind.

use super::Provider;
use super::provider_context::ProviderContext;
use usher_domain::provider::ProviderKind;

/// A kind of provider with its behaviour.
#[derive(Debug)]
pub struct Connector {
    pub kind: &'static ProviderKind,
    /// Makes a provider of this kind.
    pub connect: fn(ProviderContext) -> Box<dyn Provider>,
}
