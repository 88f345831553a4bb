//! Outgoing calls.

use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use crate::reader::SettingsReader;
use crate::setting::{SettingDefault, settings};

settings! {
    /// Exceptions to the rule that Usher calls public addresses only.
    OutboundSettings {
        /// Private address ranges that Usher may call, separated by commas.
        "outbound.allow" => allow: Vec<IpNet> = SettingDefault::ByProfile { dev: "127.0.0.0/8", serve: "" };
        /// Additional certificate authorities, PEM.
        "outbound.extra_roots" => extra_roots: Option<PathBuf> = SettingDefault::Nothing;
        /// Maximum duration of a call to another server, and of a step of sign-in with a provider.
        "outbound.timeout" => timeout: Duration = SettingDefault::Always("10s");
    }
}

impl OutboundSettings {
    pub(crate) fn check(&self, reader: &mut SettingsReader) {
        reader.within("outbound.timeout", &self.timeout, &(Duration::from_secs(1)..=Duration::from_secs(10)));
    }
}
