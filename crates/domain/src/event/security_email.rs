//! Security emails: a change of the account that its owner did not necessarily make.

use crate::oauth::grant::ReuseEnds;
use crate::user::device::DeviceName;

/// The reason of a security email. The texts are in the crate `mail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecurityEmail {
    /// A sign-in with a browser that the user never used before.
    NewDevice {
        /// The browser.
        device: DeviceName,
        /// Its network.
        network: String,
    },
    /// The password was changed by somebody who knew the old one.
    PasswordChanged,
    /// The password was set by account recovery.
    PasswordRecovered,
    /// A second factor or passkey was added.
    FactorAdded {
        /// The factor.
        factor: FactorName,
    },
    /// A second factor or passkey was removed.
    FactorRemoved {
        /// The factor.
        factor: FactorName,
    },
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// How many are left.
        left: u32,
    },
    /// An administrator removed all second factors and passkeys.
    FactorsReset,
    /// Somebody passed the first step and tries codes for the second one.
    CodesGuessed,
    /// New recovery codes replaced the old ones.
    RecoveryCodesRenewed,
    /// An identity of a provider was linked.
    IdentityLinked {
        /// The display name of the provider.
        provider: String,
    },
    /// An identity of a provider was unlinked.
    IdentityUnlinked {
        /// The display name of the provider.
        provider: String,
    },
    /// The provider deleted the only identity of the account. The email has a recovery link.
    LastIdentityDeleted {
        /// The display name of the provider.
        provider: String,
    },
    /// Reuse of a refresh token.
    TokenReuse {
        /// The name of the client.
        client: String,
        /// What ended.
        ends: ReuseEnds,
    },
    /// The address was changed. Sent to the old one.
    EmailChanged {
        /// The new address, masked: the reader of the old one may no longer be its owner.
        to: String,
    },
    /// Another account was merged into this one.
    AccountsMerged,
    /// The account was deleted.
    AccountDeleted,
    /// The owner reported "this wasn't me": everything was ended. The email has a recovery link.
    WayBack,
}

/// The name of a second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactorName {
    /// Codes of an authenticator app (RFC 6238).
    AuthenticatorApp,
    /// A passkey and the name its owner gave it.
    Passkey(String),
    /// The set of recovery codes.
    RecoveryCodes,
    /// A password that was added or removed.
    Password,
}

impl SecurityEmail {
    /// Whether the email has a link "this wasn't me". Not if nothing is left to protect, nor right after such a report.
    pub const fn may_be_disowned(&self) -> bool {
        !matches!(self, Self::AccountDeleted | Self::WayBack | Self::LastIdentityDeleted { .. })
    }

    /// Whether the email has a recovery link, because no other sign-in method may be left.
    pub const fn leads_back_in(&self) -> bool {
        matches!(self, Self::WayBack | Self::LastIdentityDeleted { .. })
    }
}
