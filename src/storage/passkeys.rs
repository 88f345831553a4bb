//! Passkeys: public keys, and what their owners call them.

use super::db::{on_tx, statements};
use super::{Result, Tx};
use crate::domain::id::{PasskeyId, UserId};

statements! {
    HOLD = "select 1 from users u join passkey p on p.user_id = u.id where u.id = $1 and u.status = 'active' and p.id = $2", postgres "select 1 from users u join passkey p on p.user_id = u.id where u.id = $1 and u.status = 'active' and p.id = $2 for share of u, p";
}

impl Tx<'_> {
    /// Is the user still active, and is this still their passkey? It stays so until this transaction ends.
    pub async fn hold_passkey(&mut self, user: UserId, passkey: PasskeyId) -> Result<bool> {
        let found: Option<i32> =
            on_tx!(self, HOLD, |conn, sql| sqlx::query_scalar(sql).bind(user.0).bind(passkey.0).fetch_optional(conn))?;
        Ok(found.is_some())
    }
}
