//! What a browser remembers of the last sign-in: by which means, and as whom, in part. Sealed, and shown on the sign-in
//! page alone; whether such a user exists is not asked.

use serde::{Deserialize, Serialize};

use crate::state::App;
use usher_domain::email::Email;
use usher_domain::user::User;
use usher_domain::user::authentication::Method;
use usher_keys::seal::Purpose;

/// The last sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUsed {
    /// By which way in.
    pub method: Method,
    /// Enough of the address for its owner to know it; empty where there is none.
    pub hint: String,
}

impl LastUsed {
    /// A sign-in just now.
    pub fn of(method: Method, user: &User) -> Self {
        let hint = user.email.as_ref().map(Email::masked).unwrap_or_default();
        Self { method, hint }
    }

    /// Reads the cookie; nothing of what we did not seal.
    pub fn open(app: &App, sealed: &str) -> Option<Self> {
        let opened = app.usher.sealer.open_text(Purpose::BrowserHint, sealed).ok()?;
        serde_json::from_slice(&opened).ok()
    }

    /// The value for the cookie.
    pub fn seal(&self, app: &App) -> Option<String> {
        let content = serde_json::to_vec(self).ok()?;
        Some(app.usher.sealer.seal_text(Purpose::BrowserHint, &content, &*app.usher.random))
    }
}
