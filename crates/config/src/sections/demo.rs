//! The two demo applications of `usher dev`.

use std::net::SocketAddr;

use crate::reader::SettingsReader;
use crate::setting::{RunMode, SettingDefault, settings};

settings! {
    /// The demo applications.
    DemoSettings {
        /// Whether they run; only with `usher dev`.
        "demo.enabled" => enabled: bool = SettingDefault::ByProfile { dev: "true", serve: "false" };
        /// The address of the first one, on this machine only.
        "demo.listen_a" => listen_a: SocketAddr = SettingDefault::Always("127.0.0.1:8081");
        /// The address of the second one, on this machine only.
        "demo.listen_b" => listen_b: SocketAddr = SettingDefault::Always("127.0.0.1:8082");
    }
}

impl DemoSettings {
    pub(crate) fn check(&self, reader: &mut SettingsReader) {
        if self.enabled && reader.profile == RunMode::Serve {
            reader.refuse("demo.enabled", "expected false: the demo applications come with `usher dev` alone".into());
        }
        if self.enabled && self.listen_a == self.listen_b && self.listen_a.port() != 0 {
            reader.refuse("demo.listen_b", "expected another address than demo.listen_a".into());
        }
    }
}
