//! Requests of devices (RFC 8628).
//!
//! Each step of a request is one conditional statement, so that it happens once on either database, however many
//! instances try. It is redeemed by inserting the grant under its id: see `crate::grants`.

use sqlx::types::Json;
use uuid::Uuid;

use super::db::{on, on_tx, run, statements};
use super::row::{JsonColumn, unreadable};
use super::{Result, StorageError, Store, Tx};
use usher_domain::id::{ClientId, GrantId, SessionId, UserId};
use usher_domain::oauth::device_authorization::{DeviceAnswer, DeviceApproval, DeviceAuthorization};
use usher_domain::time::Timestamp;
use usher_protocol::pkce::CodeChallenge;
use usher_protocol::scope::Scope;

statements! {
    INSERT = "insert into device_code \
        (id, code_hash, user_code_mac, client_id, scope, code_challenge, user_agent, source, created_at, expires_at, poll_interval) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
        on conflict do nothing";
    FIND = "select id, client_id, scope, code_challenge, user_agent, source, created_at, expires_at, \
        answer, user_id, session_id, auth_time, acr, amr \
        from device_code where id = $1";
    FIND_BY_CODE = "select id, client_id, scope, code_challenge, user_agent, source, created_at, expires_at, \
        answer, user_id, session_id, auth_time, acr, amr \
        from device_code where code_hash = $1";
    FIND_BY_USER_CODE = "select id, client_id, scope, code_challenge, user_agent, source, created_at, expires_at, \
        answer, user_id, session_id, auth_time, acr, amr \
        from device_code where user_code_mac = $1";
    // The interval after an early request is longer. A time further ahead than one interval was written while a clock
    // was ahead, and counts as none.
    POLL = "update device_code set \
        poll_interval = case \
        when polled_at > $2 - poll_interval and polled_at < $2 + poll_interval then poll_interval + $3 \
        else poll_interval end, \
        polled_at = $2 \
        where id = $1 and answer is null and expires_at > $2 \
        returning poll_interval";
    INTERVAL = "select poll_interval from device_code where id = $1", postgres "select poll_interval from device_code where id = $1 for no key update";
    ANSWER = "update device_code set answer = $3, user_id = $4, session_id = $5, auth_time = $6, acr = $7, amr = $8 \
        where id = $1 and answer is null and expires_at > $2";
    SWEEP = "delete from device_code where id in (select id from device_code where expires_at < $1 limit $2)";
}

/// A new request of a device, and the hashes of its codes.
#[derive(Debug, Clone)]
pub struct NewDeviceCode<'a> {
    pub request: &'a DeviceAuthorization,
    pub code_hash: &'a [u8],
    pub user_code_mac: &'a [u8],
    /// Seconds between two token requests.
    pub interval: u32,
}

/// Whether a device kept its interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polled {
    InTime,
    /// Its interval grew.
    TooEarly,
    /// The request was answered or expired meanwhile.
    Over,
}

#[derive(sqlx::FromRow)]
struct DeviceCodeRow {
    id: Uuid,
    client_id: String,
    scope: String,
    code_challenge: Option<String>,
    user_agent: Option<String>,
    source: String,
    created_at: i64,
    expires_at: i64,
    answer: Option<String>,
    user_id: Option<Uuid>,
    session_id: Option<Uuid>,
    auth_time: Option<i64>,
    acr: Option<String>,
    amr: Option<JsonColumn<Vec<String>>>,
}

impl TryFrom<DeviceCodeRow> for DeviceAuthorization {
    type Error = StorageError;
    fn try_from(mut row: DeviceCodeRow) -> Result<Self> {
        let id = row.id;
        let broken = |column| unreadable("device_code", column, id);
        let challenge = row.code_challenge.take();
        let challenge = challenge.map(|text| CodeChallenge::parse(&text, Some("S256"))).transpose();
        Ok(Self {
            id: GrantId(id),
            scope: Scope::parse(&row.scope).map_err(|_| broken("scope"))?,
            code_challenge: challenge.map_err(|_| broken("code_challenge"))?,
            user_agent: row.user_agent.take(),
            source: std::mem::take(&mut row.source),
            created_at: Timestamp(row.created_at),
            expires_at: Timestamp(row.expires_at),
            client_id: ClientId(std::mem::take(&mut row.client_id)),
            answer: match row.answer.as_deref() {
                None => None,
                Some("denied") => Some(DeviceAnswer::Denied),
                Some("allowed") => Some(DeviceAnswer::Allowed(approval(row)?)),
                Some(_) => return Err(broken("answer")),
            },
        })
    }
}

fn approval(row: DeviceCodeRow) -> Result<DeviceApproval> {
    let broken = |column| unreadable("device_code", column, row.id);
    Ok(DeviceApproval {
        user_id: UserId(row.user_id.ok_or_else(|| broken("user_id"))?),
        session_id: SessionId(row.session_id.ok_or_else(|| broken("session_id"))?),
        auth_time: Timestamp(row.auth_time.ok_or_else(|| broken("auth_time"))?),
        acr: row.acr.ok_or_else(|| broken("acr"))?,
        amr: row.amr.ok_or_else(|| broken("amr"))?.read("device_code", "amr", row.id)?,
    })
}

impl Tx {
    /// Inserts a request. `false` if one of its codes exists already.
    pub async fn insert_device_code(&mut self, new: &NewDeviceCode<'_>) -> Result<bool> {
        let request = new.request;
        let challenge = request.code_challenge.as_ref().map(CodeChallenge::as_str);
        let inserted = run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(request.id.0)
            .bind(new.code_hash)
            .bind(new.user_code_mac)
            .bind(&request.client_id.0)
            .bind(request.scope.to_string())
            .bind(challenge)
            .bind(request.user_agent.as_deref())
            .bind(&request.source)
            .bind(request.created_at.0)
            .bind(request.expires_at.0)
            .bind(i64::from(new.interval)))?;
        Ok(inserted == 1)
    }

    /// Records a token request of a device that was not answered yet. A request before the end of the interval makes
    /// the interval longer by `slow_down` seconds.
    pub async fn poll_device_code(&mut self, id: GrantId, now: Timestamp, slow_down: u32) -> Result<Polled> {
        let before: Option<i64> =
            on_tx!(self, INTERVAL, |conn, sql| sqlx::query_scalar(sql).bind(id.0).fetch_optional(conn))?;
        let after: Option<i64> = on_tx!(self, POLL, |conn, sql| sqlx::query_scalar(sql)
            .bind(id.0)
            .bind(now.0)
            .bind(i64::from(slow_down))
            .fetch_optional(conn))?;
        Ok(match after {
            None => Polled::Over,
            Some(_) if after == before => Polled::InTime,
            Some(_) => Polled::TooEarly,
        })
    }

    /// Records the answer to an open request. `false` if it was answered or has expired.
    pub async fn answer_device_code(&mut self, id: GrantId, answer: &DeviceAnswer, now: Timestamp) -> Result<bool> {
        let (word, approval) = match answer {
            DeviceAnswer::Denied => ("denied", None),
            DeviceAnswer::Allowed(approval) => ("allowed", Some(approval)),
        };
        let answered = run!(self, ANSWER, |sql| sqlx::query(sql)
            .bind(id.0)
            .bind(now.0)
            .bind(word)
            .bind(approval.map(|by| by.user_id.0))
            .bind(approval.map(|by| by.session_id.0))
            .bind(approval.map(|by| by.auth_time.0))
            .bind(approval.map(|by| by.acr.as_str()))
            .bind(approval.map(|by| Json(&by.amr))))?;
        Ok(answered == 1)
    }

    /// Deletes a batch of requests that expired before `before`.
    pub async fn sweep_device_codes(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        run!(self, SWEEP, |sql| sqlx::query(sql).bind(before.0).bind(i64::from(batch)))
    }
}

impl Store {
    /// A request by id.
    pub async fn find_device_authorization(&self, id: GrantId) -> Result<Option<DeviceAuthorization>> {
        let row: Option<DeviceCodeRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(id.0).fetch_optional(conn))?;
        row.map(DeviceAuthorization::try_from).transpose()
    }

    /// The request with this device code.
    pub async fn find_device_code(&self, code_hash: &[u8]) -> Result<Option<DeviceAuthorization>> {
        let row: Option<DeviceCodeRow> =
            on!(&self.db, FIND_BY_CODE, |conn, sql| sqlx::query_as(sql).bind(code_hash).fetch_optional(conn))?;
        row.map(DeviceAuthorization::try_from).transpose()
    }

    /// The request with this user code.
    pub async fn find_user_code(&self, user_code_mac: &[u8]) -> Result<Option<DeviceAuthorization>> {
        let row: Option<DeviceCodeRow> =
            on!(&self.db, FIND_BY_USER_CODE, |conn, sql| sqlx::query_as(sql).bind(user_code_mac).fetch_optional(conn))?;
        row.map(DeviceAuthorization::try_from).transpose()
    }
}
