//! Idempotent requests: with one key they are executed once and get the same response each time.
//!
//! Responses are encrypted with a key derived from the idempotency key, of which only a hash is stored: neither the
//! database nor the master key opens them without the caller.

use std::sync::Arc;
use std::time::Duration;
use usher_accounts::core::Core;

use aws_lc_rs::digest;

use super::caller::Caller;
use usher_accounts::core::Device;
use usher_accounts::error::FlowError;
use usher_domain::time::Timestamp;
use usher_keys::seal::Purpose;

/// How long a response is stored.
const KEPT: Duration = Duration::from_hours(24);
/// A request without a response after this was abandoned: its instance died.
const ABANDONED: Duration = Duration::from_mins(2);

/// A request that is executed for the first time.
#[derive(Debug)]
pub struct FirstTime {
    id: [u8; 32],
    lock: String,
    begun_at: Timestamp,
}

/// What to do with a request that has a key.
#[derive(Debug)]
pub enum Repeat {
    /// It is new: execute it.
    First(FirstTime),
    /// It was answered before, with this response.
    Answered(Vec<u8>),
    /// The same request is being executed at this moment.
    Running,
    /// The key was used before, with another request.
    Mismatch,
}

impl Caller {
    /// The namespace of a caller's keys.
    fn owner(&self) -> String {
        match self {
            Self::Project(project) | Self::FormerToken(project) => format!("project {}", project.id),
            Self::Client { client, .. } => format!("client {}", client.id),
            Self::Person(account) => format!("user {}", account.user.id),
        }
    }
}

/// Answers kept for repeated requests.
pub struct IdempotentRequests {
    pub(crate) core: Arc<Core>,
}

impl IdempotentRequests {
    /// Looks up whether this caller sent a request with this key before. `content` is everything that identifies the
    /// request.
    pub async fn begin_once(
        &self,
        caller: Option<&Caller>,
        device: &Device,
        key: &str,
        content: &[&[u8]],
    ) -> Result<Repeat, FlowError> {
        let owner = caller.map_or_else(|| format!("source {}", device.source), Caller::owner);
        let id = self.core.sealer.mac(Purpose::RepeatedAnswer, format!("{owner}\n{key}").as_bytes());
        let (asked, now) = (hash(content), self.core.now());
        let mut tx = self.core.store.begin().await?;
        let first = tx.begin_repeatable(&id, &asked, now, now + KEPT, now - ABANDONED).await?;
        tx.commit().await?;
        if first {
            return Ok(Repeat::First(FirstTime { id, lock: key.to_owned(), begun_at: now }));
        }
        // The first request may have failed between the two reads: then the caller retries.
        let Some(earlier) = self.core.store.find_repeatable(&id).await? else { return Ok(Repeat::Running) };
        if earlier.request_hash != asked {
            return Ok(Repeat::Mismatch);
        }
        let opened =
            |sealed: Vec<u8>| self.core.sealer.open_locked(Purpose::RepeatedAnswer, key.as_bytes(), &sealed).ok();
        Ok(earlier.answer.map_or(Repeat::Running, |sealed| opened(sealed).map_or(Repeat::Mismatch, Repeat::Answered)))
    }

    /// Stores the response of a request. If it failed (`None`), nothing is stored, and the request may be repeated.
    pub async fn finish_once(&self, first: FirstTime, answer: Option<&[u8]>) -> Result<(), FlowError> {
        let FirstTime { id, lock, begun_at } = first;
        let sealed = answer.map(|bytes| {
            self.core.sealer.seal_locked(Purpose::RepeatedAnswer, lock.as_bytes(), bytes, &*self.core.random)
        });
        let mut tx = self.core.store.begin_single().await?;
        match sealed {
            Some(sealed) => tx.finish_repeatable(&id, begun_at, &sealed).await?,
            None => tx.forget_repeatable(&id, begun_at).await?,
        }
        Ok(tx.commit().await?)
    }
}

/// One hash of several parts, with unambiguous boundaries.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_request_do_not_run_into_one_another() {
        assert_eq!(hash(&[b"POST", b"/a"]), hash(&[b"POST", b"/a"]));
        assert_ne!(hash(&[b"POST/", b"a"]), hash(&[b"POST", b"/a"]));
        assert_ne!(hash(&[b"a", b""]), hash(&[b"a"]));
    }
}
