//! The state that all handlers share.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _, ready};

use super::extract::cookies::CookieJarConfig;
use usher_config::RunMode;
use usher_domain::health::Finding;
use usher_events::feed::Hub;
use usher_flows::Usher;
use usher_mail::caught::CaughtMail;

/// Examines the installation, as `usher doctor` does.
pub type Doctor = Arc<dyn Fn(&Usher) -> BoxFuture<'static, Vec<Finding>> + Send + Sync>;

/// The state that all handlers share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The use cases.
    pub usher: Usher,
    /// The emails caught in development mode.
    pub caught: Option<Arc<CaughtMail>>,
    /// The feed subscribers of this instance.
    pub hub: Hub,
    /// How cookies are named and set.
    pub jar: CookieJarConfig,
    /// Examines the installation; finds nothing unless the program provides it.
    pub doctor: Doctor,
}

impl App {
    /// Builds the handlers' state.
    pub fn new(usher: Usher, caught: Option<Arc<CaughtMail>>) -> Self {
        let jar = CookieJarConfig { secure: usher.core.config.server.issuer.is_https() };
        let places = usher.core.config.limits.followers();
        let hub = Hub::start(usher.core.store.clone(), usher.core.clock.clone(), usher.core.random.handle(), places);
        Self { usher, caught, hub, jar, doctor: Arc::new(|_| ready(Vec::new()).boxed()) }
    }

    /// With the examination of the installation.
    #[must_use]
    pub fn with_doctor(self, doctor: Doctor) -> Self {
        Self { doctor, ..self }
    }

    /// The least length of a password, for the texts of forms.
    pub fn min_password(&self) -> u32 {
        u32::try_from(self.usher.core.config.passwords.min_length).unwrap_or(u32::MAX)
    }

    /// Does the server run in development mode?
    pub fn is_dev(&self) -> bool {
        self.usher.core.config.profile == RunMode::Dev
    }
}
