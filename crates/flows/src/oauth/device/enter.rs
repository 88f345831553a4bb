//! A person types the code of a device (RFC 8628 §3.3).

use crate::oauth::authorize::{Authorizations, Outcome};
use crate::oauth::device::begin::user_code_mac;
use usher_accounts::core::Device;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::accounts::{Browser, mark_hash};
use usher_domain::oauth::device_authorization::{ConnectingDevice, DeviceAuthorization};
use usher_domain::oauth::interaction::Interaction;
use usher_domain::oauth::user_code::UserCode;
use usher_protocol::authorize::AuthorizeRequest;

impl Authorizations {
    /// Finds the request of the device that shows this code, and continues it until it needs a page.
    ///
    /// Attempts count before the code is looked up, so that simultaneous ones cannot exceed the limit; a right one is
    /// given back.
    ///
    /// # Errors
    /// [`Rejected::UserCodeInvalid`], the same for an unknown, answered and expired code; [`Rejected::TooMany`] after
    /// too many.
    pub async fn enter_user_code(
        &self,
        typed: &str,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<Outcome, FlowError> {
        let user = self.accounts.current(browser).await?.map(|account| account.user.id);
        self.throttles.count_user_code(user, &device.source).await?;
        let Some((user_code, request)) = self.find_open_device(typed).await? else {
            tracing::info!(source = device.source, "refused: the code of a device is unknown, answered or expired");
            return Err(Rejected::UserCodeInvalid.into());
        };
        self.throttles.forgive_user_code(user, &device.source).await?;
        let mark = mark_hash(browser.mark_or_make(&*self.core.random));
        let asked = AuthorizeRequest { scope: request.scope, ..AuthorizeRequest::default() };
        let begun = Interaction::without_redirect(request.client_id, asked, self.core.now(), mark);
        let connecting = ConnectingDevice { id: request.id, user_code };
        let interaction = Interaction { device: Some(connecting), targets: request.targets, ..begun };
        self.go_on(interaction, browser, device).await
    }

    async fn find_open_device(&self, typed: &str) -> Result<Option<(UserCode, DeviceAuthorization)>, FlowError> {
        let Some(code) = UserCode::parse(typed) else { return Ok(None) };
        let found = self.core.store.find_user_code(&user_code_mac(&self.core.sealer, &code)).await?;
        Ok(found.filter(|request| request.is_open(self.core.now())).map(|request| (code, request)))
    }
}
