//! Registration.

use crate::setting::{Fallback, settings};

settings! {
    /// Registration.
    SignUpSettings {
        /// Whether people may register by themselves.
        "sign_up.enabled" => enabled: bool = Fallback::Always("true");
    }
}
