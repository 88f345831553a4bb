//! Whom the hint of a CIBA request names.

use usher_domain::user::User;

/// The result of a hint.
pub(super) struct HintedUser {
    /// What it names, in one form: requests of a client count by it, whether or not it names anybody.
    pub named: String,
    /// The user, if there is one who can sign in.
    pub user: Option<User>,
}
