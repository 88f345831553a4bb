//! Deleting an account: everything about the user is deleted, except that the account existed.

use crate::core::Core;
use crate::credentials::factors::FactorRules;
use crate::credentials::standing::check_standing;
use crate::end::Ended;
use crate::end::Endings;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::Account;
use crate::security_emails::SecurityEmails;
use std::sync::Arc;
use usher_domain::email::Email;
use usher_domain::event::EventKind;
use usher_domain::id::{SessionId, UserId};
use usher_domain::user::User;
use usher_domain::user::proof::ProofKind;
use usher_domain::user::session::EndReason;
use usher_mail::emails;
use usher_storage::{Result as Stored, Tx};

/// Who deletes an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DeletedBy {
    /// The user, in this session.
    Owner(SessionId),
    /// A caller who may delete anybody.
    Operator,
    /// An administrator, who cannot delete administrators.
    Administrator,
    /// An administrator who withdraws an invitation: the user has no way in yet.
    Host,
}

/// Deletion of an account by its owner.
pub struct AccountDeletion {
    pub core: Arc<Core>,
    pub endings: Arc<Endings>,
    pub factor_rules: Arc<FactorRules>,
    pub security_emails: Arc<SecurityEmails>,
}

impl AccountDeletion {
    /// Deletes the user's account. `typed` is the confirmation: the name that the page shows.
    ///
    /// Sessions and grants end and leave their events. The data of all of the user's events is no longer shown and is
    /// erased in batches; the `sub` is never assigned again; an email confirms the deletion to the user's last
    /// address.
    ///
    /// # Errors
    /// [`Rejected::Frozen`]; [`Rejected::NotFresh`] without a recent authentication; [`Rejected::NotConfirmed`];
    /// [`Rejected::NotSignedIn`] if the session ended meanwhile.
    pub async fn delete_account(&self, account: &Account, typed: &str) -> Result<Ended, FlowError> {
        self.factor_rules.check_factor_change(account).await?;
        let confirmed = match &account.user.email {
            Some(email) => Email::parse(typed).is_ok_and(|typed| typed == *email),
            None => typed.trim_ascii().eq_ignore_ascii_case(account.user.confirmation()),
        };
        if !confirmed {
            return Err(Rejected::NotConfirmed.into());
        }
        self.delete_user(&account.user, DeletedBy::Owner(account.session.id)).await
    }

    /// Deletes a user as [`AccountDeletion::delete_account`] does, for callers with that right.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if the user was deleted meanwhile.
    pub async fn remove_user(&self, user: User) -> Result<Ended, FlowError> {
        self.delete_user(&user, DeletedBy::Operator).await
    }

    /// As [`AccountDeletion::remove_user`], for an administrator.
    ///
    /// # Errors
    /// [`Rejected::NotFound`]; [`Rejected::NotAllowed`] for an administrator, who must be made an ordinary user first.
    pub async fn remove_by(&self, user: &User) -> Result<Ended, FlowError> {
        self.delete_user(user, DeletedBy::Administrator).await
    }

    /// As [`AccountDeletion::remove_by`], for a user who was invited and has no way in yet.
    ///
    /// # Errors
    /// [`Rejected::NotFound`], also if the user has a way in.
    pub async fn remove_invited(&self, user: &User) -> Result<(), FlowError> {
        self.delete_user(user, DeletedBy::Host).await.map(drop)
    }

    async fn delete_user(&self, user: &User, by: DeletedBy) -> Result<Ended, FlowError> {
        let now = self.core.now();
        let security_email = self.security_emails.notice(user, &emails::account_deleted()).await?;
        let mut tx = self.core.store.begin().await?;
        let user = lock_with_merged(&mut tx, user.id).await?.ok_or(Rejected::NotFound("user"))?;
        match by {
            DeletedBy::Owner(session) => check_standing(&mut tx, (user.id, session), now).await?,
            DeletedBy::Administrator | DeletedBy::Host if user.admin => return Err(Rejected::NotAllowed.into()),
            DeletedBy::Host if tx.count_ways_in(user.id).await?.count() > 0 => {
                return Err(Rejected::NotFound("invitation").into());
            }
            DeletedBy::Operator | DeletedBy::Administrator | DeletedBy::Host => {}
        }
        tx.begin_erasure(user.id, now).await?;
        let ended = self.endings.end_everything_of(&mut tx, user.id, None, EndReason::UserDeleted).await?;
        let projects_that_may_see = tx.projects_of_user(user.id).await?;
        let mut event = self.core.event(EventKind::USER_DELETED).with_user(user.id).with("sub", user.sub.0.clone());
        if matches!(by, DeletedBy::Administrator | DeletedBy::Host) {
            event = event.with("by", "administrator");
        }
        tx.append(&event.with_projects(&projects_that_may_see)).await?;
        if let Some(email) = &user.email {
            for kind in ProofKind::ALL {
                tx.close_proofs_of_email(email, kind, now).await?;
            }
        }
        // Users that were merged into this one are deleted too.
        for merge in tx.list_merges(user.id).await? {
            let Some(other) = tx.lock_user(merge.merged).await? else { continue };
            tx.begin_erasure(other.id, now).await?;
            tx.delete_user(&other, now).await?;
        }
        tx.delete_user(&user, now).await?;
        security_email.post(&mut tx).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(ended)
    }
}

/// Locks a user and those that were merged into it, in the order in which every transaction locks users.
async fn lock_with_merged(tx: &mut Tx, id: UserId) -> Stored<Option<User>> {
    let mut ids: Vec<UserId> = tx.list_merges(id).await?.into_iter().map(|merge| merge.merged).collect();
    ids.push(id);
    ids.sort();
    let mut found = None;
    for one in ids {
        let user = tx.lock_user(one).await?;
        if one == id {
            found = user;
        }
    }
    Ok(found)
}
