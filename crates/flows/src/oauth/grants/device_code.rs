//! The device code grant (RFC 8628 §3.4 and §3.5): a device asks until the person has answered, and gets its tokens
//! once.

use crate::oauth::grants::code_reuse::{ReusedCode, end_reused};
use crate::oauth::grants::handler::{GrantHandler, GrantRequest, GrantTypeRow};
use crate::oauth::issue::{Issue, TokenIssuer};
use crate::oauth::token_call::TokenCall;
use crate::oauth::token_target::TargetRequest;
use std::sync::Arc;
use usher_accounts::core::Core;
use usher_accounts::end::Endings;
use usher_accounts::error::FlowError;
use usher_accounts::login::accounts::secret_hash;
use usher_accounts::login::throttle::Throttles;
use usher_domain::event::EventKind;
use usher_domain::id::SessionId;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::code::is_repeated;
use usher_domain::oauth::device_authorization::{DeviceApproval, DeviceAuthorization, DevicePoll, SLOW_DOWN};
use usher_domain::oauth::grant::{Grant, RefreshFamily};
use usher_domain::user::session::Session;
use usher_protocol::cause::RejectionCause;
use usher_protocol::claims::ClaimsRequest;
use usher_protocol::device::DEVICE_CODE_GRANT;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::grant_type::GrantType;
use usher_protocol::token::{TokenForm, TokenResponse};
use usher_storage::device_codes::Polled;
use usher_storage::grants::Spend;
use usher_storage::users::sessions::Standing;

pub const ROW: GrantTypeRow = GrantTypeRow {
    grant_type: GrantType { name: DEVICE_CODE_GRANT, confidential: false },
    make: |deps| {
        Arc::new(DeviceCodeGrant {
            core: deps.core.clone(),
            endings: deps.endings.clone(),
            throttles: deps.throttles.clone(),
            token_issuer: deps.token_issuer.clone(),
        })
    },
};

struct DeviceCodeGrant {
    core: Arc<Core>,
    endings: Arc<Endings>,
    throttles: Arc<Throttles>,
    token_issuer: Arc<TokenIssuer>,
}

impl GrantHandler for DeviceCodeGrant {
    fn read<'a>(&'a self, form: &TokenForm<'_>) -> Result<GrantRequest<'a>, OAuthError> {
        let device_code = form.require("device_code")?.to_owned();
        let verifier = form.get("code_verifier")?.map(str::to_owned);
        let resources = form.resources()?;
        Ok(Box::new(move |call| {
            Box::pin(async move { self.poll(&call, &device_code, verifier.as_deref(), &resources).await })
        }))
    }
}

impl DeviceCodeGrant {
    async fn poll(
        &self,
        call: &TokenCall,
        device_code: &str,
        verifier: Option<&str>,
        resources: &[String],
    ) -> Result<TokenResponse, FlowError> {
        let found = self.core.store.find_device_code(&secret_hash(device_code)).await?;
        let request = found.ok_or(RejectionCause::UnknownDeviceCode)?;
        if let Err(cause) = request.check(&call.client.id, verifier) {
            if cause == RejectionCause::WrongVerifier {
                self.throttles.count_code_failure(request.id).await?;
            }
            return Err(cause.into());
        }
        match request.poll(self.core.now()) {
            DevicePoll::Pending => Err(self.pending(&request).await?.into()),
            DevicePoll::Denied => Err(RejectionCause::DeviceDenied.into()),
            DevicePoll::Expired => Err(RejectionCause::DeviceCodeExpired.into()),
            DevicePoll::Allowed(approval) => self.redeem(call, &request, &approval, resources).await,
        }
    }

    /// The error for a device whose person has not answered yet.
    async fn pending(&self, request: &DeviceAuthorization) -> Result<OAuthError, FlowError> {
        let mut tx = self.core.store.begin().await?;
        let polled = tx.poll_device_code(request.id, self.core.now(), SLOW_DOWN).await?;
        tx.commit().await?;
        Ok(match polled {
            Polled::TooEarly => {
                OAuthError::new(ErrorCode::SlowDown, "the device asks too often: wait five seconds longer each time")
            }
            // If it was answered meanwhile, the next request gets the answer.
            Polled::InTime | Polled::Over => {
                OAuthError::new(ErrorCode::AuthorizationPending, "the person has not answered yet: ask again later")
            }
        })
    }

    async fn redeem(
        &self,
        call: &TokenCall,
        request: &DeviceAuthorization,
        approval: &DeviceApproval,
        resources: &[String],
    ) -> Result<TokenResponse, FlowError> {
        let (client, proof_key) = (&*call.client, call.proof_key.as_deref());
        let session = self.session_of(request, approval);
        let grant = self.grant_of(client, request, approval, session.id);
        // Before the code is spent: a request for the wrong resource does not use it up.
        let targets = self.token_issuer.targets_of_grant(client, grant.targets.as_ref(), &grant.scope).await?;
        let wanted = TargetRequest { targets: &targets, resources, scope: &grant.scope, urv: call.urv };
        let target = self.token_issuer.target(client, wanted).await?;
        let spend = match self.insert(client, &grant, &session, approval).await? {
            Some(spend) => spend,
            None => self.core.store.why_no_grant(grant.id).await?,
        };
        match spend {
            Spend::Done => {}
            Spend::SpentAt(at) if is_repeated(at, self.core.now()) => return Err(RejectionCause::CodeRepeated.into()),
            Spend::SpentAt(_) => return self.reused(client, request).await,
            Spend::NotAllowed => return Err(RejectionCause::ConsentWithdrawn.into()),
            Spend::NoLonger => return Err(RejectionCause::SignInOver.into()),
        }
        let user = self.core.store.find_user(approval.user_id).await?.ok_or(RejectionCause::SignInOver)?;
        let issue = Issue {
            client,
            grant: &grant,
            sub: &user.sub,
            scope: &grant.scope,
            target: &target,
            nonce: None,
            generation: grant.refresh.map(|family| family.generation),
            proof_key,
            refresh_key: proof_key.filter(|_| client.metadata.is_public()),
        };
        self.token_issuer.issue(issue).await
    }

    /// Inserts the grant under the id of the request, which only one transaction can do, with a session of the device's
    /// own: signing out in the browser of the answer, on somebody's computer perhaps, leaves the device signed in.
    /// `None` if the request was redeemed before, or the session of the answer has ended.
    async fn insert(
        &self,
        client: &Client,
        grant: &Grant,
        session: &Session,
        approval: &DeviceApproval,
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

    fn session_of(&self, request: &DeviceAuthorization, approval: &DeviceApproval) -> Session {
        let (now, settings) = (self.core.now(), &self.core.config.session);
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
            user_agent: request.user_agent.clone(),
            source: Some(request.source.clone()),
        }
    }

    fn grant_of(
        &self,
        client: &Client,
        request: &DeviceAuthorization,
        approval: &DeviceApproval,
        session: SessionId,
    ) -> Grant {
        let now = self.core.now();
        let offline = request.scope.contains("offline_access");
        Grant {
            id: request.id,
            client_id: client.id.clone(),
            user_id: approval.user_id,
            session_id: session,
            scope: request.scope.clone(),
            targets: request.targets.clone(),
            claims: ClaimsRequest::default(),
            auth_time: approval.auth_time,
            acr: approval.acr.clone(),
            amr: approval.amr.clone(),
            created_at: now,
            refresh: offline.then(|| RefreshFamily::begin(now, &self.token_issuer.refresh_limits(client))),
            revoked_at: None,
        }
    }

    async fn reused(&self, client: &Client, request: &DeviceAuthorization) -> Result<TokenResponse, FlowError> {
        if let Some(first) = self.core.store.find_grant(request.id).await? {
            let (user, session) = (first.grant.user_id, first.grant.session_id);
            let code = ReusedCode { grant: request.id, client: &client.id, user, session };
            end_reused(&self.core, &self.endings, code).await?;
        }
        Err(RejectionCause::CodeSpent.into())
    }
}
