//! The device authorization endpoint (RFC 8628 §3.1 and §3.2).

use std::sync::Arc;

use crate::oauth::client::authenticate::ClientAuthentication;
use usher_accounts::apis::Apis;
use usher_accounts::core::{Core, Device};
use usher_accounts::error::FlowError;
use usher_accounts::login::accounts::secret_hash;
use usher_accounts::login::throttle::Throttles;
use usher_domain::id::GrantId;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::device_authorization::{DeviceAuthorization, LIFETIME};
use usher_domain::oauth::target::GrantTargets;
use usher_domain::oauth::user_code::UserCode;
use usher_domain::oauth::waiting_request::INTERVAL;
use usher_domain::urls;
use usher_keys::seal::{Purpose, Sealer};
use usher_protocol::authorize::AuthorizeRequest;
use usher_protocol::cause::RejectionCause;
use usher_protocol::client::auth::ClientCredentials;
use usher_protocol::device::{DEVICE_CODE_GRANT, DeviceAuthorizationResponse};
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::params::Params;
use usher_storage::device_codes::NewDeviceCode;

/// How often to draw another user code if one is taken. With a million requests at once, one of 25,000 codes is.
const DRAWS: u32 = 5;

/// The device authorization endpoint.
pub struct DeviceAuthorizations {
    pub(crate) core: Arc<Core>,
    pub(crate) apis: Arc<Apis>,
    pub(crate) client_authentication: Arc<ClientAuthentication>,
    pub(crate) throttles: Arc<Throttles>,
}

/// A user code is short, so a keyed MAC is stored: the table alone does not reveal the codes.
pub(crate) fn user_code_mac(sealer: &Sealer, code: &UserCode) -> [u8; 32] {
    sealer.mac(Purpose::DeviceCode, code.letters().as_bytes())
}

impl DeviceAuthorizations {
    /// Answers the request of a device.
    ///
    /// # Errors
    /// The OAuth error; [`Rejected::TooMany`] after too many requests from one network.
    ///
    /// [`Rejected::TooMany`]: crate::Rejected::TooMany
    pub async fn begin(
        &self,
        credentials: &ClientCredentials,
        form: &Params,
        device: &Device,
    ) -> Result<DeviceAuthorizationResponse, FlowError> {
        let client = self.client_authentication.authenticate_client(credentials, &device.source).await?;
        if !client.metadata.may_use(DEVICE_CODE_GRANT) {
            let why = "the client may not use the device code grant";
            return Err(RejectionCause::GrantNotAllowed(why).into());
        }
        client.metadata.check_sector_for(DEVICE_CODE_GRANT)?;
        let mut request = AuthorizeRequest::check_device(form, &client.rules())?;
        self.throttles.count_device_request(&client.id, &device.source).await?;
        let targets = self.apis.limit(&client, &mut request).await?;
        self.store(&client, request, targets, device).await
    }

    async fn store(
        &self,
        client: &Client,
        request: AuthorizeRequest,
        targets: GrantTargets,
        device: &Device,
    ) -> Result<DeviceAuthorizationResponse, FlowError> {
        let now = self.core.now();
        let request = DeviceAuthorization {
            id: GrantId::new(now, &*self.core.random),
            client_id: client.id.clone(),
            scope: request.scope,
            targets: Some(targets),
            code_challenge: request.code_challenge,
            user_agent: device.described(),
            source: device.source.clone(),
            created_at: now,
            expires_at: now + LIFETIME,
            answer: None,
        };
        for _ in 0..DRAWS {
            let (device_code, user_code) = (self.core.random.token(), UserCode::new(&*self.core.random));
            let new = NewDeviceCode {
                request: &request,
                code_hash: &secret_hash(&device_code),
                user_code_mac: &user_code_mac(&self.core.sealer, &user_code),
                interval: INTERVAL,
            };
            let mut tx = self.core.store.begin_single().await?;
            let inserted = tx.insert_device_code(&new).await?;
            tx.commit().await?;
            if inserted {
                return Ok(self.response(device_code, &user_code));
            }
        }
        let why = "no user code is free; try again";
        Err(OAuthError::new(ErrorCode::TemporarilyUnavailable, why).into())
    }

    fn response(&self, device_code: String, user_code: &UserCode) -> DeviceAuthorizationResponse {
        let verification_uri = format!("{}{}", self.core.issuer(), urls::DEVICE);
        DeviceAuthorizationResponse {
            device_code,
            user_code: user_code.to_string(),
            verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
            verification_uri,
            expires_in: LIFETIME.as_secs(),
            interval: INTERVAL,
        }
    }
}
