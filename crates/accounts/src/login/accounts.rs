//! The accounts of one browser: its cookie contains the secrets of their sessions, the one used last first.

use crate::core::Core;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;

use crate::core::Device;
use crate::error::FlowError;
use usher_domain::id::SessionId;
use usher_domain::random::Random;
use usher_domain::time::Timestamp;
use usher_domain::user::session::Session;
use usher_domain::user::{User, UserStatus};

/// Most accounts in one browser.
const MOST: usize = 8;
/// Separates the secrets in the cookie; never part of a secret.
const BETWEEN: char = '.';
/// Length of a secret: 256 bits in base64url.
const SECRET_LENGTH: usize = 43;

/// The contents of a browser's cookies: the secrets of its sessions, an identifier that forms and interactions are
/// bound to, and the secrets that exempt it from second factors.
#[derive(Clone, Default)]
pub struct Browser {
    secrets: Vec<String>,
    mark: Option<String>,
    remembered: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Account {
    /// The session, ended or not.
    pub session: Session,
    pub user: User,
    pub live: bool,
    /// The position in the cookie.
    place: usize,
}

impl Browser {
    /// Parses the session and identifier cookies. Malformed secrets are dropped.
    pub fn from_cookies(sessions: Option<&str>, mark: Option<&str>) -> Self {
        Self {
            secrets: list(sessions),
            mark: mark.filter(|mark| fits(mark)).map(str::to_owned),
            remembered: Vec::new(),
        }
    }

    /// Parses the cookie that exempts the browser from second factors.
    #[must_use]
    pub fn remembered_by(mut self, cookie: Option<&str>) -> Self {
        self.remembered = list(cookie);
        self
    }

    /// The value of the session cookie; empty if there is no session.
    pub fn session_cookie(&self) -> String {
        self.secrets.join(&BETWEEN.to_string())
    }

    /// The value of the remembered-browser cookie; empty if there is none.
    pub fn remembered_cookie(&self) -> String {
        self.remembered.join(&BETWEEN.to_string())
    }

    /// The secrets that exempt the browser from second factors, at most one for each user.
    pub fn remembered(&self) -> impl Iterator<Item = &str> {
        self.remembered.iter().map(String::as_str)
    }

    /// Adds one such secret.
    pub fn hold(&mut self, secret: String) {
        self.remembered.insert(0, secret);
        self.remembered.truncate(MOST);
    }

    /// The browser's identifier, if it has one.
    pub fn mark(&self) -> Option<&str> {
        self.mark.as_deref()
    }

    /// The browser's identifier; creates one if there is none. The caller sets the cookie.
    pub fn mark_or_make(&mut self, random: &dyn Random) -> &str {
        self.mark.get_or_insert_with(|| random.token())
    }

    /// Is a value bound to this browser?
    pub fn is_marked(&self, hash: &str) -> bool {
        self.mark().is_some_and(|mark| mark_hash(mark) == hash)
    }

    /// Keeps these accounts and drops all others.
    pub fn keep(&mut self, accounts: &[Account]) {
        self.secrets = accounts.iter().filter_map(|account| self.secrets.get(account.place).cloned()).collect();
    }

    /// Puts a session first.
    pub fn remember(&mut self, secret: String) {
        self.secrets.insert(0, secret);
        self.secrets.truncate(MOST);
    }

    /// Removes an account from the list.
    pub fn forget(&mut self, account: &Account) {
        let hash = account.place;
        if hash < self.secrets.len() {
            self.secrets.remove(hash);
        }
    }

    /// Puts a known account first.
    pub fn prefer(&mut self, account: &Account) {
        if account.place < self.secrets.len() {
            let secret = self.secrets.remove(account.place);
            self.secrets.insert(0, secret);
        }
    }
}

/// Does this have the form of a secret?
fn fits(text: &str) -> bool {
    text.len() == SECRET_LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The secrets in a cookie.
fn list(cookie: Option<&str>) -> Vec<String> {
    cookie.unwrap_or_default().split(BETWEEN).filter(|text| fits(text)).take(MOST).map(str::to_owned).collect()
}

/// The hash that a secret is stored and found under. The secret is 256 random bits: a fast hash is enough.
pub fn secret_hash(secret: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref());
    hash
}

/// The hash of a browser's identifier, as stored in an interaction or a registration.
pub fn mark_hash(mark: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&secret_hash(mark)[..16])
}

/// How recent an authentication must be to change credentials.
pub const FRESH: Duration = Duration::from_mins(5);

impl Account {
    /// An account that came with a token instead of a cookie.
    pub const fn away(session: Session, user: User, live: bool) -> Self {
        Self { session, user, live, place: usize::MAX }
    }

    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.session.auth_time + FRESH
    }
}

/// The accounts that a browser is signed in to.
pub struct Accounts {
    pub core: Arc<Core>,
}

impl Accounts {
    /// Every account in the browser, one for each user, the one used last first.
    pub async fn accounts(&self, browser: &Browser) -> Result<Vec<Account>, FlowError> {
        let now = self.core.now();
        let mut accounts: Vec<Account> = Vec::new();
        for (place, secret) in browser.secrets.iter().enumerate() {
            let Some((session, user)) = self.core.store.find_session(&secret_hash(secret)).await? else { continue };
            let live = session.is_live(now) && user.status == UserStatus::Active;
            match accounts.iter_mut().find(|known| known.user.id == user.id) {
                Some(known) if known.live || !live => {}
                Some(known) => *known = Account { session, user, live, place },
                None => accounts.push(Account { session, user, live, place }),
            }
        }
        Ok(accounts)
    }

    /// The signed-in account that was used last.
    pub async fn current(&self, browser: &Browser) -> Result<Option<Account>, FlowError> {
        Ok(self.accounts(browser).await?.into_iter().find(|account| account.live))
    }

    /// The live account of this session in the browser.
    pub async fn account_of(&self, browser: &Browser, session: SessionId) -> Result<Option<Account>, FlowError> {
        Ok(self.accounts(browser).await?.into_iter().find(|account| account.live && account.session.id == session))
    }

    /// Records from time to time that a session is being used, which extends it.
    pub async fn touch(&self, account: &Account, device: &Device) -> Result<(), FlowError> {
        let now = self.core.now();
        if !account.session.is_due_for_touch(now) {
            return Ok(());
        }
        let idle_end = now + self.core.config.session.idle;
        let mut tx = self.core.store.begin_single().await?;
        tx.touch_session(account.session.id, now, idle_end, Some(&device.source)).await?;
        tx.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_of_garbage_holds_nothing() {
        for bad in ["", ".", "short", &"a".repeat(44), &"é".repeat(43), "a.b.c"] {
            assert_eq!(Browser::from_cookies(Some(bad), Some(bad)).remembered_by(Some(bad)).session_cookie(), "");
            assert!(Browser::from_cookies(None, Some(bad)).mark().is_none());
        }
    }

    #[test]
    fn a_browser_remembers_so_many_accounts_and_no_more() {
        let mut browser = Browser::default();
        for n in 0..20 {
            browser.remember(format!("{n:0>43}"));
        }
        let cookie = browser.session_cookie();
        assert_eq!(cookie.split('.').count(), MOST);
        assert!(cookie.starts_with(&format!("{:0>43}", 19)));
        assert_eq!(Browser::from_cookies(Some(&cookie), None).session_cookie(), cookie);
    }
}
