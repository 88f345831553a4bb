//! A notice of logout: one client is told that one session of it is over (OpenID Connect Back-Channel Logout 1.0).

use std::time::Duration;

use crate::id::{ClientId, EventId, SessionId, UserId};
use crate::random::Random;
use crate::time::Timestamp;
use crate::webhook::schedule::jittered;

/// A client that is away for so long still learns, however short its tokens live.
const LEAST: Duration = Duration::from_mins(15);
/// How long to wait after each failed try, in seconds; the last one again and again.
const WAITS: [u64; 6] = [2, 5, 15, 30, 60, 120];

/// What became of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeStatus {
    /// It is to be sent, or sent again.
    Waiting,
    /// The client has heard it.
    Told,
    /// The client does not accept it.
    Refused,
    /// The client did not answer for as long as it could have used what it held.
    GivenUp,
}

impl NoticeStatus {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Told => "told",
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
        }
    }

    /// What the word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Told, Self::Refused, Self::GivenUp].into_iter().find(|status| status.as_str() == word)
    }
}

/// How a client that is gone is told nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Its `backchannel_logout_uri`.
    pub uri: String,
    /// The algorithm of its ID tokens.
    pub alg: String,
}

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutNotice {
    /// Its name, and that of its token at every try: that of the fact it tells.
    pub id: EventId,
    /// Who is told.
    pub client_id: ClientId,
    /// Whose session it was.
    pub user_id: UserId,
    /// The session.
    pub session_id: SessionId,
    /// The user as the client knows them; absent if that was forgotten with them.
    pub sub: Option<String>,
    /// When it ended.
    pub at: Timestamp,
    /// What became of it.
    pub status: NoticeStatus,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next, while it waits.
    pub send_after: Timestamp,
    /// From then on there is nothing left that could be used.
    pub give_up_at: Timestamp,
    /// What was answered last.
    pub last_status: Option<u16>,
    /// What went wrong last, in words.
    pub last_error: Option<String>,
    /// When it was told or given up.
    pub ended_at: Option<Timestamp>,
    /// Where it goes if the client is not there any more.
    pub address: Option<Address>,
}

/// Until when a client is told of what ended then.
pub fn give_up_at(ended: Timestamp, access_ttl: Duration) -> Timestamp {
    ended + access_ttl.max(LEAST)
}

/// When to try again after so many failed tries.
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
        for status in [NoticeStatus::Waiting, NoticeStatus::Told, NoticeStatus::Refused, NoticeStatus::GivenUp] {
            assert_eq!(NoticeStatus::from_word(status.as_str()), Some(status));
        }
        assert_eq!(NoticeStatus::from_word(""), None);
    }
}
