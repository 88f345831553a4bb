//! Who is signed in now, for administrators.

use std::sync::Arc;

use uuid::Uuid;

use crate::users::directory::{PageStart, UserDirectory};
use usher_accounts::core::Core;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::id::{SessionId, UserId};
use usher_domain::page::MAX_PAGE;
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_domain::user::search::{UserFilter, UserOrder, UserPosition, UserQuery};
use usher_domain::user::session::Session;

/// Users whose sessions are shown at most when sessions are searched by user.
const USERS: u32 = 20;

/// A page of live sessions with their users.
#[derive(Debug, Default)]
pub struct LiveSessionPage {
    pub sessions: Vec<(Session, User)>,
    /// Where the next page begins.
    pub next: Option<UserPosition>,
}

/// The live sessions of everybody.
pub struct LiveSessions {
    pub(crate) core: Arc<Core>,
    pub(crate) user_directory: Arc<UserDirectory>,
}

impl LiveSessions {
    /// A page of live sessions, the one that was used last first.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] for a position of another list.
    pub async fn list(&self, after: Option<&UserPosition>, size: u32) -> Result<LiveSessionPage, FlowError> {
        let from = match after {
            None => (Timestamp(i64::MAX), SessionId(Uuid::max())),
            Some(UserPosition::Seen(at, session)) => (*at, *session),
            Some(_) => return Err(Rejected::NotFound("page").into()),
        };
        let size = size.clamp(1, MAX_PAGE);
        let mut sessions = self.core.store.list_sessions_by_use(from, self.core.now(), size + 1).await?;
        let more = sessions.len() > size as usize;
        sessions.truncate(size as usize);
        Ok(page(sessions, more))
    }

    /// A page of live sessions of a network, given by the beginning of its address.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_from(&self, network: &str, size: u32) -> Result<LiveSessionPage, FlowError> {
        let size = size.clamp(1, MAX_PAGE);
        let sessions = self.core.store.list_sessions_from(network, self.core.now(), size).await?;
        Ok(page(sessions, false))
    }

    /// The live sessions of the first users whom these words find.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_of(&self, words: &str) -> Result<LiveSessionPage, FlowError> {
        let query = UserQuery::new(words, UserFilter::default(), UserOrder::LastSeen);
        let found = self.user_directory.find_users(&query, &PageStart::First, USERS).await?;
        let mut sessions = Vec::new();
        for one in found.users {
            let live = self.core.store.list_live_sessions(one.user.id, self.core.now()).await?;
            sessions.extend(live.into_iter().map(|session| (session, one.user.clone())));
        }
        sessions.sort_by_key(|(session, _)| std::cmp::Reverse(session.last_seen_at));
        Ok(page(sessions, false))
    }

    /// These sessions, as far as they are live, with their users.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn load_all(&self, sessions: &[SessionId]) -> Result<Vec<(Session, User)>, FlowError> {
        let mut found = Vec::new();
        for id in sessions {
            let session = self.core.store.find_session_by_id(*id).await?;
            found.extend(session.filter(|(session, _)| session.is_live(self.core.now())));
        }
        Ok(found)
    }

    /// The live sessions of one user.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn of_user(&self, user: UserId) -> Result<Vec<Session>, FlowError> {
        Ok(self.core.store.list_live_sessions(user, self.core.now()).await?)
    }
}

fn page(sessions: Vec<(Session, User)>, more: bool) -> LiveSessionPage {
    let last = sessions.last().filter(|_| more);
    let next = last.map(|(session, _)| UserPosition::Seen(session.last_seen_at, session.id));
    LiveSessionPage { sessions, next }
}
