//! A person allows or denies a device, which learns of it when it asks next.

use crate::oauth::authorize::{Authorizations, Outcome};
use usher_accounts::credentials::standing::check_standing;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::accounts::Account;
use usher_domain::event::{Event, EventKind};
use usher_domain::oauth::consent::StoredConsent;
use usher_domain::oauth::device_authorization::{ConnectingDevice, DeviceAnswer, DeviceApproval, DeviceAuthorization};
use usher_domain::oauth::interaction::Interaction;

impl Authorizations {
    /// The request of the device of an interaction, answered or not.
    ///
    /// # Errors
    /// [`Rejected::UserCodeInvalid`] if it has expired without an answer.
    pub async fn connecting_device(&self, device: &ConnectingDevice) -> Result<DeviceAuthorization, FlowError> {
        let found = self.core.store.find_device_authorization(device.id).await?;
        let known = found.filter(|request| request.answer.is_some() || request.is_open(self.core.now()));
        known.ok_or_else(|| Rejected::UserCodeInvalid.into())
    }

    /// Allows the device: its answer, the consent and the event are one transaction, while the session stands.
    pub(in crate::oauth) async fn connect_device(
        &self,
        interaction: Interaction,
        device: &DeviceAuthorization,
        account: &Account,
    ) -> Result<Outcome, FlowError> {
        let consent = StoredConsent {
            user_id: account.user.id,
            client_id: interaction.client_id.clone(),
            scope: device.scope.clone(),
            apis: interaction.targets.as_ref().map(|targets| targets.apis.clone()),
            granted_at: self.core.now(),
        };
        let answer = DeviceAnswer::Allowed(DeviceApproval {
            user_id: account.user.id,
            session_id: account.session.id,
            auth_time: account.session.auth_time,
            acr: interaction.reported_acr(&account.session.acr),
            amr: account.session.amr.clone(),
        });
        let event = self.device_event(EventKind::DEVICE_ALLOWED, device).with_user(account.user.id);
        let event = event.with_session(account.session.id).with("scope", device.scope.to_string());
        let mut tx = self.core.store.begin().await?;
        check_standing(&mut tx, (account.user.id, account.session.id), self.core.now()).await?;
        if !tx.answer_device_code(device.id, &answer, self.core.now()).await? {
            return Err(Rejected::UserCodeInvalid.into());
        }
        tx.add_consent(&consent).await?;
        tx.append(&event).await?;
        tx.commit().await?;
        Ok(Outcome::DeviceAnswered { allowed: true, interaction: Box::new(interaction) })
    }

    /// Denies the device. `account` is the person, if one is signed in.
    pub(in crate::oauth) async fn deny_device(
        &self,
        interaction: Interaction,
        connecting: &ConnectingDevice,
        account: Option<&Account>,
    ) -> Result<Outcome, FlowError> {
        let device = self.connecting_device(connecting).await?;
        let mut event = self.device_event(EventKind::DEVICE_DENIED, &device);
        if let Some(account) = account {
            event = event.with_user(account.user.id).with_session(account.session.id);
        }
        let mut tx = self.core.store.begin().await?;
        if !tx.answer_device_code(device.id, &DeviceAnswer::Denied, self.core.now()).await? {
            return Err(Rejected::UserCodeInvalid.into());
        }
        tx.append(&event).await?;
        tx.commit().await?;
        Ok(Outcome::DeviceAnswered { allowed: false, interaction: Box::new(interaction) })
    }

    /// An event about the request of a device; its network tells an owner who asked.
    fn device_event(&self, kind: EventKind, device: &DeviceAuthorization) -> Event {
        self.core.event(kind).with_client(&device.client_id).with("source", device.source.clone())
    }
}
