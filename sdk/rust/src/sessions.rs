//! The sessions that were used at this application.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};

use crate::identity::Identity;
use crate::locks::lock;

/// The largest number of sessions in the list.
const MOST: usize = 10_000;
/// The largest number of sessions in one report.
pub(crate) const MOST_REPORTED: usize = 500;
/// How long a session stays in the list after its last request.
pub(crate) const LIFE: Duration = Duration::from_secs(24 * 3600);
/// The largest number of characters of a `User-Agent`.
const LONGEST_TEXT: usize = 300;

/// A session at Usher whose tokens were used at this application. Times are seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The session (`sid`).
    #[serde(rename = "sid")]
    pub id: String,
    /// The person (`sub`).
    #[serde(rename = "sub")]
    pub subject: String,
    /// The client that its newest token was issued to.
    pub client_id: String,
    /// When it was first used here.
    pub first_seen: i64,
    /// When it was last used here.
    pub last_seen: i64,
    /// The number of requests.
    pub requests: u32,
    /// An HMAC of the network address, with a key of this module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_hash: Option<String>,
    /// The `User-Agent` of its newest request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

/// Where a request came from, as far as it is known.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Origin<'a> {
    pub(crate) address: Option<IpAddr>,
    pub(crate) user_agent: Option<&'a str>,
}

struct SeenSession {
    session: Session,
    /// How many of its requests were reported.
    reported: u32,
    /// The address of `ip_hash`.
    address: Option<IpAddr>,
}

/// The sessions that were used, by their id.
pub(crate) struct SessionList {
    key: hmac::Key,
    by_id: Mutex<HashMap<String, SeenSession>>,
}

impl SessionList {
    pub(crate) fn new(secret: &str) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), by_id: Mutex::default() }
    }

    /// Records a request.
    pub(crate) fn note(&self, identity: &Identity, origin: Origin<'_>, now: i64) {
        let Some(id) = &identity.session_id else { return };
        let mut by_id = lock(&self.by_id);
        if let Some(seen) = by_id.get_mut(id) {
            self.touch(seen, identity, origin, now);
            return;
        }
        if by_id.len() >= MOST {
            make_room(&mut by_id, now);
        }
        let session = Session {
            id: id.clone(),
            subject: identity.user.id.clone(),
            client_id: identity.client_id.clone(),
            first_seen: now,
            last_seen: now,
            requests: 0,
            ip_hash: None,
            user_agent: origin.user_agent.map(printable),
        };
        let mut seen = SeenSession { session, reported: 0, address: None };
        self.touch(&mut seen, identity, origin, now);
        by_id.insert(id.clone(), seen);
    }

    fn touch(&self, seen: &mut SeenSession, identity: &Identity, origin: Origin<'_>, now: i64) {
        let session = &mut seen.session;
        session.last_seen = session.last_seen.max(now);
        session.requests = session.requests.saturating_add(1);
        if session.client_id != identity.client_id {
            session.client_id.clone_from(&identity.client_id);
        }
        if seen.address != origin.address {
            seen.address = origin.address;
            session.ip_hash = origin.address.map(|address| self.hash(address));
            session.user_agent = origin.user_agent.map(printable);
        }
    }

    fn hash(&self, address: IpAddr) -> String {
        let tag = hmac::sign(&self.key, format!("usher-session-ip\n{address}").as_bytes());
        tag.as_ref()[..16].iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}"); // a String takes everything
            text
        })
    }

    /// Removes a session that was revoked.
    pub(crate) fn remove(&self, id: &str) {
        lock(&self.by_id).remove(id);
    }

    /// All sessions, the most recent first.
    pub(crate) fn all(&self) -> Vec<Session> {
        let mut sessions: Vec<_> = lock(&self.by_id).values().map(|seen| seen.session.clone()).collect();
        sessions.sort_by(|one, other| other.last_seen.cmp(&one.last_seen).then_with(|| one.id.cmp(&other.id)));
        sessions
    }

    /// Sessions that were used since they were last reported, with the requests since.
    pub(crate) fn unreported(&self, now: i64) -> Vec<Session> {
        let mut by_id = lock(&self.by_id);
        sweep(&mut by_id, now);
        let unreported = by_id.values().filter(|seen| seen.session.requests != seen.reported);
        let since = |seen: &SeenSession| seen.session.requests - seen.reported;
        unreported.take(MOST_REPORTED).map(|seen| Session { requests: since(seen), ..seen.session.clone() }).collect()
    }

    /// Records what was reported.
    pub(crate) fn reported(&self, sessions: &[Session]) {
        let mut by_id = lock(&self.by_id);
        for told in sessions {
            if let Some(seen) = by_id.get_mut(&told.id) {
                seen.reported = seen.reported.saturating_add(told.requests);
            }
        }
    }

    /// Continues with the sessions of a store.
    pub(crate) fn restore(&self, sessions: Vec<Session>) {
        let mut by_id = lock(&self.by_id);
        for session in sessions.into_iter().take(MOST) {
            let seen = SeenSession { reported: session.requests, address: None, session };
            by_id.insert(seen.session.id.clone(), seen);
        }
    }
}

fn sweep(by_id: &mut HashMap<String, SeenSession>, now: i64) {
    let oldest = now.saturating_sub(LIFE.as_secs().try_into().unwrap_or(i64::MAX));
    by_id.retain(|_, seen| seen.session.last_seen >= oldest);
}

/// Removes sessions of yesterday, or else the least recent tenth.
fn make_room(by_id: &mut HashMap<String, SeenSession>, now: i64) {
    sweep(by_id, now);
    if by_id.len() < MOST {
        return;
    }
    let mut times: Vec<i64> = by_id.values().map(|seen| seen.session.last_seen).collect();
    let (_, tenth, _) = times.select_nth_unstable(MOST / 10 - 1);
    let tenth = *tenth;
    let mut removed = 0;
    by_id.retain(|_, seen| {
        let goes = seen.session.last_seen <= tenth && removed < MOST / 10;
        removed += usize::from(goes);
        !goes
    });
}

/// A text as Usher accepts it.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control() && *letter != char::REPLACEMENT_CHARACTER)
        .take(LONGEST_TEXT)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::User;
    use crate::policy::Attributes;
    use std::time::UNIX_EPOCH;

    fn identity(session: &str) -> Identity {
        Identity {
            user: User { id: "u1".to_owned(), roles: vec![] },
            is_machine: false,
            session_id: Some(session.to_owned()),
            client_id: "app".to_owned(),
            scope: vec![],
            acr: None,
            auth_time: None,
            expires: UNIX_EPOCH,
            claims: Attributes::new(),
        }
    }

    #[test]
    fn each_request_is_reported_once() {
        let list = SessionList::new("secret");
        let origin = Origin { address: Some([192, 0, 2, 1].into()), user_agent: Some("Browser\n5") };
        for now in [100, 101] {
            list.note(&identity("s1"), origin, now);
        }
        let told = list.unreported(101);
        assert_eq!((told[0].requests, told[0].first_seen, told[0].last_seen), (2, 100, 101));
        assert_eq!(
            (told[0].user_agent.as_deref(), told[0].ip_hash.as_ref().map(String::len)),
            (Some("Browser5"), Some(32))
        );
        list.note(&identity("s1"), origin, 102);
        list.reported(&told);
        assert_eq!(list.unreported(102)[0].requests, 1);
        assert_eq!(list.all()[0].requests, 3);
        list.remove("s1");
        assert_eq!(list.all(), []);
    }

    #[test]
    fn the_list_is_bounded_in_number_and_time() {
        let list = SessionList::new("secret");
        let mostly = i64::try_from(MOST).unwrap();
        for number in 0..=mostly {
            list.note(&identity(&format!("s{number}")), Origin::default(), number);
        }
        let all = list.all();
        assert_eq!(all.len(), MOST - MOST / 10 + 1);
        assert_eq!(all[0].id, format!("s{mostly}"));
        assert!(all.iter().all(|session| session.last_seen > 900));
        assert_eq!(list.unreported(mostly + 100_000).len(), 0);
    }
}
