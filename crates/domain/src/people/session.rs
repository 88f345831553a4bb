//! A session: one browser or device of one user, signed in at Usher.

use crate::id::{SessionId, UserId};
use crate::time::Timestamp;

/// Why a session or grant came to its end; kept with it and told in its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The person signed out.
    SignOut,
    /// The person ended every session.
    SignOutEverywhere,
    /// The person ended this one session from another.
    EndedByOwner,
    /// The password was changed.
    PasswordChanged,
    /// The password was recovered.
    PasswordRecovered,
    /// An old refresh token was used although a newer one was in use.
    TokenReuse,
    /// An authorization code was used twice.
    CodeReuse,
    /// The client asked for it (RFC 7009).
    RevokedByClient,
    /// The client's project asked for it.
    RevokedByProject,
    /// The person took back their consent.
    ConsentWithdrawn,
    /// An administrator did it.
    Administrator,
    /// The user was disabled.
    UserDisabled,
    /// The client was disabled or deleted.
    ClientDisabled,
    /// The identity that opened it was unlinked.
    IdentityUnlinked,
    /// The provider that opened it said that it is over there.
    UpstreamEnded,
    /// The user was found to be another one.
    AccountsMerged,
    /// The person said "this wasn't me".
    Disowned,
    /// The user was deleted.
    UserDeleted,
}

impl EndReason {
    /// The word that is stored.
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
            Self::Disowned => "disowned",
            Self::UserDeleted => "user_deleted",
        }
    }
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name, the `sid` claim.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// When the person last authenticated in it.
    pub auth_time: Timestamp,
    /// By which means (RFC 8176).
    pub amr: Vec<String>,
    /// How well.
    pub acr: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, to within [`TOUCH_EVERY`] seconds.
    pub last_seen_at: Timestamp,
    /// Unused until here, it ends.
    pub idle_expires_at: Timestamp,
    /// It ends here however much it is used.
    pub expires_at: Timestamp,
    /// Ended early.
    pub ended_at: Option<Timestamp>,
    /// The browser, as it described itself.
    pub user_agent: Option<String>,
    /// The network it was last used from.
    pub source: Option<String>,
}

/// How stale `last_seen_at` may grow, in seconds, before using the session writes it again.
pub const TOUCH_EVERY: u64 = 300;

impl Session {
    /// Is the person signed in here?
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.idle_expires_at && now < self.expires_at
    }

    /// Is it time to write down that it is being used?
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
