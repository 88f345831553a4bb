//! The identities that providers assert: each belongs to at most one user.

use crate::db::statements;
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::id::{IdentityId, SessionId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::Profile;
use usher_domain::user::identity::Identity;
use usher_domain::user::ways_in::WaysIn;

row! {
    IDENTITY: Identity of "identity" {
        id, user_id, provider, issuer, subject, email_at_link, email_state, profile, handle, linked_at, linked_how,
        last_used_at,
    }
}

// A password counts only if the user has an address to sign in with.
row! {
    COUNTS: WaysIn of "users" {
        passwords = "(
            select count(*)
            from password p
            join users u on u.id = p.user_id
            where p.user_id = $1 and u.email is not null
        )",
        passkeys = "(select count(*) from passkey where user_id = $1)",
        identities = "(select count(*) from identity where user_id = $1)",
    }
}

statements! {
    with IDENTITY, COUNTS;

    INSERT = "
        insert into identity (
            id, user_id, provider, issuer, subject, email_at_link, email_state, profile, handle, linked_at,
            linked_how, last_used_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ";
    FIND = "
        select {IDENTITY}
        from identity
        where issuer = $1 and subject = $2
    ";
    LIST = "
        select {IDENTITY}
        from identity
        where user_id = $1
        order by id
        limit 100
    ";
    LIST_OF_SEVERAL = "
        select {i.IDENTITY}
        from json_each($1) c
        join identity i on i.user_id = unhex(c.value)
    ", postgres "
        select {i.IDENTITY}
        from jsonb_array_elements_text($1) c
        join identity i on i.user_id = c::uuid
    ";
    // PostgreSQL locks both rows, the user's first as everywhere, so that a simultaneous unlinking or disabling comes
    // entirely before or after.
    HOLD = "
        select 1
        from identity i
        join users u on u.id = i.user_id
        where i.id = $2 and u.id = $1 and u.status = 'active'
    " + postgres "for share of u, i";
    SEEN = "
        update identity
        set
            profile = $2,
            handle = $3,
            last_used_at = case when last_used_at > $4 then last_used_at else $4 end
        where id = $1
    ";
    MOVE = "
        update identity
        set user_id = $3
        where id = $1 and user_id = $2
    ";
    DELETE = "delete from identity where id = $1 and user_id = $2";
    PUT_UNLINKED = "
        insert into unlinked (issuer, subject, at)
        values ($1, $2, $3)
        on conflict (issuer, subject) do update
        set at = excluded.at
    ";
    DELETE_UNLINKED = "delete from unlinked where issuer = $1 and subject = $2";
    FIND_UNLINKED = "
        select at
        from unlinked
        where issuer = $1 and subject = $2
    ";
    SWEEP_UNLINKED = "
        delete from unlinked
        where (issuer, subject) in (select issuer, subject from unlinked where at < $1 limit $2 + 0)
    ";
    // Without the provider's session: its end does not end the new one.
    MARK_LIKE = "
        insert into session_identity (session_id, identity_id)
        select $2, identity_id
        from session_identity
        where session_id = $1
    ";
    MARK_SESSION = "
        insert into session_identity (session_id, identity_id, upstream_sid)
        values ($1, $2, $3)
        on conflict (session_id) do update
        set identity_id = excluded.identity_id, upstream_sid = excluded.upstream_sid
    ";
    FORGET = "
        update identity
        set
            profile = $2,
            handle = null,
            email_at_link = null,
            email_state = 'absent'
        where id = $1
    ";
    // PostgreSQL locks the user, so that two sign-in methods that are removed at once are counted one after the other.
    LOCK_USER = "
        select 1
        from users
        where id = $1
    " + postgres "for update";
    WAYS_IN = "select {COUNTS}";
    SESSIONS_AT = "
        select s.id, s.user_id
        from session_identity o
        join identity i on i.id = o.identity_id
        join session s on s.id = o.session_id
        where o.upstream_sid = $2 and i.issuer = $1 and s.ended_at is null
    ";
    SESSIONS_OF = "
        select s.id
        from session_identity o
        join session s on s.id = o.session_id
        where o.identity_id = $1
          and s.ended_at is null
          and (cast($2 as text) is null or o.upstream_sid = $2)
    ";
}

impl Tx {
    /// Links an identity.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it is linked already, to this or another user.
    pub async fn insert_identity(&mut self, identity: &Identity) -> Result<()> {
        self.query(DELETE_UNLINKED).bind(&identity.issuer).bind(&identity.subject).run().await?;
        self.query(INSERT)
            .bind(identity.id)
            .bind(identity.user_id)
            .bind(&identity.provider)
            .bind(&identity.issuer)
            .bind(&identity.subject)
            .bind(&identity.email_at_link)
            .bind(identity.email_state)
            .bind(&identity.profile)
            .bind(&identity.handle)
            .bind(identity.linked_at)
            .bind(identity.linked_how)
            .bind(identity.last_used_at)
            .done()
            .await
    }

    /// An identity, as this transaction sees it.
    pub async fn find_identity(&mut self, issuer: &str, subject: &str) -> Result<Option<Identity>> {
        self.query(FIND).bind(issuer).bind(subject).optional().await
    }

    /// The identities of a user, as this transaction sees them.
    pub async fn list_identities(&mut self, user: UserId) -> Result<Vec<Identity>> {
        self.query(LIST).bind(user).all().await
    }

    /// Does the identity still belong to this user, and is the user active? Both stay locked until this transaction
    /// ends.
    pub async fn hold_identity(&mut self, user: UserId, identity: IdentityId) -> Result<bool> {
        self.query(HOLD).bind(user).bind(identity).exists().await
    }

    /// Stores the claims and time of the provider's last assertion. The user's own profile is not changed.
    pub async fn note_identity_used(
        &mut self,
        identity: IdentityId,
        profile: &Profile,
        handle: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        self.query(SEEN).bind(identity).bind(profile).bind(handle).bind(now).done().await
    }

    /// Moves an identity from one user to another. `false` if it does not belong to the first one.
    pub async fn move_identity(&mut self, identity: IdentityId, from: UserId, to: UserId) -> Result<bool> {
        self.query(MOVE).bind(identity).bind(from).bind(to).changed().await
    }

    /// Unlinks an identity and records when. `false` if it is not the user's.
    pub async fn delete_identity(&mut self, identity: &Identity, now: Timestamp) -> Result<bool> {
        self.note_suggestion(identity.user_id, identity.id, None, now).await?;
        let gone = self.query(DELETE).bind(identity.id).bind(identity.user_id).run().await? == 1;
        if gone {
            self.query(PUT_UNLINKED).bind(&identity.issuer).bind(&identity.subject).bind(now).run().await?;
        }
        Ok(gone)
    }

    /// Deletes a batch of records of identities that were unlinked before `before`.
    pub async fn sweep_unlinked(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP_UNLINKED).bind(before).bind(batch).run().await
    }

    /// Records the identity that a session was opened with, and the provider's session id.
    pub async fn mark_session(&mut self, session: SessionId, identity: IdentityId, sid: Option<&str>) -> Result<()> {
        self.query(MARK_SESSION).bind(session).bind(identity).bind(sid).done().await
    }

    /// Records for a new session the identity that another one was opened with, if it was opened with one.
    pub async fn mark_session_like(&mut self, model: SessionId, session: SessionId) -> Result<()> {
        self.query(MARK_LIKE).bind(model).bind(session).done().await
    }

    /// Deletes the claims that a provider asserted; the link stays.
    pub async fn forget_vouched(&mut self, identity: IdentityId) -> Result<()> {
        self.forget_suggestions(identity).await?;
        self.query(FORGET).bind(identity).bind(Profile::default()).done().await
    }

    /// The number of sign-in methods of a user, locked until this transaction ends.
    pub async fn count_ways_in(&mut self, user: UserId) -> Result<WaysIn> {
        self.query(LOCK_USER).bind(user).done().await?;
        self.query(WAYS_IN).bind(user).one().await
    }

    /// The live sessions that one session at a provider opened, with their users.
    pub async fn sessions_of_upstream(&mut self, issuer: &str, sid: &str) -> Result<Vec<(SessionId, UserId)>> {
        self.query(SESSIONS_AT).bind(issuer).bind(sid).all().await
    }

    /// The live sessions that an identity opened: all of them, or those of one provider session.
    pub async fn sessions_of_identity(&mut self, identity: IdentityId, sid: Option<&str>) -> Result<Vec<SessionId>> {
        self.query(SESSIONS_OF).bind(identity).bind(sid).all().await
    }
}

impl Store {
    /// When an identity was last unlinked.
    pub async fn find_unlinked(&self, issuer: &str, subject: &str) -> Result<Option<Timestamp>> {
        self.query(FIND_UNLINKED).bind(issuer).bind(subject).optional().await
    }

    /// An identity by its key.
    pub async fn find_identity(&self, issuer: &str, subject: &str) -> Result<Option<Identity>> {
        self.query(FIND).bind(issuer).bind(subject).optional().await
    }

    /// The identities of these users, oldest first.
    pub async fn list_identities_of(&self, users: impl Iterator<Item = UserId>) -> Result<Vec<Identity>> {
        let ids: Vec<String> = users.map(|id| id.0.simple().to_string()).collect();
        let mut found: Vec<Identity> = self.query(LIST_OF_SEVERAL).bind(ids.as_slice()).all().await?;
        found.sort_unstable_by_key(|identity| identity.id);
        Ok(found)
    }

    /// The identities of a user, oldest first.
    pub async fn list_identities(&self, user: UserId) -> Result<Vec<Identity>> {
        self.query(LIST).bind(user).all().await
    }
}
