//! The last sign-in of a browser: the method and a part of the address. Stored in a sealed cookie and shown on the
//! sign-in page only; it does not depend on whether the user exists.

use serde::{Deserialize, Serialize};

use crate::state::App;
use usher_domain::email::Email;
use usher_domain::user::User;
use usher_domain::user::authentication::Method;
use usher_keys::seal::Purpose;

/// The last sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUsed {
    /// The sign-in method.
    pub method: Method,
    /// A part of the address that its owner recognizes; empty if there is none.
    pub hint: String,
}

impl LastUsed {
    /// A sign-in just now.
    pub fn of(method: Method, user: &User) -> Self {
        let hint = user.email.as_ref().map(Email::masked).unwrap_or_default();
        Self { method, hint }
    }

    /// Reads the cookie; `None` if this server did not seal it.
    pub fn open(app: &App, sealed: &str) -> Option<Self> {
        let opened = app.usher.core.sealer.open_text(Purpose::BrowserHint, sealed).ok()?;
        serde_json::from_slice(&opened).ok()
    }

    /// The cookie's value.
    pub fn seal(&self, app: &App) -> Option<String> {
        let content = serde_json::to_vec(self).ok()?;
        Some(app.usher.core.sealer.seal_text(Purpose::BrowserHint, &content, &*app.usher.core.random))
    }
}
