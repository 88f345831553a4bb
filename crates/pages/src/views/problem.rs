//! Errors of pages, in the reader's language.

use usher_i18n::Lang;

/// Why a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageProblem {
    /// The client's request is invalid.
    BadRequest,
    /// The client is unknown.
    UnknownClient,
    /// The client is disabled.
    ClientDisabled,
    /// The client was deleted, disabled or changed during the sign-in.
    ClientGone,
    /// The redirect URI is not registered.
    RedirectMismatch,
    /// No redirect URI was sent, and there is more than one.
    RedirectMissing,
    /// The sign-in has expired, or was begun in another browser.
    SignInExpired,
    /// The form was not issued to this browser, or has expired.
    FormExpired,
    /// The form was sent by a page of another site.
    CrossSite,
    /// The browser keeps no cookies.
    CookiesMissing,
    /// The sign-in is redirected in a loop between client and server.
    Loop,
    /// The link of an email was used or has expired.
    LinkExpired,
    /// The CIBA request was answered or has expired.
    RequestOver,
    /// The sign-in with a provider failed.
    ProviderFailed,
    /// The page does not exist.
    NotFound,
    /// The project, client, webhook or provider of a page of the console does not exist.
    Deleted,
    /// The user lacks the right.
    NotAllowed,
    /// Too many requests.
    TooManyRequests,
    /// An internal error.
    Internal,
}

impl PageProblem {
    /// Every problem.
    pub const ALL: [Self; 19] = [
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
        Self::RequestOver,
        Self::ProviderFailed,
        Self::NotFound,
        Self::Deleted,
        Self::NotAllowed,
        Self::TooManyRequests,
        Self::Internal,
    ];

    /// The error, as a heading.
    pub fn title(self, lang: Lang) -> String {
        lang.text(self.keys().0)
    }

    /// The explanation and the advice.
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
            Self::RequestOver => ("problem-request-over", "problem-request-over-advice"),
            Self::ProviderFailed => ("problem-provider-failed", "problem-provider-failed-advice"),
            Self::NotFound => ("problem-not-found", "problem-not-found-advice"),
            Self::Deleted => ("problem-deleted", "problem-deleted-advice"),
            Self::NotAllowed => ("problem-not-allowed", "problem-not-allowed-advice"),
            Self::TooManyRequests => ("problem-too-many-requests", "problem-too-many-requests-advice"),
            Self::Internal => ("problem-internal", "problem-internal-advice"),
        }
    }
}
