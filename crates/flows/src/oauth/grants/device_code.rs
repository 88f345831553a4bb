//! The device code grant (RFC 8628 §3.4 and §3.5): a device asks until the person has answered, and gets its tokens
//! once.

use crate::oauth::grants::answered_request::{AnsweredRequest, Redemption, not_answered};
use crate::oauth::grants::handler::{GrantHandler, GrantRequest, GrantTypeRow};
use crate::oauth::token_call::TokenCall;
use std::sync::Arc;
use usher_accounts::core::Core;
use usher_accounts::error::FlowError;
use usher_accounts::login::accounts::secret_hash;
use usher_accounts::login::throttle::Throttles;
use usher_domain::oauth::device_authorization::DeviceAuthorization;
use usher_domain::oauth::waiting_request::{Poll, SLOW_DOWN};
use usher_protocol::cause::RejectionCause;
use usher_protocol::device::DEVICE_CODE_GRANT;
use usher_protocol::error::OAuthError;
use usher_protocol::grant_type::GrantType;
use usher_protocol::token::{TokenForm, TokenResponse};

pub const ROW: GrantTypeRow = GrantTypeRow {
    grant_type: GrantType { name: DEVICE_CODE_GRANT, confidential: false },
    make: |deps| {
        Arc::new(DeviceCodeGrant {
            core: deps.core.clone(),
            throttles: deps.throttles.clone(),
            redemption: Redemption::new(deps),
        })
    },
};

struct DeviceCodeGrant {
    core: Arc<Core>,
    throttles: Arc<Throttles>,
    redemption: Redemption,
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
            Poll::Pending => Err(self.pending(&request).await?.into()),
            Poll::Denied => Err(RejectionCause::DeviceDenied.into()),
            Poll::Expired => Err(RejectionCause::DeviceCodeExpired.into()),
            Poll::Allowed(approval) => {
                let answered = AnsweredRequest {
                    id: request.id,
                    scope: &request.scope,
                    targets: request.targets.as_ref(),
                    user_agent: request.user_agent.as_deref(),
                    source: &request.source,
                    approval,
                };
                self.redemption.redeem(call, &answered, resources).await
            }
        }
    }

    /// The error for a device whose person has not answered yet.
    async fn pending(&self, request: &DeviceAuthorization) -> Result<OAuthError, FlowError> {
        let mut tx = self.core.store.begin().await?;
        let polled = tx.poll_device_code(request.id, self.core.now(), SLOW_DOWN).await?;
        tx.commit().await?;
        Ok(not_answered(polled))
    }
}
