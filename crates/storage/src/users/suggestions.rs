//! Addresses that providers assert of a user and that are not the user's address at Usher.

use crate::db::statements;
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::email::Email;
use usher_domain::id::{IdentityId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::identity::SuggestedEmail;

row! {
    SUGGESTED: SuggestedEmail of "suggested_email" by user_id = "s.user_id" { email = "s.email", provider = "i.provider" }
}

statements! {
    with SUGGESTED;

    PUT = "
        insert into suggested_email (user_id, email, identity_id, told_at)
        select $1, $2, i.id, $4
        from identity i
        where i.id = $3 and i.user_id = $1
        on conflict (user_id, email) do update
        set identity_id = excluded.identity_id, told_at = excluded.told_at
    ";
    // Deletes the earlier addresses of an identity. Dismissed ones stay.
    RETRACT = "
        delete from suggested_email
        where identity_id = $1 and email <> $2 and dismissed_at is null
    ";
    FORGET = "delete from suggested_email where identity_id = $1";
    LIST = "
        select {SUGGESTED}
        from suggested_email s
        join identity i on i.id = s.identity_id and i.user_id = s.user_id
        join users u on u.id = s.user_id
        where s.user_id = $1
          and s.dismissed_at is null
          and (u.email is null or u.email <> s.email)
        order by s.told_at desc, s.email
        limit 20
    ";
    DISMISS = "
        update suggested_email
        set dismissed_at = $3
        where user_id = $1 and email = $2 and dismissed_at is null
    ";
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
        self.query(RETRACT).bind(identity).bind(address).run().await?;
        if address.is_empty() {
            return Ok(());
        }
        self.query(PUT).bind(user).bind(address).bind(identity).bind(now).done().await
    }

    /// Deletes every address that an identity asserted.
    pub async fn forget_suggestions(&mut self, identity: IdentityId) -> Result<()> {
        self.query(FORGET).bind(identity).done().await
    }

    /// Dismisses a suggested address. `false` if it was not suggested.
    pub async fn dismiss_suggestion(&mut self, user: UserId, email: &Email, now: Timestamp) -> Result<bool> {
        self.query(DISMISS).bind(user).bind(email).bind(now).changed().await
    }
}

impl Store {
    /// The addresses to suggest to a user, the one asserted last first.
    pub async fn list_suggestions(&self, user: UserId) -> Result<Vec<SuggestedEmail>> {
        self.query(LIST).bind(user).all().await
    }
}
