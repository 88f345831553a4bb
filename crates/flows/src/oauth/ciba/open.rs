//! A person opens a CIBA request: from an email, from the account page, or by the address of the page alone.

use crate::oauth::authorize::{Authorizations, Outcome};
use std::sync::Arc;
use usher_accounts::core::Device;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::accounts::{Account, Browser, mark_hash};
use usher_domain::id::GrantId;
use usher_domain::oauth::ciba_request::CibaRequest;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::interaction::Interaction;
use usher_protocol::authorize::AuthorizeRequest;
use usher_protocol::claims::ClaimsRequest;

/// A request that waits for a person's answer, with its client.
#[derive(Debug, Clone)]
pub struct OpenCibaRequest {
    pub request: CibaRequest,
    pub client: Arc<Client>,
}

impl Authorizations {
    /// Continues a request until it needs a page. Only the person that it asks may sign in for it.
    ///
    /// # Errors
    /// [`Rejected::CibaRequestOver`], the same for an unknown, expired and answered one.
    pub async fn open_ciba_request(
        &self,
        id: GrantId,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<Outcome, FlowError> {
        let request = self.ciba_request(id).await?;
        let user = match request.user_id {
            Some(user) => self.core.store.find_user(user).await?,
            None => None,
        };
        let user = user.ok_or(Rejected::CibaRequestOver)?;
        let asked = AuthorizeRequest {
            scope: request.scope,
            acr_values: request.acr_values,
            claims: ClaimsRequest { subs: vec![user.sub.0], ..ClaimsRequest::default() },
            ..AuthorizeRequest::default()
        };
        let mark = mark_hash(browser.mark_or_make(&*self.core.random));
        let begun = Interaction::without_redirect(request.client_id, asked, self.core.now(), mark);
        let interaction = Interaction { ciba: Some(request.id), targets: Some(request.targets), ..begun };
        self.go_on(interaction, browser, device).await
    }

    /// The newest request that waits for the answer of this account.
    ///
    /// # Errors
    /// [`Rejected::NotSignedIn`]; [`Rejected::CibaRequestOver`] if none waits.
    pub async fn newest_ciba_request(&self, browser: &Browser) -> Result<GrantId, FlowError> {
        let account = self.accounts.current(browser).await?.ok_or(Rejected::NotSignedIn)?;
        let open = self.open_ciba_requests(&account).await?;
        Ok(open.first().ok_or(Rejected::CibaRequestOver)?.request.id)
    }

    /// The requests that wait for the answer of this account, newest first.
    pub async fn open_ciba_requests(&self, account: &Account) -> Result<Vec<OpenCibaRequest>, FlowError> {
        let mut open = Vec::new();
        for request in self.core.store.list_open_ciba_requests(account.user.id, self.core.now()).await? {
            let client = self.clients.find_client(&request.client_id).await?;
            open.extend(client.filter(|client| client.is_active()).map(|client| OpenCibaRequest { request, client }));
        }
        Ok(open)
    }

    /// A request, answered or not.
    ///
    /// # Errors
    /// [`Rejected::CibaRequestOver`] if it is unknown, or has expired without an answer.
    pub async fn ciba_request(&self, id: GrantId) -> Result<CibaRequest, FlowError> {
        let found = self.core.store.find_ciba_request(id).await?;
        let known = found.filter(|request| request.answer.is_some() || request.is_open(self.core.now()));
        known.ok_or_else(|| Rejected::CibaRequestOver.into())
    }
}
