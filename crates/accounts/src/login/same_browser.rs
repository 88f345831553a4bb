//! Whether a link or a proof is used in the browser that requested it.

use crate::login::accounts::Browser;
use crate::login::accounts::mark_hash;

/// Is this the browser with that identifier?
pub fn is_here(browser: &Browser, kept: Option<&str>) -> bool {
    kept.is_some() && browser.mark().map(mark_hash).as_deref() == kept
}

/// Is it known to be another browser than the one that began it?
pub fn is_elsewhere(browser: &Browser, kept: Option<&str>) -> bool {
    kept.is_some() && !is_here(browser, kept)
}
