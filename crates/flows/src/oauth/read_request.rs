//! Where the parameters of an authorization request are: in the request itself, in a request object (RFC 9101), or pushed
//! before (RFC 9126).

use std::borrow::Cow;
use std::sync::Arc;

use crate::oauth::authorize::{Authorizations, AuthorizeFault, Outcome};
use usher_accounts::error::FlowError;
use usher_accounts::login::accounts::Account;
use usher_domain::id::ClientId;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::interaction::Interaction;
use usher_domain::oauth::single_use::SingleUseId;
use usher_protocol::authorize::request_object::PUSHED_PREFIX;
use usher_protocol::authorize::{AuthorizeRequest, Destination, RequestTransport};
use usher_protocol::cause::RejectionCause;
use usher_protocol::error::OAuthError;
use usher_protocol::params::Params;

/// The parameters that count, and how they reached the server.
pub(super) struct ReadRequest<'p> {
    pub params: Cow<'p, Params>,
    pub transport: RequestTransport,
    /// The pushed request that they are from.
    pub pushed: Option<SingleUseId>,
}

impl Authorizations {
    /// The client that a request from this network names.
    pub(super) async fn client_named(&self, params: &Params, source: &str) -> Result<Arc<Client>, AuthorizeFault> {
        let id = ClientId(Destination::read(params)?.client_id);
        let client = self.client_documents.find_client(&id, source).await?.map_err(AuthorizeFault::ClientDocument)?;
        match client.ok_or(AuthorizeFault::UnknownClient)? {
            client if client.is_active() => Ok(client),
            _ => Err(AuthorizeFault::DisabledClient),
        }
    }

    /// The parameters of a request; `Err` within if its request object is refused.
    ///
    /// # Errors
    /// `invalid_request_uri` for a pushed request that is unknown: its redirect URI is unknown, too.
    pub(super) async fn read_request<'p>(
        &self,
        client: &Client,
        params: &'p Params,
    ) -> Result<Result<ReadRequest<'p>, OAuthError>, AuthorizeFault> {
        let uri = params.get("request_uri").map_err(|_| OAuthError::repeated("request_uri"))?;
        if let Some(handle) = uri.and_then(|uri| uri.strip_prefix(PUSHED_PREFIX)) {
            let loaded = self.pushed_requests.load(client, handle).await.map_err(|error| match error {
                FlowError::OAuth(error) => AuthorizeFault::Bad(error),
                other => AuthorizeFault::Flow(other),
            })?;
            let (params, pushed) = (Cow::Owned(loaded.params), Some(loaded.id));
            return Ok(Ok(ReadRequest { params, transport: loaded.transport, pushed }));
        }
        Ok(self.request_objects.read(client, params).await.map(|object| {
            let transport = RequestTransport { pushed: false, signed: object.is_some() };
            ReadRequest { params: object.map_or(Cow::Borrowed(params), Cow::Owned), transport, pushed: None }
        }))
    }

    /// The error response for a request whose request object is refused. What is outside of the object says where to send
    /// it; without that, it is shown on a page.
    pub(super) async fn refuse_unread(
        &self,
        client: &Arc<Client>,
        params: &Params,
        error: OAuthError,
    ) -> Result<Outcome, AuthorizeFault> {
        match self.prove_redirect(client, Destination::read(params)?.redirect_uri).await {
            Ok(redirect_uri) => {
                let asked = AuthorizeRequest::to_answer(params);
                self.record_error(client, params, &error);
                Ok(self.refuse_at_once(client, &redirect_uri, &asked, error).await?)
            }
            Err(AuthorizeFault::RedirectMissing) => Err(AuthorizeFault::Bad(error)),
            Err(other) => Err(other),
        }
    }

    /// The code for the client, for which a pushed request is used up.
    pub(super) async fn answer_with_code(
        &self,
        interaction: Interaction,
        client: &Client,
        account: &Account,
    ) -> Result<Outcome, FlowError> {
        if self.use_up_pushed(&interaction).await? {
            return Ok(Outcome::Answer(self.code_response(&interaction, client, account).await?));
        }
        self.refuse_interaction(interaction, Some(account), RejectionCause::UnknownPushedRequest.into()).await
    }

    /// Uses up the pushed request of an interaction, if it is one. `false` if another browser has done so.
    async fn use_up_pushed(&self, interaction: &Interaction) -> Result<bool, FlowError> {
        match interaction.pushed {
            None => Ok(true),
            Some(pushed) => self.pushed_requests.use_up(pushed, &interaction.browser).await,
        }
    }
}
