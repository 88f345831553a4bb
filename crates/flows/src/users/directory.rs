//! Search for users.
//!
//! The index of the most selective condition yields candidates, the rest is checked for each. A page stops after
//! [`MOST_EXAMINED`] candidates, so that rare matches cost no more than frequent ones: it may then be short or empty, and
//! the next page continues there.

use std::sync::Arc;

use uuid::Uuid;

use usher_accounts::core::Core;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::id::{SessionId, UserId};
use usher_domain::page::MAX_PAGE;
use usher_domain::time::Timestamp;
use usher_domain::user::UserStatus;
use usher_domain::user::search::{UserOrder, UserPosition, UserQuery};
use usher_storage::users::search::{UserIndex, UserSummary};

/// The usual limit of candidates that one page examines.
pub const MOST_EXAMINED: usize = 5_000;
/// Candidates that are read at once, if the first ones did not fill the page.
const BATCH: u32 = 500;

/// Where a page of the list begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageStart {
    First,
    After(UserPosition),
    /// The page that ends before this. Lists by creation only.
    Before(UserPosition),
}

/// A page of users.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserPage {
    pub users: Vec<UserSummary>,
    /// Where the next page begins, if there may be one.
    pub next: Option<UserPosition>,
    /// Where the page before ends, if there may be one.
    pub previous: Option<UserPosition>,
    /// The number of candidates that were examined, if the page stopped because of it.
    pub stopped_after: Option<usize>,
}

/// A list of candidates in one order.
enum Candidates {
    /// By creation; `descending` as they are read.
    Ids {
        index: UserIndex,
        from: Uuid,
        until: Uuid,
        descending: bool,
    },
    Terms {
        prefix: String,
        from: (String, UserId),
    },
    Sessions {
        from: (Timestamp, SessionId),
        since: Timestamp,
    },
}

/// The users, for administrators.
pub struct UserDirectory {
    pub core: Arc<Core>,
    /// Candidates that one page examines at most, by and large.
    pub most_examined: usize,
}

impl UserDirectory {
    /// A page of the users who match.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] for a position of a list with another order.
    pub async fn find_users(&self, query: &UserQuery, start: &PageStart, size: u32) -> Result<UserPage, FlowError> {
        let size = size.clamp(1, MAX_PAGE);
        let backwards = matches!(start, PageStart::Before(_));
        let mut candidates = Candidates::new(query, start).ok_or(Rejected::NotFound("page"))?;
        let most = size as usize;
        let (mut found, mut examined) = (Vec::new(), 0);
        let (mut last, mut batch, mut exhausted) = (None, size + 1, false);
        while found.len() <= most && !exhausted && examined < self.most_examined {
            let read = self.read(&mut candidates, batch).await?;
            exhausted = read.len() < batch as usize;
            examined += read.len();
            batch = BATCH;
            last = read.last().map(|(position, _)| position.clone()).or(last);
            let ids = read.iter().map(|(_, user)| *user);
            let mut matching = self.core.store.summarise_users(ids, &query.filter, self.core.now()).await?;
            for (position, user) in read {
                found.extend(matching.remove(&user).filter(|one| query.finds(&one.user)).map(|one| (position, one)));
            }
        }
        let full = found.len() > most;
        found.truncate(most);
        let stopped = !full && !exhausted;
        // A full page continues after its last user; one that stopped, after the last candidate.
        let onward = if full { found.last().map(|(position, _)| position.clone()) } else { last.filter(|_| stopped) };
        Ok(page(found, onward, start, backwards, stopped.then_some(examined)))
    }

    async fn read(&self, list: &mut Candidates, size: u32) -> Result<Vec<(UserPosition, UserId)>, FlowError> {
        let store = &self.core.store;
        Ok(match list {
            Candidates::Ids { index, from, until, descending } => {
                let read = store.list_user_ids(index, (*from, *until), *descending, size).await?;
                if let Some(last) = read.last() {
                    *(if *descending { until } else { from }) = last.0;
                }
                read.into_iter().map(|id| (UserPosition::Id(id), id)).collect()
            }
            Candidates::Terms { prefix, from } => {
                let read = store.list_user_terms(prefix, (&from.0, from.1), size).await?;
                if let Some(last) = read.last() {
                    from.clone_from(last);
                }
                read.into_iter().map(|(term, id)| (UserPosition::Term(term, id), id)).collect()
            }
            Candidates::Sessions { from, since } => {
                let read = store.list_users_seen(*from, *since, size).await?;
                if let Some((at, session, _)) = read.last() {
                    *from = (*at, *session);
                }
                read.into_iter().map(|(at, session, id)| (UserPosition::Seen(at, session), id)).collect()
            }
        })
    }
}

impl Candidates {
    /// `None` if the position belongs to a list with another order.
    fn new(query: &UserQuery, start: &PageStart) -> Option<Self> {
        let since = query.filter.seen_since.unwrap_or(Timestamp(i64::MIN));
        match (query.longest_word(), query.order, start) {
            (Some(word), _, PageStart::First) => {
                Some(Self::Terms { prefix: word.to_owned(), from: (word.to_owned(), UserId(Uuid::nil())) })
            }
            (Some(word), _, PageStart::After(UserPosition::Term(term, user))) => {
                Some(Self::Terms { prefix: word.to_owned(), from: (term.clone(), *user) })
            }
            (None, UserOrder::LastSeen, PageStart::First) => {
                Some(Self::Sessions { from: (Timestamp(i64::MAX), SessionId(Uuid::max())), since })
            }
            (None, UserOrder::LastSeen, PageStart::After(UserPosition::Seen(at, session))) => {
                Some(Self::Sessions { from: (*at, *session), since })
            }
            (None, UserOrder::Oldest | UserOrder::Newest, start) => {
                let newest_first = query.order == UserOrder::Newest;
                let (descending, from) = match start {
                    PageStart::First => (newest_first, None),
                    PageStart::After(UserPosition::Id(id)) => (newest_first, Some(id.0)),
                    PageStart::Before(UserPosition::Id(id)) => (!newest_first, Some(id.0)),
                    _ => return None,
                };
                // An id begins with the time of creation.
                let oldest = query.filter.created_since.map_or(Uuid::nil(), UserId::earliest_of);
                let (low, high) = match from {
                    Some(id) if descending => (oldest, id),
                    Some(id) => (oldest.max(id), Uuid::max()),
                    None => (oldest, Uuid::max()),
                };
                Some(Self::Ids { index: index_of(query), from: low, until: high, descending })
            }
            _ => None,
        }
    }
}

/// The index with the fewest users, as far as can be known.
fn index_of(query: &UserQuery) -> UserIndex {
    let filter = &query.filter;
    match (&filter.project, filter.admin, filter.has_email, &filter.provider, filter.status) {
        (Some(project), ..) => UserIndex::Members(*project),
        (_, Some(true), ..) => UserIndex::Admins,
        (.., Some(status @ (UserStatus::Disabled | UserStatus::Merged))) => UserIndex::Status(status),
        (_, _, Some(false), ..) => UserIndex::WithoutEmail,
        (_, _, _, Some(provider), _) => UserIndex::Provider(provider.clone()),
        _ => UserIndex::Every,
    }
}

/// The page in the order of the list, whichever way it was read.
fn page(
    mut found: Vec<(UserPosition, UserSummary)>,
    onward: Option<UserPosition>,
    start: &PageStart,
    backwards: bool,
    stopped_after: Option<usize>,
) -> UserPage {
    let position = |one: Option<&(UserPosition, UserSummary)>| one.map(|(position, _)| position.clone());
    let by_id = |position: &UserPosition| matches!(position, UserPosition::Id(_));
    let (next, previous) = if backwards {
        found.reverse();
        (position(found.last()), onward)
    } else {
        let before = (*start != PageStart::First).then(|| position(found.first())).flatten();
        (onward, before.filter(by_id))
    };
    let users = found.into_iter().map(|(_, user)| user).collect();
    UserPage { users, next, previous, stopped_after }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::user::search::UserFilter;

    fn query(filter: UserFilter, order: UserOrder) -> UserQuery {
        UserQuery::new("", filter, order)
    }

    #[test]
    fn a_position_of_another_order_begins_no_page() {
        let id = PageStart::After(UserPosition::Id(UserId(Uuid::nil())));
        let seen = PageStart::After(UserPosition::Seen(Timestamp(1), SessionId(Uuid::nil())));
        assert!(Candidates::new(&query(UserFilter::default(), UserOrder::Newest), &id).is_some());
        assert!(Candidates::new(&query(UserFilter::default(), UserOrder::Newest), &seen).is_none());
        assert!(Candidates::new(&query(UserFilter::default(), UserOrder::LastSeen), &id).is_none());
        let words = UserQuery::new("ana", UserFilter::default(), UserOrder::Newest);
        assert!(Candidates::new(&words, &id).is_none());
    }

    #[test]
    fn the_most_selective_condition_chooses_the_index() {
        let index = |filter| index_of(&query(filter, UserOrder::Newest));
        let admins = UserFilter { admin: Some(true), status: Some(UserStatus::Disabled), ..UserFilter::default() };
        assert_eq!(index(admins), UserIndex::Admins);
        let others = UserFilter { admin: Some(false), status: Some(UserStatus::Active), ..UserFilter::default() };
        assert_eq!(index(others), UserIndex::Every);
    }
}
