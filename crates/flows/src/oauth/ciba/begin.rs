//! The endpoint for CIBA requests (CIBA Core §7).

use std::sync::Arc;
use std::time::Duration;

use crate::oauth::ciba::hinted_user::HintedUser;
use crate::oauth::client::authenticate::ClientAuthentication;
use crate::oauth::request_objects::RequestObjects;
use usher_accounts::admin::branding::EmailContext;
use usher_accounts::admin::keys::SigningKeys;
use usher_accounts::apis::Apis;
use usher_accounts::core::Core;
use usher_accounts::emails::{EmailQueue, nobody, recipient};
use usher_accounts::error::FlowError;
use usher_accounts::login::accounts::secret_hash;
use usher_accounts::login::throttle::Throttles;
use usher_accounts::subjects::Subjects;
use usher_domain::event::EventKind;
use usher_domain::event::queued_email::QueuedEmail;
use usher_domain::id::{GrantId, UserId};
use usher_domain::oauth::ciba_request::{CibaPingContent, CibaRequest, MUTED_FOR};
use usher_domain::oauth::client::Client;
use usher_domain::oauth::single_use::{SingleUseId, SingleUseKind};
use usher_domain::oauth::target::GrantTargets;
use usher_domain::oauth::waiting_request::INTERVAL;
use usher_domain::time::Timestamp;
use usher_domain::urls;
use usher_domain::user::User;
use usher_keys::seal::Purpose;
use usher_mail::emails;
use usher_protocol::authorize::AuthorizeRequest;
use usher_protocol::authorize::request_object::RequestObjectFault;
use usher_protocol::cause::RejectionCause;
use usher_protocol::ciba::{CIBA_GRANT, CibaParameters, CibaResponse, CibaRules, SignedCibaRequest};
use usher_protocol::client::auth::ClientCredentials;
use usher_protocol::params::Params;
use usher_storage::ciba_requests::NewCibaRequest;

/// The id of no user.
const NOBODY: UserId = UserId(uuid::Uuid::nil());

/// CIBA requests.
pub struct CibaRequests {
    pub(crate) core: Arc<Core>,
    pub(crate) apis: Arc<Apis>,
    pub(crate) client_authentication: Arc<ClientAuthentication>,
    pub(crate) email_queue: Arc<EmailQueue>,
    pub(crate) request_objects: Arc<RequestObjects>,
    pub(crate) signing_keys: Arc<SigningKeys>,
    pub(crate) subjects: Arc<Subjects>,
    pub(crate) throttles: Arc<Throttles>,
}

/// A request that passed every check.
struct CheckedRequest {
    asked: AuthorizeRequest,
    targets: GrantTargets,
    parameters: CibaParameters,
    signed: Option<SignedCibaRequest>,
}

/// Whom a request asks.
#[derive(Clone, Copy)]
struct AskedPerson<'a> {
    /// Nobody if there is no such user, or if they do not want to be asked.
    user: Option<&'a User>,
    /// What the hint names.
    named: &'a str,
}

impl CibaRequests {
    /// Answers the request of a client. Whether its hint names anybody shows neither in the answer nor in its time:
    /// everything but the row of the email is done for nobody, too.
    ///
    /// # Errors
    /// The OAuth error (CIBA Core §13); [`Rejected::TooMany`] after too many requests for one person.
    ///
    /// [`Rejected::TooMany`]: crate::Rejected::TooMany
    pub async fn begin(
        &self,
        credentials: &ClientCredentials,
        form: &Params,
        source: &str,
    ) -> Result<CibaResponse, FlowError> {
        let client = self.client_authentication.authenticate_client(credentials, source).await?;
        // Software that registered itself must not make Usher write to people.
        if !client.metadata.may_use(CIBA_GRANT) || client.is_unverified() {
            let why = "the client may not use the CIBA grant";
            return Err(RejectionCause::GrantNotAllowed(why).into());
        }
        client.metadata.check_sector_for(CIBA_GRANT)?;
        let checked = self.check(&client, form).await?;
        let hinted = self.whom_it_names(&client, &checked.parameters.hint).await?;
        self.throttles.count_ciba_request(&client.id, &hinted.named).await?;
        let named = hinted.named.clone();
        let asked = self.whom_to_ask(&client, hinted).await?;
        self.store(&client, checked, AskedPerson { user: asked.as_ref(), named: &named }, source).await
    }

    async fn check(&self, client: &Client, form: &Params) -> Result<CheckedRequest, FlowError> {
        let signed = self.request_objects.read_ciba(client, form).await?;
        let params = signed.as_ref().map_or(form, |signed| &signed.params);
        let rules =
            CibaRules { binding_message: client.metadata.is_fapi(), notification_token: client.metadata.is_pinged() };
        let parameters = CibaParameters::read(params, rules)?;
        let mut asked = AuthorizeRequest::check_ciba(params, &client.rules())?;
        let targets = self.apis.limit(client, &mut asked).await?;
        Ok(CheckedRequest { asked, targets, parameters, signed })
    }

    /// The person, unless they do not want to be asked by this client.
    async fn whom_to_ask(&self, client: &Client, hinted: HintedUser) -> Result<Option<User>, FlowError> {
        let user = hinted.user;
        let id = user.as_ref().map_or(NOBODY, |user| user.id);
        let muted = self.core.store.is_ciba_muted(id, &client.id, self.core.now() - MUTED_FOR).await?;
        if muted {
            tracing::info!(client.id = %client.id, "a CIBA request is not shown: the person reported one of the client");
        }
        Ok(user.filter(|_| !muted))
    }

    async fn store(
        &self,
        client: &Client,
        checked: CheckedRequest,
        asked: AskedPerson<'_>,
        source: &str,
    ) -> Result<CibaResponse, FlowError> {
        let CheckedRequest { asked: request, targets, parameters, signed } = checked;
        let now = self.core.now();
        let request = CibaRequest {
            id: GrantId::new(now, &*self.core.random),
            client_id: client.id.clone(),
            user_id: asked.user.map(|user| user.id),
            scope: request.scope,
            targets,
            acr_values: request.acr_values,
            binding_message: parameters.binding_message,
            source: source.to_owned(),
            created_at: now,
            expires_at: now + Duration::from_secs(parameters.expires_in),
            answer: None,
        };
        let auth_req_id = self.core.random.token();
        let ping = self.sealed_ping(&auth_req_id, parameters.notification_token)?;
        let new = NewCibaRequest {
            request: &request,
            auth_req_id_hash: &secret_hash(&auth_req_id),
            interval: INTERVAL,
            ping: ping.as_deref(),
        };
        self.write(client, &new, signed.as_ref(), asked).await?;
        Ok(CibaResponse { auth_req_id, expires_in: parameters.expires_in, interval: INTERVAL })
    }

    /// The request, its event and the email to the person are one transaction. A signed request is used up in it.
    async fn write(
        &self,
        client: &Client,
        new: &NewCibaRequest<'_>,
        signed: Option<&SignedCibaRequest>,
        asked: AskedPerson<'_>,
    ) -> Result<(), FlowError> {
        let request = new.request;
        let email = self.email(client, request, asked).await?;
        // Without its project: whether the hint names a user must not show in its webhooks and histories.
        let mut event = self.core.event(EventKind::CIBA_REQUESTED).with_client(&client.id);
        event.user_id = request.user_id;
        let event = event.with("source", request.source.clone());
        let mut tx = self.core.store.begin().await?;
        if let Some(signed) = signed {
            let id = SingleUseId::new(SingleUseKind::CibaRequest, &client.id, &signed.jti);
            if !tx.use_once(id, Timestamp(signed.expires_at)).await? {
                return Err(RejectionCause::CibaRequestObject(RequestObjectFault::Replayed).into());
            }
        }
        tx.insert_ciba_request(new).await?;
        if let Some(email) = &email {
            tx.insert_email(email, request.created_at).await?;
        }
        tx.append(&event).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(())
    }

    /// The email to the person. It has no text of the client but its name: an email is no place for strangers' words. None
    /// is sent after too many, and the account page still shows the request. One to nobody is written and dropped.
    async fn email(
        &self,
        client: &Client,
        request: &CibaRequest,
        asked: AskedPerson<'_>,
    ) -> Result<Option<QueuedEmail>, FlowError> {
        let name = asked.user.and_then(|user| user.profile.display_name());
        let person = asked.user.and_then(|user| recipient(user, name.as_deref()));
        if !self.throttles.may_email_about_ciba(asked.user.map(|user| user.id), asked.named).await? {
            return Ok(None);
        }
        let (is_somebody, to) = (person.is_some(), person.unwrap_or_else(nobody));
        let link = self.core.config.server.issuer.at(&urls::with(urls::CIBA, "request", &request.id.to_string()));
        let minutes = request.expires_at.seconds_since(request.created_at).div_ceil(60);
        let minutes = u32::try_from(minutes).unwrap_or(u32::MAX);
        let email = emails::ciba_request(&client.metadata.client_name, &link, minutes);
        let brand = self.email_queue.brand(EmailContext::Client(client)).await?;
        let written = email.write(to, request.created_at, &brand)?;
        let sealed = self.email_queue.seal_email(&written, request.expires_at)?;
        Ok(Some(sealed).filter(|_| is_somebody))
    }

    fn sealed_ping(&self, auth_req_id: &str, token: Option<String>) -> Result<Option<Vec<u8>>, FlowError> {
        let Some(token) = token else { return Ok(None) };
        let content = serde_json::to_vec(&CibaPingContent { auth_req_id: auth_req_id.to_owned(), token })?;
        Ok(Some(self.core.sealer.seal(Purpose::CibaPing, &content, &*self.core.random)))
    }
}
