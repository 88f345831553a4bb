//! The result of requesting an email with a code or a link.

use usher_domain::id::ProofId;

/// A proof whose code or link was mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailedProof {
    pub id: ProofId,
    /// `false` if the limit of emails to the address was reached: none was sent, and an earlier one stays valid. The
    /// limit counts every address alike, so this does not reveal whether the address has an account.
    pub sent: bool,
}
