//! What a courier works with.

use usher_domain::random::Random;
use usher_domain::time::Clock;
use usher_http_client::Outbound;
use usher_keys::seal::Sealer;
use usher_storage::Store;

/// What a courier works with.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Memory.
    pub store: &'a Store,
    /// The way out.
    pub outbound: &'a Outbound,
    /// Opens the secrets that messages are signed with.
    pub sealer: &'a Sealer,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Chance.
    pub random: &'a dyn Random,
}
