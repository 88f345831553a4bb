//! How much of what one may have.

use crate::reader::Reader;
use crate::setting::{Fallback, settings};
use crate::units::Limit;

settings! {
    /// Rates and numbers beyond which Usher says no.
    Limits {
        /// Tries at one account's password from one address: a rate such as 10/min, or off. Five times as many at one
        /// account from all addresses together, and twenty times as many from one address at all accounts together.
        "limits.sign_in" => sign_in: Limit = Fallback::Always("10/min");
        /// Codes of a second step, per account: a rate such as 10/hour, or off.
        "limits.second_factor" => second_factor: Limit = Fallback::Always("10/hour");
        /// Wrong client secrets, per client and address: a rate such as 30/min, or off. A right secret is never refused.
        "limits.client_secret" => client_secret: Limit = Fallback::Always("30/min");
        /// New accounts, per address.
        "limits.register" => register: Limit = Fallback::Always("30/hour");
        /// Letters that recover a password, per account. Twenty times as many may be asked for from one address.
        "limits.recover" => recover: Limit = Fallback::Always("10/hour");
        /// Open connections. Of these one source may hold a quarter, and followers of feeds three quarters together.
        "limits.connections" => connections: usize = Fallback::Always("16384");
    }
}

impl Limits {
    /// Connections that one source may hold, unless it is a trusted proxy.
    pub fn connections_per_source(&self) -> usize {
        (self.connections / 4).max(1)
    }

    /// Connections that followers of the live feed may hold together, so that they never fill the house.
    pub fn followers(&self) -> usize {
        (self.connections - self.connections / 4).max(1)
    }

    pub(crate) fn check(&self, reader: &mut Reader) {
        reader.within("limits.connections", &self.connections, &(1..=1_000_000));
    }
}
