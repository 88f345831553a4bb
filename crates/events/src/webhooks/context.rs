//! The dependencies of the webhook sender.

use usher_domain::random::Random;
use usher_domain::time::Clock;
use usher_http_client::Outbound;
use usher_keys::seal::Sealer;
use usher_storage::Store;

/// The dependencies of the webhook sender.
#[derive(Clone, Copy)]
pub struct WebhookSenderContext<'a> {
    pub store: &'a Store,
    /// The HTTP client.
    pub outbound: &'a Outbound,
    /// Opens signing secrets.
    pub sealer: &'a Sealer,
    pub clock: &'a dyn Clock,
    /// The source of randomness.
    pub random: &'a dyn Random,
}
