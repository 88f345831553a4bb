//! What a person is told by mail although they did not ask: that something about their account has changed.

use crate::device::DeviceName;
use crate::grant::ReuseEnds;

/// News about an account. Plain facts; the letter finds the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Somebody signed in with a browser that the user was never seen in.
    NewDevice {
        /// The browser.
        device: DeviceName,
        /// The network it was on.
        network: String,
    },
    /// The password was changed by somebody who knew it.
    PasswordChanged,
    /// The password was set anew by whoever reads the mail.
    PasswordRecovered,
    /// A second factor or passkey was added.
    FactorAdded {
        /// Which.
        factor: FactorName,
    },
    /// A second factor or passkey was removed.
    FactorRemoved {
        /// Which.
        factor: FactorName,
    },
    /// A recovery code was spent.
    RecoveryCodeUsed {
        /// How many are left.
        left: u32,
    },
    /// An administrator took every second factor and passkey away.
    FactorsReset,
    /// Somebody got past the first step and guesses at the second.
    CodesGuessed,
    /// There are new recovery codes; the old ones are dead.
    RecoveryCodesRenewed,
    /// One more way in, vouched for by a provider.
    IdentityLinked {
        /// The provider, by the name people know.
        provider: String,
    },
    /// One way in less.
    IdentityUnlinked {
        /// The provider, by the name people know.
        provider: String,
    },
    /// The provider deleted the only identity that led to the account. Here is another way in.
    LastIdentityDeleted {
        /// The provider, by the name people know.
        provider: String,
    },
    /// An old refresh token came although a newer one was in use.
    TokenReuse {
        /// The client it belonged to, by name.
        client: String,
        /// What ended.
        ends: ReuseEnds,
    },
    /// The account has another address now. Goes to the old one.
    EmailChanged {
        /// The new address, shown in part: the reader of the old one may not be its owner any more.
        to: String,
    },
    /// Another account was joined to this one.
    AccountsMerged,
    /// The account is no more.
    AccountDeleted,
    /// The owner said "this wasn't me": everything has ended, and here is the way back in.
    WayBack,
}

/// A second factor, as its owner knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactorName {
    /// Codes of an authenticator app (RFC 6238).
    AuthenticatorApp,
    /// A passkey and the name its owner gave it.
    Passkey(String),
    /// The set of recovery codes.
    RecoveryCodes,
    /// The password, where there was none before or is none after.
    Password,
}

impl Notice {
    /// May the reader answer "this wasn't me" with one click? Not where nothing is left to protect, nor where the
    /// reader just said so.
    pub const fn may_be_disowned(&self) -> bool {
        !matches!(self, Self::AccountDeleted | Self::WayBack | Self::LastIdentityDeleted { .. })
    }

    /// Does the letter hold a link to choose a new password by? Where nothing else may lead into the account any more.
    pub const fn leads_back_in(&self) -> bool {
        matches!(self, Self::WayBack | Self::LastIdentityDeleted { .. })
    }
}
