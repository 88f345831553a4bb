//! The JWT bearer grant (RFC 7523 §2.1) with an identity assertion (ID-JAG,
//! draft-ietf-oauth-identity-assertion-authz-grant §4.4): a client that an upstream provider vouches for gets an access
//! token for a user who has linked that provider.
//!
//! The token is for APIs alone, with what the assertion, the client's registration and the API all allow. It has a session
//! of its own, opened by the identity: whatever ends sessions of that identity ends the token.

use crate::oauth::grants::handler::{GrantHandler, GrantRequest, GrantTypeRow};
use crate::oauth::issue::{Issue, TokenIssuer};
use crate::oauth::token_call::TokenCall;
use crate::oauth::token_target::{TargetRequest, TokenTarget};
use std::sync::Arc;
use usher_accounts::apis::not_reachable;
use usher_accounts::core::Core;
use usher_accounts::error::FlowError;
use usher_accounts::login::accounts::secret_hash;
use usher_accounts::upstream::UpstreamFault;
use usher_accounts::upstream::identity_assertions::TrustedAssertion;
use usher_accounts::upstream::providers::Providers;
use usher_domain::event::EventKind;
use usher_domain::id::{GrantId, IdentityId, SessionId};
use usher_domain::oauth::client::Client;
use usher_domain::oauth::grant::Grant;
use usher_domain::oauth::single_use::SingleUseId;
use usher_domain::oauth::target::GrantTargets;
use usher_domain::time::Timestamp;
use usher_domain::user::authentication::{AuthMeans, Authentication, acr_meets};
use usher_domain::user::session::Session;
use usher_domain::user::{User, UserStatus};
use usher_protocol::cause::RejectionCause;
use usher_protocol::claims::ClaimsRequest;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::grant_type::GrantType;
use usher_protocol::id_jag::{IdJagFault, IdJagRules, JWT_BEARER_GRANT, ReceivedIdJag, check};
use usher_protocol::scope::Scope;
use usher_protocol::token::{TokenForm, TokenResponse};

pub const ROW: GrantTypeRow = GrantTypeRow {
    grant_type: GrantType { name: JWT_BEARER_GRANT, confidential: true },
    make: |deps| {
        Arc::new(JwtBearerGrant {
            core: deps.core.clone(),
            providers: deps.providers.clone(),
            token_issuer: deps.token_issuer.clone(),
        })
    },
};

struct JwtBearerGrant {
    core: Arc<Core>,
    providers: Arc<Providers>,
    token_issuer: Arc<TokenIssuer>,
}

/// The parameters of a request.
struct BearerRequest {
    assertion: String,
    scope: Option<Scope>,
    resources: Vec<String>,
}

/// The user of an assertion.
struct AssertedUser {
    user: User,
    identity: IdentityId,
    authentication: Authentication,
}

impl GrantHandler for JwtBearerGrant {
    fn read<'a>(&'a self, form: &TokenForm<'_>) -> Result<GrantRequest<'a>, OAuthError> {
        let assertion = form.require("assertion")?.to_owned();
        let request = BearerRequest { assertion, scope: form.scope()?, resources: form.resources()? };
        Ok(Box::new(move |call| Box::pin(async move { self.accept(&call, &request).await })))
    }
}

impl JwtBearerGrant {
    async fn accept(&self, call: &TokenCall, request: &BearerRequest) -> Result<TokenResponse, FlowError> {
        let client = &*call.client;
        let trusted = self.trusted(&request.assertion).await?;
        let rules = IdJagRules { client_id: &client.id.0, issuer: self.core.issuer(), now: self.core.now().0 };
        let signed = &trusted.signed;
        let received = check(signed.typ.as_deref(), &signed.claims, &rules).map_err(RejectionCause::IdJag)?;
        if received.cnf.is_some() && received.cnf != call.binding {
            return Err(refused(IdJagFault::ProofMissing));
        }
        let person = self.person(client, &trusted, &received).await?;
        let (targets, scope) = self.targets_of(client, &received, request).await?;
        let wanted = TargetRequest { targets: &targets, resources: &[], scope: &scope, urv: call.urv };
        let target = self.token_issuer.target(client, wanted).await?;
        if request.scope.as_ref().is_some_and(|asked| !asked.is_subset_of(&target.scope)) {
            let why =
                "scope names what the assertion or this client may not ask for, or what none of the resources has";
            return Err(OAuthError::new(ErrorCode::InvalidScope, why).into());
        }
        let (session, grant) = self.opened(client, &received, &person, (&target, targets));
        self.insert(client, &trusted, &received, (person.identity, &session, &grant)).await?;
        let issue = Issue {
            client,
            grant: &grant,
            sub: &person.user.sub,
            scope: &grant.scope,
            target: &target,
            nonce: None,
            generation: None,
            binding: call.binding.as_ref(),
            refresh_binding: None,
        };
        self.token_issuer.issue(issue).await
    }

    async fn trusted(&self, assertion: &str) -> Result<TrustedAssertion, FlowError> {
        match self.providers.verify_assertion(assertion).await {
            Ok(verified) => verified.map_err(refused),
            // It was deleted meanwhile, or its settings are broken.
            Err(UpstreamFault::UnknownProvider | UpstreamFault::Upstream(_) | UpstreamFault::Rejected(_)) => {
                Err(refused(IdJagFault::UntrustedIssuer))
            }
            Err(UpstreamFault::Flow(error)) => Err(error),
        }
    }

    /// The user who has linked the account that the assertion names. Nobody is created or linked without a sign-in. Whoever
    /// protects the account with a second factor is not circumvented: the assertion has two factors, and its provider is
    /// trusted with them.
    async fn person(
        &self,
        client: &Client,
        trusted: &TrustedAssertion,
        received: &ReceivedIdJag,
    ) -> Result<AssertedUser, FlowError> {
        let store = &self.core.store;
        let identity = store.find_identity(&trusted.signed.issuer, &received.subject).await?;
        let identity = identity.ok_or_else(|| refused(IdJagFault::UnknownUser))?;
        let user = store.find_user(identity.user_id).await?.filter(|user| user.status == UserStatus::Active);
        let user = user.ok_or_else(|| refused(IdJagFault::UnknownUser))?;
        let authentication = Authentication::by(AuthMeans::Upstream {
            provider: trusted.provider.id.to_string(),
            amr: received.amr.clone(),
            acr: received.acr.clone(),
            trusted: trusted.provider.trust_factors,
        });
        let protected = store.find_factors(user.id).await?.ask_second_step();
        let unmet = client.required_acr().is_some_and(|required| !acr_meets(authentication.acr(), required));
        if unmet || protected && !authentication.is_two_factors() {
            return Err(refused(IdJagFault::SecondFactor));
        }
        Ok(AssertedUser { user, identity: identity.id, authentication })
    }

    /// The APIs of the assertion that this client may ask for, else those of its registration, narrowed by the request; and
    /// the scope that all of them allow together.
    async fn targets_of(
        &self,
        client: &Client,
        received: &ReceivedIdJag,
        request: &BearerRequest,
    ) -> Result<(GrantTargets, Scope), FlowError> {
        let apis = &self.token_issuer.apis;
        let mut reached = Vec::new();
        for resource in &received.resources {
            if apis.reachable(client, resource).await?.is_some() {
                reached.push(resource.clone());
            }
        }
        let named = if request.resources.is_empty() { &reached } else { &request.resources };
        let outside = named.iter().any(|one| !received.resources.is_empty() && !received.resources.contains(one));
        if outside || reached.is_empty() && !received.resources.is_empty() {
            return Err(not_reachable().into());
        }
        let mut found = apis.targets_of(client, named, received.scope.as_ref()).await?;
        found.targets.usher = false;
        let at_apis = found.targets.apis.values().fold(Scope::default(), |all, scope| all.union(scope));
        let scope = request.scope.as_ref().map_or(at_apis.clone(), |asked| asked.intersection(&at_apis));
        Ok((found.targets, scope))
    }

    /// The session and the grant of the token: both end with it.
    fn opened(
        &self,
        client: &Client,
        received: &ReceivedIdJag,
        person: &AssertedUser,
        (target, targets): (&TokenTarget, GrantTargets),
    ) -> (Session, Grant) {
        let now = self.core.now();
        let end = now + target.lifetime;
        let session = Session {
            id: SessionId::new(now, &*self.core.random),
            user_id: person.user.id,
            auth_time: Timestamp(received.auth_time),
            amr: person.authentication.amr(),
            acr: person.authentication.acr().to_owned(),
            created_at: now,
            last_seen_at: now,
            idle_expires_at: end,
            expires_at: end,
            ended_at: None,
            user_agent: None,
            source: None,
        };
        let grant = Grant {
            id: GrantId::new(now, &*self.core.random),
            client_id: client.id.clone(),
            user_id: person.user.id,
            session_id: session.id,
            scope: target.scope.clone(),
            targets: Some(targets),
            claims: ClaimsRequest::default(),
            auth_time: session.auth_time,
            acr: session.acr.clone(),
            amr: session.amr.clone(),
            created_at: now,
            refresh: None,
            revoked_at: None,
        };
        (session, grant)
    }

    /// Uses the assertion up, and inserts session and grant, if the identity still belongs to its user.
    async fn insert(
        &self,
        client: &Client,
        trusted: &TrustedAssertion,
        received: &ReceivedIdJag,
        (identity, session, grant): (IdentityId, &Session, &Grant),
    ) -> Result<(), FlowError> {
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
            .with("scope", grant.scope.to_string())
            .with("provider", trusted.provider.id.as_str());
        let id = SingleUseId::of_id_jag(&trusted.signed.issuer, &received.jti);
        // Nobody knows the secret of the session: no browser can use it.
        let unknown = secret_hash(&self.core.random.token());
        let mut tx = self.core.store.begin().await?;
        if !tx.use_once(id, Timestamp(received.expires_at)).await? {
            return Err(refused(IdJagFault::Replayed));
        }
        if !tx.hold_identity(session.user_id, identity).await? {
            return Err(refused(IdJagFault::UnknownUser));
        }
        tx.insert_session(session, &unknown).await?;
        tx.mark_session(session.id, identity, None).await?;
        tx.append(&opened).await?;
        if !tx.insert_grant(grant, &created).await? {
            return Err(refused(IdJagFault::UnknownUser));
        }
        Ok(tx.commit().await?)
    }
}

fn refused(fault: IdJagFault) -> FlowError {
    OAuthError::from(RejectionCause::IdJag(fault)).into()
}
