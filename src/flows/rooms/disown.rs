//! "This wasn't me": the owner of an account says that somebody else is in it.
//!
//! Everything ends, the password is forgotten, nobody may change how the account is protected for a day, and the owner
//! gets a way back in.

use std::time::Duration;

use crate::domain::event::EventKind;
use crate::domain::notice::Notice;
use crate::domain::proof::{Proof, ProofKind};
use crate::domain::session::EndReason;
use crate::domain::source::Origin;
use crate::domain::user::{User, UserStatus};
use crate::flows::accounts::{Account, secret_hash};
use crate::flows::end::Ended;
use crate::flows::error::{FlowError, Refused};
use crate::flows::notices::Disownable;
use crate::flows::usher::Usher;
use crate::keys::seal::Purpose;

/// For so long nobody changes how a disowned account is protected.
const FROZEN: Duration = Duration::from_hours(24);

impl Usher {
    /// Whose link is this? `None` once it was used or expired.
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn open_disowning(&self, token: &str) -> Result<Option<User>, FlowError> {
        Ok(self.find_disowning(token).await?.map(|(_, user)| user))
    }

    /// Takes "this wasn't me" from the link of a letter.
    ///
    /// # Errors
    /// [`Refused::ProofOver`] once it was used or expired.
    pub async fn disown_by_link(&self, token: &str) -> Result<Ended, FlowError> {
        let (proof, user) = self.find_disowning(token).await?.ok_or(Refused::ProofOver)?;
        self.end_all_and_mail_a_way_back(user, Some(proof)).await?.ok_or(Refused::ProofOver.into())
    }

    /// Takes "this wasn't me" from somebody who is signed in.
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn disown(&self, account: &Account) -> Result<Ended, FlowError> {
        Ok(self.end_all_and_mail_a_way_back(account.user.clone(), None).await?.unwrap_or_default())
    }

    /// `None` if the proof was used meanwhile.
    async fn end_all_and_mail_a_way_back(
        &self,
        mut user: User,
        proof: Option<Proof>,
    ) -> Result<Option<Ended>, FlowError> {
        let (usher, now) = (self.clone(), self.now());
        let restored = self.restore_address(&mut user, proof.as_ref()).await?;
        let way_back = self.notice(&user, &Notice::WayBack)?;
        let event = self.event(EventKind::Disowned).with_user(user.id);
        let end = self.store.write(move |mut tx| {
            Box::pin(async move {
                if let Some(proof) = &proof
                    && !tx.take_proof(proof.id, ProofKind::NotMe, now).await?
                {
                    return Ok(None);
                }
                if restored {
                    tx.update_user(&user).await?;
                    tx.append(&usher.event(EventKind::EmailChanged).with_user(user.id).with("restored", true)).await?;
                }
                tx.append(&event).await?;
                let ended = usher.end_everything_of(&mut tx, user.id, None, EndReason::Disowned).await?;
                tx.freeze_factors(user.id, now + FROZEN).await?;
                // The stranger may know the password: from now on it opens nothing. The way back sets another.
                tx.delete_password(user.id).await?;
                // Whoever signs in next is a stranger until the owner has met them anew, and a link that somebody else
                // had mailed to themselves is no way in.
                tx.forget_browsers(user.id).await?;
                tx.forget_all_remembered(user.id).await?;
                tx.close_proofs_of_user(user.id, ProofKind::Recover, now).await?;
                tx.close_proofs_of_user(user.id, ProofKind::ChangeEmail, now).await?;
                way_back.post(&mut tx).await?;
                Ok(Some(ended))
            })
        });
        let ended = end.await?;
        self.letter_bell.notify_one();
        Ok(ended)
    }

    /// Whoever disowns a change of address, from the letter that went to the old one, gets the old one back: the way back
    /// in must not go to the stranger. Not if somebody else has it by now.
    async fn restore_address(&self, user: &mut User, proof: Option<&Proof>) -> Result<bool, FlowError> {
        let Some(proof) = proof else { return Ok(false) };
        let opened = proof.sealed.as_deref().and_then(|sealed| self.sealer.open(Purpose::Proof, sealed).ok());
        let link: Disownable = opened.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let old = proof.email.clone().filter(|old| link.restores_address && user.email.as_ref() != Some(old));
        let Some(old) = old else { return Ok(false) };
        if self.store.find_user_by_email(&old).await?.is_some() {
            return Ok(false);
        }
        user.set_email(old, Origin::Person, self.now());
        Ok(true)
    }

    async fn find_disowning(&self, token: &str) -> Result<Option<(Proof, User)>, FlowError> {
        let found = self.store.find_proof_by_token(&secret_hash(token), ProofKind::NotMe).await?;
        let Some(proof) = found.filter(|proof| proof.is_open(self.now())) else { return Ok(None) };
        let Some(id) = proof.user_id else { return Ok(None) };
        let user = self.store.find_user(id).await?.filter(|user| user.status == UserStatus::Active);
        Ok(user.map(|user| (proof, user)))
    }
}
