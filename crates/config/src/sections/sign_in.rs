//! Passwords: hashing (Argon2id, RFC 9106) and minimum length.

use crate::reader::SettingsReader;
use crate::setting::{SettingDefault, settings};

settings! {
    /// The cost of hashing, and the minimum length.
    PasswordSettings {
        /// Memory of one Argon2id hash, in KiB.
        "passwords.memory_kib" => memory_kib: u32 = SettingDefault::Always("19456");
        /// Passes of Argon2id over its memory.
        "passwords.iterations" => iterations: u32 = SettingDefault::Always("2");
        /// Lanes of Argon2id.
        "passwords.parallelism" => parallelism: u32 = SettingDefault::Always("1");
        /// Hashes computed at the same time; by default one for each core.
        "passwords.permits" => permits: usize = SettingDefault::Nothing;
        /// Sign-ins that may wait for a hash; beyond that they are refused with Retry-After.
        "passwords.queue" => queue: usize = SettingDefault::Always("64");
        /// Minimum length of a new password, in characters.
        "passwords.min_length" => min_length: usize = SettingDefault::Always("8");
    }
}

impl PasswordSettings {
    pub(crate) fn check(&self, reader: &mut SettingsReader) {
        reader.within("passwords.parallelism", &self.parallelism, &(1..=16));
        // RFC 9106 §3.1: at least eight blocks of a KiB for each lane.
        let least = self.parallelism.saturating_mul(8).min(1 << 20);
        reader.within("passwords.memory_kib", &self.memory_kib, &(least..=1 << 20));
        reader.within("passwords.iterations", &self.iterations, &(1..=64));
        reader.within("passwords.permits", &self.permits, &(1..=256));
        reader.within("passwords.queue", &self.queue, &(0..=65_536));
        // SP 800-63B-4 §3.1.1.2: at least 8, and a verifier accepts at least 64.
        reader.within("passwords.min_length", &self.min_length, &(8..=64));
    }
}
