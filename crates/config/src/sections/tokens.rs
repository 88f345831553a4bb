//! Lifetimes of codes and tokens.

use std::time::Duration;

use crate::fault::InvalidReason;
use crate::reader::SettingsReader;
use crate::setting::{SettingDefault, SettingValue, settings};
use crate::units::spelt;
use usher_domain::oauth::grant::ReuseEnds;

settings! {
    /// Lifetimes of codes and tokens.
    TokenSettings {
        /// Lifetime of an access token.
        "tokens.access_ttl" => access_ttl: Duration = SettingDefault::Always("10m");
        /// The longest lifetime that an API may choose for its access tokens. It counts wherever the end of a token is
        /// not known: local modules, keys and the account page then wait as long.
        "tokens.longest_access_ttl" => longest_access_ttl: Duration = SettingDefault::Always("10m");
        /// Lifetime of an ID token.
        "tokens.id_ttl" => id_ttl: Duration = SettingDefault::Always("1h");
        /// Lifetime of an authorization code.
        "tokens.code_ttl" => code_ttl: Duration = SettingDefault::Always("60s");
        /// Idle lifetime of a refresh token.
        "tokens.refresh_idle" => refresh_idle: Duration = SettingDefault::Always("30d");
        /// Absolute lifetime of a grant; 0 is unlimited.
        "tokens.refresh_absolute" => refresh_absolute: Duration = SettingDefault::Always("365d");
        /// While every newer token is younger than this, an old refresh token is refused without ending anything:
        /// processes of the client raced for the new one. Later it is reuse. 0 disables this. A lost answer needs no
        /// window.
        "tokens.refresh_retry_window" => refresh_retry_window: Duration = SettingDefault::Always("30s");
        /// Every DPoP proof must have a nonce of this server. Without this, a proof without one is accepted for a minute.
        "tokens.require_dpop_nonce" => require_dpop_nonce: bool = SettingDefault::Always("false");
        /// What reuse of a refresh token ends: the session with all its grants, or only the grant.
        "tokens.reuse_ends" => reuse_ends: ReuseEnds = SettingDefault::Always("session");
    }
}

impl SettingValue for ReuseEnds {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        text.parse().map_err(|()| InvalidReason::from("expected session or grant"))
    }
}

impl TokenSettings {
    /// The absolute lifetime of a grant, if it is limited.
    pub fn refresh_absolute_limit(&self) -> Option<Duration> {
        (!self.refresh_absolute.is_zero()).then_some(self.refresh_absolute)
    }

    /// No access token lives longer.
    pub fn longest_access_lifetime(&self) -> Duration {
        self.longest_access_ttl.max(self.access_ttl)
    }

    pub(crate) fn check(&self, reader: &mut SettingsReader) {
        let second = Duration::from_secs(1);
        reader.within("tokens.access_ttl", &self.access_ttl, &(second..=Duration::from_hours(24)));
        reader.within("tokens.longest_access_ttl", &self.longest_access_ttl, &(second..=Duration::from_hours(24)));
        reader.within("tokens.id_ttl", &self.id_ttl, &(second..=Duration::from_hours(24)));
        // RFC 6749 §4.1.2: a maximum lifetime of 10 minutes is recommended.
        reader.within("tokens.code_ttl", &self.code_ttl, &(second..=Duration::from_mins(10)));
        reader.within("tokens.refresh_idle", &self.refresh_idle, &(second..=Duration::from_hours(24 * 3660)));
        reader.within(
            "tokens.refresh_retry_window",
            &self.refresh_retry_window,
            &(Duration::ZERO..=Duration::from_mins(5)),
        );
        if let Some(limit) = self.refresh_absolute_limit().filter(|limit| self.refresh_idle > *limit) {
            let reason = format!("expected at most tokens.refresh_absolute, {}", spelt(limit));
            reader.refuse("tokens.refresh_idle", reason.into());
        }
    }
}
