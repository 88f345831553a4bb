//! The redemption of a request that a person allowed elsewhere: of a device code or an `auth_req_id`, each of which is
//! redeemed once.

use crate::oauth::grants::code_reuse::{ReusedCode, end_reused};
use crate::oauth::grants::handler::GrantDeps;
use crate::oauth::issue::{Issue, TokenIssuer};
use crate::oauth::token_call::TokenCall;
use crate::oauth::token_target::TargetRequest;
use std::sync::Arc;
use usher_accounts::core::Core;
use usher_accounts::end::Endings;
use usher_accounts::error::FlowError;
use usher_accounts::login::accounts::secret_hash;
use usher_domain::event::EventKind;
use usher_domain::id::{GrantId, SessionId};
use usher_domain::oauth::client::Client;
use usher_domain::oauth::code::is_repeated;
use usher_domain::oauth::grant::{Grant, RefreshFamily};
use usher_domain::oauth::target::GrantTargets;
use usher_domain::oauth::waiting_request::Approval;
use usher_domain::user::session::Session;
use usher_protocol::cause::RejectionCause;
use usher_protocol::claims::ClaimsRequest;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::scope::Scope;
use usher_protocol::token::TokenResponse;
use usher_storage::grants::Spend;
use usher_storage::users::sessions::Standing;
use usher_storage::waiting_requests::Polled;

/// A request that was allowed.
pub(super) struct AnsweredRequest<'a> {
    pub id: GrantId,
    pub scope: &'a Scope,
    /// Absent in requests of former versions.
    pub targets: Option<&'a GrantTargets>,
    /// The program that asked, if it is the one that gets the tokens.
    pub user_agent: Option<&'a str>,
    /// The network that the request came from.
    pub source: &'a str,
    pub approval: &'a Approval,
}

/// Redeems such requests.
pub(super) struct Redemption {
    core: Arc<Core>,
    endings: Arc<Endings>,
    token_issuer: Arc<TokenIssuer>,
}

/// The error for a client whose person has not answered yet (RFC 8628 §3.5, CIBA Core §11).
pub(super) fn not_answered(polled: Polled) -> OAuthError {
    match polled {
        Polled::TooEarly => {
            OAuthError::new(ErrorCode::SlowDown, "the client asks too often: wait five seconds longer each time")
        }
        // If it was answered meanwhile, the next request gets the answer.
        Polled::InTime | Polled::Over => {
            OAuthError::new(ErrorCode::AuthorizationPending, "the person has not answered yet: ask again later")
        }
    }
}

impl Redemption {
    pub(super) fn new(deps: &GrantDeps) -> Self {
        let GrantDeps { core, endings, token_issuer, .. } = deps;
        Self { core: core.clone(), endings: endings.clone(), token_issuer: token_issuer.clone() }
    }

    /// Redeems a request, once. A second redemption ends the grant, unless it is the first one sent twice
    /// by a client without the profile `fapi2`.
    pub(super) async fn redeem(
        &self,
        call: &TokenCall,
        request: &AnsweredRequest<'_>,
        resources: &[String],
    ) -> Result<TokenResponse, FlowError> {
        let (client, binding) = (&*call.client, call.binding.as_ref());
        let session = self.session_of(request);
        let grant = self.grant_of(client, request, session.id);
        // Before the request is spent: a token request for the wrong resource does not use it up.
        let targets = self.token_issuer.targets_of_grant(client, grant.targets.as_ref(), &grant.scope).await?;
        let wanted = TargetRequest { targets: &targets, resources, scope: &grant.scope, urv: call.urv };
        let target = self.token_issuer.target(client, wanted).await?;
        let spend = match self.insert(client, &grant, &session, request.approval).await? {
            Some(spend) => spend,
            None => self.core.store.why_no_grant(grant.id).await?,
        };
        match spend {
            Spend::Done => {}
            Spend::SpentAt(at) if !client.metadata.is_fapi() && is_repeated(at, self.core.now()) => {
                return Err(RejectionCause::CodeRepeated.into());
            }
            Spend::SpentAt(_) => return self.reused(client, request).await,
            Spend::NotAllowed => return Err(RejectionCause::ConsentWithdrawn.into()),
            Spend::NoLonger => return Err(RejectionCause::SignInOver.into()),
        }
        let user = self.core.store.find_user(grant.user_id).await?.ok_or(RejectionCause::SignInOver)?;
        let issue = Issue {
            client,
            grant: &grant,
            sub: &user.sub,
            scope: &grant.scope,
            target: &target,
            nonce: None,
            generation: grant.refresh.map(|family| family.generation),
            binding,
            refresh_binding: binding.filter(|_| client.metadata.is_public()),
        };
        self.token_issuer.issue(issue).await
    }

    /// Inserts the grant under the id of the request, which only one transaction can do, with a session of the client's
    /// own: signing out in the browser of the answer, on somebody's computer perhaps, leaves the client signed in.
    /// `None` if the request was redeemed before, or the session of the answer has ended.
    async fn insert(
        &self,
        client: &Client,
        grant: &Grant,
        session: &Session,
        approval: &Approval,
    ) -> Result<Option<Spend>, FlowError> {
        let opened = self.core.event(EventKind::SESSION_CREATED).with_user(session.user_id).with_session(session.id);
        let opened = opened.with("amr", session.amr.clone());
        let created = self
            .core
            .event(EventKind::GRANT_CREATED)
            .with_user(grant.user_id)
            .with_session(grant.session_id)
            .with_client(&client.id)
            .with_grant(grant.id)
            .with_project(client.project_id)
            .with("scope", grant.scope.to_string());
        // Nobody knows the secret of the session: no browser can use it.
        let unknown = secret_hash(&self.core.random.token());
        let mut tx = self.core.store.begin().await?;
        if !client.skips_consent() && !tx.hold_consent(grant).await? {
            return Ok(Some(Spend::NotAllowed));
        }
        let standing = tx.lock_account(grant.user_id, approval.session_id, self.core.now()).await?;
        if standing == Standing::Gone {
            return Ok(None);
        }
        tx.insert_session(session, &unknown).await?;
        tx.mark_session_like(approval.session_id, session.id).await?;
        tx.append(&opened).await?;
        if !tx.insert_grant(grant, &created).await? {
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some(Spend::Done))
    }

    fn session_of(&self, request: &AnsweredRequest<'_>) -> Session {
        let (now, settings, approval) = (self.core.now(), &self.core.config.session, request.approval);
        Session {
            id: SessionId::new(now, &*self.core.random),
            user_id: approval.user_id,
            auth_time: approval.auth_time,
            amr: approval.amr.clone(),
            acr: approval.acr.clone(),
            created_at: now,
            last_seen_at: now,
            idle_expires_at: now + settings.idle,
            expires_at: now + settings.absolute,
            ended_at: None,
            user_agent: request.user_agent.map(str::to_owned),
            source: Some(request.source.to_owned()),
        }
    }

    fn grant_of(&self, client: &Client, request: &AnsweredRequest<'_>, session: SessionId) -> Grant {
        let (now, approval) = (self.core.now(), request.approval);
        let offline = request.scope.contains("offline_access");
        Grant {
            id: request.id,
            client_id: client.id.clone(),
            user_id: approval.user_id,
            session_id: session,
            scope: request.scope.clone(),
            targets: request.targets.cloned(),
            claims: ClaimsRequest::default(),
            auth_time: approval.auth_time,
            acr: approval.acr.clone(),
            amr: approval.amr.clone(),
            created_at: now,
            refresh: offline.then(|| RefreshFamily::begin(now, &self.token_issuer.refresh_limits(client))),
            revoked_at: None,
        }
    }

    async fn reused(&self, client: &Client, request: &AnsweredRequest<'_>) -> Result<TokenResponse, FlowError> {
        if let Some(first) = self.core.store.find_grant(request.id).await? {
            let (user, session) = (first.grant.user_id, first.grant.session_id);
            let code = ReusedCode { grant: request.id, client: &client.id, user, session };
            end_reused(&self.core, &self.endings, code).await?;
        }
        Err(RejectionCause::CodeSpent.into())
    }
}
