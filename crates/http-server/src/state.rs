//! What every handler has at hand.

use std::sync::Arc;

use super::extract::cookies::CookieJarConfig;
use usher_config::Profile;
use usher_events::feed::Hub;
use usher_flows::Usher;
use usher_mail::caught::CaughtMail;

/// What every handler has at hand. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The verbs.
    pub usher: Usher,
    /// The letters of development mode.
    pub caught: Option<Arc<CaughtMail>>,
    /// Whoever follows a feed at this instance.
    pub hub: Hub,
    /// How cookies are named and marked.
    pub jar: CookieJarConfig,
}

impl App {
    /// The handlers' view of a house.
    pub fn new(usher: Usher, caught: Option<Arc<CaughtMail>>) -> Self {
        let jar = CookieJarConfig { secure: usher.config.server.issuer.is_https() };
        let places = usher.config.limits.followers();
        let hub = Hub::start(usher.store.clone(), usher.clock.clone(), usher.random.handle(), places);
        Self { usher, caught, hub, jar }
    }

    /// Does the house run in development mode?
    pub fn is_dev(&self) -> bool {
        self.usher.config.profile == Profile::Dev
    }
}
