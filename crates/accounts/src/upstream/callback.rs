//! The callback from a provider.

use super::{CallbackOutcome, Refusal, UpstreamFault, UpstreamIntent, UpstreamState};
use crate::admin::project_sign_in::ProjectSignIns;
use crate::core::Core;
use crate::core::Device;
use crate::credentials::factors::FactorRules;
use crate::emails::EmailQueue;
use crate::login::accounts::Accounts;
use crate::login::accounts::{Browser, secret_hash};
use crate::login::finish_sign_in::SessionOpening;
use crate::login::sign_up::Registration;
use crate::login::throttle::Throttles;
use crate::security_emails::SecurityEmails;
use crate::upstream::providers::Providers;
use std::sync::Arc;
use usher_domain::event::EventKind;
use usher_domain::provider::ProviderId;
use usher_upstream::{Callback, UpstreamError};

/// Sign-in with an upstream provider.
pub struct UpstreamSignIn {
    pub core: Arc<Core>,
    pub accounts: Arc<Accounts>,
    pub email_queue: Arc<EmailQueue>,
    pub factor_rules: Arc<FactorRules>,
    pub project_sign_ins: Arc<ProjectSignIns>,
    pub providers: Arc<Providers>,
    pub registration: Arc<Registration>,
    pub security_emails: Arc<SecurityEmails>,
    pub session_opening: Arc<SessionOpening>,
    pub throttles: Arc<Throttles>,
}

impl UpstreamSignIn {
    /// Completes a sign-in at a provider: once, in the browser that started it, with the provider it was started with.
    ///
    /// The intent is also returned with an error, so that the error page can offer to try again.
    ///
    /// # Errors
    /// [`UpstreamFault`].
    pub async fn callback(
        &self,
        provider: &ProviderId,
        callback: &Callback,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<CallbackOutcome, (UpstreamFault, Option<UpstreamIntent>)> {
        let state = match self.take_upstream_state(callback, browser).await {
            Ok(state) => state,
            Err(fault) => {
                tracing::warn!(upstream.provider = %provider, "upstream: a callback was refused: {fault}");
                return Err((fault, None));
            }
        };
        let intent = state.intent.clone();
        let arrived = self.go_on_from(provider, callback, state, browser, device).await;
        if let Err(UpstreamFault::Upstream(error)) = &arrived {
            self.report_failure(provider, error, device).await.map_err(|fault| (fault, None))?;
        }
        arrived.map_err(|fault| (fault, Some(intent)))
    }

    async fn go_on_from(
        &self,
        provider: &ProviderId,
        callback: &Callback,
        state: UpstreamState,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<CallbackOutcome, UpstreamFault> {
        if state.kept.provider != *provider {
            return Err(UpstreamError::StateMismatch.into());
        }
        let upstream = self.providers.provider(provider).await?;
        let vouched = upstream.finish(callback, &state.kept).await?;
        self.decide_and_apply(upstream.settings(), vouched, state.intent, browser, device).await
    }

    async fn take_upstream_state(
        &self,
        callback: &Callback,
        browser: &Browser,
    ) -> Result<UpstreamState, UpstreamFault> {
        let state = callback.state().ok_or(UpstreamError::StateMismatch)?;
        let (hash, now) = (secret_hash(state), self.core.now());
        let mut tx = self.core.store.begin_single().await?;
        let taken = tx.take_upstream_state(&hash, now).await?;
        tx.commit().await?;
        let state = taken.and_then(|sealed| self.core.open_value_in(&sealed, browser));
        state.ok_or(UpstreamFault::Rejected(Refusal::Over))
    }

    async fn report_failure(
        &self,
        provider: &ProviderId,
        error: &UpstreamError,
        device: &Device,
    ) -> Result<(), UpstreamFault> {
        tracing::warn!(upstream.provider = %provider, "upstream: nobody came back: {error}");
        let event = self
            .core
            .event(EventKind::SIGN_IN_FAILED)
            .with("provider", provider.as_str())
            .with("why", error.word())
            .with("source", device.source.clone());
        let mut tx = self.core.store.begin_single().await?;
        tx.append(&event).await?;
        Ok(tx.commit().await?)
    }
}
