//! What every grant type consists of.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::oauth::introspect::IssuedTokens;
use crate::oauth::issue::TokenIssuer;
use crate::oauth::token_call::TokenCall;
use usher_accounts::admin::clients::Clients;
use usher_accounts::core::Core;
use usher_accounts::end::Endings;
use usher_accounts::error::FlowError;
use usher_accounts::login::throttle::Throttles;
use usher_accounts::security_emails::SecurityEmails;
use usher_accounts::upstream::providers::Providers;
use usher_protocol::error::OAuthError;
use usher_protocol::grant_type::GrantType;
use usher_protocol::token::{TokenForm, TokenResponse};

/// A grant type and its implementation.
#[derive(Clone, Copy)]
pub struct GrantTypeRow {
    pub grant_type: GrantType,
    pub make: fn(&GrantDeps) -> Arc<dyn GrantHandler>,
}

/// What grants are made from.
pub struct GrantDeps {
    pub core: Arc<Core>,
    pub clients: Arc<Clients>,
    pub endings: Arc<Endings>,
    pub issued_tokens: Arc<IssuedTokens>,
    pub providers: Arc<Providers>,
    pub security_emails: Arc<SecurityEmails>,
    pub throttles: Arc<Throttles>,
    pub token_issuer: Arc<TokenIssuer>,
}

/// Answers token requests of one grant type.
pub trait GrantHandler: Send + Sync {
    /// Reads the parameters of a request. This comes before client authentication.
    ///
    /// # Errors
    /// `invalid_request` for a missing or repeated parameter, `invalid_scope`.
    fn read<'a>(&'a self, form: &TokenForm<'_>) -> Result<GrantRequest<'a>, OAuthError>;
}

/// A request that was read: it is answered for a call.
pub type GrantRequest<'a> = Box<dyn FnOnce(TokenCall) -> BoxFuture<'a, Result<TokenResponse, FlowError>> + Send + 'a>;
