//! Merging two accounts of one person, which can be undone for thirty days.

use crate::core::Core;
use crate::credentials::factors::FactorRules;
use crate::credentials::standing::check_standing;
use crate::end::Endings;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::Account;
use crate::policy::Policies;
use crate::security_emails::SecurityEmails;
use std::sync::Arc;
use usher_domain::event::EventKind;
use usher_domain::id::MergeId;
use usher_domain::user::User;
use usher_domain::user::merge::{Merge, UNDO};
use usher_domain::user::session::EndReason;
use usher_mail::emails;

/// The result of a merge.
enum Merged {
    Done,
    /// One of the two was deleted.
    Over,
    /// One of the two users, or the session of the request, is no longer valid.
    Rejected(Rejected),
}

/// The result of undoing a merge.
enum Undone {
    Done,
    Over,
    LastWayIn,
    Rejected(Rejected),
}

/// Merging of two accounts of one person.
#[derive(Clone)]
pub struct AccountMerges {
    pub(crate) core: Arc<Core>,
    pub(crate) endings: Arc<Endings>,
    pub(crate) factor_rules: Arc<FactorRules>,
    pub(crate) policies: Arc<Policies>,
    pub(crate) security_emails: Arc<SecurityEmails>,
}

impl AccountMerges {
    /// Merges one account into another. Both are signed in, in this browser, recently. The grants of the merged one
    /// end; its identities belong to the kept account from now on, and its `sub` leads to it.
    ///
    /// # Errors
    /// [`Rejected::NotFresh`], [`Rejected::Frozen`], [`Rejected::NotFound`] if it is the same account.
    pub async fn merge(&self, kept: &Account, merged: &Account) -> Result<MergeId, FlowError> {
        let now = self.core.now();
        if kept.user.id == merged.user.id {
            return Err(Rejected::NotFound("other account").into());
        }
        self.factor_rules.check_factor_change(kept).await?;
        self.factor_rules.check_factor_change(merged).await?;
        let told = [
            self.security_emails.notice(&kept.user, &emails::accounts_merged())?,
            self.security_emails.notice(&merged.user, &emails::accounts_merged())?,
        ];
        let id = MergeId::new(now, &*self.core.random);
        let (usher, into, from) = (self.clone(), kept.user.clone(), merged.user.clone());
        let sessions = [(kept.user.id, kept.session.id), (merged.user.id, merged.session.id)];
        let merge = self.core.store.write(move |mut tx| {
            Box::pin(async move {
                let (Some(_), Some(_)) = tx.lock_users(into.id, from.id).await? else {
                    return Ok(Merged::Over);
                };
                for asked_in in sessions {
                    if let Err(refused) = check_standing(&mut tx, asked_in, now).await? {
                        return Ok(Merged::Rejected(refused));
                    }
                }
                let mut identities = Vec::new();
                for identity in tx.list_identities(from.id).await? {
                    if tx.move_identity(identity.id, from.id, into.id).await? {
                        identities.push(identity.id);
                    }
                }
                tx.move_merges(from.id, into.id).await?;
                let merge =
                    Merge { id, kept: into.id, merged: from.id, identities, merged_at: now, undo_until: now + UNDO };
                tx.insert_merge(&merge).await?;
                tx.set_user_merged(from.id, now).await?;
                let projects_that_may_see = tx.projects_of_user(from.id).await?;
                let event = usher.core.event(EventKind::UsersMerged).with_user(into.id).with("sub", from.sub.0.clone());
                let event = event.with("merged", from.id.to_string()).with("merge", id.to_string());
                tx.append(&event.with_projects(&projects_that_may_see)).await?;
                usher.policies.inherit_roles(&mut tx, &from, &into).await?;
                usher.endings.end_everything_of(&mut tx, from.id, None, EndReason::AccountsMerged).await?;
                for notice in told {
                    notice.post(&mut tx).await?;
                }
                Ok(Merged::Done)
            })
        });
        match merge.await? {
            Merged::Done => {}
            Merged::Over => return Err(Rejected::NotSignedIn.into()),
            Merged::Rejected(refused) => return Err(refused.into()),
        }
        self.core.mail_wakeup.notify_one();
        Ok(id)
    }

    /// The merges of an account that can still be undone, each with the merged user.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn merges_of(&self, account: &Account) -> Result<Vec<(Merge, User)>, FlowError> {
        let mut merges = Vec::new();
        for merge in self.core.store.list_merges(account.user.id).await? {
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
        let (usher, now, kept, session) = (self.clone(), self.core.now(), account.user.id, account.session.id);
        let undo = self.core.store.write(move |mut tx| {
            Box::pin(async move {
                let found = tx.find_merge(id).await?.filter(|merge| merge.kept == kept && merge.can_be_undone(now));
                let Some(merge) = found else { return Ok(Undone::Over) };
                let (Some(_), Some(rests)) = tx.lock_users(kept, merge.merged).await? else {
                    return Ok(Undone::Over);
                };
                if let Err(refused) = check_standing(&mut tx, (kept, session), now).await? {
                    return Ok(Undone::Rejected(refused));
                }
                let (mine, theirs) = (tx.count_ways_in(kept).await?, tx.count_ways_in(merge.merged).await?);
                let held = tx.list_identities(kept).await?;
                let back: Vec<_> = held.iter().filter(|one| merge.identities.contains(&one.id)).collect();
                let moving = u32::try_from(back.len()).unwrap_or(u32::MAX);
                if mine.count() <= moving || theirs.count() + moving == 0 {
                    return Ok(Undone::LastWayIn);
                }
                // Only the transaction that deletes the merge undoes it.
                if !tx.delete_merge(id).await? {
                    return Ok(Undone::Over);
                }
                for identity in back {
                    for session in tx.sessions_of_identity(identity.id, None).await? {
                        usher.endings.end_session(&mut tx, kept, session, EndReason::IdentityUnlinked).await?;
                    }
                    tx.move_identity(identity.id, kept, merge.merged).await?;
                }
                tx.set_user_unmerged(rests.id, now).await?;
                let projects_that_may_see = tx.projects_of_user(merge.merged).await?;
                let event = usher.core.event(EventKind::MergeUndone).with_user(kept).with("sub", rests.sub.0);
                let event = event.with_projects(&projects_that_may_see);
                tx.append(&event.with("merged", merge.merged.to_string()).with("merge", id.to_string())).await?;
                Ok(Undone::Done)
            })
        });
        match undo.await? {
            Undone::Done => Ok(()),
            Undone::Over => Err(Rejected::NotFound("merge").into()),
            Undone::LastWayIn => Err(Rejected::LastWayIn.into()),
            Undone::Rejected(refused) => Err(refused.into()),
        }
    }
}
