//! Back-channel logout deliveries: one row for each client and ended session.

use crate::db::statements;
use crate::query::PART;
use crate::row::{Columns, FromRow};
use crate::{Result, Store, Tx};
use usher_domain::event::logout_notice::{LogoutEndpoint, LogoutNotice};
use usher_domain::id::{ClientId, UserId};
use usher_domain::time::Timestamp;

/// The columns of a [`LogoutNotice`].
const NOTICE: &str = "id, client_id, user_id, session_id, sub, at, status, tries, send_after, give_up_at, last_status, \
                      last_error, ended_at, uri, alg";

impl FromRow for LogoutNotice {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        columns.of("logout_notice");
        Ok(Self {
            id: columns.take("id")?,
            client_id: columns.take("client_id")?,
            user_id: columns.take("user_id")?,
            session_id: columns.take("session_id")?,
            sub: columns.take("sub")?,
            at: columns.take("at")?,
            status: columns.take("status")?,
            tries: columns.take("tries")?,
            send_after: columns.take("send_after")?,
            give_up_at: columns.take("give_up_at")?,
            last_status: columns.take("last_status")?,
            last_error: columns.take("last_error")?,
            ended_at: columns.take("ended_at")?,
            address: match (columns.take("uri")?, columns.take("alg")?) {
                (Some(uri), Some(alg)) => Some(LogoutEndpoint { uri, alg }),
                _ => None,
            },
        })
    }
}

statements! {
    with NOTICE, PART;

    INSERT = "
        insert into logout_notice (
            id, client_id, user_id, session_id, sub, at, status, tries, send_after, give_up_at, uri, alg
        )
        values ($1, $2, $3, $4, $5, $6, 'waiting', 0, $6, $7, $8, $9)
        on conflict (client_id, session_id, at) do nothing
    ";
    ANY_DUE = "
        select id
        from logout_notice
        where status = 'waiting' and send_after <= $1
        limit 1
    ";
    // Clients at their limit come as ",one,two,". A row that was taken becomes due again by itself if its sender is
    // gone.
    TAKE = "
        update logout_notice
        set tries = tries + 1, send_after = $2
        where id in (
            select id
            from logout_notice
            where status = 'waiting'
              and send_after <= $1
              and $3 not like '%,' || client_id || ',%'
            order by send_after, id
            limit $4 + 0
        )
          and status = 'waiting'
          and send_after <= $1
        returning {NOTICE}
    ";
    RECORD = "
        update logout_notice
        set
            status = $2,
            send_after = $3,
            last_status = $4,
            last_error = $5,
            ended_at = $6
        where id = $1 and status = 'waiting'
    ";
    OF_USER = "
        select {NOTICE}
        from logout_notice
        where user_id = $1 and at >= $2
        order by at desc, id desc
        limit 100
    ";
    OF_CLIENT = "
        select {NOTICE}
        from logout_notice
        where client_id = $1 and at >= $2
        order by at desc, id desc
        limit 100
    ";
    OUTLIVE = "
        update logout_notice
        set uri = $2, alg = $3
        where id in (
            select id
            from logout_notice
            where client_id = $1 and status = 'waiting' and uri is null
            limit {PART}
        )
          and status = 'waiting'
    ";
    BRING_NEAR = "
        update logout_notice
        set send_after = $1
        where id in (
            select id
            from logout_notice
            where status = 'waiting' and send_after > $2
            order by send_after
            limit $3 + 0
        )
          and status = 'waiting'
          and send_after > $2
    ";
    SWEEP = "
        delete from logout_notice
        where id in (select id from logout_notice where at < $1 order by at limit $2 + 0)
    ";
}

impl Tx {
    /// Queues the logout token of a client and session, unless it is queued already.
    pub async fn insert_logout_notice(&mut self, notice: &LogoutNotice) -> Result<()> {
        self.query(INSERT)
            .bind(notice.id)
            .bind(&notice.client_id)
            .bind(notice.user_id)
            .bind(notice.session_id)
            .bind(&notice.sub)
            .bind(notice.at)
            .bind(notice.give_up_at)
            .bind(notice.address.as_ref().map(|address| &address.uri))
            .bind(notice.address.as_ref().map(|address| &address.alg))
            .done()
            .await
    }

    /// Keeps the pending logout deliveries of a deleted client, to be sent to this address.
    pub async fn let_logout_notices_outlive(&mut self, client: &ClientId, address: &LogoutEndpoint) -> Result<()> {
        self.query(OUTLIVE).bind(client).bind(&address.uri).bind(&address.alg).run_in_parts().await?;
        Ok(())
    }

    /// Makes a batch of deliveries due whose time is after `bound`: the clock was ahead when it was written.
    pub async fn bring_logout_notices_near(&mut self, now: Timestamp, bound: Timestamp, batch: u32) -> Result<u64> {
        self.query(BRING_NEAR).bind(now).bind(bound).bind(batch).run().await
    }

    /// Takes up to `most` deliveries that are due, except those of clients at their limit. They become due again at
    /// `again_at` unless a result is recorded before.
    pub async fn take_logout_notices(
        &mut self,
        now: Timestamp,
        again_at: Timestamp,
        full: &[ClientId],
        most: u32,
    ) -> Result<Vec<LogoutNotice>> {
        let full: String = full.iter().flat_map(|client| [",", &client.0]).collect();
        let full = format!("{full},");
        self.query(TAKE).bind(now).bind(again_at).bind(&full).bind(most).all().await
    }

    /// Records the result of an attempt.
    pub async fn record_logout_notice(&mut self, notice: &LogoutNotice) -> Result<()> {
        self.query(RECORD)
            .bind(notice.id)
            .bind(notice.status)
            .bind(notice.send_after)
            .bind(notice.last_status)
            .bind(&notice.last_error)
            .bind(notice.ended_at)
            .done()
            .await
    }

    /// Deletes up to `batch` deliveries of sessions that ended before a moment.
    pub async fn sweep_logout_notices(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }
}

impl Store {
    /// Is a delivery due?
    pub async fn has_due_logout_notice(&self, now: Timestamp) -> Result<bool> {
        self.query(ANY_DUE).bind(now).exists().await
    }

    /// The deliveries about a user's sessions that ended since a moment, newest first.
    pub async fn list_logout_notices(&self, user: UserId, since: Timestamp) -> Result<Vec<LogoutNotice>> {
        self.query(OF_USER).bind(user).bind(since).all().await
    }

    /// The deliveries to a client of sessions that ended since a moment, newest first.
    pub async fn list_logout_notices_to(&self, client: &ClientId, since: Timestamp) -> Result<Vec<LogoutNotice>> {
        self.query(OF_CLIENT).bind(client).bind(since).all().await
    }
}
