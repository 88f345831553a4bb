//! A person leaves: everything about them goes, but that they were here.

use crate::domain::email::Email;
use crate::domain::event::EventKind;
use crate::domain::notice::Notice;
use crate::domain::proof::ProofKind;
use crate::domain::session::EndReason;
use crate::domain::user::User;
use crate::flows::accounts::Account;
use crate::flows::end::Ended;
use crate::flows::error::{FlowError, Refused};
use crate::flows::usher::Usher;

impl Usher {
    /// Deletes a person's account. `typed` is what they typed to confirm it: how they are called on the page.
    ///
    /// Sessions and grants end first and leave their events; of earlier events only the ids stay; the `sub` is never
    /// given to anybody again; the person is told at the address that was theirs.
    ///
    /// # Errors
    /// [`Refused::Frozen`]; [`Refused::NotFresh`] unless they have shown themselves lately; [`Refused::NotConfirmed`].
    pub async fn delete_account(&self, account: &Account, typed: &str) -> Result<Ended, FlowError> {
        self.check_factor_change(account).await?;
        let confirmed = match &account.user.email {
            Some(email) => Email::parse(typed).is_ok_and(|typed| typed == *email),
            None => typed.trim_ascii().eq_ignore_ascii_case(account.user.confirmation()),
        };
        if !confirmed {
            return Err(Refused::NotConfirmed.into());
        }
        self.remove_user(account.user.clone()).await
    }

    /// Deletes a user as [`Usher::delete_account`] does, for whoever may ask for it.
    ///
    /// # Errors
    /// [`Refused::NotFound`] if somebody else deleted them meanwhile.
    pub async fn remove_user(&self, user: User) -> Result<Ended, FlowError> {
        let (usher, now) = (self.clone(), self.now());
        let notice = self.notice(&user, &Notice::AccountDeleted)?;
        let delete = self.store.write(move |mut tx| {
            Box::pin(async move {
                let Some(user) = tx.lock_user(user.id).await? else { return Ok(None) };
                tx.erase_events_of_user(user.id).await?;
                let ended = usher.end_everything_of(&mut tx, user.id, None, EndReason::UserDeleted).await?;
                let concerned = tx.projects_of_user(user.id).await?;
                let gone = usher.event(EventKind::UserDeleted).with_user(user.id).with("sub", user.sub.0.clone());
                tx.append(&gone.with_projects(&concerned)).await?;
                if let Some(email) = &user.email {
                    for kind in ProofKind::ALL {
                        tx.close_proofs_of_email(email, kind, now).await?;
                    }
                }
                // Whoever was found to be the same person goes with them.
                for merge in tx.list_merges(user.id).await? {
                    let Some(other) = tx.lock_user(merge.merged).await? else { continue };
                    tx.erase_events_of_user(other.id).await?;
                    tx.delete_user(&other, now).await?;
                }
                tx.delete_user(&user, now).await?;
                notice.post(&mut tx).await?;
                Ok(Some(ended))
            })
        });
        let ended = delete.await?.ok_or(Refused::NotFound("user"))?;
        self.letter_bell.notify_one();
        Ok(ended)
    }
}
