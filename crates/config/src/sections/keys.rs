//! The master key and the lifecycle of signing keys.

use std::path::PathBuf;
use std::time::Duration;

use crate::reader::SettingsReader;
use crate::setting::{SettingDefault, settings};
use crate::units::spelt;
use usher_domain::secret::Secret;

settings! {
    /// Encryption at rest, and rotation of signing keys.
    KeySettings {
        /// Encrypts everything at rest: 32 bytes, base64url. If it is not set, the file master.key in keys.dir contains
        /// it.
        "master_key" => master_key: Option<Secret<[u8; 32]>> = SettingDefault::Nothing;
        /// The directory of key files.
        "keys.dir" => dir: PathBuf = SettingDefault::ByProfile { dev: ".usher", serve: "keys" };
        /// How long a signing key signs.
        "keys.rotate_after" => rotate_after: Duration = SettingDefault::Always("90d");
        /// How long the next key is published before it signs, so that all caches have it.
        "keys.publish_before" => publish_before: Duration = SettingDefault::Always("1d");
    }
}

impl KeySettings {
    /// The file of the master key, if it is not given as a setting.
    pub fn master_key_file(&self) -> PathBuf {
        self.dir.join("master.key")
    }

    pub(crate) fn check(&self, reader: &mut SettingsReader) {
        let hour = Duration::from_hours(1);
        reader.within("keys.rotate_after", &self.rotate_after, &(hour..=Duration::from_hours(24 * 3660)));
        reader.within(
            "keys.publish_before",
            &self.publish_before,
            &(Duration::from_mins(1)..=Duration::from_hours(24 * 90)),
        );
        if self.publish_before >= self.rotate_after {
            let reason = format!("expected less than keys.rotate_after, {}", spelt(self.rotate_after));
            reader.refuse("keys.publish_before", reason.into());
        }
    }
}
