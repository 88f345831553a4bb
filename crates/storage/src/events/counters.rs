//! Counters for each day. The dispatcher adds to them in the transaction that marks an event as dispatched, so each event
//! counts once. A day can be counted again from the events that were dispatched; whoever does so first waits for the
//! dispatcher and makes it wait ([`Tx::hold_dispatch`]).

use serde_json::{Map, Value};

use crate::db::statements;
use crate::events::log::first_at;
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::event::EventKind;
use usher_domain::event::counter::{ActiveDays, CountedAs, Counter, counters_of};
use usher_domain::id::{ClientId, UserId};
use usher_domain::time::Timestamp;

row! {
    ACTIVE: ActiveDays of "active_user" by user_id { last = "last_day", bits = "days" }
}

row! {
    RECOUNT: Recount of "recount" { next_day, last_day }
}

statements! {
    with ACTIVE, RECOUNT;

    ADD = "
        insert into daily_count (kind, day, name, times)
        values ($1, $2, $3, $4)
        on conflict (kind, day, name) do update
        set times = daily_count.times + excluded.times
    ";
    FIND_ACTIVE = "
        select {ACTIVE}
        from active_user
        where user_id = $1
    ";
    // 62 bits are kept: shifted by 61 at most, they never reach the sign.
    MARK_ACTIVE = "
        insert into active_user (user_id, last_day, days)
        values ($1, $2, 1)
        on conflict (user_id) do update
        set
            days = case
                when excluded.last_day >= active_user.last_day + 62 then 1
                when excluded.last_day > active_user.last_day then (
                    (active_user.days << cast(excluded.last_day - active_user.last_day as integer))
                    & 4611686018427387903
                ) | 1
                when excluded.last_day > active_user.last_day - 62 then
                    active_user.days
                    | (cast(1 as bigint) << cast(active_user.last_day - excluded.last_day as integer))
                else active_user.days
            end,
            last_day = case
                when excluded.last_day > active_user.last_day then excluded.last_day
                else active_user.last_day
            end
    ";
    MARK_ACTIVE_OF_DAY = "
        insert into active_user (user_id, last_day, days)
        select distinct user_id, cast($4 as bigint), 1
        from event
        where id >= $1 and id < $2 and told and user_id is not null and $3 like '%,' || kind || ',%'
        on conflict (user_id) do update
        set
            days = case
                when excluded.last_day >= active_user.last_day + 62 then 1
                when excluded.last_day > active_user.last_day then (
                    (active_user.days << cast(excluded.last_day - active_user.last_day as integer))
                    & 4611686018427387903
                ) | 1
                when excluded.last_day > active_user.last_day - 62 then
                    active_user.days
                    | (cast(1 as bigint) << cast(active_user.last_day - excluded.last_day as integer))
                else active_user.days
            end,
            last_day = case
                when excluded.last_day > active_user.last_day then excluded.last_day
                else active_user.last_day
            end
    ";
    COUNT_ACTIVE_OF_DAY = "
        select count(distinct user_id)
        from event
        where id >= $1 and id < $2 and told and $3 like '%,' || kind || ',%'
    ";
    SIGN_INS_OF_DAY = "
        select kind, data, count(*) as times
        from event
        where id >= $1 and id < $2 and told and $3 like '%,' || kind || ',%'
        group by kind, data
    ";
    CLIENTS_OF_DAY = "
        select client_id, count(*) as times
        from event
        where id >= $1 and id < $2 and told and client_id is not null and $3 like '%,' || kind || ',%'
        group by client_id
    ";
    CLEAR_DAY = "
        delete from daily_count
        where day = $1 and kind <> 'last-active'
    ";
    CLEAR_LAST_ACTIVE = "delete from daily_count where kind = 'last-active'";
    COUNT_LAST_ACTIVE = "
        insert into daily_count (kind, day, name, times)
        select 'last-active', last_day, '', count(*)
        from active_user
        where last_day >= $1
        group by last_day
    ";
    BY_DAY = "
        select day, cast(sum(times) as bigint)
        from daily_count
        where kind = $1 and day >= $2
        group by day
        order by day
    ";
    BY_NAME = "
        select name, cast(sum(times) as bigint) as total
        from daily_count
        where kind = $1 and day >= $2
        group by name
        order by total desc, name
        limit $3 + 0
    ";
    SWEEP = "
        delete from daily_count
        where (kind, day, name) in (
            select kind, day, name
            from daily_count
            where day < $1
            order by day
            limit $2 + 0
        )
    ";
    SWEEP_ACTIVE = "
        delete from active_user
        where user_id in (
            select user_id
            from active_user
            where last_day < $1
            order by last_day
            limit $2 + 0
        )
    ";
    FIND_RECOUNT = "
        select {RECOUNT}
        from recount
        where next_day >= 0
        order by next_day
        limit 1
    ";
    ADVANCE_RECOUNT = "
        update recount
        set next_day = $2
        where next_day = $1
    ";
    FINISH_RECOUNT = "delete from recount where next_day = $1";
    BEGIN_RECOUNT = "
        insert into recount (next_day, last_day)
        values ($1, $2)
        on conflict (next_day) do nothing
    ";
}

/// Days that are counted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recount {
    /// The next one.
    pub next_day: i64,
    /// The last one.
    pub last_day: i64,
}

/// The names of the kinds of events that count as one of these, as `,one,two,`.
fn kinds_counted(wanted: fn(CountedAs) -> bool) -> String {
    let kinds = EventKind::ALL.iter().filter(|kind| wanted(kind.row().counted)).map(|kind| kind.as_str());
    kinds.fold(String::from(","), |list, kind| list + kind + ",")
}

impl Tx {
    /// Adds to a counter.
    pub async fn add_to_counter(&mut self, counter: Counter, day: i64, name: &str, times: i64) -> Result<()> {
        self.query(ADD).bind(counter).bind(day).bind(name).bind(times).done().await
    }

    /// Counts a user as active on a day, unless that is known already. No other transaction may do so meanwhile.
    pub async fn count_active(&mut self, user: UserId, day: i64) -> Result<()> {
        let known: Option<ActiveDays> = self.query(FIND_ACTIVE).bind(user).optional().await?;
        if known.is_some_and(|days| days.contains(day)) {
            return Ok(());
        }
        self.query(MARK_ACTIVE).bind(user).bind(day).done().await?;
        self.add_to_counter(Counter::Active, day, "", 1).await?;
        let last = known.map(|days| days.last);
        if last.is_some_and(|last| last > day) {
            return Ok(());
        }
        if let Some(last) = last {
            self.add_to_counter(Counter::LastActive, last, "", -1).await?;
        }
        self.add_to_counter(Counter::LastActive, day, "", 1).await
    }

    /// Counts a day again, from the events of that day that were dispatched. The dispatcher must be held.
    pub async fn count_day_again(&mut self, day: i64) -> Result<()> {
        let (from, until) = (first_at(Timestamp::of_day(day)), first_at(Timestamp::of_day(day + 1)));
        self.query(CLEAR_DAY).bind(day).done().await?;
        let kinds = kinds_counted(|counted| matches!(counted, CountedAs::SignIn | CountedAs::FailedSignIn));
        let sign_ins: Vec<(EventName, Map<String, Value>, i64)> =
            self.query(SIGN_INS_OF_DAY).bind(from).bind(until).bind(&kinds).all().await?;
        for (kind, data, times) in sign_ins {
            for (counter, name) in counters_of(kind.counted(), None, &data) {
                self.add_to_counter(counter, day, &name, times).await?;
            }
        }
        let kinds = kinds_counted(|counted| counted == CountedAs::Grant);
        let clients: Vec<(ClientId, i64)> =
            self.query(CLIENTS_OF_DAY).bind(from).bind(until).bind(&kinds).all().await?;
        for (client, times) in clients {
            self.add_to_counter(Counter::Client, day, &client.0, times).await?;
        }
        let kinds = kinds_counted(CountedAs::is_activity);
        let active: i64 = self.query(COUNT_ACTIVE_OF_DAY).bind(from).bind(until).bind(&kinds).one().await?;
        if active > 0 {
            self.add_to_counter(Counter::Active, day, "", active).await?;
            self.query(MARK_ACTIVE_OF_DAY).bind(from).bind(until).bind(&kinds).bind(day).done().await?;
        }
        Ok(())
    }

    /// Counts by their last active day the users who were active since a day. The dispatcher must be held.
    pub async fn count_last_active_again(&mut self, since_day: i64) -> Result<()> {
        self.query(CLEAR_LAST_ACTIVE).done().await?;
        self.query(COUNT_LAST_ACTIVE).bind(since_day).done().await
    }

    /// Asks for days to be counted again.
    pub async fn begin_recount(&mut self, days: Recount) -> Result<()> {
        self.query(BEGIN_RECOUNT).bind(days.next_day).bind(days.last_day).done().await
    }

    /// The recount continues with this day. `false` if somebody else has moved it.
    pub async fn advance_recount(&mut self, from: Recount, next_day: i64) -> Result<bool> {
        self.query(ADVANCE_RECOUNT).bind(from.next_day).bind(next_day).changed().await
    }

    /// Ends a recount.
    pub async fn finish_recount(&mut self, recount: Recount) -> Result<()> {
        self.query(FINISH_RECOUNT).bind(recount.next_day).done().await
    }

    /// Deletes counts of days before this one.
    pub async fn sweep_counters(&mut self, before_day: i64, size: u32) -> Result<u64> {
        self.query(SWEEP).bind(before_day).bind(size).run().await
    }

    /// Deletes the activity of users who were not active since before this day.
    pub async fn sweep_active_users(&mut self, before_day: i64, size: u32) -> Result<u64> {
        self.query(SWEEP_ACTIVE).bind(before_day).bind(size).run().await
    }
}

/// The name of a kind of event.
struct EventName(String);

impl EventName {
    fn counted(&self) -> CountedAs {
        let kind = EventKind::ALL.iter().find(|kind| kind.as_str() == self.0);
        kind.map_or(CountedAs::Nothing, |kind| kind.row().counted)
    }
}

impl crate::row::FromRow for EventName {
    fn from_row(columns: &mut crate::row::Columns<'_>) -> Result<Self> {
        columns.take("kind").map(Self)
    }
}

impl Store {
    /// A counter by day since a day, for days on which it is not zero, oldest first.
    pub async fn count_by_day(&self, counter: Counter, since_day: i64) -> Result<Vec<(i64, i64)>> {
        self.query(BY_DAY).bind(counter).bind(since_day).all().await
    }

    /// A counter by name since a day, the largest numbers first.
    pub async fn count_by_name(&self, counter: Counter, since_day: i64, size: u32) -> Result<Vec<(String, i64)>> {
        self.query(BY_NAME).bind(counter).bind(since_day).bind(size).all().await
    }

    /// The recount that is due.
    pub async fn find_recount(&self) -> Result<Option<Recount>> {
        self.query(FIND_RECOUNT).optional().await
    }
}
