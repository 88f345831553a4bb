//! Exchanges a code for tokens (RFC 6749 §4.1.3), once.

use crate::oauth::grants::code_reuse::{ReusedCode, end_reused};
use crate::oauth::grants::handler::{GrantHandler, GrantRequest, GrantTypeRow};
use crate::oauth::issue::{Issue, TokenIssuer};
use crate::oauth::token_call::TokenCall;
use crate::oauth::token_target::{TargetRequest, TokenTarget};
use std::sync::Arc;
use usher_accounts::core::Core;
use usher_accounts::end::Endings;
use usher_accounts::error::FlowError;
use usher_accounts::login::throttle::Throttles;
use usher_domain::event::{Event, EventKind};
use usher_domain::oauth::client::Client;
use usher_domain::oauth::code::{AuthorizationCode, CodeFault, is_repeated};
use usher_domain::oauth::grant::{Grant, RefreshFamily};
use usher_domain::time::Timestamp;
use usher_protocol::cause::RejectionCause;
use usher_protocol::confirmation::KeyConfirmation;
use usher_protocol::error::OAuthError;
use usher_protocol::grant_type::GrantType;
use usher_protocol::token::{TokenForm, TokenResponse};
use usher_storage::grants::Spend;

pub const ROW: GrantTypeRow = GrantTypeRow {
    grant_type: GrantType { name: "authorization_code", confidential: false },
    make: |deps| {
        Arc::new(AuthorizationCodeGrant {
            core: deps.core.clone(),
            endings: deps.endings.clone(),
            throttles: deps.throttles.clone(),
            token_issuer: deps.token_issuer.clone(),
        })
    },
};

struct AuthorizationCodeGrant {
    core: Arc<Core>,
    endings: Arc<Endings>,
    throttles: Arc<Throttles>,
    token_issuer: Arc<TokenIssuer>,
}

/// The parameters (RFC 6749 §4.1.3, RFC 7636 §4.5).
struct CodeRequest {
    code: String,
    /// That of the authorization request, if it had one.
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    /// Some of the resources of the authorization request (RFC 8707 §2.2).
    resources: Vec<String>,
}

impl GrantHandler for AuthorizationCodeGrant {
    fn read<'a>(&'a self, form: &TokenForm<'_>) -> Result<GrantRequest<'a>, OAuthError> {
        let request = CodeRequest {
            code: form.require("code")?.to_owned(),
            redirect_uri: form.get("redirect_uri")?.map(str::to_owned),
            code_verifier: form.get("code_verifier")?.map(str::to_owned),
            resources: form.resources()?,
        };
        Ok(Box::new(move |call| Box::pin(async move { self.exchange(&call, request).await })))
    }
}

impl AuthorizationCodeGrant {
    async fn exchange(&self, call: &TokenCall, request: CodeRequest) -> Result<TokenResponse, FlowError> {
        let (client, binding) = (&*call.client, call.binding.as_ref());
        let proof_key = binding.and_then(KeyConfirmation::dpop_key);
        let code = self.open_code(&request.code)?;
        let (redirect_uri, verifier) = (request.redirect_uri.as_deref(), request.code_verifier.as_deref());
        match code.check(&client.id, redirect_uri, verifier, proof_key, self.core.now()) {
            Ok(()) => {}
            Err(fault) => {
                if fault == CodeFault::Verifier {
                    self.throttles.count_code_failure(code.grant_id).await?;
                }
                return Err(RejectionCause::from(fault).into());
            }
        }
        let grant = self.grant_of(client, &code);
        // Before the code is spent: a request for the wrong resource does not use it up.
        let target = self.target_of(client, &grant, &request.resources, call.urv).await?;
        let event = self
            .core
            .event(EventKind::GRANT_CREATED)
            .with_user(code.user_id)
            .with_session(code.session_id)
            .with_client(&client.id)
            .with_grant(grant.id)
            .with_project(client.project_id)
            .with("scope", grant.scope.to_string());
        match self.spend_code(client, grant.clone(), event).await? {
            Spend::Done => {}
            Spend::SpentAt(at) => return self.spent_before(client, &code, at).await,
            Spend::NotAllowed => return Err(RejectionCause::ConsentWithdrawn.into()),
            Spend::NoLonger => return Err(RejectionCause::SignInOver.into()),
        }
        let generation = grant.refresh.map(|family| family.generation);
        let issue = Issue {
            client,
            grant: &grant,
            sub: &code.sub,
            scope: &grant.scope,
            target: &target,
            nonce: code.nonce.as_deref(),
            generation,
            binding,
            // The refresh token of a client that authenticates is bound to the client already (RFC 9449 §5).
            refresh_binding: binding.filter(|_| client.metadata.is_public()),
        };
        self.token_issuer.issue(issue).await
    }

    /// Answers a second redemption. A client of FAPI 2.0 is a server, which does not start twice as a page may.
    async fn spent_before(
        &self,
        client: &Client,
        code: &AuthorizationCode,
        at: Timestamp,
    ) -> Result<TokenResponse, FlowError> {
        if !client.metadata.is_fapi() && is_repeated(at, self.core.now()) {
            return Err(RejectionCause::CodeRepeated.into());
        }
        self.code_reused(code).await
    }

    async fn target_of(
        &self,
        client: &Client,
        grant: &Grant,
        resources: &[String],
        urv: i64,
    ) -> Result<TokenTarget, FlowError> {
        let (issuer, scope) = (&self.token_issuer, &grant.scope);
        let targets = issuer.targets_of_grant(client, grant.targets.as_ref(), scope).await?;
        issuer.target(client, TargetRequest { targets: &targets, resources, scope, urv }).await
    }

    fn open_code(&self, sealed: &str) -> Result<AuthorizationCode, RejectionCause> {
        self.core.open_value_text(sealed).ok_or(RejectionCause::UnknownCode)
    }

    /// Checks the consent in the same transaction, so that a withdrawal also covers codes that were issued before it.
    async fn spend_code(&self, client: &Client, grant: Grant, event: Event) -> Result<Spend, FlowError> {
        let spent = if client.skips_consent() {
            self.core.store.spend_code(grant, event).await?
        } else {
            self.core.store.spend_code_under_consent(grant, event).await?
        };
        Ok(spent)
    }

    fn grant_of(&self, client: &Client, code: &AuthorizationCode) -> Grant {
        let now = self.core.now();
        let refresh = code
            .scope
            .contains("offline_access")
            .then(|| RefreshFamily::begin(now, &self.token_issuer.refresh_limits(client)));
        Grant {
            id: code.grant_id,
            client_id: client.id.clone(),
            user_id: code.user_id,
            session_id: code.session_id,
            scope: code.scope.clone(),
            targets: code.targets.clone(),
            claims: code.claims.clone(),
            auth_time: code.auth_time,
            acr: code.acr.clone(),
            amr: code.amr.clone(),
            created_at: now,
            refresh,
            revoked_at: None,
        }
    }

    async fn code_reused(&self, code: &AuthorizationCode) -> Result<TokenResponse, FlowError> {
        let (grant, client) = (code.grant_id, &code.client_id);
        let reused = ReusedCode { grant, client, user: code.user_id, session: code.session_id };
        end_reused(&self.core, &self.endings, reused).await?;
        Err(RejectionCause::CodeSpent.into())
    }
}
