//! What can go wrong on a page, in words for the person looking at it.

use usher_i18n::Lang;

/// Why a page cannot do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The application's request breaks the protocol.
    BadRequest,
    /// No such client.
    UnknownClient,
    /// The client may not be used.
    ClientDisabled,
    /// The client was deleted, disabled or changed while somebody was signing in.
    ClientGone,
    /// The redirect URI is not registered.
    RedirectMismatch,
    /// No redirect URI was sent, and there is more than one.
    RedirectMissing,
    /// The sign-in was left open too long, or was begun in another browser.
    SignInExpired,
    /// The form did not come from our own page, or is too old.
    FormExpired,
    /// The form was sent by a page of another site.
    CrossSite,
    /// The browser keeps no cookies.
    CookiesMissing,
    /// The sign-in goes round and round between application and server.
    Loop,
    /// A link from a letter that was used or is too old.
    LinkExpired,
    /// The provider could not sign the person in.
    ProviderFailed,
    /// No such page.
    NotFound,
    /// The reader may not do this.
    NotAllowed,
    /// Too many requests.
    TooManyRequests,
    /// Our own fault.
    Internal,
}

impl Problem {
    /// Every problem, for the tests and the pages that list them.
    pub const ALL: [Self; 17] = [
        Self::BadRequest,
        Self::UnknownClient,
        Self::ClientDisabled,
        Self::ClientGone,
        Self::RedirectMismatch,
        Self::RedirectMissing,
        Self::SignInExpired,
        Self::FormExpired,
        Self::CrossSite,
        Self::CookiesMissing,
        Self::Loop,
        Self::LinkExpired,
        Self::ProviderFailed,
        Self::NotFound,
        Self::NotAllowed,
        Self::TooManyRequests,
        Self::Internal,
    ];

    /// What happened, as a heading.
    pub fn title(self, lang: Lang) -> String {
        lang.text(self.keys().0)
    }

    /// What it means and what the reader can do.
    pub fn advice(self, lang: Lang) -> String {
        lang.text(self.keys().1)
    }

    const fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::BadRequest => ("problem-bad-request", "problem-bad-request-advice"),
            Self::UnknownClient => ("problem-unknown-client", "problem-unknown-client-advice"),
            Self::ClientDisabled => ("problem-client-disabled", "problem-client-disabled-advice"),
            Self::ClientGone => ("problem-client-gone", "problem-client-gone-advice"),
            Self::RedirectMismatch => ("problem-redirect-mismatch", "problem-redirect-mismatch-advice"),
            Self::RedirectMissing => ("problem-redirect-missing", "problem-redirect-missing-advice"),
            Self::SignInExpired => ("problem-sign-in-expired", "problem-sign-in-expired-advice"),
            Self::FormExpired => ("problem-form-expired", "problem-form-expired-advice"),
            Self::CrossSite => ("problem-cross-site", "problem-cross-site-advice"),
            Self::CookiesMissing => ("problem-cookies-missing", "problem-cookies-missing-advice"),
            Self::Loop => ("problem-loop", "problem-loop-advice"),
            Self::LinkExpired => ("problem-link-expired", "problem-link-expired-advice"),
            Self::ProviderFailed => ("problem-provider-failed", "problem-provider-failed-advice"),
            Self::NotFound => ("problem-not-found", "problem-not-found-advice"),
            Self::NotAllowed => ("problem-not-allowed", "problem-not-allowed-advice"),
            Self::TooManyRequests => ("problem-too-many-requests", "problem-too-many-requests-advice"),
            Self::Internal => ("problem-internal", "problem-internal-advice"),
        }
    }
}
