//! The authenticator app (RFC 6238): set-up, confirmation by a code, verification, removal.

use crate::core::Core;
use crate::credentials::factors::FactorRules;
use crate::credentials::recovery_codes::RecoveryCodes;
use crate::login::throttle::Throttles;
use crate::sealed_value::SealedValue;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Secret, Totp};

use crate::error::{CodeKind, FlowError, Rejected};
use crate::login::accounts::{Account, Browser};
use usher_domain::event::EventKind;
use usher_domain::id::{CeremonyId, SessionId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::authentication::AuthMeans;
use usher_keys::seal::Purpose;
use usher_mail::{FactorName, emails};

/// How long an offered seed can be confirmed.
const LIFETIME: Duration = Duration::from_mins(30);
/// Bytes of a seed: as long as the hash (RFC 4226 §4).
const SEED: usize = 20;

/// A seed to be put into the user's app. It takes effect once a code confirms it.
#[derive(Debug, Clone)]
pub struct TotpOffer {
    /// The seed, sealed for the form.
    pub sealed: String,
    /// The seed for typing, in groups of four.
    pub typed: String,
    /// The seed for scanning: an `otpauth:` URI.
    pub url: String,
}

/// The result of using a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TotpTaken {
    /// It is valid, and is now used.
    Taken,
    /// It is valid, but a code of its time step or a later one was used already.
    UsedBefore,
    /// It is not a code of the app.
    Wrong,
}

#[derive(Serialize, Deserialize)]
struct Offered {
    id: CeremonyId,
    user: UserId,
    session: SessionId,
    seed: [u8; SEED],
    expires_at: Timestamp,
}

impl SealedValue for Offered {
    const PURPOSE: Purpose = Purpose::SecondFactor;

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

/// Authenticator apps (RFC 6238).
pub struct AuthenticatorApps {
    pub core: Arc<Core>,
    pub factor_rules: Arc<FactorRules>,
    pub recovery_codes: Arc<RecoveryCodes>,
    pub throttles: Arc<Throttles>,
}

impl AuthenticatorApps {
    /// Offers a seed to the signed-in user.
    ///
    /// # Errors
    /// [`Rejected::NotFresh`].
    pub async fn offer_totp(&self, account: &Account) -> Result<TotpOffer, FlowError> {
        self.factor_rules.check_factor_change(account).await?;
        let offered = Offered {
            id: CeremonyId::new(self.core.now(), &*self.core.random),
            user: account.user.id,
            session: account.session.id,
            seed: self.core.random.bytes(),
            expires_at: self.core.now() + LIFETIME,
        };
        let sealed = self.core.seal_value_text(&offered)?;
        self.describe_offer(account, &offered, sealed)
    }

    /// Shows the same offer again after a mistyped code.
    ///
    /// # Errors
    /// [`Rejected::ProofOver`] if it has expired or belongs to another user.
    pub fn reoffer_totp(&self, account: &Account, sealed: &str) -> Result<TotpOffer, FlowError> {
        let offered = self.open_offer(account, sealed)?;
        self.describe_offer(account, &offered, sealed.to_owned())
    }

    /// Confirms an offer by a code of the app, replaces an earlier seed, and returns the first recovery codes if the
    /// user has none.
    ///
    /// # Errors
    /// [`Rejected::NotFresh`], [`Rejected::ProofOver`], [`Rejected::WrongCode`], [`Rejected::TooMany`].
    pub async fn confirm_totp(
        &self,
        account: &Account,
        sealed: &str,
        code: &str,
        browser: &mut Browser,
    ) -> Result<Option<Vec<String>>, FlowError> {
        self.factor_rules.check_factor_change(account).await?;
        let offered = self.open_offer(account, sealed)?;
        self.throttles.count_second_factor(account.user.id, Some(account.session.id)).await?;
        let step =
            matched_step(&offered.seed, code, self.core.now()).ok_or(Rejected::WrongCode(CodeKind::Authenticator))?;
        let (user, now) = (account.user.id, self.core.now());
        let kept = self.core.sealer.seal(Purpose::SecondFactor, &offered.seed, &*self.core.random);
        let draft = emails::factor_added(FactorName::AuthenticatorApp);
        let change = self.factor_rules.factor_change(account, EventKind::FACTOR_ADDED, "totp", &draft).await?;
        let (codes, hashes) = self.recovery_codes.draw_recovery_codes(user);
        let mut tx = self.core.store.begin().await?;
        change.check(&mut tx, now).await?;
        if !tx.spend_ceremony(offered.id, offered.expires_at).await? {
            return Err(Rejected::ProofOver.into());
        }
        tx.put_totp(user, &kept, step, now).await?;
        let first = tx.find_factors(user).await?.recovery_codes == 0;
        if first {
            tx.replace_recovery_codes(user, &hashes, now).await?;
        }
        change.write(&mut tx).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        self.throttles.forgive_second_factor(user, Some(account.session.id)).await?;
        self.factor_rules.step_up(&account.session, AuthMeans::Totp, browser).await?;
        Ok(first.then_some(codes))
    }

    /// Removes the app, and the recovery codes if no passkey needs them any more.
    ///
    /// # Errors
    /// [`Rejected::NotFresh`].
    pub async fn remove_totp(&self, account: &Account) -> Result<(), FlowError> {
        self.factor_rules.check_factor_change(account).await?;
        let (user, now) = (account.user.id, self.core.now());
        let draft = emails::factor_removed(FactorName::AuthenticatorApp);
        let change = self.factor_rules.factor_change(account, EventKind::FACTOR_REMOVED, "totp", &draft).await?;
        let mut tx = self.core.store.begin().await?;
        change.check(&mut tx, now).await?;
        if !tx.delete_totp(user).await? {
            return Ok(());
        }
        if tx.find_factors(user).await?.passkeys == 0 {
            tx.replace_recovery_codes(user, &[], now).await?;
        }
        change.write(&mut tx).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(())
    }

    /// Uses a code of the user's app, unless it is wrong or was used before.
    pub async fn take_totp(&self, user: UserId, code: &str) -> Result<TotpTaken, FlowError> {
        let Some(sealed) = self.core.store.find_totp(user).await? else { return Ok(TotpTaken::Wrong) };
        let opened = self.core.sealer.open(Purpose::SecondFactor, &sealed).ok();
        let Some(step) = opened.and_then(|seed| matched_step(&seed, code, self.core.now())) else {
            return Ok(TotpTaken::Wrong);
        };
        let mut tx = self.core.store.begin_single().await?;
        let used = tx.use_totp_step(user, &sealed, step).await?;
        tx.commit().await?;
        Ok(if used { TotpTaken::Taken } else { TotpTaken::UsedBefore })
    }

    fn open_offer(&self, account: &Account, sealed: &str) -> Result<Offered, FlowError> {
        let offered: Option<Offered> = self.core.open_value_text(sealed);
        let here = (account.user.id, account.session.id);
        offered.filter(|offered| (offered.user, offered.session) == here).ok_or_else(|| Rejected::ProofOver.into())
    }

    fn describe_offer(&self, account: &Account, offered: &Offered, sealed: String) -> Result<TotpOffer, FlowError> {
        let host = self.core.config.server.issuer.url().host_str().unwrap_or("Usher").replace([':', '[', ']'], "");
        let label = account.user.label().replace(':', "");
        let described = Builder::new().with_secret(Secret::from(offered.seed)).with_account_name(label);
        let url = described.with_issuer(Some(host)).build().ok().and_then(|totp| totp.to_url().ok());
        let url = url.ok_or(Rejected::ProofOver)?;
        Ok(TotpOffer { sealed, typed: in_groups(&Secret::from(offered.seed).to_base32()), url })
    }
}

/// SHA-1, six digits, thirty seconds, one step of tolerance to either side, as all apps do (RFC 6238 §5.2).
fn app(seed: &[u8]) -> Option<Totp> {
    Builder::new().with_secret(Secret::from(seed)).with_skew(1).build().ok()
}

/// The time step of a code, if it is valid for this seed at this time.
fn matched_step(seed: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let time = u64::try_from(now.0).ok()?;
    let fits = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit());
    app(seed).filter(|_| fits)?.check(&digits, time).and_then(|step| i64::try_from(step).ok())
}

/// Easier to read and to type.
fn in_groups(text: &str) -> String {
    text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seed of RFC 6238 appendix B.
    const SEED: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_specification() {
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            assert_eq!(matched_step(SEED, code, Timestamp(time)), Some(time / 30));
        }
    }

    #[test]
    fn one_step_early_or_late_is_forgiven_and_two_are_not() {
        let now = Timestamp(1_111_111_110);
        for (ago, fits) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let time = u64::try_from(now.0 + ago).unwrap();
            let code = app(SEED).unwrap().generate(time).to_string();
            assert_eq!(matched_step(SEED, &code, now), fits.then_some(i64::try_from(time / 30).unwrap()), "{ago}");
        }
    }

    #[test]
    fn spaces_are_passed_over_and_anything_else_is_no_code() {
        let now = Timestamp(59);
        assert!(matched_step(SEED, " 287 082 ", now).is_some());
        for bad in ["", "28708", "2870821", "28708a", "２８７０８２", "-87082"] {
            assert_eq!(matched_step(SEED, bad, now), None, "{bad}");
        }
    }
}
