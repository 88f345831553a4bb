//! The authorization endpoint: begins an interaction, decides its next step, and executes it.

use std::sync::Arc;
use usher_accounts::admin::clients::Clients;
use usher_accounts::admin::keys::SigningKeys;
use usher_accounts::apis::Apis;
use usher_accounts::core::Core;
use usher_accounts::login::accounts::Accounts;
use usher_accounts::login::throttle::Throttles;
use usher_accounts::subjects::Subjects;

use crate::attempts::draft::{AttemptDraft, refusal};
use crate::attempts::queue::AttemptRecorder;
use crate::oauth::client::documents::ClientDocuments;
use crate::oauth::pushed_requests::PushedRequests;
use crate::oauth::request_objects::RequestObjects;
use crate::oauth::waiting_request::WaitingRequest;
use usher_accounts::core::Device;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::accounts::{Account, Browser, mark_hash};
use usher_domain::email::Email;
use usher_domain::event::EventKind;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::interaction::{IdTokenHint, Interaction, InteractionFacts, InteractionStep, SessionFacts};
use usher_domain::oauth::waiting_request::AnswerKind;
use usher_domain::user::Sub;
use usher_keys::seal::Purpose;
use usher_keys::verify::ExpectedToken;
use usher_protocol::authorize::redirect_uri;
use usher_protocol::authorize::response_mode::AuthorizationResponse;
use usher_protocol::authorize::{AuthorizeRequest, Destination};
use usher_protocol::cause::RejectionCause;
use usher_protocol::client::document_fault::ClientDocumentFault;
use usher_protocol::error::OAuthError;
use usher_protocol::id_token::ID_TOKEN_TYP;
use usher_protocol::params::Params;
use usher_storage::system::throttles::Taken;

/// Why an authorization request is answered with an error page instead of a redirect.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizeFault {
    /// The request is malformed.
    #[error(transparent)]
    Bad(#[from] OAuthError),
    /// The client is unknown.
    #[error("the client is unknown")]
    UnknownClient,
    /// The client is named by a URL without a usable metadata document.
    #[error("{}", .0.sentence())]
    ClientDocument(ClientDocumentFault),
    /// The client is disabled.
    #[error("the client is disabled")]
    DisabledClient,
    /// The redirect URI is not registered for the client.
    #[error("the redirect URI is not registered")]
    RedirectMismatch {
        /// The client.
        client: Arc<Client>,
        /// What was sent.
        sent: String,
    },
    /// No redirect URI was sent, and the client has none or several.
    #[error("redirect_uri is missing")]
    RedirectMissing,
    /// Another error.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

impl AuthorizeFault {
    /// The error for the flight recorder. `None` if no client is at fault.
    fn recorded_error(&self) -> Option<OAuthError> {
        Some(match self {
            Self::Bad(error) => error.clone(),
            Self::UnknownClient => return None,
            Self::ClientDocument(fault) => RejectionCause::ClientDocument(*fault).into(),
            Self::DisabledClient => RejectionCause::ClientDisabled.into(),
            Self::RedirectMismatch { .. } => RejectionCause::UnregisteredRedirectUri.into(),
            Self::RedirectMissing => RejectionCause::RedirectUriMissing.into(),
            Self::Flow(error) => return refusal(error),
        })
    }
}

/// The result of a step.
#[derive(Debug)]
pub enum Outcome {
    /// Redirect to the client, with a code or an error.
    Answer(AuthorizationResponse),
    /// An error for a client that nobody here knows, before the person has acted: a page asks whether to go there.
    Leave(Box<Leaving>),
    /// The person has answered a device or a CIBA request, whose client asks for the answer itself.
    Recorded {
        answer: AnswerKind,
        /// The interaction.
        interaction: Box<Interaction>,
    },
    /// Show a page.
    Show {
        /// The step.
        step: InteractionStep,
        /// The interaction.
        interaction: Box<Interaction>,
    },
}

/// Where a person's browser would be sent.
#[derive(Debug)]
pub struct Leaving {
    pub client: Arc<Client>,
    pub redirect_uri: String,
    /// What is sent there.
    pub answer: AuthorizationResponse,
    /// Why, for the person.
    pub reason: String,
    /// The languages of the request.
    pub ui_locales: Option<String>,
}

/// The authorization endpoint (RFC 6749 §3.1) and its interaction.
pub struct Authorizations {
    pub(crate) core: Arc<Core>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) apis: Arc<Apis>,
    pub(crate) attempts: Arc<AttemptRecorder>,
    pub(crate) client_documents: Arc<ClientDocuments>,
    pub(crate) clients: Arc<Clients>,
    pub(crate) pushed_requests: Arc<PushedRequests>,
    pub(crate) request_objects: Arc<RequestObjects>,
    pub(crate) signing_keys: Arc<SigningKeys>,
    pub(crate) subjects: Arc<Subjects>,
    pub(crate) throttles: Arc<Throttles>,
}

/// An expired one opens too: it is restarted.
impl Authorizations {
    /// Parses an authorization request and continues it until it needs a page.
    ///
    /// # Errors
    /// [`AuthorizeFault`] before client and redirect URI are validated; later errors are sent to the client.
    pub async fn begin_authorization(
        &self,
        params: &Params,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<Outcome, AuthorizeFault> {
        let begun = Box::pin(self.begin(params, browser, device)).await;
        if let Err(fault) = &begun {
            self.record_fault(params, fault);
        }
        begun
    }

    /// Records an authorization request that gets an error page.
    fn record_fault(&self, params: &Params, fault: &AuthorizeFault) {
        let Ok(Some(client_id)) = params.get("client_id") else { return };
        let Some(error) = fault.recorded_error() else { return };
        let draft = AttemptDraft::of_request(client_id, params, &error, self.core.now());
        self.attempts.record(match fault {
            AuthorizeFault::RedirectMismatch { sent, .. } => draft.with_redirect_uri(sent),
            _ => draft,
        });
    }

    /// Records an authorization request whose error is sent to the client.
    pub(super) fn record_error(&self, client: &Client, params: &Params, error: &OAuthError) {
        self.attempts.record(AttemptDraft::of_request(&client.id.0, params, error, self.core.now()));
    }

    async fn begin(&self, params: &Params, browser: &mut Browser, device: &Device) -> Result<Outcome, AuthorizeFault> {
        let client = self.client_named(params, &device.source).await?;
        let read = match self.read_request(&client, params).await? {
            Ok(read) => read,
            Err(error) => return self.refuse_unread(&client, params, error).await,
        };
        let destination = Destination::read(&read.params)?;
        let redirect_uri_sent = destination.redirect_uri.is_some();
        let redirect_uri = self.prove_redirect(&client, destination.redirect_uri).await?;
        let mut request = match AuthorizeRequest::check(&read.params, read.transport, &client.rules()) {
            Ok(request) => request,
            Err((error, asked)) => {
                self.record_error(&client, &read.params, &error);
                return Ok(self.refuse_at_once(&client, &redirect_uri, &asked, error).await?);
            }
        };
        let targets = match self.apis.limit(&client, &mut request).await {
            Err(FlowError::OAuth(error)) => {
                self.record_error(&client, &read.params, &error);
                return Ok(self.refuse_at_once(&client, &redirect_uri, &request, error).await?);
            }
            found => found?,
        };
        let hinted = match request.id_token_hint.take() {
            None => None,
            Some(hint) => Some(self.whom_a_hint_names(&client, &hint).await?),
        };
        self.resolve_subjects(&client, &mut request).await?;
        let interaction = Interaction {
            client_id: client.id.clone(),
            redirect_uri,
            redirect_uri_sent,
            request,
            device: None,
            ciba: None,
            targets: Some(targets),
            pushed: read.pushed,
            hinted,
            began_at: self.core.now(),
            renewed_from: None,
            browser: mark_hash(browser.mark_or_make(&*self.core.random)),
            signed_in: None,
            chosen: None,
            allowed: false,
        };
        Ok(self.go_on(interaction, browser, device).await?)
    }

    /// Decides the next step and executes it, if it needs no page.
    ///
    /// # Errors
    /// If the client was disabled meanwhile, or the database fails.
    pub async fn go_on(
        &self,
        interaction: Interaction,
        browser: &Browser,
        device: &Device,
    ) -> Result<Outcome, FlowError> {
        let client = self.client_of(&interaction).await?;
        let waiting = self.waiting_request(&interaction).await?;
        if let Some(answer) = waiting.as_ref().and_then(WaitingRequest::answer) {
            return Ok(Outcome::Recorded { answer: answer.kind(), interaction: Box::new(interaction) });
        }
        let accounts = self.accounts.accounts(browser).await?;
        let account = pick(&interaction, &accounts);
        match (self.decide(&interaction, &client, account, &accounts).await?, account) {
            (InteractionStep::Finish, Some(account)) => {
                self.accounts.touch(account, device).await?;
                match waiting {
                    Some(waiting) => self.allow_waiting(interaction, &waiting, account).await,
                    None => self.answer_with_code(interaction, &client, account).await,
                }
            }
            (InteractionStep::Fail(error), account) => {
                let refused = self.refuse_interaction(interaction.clone(), account, error.clone()).await?;
                self.asking_first(refused, &interaction, &client, account, &error).await
            }
            (step, _) => Ok(Outcome::Show { step, interaction: Box::new(interaction) }),
        }
    }

    /// Loads the facts that the next step depends on, and decides it.
    async fn decide(
        &self,
        interaction: &Interaction,
        client: &Client,
        account: Option<&Account>,
        accounts: &[Account],
    ) -> Result<InteractionStep, FlowError> {
        let consent = match account {
            Some(account) if !client.skips_consent() => {
                self.core.store.find_consent(account.user.id, &client.id).await?
            }
            _ => None,
        };
        let second_factor = match account {
            Some(account) => {
                asks_how(interaction, client)
                    && self.core.store.find_factors(account.user.id).await?.allow_second_step()
            }
            None => false,
        };
        Ok(interaction.next_step(&InteractionFacts {
            now: self.core.now(),
            session: account.map(|account| SessionFacts {
                id: account.session.id,
                sub: &account.user.sub,
                auth_time: account.session.auth_time,
                acr: &account.session.acr,
                second_factor,
            }),
            knows_accounts: !accounts.is_empty(),
            hint_names_another: names_another(interaction, accounts),
            consented: consent
                .as_ref()
                .filter(|consent| consent.covers(&interaction.consent_scope(), interaction.targets.as_ref()))
                .map(|consent| &consent.scope),
            first_party: client.skips_consent(),
            unproven: client.is_unproven(&interaction.redirect_uri),
            default_max_age: client.metadata.default_max_age,
            required_acr: client.required_acr(),
            default_acr_values: &client.metadata.default_acr_values,
        }))
    }

    /// The client of an interaction, if it is enabled and its redirect URI or grant type is still registered.
    ///
    /// # Errors
    /// [`Rejected::ClientGone`] otherwise.
    pub async fn client_of(&self, interaction: &Interaction) -> Result<Arc<Client>, FlowError> {
        let client = self.clients.find_client(&interaction.client_id).await?;
        let client = client.filter(|client| interaction.is_allowed_to(client));
        client.ok_or_else(|| {
            tracing::info!(client = %interaction.client_id, "refused: the client of a sign-in was deleted, disabled or changed");
            Rejected::ClientGone.into()
        })
    }

    /// The account that an interaction currently applies to, if a user is signed in.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account_for(
        &self,
        interaction: &Interaction,
        browser: &Browser,
    ) -> Result<Option<Account>, FlowError> {
        let accounts = self.accounts.accounts(browser).await?;
        Ok(pick(interaction, &accounts).cloned())
    }

    /// The account that must authenticate again before the interaction continues, as `prompt=login` or `max_age`
    /// requires.
    ///
    /// # Errors
    /// If the client was disabled meanwhile, or the database cannot be read.
    pub async fn asked_again(
        &self,
        interaction: &Interaction,
        browser: &Browser,
        device: &Device,
    ) -> Result<Option<Account>, FlowError> {
        match self.go_on(interaction.clone(), browser, device).await? {
            Outcome::Show { step: InteractionStep::SignIn { again: true }, .. } => {
                self.account_for(interaction, browser).await
            }
            _ => Ok(None),
        }
    }

    /// A short identifier of an authorization request, the same on every page.
    pub fn mark_of_request(&self, request: &Interaction) -> String {
        use base64::Engine as _;
        let Interaction { client_id, redirect_uri, request: asked, browser, .. } = request;
        let began_at = request.renewed_from.unwrap_or(request.began_at).0;
        let of_client = (&asked.state, &asked.nonce, &asked.code_challenge, &asked.prompt, asked.max_age);
        let named = format!("{client_id}\n{redirect_uri}\n{browser}\n{began_at}\n{of_client:?}");
        let mac = self.core.sealer.mac(Purpose::AnsweredRequest, named.as_bytes());
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&mac[..12])
    }

    /// Seals an interaction into a value for a page or URL.
    ///
    /// # Errors
    /// Never in practice: an interaction always serialises.
    pub fn seal_interaction(&self, interaction: &Interaction) -> Result<String, FlowError> {
        Ok(self.core.seal_value_text(interaction)?)
    }

    /// The origin of the application of a sealed interaction, for any browser and even if it has expired: it reveals
    /// nothing else of the request.
    pub fn origin_of_interaction(&self, sealed: &str) -> Option<Box<str>> {
        let interaction: Interaction = self.core.open_in_any_browser(sealed)?;
        redirect_uri::origin(&interaction.redirect_uri).map(String::into_boxed_str)
    }

    /// Opens a sealed interaction, in the browser that began it. An expired one is restarted if that is still possible.
    ///
    /// # Errors
    /// [`Rejected::InteractionOver`] otherwise.
    pub fn open_interaction(&self, sealed: &str, browser: &Browser) -> Result<Interaction, FlowError> {
        self.reopen_interaction(sealed, browser).map(|(interaction, _)| interaction)
    }

    /// As [`Authorizations::open_interaction`], and whether it was restarted.
    ///
    /// # Errors
    /// [`Rejected::InteractionOver`].
    pub fn reopen_interaction(&self, sealed: &str, browser: &Browser) -> Result<(Interaction, bool), FlowError> {
        let own: Option<Interaction> = self.core.open_value_text_in(sealed, browser);
        let now = self.core.now();
        let good =
            own.and_then(|one| if one.is_expired(now) { Some((one.renew(now)?, true)) } else { Some((one, false)) });
        good.ok_or_else(|| Rejected::InteractionOver.into())
    }

    /// The validated redirect URI: the one sent if it is registered, or the only registered one.
    pub(super) async fn prove_redirect(
        &self,
        client: &Arc<Client>,
        sent: Option<String>,
    ) -> Result<String, AuthorizeFault> {
        match (sent, client.metadata.redirect_uris.as_slice()) {
            (Some(sent), _) if client.allows_redirect(&sent) => Ok(sent),
            (Some(sent), _) => {
                self.record_mismatch(client, &sent).await?;
                Err(AuthorizeFault::RedirectMismatch { client: client.clone(), sent })
            }
            (None, [only]) => Ok(only.clone()),
            (None, _) => Err(AuthorizeFault::RedirectMissing),
        }
    }

    /// Appends an event for the client's owners, rate-limited so that nobody can fill the log with it.
    async fn record_mismatch(&self, client: &Client, sent: &str) -> Result<(), FlowError> {
        let bucket = format!("redirect-rejected/{}", client.id);
        let now_ms = self.core.now().0.saturating_mul(1_000);
        let shown: String = sent.chars().filter(|c| !c.is_control()).take(500).collect();
        let event = self
            .core
            .event(EventKind::REDIRECT_REJECTED)
            .with_client(&client.id)
            .with_project(client.project_id)
            .with("sent", shown);
        let mut tx = self.core.store.begin().await?;
        if tx.take_from_bucket(&bucket, now_ms, 6_000, 60_000).await? == Taken::Yes {
            tx.append(&event).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Replaces the identifiers by which the client knows users by the public ones, which the sealed request keeps.
    async fn resolve_subjects(&self, client: &Client, request: &mut AuthorizeRequest) -> Result<(), FlowError> {
        for sub in &mut request.claims.subs {
            // An identifier that the client does not know is that of nobody who could sign in.
            *sub = self.subjects.named_by(client, sub).await?.unwrap_or(Sub(String::new())).0;
        }
        if !client.metadata.subject_type.is_public()
            && let Some(hint) = &request.login_hint
            && let Some(sub) = self.subjects.named_by(client, hint).await?
        {
            request.login_hint = Some(sub.0);
        }
        Ok(())
    }

    /// The user of an `id_token_hint`, expired or not, after merges.
    async fn whom_a_hint_names(&self, client: &Client, hint: &str) -> Result<IdTokenHint, FlowError> {
        let verified = self.signing_keys.keyring().verify_hint(hint, ExpectedToken { typ: ID_TOKEN_TYP }).ok();
        if let Some(verified) = &verified {
            self.signing_keys.note_presented(verified, &client.id.0);
        }
        let text = |name: &str| verified.as_ref()?.claims.get(name)?.as_str().map(str::to_owned);
        let sub = text("sub").filter(|_| text("iss").as_deref() == Some(self.core.issuer()));
        let named = match sub {
            Some(sub) => self.subjects.named_by(client, &sub).await?,
            None => None,
        };
        Ok(named.map_or(IdTokenHint::Unreadable, IdTokenHint::Person))
    }
}

/// Does the request or the client require an authentication context? If not, the look-up is skipped.
fn asks_how(interaction: &Interaction, client: &Client) -> bool {
    let request = &interaction.request;
    client.required_acr().is_some()
        || !client.metadata.default_acr_values.is_empty()
        || !request.acr_values.is_empty()
        || request.claims.essential_acr.is_some()
}

/// The account for an interaction: the one that acted in it, the hinted one, or the one used last.
fn pick<'a>(interaction: &Interaction, accounts: &'a [Account]) -> Option<&'a Account> {
    let live = || accounts.iter().filter(|account| account.live);
    if let Some(acted) = interaction.signed_in.or(interaction.chosen) {
        return live().find(|account| account.session.id == acted);
    }
    if interaction.expects_somebody() {
        let expected = |account: &&Account| !interaction.expects_another(&account.user.sub);
        return live().find(expected).or_else(|| live().next());
    }
    let hint = interaction.request.login_hint.as_deref();
    hint.and_then(|hint| live().find(|account| is_named_by(account, hint))).or_else(|| live().next())
}

/// Does `login_hint` name this account, by its address, `sub` or preferred username?
fn is_named_by(account: &Account, hint: &str) -> bool {
    let by_address = Email::parse(hint).is_ok_and(|email| account.user.email.as_ref() == Some(&email));
    by_address
        || account.user.sub.0 == hint
        || account.user.profile.preferred_username.as_deref().is_some_and(|name| name == hint)
}

/// Does `login_hint` name a user who is not signed in? A hint of an unknown form names none.
fn names_another(interaction: &Interaction, accounts: &[Account]) -> bool {
    let hint = interaction.request.login_hint.as_deref().filter(|_| !interaction.expects_somebody());
    hint.is_some_and(|hint| {
        let named = || accounts.iter().filter(|account| is_named_by(account, hint));
        !named().any(|account| account.live) && (named().next().is_some() || Email::parse(hint).is_ok())
    })
}
