//! Check-ups of applications: who may have one, how often, and its place in the event log.

use std::sync::Arc;

use tokio::sync::Semaphore;

use usher_accounts::core::Core;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::throttle::Throttles;
use usher_accounts::upstream::providers::Providers;
use usher_checkup::book::CheckUpBook;
use usher_checkup::issuer::TestClient;
use usher_checkup::keys::TestKeys;
use usher_domain::event::EventKind;
use usher_domain::key::SigningAlg;
use usher_domain::oauth::client::{Client, ClientType};
use usher_domain::random::Random;
use usher_domain::urls::CheckUpUrls;
use usher_keys::generate::GenerateError;
use usher_protocol::authorize::redirect_uri;
use usher_protocol::client::metadata::AuthMethod;

pub use usher_checkup::case::{CaseGroup, CheckCase};
pub use usher_checkup::check_up::{ApplicationUrls, CaseResult, CheckUp, Obstacle, Phase, Progress, UrlFault};
pub use usher_checkup::issuer::TestIssuer;
pub use usher_checkup::request::RequestFault;
pub use usher_checkup::verdict::{CaseFinding, CaseVerdict, Grade, Tally};
pub use usher_http_client::OutboundError;

/// Most check-ups that run at the same time, in one process.
pub(crate) const MOST_AT_ONCE: usize = 4;
/// When to try again while so many run, in seconds.
const TRY_AGAIN: u32 = 60;
/// The methods by which an application sends a secret.
const SECRET_METHODS: [AuthMethod; 3] =
    [AuthMethod::ClientSecret, AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost];

/// Check-ups. They live in the memory of this process.
pub struct CheckUps {
    pub(crate) core: Arc<Core>,
    pub(crate) providers: Arc<Providers>,
    pub(crate) throttles: Arc<Throttles>,
    pub(crate) book: CheckUpBook,
    pub(crate) places: Arc<Semaphore>,
}

/// Can an application of this client be examined? It must sign people in on a server: in a browser or on a device,
/// nobody but a person can drive it.
pub fn can_be_examined(client: &Client) -> bool {
    let signs_in = client.metadata.may_use("authorization_code");
    client.kind == ClientType::Web && signs_in && !application_origins(client).is_empty()
}

/// The origins of the client's redirect URIs: the application.
pub fn application_origins(client: &Client) -> Vec<String> {
    let mut origins: Vec<_> =
        client.metadata.redirect_uris.iter().filter_map(|uri| redirect_uri::origin(uri)).collect();
    origins.sort();
    origins.dedup();
    origins
}

impl CheckUps {
    /// Checks whether this server may call the application.
    ///
    /// # Errors
    /// [`OutboundError::Rejected`] if its address is not public and not allowed.
    pub fn reach_application(&self, urls: &ApplicationUrls) -> Result<(), OutboundError> {
        self.providers.outbound().may_call(&urls.sign_in)
    }

    /// Makes a test issuer for an application, in place of the client's former one.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if the application cannot be examined, [`Rejected::TooMany`], [`Rejected::Busy`] while it
    /// is examined or too many others are.
    pub async fn prepare_check_up(&self, client: &Client, urls: ApplicationUrls) -> Result<(), FlowError> {
        if !can_be_examined(client) {
            return Err(Rejected::NotFound("check-up").into());
        }
        if self.check_up_of(client).is_some_and(|former| former.is_running()) {
            return Err(Rejected::Busy { seconds: TRY_AGAIN }.into());
        }
        self.throttles.count_check_up(client.project_id).await?;
        let alg = client.metadata.id_token_signed_response_alg.parse().unwrap_or(SigningAlg::Rs256);
        let now = self.core.now();
        let keys = self.make_keys(move |random| TestKeys::generate(alg, now, random)).await?;
        let run = self.core.random.handle();
        let issuer = format!("{}{}", self.core.issuer(), CheckUpUrls::of(&run.as_str()).issuer());
        let by_secret = SECRET_METHODS.contains(&client.metadata.token_endpoint_auth_method);
        let test_client =
            TestClient { client_id: client.id.0.clone(), client_secret: by_secret.then(|| self.core.random.token()) };
        let issuer = TestIssuer::new(issuer, test_client, keys, self.core.random.clone(), self.core.clock.clone());
        let check_up = CheckUp::new(
            (client.id.clone(), client.project_id),
            (run, issuer),
            (urls, application_origins(client)),
            client.metadata.backchannel_logout_uri.as_deref(),
            now,
        );
        if self.book.put(Arc::new(check_up)) { Ok(()) } else { Err(Rejected::Busy { seconds: TRY_AGAIN }.into()) }
    }

    /// Starts the client's check-up, which goes on after this call.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if none is prepared or its issuer has expired, [`Rejected::TooMany`], [`Rejected::Busy`]
    /// if it runs or too many others do.
    pub async fn start_check_up(&self, client: &Client) -> Result<(), FlowError> {
        let valid = self.check_up_of(client).filter(|check_up| check_up.is_valid(self.core.now()));
        let check_up = valid.ok_or(Rejected::NotFound("check-up"))?;
        let Ok(place) = self.places.clone().try_acquire_owned() else {
            return Err(Rejected::Busy { seconds: TRY_AGAIN }.into());
        };
        self.throttles.count_check_up(client.project_id).await?;
        let (issuer, now) = (check_up.clone(), self.core.now());
        let keys = self.make_keys(move |random| issuer.issuer.keys().with_next_key(now, random)).await?;
        let event = self.core.event(EventKind::CLIENT_CHECK_UP_STARTED).with_client(&client.id);
        let mut tx = self.core.store.begin().await?;
        tx.append(&event.with_project(client.project_id)).await?;
        tx.commit().await?;
        if !check_up.begin(keys) {
            return Err(Rejected::Busy { seconds: TRY_AGAIN }.into());
        }
        let (core, outbound) = (self.core.clone(), self.providers.outbound().clone());
        tokio::spawn(async move {
            usher_checkup::run::run(&check_up, &outbound, &*core.clock).await;
            drop(place);
        });
        Ok(())
    }

    /// An RSA key takes a tenth of a second, so keys are made on another thread.
    async fn make_keys<F>(&self, make: F) -> Result<TestKeys, FlowError>
    where
        F: FnOnce(&dyn Random) -> Result<TestKeys, GenerateError> + Send + 'static,
    {
        let random = self.core.random.clone();
        let making = tokio::task::spawn_blocking(move || make(&*random));
        Ok(making.await.map_err(|_| Rejected::Busy { seconds: TRY_AGAIN })??)
    }

    /// The check-up of a client, prepared, running or over.
    pub fn check_up_of(&self, client: &Client) -> Option<Arc<CheckUp>> {
        let mine = self.book.of_client(&client.id)?;
        (mine.project_id == client.project_id).then_some(mine)
    }

    /// The check-up whose test issuer has this name.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] for a name that is unknown or no longer valid.
    pub fn open_check_up(&self, run: &str) -> Result<Arc<CheckUp>, FlowError> {
        Ok(self.book.open(run, self.core.now()).ok_or(Rejected::NotFound("check-up"))?)
    }

    /// Forgets the client's check-up: its issuer answers no more.
    ///
    /// # Errors
    /// [`Rejected::Busy`] while it runs.
    pub fn end_check_up(&self, client: &Client) -> Result<(), FlowError> {
        if self.check_up_of(client).is_some_and(|check_up| check_up.is_running()) {
            return Err(Rejected::Busy { seconds: TRY_AGAIN }.into());
        }
        self.book.remove(&client.id);
        Ok(())
    }
}
