//! A session: one browser or device of one user, signed in at Usher.

use crate::id::{SessionId, UserId};
use crate::time::Timestamp;

/// Why a session or grant ended; stored with it and in its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The person signed out.
    SignOut,
    /// The person ended every session.
    SignOutEverywhere,
    /// The person ended this session from another one.
    EndedByOwner,
    /// The password was changed.
    PasswordChanged,
    /// The password was recovered.
    PasswordRecovered,
    /// Reuse of a refresh token.
    TokenReuse,
    /// Reuse of an authorization code.
    CodeReuse,
    /// The client revoked it (RFC 7009).
    RevokedByClient,
    /// The client's project revoked it.
    RevokedByProject,
    /// The person withdrew consent.
    ConsentWithdrawn,
    /// An administrator ended it.
    Administrator,
    /// The user was disabled.
    UserDisabled,
    /// The client was disabled or deleted.
    ClientDisabled,
    /// The identity that opened it was unlinked.
    IdentityUnlinked,
    /// The provider that opened it reported that its session has ended.
    UpstreamEnded,
    /// The user was merged into another.
    AccountsMerged,
    /// The person reported "this wasn't me".
    CompromiseReported,
    /// The user was deleted.
    UserDeleted,
}

impl EndReason {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignOut => "sign_out",
            Self::SignOutEverywhere => "sign_out_everywhere",
            Self::EndedByOwner => "ended_by_owner",
            Self::PasswordChanged => "password_changed",
            Self::PasswordRecovered => "password_recovered",
            Self::TokenReuse => "token_reuse",
            Self::CodeReuse => "code_reuse",
            Self::RevokedByClient => "revoked_by_client",
            Self::RevokedByProject => "revoked_by_project",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::Administrator => "administrator",
            Self::UserDisabled => "user_disabled",
            Self::ClientDisabled => "client_disabled",
            Self::IdentityUnlinked => "identity_unlinked",
            Self::UpstreamEnded => "upstream_ended",
            Self::AccountsMerged => "accounts_merged",
            Self::CompromiseReported => "disowned",
            Self::UserDeleted => "user_deleted",
        }
    }
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id, the `sid` claim.
    pub id: SessionId,
    /// The user.
    pub user_id: UserId,
    /// When the person last authenticated in it.
    pub auth_time: Timestamp,
    /// The authentication methods (RFC 8176).
    pub amr: Vec<String>,
    /// The authentication context.
    pub acr: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used, accurate to [`TOUCH_EVERY`] seconds.
    pub last_seen_at: Timestamp,
    /// When it expires if it is not used.
    pub idle_expires_at: Timestamp,
    /// When it expires in any case.
    pub expires_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
    /// The `User-Agent` of the browser.
    pub user_agent: Option<String>,
    /// The network of the last use.
    pub source: Option<String>,
}

/// How many seconds `last_seen_at` may be outdated before a use updates it.
pub const TOUCH_EVERY: u64 = 300;

impl Session {
    /// Whether the session is live.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.idle_expires_at && now < self.expires_at
    }

    /// Whether its use should be recorded now.
    pub fn is_due_for_touch(&self, now: Timestamp) -> bool {
        now.seconds_since(self.last_seen_at) >= TOUCH_EVERY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;
    use std::time::Duration;

    fn session(start: Timestamp) -> Session {
        let random = SeededRandom::new(1);
        Session {
            id: SessionId::new(start, &random),
            user_id: UserId::new(start, &random),
            auth_time: start,
            amr: vec!["pwd".into()],
            acr: "aal1".into(),
            created_at: start,
            last_seen_at: start,
            idle_expires_at: start + Duration::from_secs(600),
            expires_at: start + Duration::from_secs(1_000),
            ended_at: None,
            user_agent: None,
            source: None,
        }
    }

    #[test]
    fn a_session_ends_at_either_limit_and_when_ended() {
        let start = Timestamp(1_700_000_000);
        let mut session = session(start);
        assert!(session.is_live(start + Duration::from_secs(599)));
        assert!(!session.is_live(start + Duration::from_secs(600)));
        session.idle_expires_at = start + Duration::from_secs(5_000);
        assert!(session.is_live(start + Duration::from_secs(999)));
        assert!(!session.is_live(start + Duration::from_secs(1_000)));
        session.ended_at = Some(start);
        assert!(!session.is_live(start));
    }

    #[test]
    fn use_is_written_down_now_and_then() {
        let start = Timestamp(1_700_000_000);
        assert!(!session(start).is_due_for_touch(start + Duration::from_secs(299)));
        assert!(session(start).is_due_for_touch(start + Duration::from_secs(300)));
    }
}
