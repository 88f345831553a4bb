//! CIBA requests, and the calls that tell clients that a person has answered.
//!
//! Each step of a request is one conditional statement, so that it happens once on either database, however many
//! instances try. It is redeemed by inserting the grant under its id: see `crate::grants`.

use super::db::statements;
use super::row::{Columns, FromRow};
use super::waiting_requests::{Polled, stored_answer, take_answer};
use super::{Result, Store, Tx};
use usher_domain::id::{ClientId, GrantId, UserId};
use usher_domain::oauth::ciba_request::{CibaPing, CibaRequest};
use usher_domain::oauth::waiting_request::RequestAnswer;
use usher_domain::time::Timestamp;

/// The columns of a [`CibaRequest`]. The person who is asked is also the one who allows it.
const REQUEST: &str = "id, client_id, user_id, scope, targets, acr_values, binding_message, source, created_at, \
                       expires_at, answer, user_id, session_id, auth_time, acr, amr";
/// The columns of a [`CibaPing`].
const PING: &str = "id, client_id, ping, ping_tries, expires_at";

impl FromRow for CibaRequest {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        columns.of("ciba_request");
        Ok(Self {
            id: columns.take("id")?,
            client_id: columns.take("client_id")?,
            user_id: columns.take("user_id")?,
            scope: columns.take("scope")?,
            targets: columns.take("targets")?,
            acr_values: columns.take("acr_values")?,
            binding_message: columns.take("binding_message")?,
            source: columns.take("source")?,
            created_at: columns.take("created_at")?,
            expires_at: columns.take("expires_at")?,
            answer: take_answer(columns)?,
        })
    }
}

impl FromRow for CibaPing {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        columns.of("ciba_request");
        Ok(Self {
            id: columns.take("id")?,
            client_id: columns.take("client_id")?,
            sealed: columns.take("ping")?,
            tries: columns.take("ping_tries")?,
            expires_at: columns.take("expires_at")?,
        })
    }
}

statements! {
    with REQUEST, PING;

    INSERT = "
        insert into ciba_request (
            id, auth_req_id_hash, client_id, user_id, scope, targets, acr_values, binding_message, source, created_at,
            expires_at, poll_interval, ping, ping_tries
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0)
    ";
    FIND = "
        select {REQUEST}
        from ciba_request
        where id = $1
    ";
    FIND_BY_HASH = "
        select {REQUEST}
        from ciba_request
        where auth_req_id_hash = $1
    ";
    OPEN_OF_USER = "
        select {REQUEST}
        from ciba_request
        where user_id = $1 and answer is null and expires_at > $2
        order by created_at desc, id desc
        limit 5
    ";
    IS_MUTED = "
        select id
        from ciba_request
        where user_id = $1 and client_id = $2 and answer = 'reported' and answered_at > $3
        limit 1
    ";
    // The interval after an early request is longer. A time further ahead than one interval was written while a clock
    // was ahead, and counts as none.
    POLL = "
        update ciba_request
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
        from ciba_request
        where id = $1
    " + postgres "for no key update";
    ANSWER = "
        update ciba_request
        set
            answer = $4,
            answered_at = $3,
            session_id = $5,
            auth_time = $6,
            acr = $7,
            amr = $8,
            ping_at = case when ping is null then null else $3 end
        where id = $1 and user_id = $2 and answer is null and expires_at > $3
    ";
    ANY_PING_DUE = "
        select id
        from ciba_request
        where ping_at <= $1 and expires_at > $1
        limit 1
    ";
    // Clients at their limit come as ",one,two,". A call that was taken becomes due again by itself if its sender is
    // gone.
    TAKE_PINGS = "
        update ciba_request
        set ping_tries = ping_tries + 1, ping_at = $2
        where id in (
            select id
            from ciba_request
            where ping_at <= $1
              and expires_at > $1
              and $3 not like '%,' || client_id || ',%'
            order by ping_at, id
            limit $4 + 0
        )
          and ping_at <= $1
        returning {PING}
    ";
    DELAY_PING = "
        update ciba_request
        set ping_at = $2
        where id = $1 and ping is not null
    ";
    END_PING = "
        update ciba_request
        set ping = null, ping_at = null
        where id = $1 and ping is not null
    ";
    SWEEP = "
        delete from ciba_request
        where id in (select id from ciba_request where expires_at < $1 limit $2 + 0)
    ";
}

/// A new request.
#[derive(Debug, Clone)]
pub struct NewCibaRequest<'a> {
    pub request: &'a CibaRequest,
    pub auth_req_id_hash: &'a [u8],
    /// Seconds between two token requests.
    pub interval: u32,
    /// What the client is called with once the person has answered, sealed.
    pub ping: Option<&'a [u8]>,
}

impl Tx {
    pub async fn insert_ciba_request(&mut self, new: &NewCibaRequest<'_>) -> Result<()> {
        let request = new.request;
        self.query(INSERT)
            .bind(request.id)
            .bind(new.auth_req_id_hash)
            .bind(&request.client_id)
            .bind(request.user_id)
            .bind(&request.scope)
            .bind(&request.targets)
            .bind(&request.acr_values)
            .bind(&request.binding_message)
            .bind(&request.source)
            .bind(request.created_at)
            .bind(request.expires_at)
            .bind(new.interval)
            .bind(new.ping)
            .done()
            .await
    }

    /// Records a token request for a request that was not answered yet. One before the end of the interval makes the
    /// interval longer by `slow_down` seconds.
    pub async fn poll_ciba_request(&mut self, id: GrantId, now: Timestamp, slow_down: u32) -> Result<Polled> {
        let before: Option<i64> = self.query(INTERVAL).bind(id).optional().await?;
        let after: Option<i64> = self.query(POLL).bind(id).bind(now).bind(slow_down).optional().await?;
        Ok(Polled::by_interval(before, after))
    }

    /// Records the answer of this person to an open request, and makes the call to the client due. `false` if the request
    /// was answered, has expired, or is for somebody else.
    pub async fn answer_ciba_request(
        &mut self,
        id: GrantId,
        user: UserId,
        answer: &RequestAnswer,
        now: Timestamp,
    ) -> Result<bool> {
        let (word, approval) = stored_answer(answer);
        self.query(ANSWER)
            .bind(id)
            .bind(user)
            .bind(now)
            .bind(word)
            .bind(approval.map(|by| by.session_id))
            .bind(approval.map(|by| by.auth_time))
            .bind(approval.map(|by| &by.acr))
            .bind(approval.map(|by| &by.amr))
            .changed()
            .await
    }

    /// Takes up to `most` calls that are due, except those to clients at their limit. They become due again at `again_at`
    /// unless a result is recorded before.
    pub async fn take_ciba_pings(
        &mut self,
        now: Timestamp,
        again_at: Timestamp,
        full: &[ClientId],
        most: u32,
    ) -> Result<Vec<CibaPing>> {
        let full: String = full.iter().flat_map(|client| [",", &client.0]).collect();
        let full = format!("{full},");
        self.query(TAKE_PINGS).bind(now).bind(again_at).bind(&full).bind(most).all().await
    }

    /// Calls the client again at this moment.
    pub async fn delay_ciba_ping(&mut self, id: GrantId, at: Timestamp) -> Result<()> {
        self.query(DELAY_PING).bind(id).bind(at).done().await
    }

    /// Calls the client no more.
    pub async fn end_ciba_ping(&mut self, id: GrantId) -> Result<()> {
        self.query(END_PING).bind(id).done().await
    }

    /// Deletes a batch of requests that expired before `before`.
    pub async fn sweep_ciba_requests(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }
}

impl Store {
    pub async fn find_ciba_request(&self, id: GrantId) -> Result<Option<CibaRequest>> {
        self.query(FIND).bind(id).optional().await
    }

    /// The request with this `auth_req_id`.
    pub async fn find_ciba_request_by_hash(&self, auth_req_id_hash: &[u8]) -> Result<Option<CibaRequest>> {
        self.query(FIND_BY_HASH).bind(auth_req_id_hash).optional().await
    }

    /// The newest requests that this person may answer.
    pub async fn list_open_ciba_requests(&self, user: UserId, now: Timestamp) -> Result<Vec<CibaRequest>> {
        self.query(OPEN_OF_USER).bind(user).bind(now).all().await
    }

    /// Whether this person has reported a request of this client since a moment.
    pub async fn is_ciba_muted(&self, user: UserId, client: &ClientId, since: Timestamp) -> Result<bool> {
        self.query(IS_MUTED).bind(user).bind(client).bind(since).exists().await
    }

    /// Is a call to a client due?
    pub async fn has_due_ciba_ping(&self, now: Timestamp) -> Result<bool> {
        self.query(ANY_PING_DUE).bind(now).exists().await
    }
}
