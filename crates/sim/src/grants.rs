//! Codes and tokens in memory. Used ones are kept, so that reuse is detected.

use std::sync::Arc;

use super::digest::s256;
use super::page::CLIENT_ID;
use super::personas::Person;
use super::provider::Provider;
use super::shelf::Shelf;

/// The largest number of stored codes, tokens and visits.
const ROOM: usize = 10_000;

/// PKCE (RFC 7636).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// The verifier itself.
    Plain(String),
    /// Its hash.
    S256(String),
}

impl Challenge {
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
pub struct Grant {
    /// The provider.
    pub provider: Provider,
    /// The client.
    pub client: String,
    /// The user.
    pub person: Person,
    /// The redirect URI of the request, byte for byte.
    pub redirect_uri: String,
    /// The granted scope, in the provider's names.
    pub scope: Vec<String>,
    /// The request's nonce.
    pub nonce: Option<String>,
    /// The request's PKCE challenge.
    pub challenge: Option<Challenge>,
    /// Is a refresh token issued?
    pub offline: bool,
    /// When the user signed in, in seconds since 1970.
    pub at: i64,
    /// The session's identifier.
    pub sid: String,
    /// Tokens with the same family are revoked together.
    pub family: u64,
}

impl Grant {
    /// Is this scope granted?
    pub fn has(&self, scope: &str) -> bool {
        self.scope.iter().any(|granted| granted == scope)
    }
}

/// A code or a token.
#[derive(Debug)]
struct Held {
    grant: Arc<Grant>,
    expires_at: i64,
    spent: bool,
}

/// The result of looking up a code or a token.
#[derive(Clone, Debug)]
pub enum Found {
    /// It was never issued, or was revoked.
    Unknown,
    /// It was used before.
    Spent(Arc<Grant>),
    /// It has expired.
    Expired,
    /// It is valid.
    Good(Arc<Grant>),
}

/// All codes and tokens.
#[derive(Debug)]
pub struct Grants {
    codes: Shelf<Held>,
    access: Shelf<Held>,
    refresh: Shelf<Held>,
    /// The number of visits of each user.
    visits: Shelf<u64>,
    /// The last session of a subject.
    sessions: Shelf<String>,
    /// The last ID token of a subject.
    tokens: Shelf<String>,
    families: u64,
}

/// The kind of a stored value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An authorization code.
    Code,
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
}

impl Default for Grants {
    fn default() -> Self {
        Self {
            codes: Shelf::new(ROOM),
            access: Shelf::new(ROOM),
            refresh: Shelf::new(ROOM),
            visits: Shelf::new(ROOM),
            sessions: Shelf::new(ROOM),
            tokens: Shelf::new(ROOM),
            families: 0,
        }
    }
}

impl Grants {
    fn shelf(&mut self, kind: Kind) -> &mut Shelf<Held> {
        match kind {
            Kind::Code => &mut self.codes,
            Kind::Access => &mut self.access,
            Kind::Refresh => &mut self.refresh,
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
    pub fn issue(&mut self, kind: Kind, text: String, grant: Arc<Grant>, expires_at: i64) {
        if kind == Kind::Code {
            self.sessions.put(session_name(grant.provider, &grant.person.subject), grant.sid.clone());
        }
        self.shelf(kind).put(text, Held { grant, expires_at, spent: false });
    }

    /// Looks up a code or token of this provider. One of another client counts as unknown.
    pub fn find(&mut self, kind: Kind, text: &str, provider: Provider, now: i64) -> Found {
        let ours = |held: &&Held| held.grant.provider == provider && held.grant.client == CLIENT_ID;
        match self.shelf(kind).get(text).filter(ours) {
            None => Found::Unknown,
            Some(held) if held.spent => Found::Spent(held.grant.clone()),
            Some(held) if held.expires_at <= now => Found::Expired,
            Some(held) => Found::Good(held.grant.clone()),
        }
    }

    /// When it expires.
    pub fn expiry(&mut self, kind: Kind, text: &str) -> Option<i64> {
        self.shelf(kind).get(text).map(|held| held.expires_at)
    }

    /// Marks it as used.
    pub fn spend(&mut self, kind: Kind, text: &str) {
        if let Some(held) = self.shelf(kind).get_mut(text) {
            held.spent = true;
        }
    }

    /// Revokes all tokens of a family.
    pub fn revoke(&mut self, family: u64) {
        self.access.retain(|held| held.grant.family != family);
        self.refresh.retain(|held| held.grant.family != family);
    }

    /// Revokes everything a user has at a provider.
    pub fn revoke_all(&mut self, provider: Provider, subject: &str) {
        let other = |held: &Held| held.grant.provider != provider || held.grant.person.subject != subject;
        self.access.retain(other);
        self.refresh.retain(other);
    }

    /// The ID token of a subject's previous sign-in. From now on `token` is the last one.
    pub fn last_token(&mut self, provider: Provider, subject: &str, token: &str) -> Option<String> {
        let name = session_name(provider, subject);
        let before = self.tokens.get(&name).cloned();
        self.tokens.put(name, token.to_owned());
        before
    }

    /// The session a subject opened last.
    pub fn last_session(&self, provider: Provider, subject: &str) -> Option<String> {
        self.sessions.get(&session_name(provider, subject)).cloned()
    }
}

fn session_name(provider: Provider, subject: &str) -> String {
    format!("{}|{subject}", provider.segment())
}
