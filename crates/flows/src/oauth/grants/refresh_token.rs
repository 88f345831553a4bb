//! The refresh token grant (RFC 6749 §6); an old token whose successor was used ends its family (RFC 9700 §4.14.2).
//! `usher_domain::oauth::grant` decides what an old token means.

use crate::oauth::grants::handler::{GrantHandler, GrantRequest, GrantTypeRow};
use crate::oauth::issue::{Issue, RefreshTokenContent, TokenIssuer};
use crate::oauth::token_call::TokenCall;
use crate::oauth::token_target::{TargetRequest, TokenTarget};
use std::sync::Arc;
use usher_accounts::core::Core;
use usher_accounts::end::Endings;
use usher_accounts::error::FlowError;
use usher_accounts::security_emails::SecurityEmails;
use usher_domain::event::EventKind;
use usher_domain::id::GrantId;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::grant::{Grant, Refresh, RefreshLimits, ReuseEnds};
use usher_domain::user::session::EndReason;
use usher_mail::emails;
use usher_protocol::cause::RejectionCause;
use usher_protocol::confirmation::KeyConfirmation;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::grant_type::GrantType;
use usher_protocol::scope::Scope;
use usher_protocol::token::{TokenForm, TokenResponse};
use usher_storage::Tx;
use usher_storage::grants::{GrantOf, Presented};

/// How often to decide again when another request was faster.
const TRIES: u32 = 3;

pub const ROW: GrantTypeRow = GrantTypeRow {
    grant_type: GrantType { name: "refresh_token", confidential: false },
    make: |deps| {
        Arc::new(RefreshTokenGrant {
            core: deps.core.clone(),
            endings: deps.endings.clone(),
            security_emails: deps.security_emails.clone(),
            token_issuer: deps.token_issuer.clone(),
        })
    },
};

/// A call with a refresh token, and what the token is bound to. Its successor is bound to the same.
struct RefreshCall<'c> {
    call: &'c TokenCall,
    binding: Option<KeyConfirmation>,
}

/// The grant type `refresh_token`.
pub struct RefreshTokenGrant {
    pub(crate) core: Arc<Core>,
    pub(crate) endings: Arc<Endings>,
    pub(crate) security_emails: Arc<SecurityEmails>,
    pub(crate) token_issuer: Arc<TokenIssuer>,
}

impl GrantHandler for RefreshTokenGrant {
    fn read<'a>(&'a self, form: &TokenForm<'_>) -> Result<GrantRequest<'a>, OAuthError> {
        let token = form.require("refresh_token")?.to_owned();
        let asked = Narrowing { scope: form.scope()?, resources: form.resources()? };
        Ok(Box::new(move |call| Box::pin(async move { self.refresh(&call, &token, &asked).await })))
    }
}

/// What a request asks for, at most what was granted; everything if it does not say.
#[derive(Debug, Default)]
pub(crate) struct Narrowing {
    pub scope: Option<Scope>,
    pub resources: Vec<String>,
}

impl Narrowing {
    fn is_none(&self) -> bool {
        self.scope.is_none() && self.resources.is_empty()
    }
}

impl RefreshTokenGrant {
    pub(crate) async fn refresh(
        &self,
        call: &TokenCall,
        token: &str,
        asked: &Narrowing,
    ) -> Result<TokenResponse, FlowError> {
        let client = &*call.client;
        let read = self.token_issuer.read_refresh_token(token).ok_or(RejectionCause::UnknownRefreshToken)?;
        if read.binding.is_some() && read.binding != call.binding {
            return Err(RejectionCause::BoundToOtherKey.into());
        }
        let RefreshTokenContent { grant, generation, binding } = read;
        let call = &RefreshCall { call, binding };
        if !asked.is_none() {
            self.check_narrowing(client, grant, asked).await?;
        }
        let (now, limits) = (self.core.now(), self.token_issuer.refresh_limits(client));
        let presented = Presented { grant, client: client.id.clone(), generation, now, idle_end: now + limits.idle };
        for _ in 0..TRIES {
            if let Some((found, generation)) = self.move_forward(client, presented.clone()).await? {
                return self.issue_refreshed(call, &found, asked, generation).await;
            }
            match self.judge(&presented, &limits).await? {
                // Another request rotated the family between the two reads: read again.
                (Refresh::Rotate { .. }, _) => {}
                (Refresh::Retry { leaf }, Some(found)) => {
                    return self.issue_refreshed(call, &found, asked, leaf).await;
                }
                (Refresh::Reuse, Some(found)) => return self.token_reused(client, found.grant).await,
                (Refresh::Straggler, _) => return Err(RejectionCause::RefreshTokenLate.into()),
                (_, Some(_)) => return Err(RejectionCause::GrantOver.into()),
                (_, None) => return Err(RejectionCause::RefreshTokenOfOtherClient.into()),
            }
        }
        Err(OAuthError::new(ErrorCode::TemporarilyUnavailable, "the token is being refreshed elsewhere; try again")
            .into())
    }

    /// The common case in one statement: the current token is presented, and a new one replaces it.
    async fn move_forward(&self, client: &Client, presented: Presented) -> Result<Option<(GrantOf, u32)>, FlowError> {
        let mut tx = self.core.store.begin_single().await?;
        let rotates = client.metadata.rotates_refresh_tokens();
        let moved = if rotates { tx.rotate(&presented).await? } else { tx.keep(&presented).await? };
        tx.commit().await?;
        Ok(moved.and_then(|found| found.grant.refresh.map(|family| (found, family.generation))))
    }

    /// Why was the family not rotated? Only a grant of this client is examined: other clients' tokens reveal nothing.
    async fn judge(
        &self,
        presented: &Presented,
        limits: &RefreshLimits,
    ) -> Result<(Refresh, Option<GrantOf>), FlowError> {
        let found = self
            .core
            .store
            .find_grant(presented.grant)
            .await?
            .filter(|found| found.grant.client_id == presented.client);
        let verdict = found
            .as_ref()
            .map_or(Refresh::Dead, |found| found.grant.present(presented.generation, presented.now, limits));
        Ok((verdict, found))
    }

    /// Validates a narrower scope and the resources before anything is rotated: an invalid request must not use up the
    /// token (RFC 6749 §6, RFC 8707 §2.2).
    async fn check_narrowing(&self, client: &Client, grant: GrantId, asked: &Narrowing) -> Result<(), FlowError> {
        let found = self.core.store.find_grant(grant).await?.filter(|found| found.grant.client_id == client.id);
        let Some(GrantOf { grant, .. }) = found else { return Err(RejectionCause::RefreshTokenOfOtherClient.into()) };
        if asked.scope.as_ref().is_some_and(|scope| !scope.is_subset_of(&grant.scope)) {
            return Err(OAuthError::new(ErrorCode::InvalidScope, "scope goes beyond what was granted").into());
        }
        self.target_of(client, &grant, asked, 0).await.map(drop)
    }

    async fn target_of(
        &self,
        client: &Client,
        grant: &Grant,
        asked: &Narrowing,
        urv: i64,
    ) -> Result<TokenTarget, FlowError> {
        let targets = self.token_issuer.targets_of_grant(client, grant.targets.as_ref(), &grant.scope).await?;
        let (resources, scope) = (asked.resources.as_slice(), asked.scope.as_ref().unwrap_or(&grant.scope));
        self.token_issuer.target(client, TargetRequest { targets: &targets, resources, scope, urv }).await
    }

    async fn issue_refreshed(
        &self,
        RefreshCall { call, binding }: &RefreshCall<'_>,
        found: &GrantOf,
        asked: &Narrowing,
        generation: u32,
    ) -> Result<TokenResponse, FlowError> {
        let scope = asked.scope.as_ref().unwrap_or(&found.grant.scope);
        let client = &*call.client;
        let target = self.target_of(client, &found.grant, asked, call.urv).await?;
        // The position of the other project's feed was read after the family: whatever ended the grant in between has an
        // earlier one.
        if target.project != client.project_id && !self.stands(found.grant.id).await? {
            return Err(RejectionCause::GrantOver.into());
        }
        let issue = Issue {
            client,
            grant: &found.grant,
            sub: &found.sub,
            scope,
            target: &target,
            nonce: None,
            generation: Some(generation),
            binding: call.binding.as_ref(),
            refresh_binding: binding.as_ref(),
        };
        self.token_issuer.issue(issue).await
    }

    async fn stands(&self, grant: GrantId) -> Result<bool, FlowError> {
        let found = self.core.store.find_grant(grant).await?;
        Ok(found.is_some_and(|found| found.grant.revoked_at.is_none()))
    }

    /// The token was reused, so two parties have the family: the grant ends, and its session if the settings say so,
    /// durably and before the response. One event and one email, however often it happens.
    async fn token_reused(&self, client: &Client, grant: Grant) -> Result<TokenResponse, FlowError> {
        let ends = self.core.config.tokens.reuse_ends;
        let draft = emails::token_reuse(&client.metadata.client_name, ends);
        let notice = match self.core.store.find_user(grant.user_id).await? {
            Some(user) => Some(self.security_emails.notice(&user, &draft).await?),
            None => None,
        };
        let event = self
            .core
            .event(EventKind::TOKEN_REUSE_DETECTED)
            .with_user(grant.user_id)
            .with_session(grant.session_id)
            .with_client(&grant.client_id)
            .with_grant(grant.id);
        let mut tx = self.core.store.begin().await?;
        if self.end_reused(&mut tx, &grant, ends).await? {
            tx.append(&event).await?;
            if let Some(notice) = &notice {
                notice.post(&mut tx).await?;
            }
            tx.commit().await?;
            self.core.mail_wakeup.notify_one();
        }
        Err(RejectionCause::RefreshTokenReused.into())
    }

    /// Ends the grant or session; `false` if it had ended before.
    async fn end_reused(&self, tx: &mut Tx, grant: &Grant, ends: ReuseEnds) -> usher_storage::Result<bool> {
        Ok(match ends {
            ReuseEnds::Grant => self.endings.end_grant(tx, grant.id, EndReason::TokenReuse).await?.is_some(),
            // The session first and its grants after it: every transaction locks in this order.
            ReuseEnds::Session => {
                let ended =
                    self.endings.end_session(tx, grant.user_id, grant.session_id, EndReason::TokenReuse).await?;
                !ended.clients.is_empty()
            }
        })
    }
}
