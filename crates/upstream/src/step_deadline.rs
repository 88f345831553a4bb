//! A deadline for each step of a sign-in, whatever and however often the provider is called.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;
use url::Url;

use super::error::UpstreamError;
use super::{
    Callback, CheckedStep, PendingAuthorization, Provider, ProviderEvent, ProviderEventRequest, ProviderFuture,
    SignedIdentityAssertion, StartRequest, Vouched,
};
use usher_domain::provider::ProviderSettings;

/// A provider with a deadline: all calls of one step together may take as long as the HTTP client permits for one.
pub(super) struct WithStepDeadline {
    provider: Box<dyn Provider>,
    patience: Duration,
}

impl WithStepDeadline {
    pub const fn new(provider: Box<dyn Provider>, patience: Duration) -> Self {
        Self { provider, patience }
    }
}

async fn in_time<T>(patience: Duration, promise: ProviderFuture<'_, T>) -> Result<T, UpstreamError> {
    let late = |_| Err(UpstreamError::Unavailable("it took too long".into()));
    tokio::time::timeout(patience, promise).await.unwrap_or_else(late)
}

impl Provider for WithStepDeadline {
    fn settings(&self) -> &ProviderSettings {
        self.provider.settings()
    }

    fn start<'a>(&'a self, request: &'a StartRequest) -> ProviderFuture<'a, (Url, PendingAuthorization)> {
        Box::pin(in_time(self.patience, self.provider.start(request)))
    }

    fn finish<'a>(&'a self, callback: &'a Callback, kept: &'a PendingAuthorization) -> ProviderFuture<'a, Vouched> {
        Box::pin(in_time(self.patience, self.provider.finish(callback, kept)))
    }

    fn read_claims(&self, claims: &Value) -> Result<Vouched, UpstreamError> {
        self.provider.read_claims(claims)
    }

    fn notice<'a>(&'a self, request: &'a ProviderEventRequest) -> ProviderFuture<'a, Vec<ProviderEvent>> {
        Box::pin(in_time(self.patience, self.provider.notice(request)))
    }

    fn assertion<'a>(&'a self, token: &'a str) -> ProviderFuture<'a, SignedIdentityAssertion> {
        Box::pin(in_time(self.patience, self.provider.assertion(token)))
    }

    fn introduce(&self) -> ProviderFuture<'_, ()> {
        Box::pin(in_time(self.patience, self.provider.introduce()))
    }

    /// Every check runs without the deadline: the operator wants to see which step is slow.
    fn check<'a>(&'a self, redirect_uri: &'a str) -> BoxFuture<'a, Vec<CheckedStep>> {
        self.provider.check(redirect_uri)
    }

    fn end_session_url<'a>(&'a self, back_to: &'a str) -> ProviderFuture<'a, Option<Url>> {
        Box::pin(in_time(self.patience, self.provider.end_session_url(back_to)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_never_ends_is_given_up() {
        let patience = Duration::from_millis(20);
        let never: ProviderFuture<'_, ()> = Box::pin(std::future::pending());
        assert_eq!(in_time(patience, never).await.unwrap_err().word(), "unavailable");
        assert_eq!(in_time(patience, Box::pin(async { Ok(7) })).await, Ok(7));
    }
}
