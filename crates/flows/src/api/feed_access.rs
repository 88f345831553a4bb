//! Access to a project's feed: by which credential, for how long, and tickets for browsers that cannot set headers.

use crate::api::caller::Callers;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::Arc;
use usher_accounts::admin::keys::SigningKeys;
use usher_accounts::core::Core;

use super::caller::{Caller, Right};
use crate::oauth::presented_token::PresentedToken;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::accounts::secret_hash;
use usher_domain::event::feed::{EntryKind, FeedCursor, RevocationEntry};
use usher_domain::id::{ClientId, ProjectId};
use usher_domain::time::Timestamp;
use usher_storage::Wakeup;
use usher_storage::events::feed::Ticket;

/// Seconds until a ticket expires.
pub const TICKET_SECONDS: u32 = 30;
/// A cursor further beyond the feed's position than this was never issued.
const FARTHEST: i64 = 1_000_000_000;
/// An epoch further beyond the feed's than this was never issued, unless it began at that second.
const FARTHEST_EPOCH: u64 = 1_000_000;
/// How far a feed moves that begins a new epoch although no module has told what it had seen.
const FAR: i64 = 1_000_000;

/// The credential of a subscriber. When it ends, so does the subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// The project's token, by its hash.
    ProjectToken(Vec<u8>),
    /// An access token.
    AccessToken {
        /// Its `jti`.
        jti: String,
        /// The key that signed it.
        kid: String,
        /// When it expires.
        expires_at: Timestamp,
    },
}

/// An authorized subscriber of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follower {
    pub project: ProjectId,
    /// The client; `None` for the project's token.
    pub client: Option<ClientId>,
    pub credential: Credential,
}

impl Credential {
    fn encode(&self) -> String {
        match self {
            Self::ProjectToken(hash) => format!("project {}", URL_SAFE_NO_PAD.encode(hash)),
            Self::AccessToken { jti, kid, expires_at } => format!("access {} {kid} {jti}", expires_at.0),
        }
    }

    fn decode(text: &str) -> Option<Self> {
        match text.split_once(' ')? {
            ("project", hash) => URL_SAFE_NO_PAD.decode(hash).ok().map(Self::ProjectToken),
            ("access", rest) => {
                let (expires_at, rest) = rest.split_once(' ')?;
                let (kid, jti) = rest.split_once(' ')?;
                let (jti, kid) = (jti.to_owned(), kid.to_owned());
                Some(Self::AccessToken { jti, kid, expires_at: Timestamp(expires_at.parse().ok()?) })
            }
            _ => None,
        }
    }
}

/// Who may follow the feed of a project.
pub struct FeedAccess {
    pub(crate) core: Arc<Core>,
    pub(crate) callers: Arc<Callers>,
    pub(crate) signing_keys: Arc<SigningKeys>,
}

impl FeedAccess {
    /// The subscriber with this token.
    ///
    /// # Errors
    /// [`Rejected::NotSignedIn`] if the token is invalid, [`Rejected::NotAllowed`] if it has no access to the feed.
    pub async fn follower(&self, presented: &PresentedToken<'_>) -> Result<Follower, FlowError> {
        let caller = self.callers.caller_by_token(presented).await?.ok_or(Rejected::NotSignedIn)?;
        let (project, client, credential) = match &caller {
            Caller::Project(project) | Caller::FormerToken(project) => {
                (project.id, None, Credential::ProjectToken(secret_hash(presented.token).to_vec()))
            }
            Caller::Client { client, jti, kid, expires_at, .. } => {
                let (jti, kid) = (jti.clone(), kid.clone());
                let credential = Credential::AccessToken { jti, kid, expires_at: Timestamp(*expires_at) };
                (client.project_id, Some(client.id.clone()), credential)
            }
            Caller::Person(_) => return Err(Rejected::NotAllowed.into()),
        };
        match self.callers.project_for(&caller, project, Right::Follow).await {
            Ok(_) => Ok(Follower { project, client, credential }),
            // A client knows its own project, so it gets the reason instead of "not found".
            Err(FlowError::Rejected(Rejected::NotFound(_))) => Err(Rejected::NotAllowed.into()),
            Err(other) => Err(other),
        }
    }

    /// Is the subscriber's credential still valid?
    pub async fn may_still_follow(&self, follower: &Follower) -> Result<bool, FlowError> {
        match &follower.credential {
            Credential::ProjectToken(hash) => {
                let found = self.core.store.find_project_by_token(hash, self.core.now()).await?;
                Ok(found.is_some_and(|(project, _)| project.id == follower.project))
            }
            Credential::AccessToken { jti, kid, expires_at } => {
                if !self.signing_keys.keyring().has(kid) {
                    return Ok(false);
                }
                let Some(client) = &follower.client else { return Ok(false) };
                let stands = self.core.now() < *expires_at && !self.core.store.is_token_revoked(jti).await?;
                let client = self.core.store.find_client(client).await?;
                Ok(stands && client.is_some_and(|client| client.is_active() && client.project_id == follower.project))
            }
        }
    }

    /// Issues a ticket that opens one connection, soon.
    pub async fn issue_ticket(&self, follower: &Follower) -> Result<String, FlowError> {
        let text = self.core.random.token();
        let ticket = Ticket {
            project: follower.project,
            client: follower.client.clone(),
            credential: follower.credential.encode(),
            expires_at: self.core.now() + std::time::Duration::from_secs(TICKET_SECONDS.into()),
        };
        let mut tx = self.core.store.begin_single().await?;
        tx.put_ticket(&secret_hash(&text), &ticket).await?;
        tx.commit().await?;
        Ok(text)
    }

    /// The subscriber that this ticket was issued to. The ticket is used up in any case.
    ///
    /// # Errors
    /// [`Rejected::NotSignedIn`] if it is invalid, used or expired, or if its credential has ended.
    pub async fn redeem_ticket(&self, text: &str) -> Result<Follower, FlowError> {
        let mut tx = self.core.store.begin_single().await?;
        let ticket = tx.take_ticket(&secret_hash(text)).await?;
        tx.commit().await?;
        let ticket = ticket.filter(|ticket| self.core.now() < ticket.expires_at).ok_or(Rejected::NotSignedIn)?;
        let credential = Credential::decode(&ticket.credential).ok_or(Rejected::NotSignedIn)?;
        let follower = Follower { project: ticket.project, client: ticket.client, credential };
        if self.may_still_follow(&follower).await? { Ok(follower) } else { Err(Rejected::NotSignedIn.into()) }
    }

    /// Handles a cursor beyond the feed: this database has lost entries, for example by restoring a backup. The feed
    /// moves beyond that place, because issued tokens refer to it.
    pub async fn feed_was_lost(&self, project: ProjectId, here: FeedCursor, seen: FeedCursor) -> Result<(), FlowError> {
        if !is_ahead(seen, here, self.core.now()) {
            return Ok(());
        }
        tracing::warn!(project.id = %project, %here, %seen, "a module has seen more of the feed than there is: its epoch ends here");
        self.begin_epoch(project, seen).await
    }

    /// Begins a new epoch of the feed, beyond whatever modules have seen: after a backup was restored. Epochs that begin
    /// like this are numbered by time, so that each is newer than all that the lost database had.
    pub async fn resync(&self, project: ProjectId) -> Result<(), FlowError> {
        let here = self.core.store.feed_place(project).await?.ok_or(Rejected::NotFound("project"))?;
        let epoch = u64::try_from(self.core.now().0).unwrap_or_default().max(here.epoch);
        self.begin_epoch(project, FeedCursor { epoch, position: here.position.saturating_add(FAR) }).await
    }

    /// Moves the feed beyond a place. What was revoked between the backup and the loss is unknown, so a mark revokes every
    /// token that was issued before.
    async fn begin_epoch(&self, project: ProjectId, seen: FeedCursor) -> Result<(), FlowError> {
        let mut tx = self.core.store.begin().await?;
        if !tx.leap_feed(project, seen).await? {
            return Ok(());
        }
        let now = self.core.now();
        let mark = RevocationEntry {
            kind: EntryKind::Project,
            value: project.to_string(),
            why: "feed_lost".to_owned(),
            at: now,
            expires_at: now + self.core.config.tokens.longest_access_lifetime(),
        };
        tx.append_to_feed(project, &mark).await?;
        tx.wake(Wakeup::Feed(project)).await?;
        tx.commit().await?;
        self.core.store.wake(Wakeup::Feed(project));
        Ok(())
    }
}

/// Whether a cursor is one that the database has lost, and not an invented one.
fn is_ahead(seen: FeedCursor, here: FeedCursor, now: Timestamp) -> bool {
    let newest = here.epoch.max(u64::try_from(now.0).unwrap_or_default());
    let is_possible =
        seen.epoch <= newest.saturating_add(FARTHEST_EPOCH) && seen.position <= here.position.saturating_add(FARTHEST);
    is_possible && (seen.epoch, seen.position) > (here.epoch, here.position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_survives_its_text_and_garbage_is_none() {
        let project = Credential::ProjectToken(vec![1, 2, 255]);
        let access = Credential::AccessToken { jti: "a b".into(), kid: "k".into(), expires_at: Timestamp(17) };
        for credential in [project, access] {
            assert_eq!(Credential::decode(&credential.encode()), Some(credential));
        }
        for garbage in ["", "project", "project ?", "access", "access 1", "access 1 2", "access x y z", "other 1 2"] {
            assert_eq!(Credential::decode(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn only_a_later_place_that_may_have_been_issued_was_lost() {
        let at = |text: &str| text.parse::<FeedCursor>().unwrap();
        let now = Timestamp(1_800_000_000);
        for seen in ["e2.6", "e3.0", "e3.9", "e1800000000.7", "e2.1000000005"] {
            assert!(is_ahead(at(seen), at("e2.5"), now), "{seen}");
        }
        for seen in ["e2.5", "e2.4", "e1.900", "e2.1000000006", "e1801000001.7", "e18446744073709551615.7"] {
            assert!(!is_ahead(at(seen), at("e2.5"), now), "{seen}");
        }
    }
}
