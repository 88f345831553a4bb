//! Recovery codes: ten in a set, shown once, each valid once.

use crate::core::Core;
use crate::credentials::factors::FactorRules;
use crate::error::FlowError;
use crate::login::accounts::Account;
use crate::security_emails::SecurityEmails;
use std::sync::Arc;
use usher_domain::event::EventKind;
use usher_domain::id::UserId;
use usher_domain::user::User;
use usher_keys::seal::Purpose;
use usher_mail::emails;

/// Codes in a set.
const CODES: usize = 10;
/// Characters of a code, five bits each: 80 bits.
const LENGTH: usize = 16;
/// Crockford's base 32, which has no characters that look alike.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

pub struct RecoveryCodes {
    pub core: Arc<Core>,
    pub factor_rules: Arc<FactorRules>,
    pub security_emails: Arc<SecurityEmails>,
}

impl RecoveryCodes {
    /// Replaces the user's recovery codes; the old ones become invalid.
    ///
    /// # Errors
    /// [`crate::Rejected::NotFresh`].
    pub async fn renew_recovery_codes(&self, account: &Account) -> Result<Vec<String>, FlowError> {
        self.factor_rules.check_factor_change(account).await?;
        let (user, now) = (account.user.id, self.core.now());
        let (shown, hashes) = self.draw_recovery_codes(user);
        let draft = emails::recovery_codes_renewed();
        let change = self
            .factor_rules
            .factor_change(account, EventKind::RECOVERY_CODES_RENEWED, "recovery_codes", &draft)
            .await?;
        let mut tx = self.core.store.begin().await?;
        change.check(&mut tx, now).await?;
        tx.replace_recovery_codes(user, &hashes, now).await?;
        change.write(&mut tx).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(shown)
    }

    /// A new set: the codes, and their hashes to store.
    pub fn draw_recovery_codes(&self, user: UserId) -> (Vec<String>, Vec<[u8; 32]>) {
        let draw = || {
            let bytes: [u8; LENGTH] = self.core.random.bytes();
            bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect::<String>()
        };
        let codes: Vec<String> = (0..CODES).map(|_| draw()).collect();
        let hashes = codes.iter().map(|code| self.recovery_hash(user, code)).collect();
        (codes.iter().map(|code| in_groups(code)).collect(), hashes)
    }

    /// Spends one of the user's codes, and notifies the user by email. `false` if it is invalid or spent.
    pub async fn take_recovery_code(&self, user: &User, code: &str) -> Result<bool, FlowError> {
        let Some(code) = read(code) else { return Ok(false) };
        let (id, now, hash) = (user.id, self.core.now(), self.recovery_hash(user.id, &code));
        let left = self.core.store.find_factors(id).await?.recovery_codes.saturating_sub(1);
        let security_email = self.security_emails.notice(user, &emails::recovery_code_used(left)).await?;
        let event = self.core.event(EventKind::RECOVERY_CODE_USED).with_user(id).with("left", left);
        let mut tx = self.core.store.begin().await?;
        if !tx.take_recovery_code(id, &hash, now).await? {
            return Ok(false);
        }
        tx.append(&event).await?;
        security_email.post(&mut tx).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(true)
    }

    fn recovery_hash(&self, user: UserId, code: &str) -> [u8; 32] {
        self.core.sealer.mac(Purpose::SecondFactor, format!("recovery code of {user}: {code}").as_bytes())
    }
}

/// Parses a typed code: case, spaces and dashes are ignored, O counts as 0, and I and L as 1.
fn read(typed: &str) -> Option<String> {
    let kept = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(LENGTH + 1);
    let code: String = kept
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    (code.len() == LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(code)
}

fn in_groups(code: &str) -> String {
    code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = "0123-4567-89AB-CDEF";
        for typed in [code, "0123456789abcdef", " o123 4567-89ab cdef ", "0I23-4567-89AB-CDEF", "0l23456789ABCDEF"] {
            assert_eq!(read(typed).as_deref(), Some("0123456789ABCDEF"), "{typed}");
        }
        for bad in ["", "0123", "0123-4567-89AB-CDEU", "0123-4567-89AB-CDEF0", "é123-4567-89AB-CDE", "123456"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn garbage_is_no_code(text in "\\PC{0,40}") {
            if let Some(code) = read(&text) {
                prop_assert_eq!(read(&in_groups(&code)), Some(code));
            }
        }
    }
}
