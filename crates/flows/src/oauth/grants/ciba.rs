//! The CIBA grant (CIBA Core §10.1 and §11): a client asks until the person has answered, and gets its tokens once. One that
//! is called when they have may also ask.

use crate::oauth::grants::answered_request::{AnsweredRequest, Redemption, not_answered};
use crate::oauth::grants::handler::{GrantHandler, GrantRequest, GrantTypeRow};
use crate::oauth::token_call::TokenCall;
use std::sync::Arc;
use usher_accounts::core::Core;
use usher_accounts::error::FlowError;
use usher_accounts::login::accounts::secret_hash;
use usher_domain::oauth::ciba_request::CibaRequest;
use usher_domain::oauth::waiting_request::{Poll, SLOW_DOWN};
use usher_protocol::cause::RejectionCause;
use usher_protocol::ciba::CIBA_GRANT;
use usher_protocol::error::OAuthError;
use usher_protocol::grant_type::GrantType;
use usher_protocol::token::{TokenForm, TokenResponse};

pub const ROW: GrantTypeRow = GrantTypeRow {
    grant_type: GrantType { name: CIBA_GRANT, confidential: true },
    make: |deps| Arc::new(CibaGrant { core: deps.core.clone(), redemption: Redemption::new(deps) }),
};

struct CibaGrant {
    core: Arc<Core>,
    redemption: Redemption,
}

impl GrantHandler for CibaGrant {
    fn read<'a>(&'a self, form: &TokenForm<'_>) -> Result<GrantRequest<'a>, OAuthError> {
        let (auth_req_id, resources) = (form.require("auth_req_id")?.to_owned(), form.resources()?);
        Ok(Box::new(move |call| Box::pin(async move { self.poll(&call, &auth_req_id, &resources).await })))
    }
}

impl CibaGrant {
    async fn poll(
        &self,
        call: &TokenCall,
        auth_req_id: &str,
        resources: &[String],
    ) -> Result<TokenResponse, FlowError> {
        let found = self.core.store.find_ciba_request_by_hash(&secret_hash(auth_req_id)).await?;
        let request = found.ok_or(RejectionCause::UnknownAuthReqId)?;
        request.check(&call.client.id)?;
        match request.poll(self.core.now()) {
            Poll::Pending => Err(self.pending(&request).await?.into()),
            Poll::Denied => Err(RejectionCause::CibaDenied.into()),
            Poll::Expired => Err(RejectionCause::AuthReqIdExpired.into()),
            Poll::Allowed(approval) => {
                let answered = AnsweredRequest {
                    id: request.id,
                    scope: &request.scope,
                    targets: Some(&request.targets),
                    // It is that of a server, not of the device that the person signs in on.
                    user_agent: None,
                    source: &request.source,
                    approval,
                };
                self.redemption.redeem(call, &answered, resources).await
            }
        }
    }

    async fn pending(&self, request: &CibaRequest) -> Result<OAuthError, FlowError> {
        let mut tx = self.core.store.begin().await?;
        let polled = tx.poll_ciba_request(request.id, self.core.now(), SLOW_DOWN).await?;
        tx.commit().await?;
        Ok(not_answered(polled))
    }
}
