//! A person has forgotten their password.

use std::time::Duration;

use crate::domain::email::Email;
use crate::domain::event::EventKind;
use crate::domain::id::ProofId;
use crate::domain::notice::Notice;
use crate::domain::proof::{Proof, ProofKind};
use crate::domain::secret::Secret;
use crate::domain::session::EndReason;
use crate::domain::user::{User, UserStatus};
use crate::flows::accounts::secret_hash;
use crate::flows::end::Ended;
use crate::flows::error::{FlowError, Refused};
use crate::flows::letters::recipient;
use crate::flows::password_rules::{check, normalise};
use crate::flows::sign_up::minutes;
use crate::flows::usher::{Device, Usher};
use crate::mail::messages;

/// A recovery link is good for so long.
pub const LIFETIME: Duration = Duration::from_mins(30);

impl Usher {
    /// Mails a link, if the address is somebody's. Whoever asks learns nothing either way.
    ///
    /// # Errors
    /// [`Refused::Email`], [`Refused::TooMany`] by source.
    pub async fn request_recovery(&self, email: &str, device: &Device) -> Result<Email, FlowError> {
        let email = Email::parse(email)?;
        self.count_recovery(&device.source).await?;
        let allowed = self.may_write_to(email.as_str()).await?;
        let user = self.store.find_user_by_email(&email).await?.filter(|user| user.status == UserStatus::Active);
        let (now, token) = (self.now(), self.random.token());
        let link = self.config.server.issuer.at(&format!("/recover/reset?token={token}"));
        let letter = match user.as_ref().filter(|_| allowed).and_then(|user| recipient(user, None)) {
            Some(to) => Some(self.enclose(&messages::recovery(to, &link, minutes(LIFETIME))?, now + LIFETIME)?),
            None => None,
        };
        // A proof is written for an unknown address too, so that asking costs the same. Nobody ever holds its link.
        let proof = Proof {
            id: ProofId::new(now, &*self.random),
            kind: ProofKind::Recover,
            email: Some(email.clone()),
            user_id: user.map(|user| user.id),
            sealed: None,
            attempts: 0,
            created_at: now,
            expires_at: now + LIFETIME,
            used_at: None,
        };
        let mut event = self.event(EventKind::RecoveryRequested).with("source", device.source.clone());
        event.user_id = proof.user_id;
        let (hash, sent_to) = (secret_hash(&token), allowed.then(|| email.clone()));
        let put = self.store.write(move |mut tx| {
            Box::pin(async move {
                // The newest letter alone is good. One that was not sent must not spoil those that were.
                if let Some(email) = &sent_to {
                    tx.close_proofs_of_email(email, ProofKind::Recover, now).await?;
                }
                tx.insert_proof(&proof, &hash, None).await?;
                if let Some(letter) = &letter {
                    tx.insert_letter(letter, now).await?;
                }
                tx.append(&event).await
            })
        });
        put.await?;
        self.letter_bell.notify_one();
        Ok(email)
    }

    /// Whose link is this, and how many sessions would end? `None` once it was used or expired.
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn open_recovery(&self, token: &str) -> Result<Option<(User, usize)>, FlowError> {
        let Some((_, user)) = self.find_recovery(token).await? else { return Ok(None) };
        let sessions = self.store.list_live_sessions(user.id, self.now()).await?.len();
        Ok(Some((user, sessions)))
    }

    /// Sets a new password and ends every session and grant: whoever knew the old password is out.
    ///
    /// # Errors
    /// [`Refused::ProofOver`], or what is wrong with the new password.
    pub async fn recover(&self, token: &str, password: &Secret<String>) -> Result<Ended, FlowError> {
        let (proof, user) = self.find_recovery(token).await?.ok_or(Refused::ProofOver)?;
        let password = normalise(password.expose())?;
        let name = user.profile.display_name().unwrap_or_default();
        check(password.expose(), self.config.passwords.min_length, &[user.email_text(), &name, "usher"])?;
        let phc = self.passwords.hash(password, self.random.bytes()).await?;
        let notice = self.notice(&user, &Notice::PasswordRecovered)?;
        let (usher, now) = (self.clone(), self.now());
        let set = self.store.write(move |mut tx| {
            Box::pin(async move {
                // The link may have gone to an address that was given up meanwhile.
                let active = tx.hold_user(user.id).await?;
                let same = tx.find_user(user.id).await?.is_some_and(|held| held.email == user.email);
                if !active || !same || !tx.take_proof(proof.id, ProofKind::Recover, now).await? {
                    return Ok(None);
                }
                tx.close_proofs_of_user(user.id, ProofKind::Recover, now).await?;
                tx.put_password(user.id, &phc, now).await?;
                tx.forget_all_remembered(user.id).await?;
                tx.append(&usher.event(EventKind::PasswordRecovered).with_user(user.id)).await?;
                notice.post(&mut tx).await?;
                usher.end_everything_of(&mut tx, user.id, None, EndReason::PasswordRecovered).await.map(Some)
            })
        });
        let ended = set.await?.ok_or(Refused::ProofOver)?;
        self.letter_bell.notify_one();
        Ok(ended)
    }

    async fn find_recovery(&self, token: &str) -> Result<Option<(Proof, User)>, FlowError> {
        let found = self.store.find_proof_by_token(&secret_hash(token), ProofKind::Recover).await?;
        let Some(proof) = found.filter(|proof| proof.is_open(self.now())) else { return Ok(None) };
        let Some(id) = proof.user_id else { return Ok(None) };
        // A link that went to an address the user has since given up is no proof any more.
        let user = self
            .store
            .find_user(id)
            .await?
            .filter(|user| user.status == UserStatus::Active && proof.email.is_some() && proof.email == user.email);
        Ok(user.map(|user| (proof, user)))
    }
}
