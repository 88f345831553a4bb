//! Search for users. A statement for each order and each selective condition walks an index and returns candidates; the
//! rest of the conditions is checked for these only, so a page costs the same for any number of users.

use std::collections::HashMap;

use uuid::Uuid;

use crate::db::statements;
use crate::row::{Columns, FromRow};
use crate::users::USER;
use crate::{Result, Store, Tx};
use usher_domain::id::{ProjectId, SessionId, UserId};
use usher_domain::provider::ProviderId;
use usher_domain::time::Timestamp;
use usher_domain::user::search::{UserFilter, search_terms};
use usher_domain::user::{User, UserStatus};

statements! {
    with USER;

    DELETE_TERMS = "delete from user_term where user_id = $1";
    INSERT_TERMS = "
        insert into user_term (term, user_id)
        select value, $1
        from json_each($2)
    ", postgres "
        insert into user_term (term, user_id)
        select value, $1::uuid
        from jsonb_array_elements_text($2) value
    ";

    EVERY_UP = "
        select id
        from users
        where id > $1 and id < $2
        order by id
        limit $3 + 0
    ";
    EVERY_DOWN = "
        select id
        from users
        where id > $1 and id < $2
        order by id desc
        limit $3 + 0
    ";
    STATUS_UP = "
        select id
        from users
        where id > $1 and id < $2 and status = $4 and status <> 'active'
        order by id
        limit $3 + 0
    ";
    STATUS_DOWN = "
        select id
        from users
        where id > $1 and id < $2 and status = $4 and status <> 'active'
        order by id desc
        limit $3 + 0
    ";
    ADMINS_UP = "
        select id
        from users
        where admin and id > $1 and id < $2
        order by id
        limit $3 + 0
    ";
    ADMINS_DOWN = "
        select id
        from users
        where admin and id > $1 and id < $2
        order by id desc
        limit $3 + 0
    ";
    WITHOUT_EMAIL_UP = "
        select id
        from users
        where email is null and id > $1 and id < $2
        order by id
        limit $3 + 0
    ";
    WITHOUT_EMAIL_DOWN = "
        select id
        from users
        where email is null and id > $1 and id < $2
        order by id desc
        limit $3 + 0
    ";
    PROVIDER_UP = "
        select distinct user_id
        from identity
        where provider = $4 and user_id > $1 and user_id < $2
        order by user_id
        limit $3 + 0
    ";
    PROVIDER_DOWN = "
        select distinct user_id
        from identity
        where provider = $4 and user_id > $1 and user_id < $2
        order by user_id desc
        limit $3 + 0
    ";
    MEMBERS_UP = "
        select user_id
        from project_member
        where project_id = $4 and user_id > $1 and user_id < $2
        order by user_id
        limit $3 + 0
    ";
    MEMBERS_DOWN = "
        select user_id
        from project_member
        where project_id = $4 and user_id > $1 and user_id < $2
        order by user_id desc
        limit $3 + 0
    ";
    // A user with several matching terms is found by the first of them.
    TERM = "
        select t.term, t.user_id
        from user_term t
        where (t.term, t.user_id) > ($1, $2)
          and t.term < $3
          and not exists (
              select 1
              from user_term e
              where e.user_id = t.user_id and e.term >= $4 and e.term < t.term
          )
        order by t.term, t.user_id
        limit $5 + 0
    ";
    // A user with several sessions is found by the one used last.
    SEEN = "
        select s.last_seen_at, s.id, s.user_id
        from session s
        where (s.last_seen_at, s.id) < ($1, $2)
          and s.last_seen_at >= $3
          and not exists (
              select 1
              from session n
              where n.user_id = s.user_id and (n.last_seen_at, n.id) > (s.last_seen_at, s.id)
          )
        order by s.last_seen_at desc, s.id desc
        limit $4 + 0
    ";
    // The candidates that meet every condition, and what a list shows of each.
    SUMMARIES = "
        select
            {u.USER},
            exists (select 1 from password p where p.user_id = u.id),
            exists (select 1 from totp t where t.user_id = u.id),
            (select count(*) from passkey k where k.user_id = u.id),
            (
                select count(*)
                from session s
                where s.user_id = u.id and s.ended_at is null and s.idle_expires_at > $2 and s.expires_at > $2
            ),
            (select max(s.last_seen_at) from session s where s.user_id = u.id),
            (select json_group_array(distinct i.provider) from identity i where i.user_id = u.id)
        from json_each($1) c
        join users u on u.id = unhex(c.value)
        where ($3 is null or u.status = $3)
          and ($4 is null or u.admin = $4)
          and ($5 is null or (u.email is not null) = $5)
          and (
              $6 is null
              or (
                  exists (select 1 from totp t where t.user_id = u.id)
                  or exists (select 1 from passkey k where k.user_id = u.id)
              ) = $6
          )
          and ($7 is null or exists (select 1 from identity i where i.user_id = u.id and i.provider = $7))
          and (
              $8 is null
              or exists (select 1 from project_member m where m.project_id = $8 and m.user_id = u.id)
          )
          and ($9 is null or u.created_at >= $9)
          and (
              $10 is null
              or exists (select 1 from session s where s.user_id = u.id and s.last_seen_at >= $10)
          )
    ", postgres "
        select
            {u.USER},
            exists (select 1 from password p where p.user_id = u.id),
            exists (select 1 from totp t where t.user_id = u.id),
            (select count(*) from passkey k where k.user_id = u.id),
            (
                select count(*)
                from session s
                where s.user_id = u.id and s.ended_at is null and s.idle_expires_at > $2 and s.expires_at > $2
            ),
            (select max(s.last_seen_at) from session s where s.user_id = u.id),
            (select coalesce(jsonb_agg(distinct i.provider), '[]') from identity i where i.user_id = u.id)
        from jsonb_array_elements_text($1) c
        join users u on u.id = c::uuid
        where ($3::text is null or u.status = $3)
          and ($4::boolean is null or u.admin = $4)
          and ($5::boolean is null or (u.email is not null) = $5)
          and (
              $6::boolean is null
              or (
                  exists (select 1 from totp t where t.user_id = u.id)
                  or exists (select 1 from passkey k where k.user_id = u.id)
              ) = $6
          )
          and ($7::text is null or exists (select 1 from identity i where i.user_id = u.id and i.provider = $7))
          and (
              $8::uuid is null
              or exists (select 1 from project_member m where m.project_id = $8 and m.user_id = u.id)
          )
          and ($9::bigint is null or u.created_at >= $9)
          and (
              $10::bigint is null
              or exists (select 1 from session s where s.user_id = u.id and s.last_seen_at >= $10)
          )
    ";
}

/// A condition with an index in the order of the users' ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserIndex {
    Every,
    /// Any but active.
    Status(UserStatus),
    Admins,
    WithoutEmail,
    Provider(ProviderId),
    Members(ProjectId),
}

/// A user as a list shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserSummary {
    pub user: User,
    pub password: bool,
    /// Whether there is an authenticator app.
    pub totp: bool,
    pub passkeys: u32,
    /// Live sessions.
    pub sessions: u32,
    /// Last use of any session that is still stored.
    pub last_seen_at: Option<Timestamp>,
    /// The ids of the providers of the linked identities.
    pub providers: Vec<String>,
}

impl UserSummary {
    /// Whether the user was created without a way in and has none yet.
    pub const fn is_invited(&self) -> bool {
        !self.password && self.passkeys == 0 && self.providers.is_empty()
    }
}

impl FromRow for UserSummary {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self {
            user: User::from_row(columns)?,
            password: columns.take("password")?,
            totp: columns.take("totp")?,
            passkeys: columns.take("passkeys")?,
            sessions: columns.take("sessions")?,
            last_seen_at: columns.take("last_seen_at")?,
            providers: columns.take("providers")?,
        })
    }
}

impl Tx {
    /// Writes the terms by which a new or locked user is found.
    pub(super) async fn put_terms(&mut self, user: &User) -> Result<()> {
        self.query(DELETE_TERMS).bind(user.id).done().await?;
        self.query(INSERT_TERMS).bind(user.id).bind(search_terms(user).as_slice()).done().await
    }
}

impl Store {
    /// The next users of an index between two ids, both excluded, in ascending or descending order.
    pub async fn list_user_ids(
        &self,
        index: &UserIndex,
        (above, below): (Uuid, Uuid),
        descending: bool,
        size: u32,
    ) -> Result<Vec<UserId>> {
        let [up, down] = match index {
            UserIndex::Every => [EVERY_UP, EVERY_DOWN],
            UserIndex::Status(_) => [STATUS_UP, STATUS_DOWN],
            UserIndex::Admins => [ADMINS_UP, ADMINS_DOWN],
            UserIndex::WithoutEmail => [WITHOUT_EMAIL_UP, WITHOUT_EMAIL_DOWN],
            UserIndex::Provider(_) => [PROVIDER_UP, PROVIDER_DOWN],
            UserIndex::Members(_) => [MEMBERS_UP, MEMBERS_DOWN],
        };
        let query = self.query(if descending { down } else { up }).bind(above).bind(below).bind(size);
        match index {
            UserIndex::Status(status) => query.bind(*status).all().await,
            UserIndex::Provider(provider) => query.bind(provider).all().await,
            UserIndex::Members(project) => query.bind(*project).all().await,
            UserIndex::Every | UserIndex::Admins | UserIndex::WithoutEmail => query.all().await,
        }
    }

    /// The next users with a term that begins with `prefix`, by term, after a term and user.
    pub async fn list_user_terms(
        &self,
        prefix: &str,
        (term, user): (&str, UserId),
        size: u32,
    ) -> Result<Vec<(String, UserId)>> {
        let end = format!("{prefix}\u{10FFFF}");
        self.query(TERM).bind(term).bind(user).bind(end).bind(prefix).bind(size).all().await
    }

    /// The next users by the last use of a session, the latest first, after a session and not before a moment.
    pub async fn list_users_seen(
        &self,
        (at, session): (Timestamp, SessionId),
        since: Timestamp,
        size: u32,
    ) -> Result<Vec<(Timestamp, SessionId, UserId)>> {
        self.query(SEEN).bind(at).bind(session).bind(since).bind(size).all().await
    }

    /// Those of these users who meet every condition, by id.
    pub async fn summarise_users(
        &self,
        users: impl Iterator<Item = UserId>,
        filter: &UserFilter,
        now: Timestamp,
    ) -> Result<HashMap<UserId, UserSummary>> {
        let ids: Vec<String> = users.map(|id| id.0.simple().to_string()).collect();
        let found: Vec<UserSummary> = self
            .query(SUMMARIES)
            .bind(ids.as_slice())
            .bind(now)
            .bind(filter.status)
            .bind(filter.admin)
            .bind(filter.has_email)
            .bind(filter.second_factor)
            .bind(&filter.provider)
            .bind(filter.project)
            .bind(filter.created_since)
            .bind(filter.seen_since)
            .all()
            .await?;
        Ok(found.into_iter().map(|summary| (summary.user.id, summary)).collect())
    }
}
