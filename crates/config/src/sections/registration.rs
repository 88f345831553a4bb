//! Registration.

use crate::setting::{SettingDefault, settings};

settings! {
    /// Registration.
    SignUpSettings {
        /// Whether people may register by themselves.
        "sign_up.enabled" => enabled: bool = SettingDefault::Always("true");
    }
}
