//! A person answers a request whose client asks for the answer itself: that of a device, or of CIBA.

use crate::oauth::authorize::{Authorizations, Outcome};
use crate::oauth::waiting_request::WaitingRequest;
use usher_accounts::credentials::standing::check_standing;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::accounts::Account;
use usher_domain::event::Event;
use usher_domain::oauth::consent::StoredConsent;
use usher_domain::oauth::device_authorization::{ConnectingDevice, DeviceAuthorization};
use usher_domain::oauth::interaction::Interaction;
use usher_domain::oauth::waiting_request::{AnswerKind, Approval, RequestAnswer};

impl Authorizations {
    /// The request that an interaction answers, answered or not; `None` if its answer goes to a redirect URI.
    ///
    /// # Errors
    /// If it has expired without an answer.
    pub(super) async fn waiting_request(&self, interaction: &Interaction) -> Result<Option<WaitingRequest>, FlowError> {
        Ok(match (&interaction.device, interaction.ciba) {
            (Some(device), _) => Some(WaitingRequest::Device(self.connecting_device(device).await?)),
            (None, Some(id)) => Some(WaitingRequest::Ciba(self.ciba_request(id).await?)),
            (None, None) => None,
        })
    }

    /// The request of the device of an interaction, answered or not.
    ///
    /// # Errors
    /// [`Rejected::UserCodeInvalid`] if it has expired without an answer.
    pub async fn connecting_device(&self, device: &ConnectingDevice) -> Result<DeviceAuthorization, FlowError> {
        let found = self.core.store.find_device_authorization(device.id).await?;
        let known = found.filter(|request| request.answer.is_some() || request.is_open(self.core.now()));
        known.ok_or_else(|| Rejected::UserCodeInvalid.into())
    }

    /// Allows the request: its answer, the consent and the event are one transaction, while the session stands.
    pub(super) async fn allow_waiting(
        &self,
        interaction: Interaction,
        request: &WaitingRequest,
        account: &Account,
    ) -> Result<Outcome, FlowError> {
        let consent = StoredConsent {
            user_id: account.user.id,
            client_id: interaction.client_id.clone(),
            scope: request.scope().clone(),
            apis: interaction.targets.as_ref().map(|targets| targets.apis.clone()),
            granted_at: self.core.now(),
        };
        let answer = RequestAnswer::Allowed(Approval {
            user_id: account.user.id,
            session_id: account.session.id,
            auth_time: account.session.auth_time,
            acr: interaction.reported_acr(&account.session.acr),
            amr: account.session.amr.clone(),
        });
        let event = self.answer_event(request, AnswerKind::Allowed, Some(account));
        let event = event.with("scope", request.scope().to_string());
        let (mut tx, now) = (self.core.store.begin().await?, self.core.now());
        check_standing(&mut tx, (account.user.id, account.session.id), now).await?;
        request.write(&mut tx, Some(account.user.id), &answer, now).await?;
        tx.add_consent(&consent).await?;
        tx.append(&event).await?;
        tx.commit().await?;
        Ok(Outcome::Recorded { answer: AnswerKind::Allowed, interaction: Box::new(interaction) })
    }

    /// Denies the request. `account` is the person, if one is signed in.
    pub(super) async fn deny_waiting(
        &self,
        interaction: Interaction,
        request: &WaitingRequest,
        account: Option<&Account>,
        answer: RequestAnswer,
    ) -> Result<Outcome, FlowError> {
        let event = self.answer_event(request, answer.kind(), account);
        let (mut tx, now) = (self.core.store.begin().await?, self.core.now());
        request.write(&mut tx, account.map(|account| account.user.id), &answer, now).await?;
        tx.append(&event).await?;
        tx.commit().await?;
        Ok(Outcome::Recorded { answer: answer.kind(), interaction: Box::new(interaction) })
    }

    /// The event of an answer; its network tells an owner who asked.
    fn answer_event(&self, request: &WaitingRequest, answer: AnswerKind, account: Option<&Account>) -> Event {
        let (client, source) = match request {
            WaitingRequest::Device(device) => (&device.client_id, &device.source),
            WaitingRequest::Ciba(ciba) => (&ciba.client_id, &ciba.source),
        };
        let event = self.core.event(request.event_kind(answer)).with_client(client).with("source", source.clone());
        match account {
            Some(account) => event.with_user(account.user.id).with_session(account.session.id),
            None => event,
        }
    }
}
