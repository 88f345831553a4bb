//! The two demo applications of `usher dev`: bound together with the server, started when it is ready.

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::app::listen::listen;
use crate::app::shutdown::Shutdown;
use usher_demo::{Accent, Demo};

/// What distinguishes the demos.
struct DemoAppearance {
    name: &'static str,
    tagline: &'static str,
    accent: Accent,
    client_id: &'static str,
    cookie: &'static str,
}

const GUISES: [DemoAppearance; 2] = [
    DemoAppearance {
        name: "Greenhouse",
        tagline: "The first demo application: what grows in which pot",
        accent: Accent::Leaf,
        client_id: "demo-a",
        cookie: "demo_a",
    },
    DemoAppearance {
        name: "Observatory",
        tagline: "The second demo application: what was seen in which night",
        accent: Accent::Night,
        client_id: "demo-b",
        cookie: "demo_b",
    },
];

/// Two bound demos.
pub struct Demos {
    listeners: [TcpListener; 2],
    urls: [String; 2],
}

impl Demos {
    /// Binds both listeners, if the demos are enabled.
    ///
    /// # Errors
    /// If a port is in use.
    pub async fn bind(settings: &usher_config::DemoSettings) -> anyhow::Result<Option<Self>> {
        if !settings.enabled {
            return Ok(None);
        }
        let first = listen(settings.listen_a, "demo A", "USHER_DEMO__LISTEN_A").await?;
        let second = listen(settings.listen_b, "demo B", "USHER_DEMO__LISTEN_B").await?;
        let urls = [url(first.local_addr()?), url(second.local_addr()?)];
        Ok(Some(Self { listeners: [first, second], urls }))
    }

    /// The URLs for browsers, without a trailing slash.
    pub const fn urls(&self) -> &[String; 2] {
        &self.urls
    }

    /// The client ids and names, in the order of [`Demos::urls`].
    #[expect(clippy::unused_self, reason = "a program without demos has no value to ask for their clients")]
    pub fn clients(&self) -> [(&'static str, &'static str); 2] {
        GUISES.map(|guise| (guise.client_id, guise.name))
    }

    /// Serves both as `tasks`, with their client secrets.
    pub fn start(
        self,
        issuer: &str,
        secrets: [String; 2],
        tasks: &mut JoinSet<anyhow::Result<()>>,
        shutdown: &Shutdown,
    ) {
        let Self { listeners, urls } = self;
        let others = [1, 0].map(|other: usize| (GUISES[other].name, urls[other].clone()));
        for ((((guise, listen), own_url), secret), (other_name, other_url)) in
            GUISES.into_iter().zip(listeners).zip(urls).zip(secrets).zip(others)
        {
            let demo = Demo {
                name: guise.name.to_owned(),
                tagline: guise.tagline.to_owned(),
                accent: guise.accent,
                cookie: guise.cookie.to_owned(),
                issuer: issuer.to_owned(),
                client_id: guise.client_id.to_owned(),
                client_secret: Some(secret),
                listen,
                own_url,
                other_name: other_name.to_owned(),
                other_url,
            };
            let requested = shutdown.requested.clone().cancelled_owned();
            tasks.spawn(async move {
                usher_demo::serve(demo, requested).await.with_context(|| format!("demo {}", guise.name))
            });
        }
    }
}

fn url(address: SocketAddr) -> String {
    match address.port() {
        80 => "http://localhost".to_owned(),
        port => format!("http://localhost:{port}"),
    }
}
