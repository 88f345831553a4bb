//! The first page of an account.

use askama::Template;

use crate::views::{AppView, EventView, SessionItem};
use usher_domain::urls;
use usher_page_kit::views::{Layout, Moment, initials, tone};

/// What is safe, what to do, and what is new.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/overview.html")]
pub struct AccountOverview {
    pub page: Layout,
    pub name: String,
    pub email: String,
    pub advice: Advice,
    /// Applications that wait for the person's answer (CIBA).
    pub requests: Vec<SignInRequestView>,
    pub session_count: u32,
    /// The first sessions, this one first.
    pub sessions: Vec<SessionItem>,
    pub app_count: u32,
    /// The first applications.
    pub apps: Vec<AppView>,
    /// The newest events.
    pub events: Vec<EventView>,
}

/// An application that wants the person to sign in.
#[derive(Clone, Debug, Default)]
pub struct SignInRequestView {
    pub client: String,
    /// When it asked.
    pub asked: Moment,
    /// The page that asks.
    pub url: String,
}

impl AccountOverview {
    /// Name, or address; neither, for an account of a provider that told none.
    pub fn label(&self) -> String {
        let known = [&self.name, &self.email].into_iter().find(|text| !text.is_empty());
        known.cloned().unwrap_or_else(|| self.page.t("my-account"))
    }

    pub fn initials(&self) -> String {
        initials(&self.label())
    }

    pub fn tone(&self) -> usize {
        tone(&self.email)
    }
}

/// The one thing that would protect an account best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Advice {
    AddAddress,
    AddPasskey,
    SetUpSecondStep,
    MakeCodes,
    #[default]
    Nothing,
}

/// How an account is protected.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Protection {
    pub has_address: bool,
    pub has_passkey: bool,
    pub offers_passkeys: bool,
    /// Does a password alone not suffice?
    pub asks_second: bool,
    pub has_codes: bool,
}

impl Advice {
    /// First what recovers the account, then what keeps others out of it.
    pub const fn for_account(protection: &Protection) -> Self {
        match protection {
            Protection { has_address: false, .. } => Self::AddAddress,
            Protection { has_passkey: false, asks_second: false, offers_passkeys: true, .. } => Self::AddPasskey,
            Protection { has_passkey: false, asks_second: false, .. } => Self::SetUpSecondStep,
            Protection { asks_second: true, has_codes: false, has_passkey: true, .. } => Self::MakeCodes,
            _ => Self::Nothing,
        }
    }

    pub const fn is_something(self) -> bool {
        !matches!(self, Self::Nothing)
    }

    pub const fn url(self) -> &'static str {
        match self {
            Self::AddAddress => urls::EMAIL,
            Self::AddPasskey => urls::NEW_PASSKEY,
            Self::SetUpSecondStep => urls::TOTP,
            Self::MakeCodes | Self::Nothing => urls::SECURITY,
        }
    }

    /// The keys of its title and its text.
    pub const fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::AddAddress => ("overview-address-title", "overview-address-text"),
            Self::AddPasskey => ("overview-passkey-title", "overview-passkey-text"),
            Self::SetUpSecondStep => ("overview-totp-title", "overview-totp-text"),
            Self::MakeCodes => ("overview-codes-title", "overview-codes-text"),
            Self::Nothing => ("overview-safe-title", "overview-safe-text"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAFE: Protection =
        Protection { has_address: true, has_passkey: true, offers_passkeys: true, asks_second: true, has_codes: true };

    #[test]
    fn advice_is_what_helps_most() {
        let weak = Protection { has_passkey: false, asks_second: false, has_codes: false, ..SAFE };
        for (protection, advice) in [
            (Protection { has_address: false, ..weak }, Advice::AddAddress),
            (weak, Advice::AddPasskey),
            (Protection { offers_passkeys: false, ..weak }, Advice::SetUpSecondStep),
            (Protection { has_codes: false, ..SAFE }, Advice::MakeCodes),
            (SAFE, Advice::Nothing),
        ] {
            assert_eq!(Advice::for_account(&protection), advice);
        }
    }
}
