//! Sessions in token mode: a grant of Usher's own client represents the session, and no browser knows its secret.

use crate::api::caller::Callers;
use crate::oauth::grants::refresh_token::Narrowing;
use crate::oauth::introspect::ValidAccessToken;
use crate::oauth::issue::Issue;
use crate::oauth::token_call::TokenCall;
use crate::oauth::token_target::TargetRequest;
use usher_accounts::core::Device;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::accounts::Account;
use usher_domain::event::EventKind;
use usher_domain::id::{GrantId, SessionId};
use usher_domain::oauth::client::Client;
use usher_domain::oauth::first_party_client::{ACCOUNT_SCOPE, FIRST_PARTY_CLIENT};
use usher_domain::oauth::grant::{Grant, RefreshFamily};
use usher_domain::oauth::target::GrantTargets;
use usher_domain::user::session::{EndReason, Session};
use usher_domain::user::{User, UserStatus};
use usher_protocol::claims::ClaimsRequest;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::scope::Scope;
use usher_protocol::token::TokenResponse;
use usher_storage::grants::Spend;

/// A session and its tokens.
#[derive(Debug, Clone)]
pub struct TokenSession {
    pub session: SessionId,
    pub tokens: TokenResponse,
}

impl Callers {
    /// Issues the tokens of a new session.
    ///
    /// # Errors
    /// [`Rejected::CredentialGone`] if the session has ended already.
    pub async fn hold_by_tokens(&self, session: SessionId) -> Result<TokenSession, FlowError> {
        let found = self.core.store.find_session_by_id(session).await?;
        let (session, user) = found.ok_or(Rejected::CredentialGone)?;
        self.grant_account(&session, &user).await
    }

    /// Issues new tokens for a session in token mode; the old ones become invalid.
    ///
    /// # Errors
    /// [`Rejected::CredentialGone`] if the session has ended meanwhile.
    pub async fn renew_tokens(&self, account: &Account, reason: EndReason) -> Result<TokenSession, FlowError> {
        let client = self.first_party_client().await?;
        let mut tx = self.core.store.begin().await?;
        self.endings.end_grants_at(&mut tx, account.user.id, &client.id, reason).await?;
        tx.commit().await?;
        self.hold_by_tokens(account.session.id).await
    }

    /// Issues new tokens for a session's refresh token, which is used up.
    ///
    /// # Errors
    /// [`Rejected::NotSignedIn`] if it is invalid or expired. Using it twice ends the session.
    pub async fn refresh_session(&self, token: &str, device: &Device) -> Result<TokenSession, FlowError> {
        let gone = || FlowError::from(Rejected::NotSignedIn);
        let grant = self.token_issuer.read_refresh_token(token).ok_or_else(gone)?.grant;
        let found = self.core.store.find_grant(grant).await?.ok_or_else(gone)?;
        let found = self.core.store.find_session_by_id(found.grant.session_id).await?;
        let (session, user) = found.ok_or_else(gone)?;
        // When a session has expired without being ended, its grants are ended now.
        if session.ended_at.is_none() && !session.is_live(self.core.now()) {
            return Err(gone());
        }
        let client = self.first_party_client().await?;
        let urv = self.place_of(&client).await?;
        let call = TokenCall { client, urv, binding: None };
        let tokens = match self.refresh_token_grant.refresh(&call, token, &Narrowing::default()).await {
            Err(FlowError::OAuth(error)) if error.code == ErrorCode::InvalidGrant => return Err(gone()),
            Err(FlowError::OAuth(_)) => return Err(Rejected::Busy { seconds: 1 }.into()),
            answered => answered?,
        };
        let account = Account::away(session, user, true);
        self.accounts.touch(&account, device).await?;
        Ok(TokenSession { session: account.session.id, tokens })
    }

    /// The user that an access token authenticates at the API: it must be one of Usher's own client.
    pub(super) async fn person_by_token(&self, access: &ValidAccessToken) -> Result<Option<Account>, FlowError> {
        let claims = &access.claims;
        let scope = Scope::parse(&claims.scope).unwrap_or_default();
        let session = claims.sid.as_deref().and_then(|sid| sid.parse::<SessionId>().ok());
        let (FIRST_PARTY_CLIENT, true, Some(session)) =
            (claims.client_id.as_str(), scope.contains(ACCOUNT_SCOPE), session)
        else {
            return Ok(None);
        };
        let found = self.core.store.find_session_by_id(session).await?;
        let live =
            |session: &Session, user: &User| session.is_live(self.core.now()) && user.status == UserStatus::Active;
        Ok(found
            .filter(|(session, user)| live(session, user))
            .map(|(session, user)| Account::away(session, user, true)))
    }

    async fn grant_account(&self, session: &Session, user: &User) -> Result<TokenSession, FlowError> {
        let (client, now) = (self.first_party_client().await?, self.core.now());
        let urv = self.place_of(&client).await?;
        let family = RefreshFamily::begin(now, &self.token_issuer.refresh_limits(&client));
        let grant = Grant {
            id: GrantId::new(now, &*self.core.random),
            client_id: client.id.clone(),
            user_id: user.id,
            session_id: session.id,
            scope: Scope::of([ACCOUNT_SCOPE]),
            targets: Some(GrantTargets { usher: true, ..GrantTargets::default() }),
            claims: ClaimsRequest::default(),
            auth_time: session.auth_time,
            acr: session.acr.clone(),
            amr: session.amr.clone(),
            created_at: now,
            refresh: Some(family),
            revoked_at: None,
        };
        let event = self
            .core
            .event(EventKind::GRANT_CREATED)
            .with_user(user.id)
            .with_session(session.id)
            .with_client(&client.id)
            .with_grant(grant.id)
            .with_project(client.project_id)
            .with("scope", grant.scope.to_string());
        if self.core.store.spend_code(grant.clone(), event).await? != Spend::Done {
            return Err(Rejected::CredentialGone.into());
        }
        let generation = Some(family.generation);
        let (client, grant, sub, scope) = (&*client, &grant, &user.sub, &grant.scope);
        let targets = self.token_issuer.targets_of_grant(client, grant.targets.as_ref(), scope).await?;
        let request = TargetRequest { targets: &targets, resources: &[], scope, urv };
        let target = &self.token_issuer.target(client, request).await?;
        let issue =
            Issue { client, grant, sub, scope, target, nonce: None, generation, binding: None, refresh_binding: None };
        Ok(TokenSession { session: session.id, tokens: self.token_issuer.issue(issue).await? })
    }

    /// The position of the feed of a client's project. Read before the tokens are made: later revocations have later
    /// positions.
    async fn place_of(&self, client: &Client) -> Result<i64, FlowError> {
        Ok(self.core.store.feed_place(client.project_id).await?.map_or(0, |place| place.position))
    }
}
