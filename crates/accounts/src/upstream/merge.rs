//! Merging two accounts of one person, which can be undone for thirty days.

use crate::core::Core;
use crate::credentials::factors::FactorRules;
use crate::credentials::standing::check_standing;
use crate::end::Endings;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::Account;
use crate::security_emails::SecurityEmails;
use std::sync::Arc;
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{IdentityId, MergeId, SessionId, UserId};
use usher_domain::user::merge::{Merge, UNDO};
use usher_domain::user::session::EndReason;
use usher_domain::user::{User, UserStatus};
use usher_mail::emails;
use usher_storage::{StorageError, Tx};

/// Merging of two accounts of one person.
pub struct AccountMerges {
    pub core: Arc<Core>,
    pub endings: Arc<Endings>,
    pub factor_rules: Arc<FactorRules>,
    pub security_emails: Arc<SecurityEmails>,
}

impl AccountMerges {
    /// Merges one account into another. Both are signed in, in this browser, recently. The grants of the merged one
    /// end; its identities belong to the kept account from now on, and its `sub` leads to it.
    ///
    /// # Errors
    /// [`Rejected::NotFresh`], [`Rejected::Frozen`], [`Rejected::NotFound`] if it is the same account.
    pub async fn merge(&self, kept: &Account, merged: &Account) -> Result<MergeId, FlowError> {
        if kept.user.id == merged.user.id {
            return Err(Rejected::NotFound("other account").into());
        }
        self.factor_rules.check_factor_change(kept).await?;
        self.factor_rules.check_factor_change(merged).await?;
        let sessions = [kept, merged].map(|account| (account.user.id, account.session.id));
        self.join((&kept.user, &merged.user), &sessions).await
    }

    /// Merges one user into another, for an administrator, who has verified that they are one person.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if it is the same user, or one was deleted; [`Rejected::NotAllowed`] if the merged one is
    /// an administrator; [`Rejected::UserMerged`] if either is not active.
    pub async fn merge_by(&self, kept: &User, merged: &User) -> Result<MergeId, FlowError> {
        if kept.id == merged.id {
            return Err(Rejected::NotFound("other account").into());
        }
        self.join((kept, merged), &[]).await
    }

    /// `sessions` are those of the owner, who joins the accounts; none if an administrator does.
    async fn join(&self, (into, from): (&User, &User), sessions: &[(UserId, SessionId)]) -> Result<MergeId, FlowError> {
        let (now, by_owner) = (self.core.now(), !sessions.is_empty());
        let notices = [
            self.security_emails.notice(into, &emails::accounts_merged()).await?,
            self.security_emails.notice(from, &emails::accounts_merged()).await?,
        ];
        let id = MergeId::new(now, &*self.core.random);
        let mut tx = self.core.store.begin().await?;
        let (Some(kept), Some(merged)) = tx.lock_users(into.id, from.id).await? else {
            return Err(if by_owner { Rejected::NotSignedIn } else { Rejected::NotFound("user") }.into());
        };
        for session in sessions {
            check_standing(&mut tx, *session, now).await?;
        }
        if !by_owner && merged.admin {
            return Err(Rejected::NotAllowed.into());
        }
        if !by_owner && [&kept, &merged].iter().any(|user| user.status != UserStatus::Active) {
            return Err(Rejected::UserMerged.into());
        }
        let identities = move_identities(&mut tx, from.id, into.id).await?;
        tx.move_merges(from.id, into.id).await?;
        let merge = Merge { id, kept: into.id, merged: from.id, identities, merged_at: now, undo_until: now + UNDO };
        tx.insert_merge(&merge).await?;
        tx.set_user_merged(from.id, now).await?;
        let projects_that_may_see = tx.projects_of_user(from.id).await?;
        let event = self.core.event(EventKind::USERS_MERGED).with_user(into.id).with("sub", from.sub.0.clone());
        let event = event.with(Event::MERGED, from.id.to_string()).with("merge", id.to_string());
        tx.append(&signed(by_owner, event).with_projects(&projects_that_may_see)).await?;
        self.inherit_roles(&mut tx, from, into).await?;
        self.endings.end_everything_of(&mut tx, from.id, None, EndReason::AccountsMerged).await?;
        for notice in notices {
            notice.post(&mut tx).await?;
        }
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(id)
    }

    /// The merges of an account that can still be undone, each with the merged user.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn merges_of(&self, account: &Account) -> Result<Vec<(Merge, User)>, FlowError> {
        self.merges_into(account.user.id).await
    }

    /// The merges into a user that can still be undone, each with the merged user.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn merges_into(&self, user: UserId) -> Result<Vec<(Merge, User)>, FlowError> {
        let mut merges = Vec::new();
        for merge in self.core.store.list_merges(user).await? {
            if merge.can_be_undone(self.core.now())
                && let Some(user) = self.core.store.find_user(merge.merged).await?
            {
                merges.push((merge, user));
            }
        }
        Ok(merges)
    }

    /// Undoes a merge. The identities that came with it and are still linked go back to the merged user.
    ///
    /// # Errors
    /// [`Rejected::NotFresh`], [`Rejected::Frozen`], [`Rejected::NotFound`] if it is another user's or too old,
    /// [`Rejected::LastWayIn`] if either would be left without a sign-in method.
    pub async fn undo_merge(&self, account: &Account, id: MergeId) -> Result<(), FlowError> {
        self.factor_rules.check_factor_change(account).await?;
        self.separate(account.user.id, id, Some(account.session.id)).await
    }

    /// Undoes a merge, for an administrator.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if it is another user's or too old, [`Rejected::LastWayIn`].
    pub async fn undo_merge_by(&self, kept: UserId, id: MergeId) -> Result<(), FlowError> {
        self.separate(kept, id, None).await
    }

    async fn separate(&self, kept: UserId, id: MergeId, session: Option<SessionId>) -> Result<(), FlowError> {
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        let found = tx.find_merge(id).await?.filter(|merge| merge.kept == kept && merge.can_be_undone(now));
        let merge = found.ok_or(Rejected::NotFound("merge"))?;
        let (Some(_), Some(rests)) = tx.lock_users(kept, merge.merged).await? else {
            return Err(Rejected::NotFound("merge").into());
        };
        if let Some(session) = session {
            check_standing(&mut tx, (kept, session), now).await?;
        }
        let (mine, theirs) = (tx.count_ways_in(kept).await?, tx.count_ways_in(merge.merged).await?);
        let held = tx.list_identities(kept).await?;
        let back: Vec<_> = held.iter().filter(|one| merge.identities.contains(&one.id)).collect();
        let moving = u32::try_from(back.len()).unwrap_or(u32::MAX);
        if mine.count() <= moving || theirs.count() + moving == 0 {
            return Err(Rejected::LastWayIn.into());
        }
        // Only the transaction that deletes the merge undoes it.
        if !tx.delete_merge(id).await? {
            return Err(Rejected::NotFound("merge").into());
        }
        for identity in back {
            for session in tx.sessions_of_identity(identity.id, None).await? {
                self.endings.end_session(&mut tx, kept, session, EndReason::IdentityUnlinked).await?;
            }
            tx.move_identity(identity.id, kept, merge.merged).await?;
        }
        tx.set_user_unmerged(rests.id, now).await?;
        let projects_that_may_see = tx.projects_of_user(merge.merged).await?;
        let event = self.core.event(EventKind::MERGE_UNDONE).with_user(kept).with("sub", rests.sub.0);
        let event = signed(session.is_some(), event).with_projects(&projects_that_may_see);
        tx.append(&event.with(Event::MERGED, merge.merged.to_string()).with("merge", id.to_string())).await?;
        Ok(tx.commit().await?)
    }
}

/// The event, which says so if an administrator acted for the owner.
fn signed(by_owner: bool, event: Event) -> Event {
    if by_owner { event } else { event.with("by", "administrator") }
}

async fn move_identities(tx: &mut Tx, from: UserId, into: UserId) -> Result<Vec<IdentityId>, StorageError> {
    let mut moved = Vec::new();
    for identity in tx.list_identities(from).await? {
        if tx.move_identity(identity.id, from, into).await? {
            moved.push(identity.id);
        }
    }
    Ok(moved)
}
