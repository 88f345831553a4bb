//! Addresses that providers assert of a user and that are not the user's address at Usher.

use crate::db::{on, run, statements};
use crate::row::unreadable;
use crate::{Result, Store, Tx};
use usher_domain::email::Email;
use usher_domain::id::{IdentityId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::identity::SuggestedEmail;

statements! {
    PUT = "insert into suggested_email (user_id, email, identity_id, told_at) select $1, $2, i.id, $4 from identity i where i.id = $3 and i.user_id = $1 on conflict (user_id, email) do update set identity_id = excluded.identity_id, told_at = excluded.told_at";
    // Deletes the earlier addresses of an identity. Dismissed ones stay.
    RETRACT = "delete from suggested_email where identity_id = $1 and email <> $2 and dismissed_at is null";
    FORGET = "delete from suggested_email where identity_id = $1";
    LIST = "select s.email, i.provider from suggested_email s join identity i on i.id = s.identity_id and i.user_id = s.user_id join users u on u.id = s.user_id where s.user_id = $1 and s.dismissed_at is null and (u.email is null or u.email <> s.email) order by s.told_at desc, s.email limit 20";
    DISMISS = "update suggested_email set dismissed_at = $3 where user_id = $1 and email = $2 and dismissed_at is null";
}

impl Tx {
    /// Stores the address that an identity asserts of its user, if it differs from the user's own. Earlier addresses
    /// of the identity are no longer suggested, and dismissed ones never again.
    pub async fn note_suggestion(
        &mut self,
        user: UserId,
        identity: IdentityId,
        email: Option<&Email>,
        now: Timestamp,
    ) -> Result<()> {
        let address = email.map_or("", Email::as_str);
        run!(self, RETRACT, |sql| sqlx::query(sql).bind(identity.0).bind(address))?;
        if address.is_empty() {
            return Ok(());
        }
        run!(self, PUT, |sql| sqlx::query(sql).bind(user.0).bind(address).bind(identity.0).bind(now.0)).map(drop)
    }

    /// Deletes every address that an identity asserted.
    pub async fn forget_suggestions(&mut self, identity: IdentityId) -> Result<()> {
        run!(self, FORGET, |sql| sqlx::query(sql).bind(identity.0)).map(drop)
    }

    /// Dismisses a suggested address. `false` if it was not suggested.
    pub async fn dismiss_suggestion(&mut self, user: UserId, email: &Email, now: Timestamp) -> Result<bool> {
        run!(self, DISMISS, |sql| sqlx::query(sql).bind(user.0).bind(email.as_str()).bind(now.0)).map(|rows| rows == 1)
    }
}

impl Store {
    /// The addresses to suggest to a user, the one asserted last first.
    pub async fn list_suggestions(&self, user: UserId) -> Result<Vec<SuggestedEmail>> {
        let rows: Vec<(String, String)> =
            on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql).bind(user.0).fetch_all(conn))?;
        let read = |(email, provider): (String, String)| {
            let unreadable = |column| unreadable("suggested_email", column, user.0);
            Ok(SuggestedEmail {
                email: Email::parse(&email).map_err(|_| unreadable("email"))?,
                provider: provider.parse().map_err(|_| unreadable("provider"))?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}
