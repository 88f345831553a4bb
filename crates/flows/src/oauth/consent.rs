//! Consent: the user allows or denies a client's request.

use crate::oauth::authorize::Authorizations;
use crate::oauth::authorize::Outcome;
use usher_accounts::core::Device;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::accounts::{Account, Browser};
use usher_domain::event::EventKind;
use usher_domain::id::{ApiId, ClientId};
use usher_domain::oauth::api::{Api, ApiScope};
use usher_domain::oauth::client::Client;
use usher_domain::oauth::consent::StoredConsent;
use usher_domain::oauth::interaction::Interaction;
use usher_domain::oauth::waiting_request::RequestAnswer;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;

impl Authorizations {
    /// Stores the consent and continues.
    ///
    /// # Errors
    /// [`Rejected::NotSignedIn`] if the user has signed out.
    pub async fn allow(
        &self,
        mut interaction: Interaction,
        browser: &Browser,
        device: &Device,
    ) -> Result<Outcome, FlowError> {
        if interaction.answers_by_record() {
            // The consent is stored with the answer.
            interaction.allowed = true;
            return self.go_on(interaction, browser, device).await;
        }
        let account = self.account_for(&interaction, browser).await?.ok_or(Rejected::NotSignedIn)?;
        let consent = StoredConsent {
            user_id: account.user.id,
            client_id: interaction.client_id.clone(),
            scope: interaction.consent_scope(),
            apis: interaction.targets.as_ref().map(|targets| targets.apis.clone()),
            granted_at: self.core.now(),
        };
        let event = self
            .core
            .event(EventKind::CONSENT_GRANTED)
            .with_user(account.user.id)
            .with_session(account.session.id)
            .with_client(&interaction.client_id)
            .with("scope", consent.scope.to_string());
        let mut tx = self.core.store.begin().await?;
        tx.add_consent(&consent).await?;
        tx.append(&event).await?;
        tx.commit().await?;
        interaction.allowed = true;
        self.go_on(interaction, browser, device).await
    }

    /// Denies the request and sends the error to the client.
    ///
    /// # Errors
    /// [`Rejected::NotSignedIn`] if the user has signed out.
    pub async fn deny(&self, interaction: Interaction, browser: &Browser) -> Result<Outcome, FlowError> {
        let account = self.account_for(&interaction, browser).await?.ok_or(Rejected::NotSignedIn)?;
        let error = OAuthError::new(ErrorCode::AccessDenied, "the person did not consent");
        if interaction.answers_by_record() {
            return self.refuse_interaction(interaction, Some(&account), error).await;
        }
        let event = self
            .core
            .event(EventKind::CONSENT_DENIED)
            .with_user(account.user.id)
            .with_session(account.session.id)
            .with_client(&interaction.client_id);
        let mut tx = self.core.store.begin().await?;
        tx.append(&event).await?;
        tx.commit().await?;
        self.refuse_interaction(interaction, Some(&account), error).await
    }
}

impl Authorizations {
    /// "This wasn't me": denies the request, and has its client not ask this person again for a while.
    ///
    /// # Errors
    /// [`Rejected::NotSignedIn`] if the user has signed out; [`Rejected::CibaRequestOver`] if it is no request that waits
    /// for their answer.
    pub async fn report(&self, interaction: Interaction, browser: &Browser) -> Result<Outcome, FlowError> {
        let account = self.account_for(&interaction, browser).await?.ok_or(Rejected::NotSignedIn)?;
        let waiting = self.waiting_request(&interaction).await?.ok_or(Rejected::CibaRequestOver)?;
        self.deny_waiting(interaction, &waiting, Some(&account), RequestAnswer::Reported).await
    }
}

/// An API that a request is for, for the consent page.
#[derive(Debug, Clone)]
pub struct RequestedApi {
    pub id: ApiId,
    pub name: String,
    pub identifier: String,
    /// The requested scopes.
    pub scopes: Vec<ApiScope>,
}

impl Authorizations {
    /// What a user allowed a client earlier.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn consented(&self, account: &Account, client: &ClientId) -> Result<Option<StoredConsent>, FlowError> {
        Ok(self.core.store.find_consent(account.user.id, client).await?)
    }

    /// The APIs that a request is for, as far as they exist and allow the client.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn requested_apis(
        &self,
        client: &Client,
        interaction: &Interaction,
    ) -> Result<Vec<RequestedApi>, FlowError> {
        let mut requested = Vec::new();
        for (id, scope) in interaction.targets.iter().flat_map(|targets| &targets.apis) {
            let Some(reached) = self.apis.reachable_by_id(client, *id).await? else { continue };
            let Api { id, identifier, settings, .. } = reached.api;
            let scopes = settings.scopes.into_iter().filter(|one| scope.contains(&one.name)).collect();
            requested.push(RequestedApi { id, name: settings.name, identifier, scopes });
        }
        Ok(requested)
    }
}
