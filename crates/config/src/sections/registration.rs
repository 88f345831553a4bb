//! Who may open an account.

use crate::setting::{Fallback, settings};

settings! {
    /// Signing up.
    SignUp {
        /// Whether people may open accounts by themselves.
        "sign_up.enabled" => enabled: bool = Fallback::Always("true");
    }
}
