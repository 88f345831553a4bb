//! How far an address that an upstream sends is trusted.

use serde::{Deserialize, Serialize};

/// How far an upstream email address is trusted. Ordered, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailTrust {
    /// Not verified by the upstream.
    Unverified,
    /// Verified by the upstream at some time. The owner may have changed.
    Verified,
    /// The upstream issues the addresses of this domain, so the person who signs in there owns it now.
    Authoritative,
}
