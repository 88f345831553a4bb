//! Back-channel logout deliveries: one row for each client and ended session.

use uuid::Uuid;

use crate::db::{on, on_tx, run, run_in_parts, statements};
use crate::row::unreadable;
use crate::{Result, StorageError, Store, Tx};
use usher_domain::event::logout_notice::{LogoutEndpoint, LogoutNotice, NoticeStatus};
use usher_domain::id::{ClientId, EventId, SessionId, UserId};
use usher_domain::time::Timestamp;

statements! {
    INSERT = "insert into logout_notice (id, client_id, user_id, session_id, sub, at, status, tries, send_after, give_up_at, uri, alg) values ($1, $2, $3, $4, $5, $6, 'waiting', 0, $6, $7, $8, $9) on conflict (client_id, session_id, at) do nothing";
    ANY_DUE = "select id from logout_notice where status = 'waiting' and send_after <= $1 limit 1";
    // Clients at their limit come as ",one,two,". A row that was taken becomes due again by itself if its sender is
    // gone.
    TAKE = "update logout_notice set tries = tries + 1, send_after = $2 where id in (select id from logout_notice where status = 'waiting' and send_after <= $1 and $3 not like '%,' || client_id || ',%' order by send_after, id limit $4) and status = 'waiting' and send_after <= $1 returning id, client_id, user_id, session_id, sub, at, status, tries, send_after, give_up_at, last_status, last_error, ended_at, uri, alg";
    RECORD = "update logout_notice set status = $2, send_after = $3, last_status = $4, last_error = $5, ended_at = $6 where id = $1 and status = 'waiting'";
    OF_USER = "select id, client_id, user_id, session_id, sub, at, status, tries, send_after, give_up_at, last_status, last_error, ended_at, uri, alg from logout_notice where user_id = $1 and at >= $2 order by at desc, id desc limit 100";
    OF_CLIENT = "select id, client_id, user_id, session_id, sub, at, status, tries, send_after, give_up_at, last_status, last_error, ended_at, uri, alg from logout_notice where client_id = $1 and at >= $2 order by at desc, id desc limit 100";
    OUTLIVE = "update logout_notice set uri = $2, alg = $3 where id in (select id from logout_notice where client_id = $1 and status = 'waiting' and uri is null limit $4) and status = 'waiting'";
    BRING_NEAR = "update logout_notice set send_after = $1 where id in (select id from logout_notice where status = 'waiting' and send_after > $2 order by send_after limit $3) and status = 'waiting' and send_after > $2";
    SWEEP = "delete from logout_notice where id in (select id from logout_notice where at < $1 order by at limit $2)";
}

#[derive(sqlx::FromRow)]
struct NoticeRow {
    id: Uuid,
    client_id: String,
    user_id: Uuid,
    session_id: Uuid,
    sub: Option<String>,
    at: i64,
    status: String,
    tries: i64,
    send_after: i64,
    give_up_at: i64,
    last_status: Option<i64>,
    last_error: Option<String>,
    ended_at: Option<i64>,
    uri: Option<String>,
    alg: Option<String>,
}

impl TryFrom<NoticeRow> for LogoutNotice {
    type Error = StorageError;
    fn try_from(row: NoticeRow) -> Result<Self> {
        let fault = |column| unreadable("logout_notice", column, row.id);
        let status = row.last_status.map(u16::try_from).transpose();
        Ok(Self {
            id: EventId(row.id),
            client_id: ClientId(row.client_id),
            user_id: UserId(row.user_id),
            session_id: SessionId(row.session_id),
            sub: row.sub,
            at: Timestamp(row.at),
            status: NoticeStatus::from_word(&row.status).ok_or_else(|| fault("status"))?,
            tries: u32::try_from(row.tries).map_err(|_| fault("tries"))?,
            send_after: Timestamp(row.send_after),
            give_up_at: Timestamp(row.give_up_at),
            last_status: status.map_err(|_| fault("last_status"))?,
            last_error: row.last_error,
            ended_at: row.ended_at.map(Timestamp),
            address: row.uri.zip(row.alg).map(|(uri, alg)| LogoutEndpoint { uri, alg }),
        })
    }
}

fn notices(rows: Vec<NoticeRow>) -> Result<Vec<LogoutNotice>> {
    rows.into_iter().map(LogoutNotice::try_from).collect()
}

impl Tx {
    /// Queues the logout token of a client and session, unless it is queued already.
    pub async fn insert_logout_notice(&mut self, notice: &LogoutNotice) -> Result<()> {
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(notice.id.0)
            .bind(&notice.client_id.0)
            .bind(notice.user_id.0)
            .bind(notice.session_id.0)
            .bind(&notice.sub)
            .bind(notice.at.0)
            .bind(notice.give_up_at.0)
            .bind(notice.address.as_ref().map(|address| &address.uri))
            .bind(notice.address.as_ref().map(|address| &address.alg)))
        .map(drop)
    }

    /// Keeps the pending logout deliveries of a deleted client, to be sent to this address.
    pub async fn let_logout_notices_outlive(&mut self, client: &ClientId, address: &LogoutEndpoint) -> Result<()> {
        run_in_parts!(self, OUTLIVE, |sql| sqlx::query(sql).bind(&client.0).bind(&address.uri).bind(&address.alg));
        Ok(())
    }

    /// Makes a batch of deliveries due whose time is after `bound`: the clock was ahead when it was written.
    pub async fn bring_logout_notices_near(&mut self, now: Timestamp, bound: Timestamp, batch: u32) -> Result<u64> {
        run!(self, BRING_NEAR, |sql| sqlx::query(sql).bind(now.0).bind(bound.0).bind(i64::from(batch)))
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
        let rows: Vec<NoticeRow> = on_tx!(self, TAKE, |conn, sql| sqlx::query_as(sql)
            .bind(now.0)
            .bind(again_at.0)
            .bind(&full)
            .bind(i64::from(most))
            .fetch_all(conn))?;
        notices(rows)
    }

    /// Records the result of an attempt.
    pub async fn record_logout_notice(&mut self, notice: &LogoutNotice) -> Result<()> {
        run!(self, RECORD, |sql| sqlx::query(sql)
            .bind(notice.id.0)
            .bind(notice.status.as_str())
            .bind(notice.send_after.0)
            .bind(notice.last_status.map(i64::from))
            .bind(&notice.last_error)
            .bind(notice.ended_at.map(|at| at.0)))
        .map(drop)
    }

    /// Deletes up to `batch` deliveries of sessions that ended before a moment.
    pub async fn sweep_logout_notices(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        run!(self, SWEEP, |sql| sqlx::query(sql).bind(before.0).bind(i64::from(batch)))
    }
}

impl Store {
    /// Is a delivery due?
    pub async fn has_due_logout_notice(&self, now: Timestamp) -> Result<bool> {
        let id: Option<Uuid> =
            on!(&self.db, ANY_DUE, |conn, sql| sqlx::query_scalar(sql).bind(now.0).fetch_optional(conn))?;
        Ok(id.is_some())
    }

    /// The deliveries about a user's sessions that ended since a moment, newest first.
    pub async fn list_logout_notices(&self, user: UserId, since: Timestamp) -> Result<Vec<LogoutNotice>> {
        let rows: Vec<NoticeRow> =
            on!(&self.db, OF_USER, |conn, sql| sqlx::query_as(sql).bind(user.0).bind(since.0).fetch_all(conn))?;
        notices(rows)
    }

    /// The deliveries to a client of sessions that ended since a moment, newest first.
    pub async fn list_logout_notices_to(&self, client: &ClientId, since: Timestamp) -> Result<Vec<LogoutNotice>> {
        let rows: Vec<NoticeRow> =
            on!(&self.db, OF_CLIENT, |conn, sql| sqlx::query_as(sql).bind(&client.0).bind(since.0).fetch_all(conn))?;
        notices(rows)
    }
}
