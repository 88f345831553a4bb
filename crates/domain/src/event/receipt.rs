//! The receipt of signing out everywhere: what happens at each application that had access.

use std::time::Duration;

use crate::id::{ClientId, ProjectId};
use crate::time::Timestamp;

/// How the access of an application ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessEnd {
    /// It was notified, and has acknowledged.
    Notified,
    /// It does not answer; notification is retried.
    Retrying,
    /// It is not notified: its tokens expire within this many minutes.
    EndsWithin {
        /// Minutes, at least 1.
        minutes: u32,
    },
    /// Its local modules now refuse its tokens. Other verifiers accept them for this many minutes.
    RefusedByModules {
        /// Minutes, at least 1.
        minutes: u32,
    },
    /// It is not notified, and has no valid tokens.
    Over,
}

/// A local module connected to the feed of the application's project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedModule {
    /// The name of its client, or of the project whose token it uses.
    pub name: String,
    /// Its host, if it is known.
    pub host: Option<String>,
    /// Its library and version, as it reports.
    pub version: Option<String>,
    /// When it acknowledged the end; `None` while one of its connections has not.
    pub acknowledged_at: Option<Timestamp>,
}

/// One application on a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptApplication {
    /// The application.
    pub client_id: ClientId,
    /// Its name.
    pub name: String,
    /// The project that owns it; `None` for a deleted application.
    pub project_id: Option<ProjectId>,
    /// How its access ends.
    pub access_end: AccessEnd,
    /// The connected local modules of its project, by name.
    pub modules: Vec<ConnectedModule>,
}

impl ReceiptApplication {
    /// Adds the local modules of the application's project. Once all have acknowledged, they refuse its tokens.
    #[must_use]
    pub fn with_modules(mut self, modules: Vec<ConnectedModule>) -> Self {
        let all = !modules.is_empty() && modules.iter().all(|module| module.acknowledged_at.is_some());
        if let (AccessEnd::EndsWithin { minutes }, true) = (self.access_end, all) {
            self.access_end = AccessEnd::RefusedByModules { minutes };
        }
        self.modules = modules;
        self
    }
}

/// What happens at an application that is not notified, whose last access token was issued at `issued_at`. Usher
/// refuses the token at once, but a verifier that only checks the signature accepts it until it expires.
pub fn until_tokens_expire(issued_at: Timestamp, lifetime: Duration, now: Timestamp) -> AccessEnd {
    let left = u64::try_from((issued_at + lifetime).0.saturating_sub(now.0)).unwrap_or(0);
    match u32::try_from(left.div_ceil(60)).unwrap_or(u32::MAX) {
        0 => AccessEnd::Over,
        minutes => AccessEnd::EndsWithin { minutes },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(access_end: AccessEnd) -> ReceiptApplication {
        ReceiptApplication {
            client_id: ClientId("c".into()),
            name: "Shop".into(),
            project_id: None,
            access_end,
            modules: Vec::new(),
        }
    }

    fn module(acknowledged_at: Option<i64>) -> ConnectedModule {
        ConnectedModule {
            name: "api".into(),
            host: None,
            version: None,
            acknowledged_at: acknowledged_at.map(Timestamp),
        }
    }

    #[test]
    fn tokens_are_refused_once_every_module_has_acknowledged() {
        let ends = AccessEnd::EndsWithin { minutes: 4 };
        let access_end = |modules| line(ends).with_modules(modules).access_end;
        assert_eq!(access_end(vec![]), ends);
        assert_eq!(access_end(vec![module(Some(5)), module(None)]), ends);
        assert_eq!(access_end(vec![module(Some(5)), module(Some(6))]), AccessEnd::RefusedByModules { minutes: 4 });
    }

    #[test]
    fn modules_change_nothing_for_an_application_that_was_notified_itself() {
        for access_end in [AccessEnd::Notified, AccessEnd::Retrying, AccessEnd::Over] {
            assert_eq!(line(access_end).with_modules(vec![module(Some(5))]).access_end, access_end);
        }
    }

    #[test]
    fn what_is_left_is_said_in_whole_minutes_and_never_as_less() {
        let issued = Timestamp(1_800_000_000);
        let lifetime = Duration::from_mins(10);
        for (after, access_end) in [
            (0, AccessEnd::EndsWithin { minutes: 10 }),
            (1, AccessEnd::EndsWithin { minutes: 10 }),
            (361, AccessEnd::EndsWithin { minutes: 4 }),
            (599, AccessEnd::EndsWithin { minutes: 1 }),
            (600, AccessEnd::Over),
            (9_999, AccessEnd::Over),
        ] {
            assert_eq!(
                until_tokens_expire(issued, lifetime, issued + Duration::from_secs(after)),
                access_end,
                "after {after} s"
            );
        }
    }
}
