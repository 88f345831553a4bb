//! A logout notification: one client is notified that one of its sessions has ended (OpenID Connect Back-Channel Logout
//! 1.0).

use std::time::Duration;

use crate::event::webhook::schedule::jittered;
use crate::id::{ClientId, EventId, SessionId, UserId};
use crate::random::Random;
use crate::time::Timestamp;

/// Retries go on at least this long, however short the lifetime of tokens is.
const LEAST: Duration = Duration::from_mins(15);
/// Delays after each failed attempt, in seconds; the last one repeats.
const WAITS: [u64; 6] = [2, 5, 15, 30, 60, 120];

/// The state of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeStatus {
    /// To be sent, or sent again.
    Waiting,
    /// The client has acknowledged it.
    Delivered,
    /// The client has rejected it.
    Rejected,
    /// The client did not answer while it could have used its tokens.
    GivenUp,
}

impl NoticeStatus {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "told",
            Self::Rejected => "refused",
            Self::GivenUp => "given_up",
        }
    }

    /// The state with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Delivered, Self::Rejected, Self::GivenUp]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}

/// How a deleted client is notified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutEndpoint {
    /// Its `backchannel_logout_uri`.
    pub uri: String,
    /// The algorithm of its ID tokens.
    pub alg: String,
}

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutNotice {
    /// Its id, the `jti` of its token at every attempt: the id of its event.
    pub id: EventId,
    /// The client to notify.
    pub client_id: ClientId,
    /// The user of the session.
    pub user_id: UserId,
    /// The session.
    pub session_id: SessionId,
    /// The `sub` of the user; absent if it was deleted with the user.
    pub sub: Option<String>,
    /// When the session ended.
    pub at: Timestamp,
    /// Its state.
    pub status: NoticeStatus,
    /// Number of attempts.
    pub tries: u32,
    /// When the next attempt is due, while it waits.
    pub send_after: Timestamp,
    /// The end of retries: all tokens have expired.
    pub give_up_at: Timestamp,
    /// The status of the last answer.
    pub last_status: Option<u16>,
    /// The last error.
    pub last_error: Option<String>,
    /// When it was acknowledged or given up.
    pub ended_at: Option<Timestamp>,
    /// The destination if the client was deleted.
    pub address: Option<LogoutEndpoint>,
}

/// When retries end for a session that ended at `ended`.
pub fn give_up_at(ended: Timestamp, access_ttl: Duration) -> Timestamp {
    ended + access_ttl.max(LEAST)
}

/// When the next attempt is due after `failed` attempts.
pub fn next_try(failed: u32, now: Timestamp, random: &dyn Random) -> Timestamp {
    let place = usize::try_from(failed.saturating_sub(1)).unwrap_or(usize::MAX).min(WAITS.len() - 1);
    now + jittered(Duration::from_secs(WAITS[place]), random).max(Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn a_client_that_is_away_for_ten_minutes_is_tried_after_that() {
        let random = SeededRandom::new(1);
        let until = give_up_at(Timestamp(0), Duration::from_secs(60));
        let (mut now, mut failed, mut late) = (Timestamp(0), 0, 0);
        while now < until {
            failed += 1;
            now = next_try(failed, now, &random);
            late += u32::from(now > Timestamp(600) && now < until);
        }
        assert!(late >= 2, "{late}");
        assert!(failed < 20, "{failed} tries are too many");
        assert_eq!(give_up_at(Timestamp(0), Duration::from_hours(1)), Timestamp(3_600));
    }

    #[test]
    fn a_status_survives_its_word() {
        for status in [NoticeStatus::Waiting, NoticeStatus::Delivered, NoticeStatus::Rejected, NoticeStatus::GivenUp] {
            assert_eq!(NoticeStatus::from_word(status.as_str()), Some(status));
        }
        assert_eq!(NoticeStatus::from_word(""), None);
    }
}
