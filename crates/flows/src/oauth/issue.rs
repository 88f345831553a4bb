//! Issuing tokens; no other module does.

use crate::oauth::token_target::TokenTarget;
use crate::policy::Policies;
use moka::sync::Cache;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use usher_accounts::admin::keys::SigningKeys;
use usher_accounts::apis::Apis;
use usher_accounts::core::Core;
use usher_accounts::packed::{pack, unpack};
use usher_domain::oauth::grant::RefreshLimits;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::oauth::token_call::TokenCall;
use usher_accounts::error::FlowError;
use usher_domain::id::GrantId;
use usher_domain::key::SigningAlg;
use usher_domain::oauth::api::TokenFormat;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::grant::Grant;
use usher_domain::time::Timestamp;
use usher_domain::user::Sub;
use usher_keys::seal::Purpose;
use usher_keys::verify::ExpectedToken;
use usher_protocol::access_token::{self, AccessTokenClaims};
use usher_protocol::confirmation::KeyConfirmation;
use usher_protocol::id_token::ID_TOKEN_TYP;
use usher_protocol::id_token::{IdTokenClaims, at_hash};
use usher_protocol::scope::Scope;
use usher_protocol::token::TokenResponse;
use usher_protocol::token_exchange::ACCESS_TOKEN_TYPE;

/// The beginning of opaque access tokens. Like a JWT it has a dot, which a project's token never has.
const OPAQUE: &str = "uat.";

/// Length of a thumbprint, in bytes.
const THUMBPRINT: usize = 32;
/// The mark behind the thumbprint of a certificate in a refresh token.
const CERTIFICATE: u8 = 1;

/// The input of a set of tokens.
pub(crate) struct Issue<'a> {
    pub client: &'a Client,
    pub grant: &'a Grant,
    /// The public identifier of the user; the client may get a pairwise one.
    pub sub: &'a Sub,
    /// The scope of the ID token: the grant's scope or less.
    pub scope: &'a Scope,
    /// What the access token is for.
    pub target: &'a TokenTarget,
    /// The `nonce`, at the first exchange only.
    pub nonce: Option<&'a str>,
    /// The generation of the refresh token to issue.
    pub generation: Option<u32>,
    /// What the access token is bound to.
    pub binding: Option<&'a KeyConfirmation>,
    /// What the refresh token is bound to.
    pub refresh_binding: Option<&'a KeyConfirmation>,
}

/// The content of a refresh token.
pub(crate) struct RefreshTokenContent {
    pub grant: GrantId,
    pub generation: u32,
    /// What it is bound to.
    pub binding: Option<KeyConfirmation>,
}

/// Signs tokens, and records which claims were released.
pub struct TokenIssuer {
    pub(crate) core: Arc<Core>,
    pub(crate) apis: Arc<Apis>,
    pub(crate) policies: Arc<Policies>,
    pub(crate) signing_keys: Arc<SigningKeys>,
    /// Claims recently released by grants, so that not every request records them.
    pub(crate) releases: Cache<GrantId, BTreeSet<String>>,
}

impl TokenIssuer {
    /// The lifetimes of this client's refresh token families.
    pub(crate) fn refresh_limits(&self, client: &Client) -> RefreshLimits {
        let (tokens, metadata) = (&self.core.config.tokens, &client.metadata);
        let seconds = Duration::from_secs;
        RefreshLimits {
            idle: metadata.refresh_idle_seconds.map_or(tokens.refresh_idle, seconds),
            absolute: match metadata.refresh_absolute_seconds {
                Some(0) => None,
                Some(limit) => Some(seconds(limit)),
                None => tokens.refresh_absolute_limit(),
            },
            retry_window: tokens.refresh_retry_window,
        }
    }

    /// The tokens of a grant.
    pub(crate) async fn issue(&self, wanted: Issue<'_>) -> Result<TokenResponse, FlowError> {
        let (roles, permissions) = self.rights_at(wanted.target, wanted.grant.user_id).await?;
        let subject = self.core.subject_at(wanted.client, wanted.grant.user_id, wanted.sub);
        let access_token = self.access_token(
            wanted.target,
            &AccessTokenClaims {
                sub: subject.0.clone(),
                auth_time: Some(wanted.grant.auth_time.0),
                acr: Some(wanted.grant.acr.clone()),
                sid: Some(wanted.grant.session_id.to_string()),
                gid: Some(wanted.grant.id.to_string()),
                generation: wanted.generation,
                cnf: wanted.binding.cloned(),
                roles,
                permissions,
                ..self.bare_access_token(wanted.client, wanted.target)
            },
        )?;
        let mut given = BTreeSet::from(["sub".to_owned()]);
        let id_token = if wanted.grant.scope.contains("openid") {
            let released = self.id_token_claims(&wanted).await?;
            given.extend(released.names());
            Some(self.id_token(&wanted, &subject, &released.claims, &access_token)?)
        } else {
            None
        };
        self.note_release(wanted.grant.id, (wanted.grant.user_id, &wanted.client.id), given).await;
        Ok(TokenResponse {
            access_token,
            issued_token_type: None,
            token_type: token_type(wanted.binding),
            expires_in: wanted.target.lifetime.as_secs(),
            scope: stated_scope(wanted.scope, &wanted.target.scope),
            refresh_token: wanted
                .generation
                .map(|generation| self.refresh_token(wanted.grant.id, generation, wanted.refresh_binding)),
            id_token,
        })
    }

    /// An access token for the client itself (RFC 6749 §4.4).
    pub(crate) fn issue_to_machine(&self, call: &TokenCall, target: &TokenTarget) -> Result<TokenResponse, FlowError> {
        let claims = AccessTokenClaims { cnf: call.binding.clone(), ..self.bare_access_token(&call.client, target) };
        Ok(TokenResponse {
            access_token: self.access_token(target, &claims)?,
            issued_token_type: None,
            token_type: token_type(call.binding.as_ref()),
            expires_in: target.lifetime.as_secs(),
            scope: Some(claims.scope).filter(|scope| !scope.is_empty()),
            refresh_token: None,
            id_token: None,
        })
    }

    /// An access token with the claims of an exchange (RFC 8693 §2.2.1).
    pub(crate) fn issue_exchanged(
        &self,
        target: &TokenTarget,
        claims: &AccessTokenClaims,
    ) -> Result<TokenResponse, FlowError> {
        Ok(TokenResponse {
            access_token: self.access_token(target, claims)?,
            issued_token_type: Some(ACCESS_TOKEN_TYPE),
            token_type: token_type(claims.cnf.as_ref()),
            expires_in: Timestamp(claims.exp).seconds_since(self.core.now()),
            scope: Some(claims.scope.clone()).filter(|scope| !scope.is_empty()),
            refresh_token: None,
            id_token: None,
        })
    }

    /// An access token with the common claims. `client_id`s are chosen by the server, so that none equals a `sub`.
    fn bare_access_token(&self, client: &Client, target: &TokenTarget) -> AccessTokenClaims {
        let now = self.core.now();
        AccessTokenClaims {
            iss: self.core.issuer().to_owned(),
            aud: target.aud.clone(),
            sub: client.id.0.clone(),
            client_id: client.id.0.clone(),
            exp: (now + target.lifetime).0,
            iat: now.0,
            jti: self.core.random.handle(),
            project_id: Some(target.project.to_string()),
            scope: target.scope.to_string(),
            auth_time: None,
            acr: None,
            sid: None,
            urv: Some(target.urv),
            gid: None,
            generation: None,
            cnf: None,
            act: None,
            roles: Vec::new(),
            permissions: Vec::new(),
        }
    }

    /// The token with these claims, in the format of its APIs.
    fn access_token(&self, target: &TokenTarget, claims: &AccessTokenClaims) -> Result<String, FlowError> {
        match target.format {
            TokenFormat::Jwt => {
                Ok(self.signing_keys.keyring().sign(signing_alg(&target.alg), access_token::TYP, claims)?)
            }
            TokenFormat::Opaque => {
                let sealed = self.core.sealer.seal_text(Purpose::AccessToken, &pack(claims)?, &*self.core.random);
                Ok(format!("{OPAQUE}{sealed}"))
            }
        }
    }

    /// The claims of an access token that this server issued, and the key that signed it; none for an opaque one. Its
    /// time, audience and revocation are not checked.
    pub(crate) fn read_access_token(&self, token: &str) -> Option<(AccessTokenClaims, String)> {
        if let Some(sealed) = token.strip_prefix(OPAQUE) {
            let opened = self.core.sealer.open_text(Purpose::AccessToken, sealed).ok()?;
            return Some((unpack(&opened)?, String::new()));
        }
        let mut verified = self.signing_keys.keyring().verify(token, ExpectedToken { typ: access_token::TYP }).ok()?;
        let claims = std::mem::take(&mut verified.claims);
        let claims: AccessTokenClaims = serde_json::from_value(claims.into()).ok()?;
        self.signing_keys.note_presented(&verified, &claims.client_id);
        Some((claims, verified.kid))
    }

    fn id_token(
        &self,
        wanted: &Issue<'_>,
        subject: &Sub,
        person: &Map<String, Value>,
        access_token: &str,
    ) -> Result<String, FlowError> {
        let (grant, now) = (wanted.grant, self.core.now());
        let alg = signing_alg(&wanted.client.metadata.id_token_signed_response_alg);
        let claims = IdTokenClaims {
            iss: self.core.issuer(),
            sub: &subject.0,
            aud: &wanted.client.id.0,
            exp: (now + self.core.config.tokens.id_ttl).0,
            iat: now.0,
            auth_time: grant.auth_time.0,
            nonce: wanted.nonce,
            acr: &grant.acr,
            amr: &grant.amr,
            sid: &grant.session_id.to_string(),
            at_hash: &at_hash(alg.as_str(), access_token),
            person,
        };
        Ok(self.signing_keys.keyring().sign(alg, ID_TOKEN_TYP, &claims)?)
    }

    /// The refresh token of a generation. It is derived, so that repeating gives the same token. The thumbprint that it is
    /// bound to follows grant and generation; that of a certificate has a mark behind it.
    pub(crate) fn refresh_token(&self, grant: GrantId, generation: u32, binding: Option<&KeyConfirmation>) -> String {
        let (thumbprint, mark) = match binding {
            None => ("", [].as_slice()),
            Some(KeyConfirmation::Key(thumbprint)) => (thumbprint.as_str(), [].as_slice()),
            Some(KeyConfirmation::Certificate(thumbprint)) => (thumbprint.as_str(), [CERTIFICATE].as_slice()),
        };
        let thumbprint = URL_SAFE_NO_PAD.decode(thumbprint).unwrap_or_default();
        let content = [grant.0.as_bytes().as_slice(), &generation.to_be_bytes(), &thumbprint, mark].concat();
        self.core.sealer.seal_deterministic_text(Purpose::RefreshToken, &content)
    }

    /// The content of a refresh token; `None` if this server did not seal it.
    pub(crate) fn read_refresh_token(&self, token: &str) -> Option<RefreshTokenContent> {
        let content = self.core.sealer.open_deterministic_text(Purpose::RefreshToken, token).ok()?;
        let (grant, rest) = content.split_first_chunk::<16>()?;
        let (generation, key) = rest.split_first_chunk::<4>()?;
        Some(RefreshTokenContent {
            grant: GrantId(uuid::Uuid::from_bytes(*grant)),
            generation: u32::from_be_bytes(*generation),
            binding: match key {
                [] => None,
                [thumbprint @ .., CERTIFICATE] if thumbprint.len() == THUMBPRINT => {
                    Some(KeyConfirmation::Certificate(URL_SAFE_NO_PAD.encode(thumbprint)))
                }
                thumbprint => Some(KeyConfirmation::Key(URL_SAFE_NO_PAD.encode(thumbprint))),
            },
        })
    }
}

/// `scope` of a response: that of the access token. If it has none, those of Usher itself that were granted beside it, such
/// as `openid`.
fn stated_scope(granted: &Scope, at_target: &Scope) -> Option<String> {
    if granted.is_empty() && at_target.is_empty() {
        return None;
    }
    Some(if at_target.is_empty() { granted.of_usher().to_string() } else { at_target.to_string() })
}

/// How an access token is to be presented (RFC 6750, RFC 9449 §5).
pub(crate) fn token_type(bound: Option<&KeyConfirmation>) -> &'static str {
    bound.map_or("Bearer", KeyConfirmation::token_type)
}

/// The metadata was validated when it was stored; an unknown value becomes the algorithm that every client must
/// support.
pub(crate) fn signing_alg(name: &str) -> SigningAlg {
    name.parse().unwrap_or(SigningAlg::Rs256)
}
