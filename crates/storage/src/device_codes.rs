//! Requests of devices (RFC 8628).
//!
//! Each step of a request is one conditional statement, so that it happens once on either database, however many
//! instances try. It is redeemed by inserting the grant under its id: see `crate::grants`.

use super::db::statements;
use super::row::{Columns, FromRow};
use super::waiting_requests::{Polled, stored_answer, take_answer};
use super::{Result, Store, Tx};
use usher_domain::id::GrantId;
use usher_domain::oauth::device_authorization::DeviceAuthorization;
use usher_domain::oauth::waiting_request::RequestAnswer;
use usher_domain::time::Timestamp;

/// The columns of a [`DeviceAuthorization`].
const REQUEST: &str = "id, client_id, scope, code_challenge, user_agent, source, created_at, expires_at, targets, \
                       answer, user_id, session_id, auth_time, acr, amr";

impl FromRow for DeviceAuthorization {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        columns.of("device_code");
        Ok(Self {
            id: columns.take("id")?,
            client_id: columns.take("client_id")?,
            scope: columns.take("scope")?,
            code_challenge: columns.take("code_challenge")?,
            user_agent: columns.take("user_agent")?,
            source: columns.take("source")?,
            created_at: columns.take("created_at")?,
            expires_at: columns.take("expires_at")?,
            targets: columns.take("targets")?,
            answer: take_answer(columns)?,
        })
    }
}

statements! {
    with REQUEST;

    INSERT = "
        insert into device_code (
            id, code_hash, user_code_mac, client_id, scope, code_challenge, user_agent, source, created_at, expires_at,
            poll_interval, targets
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        on conflict do nothing
    ";
    FIND = "
        select {REQUEST}
        from device_code
        where id = $1
    ";
    FIND_BY_CODE = "
        select {REQUEST}
        from device_code
        where code_hash = $1
    ";
    FIND_BY_USER_CODE = "
        select {REQUEST}
        from device_code
        where user_code_mac = $1
    ";
    // The interval after an early request is longer. A time further ahead than one interval was written while a clock
    // was ahead, and counts as none.
    POLL = "
        update device_code
        set
            poll_interval = case
                when polled_at > $2 - poll_interval and polled_at < $2 + poll_interval then poll_interval + $3
                else poll_interval
            end,
            polled_at = $2
        where id = $1 and answer is null and expires_at > $2
        returning poll_interval
    ";
    INTERVAL = "
        select poll_interval
        from device_code
        where id = $1
    " + postgres "for no key update";
    ANSWER = "
        update device_code
        set answer = $3, user_id = $4, session_id = $5, auth_time = $6, acr = $7, amr = $8
        where id = $1 and answer is null and expires_at > $2
    ";
    SWEEP = "
        delete from device_code
        where id in (select id from device_code where expires_at < $1 limit $2 + 0)
    ";
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

impl Tx {
    /// Inserts a request. `false` if one of its codes exists already.
    pub async fn insert_device_code(&mut self, new: &NewDeviceCode<'_>) -> Result<bool> {
        let request = new.request;
        self.query(INSERT)
            .bind(request.id)
            .bind(new.code_hash)
            .bind(new.user_code_mac)
            .bind(&request.client_id)
            .bind(&request.scope)
            .bind(&request.code_challenge)
            .bind(&request.user_agent)
            .bind(&request.source)
            .bind(request.created_at)
            .bind(request.expires_at)
            .bind(new.interval)
            .bind(&request.targets)
            .changed()
            .await
    }

    /// Records a token request of a device that was not answered yet. A request before the end of the interval makes
    /// the interval longer by `slow_down` seconds.
    pub async fn poll_device_code(&mut self, id: GrantId, now: Timestamp, slow_down: u32) -> Result<Polled> {
        let before: Option<i64> = self.query(INTERVAL).bind(id).optional().await?;
        let after: Option<i64> = self.query(POLL).bind(id).bind(now).bind(slow_down).optional().await?;
        Ok(Polled::by_interval(before, after))
    }

    /// Records the answer to an open request. `false` if it was answered or has expired.
    pub async fn answer_device_code(&mut self, id: GrantId, answer: &RequestAnswer, now: Timestamp) -> Result<bool> {
        let (word, approval) = stored_answer(answer);
        self.query(ANSWER)
            .bind(id)
            .bind(now)
            .bind(word)
            .bind(approval.map(|by| by.user_id))
            .bind(approval.map(|by| by.session_id))
            .bind(approval.map(|by| by.auth_time))
            .bind(approval.map(|by| &by.acr))
            .bind(approval.map(|by| &by.amr))
            .changed()
            .await
    }

    /// Deletes a batch of requests that expired before `before`.
    pub async fn sweep_device_codes(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }
}

impl Store {
    /// A request by id.
    pub async fn find_device_authorization(&self, id: GrantId) -> Result<Option<DeviceAuthorization>> {
        self.query(FIND).bind(id).optional().await
    }

    /// The request with this device code.
    pub async fn find_device_code(&self, code_hash: &[u8]) -> Result<Option<DeviceAuthorization>> {
        self.query(FIND_BY_CODE).bind(code_hash).optional().await
    }

    /// The request with this user code.
    pub async fn find_user_code(&self, user_code_mac: &[u8]) -> Result<Option<DeviceAuthorization>> {
        self.query(FIND_BY_USER_CODE).bind(user_code_mac).optional().await
    }
}
