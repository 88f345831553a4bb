//! Rate limits and other limits.

use crate::reader::SettingsReader;
use crate::setting::{SettingDefault, settings};
use crate::units::RateLimit;

settings! {
    /// Rate limits and other limits.
    LimitSettings {
        /// Password attempts for one account from one address: a rate such as 10/min, or off. Five times as many for
        /// one account from all addresses together, and twenty times as many from one address for all accounts
        /// together.
        "limits.sign_in" => sign_in: RateLimit = SettingDefault::Always("10/min");
        /// Attempts of a second factor per account: a rate such as 10/hour, or off.
        "limits.second_factor" => second_factor: RateLimit = SettingDefault::Always("10/hour");
        /// Wrong client secrets per client and address: a rate such as 30/min, or off. A right secret is never refused.
        "limits.client_secret" => client_secret: RateLimit = SettingDefault::Always("30/min");
        /// Registrations per address.
        "limits.register" => register: RateLimit = SettingDefault::Always("30/hour");
        /// Recovery emails per account. Twenty times as many may be requested from one address.
        "limits.recover" => recover: RateLimit = SettingDefault::Always("10/hour");
        /// Wrong codes of devices that one account, or one address, may type: a rate such as 10/min, or off. A thousand
        /// times as many altogether. Devices behind one address may ask for twenty times as many codes.
        "limits.device_code" => device_code: RateLimit = SettingDefault::Always("10/min");
        /// Metadata documents of clients that one address may have fetched: a rate such as 30/min, or off. As many of one
        /// host, and twenty times as many altogether.
        "limits.client_documents" => client_documents: RateLimit = SettingDefault::Always("30/min");
        /// Requests of one client that one person signs in (CIBA): a rate such as 10/hour, or off. The person gets twice as many
        /// emails about those of all clients.
        "limits.ciba" => ciba: RateLimit = SettingDefault::Always("10/hour");
        /// Clients that one address may register by themselves: a rate such as 30/min, or off. Twenty times as many
        /// altogether.
        "limits.client_registration" => client_registration: RateLimit = SettingDefault::Always("30/min");
        /// Check-ups of applications that one project may prepare and start: a rate such as 30/hour, or off.
        "limits.check_ups" => check_ups: RateLimit = SettingDefault::Always("30/hour");
        /// Open connections. One address may use a quarter of them, and connections to feeds three quarters together.
        "limits.connections" => connections: usize = SettingDefault::Always("16384");
    }
}

impl LimitSettings {
    /// The maximum of connections from one address, unless it is a trusted proxy.
    pub fn connections_per_source(&self) -> usize {
        (self.connections / 4).max(1)
    }

    /// The maximum of connections to live feeds together, so that others remain possible.
    pub fn followers(&self) -> usize {
        (self.connections - self.connections / 4).max(1)
    }

    pub(crate) fn check(&self, reader: &mut SettingsReader) {
        reader.within("limits.connections", &self.connections, &(1..=1_000_000));
    }
}
