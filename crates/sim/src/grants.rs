//! Codes and tokens in memory. Used ones are kept, so that reuse is detected.

use std::sync::Arc;

use super::bounded_map::BoundedMap;
use super::digest::s256;
use super::page::CLIENT_ID;
use super::personas::SimUser;
use super::provider::SimProvider;

/// The largest number of stored codes, tokens and visits.
const ROOM: usize = 10_000;

/// PKCE (RFC 7636).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PkceChallenge {
    /// The verifier itself.
    Plain(String),
    /// Its hash.
    S256(String),
}

impl PkceChallenge {
    /// Does this verifier match?
    pub fn is_met_by(&self, verifier: &str) -> bool {
        match self {
            Self::Plain(challenge) => challenge == verifier,
            Self::S256(challenge) => *challenge == s256(verifier),
        }
    }
}

/// One sign-in of a user, with its request.
#[derive(Clone, Debug)]
pub struct SimGrant {
    /// The provider.
    pub provider: SimProvider,
    /// The client.
    pub client: String,
    /// The user.
    pub person: SimUser,
    /// The redirect URI of the request, byte for byte.
    pub redirect_uri: String,
    /// The granted scope, in the provider's names.
    pub scope: Vec<String>,
    /// The request's nonce.
    pub nonce: Option<String>,
    /// The request's PKCE challenge.
    pub challenge: Option<PkceChallenge>,
    /// Is a refresh token issued?
    pub offline: bool,
    /// When the user signed in, in seconds since 1970.
    pub at: i64,
    /// The session's identifier.
    pub sid: String,
    /// Tokens with the same family are revoked together.
    pub family: u64,
}

impl SimGrant {
    /// Is this scope granted?
    pub fn has(&self, scope: &str) -> bool {
        self.scope.iter().any(|granted| granted == scope)
    }
}

/// A code or a token.
#[derive(Debug)]
struct StoredToken {
    grant: Arc<SimGrant>,
    expires_at: i64,
    spent: bool,
}

/// The result of looking up a code or a token.
#[derive(Clone, Debug)]
pub enum TokenLookup {
    /// It was never issued, or was revoked.
    Unknown,
    /// It was used before.
    Spent(Arc<SimGrant>),
    /// It has expired.
    Expired,
    /// It is valid.
    Good(Arc<SimGrant>),
}

/// All codes and tokens.
#[derive(Debug)]
pub struct SimGrants {
    codes: BoundedMap<StoredToken>,
    access: BoundedMap<StoredToken>,
    refresh: BoundedMap<StoredToken>,
    /// The number of visits of each user.
    visits: BoundedMap<u64>,
    /// The last session of a subject.
    sessions: BoundedMap<String>,
    /// The last ID token of a subject.
    tokens: BoundedMap<String>,
    families: u64,
}

/// The kind of a stored value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// An authorization code.
    Code,
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
}

impl Default for SimGrants {
    fn default() -> Self {
        Self {
            codes: BoundedMap::new(ROOM),
            access: BoundedMap::new(ROOM),
            refresh: BoundedMap::new(ROOM),
            visits: BoundedMap::new(ROOM),
            sessions: BoundedMap::new(ROOM),
            tokens: BoundedMap::new(ROOM),
            families: 0,
        }
    }
}

impl SimGrants {
    fn tokens_of(&mut self, kind: TokenKind) -> &mut BoundedMap<StoredToken> {
        match kind {
            TokenKind::Code => &mut self.codes,
            TokenKind::Access => &mut self.access,
            TokenKind::Refresh => &mut self.refresh,
        }
    }

    /// Counts a visit; returns the number of earlier ones.
    pub fn visit(&mut self, what: &str) -> u64 {
        let before = self.visits.get(what).copied().unwrap_or_default();
        self.visits.put(what.to_owned(), before + 1);
        before
    }

    /// A number for a new family.
    pub fn next_family(&mut self) -> u64 {
        self.families += 1;
        self.families
    }

    /// Stores what was issued.
    pub fn issue(&mut self, kind: TokenKind, text: String, grant: Arc<SimGrant>, expires_at: i64) {
        if kind == TokenKind::Code {
            self.sessions.put(session_name(grant.provider, &grant.person.subject), grant.sid.clone());
        }
        self.tokens_of(kind).put(text, StoredToken { grant, expires_at, spent: false });
    }

    /// Looks up a code or token of this provider. One of another client counts as unknown.
    pub fn find(&mut self, kind: TokenKind, text: &str, provider: SimProvider, now: i64) -> TokenLookup {
        let ours = |held: &&StoredToken| held.grant.provider == provider && held.grant.client == CLIENT_ID;
        match self.tokens_of(kind).get(text).filter(ours) {
            None => TokenLookup::Unknown,
            Some(held) if held.spent => TokenLookup::Spent(held.grant.clone()),
            Some(held) if held.expires_at <= now => TokenLookup::Expired,
            Some(held) => TokenLookup::Good(held.grant.clone()),
        }
    }

    /// When it expires.
    pub fn expiry(&mut self, kind: TokenKind, text: &str) -> Option<i64> {
        self.tokens_of(kind).get(text).map(|held| held.expires_at)
    }

    /// Marks it as used.
    pub fn spend(&mut self, kind: TokenKind, text: &str) {
        if let Some(held) = self.tokens_of(kind).get_mut(text) {
            held.spent = true;
        }
    }

    /// Revokes all tokens of a family.
    pub fn revoke(&mut self, family: u64) {
        self.access.retain(|held| held.grant.family != family);
        self.refresh.retain(|held| held.grant.family != family);
    }

    /// Revokes everything a user has at a provider.
    pub fn revoke_all(&mut self, provider: SimProvider, subject: &str) {
        let other = |held: &StoredToken| held.grant.provider != provider || held.grant.person.subject != subject;
        self.access.retain(other);
        self.refresh.retain(other);
    }

    /// The ID token of a subject's previous sign-in. From now on `token` is the last one.
    pub fn last_token(&mut self, provider: SimProvider, subject: &str, token: &str) -> Option<String> {
        let name = session_name(provider, subject);
        let before = self.tokens.get(&name).cloned();
        self.tokens.put(name, token.to_owned());
        before
    }

    /// The session a subject opened last.
    pub fn last_session(&self, provider: SimProvider, subject: &str) -> Option<String> {
        self.sessions.get(&session_name(provider, subject)).cloned()
    }
}

fn session_name(provider: SimProvider, subject: &str) -> String {
    format!("{}|{subject}", provider.segment())
}
