//! Usher's own client: sessions of the session API in token mode hold a grant of it.

use crate::id::ClientId;

/// Its `client_id`. Generated ids begin differently, and no `sub` has this form.
pub const FIRST_PARTY_CLIENT: &str = "usher-account";
/// The scope of its access tokens: the session API, as the user.
pub const ACCOUNT_SCOPE: &str = "usher:account";

/// Is this Usher's own client?
pub fn is_first_party_client(client: &ClientId) -> bool {
    client.0 == FIRST_PARTY_CLIENT
}
